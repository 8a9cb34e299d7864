from __future__ import annotations

import runpy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_service.bulletins.completeness import missing_steps
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.score import ListKind

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
make_case, make_red, make_star, make_debtor = world.make_case, world.make_red, world.make_star, world.make_debtor


def shown(case: Case, **changes: object) -> list[str]:
    selected = world.select([case], **changes)
    return [entry.case_id for entry in (*selected.red, *selected.black)]


@pytest.mark.parametrize("case", [make_case(), make_red(), make_star(), make_debtor()])
def test_complete_effective_case_is_shown(case: Case):
    assert shown(case) == [case.case_id]


GATES = [
    "list_basis",
    "notice_no",
    "notice_served_on",
    "notice_proof",
    "statement_until_on",
    "heard_on",
    "decision_no",
    "decided_by",
    "drafted_by",
    "decision_proof",
]


@pytest.mark.parametrize("field", GATES)
def test_case_without_a_step_is_withheld(field: str):
    case = make_case(**{field: "" if field == "list_basis" else None})
    selected = world.select([case])
    assert not selected.black
    assert [entry.reason for entry in selected.withheld] == ["认定程序材料不完整"]


def test_decision_by_the_drafter_is_withheld():
    assert not shown(make_case(decided_by="reviewer"))


def test_steps_out_of_order_are_incomplete():
    assert missing_steps(make_case(heard_on=date(2026, 7, 2))) == ("各环节日期的先后顺序",)


@pytest.mark.parametrize(
    "case",
    [
        make_case(state=CaseState.DECIDED, decision_served_on=None),
        make_case(state=CaseState.PROPOSED),
        make_case(state=CaseState.DECLINED),
        make_case(decision_served_on=date(2026, 10, 1)),
        make_case(max_until_on=date(2026, 9, 29)),
        make_case(max_until_on=date(2026, 10, 8)),
        make_case(state=CaseState.ENDED, ended_on=date(2026, 10, 5), end_kind="repair"),
        make_case(list_kind=ListKind.WATCH),
    ],
)
def test_case_that_does_not_stand_leaves_no_trace(case: Case):
    selected = world.select([case])
    assert (selected.red, selected.black, selected.withheld, selected.left) == ((), (), (), ())


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        (make_debtor(list_type="wage_arrears"), "自然人信息依法不予公示"),
        (make_star(consent_no=" "), "自然人未书面同意公示"),
        (make_star(list_type="tax_a"), "该名单类型不公示自然人"),
        (make_star(adult_on=date(2026, 7, 2)), "未成年人，或者无法核实已满十八周岁"),
        (make_star(adult_on=None), "未成年人，或者无法核实已满十八周岁"),
        (make_case(list_type="internal"), "该名单类型不对外公示"),
        (make_case(list_type="unknown"), "名单类型不在现行规则之内"),
        (make_case(severity="minor"), "轻微失信，原则上不公示"),
    ],
)
def test_withheld_case_has_its_reason(case: Case, reason: str):
    selected = world.select([case])
    assert [entry.reason for entry in selected.withheld] == [reason]
    assert not selected.red
    assert not selected.black


@pytest.mark.parametrize(
    ("known", "reason"),
    [("unshared", "报送单位注明不对外公示"), ("baseless", "所依据的信用记录已由报送单位撤回")],
)
def test_what_its_sender_keeps_or_takes_back_is_withheld(known: str, reason: str):
    selected = world.select([make_case(1), make_case(2)], **{known: frozenset({"K0002"})})
    assert [entry.case_id for entry in selected.black] == ["K0001"]
    assert [(entry.case_id, entry.reason) for entry in selected.withheld] == [("K0002", reason)]


def test_minor_on_the_day_of_the_act_is_withheld():
    case = make_debtor(adult_on=date(2026, 1, 1))
    assert shown(case)
    assert not shown(case, acts_on={case.case_id: date(2025, 12, 31)})


def test_subject_on_the_black_list_is_not_praised():
    selected = world.select([make_case(1), make_red(1, case_id="K9")])
    assert [entry.case_id for entry in selected.black] == ["K0001"]
    assert [(e.case_id, e.reason) for e in selected.withheld] == [("K9", "同一主体在严重失信主体名单有效期内")]


def test_consented_name_comes_from_the_caller():
    (entry,) = world.select([make_star()], consented_names={"K0001": "测试甲"}).red
    assert (entry.name, entry.identifier_code, entry.subject_kind) == ("测试甲", "", "person")


def test_known_names_leave_the_fact():
    (entry,) = world.select([make_case(fact="测试甲指使他人")], known_names=frozenset({"测试甲"})).black
    assert entry.fact == "测**指使他人"


ENDED = {"state": CaseState.ENDED, "published_on": date(2026, 4, 9), "ended_on": date(2026, 8, 1)}


@pytest.mark.parametrize("end_kind", ["expire", "repair", "revoke"])
def test_published_case_that_ended_in_the_period_left(end_kind: str):
    (entry,) = world.select([make_case(**ENDED, end_kind=end_kind)]).left
    assert (entry.name, entry.end_kind, entry.ended_on) == ("示范区第1建筑有限公司（测试）", end_kind, date(2026, 8, 1))


def test_lapsed_term_counts_without_an_act():
    case = make_case(state=CaseState.PUBLISHED, published_on=date(2026, 4, 9), max_until_on=date(2026, 8, 31))
    (entry,) = world.select([case]).left
    assert (entry.end_kind, entry.ended_on) == ("expire", date(2026, 9, 1))


@pytest.mark.parametrize(
    ("make", "changes"),
    [
        (make_case, {"published_on": None}),
        (make_case, {"ended_on": date(2026, 6, 30)}),
        (make_case, {"ended_on": date(2026, 10, 1)}),
        (make_debtor, {}),
        (make_star, {}),
    ],
)
def test_others_are_not_named_as_having_left(make: Callable[..., Case], changes: dict[str, object]):
    assert world.select([make(**{**ENDED, **changes, "end_kind": "repair"})]).left == ()


def test_who_left_after_the_period_waits_for_the_next_issue():
    case = make_case(**{**ENDED, "ended_on": date(2026, 10, 5)}, end_kind="repair")
    assert world.select([case], cut_off_on=date(2026, 10, 9)).left == ()


def test_order_of_cases_does_not_matter():
    cases = [make_case(number, decided_on=date(2026, 7, number % 3 + 1)) for number in range(1, 9)]
    assert world.select(cases) == world.select(cases[::-1])


def test_what_is_objected_to_is_not_shown_for_the_first_time():
    marked = {"marked_on": date(2026, 9, 30)}
    new = make_case(published_on=None, bulletin_id=None, state=CaseState.DECISION_SERVED, **marked)
    assert [entry.reason for entry in world.select([new]).withheld] == ["有未处理完的异议，暂缓首次公示"]
    (entry,) = world.select([make_case(published_on=date(2026, 9, 1), **marked)]).black
    assert entry.fact.endswith("（异议处理中）")


def test_who_should_never_have_been_listed_is_not_told_to_have_left():
    ended = make_case(
        published_on=date(2026, 7, 1), ended_on=date(2026, 8, 3), end_kind="revoke", state=CaseState.ENDED
    )
    assert [entry.case_id for entry in world.select([ended]).left] == [ended.case_id]
    assert world.select([ended], cleared=frozenset({ended.case_id})).left == ()
