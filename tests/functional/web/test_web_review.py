"""The officials' desk: queue, case, acts and refusals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.domain.listing import CaseState
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import get_case_view, list_cases

if TYPE_CHECKING:
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def _proposed(world: World):
    return [case for case in list_cases(world.service.reading_room) if case.state is CaseState.PROPOSED]


def _act(world: World, role: Role, case_id: str, **fields: str):
    client = world.client(role)
    form = {"csrf": world.token(client), **fields}
    return client.post(f"/review/cases/{case_id}/acts", data=form)


def test_queue_without_cases_says_what_to_do(empty_world: World):
    assert "没有符合条件的案件" in empty_world.client(Role.REVIEWER).get("/review").text


def test_queue_is_filtered_by_list_and_state(world: World):
    page = world.client(Role.REVIEWER).get("/review", params={"list_kind": "red", "state": "published"}).text
    cases = list_cases(world.service.reading_room)
    red = [c for c in cases if c.list_kind is ListKind.RED and c.state is CaseState.PUBLISHED]
    black = [c for c in cases if c.list_kind is ListKind.BLACK]
    assert all(case.case_id in page for case in red)
    assert not any(case.case_id in page for case in black)


def test_case_shows_reasons_down_to_file_row_and_clause(world: World):
    cases = list_cases(world.service.reading_room, ListKind.BLACK, None)
    view = get_case_view(world.service.reading_room, cases[0].case_id)
    reason = view.reasons[0]
    page = world.client(Role.REVIEWER).get(f"/review/cases/{cases[0].case_id}").text
    assert reason.file in page
    assert f"第 {reason.row} 行" in page
    assert reason.rule in page


def test_case_shows_who_did_what_in_order(world: World):
    case = next(c for c in list_cases(world.service.reading_room) if c.state is CaseState.PUBLISHED)
    page = world.client(Role.AUDITOR).get(f"/review/cases/{case.case_id}").text
    acts = page.partition('class="timeline"')[2]
    assert acts.index("拟定") < acts.index("决定") < acts.rindex("公示</strong>")
    assert "演示" in page


def test_an_act_moves_the_case_and_says_so(world: World):
    case = _proposed(world)[0]
    answer = _act(
        world, Role.REVIEWER, case.case_id, kind="draft_notice", document_no="示信告〔2026〕901号", on="2026-10-27"
    )
    assert answer.status_code == 303
    page = world.client(Role.REVIEWER).get(answer.headers["location"]).text
    assert "已办理" in page
    assert "示信告〔2026〕901号" in page


def test_a_refused_act_says_why_and_keeps_what_was_typed(world: World):
    case = _proposed(world)[1]
    answer = _act(
        world, Role.REVIEWER, case.case_id, kind="draft_notice", document_no="示信告〔2026〕9号", on="2031-01-01"
    )
    assert answer.status_code == 422
    assert "没有办成" in answer.text
    assert 'value="示信告〔2026〕9号"' in answer.text
    assert _proposed(world)[1].case_id == case.case_id or case.case_id in {c.case_id for c in _proposed(world)}


def test_deciding_without_notice_is_refused_with_the_missing_gate(world: World):
    case = _proposed(world)[1]
    answer = _act(world, Role.DECIDER, case.case_id, kind="decide", document_no="X", reason="Y", on="2026-10-27")
    assert answer.status_code == 409
    assert "送达" in answer.text


def test_a_reviewer_is_not_offered_and_cannot_do_what_a_decider_does(world: World):
    case = _proposed(world)[1]
    page = world.client(Role.REVIEWER).get(f"/review/cases/{case.case_id}").text
    assert 'value="decline"' not in page
    assert "须由决定人员办理" in page
    assert _act(world, Role.REVIEWER, case.case_id, kind="decline", reason="x").status_code == 403


@pytest.mark.parametrize(
    "fields",
    [{}, {"kind": "publish"}, {"kind": "propose"}, {"kind": "nonsense"}, {"kind": "draft_notice", "on": "明天"}],
)
def test_malformed_acts_are_refused_on_the_page(world: World, fields: dict[str, str]):
    case = _proposed(world)[1]
    answer = _act(world, Role.REVIEWER, case.case_id, **fields)
    assert answer.status_code in {403, 409, 422}
    assert "没有办成" in answer.text


def test_fields_the_server_owns_are_ignored(world: World):
    case = _proposed(world)[1]
    answer = _act(
        world, Role.REVIEWER, case.case_id, kind="draft_notice", actor_id="test-decider", state="published", version="9"
    )
    assert answer.status_code == 422
    assert get_case_view(world.service.reading_room, case.case_id).case.state is CaseState.PROPOSED


def test_unknown_case_is_not_found(world: World):
    assert world.client(Role.REVIEWER).get("/review/cases/none").status_code == 404
