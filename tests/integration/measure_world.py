"""A ledger with agencies that carry measures out, listings that begin and end, and a clock one sets: no warehouse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import cast

from credit_service.domain.agency import Actor, Agency, Role
from credit_service.domain.clock import FixedClock, IsWorkday
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.measure import MeasureBody, MeasureUse
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.listing.deadlines import build_workdays
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.measures.reconcile import Reconciliation, reconcile
from credit_service.pipeline.joint_measures import measure_terms, measures_begin, measures_end
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import Ledger, UnitOfWork
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook

ROOT = Path(__file__).resolve().parents[2]
START = date(2026, 4, 8)
CODES = ("11990101TEST00000A", "11990101TEST00000B")
BODIES = {
    "market_entry_ban": CODES,
    "key_supervision": CODES[:1],
    "fiscal_fund_limit": CODES[1:],
    "honours_limit": CODES[:1],
    "preference_limit": CODES[1:],
    "simplified_procedure": CODES[:1],
    "green_channel": CODES[1:],
}
"""Who carries what out in this district; `award_priority` and others have nobody."""
TERMS = ProcedureTerms(5, 5, None, 2, may_publish=True, publication_basis="依据")
PATH = (
    (ActKind.DRAFT_NOTICE, 0),
    (ActKind.SERVE_NOTICE, 0),
    (ActKind.HEAR, 12),
    (ActKind.DECIDE, 12),
    (ActKind.SERVE_DECISION, 20),
)
"""Acts with how many days after the proposal they are done."""


@lru_cache(maxsize=1)
def rulebook() -> Rulebook:
    """The committed rules."""
    return load_rulebook(ROOT / "rules", date(2026, 9, 30), is_proved=True)


@dataclass(frozen=True)
class PaperOffice(Office):
    """An office whose rules are those on disk."""

    def rulebook(self, as_of: date, known_at: datetime | None = None) -> Rulebook:
        del as_of, known_at
        return rulebook()

    def is_workday(self) -> IsWorkday:
        return build_workdays(rulebook().holiday_overrides)


class MeasureWorld:
    """Listings and agencies at one ledger."""

    def __init__(self, ledger: Ledger, today: date = START, first: int = 1) -> None:
        self.ledger, self.today, self.number = ledger, today, first
        self.is_workday = build_workdays(rulebook().holiday_overrides)
        self.terms = measure_terms(rulebook(), self.is_workday)

    @property
    def office(self) -> PaperOffice:
        """The office on this day."""
        nothing = cast("object", None)
        return PaperOffice(self.ledger, nothing, nothing, FixedClock(self.now), nothing, nothing, "")  # type: ignore[arg-type]

    @property
    def now(self) -> datetime:
        """Noon in Shanghai."""
        return datetime.combine(self.today, time(4), UTC)

    def settle(self) -> MeasureWorld:
        """Register the agencies and what they carry out."""
        with self.ledger.unit_of_work() as uow:
            for code in CODES:
                uow.agencies.add(Agency(code, f"{code[-1]}局（测试）", f"{code[-1]}局", "990101"))
            for measure, codes in BODIES.items():
                for code in codes:
                    uow.measure_bodies.add(MeasureBody(measure, code, "执行单位表（测试）", "admin", self.now))
            uow.commit()
        return self

    def clerk(self, code: str = CODES[0]) -> Actor:
        """Who speaks for an agency."""
        return Actor(f"clerk-{code[-1]}", "报送员", code, Role.SUBMITTER)

    def list_somebody(self, kind: ListKind = ListKind.BLACK) -> Case:
        """Take a new case to where its decision is served today, with all that follows."""
        case = self._propose(kind)
        with self.ledger.unit_of_work() as uow:
            uow.cases.add(case, self.now)
            for act_kind, days in PATH:
                case = self._act(uow, case, act_kind, case.proposed_on + timedelta(days=days))
            measures_begin(uow, case, rulebook(), self.today, self.is_workday)
            uow.commit()
        return case

    def end(self, case: Case, kind: ActKind = ActKind.REVOKE) -> Case:
        """End a listing today, with all that follows."""
        with self.ledger.unit_of_work() as uow:
            moved = self._act(uow, uow.cases.get(case.case_id), kind, self.today)
            measures_end(uow, moved, self.today, rulebook(), self.is_workday)
            uow.commit()
        return moved

    def suspend(self, case: Case) -> None:
        """Suspend what a listing brought."""
        with self.ledger.unit_of_work() as uow:
            moved = self._act(uow, uow.cases.get(case.case_id), ActKind.SUSPEND, self.today)
            measures_end(uow, moved, self.today, rulebook(), self.is_workday)
            uow.commit()

    def resume(self, case: Case) -> None:
        """Let what was suspended run again."""
        with self.ledger.unit_of_work() as uow:
            moved = self._act(uow, uow.cases.get(case.case_id), ActKind.RESUME, self.today)
            measures_begin(uow, moved, rulebook(), self.today, self.is_workday)
            uow.commit()

    def uses(self, case: Case) -> list[MeasureUse]:
        """What a listing brought, with tasks and feedback."""
        with self.ledger.reading() as uow:
            return uow.measure_tasks.list_uses(case_id=case.case_id)

    def use(self, case: Case, measure: str, code: str = CODES[0]) -> MeasureUse:
        """The newest task of an agency."""
        mine = [u for u in self.uses(case) if u.task and (u.owed.measure, u.task.agency_code) == (measure, code)]
        return mine[-1]

    def reconcile(self, cases: list[Case], day: date | None = None) -> Reconciliation:
        """What does not agree about some cases on a day."""
        uses = [use for case in cases for use in self.uses(case)]
        return reconcile(uses, (), day or self.today, self.terms)

    def _propose(self, kind: ListKind) -> Case:
        self.number += 1
        is_red = kind is ListKind.RED
        return Case(
            case_id=f"C{self.number:012d}",
            subject_id=f"uscc:TEST{self.number}",
            subject_kind=SubjectKind.ORGANISATION,
            subject_name=f"示范商贸第{self.number}有限公司（测试）",
            identifier_code=f"TEST{self.number}",
            list_kind=kind,
            list_type="honour" if is_red else "samr_serious",
            list_basis="依据（测试）",
            category=4,
            authority_code="",
            authority_name="市场监管局（测试）",
            state=CaseState.PROPOSED,
            rule="r",
            rulebook="ab" * 32,
            run_id="A1",
            record_ids=("B1-0000001",),
            fact="行政处罚：销售假药",
            severity=None if is_red else "serious",
            proposed_on=self.today - timedelta(days=20),
        )

    def _act(self, uow: UnitOfWork, case: Case, kind: ActKind, on: date) -> Case:
        actor = "decider" if kind in {ActKind.DECIDE, ActKind.REVOKE} else "reviewer"
        ground = "negative_listing" if case.list_kind is ListKind.RED else "court"
        papers = ("测信〔2026〕1号", "事实清楚", "回执1号", ground)
        act = Act(kind, actor, on, self.now, *papers, rulebook="ab" * 32)
        terms = replace(TERMS, min_months=0)
        moved = apply_act(case, act, terms, self.is_workday)
        uow.cases.save(moved, act)
        return moved
