"""A service with two black listings in force, one of them published, and people of four agencies."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import ActKind, Case, CaseState
from credit_service.domain.repair import Applicant, Paper, Repair, RepairActKind, RepairChannel
from credit_service.domain.score import ListKind
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.assess import assess
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.repair_papers import HandedPaper
from credit_service.pipeline.repairs import Application, Receipt, RepairRequest, apply_for_repair, perform_repair_act
from credit_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
DAY = date(2026, 9, 30)
CIVIL, REFORM = "119901019901000186", "119901019901000261"
COURT, TAX = "11990101990100050H", "11990101990100042N"
REVIEWER = Actor("reviewer", "审核", CIVIL, Role.REVIEWER)
SECOND_REVIEWER = Actor("reviewer2", "审核二", REFORM, Role.REVIEWER)
DECIDER = Actor("decider", "决定", REFORM, Role.DECIDER)
JUDGE = Actor("judge", "法院决定", COURT, Role.DECIDER)
CLERK = Actor("court-clerk", "法院审核", COURT, Role.REVIEWER)
PEOPLE = (REVIEWER, SECOND_REVIEWER, DECIDER, JUDGE, CLERK)
PDF = b"%PDF-1.7 " + "测试证明".encode()
PAPERS = (HandedPaper(Paper.DUTY_PROOF, PDF), HandedPaper(Paper.COMMITMENT, PDF + "承诺".encode()))
WHO = Applicant("王小明", "13800000000", "已全部履行")


def at(day: date) -> FixedClock:
    return FixedClock(datetime.combine(day, time(2), UTC))


@dataclass(frozen=True)
class World:
    """The service on a day, and its listings."""

    service: Service
    today: date
    cases: tuple[Case, ...]

    @property
    def office(self):
        return self.service.office

    def on(self, day: date) -> World:
        return replace(self, service=self.service.at(at(day)), today=day)

    def later(self, days: int) -> World:
        return self.on(self.today + timedelta(days=days))

    def apply(self, case: Case, papers: tuple[HandedPaper, ...] = PAPERS) -> Receipt:
        return self.apply_for(case.case_id, case.identifier_code or "", papers)

    def apply_for(self, number: str, code: str, papers: tuple[HandedPaper, ...] = PAPERS) -> Receipt:
        return apply_for_repair(self.office, Application(number, code, WHO, RepairChannel.PUBLIC, papers))

    def act(self, repair: Repair, kind: RepairActKind, actor: Actor, **more: object) -> Repair:
        words = {"document_no": "示修〔2026〕1号", "reason": "已履行", "finding": "属实", "to_agency": COURT}
        if kind is RepairActKind.REFUSE:
            words["ground"] = "conditions"
        return perform_repair_act(self.office, RepairRequest(repair.repair_id, kind, actor, **{**words, **more}))

    def check(self, repair: Repair) -> Repair:
        """Carry an application to the decision, all on one day, by the competent authority."""
        repair = self.act(repair, RepairActKind.FORWARD, REVIEWER)
        repair = self.act(repair, RepairActKind.ACCEPT, CLERK)
        return self.act(repair, RepairActKind.CHECK, CLERK)

    def grant(self, repair: Repair) -> Repair:
        return self.act(self.check(repair), RepairActKind.GRANT, JUDGE)

    def case(self, case_id: str) -> Case:
        with self.office.ledger.reading() as uow:
            return uow.cases.get(case_id)

    def repair(self, repair_id: str) -> Repair:
        with self.office.ledger.reading() as uow:
            return uow.repairs.get(repair_id)


def sent(office, name: str) -> None:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        row = next(row for row in csv.DictReader(lines) if name in row["file"])
    path = SAMPLES / row["file"]
    ingest_file(office, Submission(path, path.name, row["agency_code"], "clerk"))


def open_world(home: Path, count: int = 2) -> World:
    """Send lists and penalties, assess, and take the first listings of the court over."""
    service = build_service(Settings(home=home), at(DAY))
    for person in PEOPLE:
        add_account(
            service.office,
            NewAccount(person.actor_id, person.name, person.agency_code, person.role, "correct-horse-9"),
        )
    for name in ("失信被执行人", "2026年三季度行政处罚"):
        sent(service.office, name)
    assess(service.office, DAY)
    with service.office.ledger.reading() as uow:
        found = [
            case
            for case in uow.cases.list_open()
            if case.list_kind is ListKind.BLACK and case.identifier_code and case.source_decided_on
        ]
    standing = []
    for case in found[:count]:
        perform_act(service.office, ActRequest(case.case_id, ActKind.TAKE_UP, REVIEWER))
        over = ActRequest(case.case_id, ActKind.TAKE_OVER, DECIDER, reason="认定机关已决定", evidence="公布网址")
        standing.append(perform_act(service.office, over))
    assert len(standing) == count
    assert all(case.state is CaseState.DECISION_SERVED for case in standing)
    return World(service, DAY, tuple(standing))
