"""Random people, papers, days and SQL on cases: whatever they try, no unlawful state is reached.

The machine moves cases through `listing` and a real ledger as `pipeline` does. After every step it holds, on what the
ledger stores, what the law asks for; and that the stored case is exactly what its acts make of it.
"""

from __future__ import annotations

import os
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from property.examples import examples as choose
from sqlalchemy.engine import make_url

from credit_service.domain.agency import Account, Agency, Role
from credit_service.domain.listing import Act, ActKind, Case, CaseState, Delegation, is_effective
from credit_service.domain.measure import Measure
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import DecisionError, LedgerConflict
from credit_service.listing.guards import last_day
from credit_service.listing.guards_people import PREPARATIONS, check_two_agencies
from credit_service.listing.propose import CandidateFacts, propose_cases
from credit_service.listing.replay import replay, to_proposal
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act, next_acts
from credit_service.measures.assign import assign_measures
from credit_service.registry.unit_of_work import Ledger, UnitOfWork

FIRST_DAY = date(2026, 9, 1)
PEOPLE = ("王五", "赵六", "孙七")
AGENCIES = {"王五": "11A", "赵六": "11B", "孙七": "11A"}
BECOMES_BLACK = {ActKind.DECIDE, ActKind.TAKE_OVER}
SECOND_PERSON = {ActKind.DECIDE, ActKind.DECLINE, ActKind.TAKE_OVER}
RULES = "ab" * 32
IN_FORCE = {CaseState.DECIDED, CaseState.DECISION_SERVED, CaseState.PUBLISHED}
CATALOGUE = (
    Measure("key_supervision", "纳入重点监管", "management", "…", "依据", "各部门", "confirmed", ("black", "watch")),
    Measure("green_channel", "绿色通道", "incentive", "…", "依据", "各部门", "confirmed", ("red",)),
)
COLUMNS = (
    "state",
    "decided_by",
    "decided_on",
    "notice_proof",
    "max_until_on",
    "published_on",
    "ended_on",
    "version",
    "suspended_on",
    "marked_on",
    "reviewer_id",
    "taken_over_on",
    "source_ends_on",
)
VALUES = ("published", "decided", "proposed", "王五", "2026-09-01", "2030-01-01", "", None, 7)


class ListType:
    id = "samr_serious"
    legal_basis = "总局令第44号"
    taken_over_from = ("serious_list",)


class Honour(ListType):
    id = "honour"


class Watch(ListType):
    id = "watch"


class Unfounded(ListType):
    id = "unfounded"
    legal_basis = " "


TYPES = {
    ListKind.BLACK: (ListType.id, Unfounded.id),
    ListKind.RED: (Honour.id,),
    ListKind.WATCH: (Watch.id,),
}


def is_workday(day: date) -> bool:
    return day.weekday() < 5


