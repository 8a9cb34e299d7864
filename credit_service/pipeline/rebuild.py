"""Last chapter: the warehouse made new from the inbox, the ledger and the rules.

At start-up `reconcile` compares batch by batch what the ledger says was stored with what the warehouse really holds,
because a damaged DuckDB file can open silently short; what differs, and what is still waiting, is stored again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.clock import legal_day
from credit_service.errors import AccessError, SubmissionError
from credit_service.pipeline.ingest import drain_queue, restore_batch, store_received
from credit_service.pipeline.office import Office
from credit_service.pipeline.repair_grant import take_over_repairs
from credit_service.pipeline.repeat import store_again
from credit_service.pipeline.resolve import take_over_links
from credit_service.pipeline.snapshot import refresh_snapshot
from credit_service.rulebook.kept import check_kept


@dataclass(frozen=True)
class RebuildOutcome:
    """What was stored again."""

    compared: int
    restored: tuple[str, ...]
    dropped: tuple[str, ...]
    """Batches the warehouse held but the ledger does not know as stored."""
    repeated: tuple[str, ...] = ()
    """Assessments run again with the rules and facts they knew."""
    differing: tuple[str, ...] = ()
    """Those of them whose result is not the one their receipt names."""
    lost: tuple[str, ...] = ()
    """Assessments whose rules are no longer there as they were; their cases and reasons in the ledger stay."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rebuild``."""
        return {
            "compared": self.compared,
            "restored": list(self.restored),
            "dropped": list(self.dropped),
            "repeated": list(self.repeated),
            "differing": list(self.differing),
            "lost": list(self.lost),
        }


def rebuild(office: Office) -> RebuildOutcome:
    """Throw the warehouse away, store every batch again in the order received, and repeat every assessment.

    Raises:
        RulebookNotAdopted: No rules are in force by which batches could be checked; nothing is thrown away.
        RulebookDamaged: Rules that batches were checked by are not what was adopted; nothing is thrown away.
        WarehouseBusy: Another process or thread is using the warehouse.
    """
    _check_rules(office)
    office.warehouse.discard()
    outcome = reconcile(office)
    with office.ledger.reading() as uow:
        receipts = uow.runs.list_all()
    told = {receipt.run_id: store_again(office, receipt) for receipt in receipts}
    return replace(
        outcome,
        repeated=tuple(run_id for run_id, same in told.items() if same is not None),
        differing=tuple(run_id for run_id, same in told.items() if same is False),
        lost=tuple(run_id for run_id, same in told.items() if same is None),
    )


def reconcile(office: Office) -> RebuildOutcome:
    """Mend the warehouse, then store what was released or waits in the queue."""
    outcome = mend_warehouse(office)
    with office.ledger.reading() as uow:
        released = [batch for batch in uow.batches.list_in_order(BatchStatus.CHECKED) if batch.override_reason]
    stored = [batch.batch_id for batch in released if _do(store_received, office, batch)]
    stored += [one.batch.batch_id for one in drain_queue(office)]
    return replace(outcome, restored=(*outcome.restored, *stored))


def mend_warehouse(office: Office) -> RebuildOutcome:
    """Store again every batch whose rows are missing or differ; mirror withdrawals, links, repairs; the queue waits."""
    with office.ledger.reading() as uow:
        stored = uow.batches.list_in_order(BatchStatus.STORED, BatchStatus.CORRECTED, BatchStatus.WITHDRAWN)
        retractions = uow.retractions.list_all()
    with office.warehouse.open() as session:
        held = session.verify_batches()
        known = {batch.batch_id for batch in stored}
        dropped = tuple(sorted(held.keys() - known))
        for batch_id in dropped:
            session.drop_batch(batch_id)
        session.mirror_retractions(retractions)
        take_over_links(office, session)
        is_newer = take_over_repairs(office, session)
    if is_newer:
        refresh_snapshot(office)
    differing = [batch for batch in stored if held.get(batch.batch_id) != batch.records_digest]
    restored = tuple(batch.batch_id for batch in differing if _do(restore_batch, office, batch))
    return RebuildOutcome(len(stored), restored, dropped)


def _check_rules(office: Office) -> None:
    """Refuse to begin what could not be finished: every batch is checked again by the rules of its day of receipt."""
    office.adoption(office.today())
    with office.ledger.reading() as uow:
        kept = uow.batches.list_in_order(*(status for status in BatchStatus if status is not BatchStatus.REFUSED))
    for rulebook in {office.adoption(legal_day(one.received_at), one.received_at).rulebook for one in kept}:
        check_kept(office.places.rulebooks, rulebook)


def _do(work: Callable[[Office, Batch], object], office: Office, batch: Batch) -> bool:
    try:
        work(office, batch)
    except (SubmissionError, AccessError):
        # The ledger says why the file as a whole is refused, or, of one stored before, what it was stored as.
        return False
    return True
