from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from credit_service.domain.listing import ActKind, CaseState, is_effective
from credit_service.domain.score import ListKind
from credit_service.errors import (
    ClockReversed,
    ConsentMissing,
    EvidenceMissing,
    IllegalTransition,
    MinorProtected,
    NoLegalBasis,
    NoticeNotServed,
    RuleSyntax,
    SamePerson,
    StatementPeriodOpen,
)
from credit_service.listing.guards_beside import find_idle
from credit_service.listing.steps import STEPS
from credit_service.listing.transitions import next_acts

UNDECIDED = (CaseState.PROPOSED, CaseState.NOTICED, CaseState.NOTICE_SERVED, CaseState.HEARD)
IN_FORCE = (CaseState.DECIDED, CaseState.DECISION_SERVED, CaseState.PUBLISHED)


def test_the_lawful_path_ends_in_publication_with_every_paper(world):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    assert case.drafted_by == "reviewer"
    assert case.decided_by == "decider"
    assert case.statement_until_on == date(2026, 9, 11)
    assert case.heard_on == date(2026, 9, 12)
    assert case.decided_on == date(2026, 9, 12)
    assert case.min_until_on == date(2027, 9, 12)
    assert case.max_until_on == date(2029, 9, 12)
    assert case.bulletin_id
    assert case.publication_basis == "总局令第44号"
    assert case.version == 6


def test_the_red_list_has_its_own_term_for_comment(world):
    case = world.propose(world.facts(list_kind=ListKind.RED, list_type="honour", severity=None))
    assert world.walk(case, CaseState.NOTICE_SERVED).statement_until_on == date(2026, 9, 15)


@pytest.mark.parametrize("kind", [ActKind.HEAR, ActKind.DECIDE, ActKind.SERVE_DECISION, ActKind.PUBLISH])
@pytest.mark.parametrize("state", [CaseState.PROPOSED, CaseState.NOTICED])
def test_nothing_follows_without_a_served_notice(world, kind, state):
    case = world.walk(world.propose(), state)
    with pytest.raises(NoticeNotServed, match="告知书"):
        world.apply(case, kind)


@pytest.mark.parametrize("kind", [ActKind.HEAR, ActKind.DECIDE])
def test_the_last_day_of_the_statement_period_is_still_open(world, kind):
    case = world.walk(world.propose(), CaseState.NOTICE_SERVED)
    with pytest.raises(StatementPeriodOpen, match="2026-09-11"):
        world.apply(case, kind, case.statement_until_on)


def test_deciding_without_hearing_names_what_comes_first(world):
    case = world.walk(world.propose(), CaseState.NOTICE_SERVED)
    with pytest.raises(IllegalTransition, match="听取陈述申辩"):
        world.apply(case, ActKind.DECIDE, date(2026, 9, 20))


def test_statement_period_skips_holidays(world):
    closed = {date(2026, 9, 7), date(2026, 9, 8)}
    world.is_workday = lambda day: day.weekday() < 5 and day not in closed
    assert world.walk(world.propose(), CaseState.NOTICE_SERVED).statement_until_on == date(2026, 9, 15)


def test_a_rulebook_without_a_statement_period_is_refused(world):
    case = world.walk(world.propose(), CaseState.NOTICED)
    with pytest.raises(RuleSyntax):
        world.apply(case, ActKind.SERVE_NOTICE, terms=replace(world.terms, statement_workdays=0))


@pytest.mark.parametrize(
    ("state", "kind", "blank", "named"),
    [
        (CaseState.PROPOSED, ActKind.DRAFT_NOTICE, "document_no", "告知书文号"),
        (CaseState.NOTICED, ActKind.SERVE_NOTICE, "evidence", "送达方式及凭证"),
        (CaseState.NOTICE_SERVED, ActKind.HEAR, "evidence", "陈述申辩意见及复核结论"),
        (CaseState.HEARD, ActKind.DECIDE, "document_no", "决定书文号"),
        (CaseState.HEARD, ActKind.DECIDE, "reason", "决定理由"),
        (CaseState.HEARD, ActKind.DECLINE, "reason", "不予列入的理由"),
        (CaseState.DECIDED, ActKind.SERVE_DECISION, "evidence", "决定书送达方式及凭证"),
        (CaseState.DECISION_SERVED, ActKind.PUBLISH, "document_no", "公告期次编号"),
        (CaseState.PUBLISHED, ActKind.REPAIR, "evidence", "履行义务证明"),
        (CaseState.PUBLISHED, ActKind.REVOKE, "document_no", "撤销决定文号"),
    ],
)
def test_a_blank_paper_is_named(world, state, kind, blank, named):
    case = world.walk(world.propose(), state)
    with pytest.raises(EvidenceMissing, match=named):
        world.apply(case, kind, **{blank: "  "})


def test_an_act_of_nobody_is_refused(world):
    with pytest.raises(EvidenceMissing, match="办理人"):
        world.apply(world.propose(), ActKind.DRAFT_NOTICE, actor_id=" ")


