"""Rules nobody wrote have Spark's words too; some of them are run there (`tests/conformance`)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from property.test_rulebook_generated import PHASES, worlds

from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.render_spark import compile_for_spark


@settings(max_examples=12, phases=PHASES, suppress_health_check=list(HealthCheck))
@given(worlds())
def test_every_generated_rulebook_is_compiled_for_spark(world):
    compiled = compile_scoring(world.rulebook)
    rendered = compile_for_spark(compiled)
    assert [step.parameters for step in rendered.steps if not step.name.startswith("drop_")] == [
        step.parameters for step in compiled.steps
    ]
