"""The state machine, the clocks and the conditions of a credit repair, day by day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from credit_service.domain.agency import Agency
from credit_service.domain.repair import (
    ConsumerNotice,
    Paper,
    Repair,
    RepairAct,
    RepairActKind,
    RepairChannel,
    RepairExhibit,
    RepairState,
    RepairTarget,
)
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    IllegalTransition,
    NotCompetent,
    RuleNotInForce,
    SamePerson,
)
from credit_service.listing.repair_clocks import RepairDuty, list_clocks
from credit_service.listing.repair_conditions import RepairFacts, RepairSources, list_conditions
from credit_service.listing.repairs import STEPS, RepairTerms, apply_repair_act, find_steps
from credit_service.measures.find_bodies import find_bodies

K, S = RepairActKind, RepairState
DAY = date(2026, 9, 7)
OPENS = date(2026, 9, 10)
BOTH = frozenset({Paper.DUTY_PROOF, Paper.COMMITMENT})
TERMS = RepairTerms(bar_years=3)
DEADLINES = {
    "repair_forward_workdays": 1,
    "repair_accept_workdays": 3,
    "repair_result_workdays": 10,
    "repair_extension_workdays": 10,
    "repair_removal_workdays": 1,
}
OPINION = (RepairExhibit(Paper.AUTHORITY_PAPER, "0" * 64),)


def weekday(day: date) -> bool:
    return day.weekday() < 5


def make(**changes: object) -> Repair:
    plain = Repair(
        repair_id="XF1",
        target_kind=RepairTarget.CASE,
        target_id="C1",
        case_id="C1",
        record_ids=("R1",),
        subject_id="uscc:1",
        subject_name="示范公司（测试）",
        fact="行政处罚",
        severity="general",
        rule="samr_serious",
        needs=("commitment", "duty_proof"),
        opens_on=None,
        authority_code="11A",
        authority_name="市场监管局（测试）",
        channel=RepairChannel.PUBLIC,
        applied_on=DAY,
        applied_at=datetime.combine(DAY, time(2), UTC),
    )
    return replace(plain, **changes)


def act(kind: RepairActKind, actor: str = "王五", on: date = DAY, **changes: object) -> RepairAct:
    plain = RepairAct(
        kind,
        actor,
        on,
        datetime.combine(on, time(4), UTC),
        document_no="修1号",
        reason="理由",
        finding="属实",
        ground="conditions" if kind is K.REFUSE else "",
        agency_code="11A",
        to_agency="11A",
        rulebook="ab" * 32,
    )
    return replace(plain, **changes)


def go(repair: Repair, *kinds: RepairActKind, on: date = DAY) -> Repair:
    for kind in kinds:
        actor = "赵六" if kind in {K.GRANT, K.REFUSE} else "王五"
        repair = apply_repair_act(repair, act(kind, actor, on), BOTH, TERMS)
    return repair


def test_the_way_to_a_granted_repair():
    done = go(make(), K.FORWARD, K.ACCEPT, K.CHECK, K.GRANT)
    assert (done.state, done.closed_on, done.decided_by, done.decision_no) == (S.GRANTED, DAY, "赵六", "修1号")
    assert done.barred_until_on is None
    assert done.version == 4
    assert find_steps(done) == ()


@pytest.mark.parametrize("kind", list(STEPS))
def test_nothing_follows_that_is_not_drawn(kind):
    for state in RepairState:
        repair = make(state=state)
        if state not in STEPS[kind].from_states:
            with pytest.raises(IllegalTransition):
                apply_repair_act(repair, act(kind), BOTH, TERMS)


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, name) for kind, step in STEPS.items() for name, _ in step.needs], ids=str
)
def test_what_an_act_needs_must_be_there(kind, field):
    start = make(state=next(iter(STEPS[kind].from_states)), competent_code="11A")
    with pytest.raises(EvidenceMissing):
        apply_repair_act(start, act(kind, **{field: "  "}), BOTH, TERMS)


@pytest.mark.parametrize("kind", [K.ACCEPT, K.GRANT])
def test_the_day_before_the_minimum_term_is_over_is_too_early_and_the_day_itself_is_not(kind):
    before = (K.FORWARD,) if kind is K.ACCEPT else (K.FORWARD, K.ACCEPT, K.CHECK)
    repair = replace(go(make(), *before), opens_on=OPENS)
    actor = "赵六" if kind is K.GRANT else "王五"
    with pytest.raises(IllegalTransition, match="2026-09-10"):
        apply_repair_act(repair, act(kind, actor, date(2026, 9, 9)), BOTH, TERMS)
    assert apply_repair_act(repair, act(kind, actor, OPENS), BOTH, TERMS).version == repair.version + 1


@pytest.mark.parametrize("missing", sorted(BOTH))
def test_nothing_is_accepted_without_the_papers_the_rules_name(missing):
    repair = go(make(), K.FORWARD)
    with pytest.raises(EvidenceMissing, match=missing.label):
        apply_repair_act(repair, act(K.ACCEPT), BOTH - {missing}, TERMS)
    minor = replace(repair, needs=("duty_proof",))
    assert apply_repair_act(minor, act(K.ACCEPT), frozenset({Paper.DUTY_PROOF}), TERMS).state is S.ACCEPTED


@pytest.mark.parametrize("kind", [K.GRANT, K.REFUSE])
@pytest.mark.parametrize("who", [{"actor": "王五"}, {"actor": "赵六", "for_id": "王五"}, {"actor": "孙七"}])
def test_who_checked_does_not_decide_on_whose_behalf_ever(kind, who):
    repair = replace(go(make(), K.FORWARD, K.ACCEPT, K.CHECK), checked_for="孙七")
    with pytest.raises(SamePerson):
        apply_repair_act(repair, act(kind, **who), BOTH, TERMS)


@pytest.mark.parametrize("kind", [K.ACCEPT, K.NOT_ACCEPT, K.CHECK, K.GRANT, K.REFUSE])
def test_who_recognised_repairs_or_its_paper_is_there(kind):
    state = next(iter(STEPS[kind].from_states))
    repair = make(state=state, competent_code="11A", forwarded_on=DAY, accepted_on=DAY, checked_by="王五")
    foreign = act(kind, "赵六", agency_code="11B")
    with pytest.raises(NotCompetent):
        apply_repair_act(repair, foreign, BOTH, TERMS)
    apply_repair_act(repair, replace(foreign, exhibits=OPINION), BOTH, TERMS)


def test_acts_go_forward_in_time_and_not_into_the_future():
    repair = go(make(), K.FORWARD)
    with pytest.raises(ClockReversed):
        apply_repair_act(repair, act(K.ACCEPT, on=date(2026, 9, 6)), BOTH, TERMS)
    tomorrow = replace(act(K.ACCEPT), on=date(2026, 9, 8))
    with pytest.raises(ClockReversed):
        apply_repair_act(repair, tomorrow, BOTH, TERMS)


def test_a_term_is_extended_once_and_not_after_its_last_day():
    repair = go(make(), K.FORWARD, K.ACCEPT)
    terms = RepairTerms(3, result_due_on=date(2026, 9, 21))
    with pytest.raises(IllegalTransition):
        apply_repair_act(repair, act(K.EXTEND, on=date(2026, 9, 22)), BOTH, terms)
    extended = apply_repair_act(repair, act(K.EXTEND, on=date(2026, 9, 21)), BOTH, terms)
    assert (extended.state, extended.extended_on) == (S.ACCEPTED, date(2026, 9, 21))
    with pytest.raises(IllegalTransition):
        apply_repair_act(extended, act(K.EXTEND, on=date(2026, 9, 21)), BOTH, terms)
    assert K.EXTEND not in {step.kind for step in find_steps(extended)}


def test_false_material_bars_to_the_same_day_years_later():
    checked = go(make(applied_on=date(2024, 2, 29)), K.FORWARD, K.ACCEPT, K.CHECK, on=date(2024, 2, 29))
    false = act(K.REFUSE, "赵六", date(2024, 2, 29), ground="false_material")
    assert apply_repair_act(checked, false, BOTH, TERMS).barred_until_on == date(2027, 2, 28)
    plain = replace(false, ground="conditions")
    assert apply_repair_act(checked, plain, BOTH, TERMS).barred_until_on is None
    with pytest.raises(EvidenceMissing):
        apply_repair_act(checked, replace(false, ground="别的"), BOTH, TERMS)


def test_once_checked_it_can_not_be_withdrawn():
    assert go(make(), K.FORWARD, K.ACCEPT, K.WITHDRAW).state is S.WITHDRAWN
    with pytest.raises(IllegalTransition):
        go(make(), K.FORWARD, K.ACCEPT, K.CHECK, K.WITHDRAW)


def clocks(repair: Repair, today: date) -> dict[RepairDuty, tuple[date | None, date | None, bool]]:
    found = list_clocks(repair, DEADLINES, weekday, today)
    return {clock.duty: (clock.due_on, clock.done_on, clock.overdue) for clock in found}


def test_clocks_start_where_the_duty_begins_and_a_day_late_is_overdue():
    assert clocks(make(), date(2026, 9, 8)) == {RepairDuty.FORWARD: (date(2026, 9, 8), None, False)}
    assert clocks(make(), date(2026, 9, 9))[RepairDuty.FORWARD][2]
    accepted = go(make(), K.FORWARD, K.ACCEPT)
    told = clocks(accepted, date(2026, 9, 21))
    assert told[RepairDuty.ACCEPT] == (date(2026, 9, 10), DAY, False)
    assert told[RepairDuty.RESULT] == (date(2026, 9, 21), None, False)
    assert clocks(accepted, date(2026, 9, 22))[RepairDuty.RESULT][2]
    extended = replace(accepted, extended_on=date(2026, 9, 21))
    assert clocks(extended, date(2026, 9, 22))[RepairDuty.RESULT] == (date(2026, 10, 5), None, False)
    granted = go(accepted, K.CHECK, K.GRANT)
    assert clocks(granted, date(2027, 1, 1))[RepairDuty.REMOVAL] == (date(2026, 9, 8), DAY, False)
    assert not any(overdue for _, _, overdue in clocks(granted, date(2027, 1, 1)).values())


def test_a_day_nobody_knows_to_be_a_working_day_is_not_guessed():
    def unknown(day: date) -> bool:
        message = "no holidays known"
        raise RuleNotInForce(message)

    assert list_clocks(make(), DEADLINES, unknown, date(2030, 1, 1))[0].due_on is None


def test_a_receipt_is_overdue_the_day_after_its_last():
    at = datetime.combine(DAY, time(2), UTC)
    notice = ConsumerNotice("N1", "XF1", "11A", ("look_up",), DAY, at, date(2026, 9, 8))
    assert not notice.is_overdue(date(2026, 9, 8))
    assert notice.is_overdue(date(2026, 9, 9))
    assert not replace(notice, receipt_at=at, receipt_by="王五").is_overdue(date(2026, 9, 9))


SOURCES = RepairSources("令第36号", "缴清罚款", "令第58号", {"duty_proof": "令第36号", "commitment": "令第36号"})


def met(today: date, **facts: object) -> dict[str, bool | None]:
    known = RepairFacts(**{"handed_in": BOTH, "barred_until_on": None, "stands": True, **facts})
    return {one.name: one.is_met for one in list_conditions(make(opens_on=OPENS), known, SOURCES, today)}


def test_conditions_are_met_not_met_or_for_people():
    assert met(date(2026, 9, 9))["最短公示期"] is False
    assert met(OPENS)["最短公示期"] is True
    assert met(OPENS, handed_in=frozenset({Paper.DUTY_PROOF}))["信用承诺书"] is False
    assert met(OPENS, barred_until_on=OPENS)["不在禁止申请期内"] is False
    assert met(OPENS, stands=False)["名单仍有效"] is False
    assert met(OPENS)["已履行义务、纠正失信行为"] is None
    found = list_conditions(make(opens_on=OPENS), RepairFacts(BOTH, None, stands=True), SOURCES, OPENS)
    assert all(one.source for one in found)


def test_who_carries_a_measure_out_is_read_from_the_catalogues_words():
    agencies = [
        Agency("1", "税务局（测试）", "税务局", "990101"),
        Agency("2", "法院（测试）", "法院", "990101"),
        Agency("3", "财政局（测试）", "财政局", "990101"),
    ]
    assert find_bodies([], agencies) == set()
    assert find_bodies(["人民法院、税务机关决定"], agencies) == {"1", "2"}
    assert find_bodies(["财政、招标投标监管及各行业许可机关"], agencies) == {"1", "2", "3"}
