"""The public rulebook over HTTP: today, a past day, no day, and its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def test_anybody_reads_the_rules_of_today(first_day: World):
    page = first_day.client().get("/rulebook")
    assert page.status_code == 200
    assert 'id="points.penalty.general"' in page.text
    assert "未经两人采用" in page.text
    assert 'href="/rulebook/rulebook.pdf"' in page.text


def test_a_past_day_shows_the_rules_of_that_day_and_says_so(first_day: World):
    page = first_day.client().get("/rulebook?as_of=2026-03-31")
    assert page.status_code == 200
    assert "这是 2026年3月31日适用的规则" in page.text
    assert 'href="/rulebook/rulebook.pdf?as_of=2026-03-31"' in page.text


@pytest.mark.parametrize("as_of", ["2020-01-01", "明天", "2026-13-01"])
def test_a_day_without_rules_says_what_to_do(first_day: World, as_of: str):
    page = first_day.client().get("/rulebook", params={"as_of": as_of})
    assert page.status_code == 404
    assert "怎么办" in page.text
    assert "查看今天的规则" in page.text


def test_what_is_asked_for_is_escaped(first_day: World):
    page = first_day.client().get("/rulebook", params={"as_of": '"><b>'})
    assert page.status_code == 404
    assert '"><b>' not in page.text


def test_its_files_are_sent(first_day: World):
    client = first_day.client()
    pdf = client.get("/rulebook/rulebook.pdf?as_of=2026-09-30")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == 'inline; filename="rulebook-2026-09-30.pdf"'
    assert pdf.content.startswith(b"%PDF-")
    page = client.get("/rulebook/rulebook.html?as_of=2026-09-30")
    assert "points.penalty.general" in page.text
    style = client.get("/rulebook/style.css")
    assert style.headers["content-type"].startswith("text/css")


def test_links_of_reasons_lead_to_rules(world: World):
    from credit_service.domain.agency import Role
    from credit_service.lookup.cases import list_cases

    case = list_cases(world.service.reading_room)[0]
    page = world.client(Role.REVIEWER).get(f"/review/cases/{case.case_id}").text
    assert 'href="/rulebook#' in page
