"""The quality board behind the door: who sees whose numbers, and what can be taken away."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credit_service.domain.agency import Role
from credit_service.domain.month import parse_month
from credit_service.errors import AccountExists
from credit_service.lookup.quality import get_quality_board
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.agencies import list_agencies

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

MONTH = "2026-09"
PLACE = "/department/quality"


def _code(world: World, short_name: str) -> str:
    return next(one.agency_code for one in list_agencies(world.service.office) if one.short_name == short_name)


def _clerk_of(world: World, short_name: str) -> TestClient:
    code = _code(world, short_name)
    with suppress(AccountExists):
        new = NewAccount(f"clerk-{code}", "报送员", code, Role.SUBMITTER, "a-long-enough-phrase")
        add_account(world.service.office, new)
    client = world.new_client()
    assert world.sign_in(client, f"clerk-{code}", "a-long-enough-phrase").status_code == 303
    return client


@pytest.fixture(scope="module")
def market(world: World) -> TestClient:
    """A clerk of a department that sent five files in September."""
    return _clerk_of(world, "市场监管局")


def test_a_department_sees_its_own_rates_and_what_to_do_next(world: World, market: TestClient):
    board = get_quality_board(world.service.reading_room, parse_month(MONTH), _code(world, "市场监管局"))
    page = market.get(PLACE, params={"month": MONTH}).text
    counts = board.agencies[0].counts
    assert counts.late
    for label in (counts.compliance.label, counts.timeliness.label):
        assert f"<dd>{label}<" in page
    assert f"<dd>{counts.late}<" in page
    assert "请补报；没有发生的，上传只有表头的空表" in page
    assert 'role="img"' in page
    assert "近十二个月合规率" in page


def test_late_batches_are_linked(market: TestClient):
    page = market.get(PLACE, params={"month": MONTH}).text
    late = page.partition('id="late"')[2]
    batch_id = re.search(r"/department/batches/(B[0-9A-F]{16})", late)
    assert batch_id is not None
    assert market.get(f"/department/batches/{batch_id.group(1)}").status_code == 200


def test_another_departments_numbers_are_not_shown_to_a_submitter(world: World, market: TestClient):
    page = market.get(PLACE, params={"month": MONTH}).text
    others = [one for one in list_agencies(world.service.office) if one.short_name != "市场监管局"]
    assert not [one.name for one in others if one.name in page or one.agency_code in page]
    for path in (PLACE, f"{PLACE}.xlsx", f"{PLACE}.csv"):
        answer = market.get(path, params={"month": MONTH, "agency": others[0].agency_code})
        assert answer.status_code == 403
        assert "只能查看本单位" in answer.text
    table = market.get(f"{PLACE}.csv", params={"month": MONTH}).content.decode("utf-8-sig")
    assert [row["单位代码"] for row in csv.DictReader(io.StringIO(table))] == [_code(world, "市场监管局")]


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR, Role.REVIEWER])
def test_overseers_and_reviewers_see_all_departments_ranked(world: World, role: Role):
    page = world.client(role).get(PLACE, params={"month": MONTH, "by": "timeliness"}).text
    assert "各单位报送质量" in page
    for short_name in ("市场监管局", "税务局", "公安局"):
        assert short_name in page
    assert "按及时率从好到差排列" in page
    own = world.client(role).get(PLACE, params={"month": MONTH, "agency": _code(world, "公安局")})
    assert own.status_code == 200
    assert "公安局" in own.text


def test_a_reviewer_gets_no_link_that_leads_to_a_refusal(world: World):
    client = world.client(Role.REVIEWER)
    page = client.get(PLACE, params={"month": MONTH, "agency": _code(world, "市场监管局")}).text
    links = set(re.findall(r'href="(/department[^"#]*)"', page))
    assert links
    assert not [link for link in links if client.get(link.replace("&amp;", "&")).status_code == 403]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.PUBLISHER, Role.DECIDER])
def test_other_roles_are_told_what_is_needed(world: World, role: Role):
    answer = world.client(role).get(PLACE)
    assert answer.status_code == 403
    assert "报送人员" in answer.text


def test_nobody_unknown_sees_anything(world: World):
    for path in (PLACE, f"{PLACE}.xlsx", f"{PLACE}.csv"):
        assert world.new_client().get(path).status_code in {303, 401}


def test_the_workbook_is_that_of_the_page(world: World):
    answer = world.client(Role.AUDITOR).get(f"{PLACE}.xlsx", params={"month": MONTH})
    assert f"quality-{MONTH}.xlsx" in answer.headers["content-disposition"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["月度表"]
    assert "公共信用信息报送质量月度表（2026年9月）" in sheet["A1"].value
    assert world.service.office.district.issuer in sheet["A2"].value
    names = {row[1].value for row in sheet.iter_rows(4)}
    assert {one.name for one in list_agencies(world.service.office) if one.short_name in {"税务局", "法院"}} <= names
    assert "合计" in names


@pytest.mark.parametrize("month", ["9月", "2026-13", "x" * 20])
def test_a_month_that_cannot_be_read_is_told(market: TestClient, month: str):
    answer = market.get(PLACE, params={"month": month})
    assert answer.status_code == 422
    assert "2026-09" in answer.text


def test_an_unknown_department_is_told(world: World):
    answer = world.client(Role.AUDITOR).get(PLACE, params={"agency": "x"})
    assert answer.status_code == 403
    assert "没有代码为“x”的单位" in answer.text


def test_the_first_day_says_how_to_start(first_day: World):
    page = first_day.client(Role.SUBMITTER).get(PLACE).text
    assert "上传文件，检查完成后这里立即更新" in page
    ranking = first_day.client(Role.AUDITOR).get(PLACE).text
    assert "近十二个月还没有单位报送过数据" in ranking


def test_navigation_marks_one_place(market: TestClient):
    head = market.get(PLACE).text.partition("</header>")[0]
    assert len(re.findall('aria-current="page"', head)) == 1
    assert 'href="/department/quality" aria-current="page"' in head
