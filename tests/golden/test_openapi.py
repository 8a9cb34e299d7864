"""The contract of the API, changed only on purpose: ``make golden`` rewrites it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credit_service.bootstrap import build_service
from credit_service.settings import Settings
from credit_service.web.app import create_app

if TYPE_CHECKING:
    from typing import Any

pytestmark = pytest.mark.xdist_group("web")

GOLDEN = Path(__file__).parent / "openapi.json"


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory):
    service = build_service(Settings(home=tmp_path_factory.mktemp("golden") / "home"))
    return create_app(service).openapi()


def test_openapi_is_as_agreed(document: dict[str, Any]):
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_guarded_operation_documents_its_failures(document: dict[str, Any]):
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if path.startswith("/api/v1/"):
                assert {"401", "403", "429"} <= operation["responses"].keys(), f"{method} {path}"
                for status, answer in operation["responses"].items():
                    if not status.startswith("2"):
                        assert "application/problem+json" in answer["content"], f"{method} {path} {status}"


def test_only_the_api_is_in_the_contract(document: dict[str, Any]):
    assert all(path.startswith(("/api/v1/", "/healthz", "/readyz")) for path in document["paths"])
