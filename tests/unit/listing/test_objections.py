"""The table of acts on an objection, its gates and its terms."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from credit_service.domain.objection import (
    OPEN_STATES,
    Channel,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
)
from credit_service.domain.subject import SubjectKind
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    IllegalTransition,
    OwnAgencyAlone,
    SamePerson,
    ScopeDenied,
)
from credit_service.listing.objection_steps import OBJECTION_STEPS
from credit_service.listing.objections import (
    ObjectionTerms,
    apply_objection_act,
    find_due,
    next_objection_acts,
    objection_clocks,
)
from credit_service.registry.migrations.law_0009_triggers import ARROWS

K, S = ObjectionActKind, ObjectionState
WEDNESDAY = date(2026, 10, 28)
TERMS = ObjectionTerms(mark_workdays=1, answer_workdays=3, extended_workdays=7, correction_workdays=1)
OFFICE, SOURCE, OTHER = "OFFICE", "SOURCE", "OTHER"
PAPERS = {
    "document_no": "号1",
    "reason": "理由",
    "evidence": "复核",
    "redress": "可以复议",
    "to_agency": SOURCE,
    "verdict": "wrong",
}
PATHS = {
    S.RECEIVED: (),
    S.ACCEPTED: (K.ACCEPT,),
    S.NOT_ACCEPTED: (K.REFUSE,),
    S.FORWARDED: (K.ACCEPT, K.FORWARD),
    S.VERIFIED: (K.ACCEPT, K.FORWARD, K.VERIFY),
    S.UPHELD: (K.ACCEPT, K.UPHOLD),
    S.REJECTED: (K.ACCEPT, K.REJECT),
    S.WITHDRAWN: (K.WITHDRAW,),
}


def is_workday(day: date) -> bool:
    return day.weekday() < 5


class Walk:
    """An objection and its acts."""

    def __init__(self, **changes: object) -> None:
        plain = Objection(
            number="Y2026-00001",
            target=ObjectionTarget.CASE,
            record_id=None,
            case_id="C1",
            bulletin_id=None,
            subject_id="uscc:1",
            subject_kind=SubjectKind.ORGANISATION,
            objector=ObjectorKind.SUBJECT,
            channel=Channel.DESK,
            objecting_agency="",
            authority="",
            record_ids=("B1-0000001", "B1-0000002"),
            case_ids=("C1",),
            source_agencies=(SOURCE,),
            received_on=WEDNESDAY,
            received_by="clerk",
            marked_on=WEDNESDAY,
            mark_due_on=WEDNESDAY + timedelta(days=1),
            due_on=date(2026, 11, 2),
        )
        self.objection = replace(plain, **changes)
        self.done = [self.make(K.RECEIVE, actor_id="clerk")]

    def make(self, kind: ObjectionActKind, on: date | None = None, **changes: object) -> ObjectionAct:
        on = on or max(
            self.objection.received_on,
            *(day for day in (self.objection.verified_on, self.objection.decided_on) if day),
            self.objection.received_on,
        )
        actor, agency = {
            K.VERIFY: ("source", SOURCE),
            K.UPHOLD: ("decider", OFFICE),
            K.REJECT: ("decider", OFFICE),
            K.REFUSE: ("decider", OFFICE),
        }.get(kind, ("clerk", OFFICE))
        act = ObjectionAct(
            kind,
            actor,
            on,
            datetime.combine(on, time(4), UTC),
            agency_code=agency,
            rulebook="ab" * 32,
            due_on=find_due(kind, self.objection.received_on, on, TERMS, is_workday),
            **PAPERS,
        )
        if kind is K.UPHOLD:
            act = replace(act, remedy="withdraw", listing="revoke", wrong_records=("B1-0000001",))
        return replace(act, **changes)

    def apply(self, kind: ObjectionActKind, on: date | None = None, **changes: object) -> Objection:
        act = self.make(kind, on, **changes)
        self.objection = apply_objection_act(self.objection, act, self.done)
        self.done.append(act)
        return self.objection

    def to(self, state: ObjectionState) -> "Walk":
        for kind in PATHS[state]:
            self.apply(kind)
        assert self.objection.state is state
        return self


@pytest.mark.parametrize("state", ObjectionState)
@pytest.mark.parametrize("kind", ObjectionActKind)
def test_an_act_is_lawful_in_its_states_and_nowhere_else(state, kind):
    walk = Walk().to(state)
    step = OBJECTION_STEPS.get(kind)
    overdue = walk.objection.due_on + timedelta(days=1)
    if step is not None and state in step.from_states and kind is not K.CORRECT:
        moved = walk.apply(kind, overdue)
        assert moved.state is (step.to_state or state)
        assert moved.version == len(walk.done) - 1
    else:
        with pytest.raises(IllegalTransition):
            walk.apply(kind, overdue)


def test_the_arrows_of_the_tables_are_those_of_the_procedure():
    assert {kind.value for kind in OBJECTION_STEPS} == ARROWS.keys()
    for kind, (from_states, _) in ARROWS.items():
        told = {state.strip(" ()'") for state in from_states.split(",")}
        assert told == {state.value for state in OBJECTION_STEPS[ObjectionActKind(kind)].from_states}


@pytest.mark.parametrize(
    ("state", "kind"), [(one.from_states, kind) for kind, one in OBJECTION_STEPS.items() if kind is not K.CORRECT]
)
def test_an_act_without_any_of_its_papers_is_refused(state, kind):
    for name, need in OBJECTION_STEPS[kind].needs:
        walk = Walk().to(min(state, key=list(ObjectionState).index))
        with pytest.raises(EvidenceMissing, match=need):
            walk.apply(kind, walk.objection.due_on + timedelta(days=1), **{name: "  "})
    with pytest.raises(EvidenceMissing, match="办理人"):
        Walk().to(min(state, key=list(ObjectionState).index)).apply(kind, actor_id=" ")


@pytest.mark.parametrize("kind", [K.UPHOLD, K.REJECT])
@pytest.mark.parametrize("earlier", [K.ACCEPT, K.FORWARD, K.VERIFY, K.RECEIVE])
def test_who_prepared_it_does_not_decide_not_even_for_another(kind, earlier):
    walk = Walk().to(S.VERIFIED)
    who = next(act.actor_id for act in walk.done if act.kind is earlier)
    for changes in ({"actor_id": who}, {"for_id": who}):
        with pytest.raises(SamePerson):
            walk.apply(kind, **changes)
    assert walk.apply(kind).decided_by == "decider"


def test_a_party_decides_only_what_somebody_else_has_looked_at():
    alone = Walk(objecting_agency=OTHER)
    for agency in (SOURCE, OTHER):
        with pytest.raises(OwnAgencyAlone):
            alone.apply(K.REFUSE, agency_code=agency)
    alone.apply(K.ACCEPT, agency_code=OTHER)
    for agency in (SOURCE, OTHER):
        with pytest.raises(OwnAgencyAlone):
            alone.apply(K.REJECT, agency_code=agency)
    checked = Walk().to(S.ACCEPTED)
    assert checked.apply(K.REJECT, agency_code=SOURCE).state is S.REJECTED


def test_only_the_agency_asked_answers():
    walk = Walk().to(S.FORWARDED)
    with pytest.raises(ScopeDenied):
        walk.apply(K.VERIFY, agency_code=OTHER)
    with pytest.raises(IllegalTransition, match="不是该单位报送"):
        Walk().to(S.ACCEPTED).apply(K.FORWARD, to_agency=OTHER)


def test_the_term_is_extended_once_and_by_the_rules():
    walk = Walk().to(S.ACCEPTED)
    assert walk.apply(K.FORWARD).due_on == date(2026, 11, 6)
    with pytest.raises(IllegalTransition):
        walk.apply(K.FORWARD)
    with pytest.raises(EvidenceMissing, match="期限"):
        Walk().to(S.ACCEPTED).apply(K.FORWARD, due_on=None)


def test_nobody_decides_before_the_answer_or_its_last_day():
    walk = Walk().to(S.FORWARDED)
    with pytest.raises(IllegalTransition, match="2026-11-06"):
        walk.apply(K.REJECT, walk.objection.due_on)
    assert walk.apply(K.REJECT, walk.objection.due_on + timedelta(days=1)).state is S.REJECTED


@pytest.mark.parametrize("kind", [K.ACCEPT, K.WITHDRAW])
def test_the_clock_goes_on(kind):
    with pytest.raises(ClockReversed, match="早于"):
        Walk().apply(kind, WEDNESDAY - timedelta(days=1))
    with pytest.raises(ClockReversed, match="晚于今天"):
        Walk().apply(kind, WEDNESDAY + timedelta(days=1), at=datetime.combine(WEDNESDAY, time(4), UTC))


@pytest.mark.parametrize(
    ("papers", "fault"),
    [
        ({"remedy": "none", "listing": "keep", "wrong_records": ()}, IllegalTransition),
        ({"remedy": "none", "listing": "revoke"}, EvidenceMissing),
        ({"wrong_records": ()}, EvidenceMissing),
        ({"wrong_records": ("B9-0000009",)}, IllegalTransition),
        ({"remedy": "burn"}, EvidenceMissing),
        ({"listing": "burn"}, EvidenceMissing),
    ],
)
def test_a_decision_for_the_objector_says_what_changes(papers, fault):
    with pytest.raises(fault):
        Walk().to(S.ACCEPTED).apply(K.UPHOLD, **papers)


def test_without_a_case_there_is_nothing_to_revoke():
    walk = Walk(case_ids=(), case_id=None, record_id="B1-0000001", target=ObjectionTarget.RECORD).to(S.ACCEPTED)
    with pytest.raises(IllegalTransition):
        walk.apply(K.UPHOLD, remedy="none", listing="revoke", wrong_records=())


def test_a_correction_is_owed_once_and_has_its_own_term():
    walk = Walk().to(S.ACCEPTED)
    walk.apply(K.UPHOLD, remedy="correct", listing="keep")
    assert walk.objection.awaits_correction
    owed = objection_clocks(walk.objection)[-1]
    assert (owed.duty, owed.holder, owed.due_on, owed.done_on) == ("correct", SOURCE, date(2026, 10, 29), None)
    assert not owed.is_overdue(date(2026, 10, 29))
    assert owed.is_overdue(date(2026, 10, 30))
    assert not walk.apply(K.CORRECT, document_no="B2").awaits_correction
    with pytest.raises(IllegalTransition):
        walk.apply(K.CORRECT)


@pytest.mark.parametrize(
    ("state", "clocks"),
    [
        (S.RECEIVED, {"mark": True, "answer": False}),
        (S.FORWARDED, {"mark": True, "answer": False, "verify": False}),
        (S.VERIFIED, {"mark": True, "answer": False, "verify": True}),
        (S.REJECTED, {"mark": True, "answer": True}),
        (S.WITHDRAWN, {"mark": True, "answer": True}),
    ],
)
def test_clocks_follow_from_what_was_done(state, clocks):
    found = objection_clocks(Walk().to(state).objection)
    assert {clock.duty: clock.done_on is not None for clock in found} == clocks
    long_after = date(2027, 1, 1)
    late = {clock.duty for clock in found if clock.is_overdue(long_after)}
    assert late == {duty for duty, is_done in clocks.items() if not is_done}


@pytest.mark.parametrize("state", ObjectionState)
def test_what_is_offered_is_what_may_be_done(state):
    walk = Walk().to(state)
    offered = {one.kind for one in next_objection_acts(walk.objection, WEDNESDAY)}
    lawful = set()
    for kind in OBJECTION_STEPS:
        trial = Walk().to(state)
        try:
            trial.apply(kind)
            lawful.add(kind)
        except IllegalTransition:
            continue
    assert offered == lawful
    assert bool(offered) is (state in OPEN_STATES)
