"""Which batches a visitor may look at: a submitter the own agency's, everybody else who comes in all of them."""

from __future__ import annotations

from credit_service.domain.agency import Role
from credit_service.domain.batch import Batch
from credit_service.errors import BatchNotFound
from credit_service.lookup.batches import get_batch
from credit_service.web.dependencies import Visit


def get_own_batch(visit: Visit, batch_id: str) -> Batch:
    """Return a batch the visitor may see; a foreign one is answered like an unknown one.

    Raises:
        BatchNotFound: There is none.
    """
    batch = get_batch(visit.room, batch_id)
    account = visit.person.account
    if account.role is Role.SUBMITTER and batch.agency_code != account.agency_code:
        message = f"没有编号为“{batch_id}”的批次。"
        raise BatchNotFound(message, remedy="请从本部门的批次列表中选择。")
    return batch
