"""Objections from outside: the public form and its code, the desk, the department, the API; hostile input."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.agency import Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import CaseFilter, CaseState
from credit_service.domain.score import ListKind
from credit_service.pipeline.accounts import NewAccount, add_account, add_key
from credit_service.registry.receipt_codes import make_delivery_code
from credit_service.settings import Settings
from credit_service.web.dependencies import Throttle, Throttles

from .conftest import NOW, _open_world

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

NAME, PHONE = "王小明（测试）", "13800138000"
HOSTILE = "<script>alert(1)</script>'; DROP TABLE objection; --{{ 7*7 }}"
PDF = ("files", ("身份证.pdf", b"%PDF-1.7 test", "application/pdf"))


@pytest.fixture(scope="module")
def own(played, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A copy of the played world: objections change it for good."""
    settings, _ = played
    home = tmp_path_factory.mktemp("objections") / "home"
    shutil.copytree(settings.home, home)
    world = _open_world(build_service(Settings(home=home), FixedClock(NOW)), None)
    world.app.state.throttles = Throttles(objections=Throttle("1000/minute"), receipt_codes=Throttle("1000/minute"))
    return world


def cases(world: World):
    with world.service.office.ledger.reading() as uow:
        found = uow.cases.list_filtered(CaseFilter(ListKind.BLACK, CaseState.PUBLISHED))
    return [one for one in found if one.identifier_code and len(one.record_ids) == 1 and one.marked_on is None]


def form(world: World, client: TestClient, case, **changes: str) -> dict[str, str]:
    plain = {
        "csrf": world.token(client, "/objections"),
        "case_id": case.case_id,
        "delivery_code": make_delivery_code(world.service.office.keys, case.case_id),
        "objector": "subject",
        "name": NAME,
        "phone": PHONE,
        "claim": HOSTILE,
    }
    return {**plain, **changes}


def send(world: World, client: TestClient, case, **changes: str) -> Response:
    return client.post("/objections", data=form(world, client, case, **changes), files=[PDF])


def receive(world: World) -> tuple[TestClient, object, str, str]:
    client, case = world.new_client(), cases(world)[0]
    answer = send(world, client, case)
    assert answer.status_code == 200, answer.text
    number, code = (
        re.search(pattern, answer.text)[0] for pattern in (r"Y2026-\d{5}", r"(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}")
    )
    return client, case, number, code


def ask(world: World, client: TestClient, number: str, code: str, what: str = "status", **more: str) -> Response:
    token = world.token(client, "/objections")
    return client.post(f"/objections/{what}", data={"csrf": token, "number": number, "code": code, **more})


def test_a_subject_objects_follows_and_withdraws(own: World):
    client, case, number, code = receive(own)
    page = client.get(f"/subjects/{case.identifier_code}").text
    assert "异议处理中" in page
    bulletin = client.get(f"/bulletins/{case.bulletin_id}").text
    assert "异议处理中" in bulletin
    assert f"/objections?bulletin={case.bulletin_id}&amp;case={case.case_id}" in bulletin
    status = ask(own, client, number, code)
    assert status.status_code == 200
    assert status.headers["cache-control"] == "no-store"
    assert "已收到（待受理）" in status.text
    for secret in (NAME, PHONE, "DROP TABLE"):
        assert secret not in status.text + page + bulletin
    added = ask(own, client, number, code, "evidence", text="补充说明")
    assert "补充材料已收到" in added.text
    gone = ask(own, client, number, code, "withdraw", text="")
    assert "异议人已撤回" in gone.text
    assert "异议处理中" not in client.get(f"/subjects/{case.identifier_code}").text


