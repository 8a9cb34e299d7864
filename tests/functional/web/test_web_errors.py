"""What a caller sees when something fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from credit_service.errors import SnapshotMissing, SubjectNotFound
from credit_service.web.app import create_app
from credit_service.web.pages import templates

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def broken(empty_world: World):
    """An application with routes that fail."""
    app = create_app(empty_world.service)

    def crash() -> None:
        message = "secret-inside"
        raise RuntimeError(message)

    def missing() -> None:
        message = "没有这个主体。"
        raise SubjectNotFound(message, remedy="请核对代码。", tried=3)

    def store() -> None:
        message = "快照目录 secret-inside 中没有快照。"
        raise SnapshotMissing(message, remedy="运行 credit assess。")

    for name, endpoint in (("crash", crash), ("missing", missing), ("store", store)):
        app.get(f"/{name}", include_in_schema=False)(endpoint)
        app.get(f"/api/{name}", include_in_schema=False)(endpoint)
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


@pytest.mark.parametrize(("path", "status"), [("/crash", 500), ("/missing", 404), ("/store", 503), ("/nowhere", 404)])
def test_people_get_a_chinese_page_that_says_what_to_do(broken: TestClient, path: str, status: int):
    answer = broken.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert "怎么办" in answer.text
    assert answer.headers["x-request-id"] in answer.text


@pytest.mark.parametrize(
    ("path", "status"), [("/api/crash", 500), ("/api/missing", 404), ("/api/store", 503), ("/api/nowhere", 404)]
)
def test_systems_get_a_problem_document(broken: TestClient, path: str, status: int):
    answer = broken.get(path)
    problem = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, problem["status"]) == (status, status)
    assert {"type", "title", "detail", "code", "remedy", "request_id"} <= problem.keys()


def test_attributes_of_expected_failures_are_told(broken: TestClient):
    assert broken.get("/api/missing").json()["attributes"] == {"tried": 3}


@pytest.mark.parametrize("path", ["/crash", "/api/crash", "/store", "/api/store"])
def test_the_inside_of_the_service_is_not_told(broken: TestClient, path: str):
    assert "secret-inside" not in broken.get(path).text
    assert "Traceback" not in broken.get(path).text


def test_a_busy_store_says_when_to_come_back(broken: TestClient):
    assert int(broken.get("/api/store").headers["retry-after"]) > 0


@pytest.mark.parametrize("path", ["/crash", "/nowhere", "/", "/api/crash", "/sign-in", "/static/credit.css"])
def test_security_headers_are_on_every_answer(broken: TestClient, path: str):
    headers = broken.get(path).headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_wrong_method_has_a_page(broken: TestClient):
    answer = broken.delete("/bulletins", headers={"Origin": "http://testserver"})
    assert answer.status_code == 405
    assert "怎么办" in answer.text


def test_query_out_of_range_has_a_page(broken: TestClient):
    answer = broken.get("/bulletins/x?red=0")
    assert answer.status_code == 422
    assert "怎么办" in answer.text


def test_a_form_over_the_limit_is_refused_in_our_words(empty_world: World):
    client = empty_world.client(None)
    for content in (b"x" * 400_000, (b"x" * 100_000 for _ in range(4))):
        answer = client.post("/sign-in", content=content, headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status_code == 413
        assert "怎么办" in answer.text
        assert "content-security-policy" in answer.headers


def test_an_api_body_over_the_limit_is_a_problem(empty_world: World):
    headers = {"Authorization": f"Bearer {empty_world.key}", "Content-Type": "application/json"}
    answer = empty_world.client(None).post("/api/v1/checks", content=b" " * 400_000, headers=headers)
    assert answer.status_code == 413
    assert answer.json()["code"] == "content_too_large"


def test_every_template_compiles():
    names = templates().list_templates(extensions=["html"])
    assert len(names) > 10
    for name in names:
        templates().get_template(name)
