"""Beside the third chapter: an objection comes in, is marked at once, looked into and decided.

Before it lies what somebody says is wrong; after each act the objection has moved one state, or the act was refused
with the reason and nothing changed. The gates are in `listing.objections` and, once more, in the ledger. The marks are
set in the transaction of the receipt (`receive_objections`) and cleared in that of the end; what a decision brings with
it is in `objection_effects`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.batch import BatchStatus
from credit_service.domain.clock import legal_day
from credit_service.domain.listing import Exhibit
from credit_service.domain.objection import Objection, ObjectionAct, ObjectionActKind, RecordRemedy
from credit_service.errors import IllegalTransition, ObjectionNotFound, ScopeDenied
from credit_service.listing.objections import ObjectionTerms, apply_objection_act, find_due
from credit_service.pipeline.evidence import HandedIn, keep_exhibits
from credit_service.pipeline.objection_effects import end_objection, withdraw_wrong_records
from credit_service.pipeline.office import LawOfDay, Office
from credit_service.pipeline.snapshot import refresh_snapshot
from credit_service.pipeline.standins import find_role
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.schema import Rulebook

_K = ObjectionActKind
ROLE_OF_OBJECTION_ACT = {
    _K.RECEIVE: frozenset({Role.REVIEWER}),
    _K.ADD_EVIDENCE: frozenset({Role.REVIEWER}),
    _K.ACCEPT: frozenset({Role.REVIEWER}),
    _K.REFUSE: frozenset({Role.DECIDER}),
    _K.FORWARD: frozenset({Role.REVIEWER}),
    _K.REMIND: frozenset({Role.REVIEWER}),
    _K.VERIFY: frozenset({Role.SUBMITTER}),
    _K.UPHOLD: frozenset({Role.DECIDER}),
    _K.REJECT: frozenset({Role.DECIDER}),
    _K.WITHDRAW: frozenset({Role.REVIEWER}),
    _K.CORRECT: frozenset({Role.SUBMITTER, Role.REVIEWER}),
}
"""Who may do what by hand; adding evidence and withdrawing is also the objector's own, by number and code."""
_SETTLED = frozenset({BatchStatus.STORED, BatchStatus.CORRECTED, BatchStatus.WITHDRAWN})


@dataclass(frozen=True)
class ObjectionRequest:
    """One act somebody wants to do; ``on`` is the legal day of the act, today where it is None."""

    number: str
    kind: ObjectionActKind
    actor: Actor
    on: date | None = None
    document_no: str = ""
    reason: str = ""
    evidence: str = ""
    verdict: str = ""
    remedy: str = ""
    listing: str = ""
    wrong_records: tuple[str, ...] = ()
    redress: str = ""
    to_agency: str = ""
    for_id: str = ""
    exhibits: tuple[HandedIn, ...] = ()


def perform_objection_act(office: Office, request: ObjectionRequest) -> Objection:
    """Move an objection by one act of an official or of the source agency.

    Raises:
        ObjectionNotFound: There is none of this number, or it is no business of the actor's agency.
        ScopeDenied: The role may not do this act.
        DecisionError: Law or state forbids it; the leaf says which gate is missing.
        LedgerConflict: Somebody else moved it first.
        WarehouseBusy: A record would be withdrawn, and another process holds the warehouse; nothing is decided.
    """
    law = office.law_of_today()
    on = request.on or law.day
    _check_role(request.kind, find_role(office, request.actor, request.for_id, on))
    exhibits = keep_exhibits(office, request.exhibits, request.actor)
    act = _to_act(office, law, request, exhibits)
    if act.kind is _K.CORRECT:
        _check_correction(office, request, on)
    if act.kind is _K.UPHOLD and act.remedy == RecordRemedy.WITHDRAW.value:
        with office.warehouse.open() as session, session.write_turn():
            with office.ledger.unit_of_work() as uow:
                moved = _move(uow, law, request, act, exhibits)
                withdrawn = withdraw_wrong_records(office, uow, session, moved, act)
                end_objection(uow, law, moved, act, also=withdrawn.cases)
                uow.commit()
            session.mirror_retractions(withdrawn.retractions)
        refresh_snapshot(office)
        return moved
    with office.ledger.unit_of_work() as uow:
        moved = _move(uow, law, request, act, exhibits)
        if not moved.is_open and act.kind is not _K.CORRECT:
            end_objection(uow, law, moved, act)
        uow.commit()
    return moved


def objection_terms(rulebook: Rulebook) -> ObjectionTerms:
    """Return the terms the rules give for objections.

    A correction after an upheld objection has the term for updating what was revoked (``revocation_workdays``).
    """
    deadlines = rulebook.deadlines
    return ObjectionTerms(
        mark_workdays=deadlines["objection_mark_workdays"],
        answer_workdays=deadlines["objection_workdays"],
        extended_workdays=deadlines["objection_extended_workdays"],
        correction_workdays=deadlines["revocation_workdays"],
    )


