"""What an objection brings with it: marks, and at its end withdrawn records and revoked listings.

Before it lies an objection that came in or has just ended; after it cases and records are as they should be. All of it
is done in the transaction of the act itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from credit_service.domain.batch import Retraction
from credit_service.domain.listing import Act, ActKind, Case
from credit_service.domain.objection import ListingOutcome, Objection, ObjectionAct, ObjectionState
from credit_service.listing.deadlines import IN_EFFECT
from credit_service.listing.guards import last_day
from credit_service.listing.guards_people import check_two_agencies
from credit_service.listing.steps import is_open
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.decide import follow_up, procedure_terms
from credit_service.pipeline.office import LawOfDay, Office
from credit_service.registry.cases import ENGINE
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.warehouse.connection import Session


@dataclass(frozen=True)
class WithdrawnRecords:
    """What was taken back in the ledger and is still to be told the warehouse, and the cases that rest on it."""

    retractions: tuple[Retraction, ...]
    cases: tuple[str, ...]


def mark_case(uow: UnitOfWork, law: LawOfDay, case_id: str, number: str, receipt: ObjectionAct) -> None:
    """Mark a case with an objection, unless another one marked it before."""
    case = uow.cases.get(case_id)
    if case.marked_on is None and is_open(case.state):
        _save(uow, law, case, _to_case_act(law, case, ActKind.MARK_OBJECTION, receipt, number))


def mark_new_cases(office: Office, uow: UnitOfWork, cases: Sequence[Case]) -> None:
    """Mark cases that were proposed on a record to which an objection is pending."""
    law = office.law_of_today()
    marks = uow.objections.list_marks("record", [one for case in cases for one in case.record_ids])
    for case in cases:
        numbers = sorted({mark.number for one in case.record_ids for mark in marks.get(one, ())})
        for number in numbers:
            uow.objections.add_marks(number, [("case", case.case_id)], law.day)
            receipt = uow.objections.list_acts(number)[0]
            now = replace(receipt, on=law.day, at=office.now(), actor_id=ENGINE, agency_code="", for_id="")
            mark_case(uow, law, case.case_id, number, now)


def end_objection(
    uow: UnitOfWork, law: LawOfDay, objection: Objection, act: ObjectionAct, also: Iterable[str] = ()
) -> None:
    """Clear the marks of an objection that has just ended, and do to the listings what was decided.

    A mark stays where another objection about the same case is still open. Listings are revoked by the number of the
    decision; candidates that nobody decided on yet are declined.

    Args:
        uow: The transaction of the act; the objection is saved in it.
        law: The rules of the day.
        objection: As it stands after the act.
        act: The act that ended it.
        also: Further cases the decision touches, because they rest on a withdrawn record.
    """
    marked = uow.objections.list_marked_cases(objection.number)
    for case_id in marked:
        case = uow.cases.get(case_id)
        if case.marked_on is None or not is_open(case.state) or uow.objections.list_open_about_case(case_id):
            continue
        _save(uow, law, case, _to_case_act(law, case, ActKind.CLEAR_OBJECTION, act, objection.number))
    if objection.state is ObjectionState.UPHELD and objection.listing == ListingOutcome.REVOKE.value:
        for case_id in sorted({*marked, *also}):
            _end_listing(uow, law, uow.cases.get(case_id), objection, act)


def withdraw_wrong_records(
    office: Office, uow: UnitOfWork, session: Session, objection: Objection, act: ObjectionAct
) -> WithdrawnRecords:
    """Take back the records that were found wrong, with every other report of the same act: none may come back.

    Taking back a record lets what it had replaced hold again (`batch_life`); here that would be the same wrong fact.
    Where a later report is right, the decision is not to withdraw but to correct.
    """
    found = session.run_query(_WRONG_ACTS, {"record_ids": list(objection.wrong_records)})
    at = office.instant_of_learning()
    reason = f"异议成立（{objection.number}，{objection.decision_no}）"
    retractions: list[Retraction] = []
    for batch_id, record_id in found.iter_rows():
        known = uow.retractions.list_of_batch(batch_id)
        if any(one.record_id in {None, record_id} for one in known):
            continue
        retraction = Retraction(batch_id, record_id, at, reason, act.actor_id)
        uow.retractions.add(retraction)
        uow.audit.append(act.actor_id, "record.withdrawn", record_id, act.at, {"reason": reason})
        retractions.append(retraction)
    return WithdrawnRecords(tuple(retractions), tuple(uow.cases.list_resting_on(found["record_id"].to_list())))


_WRONG_ACTS = """
SELECT DISTINCT batch_id, record_id FROM records
WHERE act_key IN (
    SELECT act_key FROM records WHERE record_id IN (SELECT unnest(CAST($record_ids AS VARCHAR[])))
)
ORDER BY record_id
"""


def _end_listing(uow: UnitOfWork, law: LawOfDay, case: Case, objection: Objection, act: ObjectionAct) -> None:
    if not is_open(case.state):
        return
    kind = ActKind.REVOKE if case.state in IN_EFFECT else ActKind.DECLINE
    ending = _to_case_act(law, case, kind, act, objection.decision_no or objection.number)
    check_two_agencies(case, ending, tuple(uow.acts.list_for_case(case.case_id)))
    _save(uow, law, case, ending)


def _to_case_act(law: LawOfDay, case: Case, kind: ActKind, act: ObjectionAct, document_no: str) -> Act:
    return Act(
        kind=kind,
        actor_id=act.actor_id,
        on=max(act.on, last_day(case)),
        at=act.at,
        document_no=document_no,
        reason=f"{act.kind.label}：{act.reason}" if act.reason else act.kind.label,
        agency_code=act.agency_code,
        for_id=act.for_id,
        rulebook=law.adopted,
    )


def _save(uow: UnitOfWork, law: LawOfDay, case: Case, act: Act) -> None:
    moved = apply_act(case, act, procedure_terms(law.rulebook, case), law.is_workday)
    uow.cases.save(moved, act)
    follow_up(uow, law, case, moved, act)
