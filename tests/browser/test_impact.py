"""A reviewer compares a draft in the browser: the wait, the result, on a desk and on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from credit_service.domain.agency import Role
from tests.integration.impact_world import make_draft

if TYPE_CHECKING:
    from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PHONE, DESK = 390, 1280
PATIENCE = 120_000


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_draft_is_compared_and_its_page_fits_and_is_accessible(
    site: Site, open_context: Callable[..., BrowserContext], axe: str, tmp_path: Path, width: int
):
    page = open_context(width).new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None)
    site.sign_in(page, Role.REVIEWER)
    page.goto(f"{site.url}/review/rules/impact")
    draft = make_draft(tmp_path, "fines", "only_d")
    archive = shutil.make_archive(str(tmp_path / "draft"), "zip", draft.parent, draft.name)
    page.get_by_label("规则目录的 ZIP 压缩包").set_input_files(archive)
    page.get_by_label("比较哪一天").fill("2026-09-30")
    page.get_by_role("button", name="开始比较").click()
    # The page asks by itself until the comparison is there.
    expect(page.get_by_role("heading", name="各名单的进出")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_role("img", name="综合等级的变化")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert _find_barriers(page, axe) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="下载报告（网页）").click()
    report = open_context(width).new_page()
    path = tmp_path / "report.html"
    download.value.save_as(path)
    report.goto(path.as_uri())
    expect(report.get_by_role("heading", name="规则草案影响评估报告")).to_be_visible()
    assert report.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []


def _find_barriers(page: Page, axe: str) -> list[tuple[str, object]]:
    page.evaluate(axe)
    result = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        (violation["id"], [node["target"] for node in violation["nodes"]][:3])
        for violation in result["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]