class Desk(RuleBasedStateMachine):
    """People at work on cases of six subjects, each of another kind."""

    ledger: Ledger
    reached: ClassVar[set[tuple[ListKind, CaseState, str | None]]] = set()
    done: ClassVar[set[ActKind]] = set()

    @initialize(black=st.sampled_from((7, 8, 6, 2, 0)), red=st.sampled_from((0, 7, 8)))
    def open(self, black: int, red: int) -> None:
        self.today = FIRST_DAY
        self.mark = uuid.uuid4().hex[:8]
        self.ids: list[str] = []
        self.proposals: dict[str, Case] = {}
        self.terms: dict[tuple[str, int], ProcedureTerms] = {}
        self.snapshots: list[Case] = []
        self.leaves: set[tuple[str, str, date]] = set()
        self.put_forward(self.facts(0, ListKind.BLACK, ListType.id, 1))
        self.put_forward(self.facts(2, ListKind.RED, Honour.id, 1))
        self.go(0, black, 0)
        self.go(1, red, 1)
        self.go_beside_the_way()

    def go_beside_the_way(self) -> None:
        """Take a list over, contest and suspend it, and back: chance alone seldom comes here."""
        self.put_forward(self.facts(1, ListKind.BLACK, ListType.id, 4))
        for kind in (
            ActKind.TAKE_UP,
            ActKind.TAKE_OVER,
            ActKind.MARK_OBJECTION,
            ActKind.SUSPEND,
            ActKind.CLEAR_OBJECTION,
            ActKind.RESUME,
        ):
            case = self.cases()[-1]
            act = Act(kind, self.choose_actor(case, kind), self.today, self.now(), "号1", "理由", "凭证", "court")
            self.attempt(case, act, self.terms_of())

    def now(self) -> datetime:
        return datetime.combine(self.today, time(4), UTC)

    def cases(self) -> list[Case]:
        with self.ledger.reading() as uow:
            return [uow.cases.get(case_id) for case_id in self.ids]

    def facts(self, who: int, list_kind: ListKind, list_type: str, record: int) -> CandidateFacts:
        organisation = who < 2
        adult_on = {2: date(1990, 1, 1), 3: self.today + timedelta(days=200), 4: None, 5: date(1990, 1, 1)}.get(who)
        return CandidateFacts(
            subject_id=f"{self.mark}:{who}",
            subject_kind="organisation" if organisation else "person",
            subject_name="公司（测试）" if organisation else "张*",
            identifier_code=f"TEST{who}" if organisation else None,
            list_kind=list_kind,
            list_type=list_type,
            category=0,
            rule="proposals",
            rulebook="ab" * 32,
            run_id="A1",
            record_ids=(f"B1-{record}",),
            record_kind="serious_list" if record == 4 else "penalty",
            topic="测试事项",
            document_no="列字1号",
            decided_on=FIRST_DAY,
            ends_on=None,
            authority_name="市场监管局（测试）",
            authority_code=None,
            adult_on=adult_on,
            is_minor=False,
            consent=who == 2,
            consent_no="同意1号" if who == 2 else "",
            severity=None if list_kind is ListKind.RED else ("minor", "serious")[record % 2],
            agency_codes=("11A",) if record == 3 else ("11A", "11B"),
        )

    @rule(
        who=st.sampled_from((0, 0, 1, 1, 2, 2, 3, 4, 5)),
        list_kind=st.sampled_from(ListKind),
        founded=st.sampled_from((True, True, True, False)),
        record=st.integers(1, 4),
    )
    def propose(self, who: int, list_kind: ListKind, founded: bool, record: int) -> None:  # noqa: FBT001 -- drawn
        self.put_forward(self.facts(who, list_kind, TYPES[list_kind][0 if founded else -1], record))

    def put_forward(self, fact: CandidateFacts) -> None:
        with self.ledger.unit_of_work() as uow:
            known = uow.cases.list_about([fact.subject_id])
            for case in propose_cases([fact], known, (ListType, Honour, Watch, Unfounded), self.today):
                uow.cases.add(case, self.now())
                self.ids.append(case.case_id)
                self.proposals[case.case_id] = case
            uow.commit()

    def attempt(self, case: Case, act: Act, terms: ProcedureTerms) -> None:
        """Do an act as `pipeline.decide` does; a refusal leaves everything as it was."""
        act = replace(act, agency_code=AGENCIES.get(act.actor_id, ""), rulebook=RULES)
        try:
            with self.ledger.unit_of_work() as uow:
                check_two_agencies(case, act, tuple(uow.acts.list_for_case(case.case_id)))
                moved = apply_act(case, act, terms, is_workday)
                suspended = self.suspend_red(uow, moved, act) if act.kind in BECOMES_BLACK else []
                uow.cases.save(moved, act)
                if moved.state is CaseState.DECISION_SERVED and case.state is not CaseState.DECISION_SERVED:
                    uow.measures.add(assign_measures(moved, CATALOGUE))
                uow.audit.append(
                    act.actor_id, f"case.{act.kind.value}", case.case_id, act.at, {"to": moved.state.value}
                )
                uow.commit()
            for changed in (moved, *suspended):
                self.terms[changed.case_id, changed.version] = terms
            self.done |= {act.kind}
        except (DecisionError, LedgerConflict):
            return
        self.check()

    def suspend_red(self, uow: UnitOfWork, black: Case, act: Act) -> list[Case]:
        """Suspend the honours of who becomes black, as `pipeline.decide.suspend_red` does."""
        moved = []
        for red in uow.cases.list_about([black.subject_id]) if black.list_kind is not ListKind.RED else []:
            if red.list_kind is ListKind.RED and red.state in IN_FORCE and red.suspended_on is None:
                on = max(act.on, last_day(red))
                because = Act(
                    ActKind.SUSPEND,
                    "engine",
                    on,
                    act.at,
                    black.case_id,
                    "列入",
                    ground="negative_listing",
                    rulebook=RULES,
                )
                moved.append(apply_act(red, because, self.terms_of(), is_workday))
                uow.cases.save(moved[-1], because)
        return moved

    def terms_of(self, *, lenient: bool = False) -> ProcedureTerms:
        return ProcedureTerms(5, 7, 6, 36, may_publish=True, publication_basis="" if lenient else "总局令第44号")

    @precondition(lambda self: self.ids)
    @rule(pick=st.integers(0), steps=st.sampled_from((7, 6, 5, 2, 8, 4, 3, 1)), last=st.integers(0, 5))
    def follow_the_law(self, pick: int, steps: int, last: int) -> None:
        self.go(pick, steps, last)

    def go(self, pick: int, steps: int, last: int) -> None:
        """Go some steps properly, each on the first day it may be done; only so are the far states reached."""
        case = self.cases()[pick % len(self.ids)]
        for number in range(steps):
            following = next_acts(case)
            if not following:
                return
            step = following[last % len(following) if number == steps - 1 else 0]
            if step.earliest_on is not None and step.earliest_on > self.today:
                self.today = step.earliest_on
            act = Act(step.kind, self.choose_actor(case, step.kind), self.today, self.now(), "号1", "理由", "凭证")
            ground = "negative_listing" if case.list_kind is ListKind.RED else "court"
            self.attempt(case, replace(act, ground=ground), self.terms_of())
            case = self.cases()[pick % len(self.ids)]

    def choose_actor(self, case: Case, kind: ActKind) -> str:
        if kind is ActKind.HAND_OVER or kind in SECOND_PERSON:
            return next(one for one in PEOPLE[1:] if one not in {case.reviewer_id, case.drafted_by})
        return case.reviewer_id or PEOPLE[0]

    @rule(who=st.permutations(PEOPLE), days=st.integers(0, 30))
    def let_somebody_stand_in(self, who: tuple[str, ...], days: int) -> None:
        until_on = self.today + timedelta(days=days)
        with self.ledger.unit_of_work() as uow:
            uow.delegations.add(Delegation(0, who[0], who[1], self.today, until_on, "出差", who[0], self.now()))
            uow.commit()
        self.leaves |= {(who[0], who[1], self.today + timedelta(days=day)) for day in range(days + 1)}

    @precondition(lambda self: self.ids)
    @rule(
        pick=st.integers(0),
        kind=st.sampled_from(ActKind),
        actor=st.sampled_from(("", *PEOPLE)),
        days=st.integers(-40, 40),
        papers=st.tuples(*[st.sampled_from(("", " ", "号1"))] * 3),
        lenient=st.booleans(),
        beside=st.tuples(st.sampled_from(("", "court", "negative_listing")), st.sampled_from(("", *PEOPLE))),
    )
    def try_anything(  # noqa: PLR0917 -- one argument for each thing drawn
        self,
        pick: int,
        kind: ActKind,
        actor: str,
        days: int,
        papers: tuple[str, str, str],
        lenient: bool,  # noqa: FBT001 -- drawn
        beside: tuple[str, str],
    ) -> None:
        case = self.cases()[pick % len(self.ids)]
        act = Act(kind, actor, self.today + timedelta(days=days), self.now(), *papers, *beside[:1], for_id=beside[1])
        self.attempt(case, act, self.terms_of(lenient=lenient))

    @rule(days=st.sampled_from((1, 3, 8, 8, 30, 200, 200, 1200)))
    def let_time_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @precondition(lambda self: self.ids)
    @rule(pick=st.integers(0))
    def remember(self, pick: int) -> None:
        self.snapshots.append(self.cases()[pick % len(self.ids)])

    @precondition(lambda self: self.snapshots)
    @rule(pick=st.integers(0), actor=st.sampled_from(PEOPLE))
    def act_on_an_old_view(self, pick: int, actor: str) -> None:
        seen = self.snapshots[pick % len(self.snapshots)]
        now = next(case for case in self.cases() if case.case_id == seen.case_id)
        for step in next_acts(seen)[:1]:
            act = Act(step.kind, actor, self.today, self.now(), "号2", "理由", "凭证")
            self.attempt(seen, act, self.terms_of())
            if now.version != seen.version:
                assert now in self.cases()

    @precondition(lambda self: self.ids)
    @rule(pick=st.integers(0), column=st.sampled_from(COLUMNS), value=st.sampled_from(VALUES))
    def write_sql(self, pick: int, column: str, value: object) -> None:
        case = self.cases()[pick % len(self.ids)]
        with pytest.raises(sa.exc.DBAPIError), self.ledger._engine.begin() as connection:
            connection.execute(
                sa.text(f"UPDATE listing_case SET {column} = :value, version = version + 1 WHERE case_id = :case_id"),
                {"value": value, "case_id": case.case_id},
            )

    @invariant()
    def the_law_holds(self) -> None:
        self.check()

    def check(self) -> None:
        """Hold everything the law asks for on what is stored now."""
        cases = self.cases()
        self.reached |= {(case.list_kind, case.state, case.end_kind) for case in cases}
        self.nobody_stands_without_due_process(cases)
        self.two_persons_stand_behind_every_decision(cases)
        self.nobody_is_published_without_service_and_basis(cases)
        self.minors_and_the_unwilling_are_left_alone(cases)
        self.nothing_is_effective_after_its_end(cases)
        self.nobody_is_red_and_black(cases)
        self.what_is_stored_is_what_the_acts_make_of_it(cases)
        self.measures_live_as_long_as_their_listing(cases)
        self.repairs_came_in_time(cases)

    def nobody_stands_without_due_process(self, cases: list[Case]) -> None:
        for case in cases:
            if case.state not in {*IN_FORCE, CaseState.ENDED}:
                continue
            assert case.list_basis.strip()
            assert case.decided_by
            assert case.decision_no.strip()
            assert case.list_kind is ListKind.RED or case.max_until_on > case.decided_on
            if case.taken_over_on is not None:
                assert case.reviewer_id
                assert case.reviewer_id != case.decided_by
                assert (case.decided_on, case.decision_no) == (case.source_decided_on, case.source_decision_no)
                assert case.decision_proof
                continue
            assert case.notice_no
            assert case.notice_served_on
            assert case.notice_proof
            assert case.heard_on > case.statement_until_on > case.notice_served_on >= case.noticed_on
            assert case.drafted_by
            assert case.drafted_by != case.decided_by
            assert case.decided_on >= case.heard_on

    def two_persons_stand_behind_every_decision(self, cases: list[Case]) -> None:
        with self.ledger.reading() as uow:
            for case in cases:
                acts = uow.acts.list_for_case(case.case_id)
                for act in acts:
                    assert len(act.rulebook) == 64
                    assert not act.for_id or (act.for_id, act.actor_id, act.on) in self.leaves
                    if act.kind not in SECOND_PERSON:
                        continue
                    prepared = [one for one in acts if one.kind in PREPARATIONS]
                    drafted = [one for one in prepared if one.kind is ActKind.DRAFT_NOTICE]
                    for other in prepared if act.kind is ActKind.TAKE_OVER else drafted:
                        assert not act.persons & other.persons
                    agencies = {one.agency_code for one in (*prepared, act)}
                    assert not case.source_agency or agencies != {case.source_agency}

    def nobody_is_published_without_service_and_basis(self, cases: list[Case]) -> None:
        for case in cases:
            if case.published_on is None:
                continue
            assert case.list_kind is not ListKind.WATCH
            assert case.decision_proof
            assert case.decision_served_on <= case.published_on <= case.max_until_on
            assert case.subject_kind is not SubjectKind.PERSON or case.publication_basis.strip()

    def minors_and_the_unwilling_are_left_alone(self, cases: list[Case]) -> None:
        for case in cases:
            if case.subject_kind is not SubjectKind.PERSON:
                continue
            assert case.list_kind is not ListKind.RED or case.consent_no
            assert case.adult_on is None or case.adult_on <= case.proposed_on
            assert case.state not in {*IN_FORCE, CaseState.NOTICED} or case.adult_on is not None

    def nothing_is_effective_after_its_end(self, cases: list[Case]) -> None:
        for case in cases:
            if is_effective(case, self.today):
                assert case.state in IN_FORCE
                assert case.ended_on is None
                assert case.suspended_on is None or self.today < case.suspended_on
                assert self.today <= case.max_until_on
        with self.ledger.reading() as uow:
            effective = {case.case_id for case in uow.cases.list_effective(self.today)} & set(self.ids)
        assert effective == {case.case_id for case in cases if is_effective(case, self.today)}

    def nobody_is_red_and_black(self, cases: list[Case]) -> None:
        for day in (self.today, self.today + timedelta(days=30)):
            lists: dict[str, set[bool]] = {}
            for case in cases:
                if is_effective(case, day):
                    lists.setdefault(case.subject_id, set()).add(case.list_kind is ListKind.RED)
            assert all(len(kinds) == 1 for kinds in lists.values())

    def what_is_stored_is_what_the_acts_make_of_it(self, cases: list[Case]) -> None:
        with self.ledger.reading() as uow:
            for stored in cases:
                assert to_proposal(stored) == self.proposals[stored.case_id]
                acts = uow.acts.list_for_case(stored.case_id)
                terms = lambda case, _act: (self.terms[case.case_id, case.version + 1], is_workday)  # noqa: E731
                assert replay(stored, acts, terms) == stored

    def measures_live_as_long_as_their_listing(self, cases: list[Case]) -> None:
        with self.ledger.reading() as uow:
            for case in cases:
                owed = uow.measures.list_for_case(case.case_id)
                assert bool(owed) is (case.decision_served_on is not None)
                for measure in owed:
                    assert (measure.ended_on is None) is (case.state is not CaseState.ENDED)
                    assert measure.until_on == case.max_until_on

    def repairs_came_in_time(self, cases: list[Case]) -> None:
        for case in cases:
            if case.end_kind == "repair" and case.severity != Severity.MINOR.value:
                assert case.ended_on >= case.min_until_on
            if case.end_kind == "expire":
                assert case.ended_on > case.max_until_on


