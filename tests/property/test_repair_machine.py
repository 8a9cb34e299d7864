"""Random applicants, officials, days and SQL on repairs: whatever they try, the law of repair holds.

The machine works on a real service as its doors do: `pipeline.repairs` moves applications, `lookup` answers what is
public and shared. After every step it holds that acts alone make the state; that what was granted is nowhere in effect,
with its measures ended and one notice for each who used it; and that nobody applies who is barred.
"""

from __future__ import annotations

import os
import tempfile
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from integration.batch_desk import uscc
from property.examples import examples as choose
from sqlalchemy.engine import make_url

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import Act, ActKind, Case, CaseState, is_effective
from credit_service.domain.query import Purpose
from credit_service.domain.repair import Applicant, Paper, Repair, RepairActKind, RepairChannel, RepairState
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import AccessError, DecisionError, LedgerConflict, LookupFailure, SubjectNotFound
from credit_service.listing.repairs import RepairTerms, apply_repair_act
from credit_service.listing.transitions import apply_act
from credit_service.lookup.subject import CheckRequest, check_subjects, find_public_subject, search_public
from credit_service.measures.assign import assign_measures
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.decide import procedure_terms
from credit_service.pipeline.notices import confirm_notice
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, RepairRequest, apply_for_repair, perform_repair_act
from credit_service.settings import Settings

FIRST_DAY = date(2026, 9, 7)
CIVIL, REFORM, MARKET = "119901019901000186", "119901019901000261", "11990101990100034U"
PEOPLE = {
    "王五": Actor("王五", "王五", MARKET, Role.REVIEWER),
    "赵六": Actor("赵六", "赵六", MARKET, Role.DECIDER),
    "孙七": Actor("孙七", "孙七", REFORM, Role.DECIDER),
    "周八": Actor("周八", "周八", CIVIL, Role.REVIEWER),
}
PDF = b"%PDF-1.7 test"
DUTY, LETTER = HandedPaper(Paper.DUTY_PROOF, PDF), HandedPaper(Paper.COMMITMENT, PDF + b"1")
OPINION = HandedPaper(Paper.AUTHORITY_PAPER, PDF + b"2")
K, S = RepairActKind, RepairState
WAY = (
    ActKind.DRAFT_NOTICE,
    ActKind.SERVE_NOTICE,
    ActKind.HEAR,
    ActKind.DECIDE,
    ActKind.SERVE_DECISION,
    ActKind.PUBLISH,
)
COLUMNS = ("state", "competent_code", "accepted_on", "checked_by", "closed_on", "barred_until_on", "opens_on", "needs")
VALUES = ("granted", "applied", MARKET, "2026-09-07", "2020-01-01", "", None)


