"""Credit repair through the doors: a subject applies, officials decide, users of the information confirm."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING

import pytest
from integration.repair_world import CIVIL, PDF, WHO, open_world

from credit_service.domain.agency import Role
from credit_service.pipeline.accounts import add_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from integration.repair_world import World as Counter

    from credit_service.bootstrap import Service
    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

FILES = [
    ("duty_proof", ("王小明缴款.pdf", PDF, "application/pdf")),
    ("commitment", ("承诺.png", b"\x89PNG\r\n\x1a\n1", "image/png")),
]


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    return open_world(tmp_path_factory.mktemp("doors") / "live", 4)


@pytest.fixture(scope="module")
def doors(counter: Counter, open_doors: Callable[[Service], World]) -> World:
    return open_doors(counter.service)


@pytest.fixture(autouse=True)
def _nobody_asked_before(doors: World):
    doors.app.state.throttles.applications._limiter.storage.reset()


def form(counter: Counter, place: int, **changes: str) -> dict[str, str]:
    case = counter.cases[place]
    plain = {"target_no": case.case_id, "identifier": case.identifier_code or "", "name": WHO.name}
    return {**plain, "contact": WHO.contact, "statement": "<script>alert(1)</script>", **changes}


def apply(counter: Counter, doors: World, place: int) -> tuple[str, str]:
    answer = doors.client().post("/repair/applications", data=form(counter, place), files=FILES)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    number = re.search(r"XF\d{8}\w{8}", answer.text)
    code = re.search(r"\w{4}-\w{4}-\w{4}", answer.text)
    assert number is not None
    assert code is not None
    return number.group(), code.group()


def act(doors: World, role: Role, number: str, kind: str, **fields: str) -> int:
    client = doors.client(role)
    token = doors.token(client, f"/review/repairs/{number}")
    sent = {
        "csrf": token,
        "kind": kind,
        "reason": "理由",
        "finding": "属实",
        "document_no": "修1号",
        "to_agency": CIVIL,
    }
    answer = client.post(f"/review/repairs/{number}/acts", data={**sent, **fields})
    assert answer.status_code in {303, 403, 409, 422}, answer.text
    return answer.status_code


def test_the_whole_way_from_application_to_receipt(counter: Counter, doors: World):
    number, code = apply(counter, doors, 0)
    case = counter.cases[0]
    visitor = doors.client()
    asked = {"identifier": case.identifier_code, "purpose": "approval", "case_no": "办1号"}
    key = {"Authorization": f"Bearer {doors.key}"}
    assert visitor.post("/api/v1/checks", json=asked, headers=key).json()["results"][0]["listings"]
    for role, kind in ((Role.REVIEWER, "forward"), (Role.REVIEWER, "accept"), (Role.REVIEWER, "check")):
        assert act(doors, role, number, kind) == 303
    assert act(doors, Role.REVIEWER, number, "grant") == 403
    assert act(doors, Role.DECIDER, number, "grant") == 303
    assert act(doors, Role.DECIDER, number, "grant") == 409
    assert visitor.post("/api/v1/checks", json=asked, headers=key).json()["results"][0]["listings"] == []
    state = visitor.post("/repair/state", data={"repair_id": number, "code": code})
    assert "准予修复" in state.text
    assert WHO.name not in state.text
    notices = visitor.get("/api/v1/notices?open=true", headers=key).json()["notices"]
    own = [one for one in notices if one["repair_id"] == number]
    assert [one["grounds"] for one in own] == [["look_up", "measure"]]
    receipt = f"/api/v1/notices/{own[0]['notice_id']}/receipt"
    first = visitor.post(receipt, headers=key).json()
    assert first["receipt_at"]
    assert visitor.post(receipt, headers=key).json() == first
    assert visitor.post("/api/v1/notices/unknown/receipt", headers=key).status_code == 404
    page = doors.client(Role.REVIEWER).get(f"/review/repairs/{number}").text
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page


def test_the_department_confirms_on_its_page(counter: Counter, doors: World):
    number, _ = apply(counter, doors, 1)
    for role, kind in ((Role.REVIEWER, "forward"), (Role.REVIEWER, "accept"), (Role.REVIEWER, "check")):
        act(doors, role, number, kind)
    act(doors, Role.DECIDER, number, "grant")
    clerk = doors.client(Role.SUBMITTER)
    assert "份修复通知待回执" in clerk.get("/department").text
    page = clerk.get("/department/notices").text
    found = re.search(rf"/department/notices/({number}-\d+)/receipt", page)
    assert found is not None
    token = doors.token(clerk, "/department/notices")
    assert clerk.post(found.group(), data={"csrf": "falsch"}).status_code == 403
    assert clerk.post(found.group(), data={"csrf": token}).status_code == 303
    assert found.group() not in clerk.get("/department/notices").text


def test_a_refusal_is_told_with_reasons_and_remedies(counter: Counter, doors: World):
    number, code = apply(counter, doors, 2)
    act(doors, Role.REVIEWER, number, "forward")
    act(doors, Role.REVIEWER, number, "not_accept", reason="缺少缴款凭证")
    state = doors.client().post("/repair/state", data={"repair_id": number, "code": code}).text
    assert "缺少缴款凭证" in state
    assert "行政复议" in state


def test_papers_are_for_those_who_carry_the_application_and_are_saved_not_shown(counter: Counter, doors: World):
    number, code = apply(counter, doors, 3)
    reviewer = doors.client(Role.REVIEWER)
    page = reviewer.get(f"/review/repairs/{number}").text
    assert WHO.contact in page
    link = re.search(rf"/review/repairs/{number}/files/[0-9a-f]{{64}}", page)
    assert link is not None
    file = reviewer.get(link.group())
    assert file.headers["content-type"] == "application/octet-stream"
    assert file.headers["content-disposition"].startswith("attachment")
    assert "王小明" not in file.headers["content-disposition"]
    auditor = doors.client(Role.AUDITOR).get(f"/review/repairs/{number}").text
    assert WHO.contact not in auditor
    assert WHO.name not in auditor
    assert doors.client(Role.AUDITOR).get(link.group()).status_code == 403
    assert reviewer.get(f"/review/repairs/{number}/files/{'0' * 64}").status_code == 404
    gone = doors.client().post("/repair/withdraw", data={"repair_id": number, "code": code})
    assert "申请人撤回" in gone.text


@pytest.mark.parametrize(
    ("changes", "files", "status"),
    [
        ({"target_no": "C000000000000"}, FILES, 404),
        ({"identifier": "' OR 1=1 --"}, FILES, 404),
        ({"target_no": "\u0000" * 20}, FILES, 404),
        ({"name": " "}, FILES, 422),
        ({}, [], 422),
        ({}, [("duty_proof", ("a.pdf", b"<html>", "application/pdf"))], 422),
        ({}, [("duty_proof", ("a.pdf", PDF, "application/pdf"))] * 9, 422),
    ],
    ids=["unknown", "no code", "no text", "nameless", "no proof", "a page", "too many"],
)
def test_hostile_forms_are_refused_with_a_page(counter: Counter, doors: World, changes, files, status):
    answer = doors.client().post("/repair/applications", data=form(counter, 3, **changes), files=files or None)
    assert answer.status_code == status
    assert "怎么办" in answer.text


def test_forms_of_other_sites_and_too_many_of_one_address_are_refused(counter: Counter, doors: World):
    visitor = doors.client()
    foreign = visitor.post("/repair/applications", data=form(counter, 3), headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    answers = [visitor.post("/repair/applications", data=form(counter, 3)).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    codes = [visitor.post("/repair/state", data={"repair_id": "XF1", "code": "x"}).status_code for _ in range(25)]
    assert codes[-1] == 429


def test_a_wrong_code_and_an_unknown_number_are_answered_alike(doors: World):
    doors.app.state.throttles.receipt_codes._limiter.storage.reset()
    visitor = doors.client()
    answers = [visitor.post("/repair/state", data={"repair_id": number, "code": "AAAA"}) for number in ("XF1", "XF2")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert len({answer.text.replace("XF1", "").replace("XF2", "") for answer in answers}) == 1


def test_systems_hand_applications_on_and_decide_nothing(counter: Counter, doors: World):
    secret = add_key(doors.service.office, CIVIL, ("repairs",)).secret
    key = {"Authorization": f"Bearer {secret}"}
    visitor = doors.client()
    case = counter.cases[2]
    sent = {
        "target_no": case.decision_no,
        "identifier": case.identifier_code,
        "name": WHO.name,
        "contact": WHO.contact,
        "papers": [{"paper": "duty_proof", "content": base64.b64encode(PDF).decode()}],
    }
    assert visitor.post("/api/v1/repairs", json={**sent, "papers": []}, headers=key).status_code == 422
    assert visitor.post("/api/v1/repairs", json={**sent, "more": 1}, headers=key).status_code == 422
    assert visitor.get("/api/v1/notices", headers=key).status_code == 403
    answer = visitor.post("/api/v1/repairs", json=sent, headers=key)
    assert answer.status_code == 201, answer.text
    number = answer.json()["repair_id"]
    assert visitor.post("/api/v1/repairs", json=sent, headers=key).status_code == 409
    assert number not in visitor.get("/api/v1/repairs", headers=key).text
    act(doors, Role.REVIEWER, number, "forward")
    (line,) = [
        one for one in visitor.get("/api/v1/repairs", headers=key).json()["repairs"] if one["repair_id"] == number
    ]
    assert (line["state"], line["duty"]) == ("forwarded", "决定是否受理")
    assert WHO.name not in str(line)
    assert act(doors, Role.REVIEWER, number, "accept") == 422


def test_the_letter_and_the_empty_queue(doors: World):
    letter = doors.client().get("/repair/commitment.txt")
    assert "愿意承担" in letter.text
    assert "没有符合条件的修复申请" in doors.client(Role.DECIDER).get("/review/repairs?state=refused").text
    assert "不收取任何费用" in doors.client().get("/repair").text
