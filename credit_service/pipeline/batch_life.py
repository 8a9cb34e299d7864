"""What people do to a batch after it was checked: release a held one, take a stored one back, or one of its records.

Before it a batch lies in the ledger as held or stored; after it the act is in the ledger with reason and person, and
the warehouse shows what follows from it. Nothing is deleted: what was known earlier can be asked for by instant.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.agency import Actor, Role
from credit_service.domain.batch import Batch, BatchStatus, Retraction
from credit_service.errors import BatchNotFound, EvidenceMissing, IllegalTransition, SamePerson, ScopeDenied
from credit_service.pipeline.ingest import IngestOutcome, Progress, store_received
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork

MAY_RELEASE = frozenset({Role.SUBMITTER, Role.REVIEWER, Role.DECIDER, Role.ADMINISTRATOR})
MAY_WITHDRAW = frozenset({Role.SUBMITTER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class WithdrawOutcome:
    """What was taken back."""

    batch: Batch
    record_id: str | None
    records: int
    """Records that held and hold no more."""
    cases: tuple[str, ...]
    """Open cases that rest on a withdrawn record; whoever handles them has to look again."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit batch withdraw``."""
        return {
            "batch_id": self.batch.batch_id,
            "status": self.batch.status.value,
            "record_id": self.record_id,
            "records": self.records,
            "cases": list(self.cases),
        }


def release_batch(
    office: Office, batch_id: str, actor: Actor, reason: str, progress: Progress | None = None
) -> IngestOutcome:
    """Store a held batch: a second person looked at it and says why it is right as it is.

    Raises:
        BatchNotFound: The actor's agency has no such batch.
        ScopeDenied: The actor's role does not release batches.
        IllegalTransition: The batch is not held.
        SamePerson: The actor sent it.
        EvidenceMissing: There is no reason.
        WarehouseBusy: The release is in the ledger; the worker stores the batch.
    """
    _need_reason(reason, "放行")
    with office.ledger.unit_of_work() as uow:
        batch = _get_own(uow, batch_id, actor, MAY_RELEASE)
        if batch.status is not BatchStatus.CHECKED:
            message = f"批次{batch_id}现在是“{batch.status.label}”，不需要放行。"
            raise IllegalTransition(message, remedy="只有“待确认”的批次可以放行。")
        if batch.received_by == actor.actor_id:
            message = "报送人不能放行自己报送的批次。"
            raise SamePerson(message, remedy="请本单位另一名报送人员、审核人员或系统管理员核对后放行。")
        if batch.override_reason is None:
            uow.batches.mark_released(batch_id, reason.strip(), actor.actor_id)
            uow.audit.append(actor.actor_id, "batch.released", batch_id, office.now(), {"reason": reason.strip()})
            uow.commit()
    return store_received(office, batch, progress)


def withdraw_batch(office: Office, batch_id: str, actor: Actor, reason: str) -> WithdrawOutcome:
    """Take a batch back: its records hold no more, and what they replaced holds again from now on.

    A batch that is not stored yet never will be.

    Raises:
        BatchNotFound: The actor's agency has no such batch.
        ScopeDenied: The actor's role does not withdraw batches.
        IllegalTransition: It was refused or withdrawn before.
        EvidenceMissing: There is no reason.
        WarehouseBusy: Another process holds the warehouse; nothing is withdrawn.
    """
    _need_reason(reason, "撤回")
    with office.ledger.reading() as uow:
        batch = _get_own(uow, batch_id, actor, MAY_WITHDRAW)
    if batch.status in {BatchStatus.RECEIVED, BatchStatus.CHECKED}:
        return _refuse_waiting(office, batch, actor, reason.strip())
    return _retract(office, batch, None, actor, reason.strip())


def withdraw_record(office: Office, record_id: str, actor: Actor, reason: str) -> WithdrawOutcome:
    """Take one record back: it holds no more, and what it replaced holds again from now on.

    Raises:
        BatchNotFound: The actor's agency has no such record.
        ScopeDenied: The actor's role does not withdraw records.
        IllegalTransition: The record or its batch was withdrawn before.
        EvidenceMissing: There is no reason.
        WarehouseBusy: Another process holds the warehouse; nothing is withdrawn.
    """
    _need_reason(reason, "撤回")
    batch_id = record_id.partition("-")[0]
    with office.ledger.reading() as uow:
        batch = _get_own(uow, batch_id, actor, MAY_WITHDRAW)
    return _retract(office, batch, record_id, actor, reason.strip())


def _retract(office: Office, batch: Batch, record_id: str | None, actor: Actor, reason: str) -> WithdrawOutcome:
    """Write a withdrawal into the ledger, then into the warehouse; a crash between is mended by `reconcile`."""
    if batch.status not in {BatchStatus.STORED, BatchStatus.CORRECTED}:
        message = f"批次{batch.batch_id}现在是“{batch.status.label}”，不能撤回。"
        raise IllegalTransition(message, remedy="只有已入库的批次和记录可以撤回；撤回后不能再撤。")
    with office.warehouse.open() as session, session.write_turn():
        holding = session.list_holding(batch.batch_id, record_id)
        if record_id is not None and not session.has_record(record_id):
            message = f"没有编号为“{record_id}”的记录。"
            raise BatchNotFound(message, remedy="请从批次的记录列表中选择要撤回的记录。")
        retraction = Retraction(batch.batch_id, record_id, office.instant_of_learning(), reason, actor.actor_id)
        with office.ledger.unit_of_work() as uow:
            uow.retractions.add(retraction)
            if record_id is None:
                uow.batches.mark_status(batch.batch_id, BatchStatus.WITHDRAWN)
            detail = {"reason": reason, "records": len(holding)}
            action = "batch.withdrawn" if record_id is None else "record.withdrawn"
            uow.audit.append(actor.actor_id, action, record_id or batch.batch_id, office.now(), detail)
            withdrawn = uow.batches.get(batch.batch_id)
            cases = tuple(uow.cases.list_resting_on(holding))
            uow.commit()
        session.mirror_retractions([retraction])
    return WithdrawOutcome(withdrawn, record_id, len(holding), cases)


def _refuse_waiting(office: Office, batch: Batch, actor: Actor, reason: str) -> WithdrawOutcome:
    with office.ledger.unit_of_work() as uow:
        uow.batches.mark_refused(batch.batch_id, f"报送单位撤回，没有入库：{reason}")
        uow.audit.append(actor.actor_id, "batch.withdrawn", batch.batch_id, office.now(), {"reason": reason})
        refused = uow.batches.get(batch.batch_id)
        uow.commit()
    return WithdrawOutcome(refused, None, 0, ())


def _get_own(uow: UnitOfWork, batch_id: str, actor: Actor, roles: frozenset[Role]) -> Batch:
    """Return a batch the actor may act on; a foreign number is answered like an unknown one."""
    if actor.role not in roles:
        needed = "、".join(role.label for role in Role if role in roles)
        message = f"您的角色是“{actor.role.label}”，不能办理（需要：{needed}）。"
        raise ScopeDenied(message, remedy="如工作需要，请联系系统管理员。")
    batch = uow.batches.get(batch_id)
    if actor.role is Role.SUBMITTER and batch.agency_code != actor.agency_code:
        message = f"没有编号为“{batch_id}”的批次。"
        raise BatchNotFound(message, remedy="请从本部门的批次列表中选择。")
    return batch


def _need_reason(reason: str, act: str) -> None:
    if not reason.strip():
        message = f"{act}要写明理由。"
        raise EvidenceMissing(message, remedy="请写明核对了什么、为什么这样办理。")
