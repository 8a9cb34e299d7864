"""The desk for organisations without a code: queue, suggestions, judgements, refusals, undoing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from integration.resolution_world import ResolutionWorld, company_code, open_world

from credit_service.bootstrap import Service
from credit_service.domain.agency import Role
from credit_service.domain.listing import CaseState
from credit_service.lookup.cases import list_cases
from credit_service.lookup.resolution import get_subject_view, list_queue

if TYPE_CHECKING:
    from httpx2 import Response

    from tests.functional.web.conftest import World

pytestmark = pytest.mark.xdist_group("web")

NAME = "示范区晨光商贸有限公司（测试）"
COMPANY, NAMESAKE = company_code(1), company_code(2)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, open_doors: Callable[[Service], World]) -> Iterator[Desk]:
    world = open_world(tmp_path_factory.mktemp("resolution"))
    world.ingest(
        (NAME, COMPANY, "", "张测试甲", "示市监罚〔2026〕1号"),
        (NAME, NAMESAKE, "", "李测试乙", "示市监罚〔2026〕2号"),
        (NAME, "", "", "张测试甲", "示市监罚〔2026〕3号"),
        ("示范区海川食品有限公司（测试）", "", "", "王测试丙", "示市监罚〔2026〕4号"),
    )
    world.clock.move()
    world.ingest(("示范区朝阳实业有限公司（测试）", COMPANY, "", "张测试甲", "示市监罚〔2026〕5号"))
    yield Desk(world, open_doors(world.service))


class Desk:
    """The world of the records and the doors before it."""

    def __init__(self, world: ResolutionWorld, web: World) -> None:
        self.world, self.web = world, web

    def page(self, path: str, role: Role = Role.REVIEWER) -> str:
        answer = self.web.client(role).get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, role: Role = Role.REVIEWER, **fields: str) -> Response:
        client = self.web.client(role)
        return client.post(path, data={"csrf": self.web.token(client), **fields})

    def judge(self, subject: str, role: Role = Role.REVIEWER, **fields: str) -> Response:
        return self.post(f"/review/subjects/{quote(subject)}/judgements", role, **fields)


def test_an_empty_queue_says_what_to_do_next(first_day: World):
    page = first_day.client(Role.REVIEWER).get("/review/subjects").text
    assert "没有待归并的主体" in page
    assert "办理经过" in page
    assert "还没有作过判断" in first_day.client(Role.REVIEWER).get("/review/subjects/history").text


def test_the_queue_shows_who_waits_with_the_likeliest_subject(desk: Desk):
    page = desk.page("/review/subjects")
    assert "待归并 2 个" in page
    assert COMPANY in page
    assert "没有相近的主体" in page


def test_one_subject_shows_suggestions_side_by_side_with_reasons_and_former_names(desk: Desk):
    page = desk.page(f"/review/subjects/{quote(desk.world.subject_of('示市监罚〔2026〕3号'))}")
    assert page.index(COMPANY) < page.index(NAMESAKE)
    assert "法定代表人相同" in page
    assert "法定代表人不同" in page
    assert "曾用名" in page
    assert "示市监罚〔2026〕3号" in page


def test_former_names_are_on_the_page_of_the_company_and_not_public(desk: Desk):
    page = desk.page(f"/review/subjects/{COMPANY}")
    assert "<dt>曾用名</dt><dd>示范区晨光商贸有限公司（测试）" in page
    assert desk.web.client(None).get(f"/review/subjects/{COMPANY}").status_code == 303


def test_a_judgement_and_its_undoing(desk: Desk):
    unnamed = desk.world.subject_of("示市监罚〔2026〕4号")
    answer = desk.judge(unnamed, verdict="own", reason="未登记的合伙")
    assert answer.status_code == 303
    page = desk.web.client(Role.REVIEWER).get(answer.headers["location"]).text
    assert "已认定为独立主体" in page
    assert "待归并 1 个" in desk.page("/review/subjects")
    (judgement,) = get_subject_view(desk.world.service.reading_room, unnamed).judgements
    answer = desk.post(
        f"/review/subjects/{quote(unnamed)}/judgements/{judgement.number}/undo", Role.DECIDER, reason="查到登记"
    )
    assert answer.status_code == 303
    assert "已撤销" in desk.page("/review/subjects/history")
    assert "待归并 2 个" in desk.page("/review/subjects")


def test_contradicting_codes_are_refused_and_what_was_typed_is_kept(desk: Desk):
    answer = desk.judge(f"uscc:{COMPANY}", verdict="same", other=NAMESAKE, reason="名称完全相同")
    assert answer.status_code == 409
    assert "绝不归并" in answer.text
    assert f'value="{NAMESAKE}"' in answer.text
    assert "名称完全相同</textarea>" in answer.text


def test_namesakes_are_marked_in_the_search_and_on_both_pages(desk: Desk):
    assert desk.judge(f"uscc:{COMPANY}", verdict="not_same", other=NAMESAKE, reason="代码不同").status_code == 303
    assert "同名不同主体" in desk.page(f"/review/subjects?q={quote(NAME)}")
    assert COMPANY in desk.page(f"/review/subjects/{NAMESAKE}")
    assert NAMESAKE in desk.page(f"/review/subjects/{COMPANY}")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422),
        ({"verdict": "nonsense", "reason": "x"}, 422),
        ({"verdict": "same", "other": COMPANY}, 422),
        ({"verdict": "same", "reason": "x"}, 404),
        ({"verdict": "same", "other": "11010519491231002X", "reason": "x"}, 404),
        ({"verdict": "same", "other": "<script>", "reason": "<script>"}, 404),
    ],
)
def test_malformed_judgements_are_refused_on_the_page(desk: Desk, fields: dict[str, str], status: int):
    answer = desk.judge(desk.world.subject_of("示市监罚〔2026〕3号"), **fields)
    assert answer.status_code == status
    assert "没有办成" in answer.text
    assert "<script>" not in answer.text.partition("没有办成")[2]


def test_who_may_only_look_is_offered_no_button_and_can_do_nothing(desk: Desk):
    unnamed = desk.world.subject_of("示市监罚〔2026〕3号")
    page = desk.page(f"/review/subjects/{quote(unnamed)}", Role.AUDITOR)
    assert "verdict" not in page
    assert "须由审核人员或决定人员办理" in page
    before = list_queue(desk.world.service.reading_room).total
    assert desk.judge(unnamed, Role.AUDITOR, verdict="own", reason="x").status_code == 403
    assert desk.web.client(Role.SUBMITTER).get("/review/subjects").status_code == 403
    assert list_queue(desk.world.service.reading_room).total == before


def test_a_form_of_another_sign_in_is_refused(desk: Desk):
    client = desk.web.client(Role.REVIEWER)
    answer = client.post(f"/review/subjects/{COMPANY}/judgements", data={"csrf": "x", "verdict": "own", "reason": "x"})
    assert answer.status_code == 403


@pytest.mark.parametrize("subject", ["none:unknown", "psn:00", company_code(99), "%F0%9F%98%80", "..%2f"])
def test_unknown_subjects_are_not_found(desk: Desk, subject: str):
    assert desk.web.client(Role.REVIEWER).get(f"/review/subjects/{subject}").status_code == 404


def test_the_desk_is_in_the_navigation_of_those_who_may_see_it(desk: Desk):
    assert 'href="/review/subjects" aria-current="page"' in desk.page("/review/subjects")
    assert "/review/subjects" in desk.page("/review")


def test_the_public_is_told_that_there_is_a_namesake_and_not_who(world: World):
    cases = list_cases(world.service.reading_room)
    case = next(one for one in cases if one.state is CaseState.PUBLISHED and one.identifier_code)
    code = case.identifier_code
    client = world.client(Role.REVIEWER)
    form = {"csrf": world.token(client), "verdict": "not_same", "other": NAMESAKE, "reason": "住所不同"}
    assert client.post(f"/review/subjects/{code}/judgements", data=form).status_code == 303
    for path in (f"/search?q={quote(case.subject_name)}", f"/subjects/{code}"):
        page = world.client(None).get(path).text
        assert "同名不同主体" in page
        assert NAMESAKE not in page
