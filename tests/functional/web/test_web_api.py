"""The API for other agencies' systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import list_cases
from credit_service.pipeline.accounts import add_key, revoke_key
from credit_service.web.agency.models import IDENTIFIERS_PER_CHECK

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from credit_service.domain.listing import Case
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

CHECKS = "/api/v1/checks"
PURPOSE = {"purpose": "procurement", "case_no": "采购〔2026〕12号"}


@pytest.fixture
def client(world: World):
    client = world.new_client()
    client.headers["Authorization"] = f"Bearer {world.key}"
    return client


@pytest.fixture
def listed(world: World):
    cases = list_cases(world.service.reading_room, ListKind.BLACK, None)
    return next(case for case in cases if case.state.value == "published" and case.identifier_code)


def test_a_listed_subject_comes_with_basis_term_and_measures(client: TestClient, listed: Case):
    answer = client.post(CHECKS, json={"identifier": listed.identifier_code, **PURPOSE})
    [result] = answer.json()["results"]
    assert result["status"] == "listed"
    [listing] = [item for item in result["listings"] if item["case_id"] == listed.case_id]
    assert listing["decision_no"] == listed.decision_no
    assert listing["until_on"] == listed.max_until_on.isoformat()
    assert listing["measures"]
    assert result["as_of"] < result["valid_until"]
    assert answer.headers["cache-control"] == "no-store"


def test_one_bad_identifier_does_not_fail_the_others(client: TestClient, listed: Case):
    answer = client.post(CHECKS, json={"identifiers": ["bad", listed.identifier_code], **PURPOSE})
    assert answer.status_code == 200
    assert [item["status"] for item in answer.json()["results"]] == ["error", "listed"]
    assert answer.json()["results"][0]["error"]["code"] == "subject_not_found"


def test_every_answer_leaves_a_row_in_the_access_log(client: TestClient, world: World, listed: Case):
    def count() -> int:
        with world.service.office.ledger.unit_of_work() as uow:
            return uow.lookups.count()

    before = count()
    client.post(CHECKS, json={"identifiers": [listed.identifier_code] * 3, **PURPOSE})
    assert count() == before + 3


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"identifier": "91990101MA0000001A"},
        {"identifier": "91990101MA0000001A", "purpose": "procurement"},
        {"identifier": "91990101MA0000001A", "purpose": "curiosity", "case_no": "1"},
        {"identifier": "91990101MA0000001A", "purpose": "procurement", "case_no": "  "},
        {"identifier": "", **PURPOSE},
        {"identifier": 91990101, **PURPOSE},
        {"identifier": False, **PURPOSE},
        {"identifiers": [], **PURPOSE},
        {"identifiers": ["A"] * (IDENTIFIERS_PER_CHECK + 1), **PURPOSE},
        {"identifier": "A", "identifiers": ["A"], **PURPOSE},
        *(
            {"identifier": "A", **PURPOSE, owned: "x"}
            for owned in ("actor_id", "agency_code", "at", "as_of", "hits", "id")
        ),
    ],
)
def test_malformed_questions_are_problems(client: TestClient, body: dict[str, object]):
    answer = client.post(CHECKS, json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_request"


def test_a_problem_does_not_repeat_what_was_sent(client: TestClient):
    answer = client.post(CHECKS, json={"identifier": "110101199003070000", "purpose": "x", "case_no": ["1"]})
    assert "110101199003070000" not in answer.text


def test_no_json_is_a_problem(client: TestClient):
    answer = client.post(CHECKS, content=b"{", headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["code"] == "bad_request"


@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \u00e9"])
def test_without_a_valid_key_nothing_is_told(world: World, header: str | None):
    client = world.new_client()
    headers = {"Authorization": header.encode("latin-1")} if header else {}
    answer = client.post(CHECKS, json={"identifier": "A", **PURPOSE}, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "not_signed_in"
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_only_its_scopes(world: World, client: TestClient):
    narrow = add_key(world.service.office, world.agencies[0], ("bulletins",))
    headers = {"Authorization": f"Bearer {narrow.secret}"}
    assert client.get("/api/v1/bulletins", headers=headers).status_code == 200
    assert client.post(CHECKS, json={"identifier": "A", **PURPOSE}, headers=headers).json()["code"] == "scope_denied"


def test_a_revoked_key_opens_nothing(world: World, client: TestClient):
    issued = add_key(world.service.office, world.agencies[0], ("bulletins",))
    revoke_key(world.service.office, issued.key.key_id)
    answer = client.get("/api/v1/bulletins", headers={"Authorization": f"Bearer {issued.secret}"})
    assert answer.status_code == 401


def test_a_sign_in_opens_no_api(world: World):
    assert world.client(Role.ADMINISTRATOR).get("/api/v1/bulletins").status_code == 401


def test_too_many_calls_are_slowed_with_a_time_to_wait(empty_world: World):
    client = empty_world.new_client()
    answers = [client.get("/api/v1/bulletins", headers={"Authorization": f"Bearer {n}"}) for n in range(31)]
    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "quota_exceeded"
    assert int(answers[-1].headers["retry-after"]) > 0


def test_bulletins_can_be_listed_and_their_files_checked(client: TestClient, world: World):
    [bulletin] = client.get("/api/v1/bulletins").json()["bulletins"]
    assert bulletin["bulletin_id"] == world.demo.published.release.bulletin_id
    for file in bulletin["files"]:
        assert len(file["sha256"]) == 64


def test_health(empty_world: World):
    assert empty_world.client(None).get("/healthz").json() == {"status": "ok"}
    assert empty_world.client(None).get("/readyz").json() == {"status": "ok"}


def test_documentation_names_every_operation_and_code(empty_world: World):
    page = empty_world.client(None).get("/api/docs").text
    for text in (CHECKS, "/api/v1/bulletins", "invalid_request", "quota_exceeded", "CheckMany"):
        assert text in page
    assert "https://" not in page.replace("http://www.w3.org", "")
