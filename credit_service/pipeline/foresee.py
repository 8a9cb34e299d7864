"""Beside the fourth chapter: what a bulletin would show of a case, if it were decided and served today.

Nothing is decided, stored or released; reviewers see before they decide what the public would see, or why not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from credit_service.domain.bulletin import BulletinEntry, parse_period
from credit_service.domain.listing import Case, CaseState
from credit_service.domain.score import ListKind
from credit_service.listing.deadlines import add_months
from credit_service.pipeline.compose import compose_issue
from credit_service.pipeline.decide import procedure_terms
from credit_service.pipeline.office import Office


@dataclass(frozen=True)
class ForeseenEntry:
    """The line of the bulletin, or why there would be none."""

    case: Case
    entry: BulletinEntry | None
    reason: str
    """Why nothing would be shown, in Chinese; empty where an entry would."""


def foresee_entry(office: Office, case_id: str) -> ForeseenEntry:
    """Return what the public would see of a case.

    Raises:
        CaseNotFound: No case has this number.
        WarehouseBusy: Another process holds the warehouse.
    """
    with office.ledger.reading() as uow:
        case = uow.cases.get(case_id)
    if case.list_kind is ListKind.WATCH:
        return ForeseenEntry(case, None, "重点关注名单仅供内部监管使用，依法不得公示")
    today = office.today()
    period = parse_period(f"{today.year}Q{(today.month + 2) // 3}")
    bulletin = compose_issue(office, period, [_as_if_served(office, case, today)]).bulletin
    entry = next(iter((*bulletin.red, *bulletin.black)), None)
    withheld = next((one.reason for one in bulletin.withheld), "")
    return ForeseenEntry(case, entry, "" if entry else withheld or "该案件不在公示范围内")


def _as_if_served(office: Office, case: Case, today: date) -> Case:
    """Return the case with every step of the procedure done today that has not been done."""
    if case.decision_served_on is not None:
        return case
    months = procedure_terms(office.rulebook(today), case).term_months
    return replace(
        case,
        state=CaseState.DECISION_SERVED,
        notice_no=case.notice_no or "拟文号",
        noticed_on=case.noticed_on or case.proposed_on,
        notice_served_on=case.notice_served_on or case.noticed_on or case.proposed_on,
        notice_proof=case.notice_proof or "待送达",
        statement_until_on=case.statement_until_on or today,
        heard_on=case.heard_on or today,
        drafted_by=case.drafted_by or "拟办人",
        decided_by=case.decided_by or "决定人",
        decision_no=case.decision_no or "（决定书文号）",
        decided_on=case.decided_on or today,
        decision_served_on=today,
        decision_proof="待送达",
        max_until_on=case.max_until_on or (None if months is None else add_months(today, months)),
        marked_on=None,
    )
