"""A clerk hands files in: dropped or chosen, tried out first, with keys alone, on a phone, and without scripts."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, FilePayload, Page, expect

from credit_service.domain.agency import Role
from tests.integration.batch_desk import HEADERS, Honour

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE, DESK = 390, 1280
DROP = """([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, {type: "text/csv"}));
  const zone = document.querySelector("[data-drop]");
  zone.dispatchEvent(new DragEvent("dragenter", {dataTransfer: files, bubbles: true, cancelable: true}));
  const marked = zone.classList.contains("is-over");
  zone.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
  return [marked, zone.classList.contains("is-over")];
}"""
serial = iter(range(7_000, 9_000))


def to_csv(*honours: Honour) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([HEADERS, *(honour.cells() for honour in honours)])
    return text.getvalue()


def new_file(name: str = "荣誉.csv", wrong: int = 1) -> FilePayload:
    """Return bytes that nobody has sent yet, with some wrong dates."""
    rows = [Honour(next(serial)) for _ in range(3)] + [Honour(next(serial), day="去年") for _ in range(wrong)]
    return {"name": name, "mimeType": "text/csv", "buffer": to_csv(*rows).encode()}


@pytest.fixture
def open_desk(site: Site, open_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Return a maker of pages that show the upload form; what breaks in them fails the test."""
    complaints: list[str] = []

    def open_page(width: int = DESK, **options: object) -> Page:
        page = open_context(width, **options).new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
        site.sign_in(page, Role.SUBMITTER)
        page.goto(f"{site.url}/department")
        return page

    yield open_page
    assert [line for line in complaints if "status of 4" not in line] == []


def expect_report(page: Page) -> None:
    expect(page.locator("#counts")).to_contain_text("共 4 行：入库 3，退回 1", timeout=30_000)
    expect(page.locator("#findings-panel")).to_contain_text("改法")


def test_a_dropped_file_is_listed_uploaded_checked_and_reported(open_desk: Callable[..., Page]):
    page = open_desk()
    file = new_file("拖来的.csv")
    marked = page.evaluate(DROP, [file["name"], file["buffer"].decode()])
    assert marked == [True, False], "the place to drop at shows itself, and only while something is over it"
    expect(page.locator("[data-chosen] li")).to_contain_text("拖来的.csv")
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_url(re.compile("/department/batches/B"))
    # The page was a progress bar that asked again by itself.
    expect_report(page)


def test_a_longer_check_shows_its_progress_and_gives_way_to_the_report(open_desk: Callable[..., Page]):
    page = open_desk()
    content = to_csv(*(Honour(n) for n in range(100_001, 160_001))).encode()
    page.locator("input[type=file]").set_input_files({"name": "多.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("#progress progress")).to_be_visible(timeout=30_000)
    # So many rows may be held for a release, by what else the module has uploaded before: the report comes either way.
    expect(page.locator("#counts")).to_contain_text(re.compile("共 60,000 行：(入库|合格) 60,000"), timeout=60_000)


def test_the_upload_shows_how_far_it_is_and_locks_its_buttons(open_desk: Callable[..., Page]):
    page = open_desk()
    page.context.new_cdp_session(page).send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000},
    )
    content = to_csv(Honour(1)).encode() + b"," * 600_000
    page.locator("input[type=file]").set_input_files({"name": "慢.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.locator("[data-sending]")).to_be_visible()
    expect(page.locator("[data-sent]")).to_contain_text(re.compile(r"\d+ KB / 58\d KB"))
    assert page.locator("form[data-upload] button").evaluate_all("all => all.every(one => one.disabled)")
    expect(page.locator("form[data-upload]")).to_have_attribute("aria-busy", "true")


def test_a_trial_first_then_the_same_bytes_without_choosing_again(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files(new_file("先试.csv"))
    page.get_by_role("button", name="先试算，不入库").click()
    page.wait_for_url(re.compile("/department/previews/"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("试算结果：先试.csv", timeout=30_000)
    expect(page.locator("#counts")).to_contain_text("将入库 3，将退回 1")
    page.get_by_role("button", name="正式报送").click()
    page.wait_for_url(re.compile("/department/batches/B"))
    expect_report(page)


def test_a_refused_file_is_told_without_leaving_the_page_and_the_next_try_works(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files({"name": "空.csv", "mimeType": "text/csv", "buffer": b""})
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("文件“空.csv”没有接收")
    page.locator("input[type=file]").set_input_files(new_file())
    expect(page.locator("[data-chosen] li")).to_have_count(1)
    page.get_by_role("button", name="上传并检查").click()
    expect_report(page)


def test_too_much_at_once_is_said_before_anything_is_sent(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files(new_file())
    page.evaluate("document.querySelector('[data-drop]').dataset.limit = 10")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("alert")).to_contain_text("合计超过 300 MB，没有上传")
    assert page.url.endswith("/department")


def test_several_files_are_followed_on_one_page(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files([new_file("甲.csv"), new_file("乙.csv")])
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("收到 2 个文件")
    expect(page.locator("tbody .badge.is-good")).to_have_count(2, timeout=30_000)


def test_with_keys_alone(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files(new_file("键盘.csv"))
    page.locator("input[type=file]").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "上传并检查"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "先试算，不入库"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("试算结果", timeout=30_000)
    page.get_by_role("button", name="正式报送").focus()
    page.keyboard.press("Enter")
    expect_report(page)


def test_a_batch_is_taken_back_with_keys_alone(open_desk: Callable[..., Page]):
    page = open_desk()
    page.locator("input[type=file]").set_input_files(new_file("撤回.csv"))
    page.get_by_role("button", name="上传并检查").click()
    expect_report(page)
    page.locator("summary", has_text="撤回整批").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("报错了月份")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("已撤回")
    expect(page.locator(".facts")).to_contain_text("已撤回")


def test_without_scripts_it_works_by_looking_again(open_desk: Callable[..., Page]):
    page = open_desk(java_script_enabled=False)
    page.locator("input[type=file]").set_input_files(new_file("无脚本.csv"))
    page.get_by_role("button", name="先试算，不入库").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("试算结果", timeout=30_000)
    page.get_by_role("button", name="正式报送").click()
    # The page looks again by itself, or at the reader's wish.
    expect_report(page)
    page.get_by_label("问题种类").select_option("date-format")
    page.get_by_role("button", name="筛选").click()
    page.wait_for_url(re.compile("rule=date-format"))
    expect(page.locator("#findings")).to_have_text("发现的问题（1）")


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_every_step_fits_and_is_accessible(open_desk: Callable[..., Page], axe: str, width: int):
    page = open_desk(width)

    def look(step: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") <= width, step
        page.evaluate(axe)
        found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
        serious = [(one["id"], one["nodes"][0]["target"]) for one in found if one["impact"] in {"serious", "critical"}]
        assert serious == [], step

    page.locator("input[type=file]").set_input_files([new_file("甲" * 40 + ".csv"), new_file("乙.csv", wrong=2)])
    look("chosen")
    page.get_by_role("button", name="先试算，不入库").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("试算结果", timeout=30_000)
    look("trial")
    page.get_by_role("button", name="正式报送").click()
    expect(page.locator("tbody .badge.is-good")).to_have_count(2, timeout=30_000)
    look("received")
    page.get_by_role("link", name="乙.csv").click()
    expect(page.locator("#findings-panel")).to_be_visible()
    look("report")
    page.get_by_role("link", name="查看本批的记录").click()
    page.locator("details.inline summary").first.click()
    look("records")
