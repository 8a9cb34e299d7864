"""The API keeps what its OpenAPI document promises, whatever is sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from credit_service.pipeline.accounts import SCOPES, add_key
from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle, Throttles

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

SAYS_NOTHING_WRONG = {
    "/api/v1/bulletins",
    "/healthz",
    "/readyz",
    "/api/v1/batches/{batch_id}",
    "/api/v1/objections/{number}",
}
"""Nothing can be sent to them that could be wrong: what names no batch is answered with 404."""
LISTS_THEM = {("GET", "/api/v1/objections"), ("GET", "/api/v1/measures/owed")}
BEYOND_A_SCHEMA = [positive_data_acceptance, negative_data_rejection]
"""Whether bytes are a table, and whether a batch or an objection is there, no schema can say."""


def _beyond(path: str) -> list[object]:
    if "batches" in path or "objections" in path:
        return BEYOND_A_SCHEMA
    # That a day has come already, no schema can say.
    return [positive_data_acceptance] if "measures" in path else []


pytestmark = pytest.mark.xdist_group("web")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.name)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/checks"),
        ("GET", "/api/v1/bulletins"),
        ("POST", "/api/v1/batches"),
        ("POST", "/api/v1/batches/preview"),
        ("GET", "/api/v1/batches/{batch_id}"),
        ("GET", "/api/v1/batches/{batch_id}/findings"),
        ("POST", "/api/v1/batches/{batch_id}/withdraw"),
        ("GET", "/api/v1/measures/owed"),
        ("POST", "/api/v1/measures/{task_id}/feedback"),
        ("POST", "/api/v1/measures/reports"),
        ("GET", "/api/v1/objections"),
        ("POST", "/api/v1/objections"),
        ("GET", "/api/v1/objections/{number}"),
        ("POST", "/api/v1/objections/{number}/verdict"),
        ("POST", "/api/v1/objections/{number}/correction"),
        ("POST", "/api/v1/objections/{number}/withdraw"),
        ("GET", "/healthz"),
        ("GET", "/readyz"),
    ],
)
def test_operation_keeps_the_contract(empty_world: World, method: str, path: str, mode: GenerationMode):
    if mode is GenerationMode.NEGATIVE and (path in SAYS_NOTHING_WRONG or (method, path) in LISTS_THEM):
        return  # Nothing can be sent to them that could be wrong.
    app = create_app(empty_world.service)
    app.state.throttles = Throttles(calls=Throttle("100000/minute"), guesses=Throttle("100000/minute"))
    key = add_key(empty_world.service.office, empty_world.agencies[0], SCOPES).secret
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", app)[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60)
    def check(case: schemathesis.Case) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        case.call_and_validate(headers=headers, excluded_checks=_beyond(path))

    check()
