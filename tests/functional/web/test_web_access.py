"""Who may do what: every route has a row here, and every cell of roles × routes holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import iter_route_contexts

from credit_service.domain.agency import Role

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

R = Role
EVERYBODY = frozenset({None, *Role})
OVERSEERS = frozenset({R.AUDITOR, R.ADMINISTRATOR})
BATCHES = frozenset({R.SUBMITTER}) | OVERSEERS
SENDERS = frozenset({R.SUBMITTER})
REPORTS = BATCHES | {R.REVIEWER, R.DECIDER}
CASES = frozenset({R.REVIEWER, R.DECIDER, R.PUBLISHER}) | OVERSEERS
SQL = frozenset({R.ANALYST}) | OVERSEERS

# (method, path) → who is let in. Being let in means any answer but 401, 403 and the way to the sign-in page.
TABLE = {
    ("GET", "/"): EVERYBODY,
    ("GET", "/about"): EVERYBODY,
    ("GET", "/robots.txt"): EVERYBODY,
    ("GET", "/bulletins"): EVERYBODY,
    ("GET", "/bulletins/{bulletin_id}"): EVERYBODY,
    ("GET", "/bulletins/{bulletin_id}/files/{name}"): EVERYBODY,
    ("GET", "/feed.atom"): EVERYBODY,
    ("GET", "/rulebook"): EVERYBODY,
    ("GET", "/rulebook/style.css"): EVERYBODY,
    ("GET", "/rulebook/rulebook.pdf"): EVERYBODY,
    ("GET", "/rulebook/rulebook.html"): EVERYBODY,
    ("GET", "/search"): EVERYBODY,
    ("GET", "/subjects/{code}"): EVERYBODY,
    ("GET", "/sign-in"): EVERYBODY,
    ("GET", "/api/docs"): EVERYBODY,
    ("GET", "/api/openapi.json"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/readyz"): EVERYBODY,
    ("GET", "/department"): REPORTS,
    ("GET", "/department/templates/{template_id}.csv"): BATCHES,
    ("GET", "/department/templates/{template_id}.xlsx"): BATCHES,
    ("GET", "/department/batches/{batch_id}"): REPORTS,
    ("GET", "/department/batches/{batch_id}/progress"): REPORTS,
    ("GET", "/department/batches/{batch_id}/state"): REPORTS,
    ("GET", "/department/batches/{batch_id}/errors.xlsx"): REPORTS,
    ("GET", "/department/batches/{batch_id}/findings.json"): REPORTS,
    ("GET", "/department/batches/{batch_id}/records"): REPORTS,
    ("GET", "/department/batches/{batch_id}/left-out"): REPORTS,
    ("POST", "/department/batches"): SENDERS,
    ("POST", "/department/batches/{batch_id}/release"): frozenset(
        {R.SUBMITTER, R.REVIEWER, R.DECIDER, R.ADMINISTRATOR}
    ),
    ("POST", "/department/batches/{batch_id}/withdraw"): SENDERS | {R.ADMINISTRATOR},
    ("POST", "/department/batches/{batch_id}/records/{record_id}/withdraw"): SENDERS | {R.ADMINISTRATOR},
    ("GET", "/department/previews/{token}"): SENDERS,
    ("GET", "/department/previews/{token}/progress"): SENDERS,
    ("GET", "/department/previews/{token}/preview.json"): SENDERS,
    ("POST", "/department/previews/{token}/submit"): SENDERS,
    ("POST", "/department/previews/{token}/discard"): SENDERS,
    ("GET", "/department/quality"): BATCHES | {R.REVIEWER},
    ("GET", "/department/quality.xlsx"): BATCHES | {R.REVIEWER},
    ("GET", "/department/quality.csv"): BATCHES | {R.REVIEWER},
    ("GET", "/review"): CASES,
    ("GET", "/review/governance"): CASES | {R.ANALYST},
    ("GET", "/review/governance.xlsx"): CASES | {R.ANALYST},
    ("GET", "/review/governance.csv"): CASES | {R.ANALYST},
    ("GET", "/governance"): EVERYBODY,
    ("GET", "/review/cases/{case_id}"): CASES,
    ("GET", "/review/cases/{case_id}/outlook"): CASES,
    ("POST", "/review/cases/{case_id}/acts"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/review/rules/impact"): CASES,
    ("POST", "/review/rules/impact"): CASES,
    ("GET", "/review/rules/impact/{token}"): CASES,
    ("GET", "/review/rules/impact/{token}/progress"): CASES,
    ("GET", "/review/rules/impact/{token}/impact.{ending}"): CASES,
    ("POST", "/review/rules/impact/{token}/discard"): CASES,
    ("GET", "/review/subjects"): CASES,
    ("GET", "/review/subjects/history"): CASES,
    ("GET", "/review/subjects/{subject}"): CASES,
    ("POST", "/review/subjects/{subject}/judgements"): frozenset({R.REVIEWER, R.DECIDER}),
    ("POST", "/review/subjects/{subject}/judgements/{number}/undo"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/repair"): EVERYBODY,
    ("GET", "/repair/commitment.txt"): EVERYBODY,
    ("POST", "/repair/applications"): EVERYBODY,
    ("POST", "/repair/state"): EVERYBODY,
    ("POST", "/repair/withdraw"): EVERYBODY,
    ("GET", "/review/repairs"): CASES,
    ("POST", "/review/repairs"): frozenset({R.REVIEWER}),
    ("GET", "/review/repairs/{repair_id}"): CASES,
    ("POST", "/review/repairs/{repair_id}/acts"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/review/repairs/{repair_id}/files/{sha256}"): frozenset({R.REVIEWER, R.DECIDER}),
    ("POST", "/review/cases/{case_id}/consent"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/department/notices"): REPORTS,
    ("POST", "/department/notices/{notice_id}/receipt"): SENDERS | {R.REVIEWER, R.DECIDER},
    ("GET", "/analyst"): SQL,
    ("POST", "/analyst"): SQL,
    ("POST", "/analyst/result.csv"): SQL,
    # Behind a key, not a sign-in: nobody's cookie opens these.
    ("POST", "/api/v1/checks"): frozenset(),
    ("GET", "/api/v1/notices"): frozenset(),
    ("POST", "/api/v1/notices/{notice_id}/receipt"): frozenset(),
    ("GET", "/api/v1/repairs"): frozenset(),
    ("POST", "/api/v1/repairs"): frozenset(),
    ("GET", "/api/v1/bulletins"): frozenset(),
    ("POST", "/api/v1/batches"): frozenset(),
    ("POST", "/api/v1/batches/preview"): frozenset(),
    ("GET", "/api/v1/batches/{batch_id}"): frozenset(),
    ("GET", "/api/v1/batches/{batch_id}/findings"): frozenset(),
    ("POST", "/api/v1/batches/{batch_id}/withdraw"): frozenset(),
}
# These end or open a sign-in; test_web_sign_in.py holds them.
ELSEWHERE = {("POST", "/sign-in"), ("POST", "/sign-out"), ("GET", "/static")}


def _is_let_in(response: Response) -> bool:
    is_sent_away = response.status_code == 303 and response.headers["location"].startswith("/sign-in")
    return response.status_code not in {401, 403} and not is_sent_away


def test_every_route_has_a_row(empty_world: World):
    routes = {
        (method, route.path)
        for route in iter_route_contexts(empty_world.app.routes)
        for method in (route.methods or {"GET"}) - {"HEAD"}
    }
    assert routes == TABLE.keys() | ELSEWHERE


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role.value if role else "anonymous")
@pytest.mark.parametrize(("method", "path"), TABLE, ids=lambda part: part)
def test_cell(empty_world: World, method: str, path: str, role: Role | None):
    client = empty_world.client(role)
    url = re.sub(r"\{\w+\}", "unknown", path)
    response = client.request(method, url, **_body(empty_world, method, path, role))
    assert _is_let_in(response) == (role in TABLE[method, path])
    assert response.status_code != 500


def _body(world: World, method: str, path: str, role: Role | None):
    if method == "GET" or path.startswith("/api"):
        return {}
    token = world.client(role).get("/").text.partition('name="csrf" value="')[2].partition('"')[0]
    form = {"csrf": token, "kind": "draft_notice", "sql": "SELECT 1"}
    files = {"file": ("坏.csv", b"\x00", "text/csv")} if path.endswith("batches") else None
    return {"data": form, "files": files}


def test_a_clerk_does_not_see_another_agencys_batch(world: World):
    batch = next(b for b in _batches(world) if b.agency_code != world.agencies[0])
    clerk, auditor = world.client(Role.SUBMITTER), world.client(Role.AUDITOR)
    for suffix in ("", "/progress", "/state", "/records", "/left-out", "/errors.xlsx", "/findings.json"):
        assert clerk.get(f"/department/batches/{batch.batch_id}{suffix}").status_code == 404
    assert auditor.get(f"/department/batches/{batch.batch_id}").status_code == 200


def test_a_foreign_batch_is_answered_like_an_unknown_one(world: World):
    batch = next(b for b in _batches(world) if b.agency_code != world.agencies[0])
    clerk = world.client(Role.SUBMITTER)
    foreign = clerk.get(f"/department/batches/{batch.batch_id}").text.replace(batch.batch_id, "X")
    unknown = clerk.get("/department/batches/B0000").text.replace("B0000", "X")
    assert _without_number(foreign) == _without_number(unknown)


def _without_number(html: str) -> str:
    return re.sub(r"请求编号 <span class=\"code\">\w+", "", html)


def _batches(world: World):
    with world.service.office.ledger.unit_of_work() as uow:
        return uow.batches.list_newest(None, 100)
