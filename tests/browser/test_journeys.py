"""What people do: a clerk uploads, a reviewer acts, an analyst asks, a reader finds."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from playwright.sync_api import BrowserContext, expect

from credit_service.domain.agency import Role
from credit_service.domain.listing import CaseState
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import list_cases

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"


@pytest.fixture
def new_file(site: Site, tmp_path: Path) -> Path:
    """A sample of the demo clerk's agency without its last row: bytes that nobody has sent yet."""
    with site.service.office.ledger.unit_of_work() as uow:
        agency_code = uow.accounts.find("demo-submitter").agency_code
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        entry = next(
            row for row in csv.DictReader(lines) if row["agency_code"] == agency_code and row["file"].endswith("xlsx")
        )
    book = load_workbook(SAMPLES / entry["file"])
    book.active.delete_rows(book.active.max_row)
    book.save(tmp_path / "补报.xlsx")
    return tmp_path / "补报.xlsx"


def test_a_clerk_uploads_and_sees_what_to_mend(site: Site, open_context: Callable[..., BrowserContext], new_file: Path):
    page = open_context().new_page()
    site.sign_in(page, Role.SUBMITTER)
    page.goto(f"{site.url}/department")
    page.locator("input[type=file]").set_input_files(new_file)
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("补报.xlsx")
    expect(page.locator("#findings")).to_contain_text("发现的问题")
    expect(page.locator("table.cards tbody tr").first).to_contain_text("改法")


def test_choosing_a_rule_filters_without_a_button(site: Site, open_context: Callable[..., BrowserContext]):
    page = open_context().new_page()
    site.sign_in(page, Role.AUDITOR)
    page.goto(f"{site.url}/department?template=penalty_org")
    page.get_by_role("link", name="2026年三季度行政处罚").click()
    before = page.locator("#findings").inner_text()
    page.get_by_label("问题种类").select_option(index=1)
    expect(page.locator("#findings")).not_to_have_text(before)
    assert "rule=" in page.url


def test_a_reviewer_acts_with_the_keyboard_alone(site: Site, open_context: Callable[..., BrowserContext]):
    case = next(c for c in list_cases(site.service.reading_room) if c.state is CaseState.PROPOSED)
    page = open_context().new_page()
    site.sign_in(page, Role.REVIEWER)
    page.goto(f"{site.url}/review/cases/{case.case_id}")
    page.locator("summary", has_text=re.compile("^拟定")).first.focus()
    page.keyboard.press("Enter")
    page.locator("#draft_notice-document_no").focus()
    page.keyboard.type("示信告〔2026〕88号")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已办理")
    expect(page.locator(".timeline")).to_contain_text("示信告〔2026〕88号")


def test_a_refusal_is_shown_beside_the_form(site: Site, open_context: Callable[..., BrowserContext]):
    case = [c for c in list_cases(site.service.reading_room) if c.state is CaseState.PROPOSED][-1]
    page = open_context().new_page()
    site.sign_in(page, Role.REVIEWER)
    page.goto(f"{site.url}/review/cases/{case.case_id}")
    page.locator("summary", has_text=re.compile("^拟定")).first.click()
    page.locator("#draft_notice-document_no").fill("示信告〔2026〕89号")
    page.locator("#draft_notice-on").fill("2031-01-01")
    page.locator("details[open] button", has_text=re.compile("^拟定")).click()
    expect(page.get_by_role("alert")).to_contain_text("没有办成")
    expect(page.locator("#draft_notice-document_no")).to_have_value("示信告〔2026〕89号")


def test_an_analyst_asks_an_example(site: Site, open_context: Callable[..., BrowserContext]):
    page = open_context().new_page()
    site.sign_in(page, Role.ANALYST)
    page.goto(f"{site.url}/analyst")
    page.get_by_role("link", name="例：各类记录有多少").click()
    page.get_by_role("button", name="运行", exact=True).click()
    expect(page.locator("#result")).to_contain_text("结果")
    expect(page.locator(".scroll.tall tbody tr").first).to_be_visible()


def test_a_reader_goes_from_the_front_page_to_an_organisation(site: Site, open_context: Callable[..., BrowserContext]):
    case = next(
        c
        for c in list_cases(site.service.reading_room, ListKind.BLACK, CaseState.PUBLISHED)
        if c.identifier_code is not None
    )
    page = open_context(390).new_page()
    page.goto(site.url)
    page.get_by_role("searchbox").fill(case.subject_name)
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name=case.subject_name).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(case.subject_name)
    expect(page.locator("main")).to_contain_text("信息纠错")


def test_without_scripts_everything_still_works(site: Site, open_context: Callable[..., BrowserContext]):
    page = open_context(java_script_enabled=False).new_page()
    site.sign_in(page, Role.REVIEWER)
    page.goto(f"{site.url}/review")
    page.get_by_label("名单").select_option("red")
    page.get_by_role("button", name="筛选").click()
    assert "list_kind=red" in page.url