class Counter(RuleBasedStateMachine):
    """People at a counter: three listings of two subjects."""

    service: ClassVar[Service]
    reached: ClassVar[set[RepairState]] = set()
    serial: ClassVar[list[int]] = [1000]

    @initialize(steps=st.sampled_from((4, 4, 3, 2, 1, 0)), last=st.sampled_from((K.GRANT, K.REFUSE)))
    def open(self, steps: int, last: RepairActKind) -> None:
        self.today = FIRST_DAY
        self.serial[0] += 2
        self.codes = [uscc(self.serial[0]), uscc(self.serial[0] + 1)]
        self.cases = [
            self.put_up(0, "samr_serious", 1),
            self.put_up(0, "tax_serious", 2),
            self.put_up(1, "samr_serious", 1),
        ]
        self.repairs: list[str] = []
        self.askers: dict[str, set[str]] = {case.case_id: set() for case in self.cases}
        self.apply(0, complete=True, right=True)
        for kind in (K.FORWARD, K.ACCEPT, K.CHECK, last)[:steps]:
            self.go(kind)

    def go(self, kind: RepairActKind) -> None:
        actor = "赵六" if kind in {K.GRANT, K.REFUSE} else "王五"
        self.act(0, kind, actor, backed=False, false=False)

    @property
    def office(self):
        return self.service.at(FixedClock(datetime.combine(self.today, time(2), UTC))).office

    @property
    def room(self):
        return self.service.at(FixedClock(datetime.combine(self.today, time(3), UTC))).reading_room

    def put_up(self, who: int, list_type: str, category: int) -> Case:
        """Take a case lawfully to its publication; its minimum term ended long ago."""
        day = date(2025, 3, 3)
        rulebook = self.office.rulebook(FIRST_DAY)
        case = Case(
            case_id=f"C{uuid.uuid4().hex[:12].upper()}",
            subject_id=f"uscc:{self.codes[who]}",
            subject_kind=SubjectKind.ORGANISATION,
            subject_name=f"示范{self.codes[who]}公司（测试）",
            identifier_code=self.codes[who],
            list_kind=ListKind.BLACK,
            list_type=list_type,
            list_basis="法定依据",
            category=category,
            authority_code=MARKET,
            authority_name="市场监管局（测试）",
            state=CaseState.PROPOSED,
            rule="proposals.black",
            rulebook="ab" * 32,
            run_id="A1",
            record_ids=(f"B{uuid.uuid4().hex[:8]}-0000001",),
            fact="行政处罚：销售假药",
            severity="serious",
            proposed_on=day,
        )
        terms = procedure_terms(rulebook, case)
        with self.office.ledger.unit_of_work() as uow:
            at = datetime.combine(FIRST_DAY, time(1), UTC)
            uow.cases.add(case, at)
            for number, kind in enumerate(WAY):
                on = day + timedelta(days=15 * number)
                actor = "赵六" if kind is ActKind.DECIDE else "王五"
                done = Act(kind, actor, on, at, "号1", "理由", "凭证", agency_code=MARKET, rulebook="ab" * 32)
                case = apply_act(case, done, terms, lambda one: one.weekday() < 5)
                uow.cases.save(case, done)
                if kind is ActKind.SERVE_DECISION:
                    uow.measures.add(
                        assign_measures(case, rulebook.measures, ["key_supervision", "office_ban"][:category])
                    )
            uow.commit()
        return case

    @rule(pick=st.integers(0, 2), agency=st.sampled_from((CIVIL, REFORM, MARKET)))
    def look_up(self, pick: int, agency: str) -> None:
        case = self.cases[pick]
        asked = CheckRequest(case.identifier_code or "", Purpose.APPROVAL, "办1号", "K1", agency)
        (answer,) = check_subjects(self.room, [asked])
        told = {listing.case_id for listing in answer.listings}
        assert told <= {one.case_id for one in self.stored() if is_effective(one, self.today)}
        for other in self.cases:
            if other.subject_id == case.subject_id and self.stored_case(other).state is not CaseState.ENDED:
                self.askers[other.case_id].add(agency)

    @rule(pick=st.integers(0, 2), complete=st.booleans(), right=st.sampled_from((True, True, False)))
    def apply(self, pick: int, complete: bool, right: bool) -> None:  # noqa: FBT001 -- drawn
        case = self.cases[pick]
        code = case.identifier_code if right else self.codes[1 if case.identifier_code == self.codes[0] else 0]
        papers = (DUTY, LETTER) if complete else (DUTY,)
        who = Applicant("王小明", "13800000000", "已履行")
        barred = self.bar_of(case.subject_id)
        try:
            receipt = apply_for_repair(
                self.office, Application(case.case_id, code or "", who, RepairChannel.PUBLIC, papers)
            )
        except (DecisionError, LookupFailure):
            return
        assert right
        assert barred is None or self.today > barred
        self.repairs.append(receipt.repair.repair_id)

    def bar_of(self, subject_id: str) -> date | None:
        found = [one.barred_until_on for one in self.applications() if one.subject_id == subject_id]
        return max((day for day in found if day is not None), default=None)

    @precondition(lambda self: self.repairs)
    @rule(
        pick=st.integers(0),
        kind=st.sampled_from([*K, K.FORWARD, K.ACCEPT, K.CHECK, K.GRANT, K.REFUSE]),
        actor=st.sampled_from(sorted(PEOPLE)),
        backed=st.booleans(),
        false=st.booleans(),
    )
    def act(self, pick: int, kind: RepairActKind, actor: str, backed: bool, false: bool) -> None:  # noqa: FBT001 -- drawn
        request = RepairRequest(
            self.repairs[pick % len(self.repairs)],
            kind,
            PEOPLE[actor],
            document_no="示修1号",
            reason="理由",
            finding="属实",
            ground=("false_material" if false else "conditions") if kind is K.REFUSE else "",
            to_agency=MARKET,
            papers=(OPINION,) if backed else (),
        )
        try:
            perform_repair_act(self.office, request)
        except (DecisionError, AccessError, LedgerConflict):
            return
        self.check()

    @precondition(lambda self: self.repairs)
    @rule(pick=st.integers(0))
    def go_properly(self, pick: int) -> None:
        """Carry an application one step on, as the law draws it."""
        repair = self.applications()[pick % len(self.repairs)]
        kinds = {S.APPLIED: K.FORWARD, S.FORWARDED: K.ACCEPT, S.ACCEPTED: K.CHECK, S.CHECKED: K.GRANT}
        if repair.state in kinds:
            kind = kinds[repair.state]
            self.act(self.repairs.index(repair.repair_id), kind, "赵六" if kind is K.GRANT else "王五", True, False)  # noqa: FBT003

    @rule(days=st.sampled_from((0, 1, 2, 30, 1096)))
    def wait(self, days: int) -> None:
        self.today += timedelta(days=days)

    @precondition(lambda self: self.repairs)
    @rule(pick=st.integers(0), agency=st.sampled_from((CIVIL, REFORM, MARKET)))
    def confirm(self, pick: int, agency: str) -> None:
        with self.office.ledger.reading() as uow:
            notices = uow.notices.list_for_repair(self.repairs[pick % len(self.repairs)])
        for notice in notices:
            if notice.agency_code == agency:
                first = confirm_notice(self.office, notice.notice_id, agency, "周八")
                assert confirm_notice(self.office, notice.notice_id, agency, "孙七") == first
            else:
                with pytest.raises(LookupFailure):
                    confirm_notice(self.office, notice.notice_id, agency, "周八")

    @precondition(lambda self: self.repairs)
    @rule(pick=st.integers(0), column=st.sampled_from(COLUMNS), value=st.sampled_from(VALUES))
    def write_sql(self, pick: int, column: str, value: object) -> None:
        with pytest.raises(sa.exc.DBAPIError), self.office.ledger._engine.begin() as connection:
            connection.execute(
                sa.text(f"UPDATE repair SET {column} = :value, version = version + 1 WHERE repair_id = :repair_id"),
                {"value": value, "repair_id": self.repairs[pick % len(self.repairs)]},
            )

    def applications(self) -> list[Repair]:
        with self.office.ledger.reading() as uow:
            return [uow.repairs.get(repair_id) for repair_id in self.repairs]

    def stored(self) -> list[Case]:
        return [self.stored_case(case) for case in self.cases]

    def stored_case(self, case: Case) -> Case:
        with self.office.ledger.reading() as uow:
            return uow.cases.get(case.case_id)

    @invariant()
    def the_law_holds(self) -> None:
        self.check()

    def check(self) -> None:
        applications = self.applications()
        self.reached |= {repair.state for repair in applications}
        for repair in applications:
            self.acts_alone_make_the_state(repair)
            if repair.state is S.GRANTED:
                self.nothing_is_left_of_what_was_repaired(repair)
            else:
                self.nothing_follows_from_what_was_not_granted(repair)
        self.nobody_barred_has_applied(applications)
        repaired = {repair.case_id for repair in applications if repair.state is S.GRANTED}
        assert {case.case_id for case in self.stored() if case.end_kind == "repair"} == repaired

    def acts_alone_make_the_state(self, stored: Repair) -> None:
        with self.office.ledger.reading() as uow:
            acts = uow.repairs.list_acts(stored.repair_id)
        fresh = dict.fromkeys(("competent_code", "forwarded_on", "accepted_on", "extended_on", "checked_on"))
        fresh |= dict.fromkeys(("checked_by", "checked_for", "closed_on", "decided_by", "decision_no"))
        fresh |= dict.fromkeys(("decision_reason", "ground", "barred_until_on"))
        repair = replace(stored, **fresh, state=S.APPLIED, version=0)
        handed_in: set[Paper] = {one.paper for one in acts[0].exhibits}
        for act in acts[1:]:
            handed_in |= {one.paper for one in act.exhibits}
            repair = apply_repair_act(repair, act, frozenset(handed_in), RepairTerms(bar_years=3))
        assert repair == stored
        checks = [act for act in acts if act.kind is K.CHECK]
        decisions = [act for act in acts if act.kind in {K.GRANT, K.REFUSE}]
        assert not any(one.persons & other.persons for one in checks for other in decisions)

    def nothing_is_left_of_what_was_repaired(self, repair: Repair) -> None:
        with self.office.ledger.reading() as uow:
            case = uow.cases.get(repair.case_id or "")
            owed = uow.measures.list_for_case(case.case_id)
            marks = uow.record_repairs.list_marked(repair.record_ids)
            notices = uow.notices.list_for_repair(repair.repair_id)
            agencies = {agency.agency_code for agency in uow.agencies.list_all()}
        assert (case.state, case.end_kind, case.ended_on) == (CaseState.ENDED, "repair", repair.closed_on)
        assert not is_effective(case, self.today)
        assert owed
        assert all(one.ended_on == repair.closed_on for one in owed)
        assert set(marks) == set(repair.record_ids)
        assert all(mark.from_on == repair.closed_on for mark in marks.values())
        told = [notice.agency_code for notice in notices]
        assert len(told) == len(set(told))
        # «各监管部门» carries one measure out: everybody is told. Asking is named as a ground of its own.
        ran_out = (
            case.max_until_on is not None and repair.closed_on is not None and repair.closed_on > case.max_until_on
        )
        assert set(told) == (self.askers[case.case_id] if ran_out else agencies)
        asked = {notice.agency_code for notice in notices if "look_up" in notice.grounds}
        assert asked == self.askers[case.case_id]
        self.it_is_not_public(case)

    def it_is_not_public(self, case: Case) -> None:
        code = case.identifier_code or ""
        try:
            shown = {listing.case_id for listing in find_public_subject(self.room, code).listings}
        except SubjectNotFound:
            shown = set()
        assert case.case_id not in shown
        standing = [one for one in self.stored() if one.identifier_code == code and is_effective(one, self.today)]
        assert len(search_public(self.room, code)) == len(standing)

    def nothing_follows_from_what_was_not_granted(self, repair: Repair) -> None:
        with self.office.ledger.reading() as uow:
            notices = uow.notices.list_for_repair(repair.repair_id)
            marks = uow.record_repairs.list_marked(repair.record_ids).values()
        assert notices == []
        assert all(mark.repair_id != repair.repair_id for mark in marks)

    def nobody_barred_has_applied(self, applications: list[Repair]) -> None:
        for barring in applications:
            for other in applications:
                if barring.barred_until_on is None or other.subject_id != barring.subject_id or other is barring:
                    continue
                # What was applied for before the bar goes on; nothing new begins within it.
                is_later = self.repairs.index(other.repair_id) > self.repairs.index(barring.repair_id)
                if is_later and barring.closed_on is not None and other.applied_on > barring.closed_on:
                    assert other.applied_on > barring.barred_until_on