def test_the_code_is_shown_once_and_is_in_no_address(own: World):
    client, _, number, code = receive(own)
    assert code not in ask(own, client, number, code).text.replace(f'value="{code}"', "")
    for wrong in ("0000-0000-0000-0000", "", "x" * 60, code[:-1]):
        answer = ask(own, client, number, wrong)
        assert answer.status_code == 404
        assert "异议编号与回执码不符" in answer.text
        assert "已收到（待受理）" not in answer.text
    assert client.get(f"/objections/{number}").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"delivery_code": "0000-0000-0000-0000"}, 404),
        ({"case_id": "'; DROP TABLE listing_case; --"}, 404),
        ({"case_id": "../../etc/passwd"}, 404),
        ({"bulletin_id": "../2026Q3"}, 404),
        ({"name": ""}, 422),
        ({"phone": "javascript:1"}, 422),
        ({"claim": "\u0000\u202e"}, 422),
        ({"objector": "agent"}, 422),
        ({"claim": "长" * 9000}, 422),
        ({"csrf": "wrong"}, 403),
    ],
)
def test_what_is_wrong_is_refused_and_what_was_typed_is_kept_as_text(own: World, changes: dict[str, str], status: int):
    client, case = own.new_client(), cases(own)[0]
    kept = sorted(own.service.office.places.evidence.rglob("*"))
    answer = send(own, client, case, **changes)
    assert answer.status_code == status
    assert sorted(own.service.office.places.evidence.rglob("*")) == kept
    assert "<script>alert" not in answer.text
    with own.service.office.ledger.reading() as uow:
        assert uow.cases.get(case.case_id).marked_on is None


def test_files_that_are_none_and_too_much_of_them_are_refused(own: World):
    client, case = own.new_client(), cases(own)[0]
    for files in ([("files", ("a.pdf", b"<html>", "application/pdf"))], [PDF] * 6):
        answer = client.post("/objections", data=form(own, client, case), files=files)
        assert answer.status_code == 422
    large = [("files", ("a.pdf", b"%PDF-" + b"0" * (25 * 1024 * 1024), "application/pdf"))]
    assert client.post("/objections", data=form(own, client, case), files=large).status_code == 413


