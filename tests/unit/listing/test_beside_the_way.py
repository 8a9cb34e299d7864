"""Lists of other authorities, suspensions, marks of objections, stand-ins and who may decide on whose records."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from credit_service.domain.listing import ActKind, CaseState, is_effective
from credit_service.domain.score import ListKind
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    IllegalTransition,
    MinorProtected,
    NoLegalBasis,
    NotInCharge,
    ObjectionPending,
    OwnAgencyAlone,
    SamePerson,
)
from credit_service.listing.guards_people import check_two_agencies

DAY = timedelta(days=1)


@pytest.fixture
def listed(world):
    """A case that rests on another authority's listing of 2026-08-03, for three years."""
    world.list_types = (replace(world.list_types[0], taken_over_from=("serious_list",)),)
    case = world.propose(world.facts(record_kind="serious_list", ends_on=date(2028, 8, 3)))
    return world.apply(case, ActKind.TAKE_UP)


def take_over(world, case, **changes):
    return world.apply(case, ActKind.TAKE_OVER, case.proposed_on, **{"actor_id": "decider", **changes})


def test_a_listing_of_another_authority_keeps_its_decision_and_its_term(world, listed):
    case = take_over(world, listed)
    assert case.state is CaseState.DECISION_SERVED
    assert (case.decision_no, case.decided_on) == ("测市监罚〔2026〕1号", date(2026, 8, 3))
    # Ours would last 36 months; theirs ends first.
    assert case.max_until_on == date(2028, 8, 3)
    assert case.min_until_on == date(2027, 8, 3)
    assert case.notice_no is None
    assert is_effective(case, case.proposed_on)
    assert not is_effective(case, date(2028, 8, 4))


def test_a_listing_of_another_authority_never_lasts_longer_than_the_rules_allow(world, listed):
    case = take_over(world, replace(listed, source_ends_on=date(2099, 1, 1)))
    assert case.max_until_on == date(2029, 8, 3)


def test_it_ends_when_its_authority_ends_it_and_only_then(world, listed):
    case = take_over(world, listed)
    ended = world.apply(case, ActKind.SOURCE_END, case.proposed_on + DAY, reason="法院已删除")
    assert (ended.state, ended.end_kind) == (CaseState.ENDED, "source_end")
    own = world.walk(world.propose(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition, match="不是转引的名单"):
        world.apply(own, ActKind.SOURCE_END)


def test_what_no_authority_has_decided_is_not_taken_over(world):
    case = world.apply(world.propose(), ActKind.TAKE_UP)
    with pytest.raises(NoLegalBasis, match="不是有权机关的列入决定"):
        take_over(world, case)


def test_a_listing_without_a_number_is_not_taken_over(world):
    world.list_types = (replace(world.list_types[0], taken_over_from=("serious_list",)),)
    case = world.propose(world.facts(record_kind="serious_list", document_no=" "))
    assert case.source_decided_on is None


def test_taking_over_needs_a_second_person_papers_and_a_running_term(world, listed):
    with pytest.raises(SamePerson):
        take_over(world, listed, actor_id="reviewer")
    with pytest.raises(SamePerson):
        take_over(world, listed, for_id="reviewer")
    with pytest.raises(EvidenceMissing, match="公布网址"):
        take_over(world, listed, evidence=" ")
    with pytest.raises(IllegalTransition, match="期满"):
        world.apply(listed, ActKind.TAKE_OVER, date(2028, 8, 4), actor_id="decider")
    with pytest.raises(IllegalTransition):
        take_over(world, replace(listed, state=CaseState.PROPOSED, reviewer_id=None))


def test_a_minor_listed_elsewhere_is_not_taken_over(world):
    world.list_types = (replace(world.list_types[0], taken_over_from=("serious_list",)),)
    adult_on = world.start_on + timedelta(days=30)
    case = world.propose(world.person(record_kind="serious_list"))
    case = world.apply(replace(case, adult_on=adult_on), ActKind.TAKE_UP)
    with pytest.raises(MinorProtected):
        take_over(world, case)


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.DECISION_SERVED, CaseState.PUBLISHED])
def test_a_suspended_listing_has_no_effect_and_its_term_runs_on(world, state):
    case = world.walk(world.propose(), state)
    on = world.next_on(case, ActKind.SUSPEND) + DAY
    suspended = world.apply(case, ActKind.SUSPEND, on)
    assert (suspended.state, suspended.suspended_on, suspended.max_until_on) == (state, on, case.max_until_on)
    assert not is_effective(suspended, on)
    assert is_effective(suspended, on - DAY) is is_effective(case, on - DAY)
    resumed = world.apply(suspended, ActKind.RESUME, on + DAY)
    assert is_effective(resumed, on + DAY) is (state is not CaseState.DECIDED)
    with pytest.raises(IllegalTransition, match="已经中止"):
        world.apply(suspended, ActKind.SUSPEND, on)
    with pytest.raises(IllegalTransition, match="没有中止"):
        world.apply(case, ActKind.RESUME, on)
    with pytest.raises(ClockReversed):
        world.apply(suspended, ActKind.RESUME, on - DAY)


