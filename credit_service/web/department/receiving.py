"""Files of a department become received batches, and the clerk sees where to look next.

Before it the files lie on disk, from a form or from the preview desk; after it the batches are in the queue and the
worker has been called. Rows are checked by the worker; only a file that was refused before, and is sent again, is
checked here, because nothing goes back into the queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi.responses import Response

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import AccessError, CreditServiceError, SubmissionError, WarehouseBusy
from credit_service.pipeline.receive import Submission, receive_submission
from credit_service.pipeline.worker import check_refused_again
from credit_service.web.department.chosen_files import NamedFile
from credit_service.web.dependencies import Visit, call_worker, redirect_to


@dataclass
class Taken:
    """What was taken in and what was not, both in the order given."""

    batches: list[Batch] = field(default_factory=list)
    refused: list[tuple[str, CreditServiceError]] = field(default_factory=list)


def take_in(visit: Visit, files: Sequence[NamedFile], corrects: str | None) -> Taken:
    """Receive every file; one that is refused as a whole does not sink the others."""
    account = visit.person.account
    taken = Taken()
    for file in files:
        submission = Submission(file.path, file.name, account.agency_code, account.account_id, corrects=corrects)
        try:
            receipt = receive_submission(visit.office, submission)
        except (SubmissionError, AccessError) as fault:
            taken.refused.append((file.name, fault))
            continue
        taken.refused.extend(receipt.refused)
        for batch in receipt.batches:
            _keep_once(taken, batch)
            _check_again(visit, batch, taken)
    if taken.batches:
        call_worker(visit.request)
    return taken


def answer_taken(visit: Visit, taken: Taken) -> Response | None:
    """Return the page to look at next; None where nothing was taken in, which the asking page says itself."""
    if not taken.batches:
        return None
    if len(taken.batches) == 1 and not taken.refused:
        batch = taken.batches[0]
        known = batch.status not in {BatchStatus.RECEIVED, BatchStatus.REFUSED}
        return redirect_to(f"/department/batches/{batch.batch_id}{'?repeated=1' if known else ''}")
    return visit.page("department/received.html", {"batches": taken.batches, "refused": taken.refused})


def _keep_once(taken: Taken, batch: Batch) -> None:
    if all(one.batch_id != batch.batch_id for one in taken.batches):
        taken.batches.append(batch)


def _check_again(visit: Visit, batch: Batch, taken: Taken) -> None:
    """Check a file that was refused before; its page then says why it is refused again, or that it is stored."""
    try:
        check_refused_again(visit.office, [batch])
    except WarehouseBusy:
        message = "这个文件以前整体退回过，数据库正忙，这次还没有重新检查。"
        taken.refused.append((batch.file_name, WarehouseBusy(message, remedy="请稍后再报一次同一个文件。")))
