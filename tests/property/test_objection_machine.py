"""Whatever people try with objections on a real ledger: marks stand exactly as long as they must, one decision each.

The pipeline's own functions run on a real ledger, on SQLite and PostgreSQL, with rules and a calendar of the test's
own; only what needs the warehouse (withdrawing a record) is left to the integration tests.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from property.examples import examples as choose
from sqlalchemy.engine import make_url

from credit_service.domain.agency import Account, Actor, Agency, Role
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.listing import Act, ActKind, Case, CaseState, is_effective
from credit_service.domain.objection import (
    OPEN_STATES,
    Channel,
    Objection,
    ObjectionActKind,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import AccessError, DecisionError, LedgerConflict
from credit_service.listing.objections import apply_objection_act, next_objection_acts
from credit_service.listing.steps import is_open
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.decide import procedure_terms
from credit_service.pipeline.objection_effects import mark_new_cases
from credit_service.pipeline.objections import ROLE_OF_OBJECTION_ACT, ObjectionRequest, perform_objection_act
from credit_service.pipeline.office import LawOfDay
from credit_service.pipeline.receive_objections import (
    NewObjection,
    add_to_objection,
    receive_objection,
    withdraw_objection,
)
from credit_service.registry.keys import Keys, load_or_create_keys
from credit_service.registry.receipt_codes import make_delivery_code
from credit_service.registry.unit_of_work import Ledger

K = ObjectionActKind
FIRST_DAY = date(2026, 9, 7)
OFFICE, SOURCE = "11990101OFFICE000X", "11990101SOURCE000X"
PEOPLE = (
    Actor("clerk", "clerk", OFFICE, Role.REVIEWER),
    Actor("clerk2", "clerk2", OFFICE, Role.REVIEWER),
    Actor("decider", "decider", OFFICE, Role.DECIDER),
    Actor("decider2", "decider2", SOURCE, Role.DECIDER),
    Actor("source", "source", SOURCE, Role.SUBMITTER),
)
WALK = (
    ActKind.TAKE_UP,
    ActKind.DRAFT_NOTICE,
    ActKind.SERVE_NOTICE,
    ActKind.HEAR,
    ActKind.DECIDE,
    ActKind.SERVE_DECISION,
)
DECISIONS = {K.UPHOLD, K.REJECT, K.REFUSE}
COLUMNS = ("state", "decided_by", "due_on", "marked_on", "remedy", "forwarded_to", "record_ids", "version", "code_hash")
VALUES = ("upheld", "withdrawn", "received", "clerk", "2031-01-01", None, "[]", 7)


def is_workday(day: date) -> bool:
    return day.weekday() < 5


@dataclass
class TestRules:
    """As much of a rulebook as objections ask for."""

    __test__ = False
    hash: str = "ab" * 32
    measures: tuple[object, ...] = ()
    deadlines: dict[str, int] = field(
        default_factory=lambda: {
            "statement_workdays": 5,
            "red_comment_workdays": 5,
            "objection_mark_workdays": 1,
            "objection_workdays": 3,
            "objection_extended_workdays": 7,
            "revocation_workdays": 1,
        }
    )

    def list_type(self, _name: str) -> SimpleNamespace:
        return SimpleNamespace(
            min_months=6,
            term_months=36,
            publish_organisation=True,
            publish_person=True,
            publication_basis="总局令第44号",
        )


@dataclass
class TestOffice:
    """An office on a real ledger, with a day that goes on."""

    __test__ = False
    ledger: Ledger
    keys: Keys
    places: SimpleNamespace
    day: date = FIRST_DAY
    ticks: int = 0

    def today(self) -> date:
        return self.day

    def now(self) -> datetime:
        self.ticks += 1
        return datetime.combine(self.day, time(3), UTC) + timedelta(milliseconds=self.ticks)

    def law_of_today(self) -> LawOfDay:
        return LawOfDay(self.day, "ab" * 32, TestRules(), is_workday)


class Objections(RuleBasedStateMachine):
    """Officials, departments, objectors and a program with SQL, all at one ledger."""

    office: ClassVar[TestOffice]
    serial: ClassVar[int] = 0
    seen: ClassVar[set[ObjectionState]]

    @initialize(lasts=st.tuples(st.integers(0, 9), st.integers(0, 9)), keep=st.booleans())
    def begin(self, lasts: tuple[int, int], keep: bool) -> None:  # noqa: FBT001 -- drawn
        """Begin with two cases on one record and two objections that have gone some way: else few get far."""
        self.cases: list[str] = []
        self.codes: dict[str, str] = {}
        self.first: dict[str, Objection] = {}
        self.add_case(6, shared=False)
        self.add_case(3, shared=True)
        for pick, last in enumerate(lasts):
            self.hand_in(pick, PEOPLE[0] if pick else None, right=True, ago=0)
            self.go(sorted(self.codes)[-1], 2, last, keep=keep, wait=False)

    # What people do

    @rule(steps=st.sampled_from((6, 6, 6, 3, 0)), shared=st.booleans())
    def a_case(self, steps: int, shared: bool) -> None:  # noqa: FBT001 -- drawn
        self.add_case(steps, shared=shared)

    def add_case(self, steps: int, *, shared: bool) -> None:
        """Propose a case, on a record of its own or on that of another, and take it some steps."""
        type(self).serial += 1
        number = self.serial
        records = self.stored_case(self.cases[0]).record_ids if shared and self.cases else (f"B1-{number:07d}",)
        case = Case(
            case_id=f"C{number:012d}",
            subject_id=f"uscc:{number}",
            subject_kind=SubjectKind.ORGANISATION,
            subject_name=f"示范第{number}有限公司（测试）",
            identifier_code=f"CODE{number}",
            list_kind=ListKind.BLACK,
            list_type="samr_serious",
            list_basis="总局令第44号",
            category=4,
            authority_code="",
            authority_name="市场监管局（测试）",
            state=CaseState.PROPOSED,
            rule="proposals.black",
            rulebook="ab" * 32,
            run_id="A1",
            record_ids=records,
            fact="行政处罚",
            severity="serious",
            proposed_on=self.office.day,
        )
        with self.office.ledger.unit_of_work() as uow:
            uow.cases.add(case, self.office.now())
            mark_new_cases(self.office, uow, [case])
            uow.commit()
        self.cases.append(case.case_id)
        for kind in WALK[:steps]:
            self.move(case.case_id, kind)

    def move(self, case_id: str, kind: ActKind) -> None:
        """Do an act on a case on the first day it may be done."""
        case = self.stored_case(case_id)
        if kind is ActKind.HEAR and case.statement_until_on is not None:
            self.office.day = max(self.office.day, case.statement_until_on + timedelta(days=1))
        actor = "decider" if kind in {ActKind.DECIDE, ActKind.REVOKE} else "clerk"
        act = Act(kind, actor, self.office.day, self.office.now(), "号1", "理由", "凭证", rulebook="ab" * 32)
        act = replace(act, agency_code=OFFICE)
        try:
            moved = apply_act(case, act, procedure_terms(TestRules(), case), is_workday)
            with self.office.ledger.unit_of_work() as uow:
                uow.cases.save(moved, act)
                uow.commit()
        except (DecisionError, LedgerConflict):
            return

    @precondition(lambda self: self.cases)
    @rule(pick=st.integers(0), who=st.sampled_from((*PEOPLE, None)), right=st.booleans(), ago=st.integers(0, 3))
    def receive(self, pick: int, who: Actor | None, right: bool, ago: int) -> None:  # noqa: FBT001 -- drawn
        self.hand_in(pick, who, right=right, ago=ago)

    def hand_in(self, pick: int, who: Actor | None, *, right: bool, ago: int) -> None:
        """Object to a case by the door that is somebody's; without the right code by the page it is refused."""
        case = self.stored_case(self.cases[pick % len(self.cases)])
        new = NewObjection(
            target=ObjectionTarget.CASE,
            target_id=case.case_id,
            objector=ObjectorKind.AGENCY if who is PEOPLE[4] else ObjectorKind.SUBJECT,
            channel=Channel.PAGE if who is None else Channel.API if who is PEOPLE[4] else Channel.DESK,
            words=ObjectorWords("王小明", "13800138000", "不对"),
            actor=who,
            received_on=self.office.day - timedelta(days=ago if who else 0),
            delivery_code=make_delivery_code(self.office.keys, case.case_id if right else "C1"),
        )
        try:
            received = receive_objection(self.office, new)
        except (DecisionError, AccessError):
            assert not (right and who is None and is_open(case.state))
            return
        assert is_open(case.state)
        self.codes[received.objection.number] = received.receipt_code
        self.first[received.objection.number] = received.objection
        assert received.objection.record_ids == case.record_ids

    @precondition(lambda self: self.codes)
    @rule(pick=st.integers(0), steps=st.integers(1, 4), last=st.integers(0, 9), keep=st.booleans(), wait=st.booleans())
    def follow_the_law(self, pick: int, steps: int, last: int, keep: bool, wait: bool) -> None:  # noqa: FBT001 -- drawn
        self.go(sorted(self.codes)[pick % len(self.codes)], steps, last, keep=keep, wait=wait)

    def go(self, number: str, steps: int, last: int, *, keep: bool, wait: bool) -> None:
        """Go some steps properly: only so are the far states reached."""
        for place in range(steps):
            following = next_objection_acts(self.stored(number), self.office.day)
            if not following:
                return
            act = following[last % len(following) if place == steps - 1 else 0]
            if wait:
                self.office.day += timedelta(days=1)
            self.attempt(self.lawful(number, act.kind, keep=keep))

    def lawful(self, number: str, kind: ObjectionActKind, *, keep: bool) -> ObjectionRequest:
        objection = self.stored(number)
        with self.office.ledger.reading() as uow:
            done = {act.actor_id for act in uow.objections.list_acts(number)}
        able = [one for one in PEOPLE if one.role in ROLE_OF_OBJECTION_ACT[kind]]
        actor = next((one for one in able if kind not in DECISIONS or one.actor_id not in done), able[0])
        correct = {"remedy": "correct", "listing": "keep", "wrong_records": objection.record_ids}
        revoke = {"remedy": "none", "listing": "revoke"}
        return ObjectionRequest(
            number,
            kind,
            actor,
            document_no="异决1号",
            reason="理由",
            evidence="复核",
            redress="可以复议",
            verdict="wrong",
            to_agency=SOURCE,
            **((correct if keep else revoke) if kind is K.UPHOLD else {}),
        )

    @precondition(lambda self: self.codes)
    @rule(
        pick=st.integers(0),
        kind=st.sampled_from([kind for kind in K if kind is not K.CORRECT]),
        who=st.sampled_from(PEOPLE),
        days=st.integers(-5, 5),
        papers=st.fixed_dictionaries(
            {
                name: st.sampled_from(("", " ", "号1"))
                for name in ("document_no", "reason", "evidence", "redress", "verdict")
            }
        ),
        outcome=st.tuples(st.sampled_from(("", "correct", "none")), st.sampled_from(("", "revoke", "keep"))),
        records=st.sampled_from(((), ("B1-0000001",), ("B9-0000009",))),
    )
    def try_anything(self, pick: int, kind: K, who: Actor, days: int, papers, outcome, records) -> None:  # noqa: PLR0917 -- drawn
        number = sorted(self.codes)[pick % len(self.codes)]
        request = ObjectionRequest(
            number,
            kind,
            who,
            on=self.office.day + timedelta(days=days),
            remedy=outcome[0],
            listing=outcome[1],
            wrong_records=records,
            to_agency=SOURCE,
            **papers,
        )
        self.attempt(request)

    def attempt(self, request: ObjectionRequest) -> None:
        before = self.stored(request.number)
        try:
            perform_objection_act(self.office, request)
        except (DecisionError, AccessError, LedgerConflict):
            assert self.stored(request.number) == before
            return
        self.check()

    @precondition(lambda self: self.codes)
    @rule(pick=st.integers(0), right=st.booleans(), gone=st.booleans())
    def come_back_with_the_code(self, pick: int, right: bool, gone: bool) -> None:  # noqa: FBT001 -- drawn
        number = sorted(self.codes)[pick % len(self.codes)]
        code = self.codes[number] if right else "0000-0000-0000-0000"
        was_open = self.stored(number).is_open
        try:
            if gone:
                withdraw_objection(self.office, number, code, "不再坚持")
            else:
                add_to_objection(self.office, number, code, "补充", ())
        except DecisionError:
            assert not (right and was_open)
            return
        assert right
        assert was_open

    @precondition(lambda self: self.cases)
    @rule(pick=st.integers(0), kind=st.sampled_from((ActKind.REVOKE, ActKind.DECIDE, ActKind.SERVE_DECISION)))
    def meanwhile_the_case_goes_on(self, pick: int, kind: ActKind) -> None:
        self.move(self.cases[pick % len(self.cases)], kind)

    @rule(days=st.sampled_from((1, 2, 5, 12)))
    def let_time_pass(self, days: int) -> None:
        self.office.day += timedelta(days=days)

    @precondition(lambda self: self.codes)
    @rule(pick=st.integers(0), column=st.sampled_from(COLUMNS), value=st.sampled_from(VALUES))
    def write_sql(self, pick: int, column: str, value: object) -> None:
        number = sorted(self.codes)[pick % len(self.codes)]
        statement = sa.text(f"UPDATE objection SET {column} = :value, version = version + 1 WHERE number = :number")
        if column == "version":
            statement = sa.text("UPDATE objection SET version = :value WHERE number = :number")
        with pytest.raises(sa.exc.DBAPIError), self.office.ledger._engine.begin() as connection:
            connection.execute(statement, {"value": value, "number": number})

    @precondition(lambda self: self.cases)
    @rule(pick=st.integers(0))
    def clear_a_mark_by_an_act(self, pick: int) -> None:
        """Not even an act clears a mark under an open objection."""
        case = self.stored_case(self.cases[pick % len(self.cases)])
        if case.marked_on is None or not is_open(case.state):
            return
        day = self.office.day
        act = Act(ActKind.CLEAR_OBJECTION, "clerk", day, self.office.now(), "Y1", "擅自", rulebook="ab" * 32)
        moved = apply_act(case, act, procedure_terms(TestRules(), case), is_workday)
        with pytest.raises(DecisionError), self.office.ledger.unit_of_work() as uow:
            uow.cases.save(moved, act)

    # What must hold

    @invariant()
    def the_law_holds(self) -> None:
        self.check()

    def check(self) -> None:
        objections = [self.stored(number) for number in self.codes]
        type(self).seen |= {one.state for one in objections}
        self.marks_stand_exactly_under_open_objections(objections)
        self.nothing_upheld_is_effective(objections)
        self.acts_alone_make_what_is_stored(objections)

    def marks_stand_exactly_under_open_objections(self, objections: list[Objection]) -> None:
        open_ones = [one for one in objections if one.state in OPEN_STATES]
        with self.office.ledger.reading() as uow:
            marked = {case_id for one in open_ones for case_id in uow.objections.list_marked_cases(one.number)}
            cases = [uow.cases.get(case_id) for case_id in self.cases]
            assert uow.objections.find_marks("case", self.cases).keys() == marked
            records = {record for one in open_ones for record in one.record_ids}
            every = {record for case in cases for record in case.record_ids}
            assert uow.objections.find_marks("record", every).keys() == records
        for case in cases:
            if is_open(case.state):
                assert (case.marked_on is not None) is (case.case_id in marked)

    def nothing_upheld_is_effective(self, objections: list[Objection]) -> None:
        with self.office.ledger.reading() as uow:
            effective = {case.case_id for case in uow.cases.list_effective(self.office.day)}
            for one in objections:
                if one.state is not ObjectionState.UPHELD or one.listing != "revoke":
                    continue
                for case_id in uow.objections.list_marked_cases(one.number):
                    case = uow.cases.get(case_id)
                    assert case.state in {CaseState.ENDED, CaseState.DECLINED}
                    assert case_id not in effective
                    assert not is_effective(case, self.office.day)
                    assert all(owed.ended_on for owed in uow.measures.list_for_case(case_id))

    def acts_alone_make_what_is_stored(self, objections: list[Objection]) -> None:
        with self.office.ledger.reading() as uow:
            for stored in objections:
                acts = uow.objections.list_acts(stored.number)
                made = self.first[stored.number]
                for place, act in enumerate(acts[1:], 1):
                    made = apply_objection_act(made, act, acts[:place])
                assert made == stored
                decided = [act for act in acts if act.kind in DECISIONS]
                assert len(decided) <= 1
                for act in decided:
                    prepared = [one for one in acts if one.kind in {K.RECEIVE, K.ACCEPT, K.FORWARD, K.VERIFY}]
                    assert not any(act.persons & one.persons for one in prepared)

    def stored(self, number: str) -> Objection:
        with self.office.ledger.reading() as uow:
            return uow.objections.get(number)

    def stored_case(self, case_id: str) -> Case:
        with self.office.ledger.reading() as uow:
            return uow.cases.get(case_id)


