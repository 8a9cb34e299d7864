"""A small real service on which papers are issued: two batches, cases that rest on their records, two officials."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.listing import ActKind, Case, CaseState
from credit_service.domain.paper import ObjectionPaper, PaperKind, RepairPaper
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.pipeline.decide import ActRequest, perform_act
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.pipeline.office import Office
from credit_service.pipeline.paper_facts import PaperDetails
from credit_service.pipeline.papers import issue_paper
from credit_service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "samples"
TEMPLATES = ROOT / "publications" / "templates"
DAY = date(2026, 11, 2)
AUTHORITY = "11990101990100034U"
AUTHORITY_NAME = "测试市示范区市场监督管理局（测试）"
COURT = "11990101990100050H"
PERSON_ID = "psn:" + "0f" * 16
PERSON_NAME, PERSON_NUMBER = "欧阳测试戊", "11010519491231002X"
REVIEWER = Actor("reviewer", "审核员", AUTHORITY, Role.REVIEWER)
DECIDER = Actor("decider", "决定员", AUTHORITY, Role.DECIDER)
AUDITOR = Actor("auditor", "监督员", AUTHORITY, Role.AUDITOR)
REASON = "事实清楚，证据确凿，期内没有提出陈述申辩"


@dataclass
class PaperWorld:
    """The service and what cases may rest on."""

    service: Service
    records: dict[str, tuple[str, ...]]
    """Record ids by kind of record."""
    numbers: count[int]

    @property
    def office(self) -> Office:
        return self.service.office

    def at(self, day: date) -> Office:
        return replace(self.office, clock=FixedClock(datetime(day.year, day.month, day.day, 3, tzinfo=UTC)))

    def case(self, list_type: str = "samr_serious", **changes: object) -> Case:
        """Return a proposed case of a list type; it is in no ledger yet."""
        known = self.office.rulebook(DAY).list_type(list_type)
        red = known.list_kind is ListKind.RED
        number = next(self.numbers)
        plain = Case(
            case_id=f"C{number:012d}",
            subject_id=f"uscc:TEST{number}",
            subject_kind=SubjectKind.ORGANISATION,
            subject_name="示范区测试晨光商贸有限公司",
            identifier_code="91990101MATEST0018",
            list_kind=known.list_kind,
            list_type=list_type,
            list_basis=known.legal_basis,
            category=0 if red else 4,
            authority_code=COURT if list_type == "judgment_default" else AUTHORITY,
            authority_name=AUTHORITY_NAME,
            state=CaseState.PROPOSED,
            rule="candidate.black.listed",
            rulebook="ab" * 32,
            run_id="A1",
            record_ids=self.records["honour" if red else "penalty"][:1],
            fact="一句话事由",
            severity=None if red else "serious",
            proposed_on=DAY,
        )
        return replace(plain, **changes)

    def person(self, list_type: str = "judgment_default", **changes: object) -> Case:
        """Return a proposed case about a person whose name is in the vault."""
        who = {
            "subject_id": PERSON_ID,
            "subject_kind": SubjectKind.PERSON,
            "subject_name": "欧阳***",
            "identifier_code": None,
            "adult_on": date(1990, 1, 1),
            "consent_no": "同意书1号",
        }
        return self.case(list_type, **{**who, **changes})

    def add(self, case: Case) -> Case:
        with self.office.ledger.unit_of_work() as uow:
            uow.cases.add(case, self.at(DAY).now())
            uow.commit()
        return case

    def walk(self, case: Case, until: CaseState) -> tuple[Case, Office]:
        """Take a stored case through its gates with papers of its own; return it and the office on that day."""
        office = self.at(DAY)
        first = PaperKind.ANNOUNCEMENT if case.list_kind is ListKind.RED else PaperKind.NOTICE
        while case.state is not until:
            if case.state is CaseState.PROPOSED:
                issue_paper(office, case.case_id, first, REVIEWER)
                request = ActRequest(case.case_id, ActKind.DRAFT_NOTICE, REVIEWER)
            elif case.state is CaseState.NOTICED:
                request = ActRequest(case.case_id, ActKind.SERVE_NOTICE, REVIEWER, evidence="送达回证")
            elif case.state is CaseState.NOTICE_SERVED:
                office = self.at(case.statement_until_on + timedelta(days=1))
                request = ActRequest(case.case_id, ActKind.HEAR, REVIEWER, evidence="期内没有提出")
            elif case.state is CaseState.HEARD:
                issue_paper(office, case.case_id, PaperKind.DECISION, DECIDER, PaperDetails(REASON))
                request = ActRequest(case.case_id, ActKind.DECIDE, DECIDER, reason=REASON)
            elif case.state is CaseState.DECIDED:
                request = ActRequest(case.case_id, ActKind.SERVE_DECISION, REVIEWER, evidence="送达回证")
            else:
                number = issue_paper(office, case.case_id, PaperKind.REVOCATION, DECIDER, PaperDetails("原处罚已撤销"))
                request = ActRequest(
                    case.case_id, ActKind.REVOKE, DECIDER, document_no=number.document_no, reason="原处罚已撤销"
                )
            case = perform_act(office, request)
        return case, office

    def objection(self, **changes: object) -> ObjectionPaper:
        number = next(self.numbers)
        plain = ObjectionPaper(
            objection_id=f"O{number:06d}",
            agency_code=AUTHORITY,
            agency_name=AUTHORITY_NAME,
            objector="示范区测试晨光商贸有限公司",
            subject_id="uscc:TEST",
            is_person=False,
            matter="行政处罚决定书示市监罚〔2026〕1号的公示信息",
            claim="罚款金额有误，应为一万元",
            received_on=DAY,
            basis="河南省社会信用条例关于异议处理的规定",
            due_on=date(2026, 11, 5),
            findings="处罚决定书原件载明的罚款金额为一万元",
            reason="报送时多写一个零",
            result="罚款金额由十万元更正为一万元，自即日起按更正后的信息公示",
        )
        return replace(plain, **changes)

    def repair(self, case: Case, **changes: object) -> RepairPaper:
        plain = RepairPaper(
            repair_id=f"R{next(self.numbers):06d}",
            case_id=case.case_id,
            applied_on=DAY,
            basis="信用修复管理办法（国家发展改革委令第36号）",
            due_on=date(2026, 11, 16),
            materials=("缴款凭证", "信用承诺书"),
            findings="罚款已缴清，违法行为已纠正",
            reason="按照规定的条件逐项核对，结果如上",
        )
        return replace(plain, **changes)


def open_world(home: Path, templates: Path = TEMPLATES) -> PaperWorld:
    """Return a world of its own under ``home``."""
    settings = Settings(home=home, publication_templates=templates)
    service = build_service(settings, FixedClock(datetime(DAY.year, DAY.month, DAY.day, 3, tzinfo=UTC)))
    with (SAMPLES / "manifest.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for name in ("行政处罚_生态环境局", "红名单_文明单位"):
        row = next(row for row in rows if name in row["file"])
        path = SAMPLES / row["file"]
        ingest_file(service.office, Submission(path, path.name, row["agency_code"], "clerk"))
    with service.office.ledger.unit_of_work() as uow:
        uow.persons.store([(PERSON_ID, PERSON_NAME, PERSON_NUMBER)])
        uow.commit()
    with service.office.warehouse.open() as session:
        frame = session.run_query("SELECT kind, record_id FROM records ORDER BY kind, row")
    records: dict[str, tuple[str, ...]] = {}
    for kind, record_id in frame.iter_rows():
        records[kind] = (*records.get(kind, ()), record_id)
    return PaperWorld(service, records, count(1))
