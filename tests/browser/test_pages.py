"""Every page on a desk and on a phone: no sideways scrolling, no barrier, no broken script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page

from credit_service.domain.agency import Role
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.objection import Channel, ObjectionTarget, ObjectorKind, ObjectorWords
from credit_service.lookup.batches import list_batches
from credit_service.lookup.cases import list_cases
from credit_service.lookup.objections import list_objections
from credit_service.pipeline.receive_objections import NewObjection, receive_objection
from credit_service.registry.receipt_codes import make_delivery_code

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE, DESK = 390, 1280
PAGES: dict[str, Role | None] = {
    "/": None,
    "/bulletins": None,
    "/bulletins/{bulletin}": None,
    "/search?q=测试": None,
    "/search?q=无此企业": None,
    "/subjects/{subject}": None,
    "/about": None,
    "/objections": None,
    "/objections?bulletin=2026Q3&case=C1": None,
    "/rulebook": None,
    "/rulebook?as_of=2020-01-01": None,
    "/sign-in": None,
    "/nowhere": None,
    "/api/docs": None,
    "/department": Role.SUBMITTER,
    "/department/objections": Role.SUBMITTER,
    "/department/batches/{batch}": Role.AUDITOR,
    "/department/batches/{batch}/records": Role.AUDITOR,
    "/department/quality?month=2026-09": Role.AUDITOR,
    "/department/quality?month=2026-09&agency=11990101990100034U": Role.AUDITOR,
    "/review": Role.REVIEWER,
    "/review/cases/{proposed}": Role.REVIEWER,
    "/review/objections": Role.REVIEWER,
    "/review/objections/{objection}": Role.DECIDER,
    "/review/cases/{published}": Role.DECIDER,
    "/review/rules/impact": Role.REVIEWER,
    "/review/subjects": Role.REVIEWER,
    "/review/subjects?q=测试": Role.AUDITOR,
    "/review/subjects/{subject}": Role.REVIEWER,
    "/review/subjects/history": Role.DECIDER,
    "/review/governance?period=2026Q3": Role.REVIEWER,
    "/review/governance?period=2026Q4&by=district&category=14": Role.ANALYST,
    "/governance": None,
    "/analyst?example=1": Role.ANALYST,
    "/account": Role.REVIEWER,
    "/account/password": Role.SUBMITTER,
    "/account/second-factor": Role.DECIDER,
    "/admin": Role.ADMINISTRATOR,
    "/admin/accounts": Role.ADMINISTRATOR,
    "/admin/accounts/demo-decider": Role.ADMINISTRATOR,
    "/admin/agencies": Role.ADMINISTRATOR,
    "/admin/agencies/11990101990100034U": Role.AUDITOR,
    "/admin/keys": Role.ADMINISTRATOR,
    "/admin/tables": Role.AUDITOR,
    "/admin/tables/amount_limits": Role.AUDITOR,
    "/admin/audit": Role.AUDITOR,
}


def _fill(site: Site, path: str) -> str:
    cases = list_cases(site.service.reading_room)
    published = next(case for case in cases if case.state is CaseState.PUBLISHED and case.identifier_code)
    proposed = next(case for case in cases if case.state is CaseState.PROPOSED)
    batch = next(batch for batch in list_batches(site.service.reading_room, None) if batch.rejected)
    return site.url + path.format(
        bulletin=site.demo.published.release.bulletin_id,
        subject=published.identifier_code,
        batch=batch.batch_id,
        proposed=proposed.case_id,
        published=published.case_id,
        objection=_object_to(site, published) if "{objection}" in path else "",
    )


def _object_to(site: Site, case: Case) -> str:
    """Return the number of an objection, handed in at the first call."""
    office = site.service.office
    known = list_objections(site.service.reading_room)
    if known:
        return known[0].objection.number
    new = NewObjection(
        target=ObjectionTarget.CASE,
        target_id=case.case_id,
        objector=ObjectorKind.SUBJECT,
        channel=Channel.PAGE,
        words=ObjectorWords("王小明（测试）", "000-00000000", "处罚决定已被撤销。"),
        delivery_code=make_delivery_code(office.keys, case.case_id),
    )
    return receive_objection(office, new).objection.number


def _open(site: Site, context: BrowserContext, path: str) -> tuple[Page, list[str]]:
    page = context.new_page()
    if PAGES[path] is not None:
        site.sign_in(page, PAGES[path])
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    page.goto(_fill(site, path))
    return page, [line for line in complaints if "status of 404" not in line]


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("path", PAGES)
def test_page_fits_is_accessible_and_breaks_no_policy(
    site: Site, open_context: Callable[..., BrowserContext], axe: str, path: str, width: int
):
    page, complaints = _open(site, open_context(width), path)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Evaluated by the debugger, so the page's own policy stays in force.
    page.evaluate(axe)
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    serious = [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in result["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
    assert serious == []


def test_first_tab_leads_past_the_navigation(site: Site, open_context: Callable[..., BrowserContext]):
    page = open_context().new_page()
    page.goto(site.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"
