"""Cases for the officials' desk: the queue, and one case with everything about it."""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.listing import Act, ActKind, Case, CaseFilter, CaseState, Exhibit
from credit_service.domain.measure import MeasureOwed
from credit_service.domain.score import ListKind, Reason
from credit_service.errors import CaseNotFound
from credit_service.listing.steps import act_label
from credit_service.listing.transitions import NextAct, next_acts
from credit_service.lookup.explain import find_reasons
from credit_service.lookup.names import category_name, list_type_name
from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class CaseView:
    """One case with its acts, reasons, measures and what may come next."""

    case: Case
    acts: tuple[Act, ...]
    next_acts: tuple[NextAct, ...]
    reasons: tuple[Reason, ...]
    measures: tuple[MeasureOwed, ...]
    list_type_name: str
    category_name: str
    actors: dict[str, str]
    """Display names by account id."""
    act_labels: dict[ActKind, str]
    """Names of the acts, worded for the list the case is on."""
    exhibits: dict[str, Exhibit]
    """Every piece of evidence of the case, by its SHA-256."""


def list_cases(
    room: ReadingRoom, list_kind: ListKind | None = None, state: CaseState | None = None, limit: int = 200
) -> list[Case]:
    """Return cases of a list and state, newest proposals first."""
    return filter_cases(room, CaseFilter(list_kind, state), limit)


def filter_cases(room: ReadingRoom, wanted: CaseFilter, limit: int = 200) -> list[Case]:
    """Return the cases asked for, newest proposals first."""
    with room.ledger.reading() as uow:
        return uow.cases.list_filtered(wanted, limit)


def get_case_view(room: ReadingRoom, case_id: str) -> CaseView:
    """Return one case with everything a reviewer needs.

    Raises:
        CaseNotFound: No case has this number.
        WarehouseBusy: Another process holds the warehouse.
    """
    with room.ledger.reading() as uow:
        case = uow.cases.get(case_id)
        acts = tuple(uow.acts.list_for_case(case_id))
        measures = tuple(uow.measures.list_for_case(case_id))
        exhibits = {one.sha256: one for some in uow.exhibits.list_for_case(case_id).values() for one in some}
        actors = {account.account_id: account.display_name for account in uow.accounts.list_all()}
    return CaseView(
        case=case,
        acts=acts,
        next_acts=next_acts(case),
        reasons=find_reasons(room, case.run_id, case.subject_id),
        measures=measures,
        list_type_name=list_type_name(room, case.list_type, room.today()),
        category_name=category_name(room, case.category, room.today()),
        actors=actors,
        act_labels={kind: act_label(kind, case.list_kind) for kind in ActKind},
        exhibits=exhibits,
    )


def find_exhibit(room: ReadingRoom, case_id: str, digest: str) -> Exhibit:
    """Return a piece of evidence of a case.

    Raises:
        CaseNotFound: No case has this number, or the evidence is not one of its.
    """
    with room.ledger.reading() as uow:
        uow.cases.get(case_id)
        for some in uow.exhibits.list_for_case(case_id).values():
            for exhibit in some:
                if exhibit.sha256 == digest:
                    return exhibit
    message = f"案件{case_id}没有这份证据。"
    raise CaseNotFound(message, remedy="请从案件页面的经过中选择。", case_id=case_id)
