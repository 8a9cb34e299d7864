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
ADMINISTRATORS = frozenset({R.ADMINISTRATOR})
PEOPLE = frozenset(Role)
BATCHES = frozenset({R.SUBMITTER}) | OVERSEERS
SENDERS = frozenset({R.SUBMITTER})
REPORTS = BATCHES | {R.REVIEWER, R.DECIDER}
CASES = frozenset({R.REVIEWER, R.DECIDER, R.PUBLISHER}) | OVERSEERS
OBJECTIONS = frozenset({R.REVIEWER, R.DECIDER}) | OVERSEERS
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
    ("GET", "/objections"): EVERYBODY,
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
    ("GET", "/department/vettings"): BATCHES,
    ("POST", "/department/vettings"): SENDERS,
    ("GET", "/department/vettings/waiting/{token}"): SENDERS,
    ("GET", "/department/vettings/waiting/{token}/progress"): SENDERS,
    ("GET", "/department/vettings/{vetting_id}"): BATCHES,
    ("GET", "/department/vettings/{vetting_id}/result.{ending}"): BATCHES,
    ("GET", "/department/measures"): CASES | SENDERS,
    ("GET", "/department/measures/{task_id}"): CASES | SENDERS,
    ("POST", "/department/measures/many"): SENDERS,
    ("GET", "/department/measures/feedback.xlsx"): SENDERS,
    ("POST", "/department/measures/upload"): SENDERS,
    ("POST", "/department/measures/reports"): SENDERS,
    ("POST", "/department/measures/{task_id}/feedback"): SENDERS,
    ("GET", "/review"): CASES,
    ("GET", "/review/measures"): CASES,
    ("GET", "/review/measures.xlsx"): CASES,
    ("GET", "/review/governance"): CASES | {R.ANALYST},
    ("GET", "/review/governance.xlsx"): CASES | {R.ANALYST},
    ("GET", "/review/governance.csv"): CASES | {R.ANALYST},
    ("GET", "/governance"): EVERYBODY,
    ("GET", "/review/calendar"): CASES,
    ("GET", "/review/months"): CASES,
    ("GET", "/review/months.xlsx"): CASES,
    ("GET", "/review/cases/{case_id}"): CASES,
    ("GET", "/review/cases/{case_id}/exhibits/{digest}"): CASES,
    ("GET", "/review/cases/{case_id}/outlook"): CASES,
    ("GET", "/review/cases/{case_id}/publication"): CASES,
    ("POST", "/review/cases/{case_id}/acts"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/review/rules/adoptions"): CASES,
    ("GET", "/review/rules/adoptions/{number}"): CASES,
    ("GET", "/review/cases/{case_id}/papers/{kind}/draft.{form}"): CASES,
    ("POST", "/review/cases/{case_id}/papers"): frozenset({R.REVIEWER, R.DECIDER}),
    ("POST", "/review/papers/{paper_id}/receipt"): frozenset({R.REVIEWER, R.DECIDER}),
    ("POST", "/review/papers/{paper_id}/void"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/review/papers/{paper_id}/paper.{form}"): CASES,
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
    ("GET", "/review/objections"): OBJECTIONS,
    ("POST", "/review/objections"): frozenset({R.REVIEWER}),
    ("GET", "/review/objections/delivery-code"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/review/objections/{number}"): OBJECTIONS,
    ("GET", "/review/objections/{number}/exhibits/{digest}"): OBJECTIONS,
    ("POST", "/review/objections/{number}/acts"): frozenset({R.REVIEWER, R.DECIDER}),
    ("GET", "/department/objections"): SENDERS,
    ("GET", "/department/objections/{number}"): SENDERS,
    ("POST", "/department/objections/{number}/acts"): SENDERS,
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
    ("GET", "/account"): PEOPLE,
    ("GET", "/account/password"): PEOPLE,
    ("POST", "/account/password"): PEOPLE,
    ("GET", "/account/second-factor"): PEOPLE,
    ("POST", "/account/second-factor/begin"): PEOPLE,
    ("POST", "/account/second-factor/confirm"): PEOPLE,
    ("POST", "/account/second-factor/remove"): PEOPLE,
    ("POST", "/account/sessions/{session_id}/end"): PEOPLE,
    ("POST", "/account/sessions/end-others"): PEOPLE,
    ("GET", "/admin"): OVERSEERS,
    ("GET", "/admin/audit"): OVERSEERS,
    ("GET", "/admin/tables"): OVERSEERS,
    ("GET", "/admin/tables/{name}"): OVERSEERS,
    ("GET", "/admin/accounts"): OVERSEERS,
    ("POST", "/admin/accounts"): ADMINISTRATORS,
    ("GET", "/admin/accounts/{account_id}"): OVERSEERS,
    ("POST", "/admin/accounts/{account_id}/role"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/disable"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/enable"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/unlock"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/reset-password"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/remove-factor"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/link"): ADMINISTRATORS,
    ("POST", "/admin/accounts/{account_id}/unlink"): ADMINISTRATORS,
    ("GET", "/admin/agencies"): OVERSEERS,
    ("POST", "/admin/agencies"): ADMINISTRATORS,
    ("GET", "/admin/agencies/{agency_code}"): OVERSEERS,
    ("POST", "/admin/agencies/{agency_code}"): ADMINISTRATORS,
    ("GET", "/admin/keys"): OVERSEERS,
    ("POST", "/admin/keys"): ADMINISTRATORS,
    ("POST", "/admin/keys/{key_id}/revoke"): ADMINISTRATORS,
    # Behind a key, not a sign-in: nobody's cookie opens these.
    ("POST", "/api/v1/checks"): frozenset(),
    ("GET", "/api/v1/notices"): frozenset(),
    ("POST", "/api/v1/notices/{notice_id}/receipt"): frozenset(),
    ("GET", "/api/v1/repairs"): frozenset(),
    ("POST", "/api/v1/repairs"): frozenset(),
    ("GET", "/api/v1/bulletins"): frozenset(),
    ("POST", "/api/v1/vettings"): frozenset(),
    ("GET", "/api/v1/vettings/jobs/{token}"): frozenset(),
    ("GET", "/api/v1/vettings/{vetting_id}"): frozenset(),
    ("POST", "/api/v1/batches"): frozenset(),
    ("POST", "/api/v1/batches/preview"): frozenset(),
    ("GET", "/api/v1/batches/{batch_id}"): frozenset(),
    ("GET", "/api/v1/batches/{batch_id}/findings"): frozenset(),
    ("POST", "/api/v1/batches/{batch_id}/withdraw"): frozenset(),
    ("GET", "/api/v1/measures/owed"): frozenset(),
    ("POST", "/api/v1/measures/reports"): frozenset(),
    ("POST", "/api/v1/measures/{task_id}/feedback"): frozenset(),
    ("GET", "/api/v1/objections"): frozenset(),
    ("POST", "/api/v1/objections"): frozenset(),
    ("GET", "/api/v1/objections/{number}"): frozenset(),
    ("POST", "/api/v1/objections/{number}/verdict"): frozenset(),
    ("POST", "/api/v1/objections/{number}/correction"): frozenset(),
    ("POST", "/api/v1/objections/{number}/withdraw"): frozenset(),
}
# These end or open a sign-in; test_web_sign_in.py, test_web_second_factor.py and test_web_provider.py hold them. Forms
# of objections carry a token of their own cookie; test_web_objections.py holds those.
ELSEWHERE = {
    ("POST", "/sign-in"),
    ("GET", "/sign-in/code"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/provider"),
    ("GET", "/sign-in/provider/return"),
    ("POST", "/sign-out"),
    ("GET", "/static"),
    ("POST", "/objections"),
    ("POST", "/objections/status"),
    ("POST", "/objections/evidence"),
    ("POST", "/objections/withdraw"),
}


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