@pytest.mark.parametrize("kind", [ActKind.DECIDE, ActKind.DECLINE])
def test_who_drafted_may_not_decide(world, kind):
    case = world.walk(world.propose(), CaseState.HEARD)
    with pytest.raises(SamePerson):
        world.apply(case, kind, actor_id="reviewer")


@pytest.mark.parametrize("state", [CaseState.NOTICED, CaseState.HEARD, CaseState.DECIDED, CaseState.DECISION_SERVED])
def test_an_act_before_the_one_it_follows_is_refused(world, state):
    case = world.walk(world.propose(), state)
    kind = next_acts(case)[0].kind
    before = world.next_on(case, kind) - timedelta(days=1)
    with pytest.raises(ClockReversed, match="早于"):
        world.apply(case, kind, before)


def test_an_act_in_the_future_is_refused(world):
    case = world.walk(world.propose(), CaseState.NOTICED)
    today = datetime(2026, 9, 4, 3, tzinfo=UTC)
    with pytest.raises(ClockReversed, match="晚于今天"):
        world.apply(case, ActKind.SERVE_NOTICE, date(2026, 9, 5), at=today)


def test_the_legal_day_is_that_of_shanghai(world):
    case = world.walk(world.propose(), CaseState.NOTICED)
    late_evening = datetime(2026, 9, 4, 16, 30, tzinfo=UTC)
    served = world.apply(case, ActKind.SERVE_NOTICE, date(2026, 9, 5), at=late_evening)
    assert served.notice_served_on == date(2026, 9, 5)


def test_a_list_without_basis_gets_no_notice(world):
    case = replace(world.propose(), list_basis=" ")
    with pytest.raises(NoLegalBasis):
        world.apply(case, ActKind.DRAFT_NOTICE)


def test_a_basis_that_is_gone_stops_the_decision(world):
    case = replace(world.walk(world.propose(), CaseState.HEARD), list_basis="")
    with pytest.raises(NoLegalBasis):
        world.apply(case, ActKind.DECIDE)


def test_a_black_listing_without_an_end_is_refused(world):
    case = world.walk(world.propose(), CaseState.HEARD)
    with pytest.raises(NoLegalBasis, match="期限"):
        world.apply(case, ActKind.DECIDE, terms=replace(world.terms, term_months=None))


@pytest.mark.parametrize("adult_on", [date(2030, 1, 1), None])
def test_a_minor_or_a_person_of_unknown_age_is_never_noticed_or_decided(world, adult_on):
    person = world.propose(world.person())
    with pytest.raises(MinorProtected):
        world.apply(replace(person, adult_on=adult_on), ActKind.DRAFT_NOTICE)
    heard = world.walk(person, CaseState.HEARD)
    with pytest.raises(MinorProtected):
        world.apply(replace(heard, adult_on=adult_on), ActKind.DECIDE)
    served = world.walk(person, CaseState.DECISION_SERVED)
    with pytest.raises(MinorProtected):
        world.apply(replace(served, adult_on=adult_on), ActKind.PUBLISH)


def test_a_person_is_on_the_red_list_by_consent_only(world):
    star = world.person(list_kind=ListKind.RED, list_type="honour", severity=None, consent=True, consent_no="同意1号")
    case = world.propose(star)
    assert world.walk(case, CaseState.PUBLISHED).publication_basis == "本人书面同意（同意1号）"
    with pytest.raises(ConsentMissing):
        world.apply(replace(case, consent_no=""), ActKind.DRAFT_NOTICE)
    with pytest.raises(ConsentMissing):
        world.apply(replace(world.walk(case, CaseState.DECISION_SERVED), consent_no=""), ActKind.PUBLISH)


def test_a_person_on_a_black_list_is_shown_by_law_only(world):
    served = world.walk(world.propose(world.person()), CaseState.DECISION_SERVED)
    with pytest.raises(NoLegalBasis, match="自然人"):
        world.apply(served, ActKind.PUBLISH, terms=replace(world.terms, publication_basis=" "))
    with pytest.raises(NoLegalBasis, match="自然人"):
        world.apply(served, ActKind.PUBLISH, terms=replace(world.terms, may_publish=False))
    assert world.apply(served, ActKind.PUBLISH).publication_basis == "总局令第44号"