def open_district(ledger: Ledger) -> None:
    at = datetime.combine(FIRST_DAY, time(1), UTC)
    with ledger.unit_of_work() as uow:
        for code in (OFFICE, SOURCE):
            uow.agencies.add(Agency(code, code, code, "990101"))
        for one in PEOPLE:
            uow.accounts.add(Account(one.actor_id, one.name, one.agency_code, one.role, "无", at))
        uow.batches.add(Batch("B1", SOURCE, "0" * 64, 9, "csv", "a.csv", at, "source", BatchStatus.RECEIVED))
        uow.commit()


ENDS = {ObjectionState.UPHELD, ObjectionState.REJECTED, ObjectionState.NOT_ACCEPTED, ObjectionState.WITHDRAWN}


def run(url: str, examples: int, reached: set[ObjectionState]) -> None:
    class Bound(Objections):
        pass

    with tempfile.TemporaryDirectory() as folder:
        keys = load_or_create_keys(Path(folder) / "keys")
        ledger = Ledger(url, keys)
        ledger.create()
        open_district(ledger)
        Bound.office = TestOffice(ledger, keys, SimpleNamespace(evidence=Path(folder) / "evidence"))
        Bound.serial, Bound.seen = 0, set()
        Bound.TestCase.settings = settings(max_examples=examples, stateful_step_count=25, deadline=None)
        try:
            Bound.TestCase().runTest()
            # A machine that never gets far proves nothing.
            assert Bound.seen >= reached
            assert Bound.seen & ENDS
        finally:
            with ledger.reading() as uow:
                assert uow.audit.verify().broken_at is None
            ledger.close()


def test_objections_never_leave_the_law_on_sqlite():
    run("sqlite://", choose(10, 15), {ObjectionState.ACCEPTED, ObjectionState.FORWARDED})


@pytest.mark.postgresql
def test_objections_never_leave_the_law_on_postgresql():
    address = os.environ.get("CREDIT_TEST_POSTGRESQL_URL")
    if not address:
        pytest.skip("no PostgreSQL server named in CREDIT_TEST_POSTGRESQL_URL")
    name = f"credit_test_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        run(make_url(address).set(database=name).render_as_string(hide_password=False), 3, {ObjectionState.ACCEPTED})
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