def test_a_form_from_elsewhere_is_refused(own: World):
    client, case = own.new_client(), cases(own)[0]
    answer = client.post("/objections", data=form(own, client, case), headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403


def test_forms_and_guesses_are_slow(own: World):
    kept = own.app.state.throttles
    own.app.state.throttles = Throttles(objections=Throttle("2/hour"), receipt_codes=Throttle("2/minute"))
    try:
        client, case = own.new_client(), cases(own)[0]
        wrong = {"delivery_code": "0000-0000-0000-0000"}
        assert [send(own, client, case, **wrong).status_code for _ in range(3)] == [404, 404, 429]
        assert [ask(own, client, "Y2026-00001", "x").status_code for _ in range(3)] == [404, 404, 429]
    finally:
        own.app.state.throttles = kept


def test_desk_and_department_take_it_to_its_end(own: World):
    _, case, number, code = receive(own)
    clerk, decider = own.client(Role.REVIEWER), own.client(Role.DECIDER)
    page = clerk.get(f"/review/objections/{number}").text
    assert NAME in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert" not in page
    exhibit = re.search(rf"/review/objections/{number}/exhibits/[0-9a-f]{{64}}", page)[0]
    download = clerk.get(exhibit)
    assert download.content == PDF[1][1]
    assert download.headers["content-disposition"].startswith("attachment")
    with own.service.office.ledger.reading() as uow:
        source = uow.objections.get(number).source_agencies[0]
    password = "correct-horse-battery"  # noqa: S105 - of an account that lives as long as this test
    add_account(own.service.office, NewAccount("source-clerk", "来源报送人", source, Role.SUBMITTER, password))
    asked = own.new_client()
    own.sign_in(asked, "source-clerk", password)
    acts = f"/review/objections/{number}/acts"
    said = [
        act(own, clerk, acts, kind="accept"),
        act(own, clerk, acts, kind="forward", to_agency=source, reason="请核对原案卷"),
        act(own, clerk, acts, kind="remind", reason="电话催办"),
    ]
    assert said == [303, 303, 303]
    theirs = asked.get(f"/department/objections/{number}").text
    assert "请核对原案卷" in theirs
    assert NAME not in theirs
    assert number in asked.get("/department/objections").text
    answer = {"kind": "verify", "verdict": "wrong", "reason": "案卷已撤销", "evidence": "撤销决定书"}
    assert act(own, asked, f"/department/objections/{number}/acts", **answer) == 303
    decision = {
        "kind": "uphold",
        "document_no": "示信异决〔2026〕9号",
        "reason": "原决定已撤销",
        "evidence": "调取撤销决定书核对",
        "remedy": "withdraw",
        "listing": "revoke",
        "wrong_records": case.record_ids[0],
    }
    assert act(own, clerk, acts, **decision) == 403
    refused = decider.post(
        acts, data={**decision, "csrf": own.token(decider, f"/review/objections/{number}"), "reason": ""}
    )
    assert refused.status_code == 422
    assert "示信异决〔2026〕9号" in refused.text
    assert act(own, decider, acts, **decision) == 303
    assert "异议成立" in decider.get(f"/review/objections/{number}").text
    anybody = own.new_client()
    bulletin = anybody.get(f"/bulletins/{case.bulletin_id}")
    assert case.subject_name not in bulletin.text
    for name in ("bulletin.json", "entries.csv", "index.html", "bulletin.xlsx", "bulletin.pdf"):
        file = anybody.get(f"/bulletins/{case.bulletin_id}/files/{name}")
        assert file.status_code == 200
        assert case.subject_name.encode() not in file.content
        assert "corrected" in file.headers["content-disposition"]
    told = ask(own, anybody, number, code).text
    assert "原决定已撤销" in told
    assert "已撤销列入" in told


def act(world: World, client: TestClient, path: str, **fields: str) -> int:
    token = world.token(client, path.removesuffix("/acts"))
    return client.post(path, data={"csrf": token, **fields}).status_code


def test_the_desk_enters_what_came_in_by_hand(own: World):
    clerk, case = own.client(Role.REVIEWER), cases(own)[0]
    token = own.token(clerk, "/review/objections")
    fields = {"csrf": token, "target": "record", "target_id": case.record_ids[0], "objector": "subject"}
    refused = clerk.post("/review/objections", data={**fields, "name": NAME, "phone": "", "claim": "不对"})
    assert refused.status_code == 422
    assert NAME in refused.text
    received = clerk.post("/review/objections", data={**fields, "name": NAME, "phone": PHONE, "claim": "不对"})
    assert received.status_code == 200
    assert "回执码只显示这一次" in received.text
    shown = clerk.get(f"/review/objections/delivery-code?case={case.case_id}").text
    assert make_delivery_code(own.service.office.keys, case.case_id) in shown


def test_an_agency_objects_and_withdraws_by_its_key(own: World):
    office, case = own.service.office, cases(own)[0]
    mine, foreign = (add_key(office, code, ("objections", "checks")).secret for code in own.agencies)
    client = own.new_client()
    body = {"target": "case", "target_id": case.case_id, "contact": NAME, "phone": PHONE, "claim": "名称写错"}
    made = client.post("/api/v1/objections", json=body, headers=bearer(mine))
    assert made.status_code == 201, made.text
    number = made.json()["objection"]["number"]
    assert NAME not in made.text
    question = {"identifier": case.identifier_code, "purpose": "approval", "case_no": "示范审〔2026〕1号"}
    answer = client.post("/api/v1/checks", json=question, headers=bearer(mine)).json()
    listings = answer["results"][0]["listings"]
    marks = [one["objection"] for one in listings if one["case_id"] == case.case_id]
    assert marks == [{"number": number, "since": "2026-10-28"}]
    assert client.get(f"/api/v1/objections/{number}", headers=bearer(foreign)).status_code == 404
    assert client.get(f"/api/v1/objections/{number}", headers=bearer(own.key)).status_code == 403
    listed = client.get("/api/v1/objections", headers=bearer(mine)).json()["objections"]
    assert number in {one["number"] for one in listed}
    path = f"/api/v1/objections/{number}/withdraw"
    assert client.post(path, json={"reason": "误提"}, headers=bearer(foreign)).status_code == 404
    gone = client.post(path, json={"reason": "误提"}, headers=bearer(mine))
    assert gone.json()["state"] == "withdrawn"
    assert client.post(path, json={"reason": "再撤"}, headers=bearer(mine)).status_code == 409


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_nothing_of_an_objector_is_logged(own: World, capfd: pytest.CaptureFixture[str], tmp_path: Path):
    receive(own)
    said = capfd.readouterr()
    assert not [secret for secret in (NAME, PHONE, "DROP TABLE") if secret in said.out + said.err]
