"""The governance board behind the door, and what the public is told in front of it."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credit_service.domain.agency import Role
from credit_service.domain.bulletin import parse_period
from credit_service.lookup.governance import get_governance_board
from credit_service.lookup.governance_lines import Breakdown, Selection
from credit_service.lookup.governance_words import say_index

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

PLACE = "/review/governance"
QUARTER = {"period": "2026Q3"}


@pytest.fixture(scope="module")
def reviewer(world: World) -> TestClient:
    return world.client(Role.REVIEWER)


def test_a_reviewer_sees_the_index_its_reasons_and_every_item(world: World, reviewer: TestClient):
    board = get_governance_board(world.service.reading_room, parse_period("2026Q3"))
    page = reviewer.get(PLACE, params=QUARTER).text
    assert f"<dd>{say_index(board.whole.now.index)}<" in page
    for line in board.lines:
        assert line.name in page
    for reason in board.whole.now.index.reasons:
        assert reason.part.entry.rule_id in page
    assert "未建立反馈：这一期的措施没有交办过任何单位" in page
    assert page.count('role="img"') >= 2 + len(board.lines)
    assert len(re.findall(r"<caption>|<table", page)) >= 3


@pytest.mark.parametrize("by", [member.value for member in Breakdown])
def test_every_breakdown_is_shown_and_a_wrong_one_is_by_item(reviewer: TestClient, by: str):
    page = reviewer.get(PLACE, params={**QUARTER, "by": by})
    assert page.status_code == 200
    assert f"按{Breakdown(by).label}" in page.text
    assert reviewer.get(PLACE, params={**QUARTER, "by": "person"}).status_code == 200


def test_a_selection_is_kept_in_the_links_and_the_files(world: World, reviewer: TestClient):
    asked = {**QUARTER, "by": "district", "category": "14"}
    page = html.unescape(reviewer.get(PLACE, params=asked).text)
    assert "/review/governance.xlsx?period=2026Q3&by=district&category=14" in page
    board = get_governance_board(
        world.service.reading_room, parse_period("2026Q3"), Selection(Breakdown.DISTRICT, category=14)
    )
    answer = reviewer.get(f"{PLACE}.csv", params=asked)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["区域"] for row in rows] == [*(line.name for line in board.lines), "合计"]
    assert rows[-1]["期末存量"] == str(board.whole.counts.closing)
    assert 'filename="governance-2026Q3-district.csv"' in answer.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(reviewer.get(f"{PLACE}.xlsx", params=asked).content))
    assert book.sheetnames[0] == "治理统计表"


def test_a_past_day_shows_what_was_known_then(reviewer: TestClient):
    page = reviewer.get(PLACE, params={**QUARTER, "known_on": "2026-09-29"}).text
    assert "（当时已知的）" in page
    assert "2026年第三季度尚未结束" in page
    assert "没有在管的失信记录" in page


@pytest.mark.parametrize("asked", [{"period": "2026Q9"}, {"period": "2999"}, {"known_on": "gestern"}])
def test_what_cannot_be_read_is_told(reviewer: TestClient, asked: dict[str, str]):
    answer = reviewer.get(PLACE, params=asked)
    assert answer.status_code == 422
    assert "怎么办" in answer.text


@pytest.mark.parametrize("asked", [{"category": "x"}, {"district": "99"}, {"district": "9901 1"}, {"agency": "a" * 41}])
def test_what_is_no_code_is_refused(reviewer: TestClient, asked: dict[str, str]):
    assert reviewer.get(PLACE, params={**QUARTER, **asked}).status_code == 422


def test_the_public_page_has_coarse_numbers_and_names_nobody(world: World):
    client = world.client()
    page = client.get("/governance").text
    assert "不公布" in page
    assert "约" in page
    # Numbers a reader could count somebody by: none but multiples of the step.
    told = re.findall(r">约([0-9,]+)<", page)
    assert told
    assert all(int(number.replace(",", "")) % 5 == 0 for number in told)
    assert "合计" not in page
    assert client.get("/governance", params={"period": "2026Q2"}).status_code == 200
    for code in ("2026-09", "2026", "2020Q1"):
        assert client.get("/governance", params={"period": code}).status_code == 422
