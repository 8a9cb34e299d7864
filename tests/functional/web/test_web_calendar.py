"""What is due and how a month went, on the played demo; evidence handed in on the page."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from credit_service.domain.agency import Role
from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.month import Month
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import list_cases
from credit_service.lookup.dues import get_due_board
from credit_service.lookup.months import get_month_board

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def test_every_open_case_is_due_and_the_late_come_first(world: World):
    board = get_due_board(world.service.reading_room)
    waiting = [
        case
        for case in list_cases(world.service.reading_room, None, None, 10_000)
        if case.state not in {CaseState.DECLINED, CaseState.ENDED, CaseState.DECISION_SERVED, CaseState.PUBLISHED}
    ]
    assert {due.object_id for due in board.dues if due.about == "case"} == {case.case_id for case in waiting}
    assert board.late, "four weeks after the assessment somebody is late"
    page = world.client(Role.REVIEWER).get("/review/calendar").text
    assert page.index(board.late[0].object_id) < page.index(board.dues[-1].object_id)
    filtered = world.client(Role.AUDITOR).get("/review/calendar", params={"state": "running"}).text
    assert board.late[0].object_id not in filtered


def test_an_empty_calendar_says_what_will_be_there(first_day: World):
    assert "没有在办的事项" in first_day.client(Role.REVIEWER).get("/review/calendar").text


def test_a_month_counts_exactly_what_was_done(world: World):
    room = world.service.reading_room
    board = get_month_board(room, Month(2026, 10))
    with room.ledger.reading() as uow:
        acts = [
            (case, act)
            for case in list_cases(room, None, None, 10_000)
            for act in uow.acts.list_for_case(case.case_id)
            if (act.on.year, act.on.month) == (2026, 10)
        ]
    for line in board.flow:
        assert line.total == sum(act.kind is line.kind for _, act in acts)
    black = next(line for line in board.flow if line.kind is ActKind.DECIDE)
    assert black.counts[ListKind.BLACK] > 0
    decide = next(line for line in board.durations if line.label == "决定列入")
    assert len(decide.days) == black.total
    assert board.trend[-1].into == sum(act.kind in {ActKind.SERVE_DECISION, ActKind.TAKE_OVER} for _, act in acts)


def test_the_month_is_a_page_and_a_workbook(world: World):
    client = world.client(Role.DECIDER)
    page = client.get("/review/months", params={"month": "2026-10"}).text
    assert "本月尚未结束" in page
    assert "决定列入" in page
    sheets = openpyxl.load_workbook(BytesIO(client.get("/review/months.xlsx?month=2026-10").content)).sheetnames
    assert sheets == ["流转", "办理时长", "异议与修复", "近十二个月"]
    assert client.get("/review/months?month=2026-11").status_code == 422
    assert client.get("/review/months?month=去年").status_code == 422


def test_evidence_is_handed_in_with_its_act_and_sent_back_as_it_was(world: World):
    case = [c for c in list_cases(world.service.reading_room) if c.state is CaseState.PROPOSED][-1]
    client = world.client(Role.REVIEWER)
    scan = b"%PDF-1.7 \x00\xff"
    answer = client.post(
        f"/review/cases/{case.case_id}/acts",
        data={"csrf": world.token(client), "kind": "take_up", "on": "2026-10-28"},
        files=[("exhibits", ("审核单.pdf", scan, "application/pdf"))],
    )
    assert answer.status_code == 303, answer.text
    page = client.get(f"/review/cases/{case.case_id}").text
    assert "审核单.pdf" in page
    path = next(part for part in page.split('"') if "/exhibits/" in part)
    sent = client.get(path)
    assert sent.content == scan
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"].startswith("attachment")
    other = next(c for c in list_cases(world.service.reading_room) if c.case_id != case.case_id)
    assert client.get(path.replace(case.case_id, other.case_id)).status_code == 404
    assert world.client(Role.SUBMITTER).get(path).status_code == 403


def test_the_queue_finds_what_is_asked_for(world: World):
    client = world.client(Role.REVIEWER)
    some = list_cases(world.service.reading_room)[0]
    for question in ({"q": some.subject_name}, {"q": some.case_id.lower()}, {"category": str(some.category)}):
        assert some.case_id in client.get("/review", params=question).text
    assert "没有符合条件的案件" in client.get("/review", params={"q": "查无此人"}).text
    assert "没有符合条件的案件" in client.get("/review", params={"only": "suspended"}).text
    mine = client.get("/review", params={"only": "mine"}).text
    assert all(
        case.case_id in mine for case in list_cases(world.service.reading_room) if case.reviewer_id == "test-reviewer"
    )
    assert client.get("/review", params={"category": "x"}).status_code == 422


def test_reviewers_see_what_the_public_would_see(world: World):
    client = world.client(Role.REVIEWER)
    cases = list_cases(world.service.reading_room, None, None, 10_000)
    shown = next(c for c in cases if c.list_kind is ListKind.BLACK and c.published_on)
    page = client.get(f"/review/cases/{shown.case_id}/publication").text
    assert shown.subject_name in page
    assert "不会公示" not in page
    person = next(c for c in cases if c.list_kind is ListKind.BLACK and c.subject_kind.value == "person")
    assert "不会公示" in client.get(f"/review/cases/{person.case_id}/publication").text
    watch = next(c for c in cases if c.list_kind is ListKind.WATCH)
    assert "依法不得公示" in client.get(f"/review/cases/{watch.case_id}/publication").text
