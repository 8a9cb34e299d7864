"""Papers on the page of a case: previews, issuing, downloads, voiding, refusals."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

import pytest

from credit_service.domain.agency import Role
from credit_service.domain.listing import CaseState
from credit_service.domain.score import ListKind
from credit_service.lookup.cases import list_cases

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")


def _case(world: World, state: CaseState, list_kind: ListKind, *, person: bool = False):
    cases = list_cases(world.service.reading_room, list_kind, state)
    return next(case for case in cases if (case.subject_kind.value == "person") is person)


def _post(world: World, role: Role, path: str, **fields: str) -> Response:
    client = world.client(role)
    return client.post(path, data={"csrf": world.token(client), **fields})


def test_a_notice_from_preview_to_the_act_that_bears_its_number(world: World):
    case = _case(world, CaseState.PROPOSED, ListKind.WATCH)
    path = f"/review/cases/{case.case_id}"
    client = world.client(Role.REVIEWER)
    assert "取号并出具事先告知书" in client.get(path).text
    preview = client.get(f"{path}/papers/notice/draft.pdf")
    assert preview.headers["content-type"] == "application/pdf"
    assert preview.content[:5] == b"%PDF-"
    assert zipfile.is_zipfile(io.BytesIO(client.get(f"{path}/papers/notice/draft.docx").content))
    assert _post(world, Role.REVIEWER, f"{path}/papers", kind="notice").status_code == 303
    page = client.get(path).text
    number = re.search(r"<strong>事先告知书</strong> (\S+?号)", page)[1]
    assert f'name="document_no" value="{number}"' in page
    paper = re.search(r"/review/papers/(\w+)/paper\.pdf", page)[1]
    for role in (Role.REVIEWER, Role.PUBLISHER, Role.AUDITOR):
        first, again = (world.client(role).get(f"/review/papers/{paper}/paper.docx") for _ in range(2))
        assert first.status_code == 200
        assert first.content == again.content
        assert "filename*=UTF-8''" in first.headers["content-disposition"]
    assert _post(world, Role.REVIEWER, f"/review/papers/{paper}/receipt", case_id=case.case_id).status_code == 303
    assert "送达回证</strong>" in client.get(path).text
    twice = _post(world, Role.REVIEWER, f"{path}/papers", kind="notice")
    assert twice.status_code == 409
    assert "作废后才能重新出具" in twice.text
    refused = _post(world, Role.REVIEWER, f"/review/papers/{paper}/void", case_id=case.case_id, reason=" ")
    assert refused.status_code == 422
    assert "说明理由" in refused.text
    done = _post(world, Role.REVIEWER, f"/review/papers/{paper}/void", case_id=case.case_id, reason="试出")
    assert done.status_code == 303
    page = client.get(path).text
    assert "已作废" in page
    assert number not in re.findall(r'name="document_no" value="([^"]*)"', page)


def test_papers_of_persons_are_for_those_who_handle_them(world: World):
    case = _case(world, CaseState.DECISION_SERVED, ListKind.BLACK, person=True)
    path = f"/review/cases/{case.case_id}"
    assert _post(world, Role.REVIEWER, f"{path}/papers", kind="repair_guide").status_code == 303
    page = world.client(Role.REVIEWER).get(path).text
    assert "加密留存" in page
    paper = re.search(r"/review/papers/(\w+)/paper\.pdf", page)[1]
    seen = world.client(Role.AUDITOR).get(path).text
    assert f"/review/papers/{paper}/paper.pdf" not in seen
    assert world.client(Role.AUDITOR).get(f"/review/papers/{paper}/paper.pdf").status_code == 403
    assert world.client(Role.DECIDER).get(f"/review/papers/{paper}/paper.pdf").status_code == 200


def test_what_is_not_due_is_refused_on_the_page_of_the_case(world: World):
    case = _case(world, CaseState.PUBLISHED, ListKind.BLACK)
    path = f"/review/cases/{case.case_id}"
    answer = _post(world, Role.DECIDER, f"{path}/papers", kind="decision", reason="事实清楚")
    assert answer.status_code == 409
    assert "不能出具" in answer.text
    for wrong in (
        f"{path}/papers/nothing/draft.pdf",
        f"{path}/papers/removal/draft.txt",
        "/review/papers/W0/paper.pdf",
    ):
        assert world.client(Role.REVIEWER).get(wrong).status_code == 404
    assert world.client(Role.REVIEWER).get(f"{path}/papers/notice/draft.pdf").status_code == 409


def test_a_case_without_papers_says_what_comes_next(world: World):
    case = _case(world, CaseState.PUBLISHED, ListKind.RED)
    page = world.client(Role.AUDITOR).get(f"/review/cases/{case.case_id}").text
    assert "撤销决定书" in page
    assert "取号并出具" not in page
    declined = _case(world, CaseState.DECLINED, ListKind.BLACK)
    assert "现在没有需要出具的文书" in world.client(Role.REVIEWER).get(f"/review/cases/{declined.case_id}").text
