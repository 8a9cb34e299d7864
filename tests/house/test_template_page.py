"""The clerks' page of templates says what the templates' data say."""

from __future__ import annotations

from pathlib import Path

from credit_service.intake.sample_words import load_words
from credit_service.intake.templates import load_templates

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "data" / "reference"


def test_the_page_of_templates_is_made_from_the_data():
    namespace: dict[str, object] = {"__file__": str(ROOT / "tests" / "house" / "template_page.py"), "__name__": "page"}
    exec(compile((ROOT / "tests/house/template_page.py").read_text("utf-8"), "template_page.py", "exec"), namespace)  # noqa: S102
    assert namespace["PAGE"].read_text("utf-8") == namespace["render_page"](), (
        "run `python tests/house/template_page.py`"
    )


def test_agencies_may_send_only_templates_that_exist_and_every_template_has_a_sender():
    known = {template.template_id for template in load_templates(REFERENCE / "templates")}
    named = [set(agency.templates) for agency in load_words(REFERENCE).agencies]
    assert set().union(*named) <= known
    assert any(not templates for templates in named), "one agency that may send everything"
