"""Joint measures at the doors: the department's page, the credit office's board, and the API."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from python_calamine import CalamineWorkbook

from credit_service.domain.agency import Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import ActKind
from credit_service.lookup.measures import Shown, get_measure_desk
from credit_service.pipeline.accounts import NewAccount, add_account, add_key, as_actor
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.decide import ActRequest, perform_act
from tests.functional.web.clerks import PHRASE, to_text
from tests.functional.web.conftest import NOW

if TYPE_CHECKING:
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

BASIS = "《政府采购法》第七十七条"


@pytest.fixture(scope="module")
def office_code(world: World) -> str:
    """The agency that carries out most."""
    return next(a.agency_code for a in list_agencies(world.service.office) if a.short_name == "市场监管局")


@pytest.fixture(scope="module")
def clerk(world: World, office_code: str) -> TestClient:
    add_account(world.service.office, NewAccount("measure-clerk", "措施报送员", office_code, Role.SUBMITTER, PHRASE))
    client = world.new_client()
    assert world.sign_in(client, "measure-clerk", PHRASE).status_code == 303
    return client


@pytest.fixture(scope="module")
def key(world: World, office_code: str) -> str:
    return add_key(world.service.office, office_code, ("measures",)).secret


def items(world: World, code: str | None, nature: str = "management", shown: Shown = Shown.TODO):
    desk = get_measure_desk(world.service.reading_room, code, shown)
    return [item for item in desk.items if item.use.owed.nature == nature and item.state.value == "asked"]


def post(world: World, client: TestClient, path: str, **fields: object):
    return client.post(path, data={"csrf": world.token(client), **fields})


def test_a_department_sees_what_it_owes_with_due_days(world: World, clerk: TestClient, office_code: str):
    text = to_text(clerk.get("/department/measures"))
    assert "应执行的措施" in text
    assert "2026-11-03" in text
    assert "待确认依据" in text
    count = get_measure_desk(world.service.reading_room, office_code).counts[Shown.TODO]
    assert f"待办（{count}）" in text


def test_one_task_is_accepted_done_and_shown(world: World, clerk: TestClient, office_code: str):
    item = items(world, office_code)[0]
    path = f"/department/measures/{item.task_id}"
    page = to_text(clerk.get(path))
    assert item.case.fact in page
    assert post(world, clerk, f"{path}/feedback", kind="accept", version="0", on="2026-10-28").status_code == 303
    done = {"kind": "done", "version": "1", "on": "2026-10-28", "what": "已列入重点检查", "amount": "12,000.50"}
    assert post(world, clerk, f"{path}/feedback", **done).headers["location"] == f"{path}?done=done"
    text = to_text(clerk.get(f"{path}?done=done"))
    assert "12,000.50 元" in text
    assert "执行中" in text


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"kind": "done"}, 422, "缺少：执行情况"),
        ({"kind": "lifted"}, 409, "不能反馈"),
        ({"kind": "done", "what": "x", "on": "2026-10-01"}, 422, "早于交办的日期"),
        ({"kind": "done", "what": "x", "on": "2026-10-29"}, 422, "晚于今天"),
        ({"kind": "done", "what": "x", "on": "去年"}, 422, "无法识别"),
        ({"kind": "done", "what": "x", "amount": "一万"}, 422, "金额"),
        ({"kind": "done", "what": "x", "amount": "0.001"}, 422, "金额"),
        ({"kind": "", "what": "x"}, 422, "没有选择"),
        ({"kind": "accept", "version": "7"}, 409, "刚刚由他人反馈"),
    ],
)
def test_a_refusal_keeps_what_was_typed(world: World, clerk: TestClient, office_code: str, *, fields, status, told):
    item = items(world, office_code)[-1]
    answer = post(world, clerk, f"/department/measures/{item.task_id}/feedback", document_no="甲号", **fields)
    assert answer.status_code == status
    assert told in to_text(answer)
    if fields["kind"] == "done":
        assert 'value="甲号"' in answer.text


def test_rights_are_not_reduced_without_the_article(world: World, clerk: TestClient, office_code: str):
    item = items(world, office_code, "reduces_rights")[0]
    path = f"/department/measures/{item.task_id}/feedback"
    fields = {"kind": "done", "what": "限制参加政府采购", "document_no": "测执1号"}
    refused = post(world, clerk, path, basis="党中央文件", **fields)
    assert refused.status_code == 409
    assert "逐次写明" in to_text(refused)
    assert post(world, clerk, path, basis=BASIS, **fields).status_code == 303


def test_many_are_answered_at_once_and_each_is_judged(world: World, clerk: TestClient, office_code: str):
    good, rights = items(world, office_code)[0], items(world, office_code, "reduces_rights")[0]
    fields = {"task": [good.task_id, rights.task_id], "kind": "done", "what": "已执行", "on": "2026-10-28"}
    answer = post(world, clerk, "/department/measures/many", **fields)
    text = to_text(answer)
    assert "有 1 项没有办成，其余已经办理" in text
    assert rights.task_id in text
    assert good.task_id not in [item.task_id for item in items(world, office_code)]
    nothing = post(world, clerk, "/department/measures/many", kind="accept")
    assert "没有选择任何措施" in to_text(nothing)


def test_a_foreign_task_is_as_unknown_as_none(world: World, office_code: str):
    item = items(world, office_code)[0]
    stranger = world.client(Role.SUBMITTER)
    assert stranger.get(f"/department/measures/{item.task_id}").status_code == 404
    answer = post(world, stranger, f"/department/measures/{item.task_id}/feedback", kind="accept")
    assert answer.status_code == 404
    own = to_text(stranger.get(f"/department/measures?agency={office_code}"))
    assert "文明办" in own or "精神文明" in own
    assert item.task_id not in stranger.get(f"/department/measures?agency={office_code}").text


def test_overseers_read_everything_and_change_nothing(world: World, office_code: str):
    item = items(world, office_code)[0]
    for role in (Role.AUDITOR, Role.REVIEWER, Role.ADMINISTRATOR):
        client = world.client(role)
        page = client.get(f"/department/measures/{item.task_id}")
        assert page.status_code == 200
        assert "<form" not in page.text.partition("<main")[2]
        assert item.task_id in client.get(f"/department/measures?agency={office_code}&show=all").text
        assert post(world, client, f"/department/measures/{item.task_id}/feedback", kind="accept").status_code == 403


def test_of_two_at_once_one_wins_and_the_other_is_told(world: World, office_code: str, key: str):
    item = items(world, office_code)[1]
    client = world.new_client()
    headers = {"Authorization": f"Bearer {key}"}

    def send(what: str) -> int:
        body = {"kind": "done", "what": what, "version": 0}
        return client.post(f"/api/v1/measures/{item.task_id}/feedback", json=body, headers=headers).status_code

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(send, ["甲", "乙"])) == [200, 409]


def test_the_api_tells_what_is_owed_and_takes_feedback_once(world: World, office_code: str, key: str):
    client, headers = world.new_client(), {"Authorization": f"Bearer {key}"}
    told = client.get("/api/v1/measures/owed", headers=headers).json()
    tasks, following = told["tasks"], told["next"]
    while following:
        path = following.partition("/api/")[2]
        page = client.get(f"/api/{path}", headers=headers).json()
        tasks, following = tasks + page["tasks"], page["next"]
    desk = get_measure_desk(world.service.reading_room, office_code, Shown.ALL)
    open_states = {"asked", "accepted", "active", "lifting"}
    assert {task["task_id"] for task in tasks} == {i.task_id for i in desk.items if i.state.value in open_states}
    item = items(world, office_code)[2]
    path = f"/api/v1/measures/{item.task_id}/feedback"
    body = {"kind": "done", "what": "已执行", "amount_fen": 100, "on": "2026-10-28"}
    named = {**headers, "Idempotency-Key": "F-1"}
    first = client.post(path, json=body, headers=named)
    assert first.status_code == 200
    assert first.json()["state"] == "active"
    again = client.post(path, json=body, headers=named).json()
    assert again["feedback"] == first.json()["feedback"]
    other = client.post(path, json={**body, "what": "别的"}, headers=named)
    assert (other.status_code, other.json()["code"]) == (409, "ledger_conflict")
    assert client.post(path, json={**body, "extra": 1}, headers=headers).status_code == 422
    assert client.get("/api/v1/measures/owed", headers={"Authorization": "Bearer no"}).status_code == 401
    foreign = {"Authorization": f"Bearer {world.key}"}
    assert client.post(path, json=body, headers=foreign).json()["code"] == "task_not_found"


def test_what_nobody_asked_for_is_reported_and_reconciled(world: World, clerk: TestClient, key: str, office_code: str):
    client, headers = world.new_client(), {"Authorization": f"Bearer {key}"}
    for _ in range(2):
        made = client.post("/api/v1/measures/reports", json={"measure": "断水断电"}, headers=headers)
        assert (made.status_code, made.json()["why"]) == (200, "no_catalogue")
    asked = items(world, office_code)[0]
    body = {"measure": asked.name, "case_id": asked.case.case_id}
    refused = client.post("/api/v1/measures/reports", json=body, headers=headers)
    assert refused.json()["code"] == "measure_not_asked"
    told = post(world, clerk, "/department/measures/reports", name="限制任职", case_id="C000")
    assert told.status_code == 303
    text = to_text(world.client(Role.REVIEWER).get("/review/measures"))
    assert "清单外的措施" in text
    assert "断水断电" in text
    assert "没有名单依据的措施" in text


def test_the_board_counts_by_agency_and_drills_down(world: World, office_code: str):
    reviewer = world.client(Role.REVIEWER)
    text = to_text(reviewer.get("/review/measures"))
    assert "未明确执行单位" in text
    assert "免押金、租金减免" in text
    chosen = to_text(reviewer.get("/review/measures?agency=-&kind=unassigned"))
    assert "credit measures name-body" in chosen
    assert reviewer.get("/review/measures?as_of=2027-01-01").status_code == 422
    assert reviewer.get("/review/measures?as_of=x").status_code == 422
    book = CalamineWorkbook.from_filelike(io.BytesIO(reviewer.get("/review/measures.xlsx").content))
    assert book.sheet_names == ["对账问题", "按单位", "说明"]
    assert book.get_sheet_by_name("按单位").to_python()[2][0] == "单位"


def test_a_listing_that_ends_is_to_be_lifted(world: World, clerk: TestClient, office_code: str):
    service = world.service
    item = items(world, office_code)[3]
    with service.office.ledger.reading() as uow:
        decider = next(a for a in uow.accounts.list_all() if a.account_id == "demo-decider")
    later = service.at(FixedClock(NOW + timedelta(days=1)))
    request = ActRequest(item.case.case_id, ActKind.REVOKE, as_actor(decider), None, "示信撤〔2026〕1号", "认定有误")
    perform_act(later.office, request)
    text = to_text(clerk.get(f"/department/measures/{item.task_id}"))
    assert "待解除" in text
    assert "请停止执行并反馈解除日期" in text
    board = to_text(world.client(Role.AUDITOR).get("/review/measures"))
    assert "待解除" in board


def test_an_empty_service_says_what_to_do_next(first_day: World):
    text = to_text(first_day.client(Role.SUBMITTER).get("/department/measures"))
    assert "还没有交办的措施" in text
    assert "还没有交办任何措施" in to_text(first_day.client(Role.REVIEWER).get("/review/measures"))