def move_objection(
    uow: UnitOfWork, law: LawOfDay, objection: Objection, act: ObjectionAct, exhibits: Sequence[Exhibit]
) -> Objection:
    """Move an objection by an act in a transaction that is open, with its evidence and its place in the audit.

    Raises:
        DecisionError: Law or state forbids it.
        LedgerConflict: Somebody else moved it first.
    """
    done = uow.objections.list_acts(objection.number)
    terms = objection_terms(law.rulebook)
    if act.kind is not _K.UPHOLD or act.remedy == RecordRemedy.CORRECT.value:
        due_on = find_due(act.kind, objection.received_on, act.on, terms, law.is_workday)
        act = replace(act, due_on=due_on)
    moved = apply_objection_act(objection, act, done)
    for exhibit in exhibits:
        uow.exhibits.add(exhibit)
    uow.objections.save(moved, act)
    detail = {"from": objection.state.value, "to": moved.state.value, "document_no": act.document_no}
    if act.for_id:
        detail["for"] = act.for_id
    uow.audit.append(act.actor_id, f"objection.{act.kind.value}", objection.number, act.at, detail)
    return moved


def _move(
    uow: UnitOfWork, law: LawOfDay, request: ObjectionRequest, act: ObjectionAct, exhibits: Sequence[Exhibit]
) -> Objection:
    objection = uow.objections.get(request.number)
    if request.actor.role is Role.SUBMITTER:
        check_concerned(objection, request.actor)
    return move_objection(uow, law, objection, act, exhibits)


def check_concerned(objection: Objection, actor: Actor) -> None:
    """Refuse an agency that neither sent the records nor objects; the answer is that of an unknown number.

    Raises:
        ObjectionNotFound: It is no business of that agency's.
    """
    concerned = {objection.forwarded_to, objection.objecting_agency}
    if objection.remedy == RecordRemedy.CORRECT.value:
        concerned |= set(objection.source_agencies)
    if actor.agency_code not in concerned - {"", None}:
        message = f"没有编号为“{objection.number}”的异议。"
        raise ObjectionNotFound(message, remedy="请从异议列表中选择。")


def _to_act(office: Office, law: LawOfDay, request: ObjectionRequest, exhibits: Sequence[Exhibit]) -> ObjectionAct:
    return ObjectionAct(
        kind=request.kind,
        actor_id=request.actor.actor_id,
        on=request.on or law.day,
        at=office.now(),
        document_no=request.document_no.strip(),
        reason=request.reason.strip(),
        evidence=request.evidence.strip(),
        verdict=request.verdict.strip(),
        remedy=request.remedy.strip(),
        listing=request.listing.strip(),
        wrong_records=tuple(sorted(set(request.wrong_records))),
        redress=request.redress.strip(),
        to_agency=request.to_agency.strip(),
        agency_code=request.actor.agency_code,
        for_id=request.for_id,
        rulebook=law.adopted,
        exhibits=tuple(exhibit.sha256 for exhibit in exhibits),
    )


def _check_role(kind: ObjectionActKind, role: Role) -> None:
    allowed = ROLE_OF_OBJECTION_ACT.get(kind, frozenset())
    if role not in allowed:
        roles = "、".join(sorted(one.label for one in allowed))
        message = f"“{kind.label}”只能由{roles}办理，您的角色是{role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")


def _check_correction(office: Office, request: ObjectionRequest, on: date) -> None:
    """Refuse to write down a correction that cannot be seen: the records found wrong must hold no more.

    Raises:
        IllegalTransition: The batch is not one of the source agency's since the decision, or a record still holds.
    """
    with office.ledger.reading() as uow:
        objection = uow.objections.get(request.number)
        batch = uow.batches.find(request.document_no.strip())
    wrong = [(one.partition("-")[0], one) for one in objection.wrong_records]
    fits = batch is not None and batch.agency_code in objection.source_agencies and batch.status in _SETTLED
    is_own = batch is not None and batch.batch_id in {batch_id for batch_id, _ in wrong}
    if batch is None or not fits or not (is_own or legal_day(batch.received_at) >= (objection.decided_on or on)):
        message = f"批次“{request.document_no.strip()[:40]}”不是来源单位在决定之后报送并已入库的批次。"
        raise IllegalTransition(message, remedy="请填写更正批次的编号；已撤回记录的，填写原批次编号。")
    with office.warehouse.open() as session:
        holding = [one for batch_id, one in wrong if session.list_holding(batch_id, one)]
    if holding:
        message = f"记录{'、'.join(holding)}仍然有效，还没有被更正或撤回。"
        raise IllegalTransition(message, remedy="请先报送更正后的数据（或撤回记录），入库后再登记。")
