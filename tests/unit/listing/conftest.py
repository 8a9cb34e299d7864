"""A small world for cases: a candidate, the terms of its list, and a way to walk it to any state."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.score import ListKind
from credit_service.listing.propose import CandidateFacts, propose_cases
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act

FRIDAY = date(2026, 9, 4)
PATH = (
    ActKind.DRAFT_NOTICE,
    ActKind.SERVE_NOTICE,
    ActKind.HEAR,
    ActKind.DECIDE,
    ActKind.SERVE_DECISION,
    ActKind.PUBLISH,
)


@dataclass(frozen=True)
class ListType:
    id: str
    legal_basis: str
    taken_over_from: tuple[str, ...] = ()


class World:
    """Builders with lawful defaults; a test changes what it is about."""

    start_on = FRIDAY
    list_types = (
        ListType("samr_serious", "总局令第44号"),
        ListType("honour", "国发〔2016〕33号"),
        ListType("watch", "1798号"),
    )
    terms = ProcedureTerms(
        statement_workdays=5,
        comment_workdays=7,
        min_months=12,
        term_months=36,
        may_publish=True,
        publication_basis="总局令第44号",
    )

    def is_workday(self, day: date) -> bool:
        return day.weekday() < 5

    def facts(self, **changes: object) -> CandidateFacts:
        plain = CandidateFacts(
            subject_id="uscc:91990101TEST000001",
            subject_kind="organisation",
            subject_name="示范商贸有限公司（测试）",
            identifier_code="91990101TEST000001",
            list_kind=ListKind.BLACK,
            list_type="samr_serious",
            category=4,
            rule="proposals.black",
            rulebook="ab" * 32,
            run_id="A20260904-00000000",
            record_ids=("B1-0000002", "B1-0000001"),
            record_kind="penalty",
            topic="销售假药",
            document_no="测市监罚〔2026〕1号",
            decided_on=date(2026, 8, 3),
            ends_on=None,
            authority_name="市场监管局（测试）",
            authority_code="11990101TEST00000X",
            adult_on=None,
            is_minor=False,
            consent=False,
            consent_no="",
            severity="serious",
        )
        return replace(plain, **changes)

    def person(self, **changes: object) -> CandidateFacts:
        who = {
            "subject_id": "psn:" + "0" * 32,
            "subject_kind": "person",
            "subject_name": "张*",
            "identifier_code": None,
            "adult_on": date(2000, 1, 1),
        }
        return self.facts(**{**who, **changes})

    def propose(self, facts: CandidateFacts | None = None) -> Case:
        (case,) = propose_cases([facts or self.facts()], [], self.list_types, self.start_on)
        return case

    def act(self, kind: ActKind, on: date, **changes: object) -> Act:
        plain = Act(
            kind=kind,
            actor_id="decider" if kind in {ActKind.DECIDE, ActKind.DECLINE, ActKind.REVOKE} else "reviewer",
            on=on,
            at=datetime.combine(on, time(4), UTC),
            document_no="测信〔2026〕1号",
            reason="事实清楚，证据充分",
            evidence="邮寄送达，回执1号",
            ground="court",
            rulebook="ab" * 32,
        )
        return replace(plain, **changes)

    def apply(self, case: Case, kind: ActKind, on: date | None = None, **changes: object) -> Case:
        terms = changes.pop("terms", self.terms)
        return apply_act(case, self.act(kind, on or self.next_on(case, kind), **changes), terms, self.is_workday)

    def next_on(self, case: Case, kind: ActKind) -> date:
        """Return the first day on which an act of the lawful path may be done."""
        if kind is ActKind.HEAR and case.statement_until_on is not None:
            return case.statement_until_on + timedelta(days=1)
        days = (case.published_on, case.decision_served_on, case.decided_on, case.heard_on, case.notice_served_on)
        return next((day for day in days if day is not None), case.proposed_on)

    def walk(self, case: Case, until: CaseState) -> Case:
        for kind in (ActKind.TAKE_UP,) if until is CaseState.UNDER_REVIEW else PATH:
            if case.state is until:
                break
            case = self.apply(case, kind)
        assert case.state is until
        return case


@pytest.fixture
def world() -> World:
    return World()