def run(home: Path, examples: int, ledger_url: str | None = None) -> None:
    class Bound(Counter):
        pass

    start = FixedClock(datetime.combine(FIRST_DAY, time(2), UTC))
    Bound.service = build_service(Settings(home=home, ledger_url=ledger_url), start)
    Bound.reached = set()
    for name, actor in PEOPLE.items():
        add_account(Bound.service.office, NewAccount(name, name, actor.agency_code, actor.role, "correct-horse-9"))
    Bound.TestCase.settings = settings(max_examples=examples, stateful_step_count=12, deadline=None)
    try:
        Bound.TestCase().runTest()
        # A machine that never gets far proves nothing.
        assert Bound.reached >= {S.FORWARDED, S.CHECKED, S.GRANTED}
    finally:
        with Bound.service.office.ledger.reading() as uow:
            assert uow.audit.verify().broken_at is None
        Bound.service.office.ledger.close()


def test_the_law_of_repair_holds_on_sqlite():
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder) / "home", choose(8, 15))


@pytest.mark.postgresql
def test_the_law_of_repair_holds_on_postgresql():
    address = os.environ.get("CREDIT_TEST_POSTGRESQL_URL")
    if not address:
        pytest.skip("no PostgreSQL server named in CREDIT_TEST_POSTGRESQL_URL")
    name = f"credit_test_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder) / "home", 3, make_url(address).set(database=name).render_as_string(hide_password=False))
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