@pytest.mark.parametrize("ground", ["", "mood", "negative_listing"])
def test_a_black_listing_is_suspended_for_a_lawful_reason_only(world, ground):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    with pytest.raises((IllegalTransition, EvidenceMissing)):
        world.apply(case, ActKind.SUSPEND, ground=ground)


def test_an_honour_is_suspended_for_a_negative_listing(world):
    case = world.propose(world.facts(list_kind=ListKind.RED, list_type="honour", severity=None))
    case = world.walk(case, CaseState.PUBLISHED)
    assert world.apply(case, ActKind.SUSPEND, ground="negative_listing").suspension_ground == "negative_listing"
    with pytest.raises(IllegalTransition):
        world.apply(case, ActKind.SUSPEND, ground="court")


def test_what_is_suspended_or_contested_is_not_published(world):
    case = world.walk(world.propose(), CaseState.DECISION_SERVED)
    with pytest.raises(IllegalTransition, match="中止效力"):
        world.apply(world.apply(case, ActKind.SUSPEND), ActKind.PUBLISH)
    marked = world.apply(case, ActKind.MARK_OBJECTION)
    with pytest.raises(ObjectionPending):
        world.apply(marked, ActKind.PUBLISH)
    assert world.apply(world.apply(marked, ActKind.CLEAR_OBJECTION), ActKind.PUBLISH).state is CaseState.PUBLISHED


def test_a_mark_is_set_once_and_a_contested_listing_still_holds(world):
    case = world.walk(world.propose(), CaseState.PUBLISHED)
    marked = world.apply(case, ActKind.MARK_OBJECTION)
    assert is_effective(marked, marked.marked_on)
    with pytest.raises(IllegalTransition, match="已经标注"):
        world.apply(marked, ActKind.MARK_OBJECTION)
    with pytest.raises(IllegalTransition, match="没有异议标注"):
        world.apply(case, ActKind.CLEAR_OBJECTION)


def test_one_reviewer_is_in_charge_until_another_takes_over_with_a_reason(world):
    case = world.apply(world.propose(), ActKind.TAKE_UP, actor_id="first")
    with pytest.raises(NotInCharge, match="first"):
        world.apply(case, ActKind.DRAFT_NOTICE, actor_id="second")
    with pytest.raises(EvidenceMissing, match="接手的理由"):
        world.apply(case, ActKind.HAND_OVER, actor_id="second", reason="")
    taken = world.apply(case, ActKind.HAND_OVER, actor_id="second", reason="first休假")
    assert (taken.state, taken.reviewer_id) == (CaseState.UNDER_REVIEW, "second")
    with pytest.raises(NotInCharge):
        world.apply(taken, ActKind.HAND_OVER, actor_id="second")
    assert world.apply(taken, ActKind.DRAFT_NOTICE, actor_id="second").drafted_by == "second"
    # A stand-in of the one in charge need not take over.
    assert world.apply(case, ActKind.DRAFT_NOTICE, actor_id="second", for_id="first").drafted_by == "second"


@pytest.mark.parametrize("who", [{"actor_id": "reviewer"}, {"actor_id": "decider", "for_id": "reviewer"}])
def test_a_stand_in_stands_for_both(world, who):
    case = world.walk(world.propose(), CaseState.HEARD)
    with pytest.raises(SamePerson):
        world.apply(case, ActKind.DECIDE, **who)


def test_nobody_decides_alone_on_what_their_agency_sent(world):
    case = world.propose(world.facts(agency_codes=("11A", "11A")))
    assert case.source_agency == "11A"
    decide = world.act(ActKind.DECIDE, world.start_on, agency_code="11A")
    own, other = (world.act(ActKind.DRAFT_NOTICE, world.start_on, agency_code=code) for code in ("11A", "11B"))
    for done in ((), (own,)):
        with pytest.raises(OwnAgencyAlone):
            check_two_agencies(case, decide, done)
    check_two_agencies(case, decide, (own, other))
    check_two_agencies(case, replace(decide, agency_code="11B"), (own,))
    several = world.propose(world.facts(agency_codes=("11A", "11B")))
    assert several.source_agency == ""
    check_two_agencies(several, decide, (own,))
