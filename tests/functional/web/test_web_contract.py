"""The API keeps what its OpenAPI document promises, whatever is sent to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis import GenerationMode

from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle, Throttles

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: mode.name)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/api/v1/checks"), ("GET", "/api/v1/bulletins"), ("GET", "/healthz"), ("GET", "/readyz")],
)
def test_operation_keeps_the_contract(empty_world: World, method: str, path: str, mode: GenerationMode):
    if mode is GenerationMode.NEGATIVE and method == "GET":
        return  # Nothing can be sent to them that could be wrong.
    app = create_app(empty_world.service)
    app.state.throttles = Throttles(calls=Throttle("100000/minute"), guesses=Throttle("100000/minute"))
    operation = schemathesis.openapi.from_asgi("/api/openapi.json", app)[path][method]

    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(max_examples=60)
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(headers={"Authorization": f"Bearer {empty_world.key}"})

    check()