def test_nothing_is_published_after_its_term(world):
    served = world.walk(world.propose(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition, match="届满"):
        world.apply(served, ActKind.PUBLISH, served.max_until_on + timedelta(days=1))
    assert world.apply(served, ActKind.PUBLISH, served.max_until_on).state is CaseState.PUBLISHED


@pytest.mark.parametrize("state", list(CaseState))
def test_the_watch_list_is_never_published(world, state):
    case = world.walk(
        world.propose(world.facts(list_kind=ListKind.WATCH, list_type="watch")), CaseState.DECISION_SERVED
    )
    with pytest.raises(IllegalTransition, match="不得公示"):
        world.apply(replace(case, state=state), ActKind.PUBLISH)
    assert ActKind.PUBLISH not in {step.kind for step in next_acts(case)}


def test_the_red_list_knows_no_repair(world):
    case = world.walk(
        world.propose(world.facts(list_kind=ListKind.RED, list_type="honour", severity=None)), CaseState.PUBLISHED
    )
    with pytest.raises(IllegalTransition, match="不适用"):
        world.apply(case, ActKind.REPAIR)
    assert world.apply(case, ActKind.REVOKE).state is CaseState.ENDED


@pytest.mark.parametrize("state", UNDECIDED)
def test_a_candidate_may_be_dropped_at_any_time_before_the_decision(world, state):
    case = world.walk(world.propose(), state)
    declined = world.apply(case, ActKind.DECLINE)
    assert declined.state is CaseState.DECLINED
    assert declined.decided_by == "decider"
    assert next_acts(declined) == ()


@pytest.mark.parametrize("state", IN_FORCE)
def test_a_decision_may_be_revoked_at_any_time(world, state):
    ended = world.apply(world.walk(world.propose(), state), ActKind.REVOKE)
    assert (ended.state, ended.end_kind) == (CaseState.ENDED, "revoke")


def test_repair_opens_after_the_minimum_term(world):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    with pytest.raises(IllegalTransition, match="2027-09-12"):
        world.apply(case, ActKind.REPAIR, date(2027, 9, 11))
    repaired = world.apply(case, ActKind.REPAIR, date(2027, 9, 12))
    assert (repaired.state, repaired.end_kind, repaired.ended_on) == (CaseState.ENDED, "repair", date(2027, 9, 12))
    assert not is_effective(repaired, date(2027, 9, 12))


def test_a_minor_act_may_be_repaired_at_once(world):
    case = world.walk(world.propose(world.facts(severity="minor")), CaseState.DECISION_SERVED)
    assert world.apply(case, ActKind.REPAIR).state is CaseState.ENDED


def test_a_listing_expires_on_the_day_after_its_term(world):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    with pytest.raises(IllegalTransition, match="尚未届满"):
        world.apply(case, ActKind.EXPIRE, case.max_until_on)
    expired = world.apply(case, ActKind.EXPIRE, case.max_until_on + timedelta(days=1))
    assert (expired.state, expired.end_kind) == (CaseState.ENDED, "expire")


def test_a_listing_without_term_does_not_expire(world):
    case = world.propose(world.facts(list_kind=ListKind.RED, list_type="honour", severity=None))
    world.terms = replace(world.terms, term_months=None, min_months=None)
    honoured = world.walk(case, CaseState.PUBLISHED)
    assert honoured.max_until_on is None
    with pytest.raises(IllegalTransition, match="没有规定期满日"):
        world.apply(honoured, ActKind.EXPIRE, date(2099, 1, 1))


@pytest.mark.parametrize("state", [CaseState.DECLINED, CaseState.ENDED])
@pytest.mark.parametrize("kind", list(ActKind))
def test_a_closed_case_never_moves_again(world, state, kind):
    case = replace(world.walk(world.propose(), CaseState.PUBLISHED), state=state)
    with pytest.raises(IllegalTransition):
        world.apply(case, kind, date(2030, 1, 1))


def test_proposing_is_not_an_act_of_people(world):
    with pytest.raises(IllegalTransition, match="现在可以办理：受理审核、拟定事先告知书"):
        world.apply(world.propose(), ActKind.PROPOSE)


@pytest.mark.parametrize("list_kind", list(ListKind))
@pytest.mark.parametrize("state", list(CaseState))
def test_next_acts_are_what_the_table_of_steps_allows(world, list_kind, state):
    case = replace(world.propose(), state=state, list_kind=list_kind)
    allowed = {kind for kind, step in STEPS.items() if state in step.from_states and list_kind in step.list_kinds}
    assert {step.kind for step in next_acts(case)} == allowed - find_idle(case)
    # What is suspended and marked can be resumed and cleared; what was taken over ends with its source.
    busy = replace(case, suspended_on=case.proposed_on, marked_on=case.proposed_on, taken_over_on=case.proposed_on)
    assert find_idle(busy) == {ActKind.MARK_OBJECTION, ActKind.SUSPEND, ActKind.TAKE_OVER}


def test_next_acts_say_what_they_need_and_when(world):
    case = world.walk(world.propose(), CaseState.NOTICE_SERVED)
    hear = next(step for step in next_acts(case) if step.kind is ActKind.HEAR)
    assert hear.needs == ("陈述申辩意见及复核结论",)
    assert hear.fields == ("evidence",)
    assert hear.earliest_on == date(2026, 9, 12)


def test_next_acts_speak_the_words_of_the_red_list(world):
    case = world.propose(world.facts(list_kind=ListKind.RED, list_type="honour", severity=None))
    assert [step.label for step in next_acts(case)] == ["受理审核", "拟定认定前公示", "决定不予认定", "标注异议"]
    assert next_acts(case)[1].needs == ("公示文号",)
