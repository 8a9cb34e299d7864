"""Feedback on many measures by a filled-in form: faulty rows are told, the others written down, nothing twice."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credit_service.domain.agency import Role
from credit_service.lookup.measures import Shown, get_measure_desk
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.agencies import list_agencies
from tests.functional.web.clerks import PHRASE, to_text

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


@pytest.fixture(scope="module")
def code(world: World) -> str:
    return next(a.agency_code for a in list_agencies(world.service.office) if a.short_name == "财政局")


@pytest.fixture(scope="module")
def clerk(world: World, code: str) -> TestClient:
    add_account(world.service.office, NewAccount("form-clerk", "财政报送员", code, Role.SUBMITTER, PHRASE))
    client = world.new_client()
    assert world.sign_in(client, "form-clerk", PHRASE).status_code == 303
    return client


def open_tasks(world: World, code: str, nature: str = "management") -> list[str]:
    desk = get_measure_desk(world.service.reading_room, code)
    return [i.task_id for i in desk.items if i.use.owed.nature == nature and i.state.value == "asked"]


def running(world: World, code: str) -> set[str]:
    return {i.task_id for i in get_measure_desk(world.service.reading_room, code, Shown.RUNNING).items}


def send(world: World, client: TestClient, content: bytes, name: str) -> str:
    form = {"csrf": world.token(client)}
    answer = client.post("/department/measures/upload", data=form, files={"file": (name, content)})
    assert answer.status_code in {200, 422}
    return to_text(answer)


def test_the_form_lists_what_is_open_and_comes_back_filled_in(world: World, clerk: TestClient, code: str):
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/department/measures/feedback.xlsx").content))
    sheet = book["措施反馈"]
    heads = [cell.value for cell in sheet[1]]
    rows = {sheet.cell(row, 1).value: row for row in range(2, sheet.max_row + 1) if sheet.cell(row, 1).value}
    assert len(rows) == get_measure_desk(world.service.reading_room, code).counts[Shown.TODO]
    good, bad = open_tasks(world, code)[:2]

    def fill(task: str, **cells: str) -> None:
        for header, value in cells.items():
            sheet.cell(rows[task], heads.index(header) + 1).value = value

    fill(good, 反馈="已执行", 执行情况或不适用的理由="已暂停申报资格", 办理日期="2026年10月28日")
    sheet.cell(rows[good], heads.index("金额（元）") + 1).value = "3500.5"
    fill(bad, 反馈="已执行")
    content = io.BytesIO()
    book.save(content)
    text = send(world, clerk, content.getvalue(), "反馈表.xlsx")
    assert "反馈 1 项，1 项没有办成" in text
    assert f"第 {rows[bad]} 行 {bad}" in text
    assert "缺少：执行情况" in text
    assert good in running(world, code)
    again = send(world, clerk, content.getvalue(), "反馈表.xlsx")
    assert "反馈 1 项，1 项没有办成" in again
    (item,) = [i for i in get_measure_desk(world.service.reading_room, code, Shown.ALL).items if i.task_id == good]
    assert [(one.kind.value, one.amount_fen) for one in item.use.feedback] == [("done", 350_050)]


def test_systems_send_json_and_csv_with_codes(world: World, clerk: TestClient, code: str):
    first, second = open_tasks(world, code)[:2]
    rows = [{"task_id": first, "kind": "done", "what": "已执行", "on": "2026-10-28", "amount": "10"}]
    assert "反馈 1 项" in send(world, clerk, json.dumps(rows).encode(), "反馈.json")
    csv = f"任务编号,反馈,执行情况或不适用的理由\n{second},不适用,不在本单位管理范围\nM000000000000,已执行,x\n,接收,\n"
    text = send(world, clerk, csv.encode("utf-8-sig"), "反馈.csv")
    assert "反馈 1 项，2 项没有办成" in text
    assert "没有编号为“M000000000000”的措施任务" in text
    assert "没有写明是哪项措施" in text


def test_a_row_without_a_number_reports_what_nobody_asked_for(world: World, clerk: TestClient):
    csv = "措施,案件编号,反馈,办理日期\n停止供电,,已执行,2026-10-27\n"
    text = send(world, clerk, csv.encode(), "另报.csv")
    assert "已按“未经交办的措施”登记" in text
    assert "停止供电" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a,b\n1,2\n", "没有找到措施反馈表的表头"),
        ("任务编号,凭证\nM1,x\n".encode(), "缺少列：反馈"),
        (b"\x00\x01", "没有办成"),
        (("任务编号,反馈\n" + "M1,接收\n" * 2001).encode(), "一次最多反馈2000项"),
    ],
)
def test_a_file_that_is_not_the_form_is_refused_as_a_whole(world: World, clerk: TestClient, content, told):
    assert told in send(world, clerk, content, "坏.csv")


def test_a_foreign_task_is_refused_by_its_row(world: World, clerk: TestClient):
    desk = get_measure_desk(world.service.reading_room, None, Shown.TODO)
    foreign = next(i.task_id for i in desk.items if i.agency.short_name == "税务局")
    text = send(world, clerk, f"任务编号,反馈\n{foreign},接收\n".encode(), "别家.csv")
    assert f"没有编号为“{foreign}”的措施任务" in text


def test_only_clerks_get_the_form(world: World):
    assert world.client(Role.AUDITOR).get("/department/measures/feedback.xlsx").status_code == 403
