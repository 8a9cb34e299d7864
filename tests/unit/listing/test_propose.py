from dataclasses import replace
from datetime import date

import pytest

from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.score import ListKind
from credit_service.listing.propose import make_case_id, propose_cases

RED = {"list_kind": ListKind.RED, "list_type": "honour", "severity": None, "record_kind": "honour"}


def propose(world, facts, existing=()):
    return propose_cases(facts, existing, world.list_types, world.start_on)


def test_a_candidate_becomes_a_proposal_and_nothing_more(world):
    (case,) = propose(world, [world.facts()])
    assert case.state is CaseState.PROPOSED
    assert case.version == 0
    assert case.list_basis == "总局令第44号"
    assert case.fact == "行政处罚：销售假药等2项（市场监管局（测试），2026-08-03，测市监罚〔2026〕1号）"
    assert case.record_ids == ("B1-0000001", "B1-0000002")


def test_the_same_evidence_gives_the_same_case(world):
    facts = world.facts()
    assert make_case_id(facts) == make_case_id(replace(facts, record_ids=tuple(reversed(facts.record_ids))))
    assert make_case_id(facts) == make_case_id(replace(facts, run_id="A20270101-FFFFFFFF", rulebook="cd" * 32))
    assert make_case_id(facts) != make_case_id(replace(facts, record_ids=("B1-0000001",)))


def test_order_of_candidates_does_not_matter(world):
    facts = [world.facts(category=number) for number in (4, 2, 9)]
    assert propose(world, facts) == propose(world, facts[::-1])


def test_two_candidates_of_one_list_and_category_are_one_case(world):
    facts = [world.facts(), world.facts(record_ids=("B2-0000001",))]
    assert len(propose(world, facts)) == 1


@pytest.mark.parametrize("state", [state for state in CaseState if state not in {CaseState.DECLINED, CaseState.ENDED}])
def test_an_open_or_standing_case_is_not_proposed_again(world, state):
    existing = replace(world.propose(), state=state)
    assert propose(world, [world.facts(record_ids=("B9-0000001",))], [existing]) == []


def test_declined_evidence_is_not_put_before_people_again_but_new_evidence_is(world):
    declined = world.apply(world.propose(), ActKind.DECLINE)
    assert propose(world, [world.facts()], [declined]) == []
    assert len(propose(world, [world.facts(record_ids=("B9-0000001",))], [declined])) == 1


@pytest.mark.parametrize("list_kind", list(ListKind))
@pytest.mark.parametrize("minor", [{"is_minor": True}, {"adult_on": date(2026, 9, 5)}])
def test_minors_are_never_proposed(world, list_kind, minor):
    facts = world.person(list_kind=list_kind, consent=True, consent_no="同意1号")
    assert len(propose(world, [facts])) == 1
    assert propose(world, [replace(facts, **minor)]) == []


def test_one_who_comes_of_age_on_the_day_is_an_adult(world):
    assert len(propose(world, [world.person(adult_on=date(2026, 9, 4))])) == 1


@pytest.mark.parametrize(("consent", "consent_no"), [(False, "同意1号"), (True, ""), (True, " "), (False, "")])
def test_a_person_is_proposed_for_the_red_list_by_consent_only(world, consent, consent_no):
    assert propose(world, [world.person(**RED, consent=consent, consent_no=consent_no)]) == []


@pytest.mark.parametrize("other", [ListKind.BLACK, ListKind.WATCH])
def test_a_negative_listing_blocks_the_red_list(world, other):
    negative = replace(world.propose(), list_kind=other, state=CaseState.PUBLISHED)
    assert propose(world, [world.facts(**RED)], [negative]) == []
    assert len(propose(world, [world.facts(**RED)], [replace(negative, state=CaseState.ENDED)])) == 1


@pytest.mark.parametrize("other", [ListKind.BLACK, ListKind.WATCH])
def test_a_negative_candidate_of_the_same_run_blocks_the_red_list(world, other):
    cases = propose(world, [world.facts(**RED), world.facts(list_kind=other)])
    assert [case.list_kind for case in cases] == [other]


def test_a_red_listing_does_not_shield_from_a_black_proposal(world):
    honoured = replace(world.propose(world.facts(**RED)), state=CaseState.PUBLISHED)
    assert len(propose(world, [world.facts()], [honoured])) == 1


def test_the_watch_list_is_a_list_type_of_its_own(world):
    (case,) = propose(world, [world.facts(list_kind=ListKind.WATCH, list_type="")])
    assert (case.list_type, case.list_basis) == ("watch", "1798号")


def test_an_unknown_list_type_is_proposed_without_basis(world):
    (case,) = propose(world, [world.facts(list_type="invented")])
    assert case.list_basis == ""


def test_a_black_list_is_serious_where_the_record_does_not_say(world):
    assert propose(world, [world.facts(severity=None)])[0].severity == "serious"
    assert propose(world, [world.facts(**RED)])[0].severity is None