def open_accounts(ledger: Ledger) -> None:
    at = datetime.combine(FIRST_DAY, time(1), UTC)
    with ledger.unit_of_work() as uow:
        for code in sorted(set(AGENCIES.values())):
            uow.agencies.add(Agency(code, code, code, "990101"))
        for name, code in AGENCIES.items():
            uow.accounts.add(Account(name, name, code, Role.DECIDER, "无", at))
        uow.commit()


def run(ledger: Ledger, examples: int) -> None:
    class Bound(Desk):
        pass

    Bound.ledger, Bound.reached, Bound.done = ledger, set(), set()
    open_accounts(ledger)
    Bound.TestCase.settings = settings(max_examples=examples, stateful_step_count=20, deadline=None)
    try:
        Bound.TestCase().runTest()
        # A machine that never gets far proves nothing.
        assert {state for _, state, _ in Bound.reached} >= {CaseState.HEARD, CaseState.PUBLISHED}
        assert Bound.done >= {ActKind.TAKE_OVER, ActKind.SUSPEND, ActKind.RESUME}
        # Without an objection, of which there is none here, nothing is marked.
        assert ActKind.MARK_OBJECTION not in Bound.done
    finally:
        with ledger.reading() as uow:
            assert uow.audit.verify().broken_at is None
        ledger.close()


def test_no_unlawful_state_is_reachable_on_sqlite():
    ledger = Ledger("sqlite://")
    ledger.create()
    run(ledger, choose(14, 20))


@pytest.mark.postgresql
def test_no_unlawful_state_is_reachable_on_postgresql():
    address = os.environ.get("CREDIT_TEST_POSTGRESQL_URL")
    if not address:
        pytest.skip("no PostgreSQL server named in CREDIT_TEST_POSTGRESQL_URL")
    name = f"credit_test_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        ledger = Ledger(make_url(address).set(database=name).render_as_string(hide_password=False))
        ledger.create()
        run(ledger, 3)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
