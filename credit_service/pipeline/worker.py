"""The queue: what was received is checked and stored, one batch after the other, in the order received.

Before it a door has put a file into the inbox and a ``received`` batch into the ledger; after it the batch is stored,
held or refused, as `ingest` decides. The ledger is the queue, so nothing is lost with the process: what was not
finished is still ``received`` and is taken up again. It decides nothing about rows.

One worker in a thread of the server and one in a process of its own may run side by side: `ingest.store_received` lets
one writer in at a time, and who comes second finds the work done.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from threading import Event, Lock, Thread

import structlog

from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import AccessError, CreditServiceError, StorageError, SubmissionError
from credit_service.pipeline.ingest import IngestOutcome, store_received
from credit_service.pipeline.office import Office

_LOG = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0
"""So often the ledger is asked for new batches where nobody calls."""
LONGEST_PAUSE_SECONDS = 30.0
"""So long at most the worker waits before it tries a busy or full store again."""
_BLINK_SECONDS = 0.2
"""So soon a waiting worker notices that it is to stop."""


class WorkPhase(StrEnum):
    """What is being done with a batch."""

    CHECKING = "checking"
    SETTLING = "settling"
    BROKEN = "broken"
    """The program failed at it; it waits for a mended version."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"checking": "正在逐行检查", "settling": "检查完毕，正在入库", "broken": "检查时程序出现故障"}[
            self.value
        ]


@dataclass(frozen=True)
class BatchProgress:
    """How far a batch in work is; ``total`` is an estimate, 0 where nobody knows."""

    phase: WorkPhase
    done: int = 0
    total: int = 0


class ProgressBoard:
    """How far each batch in work is; in the memory of this process, for its pages."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_batch: dict[str, BatchProgress] = {}

    def show(self, batch_id: str, progress: BatchProgress) -> None:
        """Write down how far a batch is."""
        with self._lock:
            self._by_batch[batch_id] = progress

    def find(self, batch_id: str) -> BatchProgress | None:
        """Return how far a batch is, or None where nobody in this process works on it."""
        with self._lock:
            return self._by_batch.get(batch_id)

    def clear(self, batch_id: str) -> None:
        """Forget a batch that is done."""
        with self._lock:
            self._by_batch.pop(batch_id, None)


@dataclass(frozen=True)
class WorkedBatch:
    """What became of one batch: an outcome, or why its file as a whole is refused, or neither where the check broke."""

    batch: Batch
    outcome: IngestOutcome | None = None
    refusal: CreditServiceError | None = None

    @property
    def is_broken(self) -> bool:
        """Whether the check ended in a fault of the program; the batch stays in the queue for a mended version."""
        return self.outcome is None and self.refusal is None

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit worker``."""
        if self.outcome is not None:
            told = self.outcome.to_dict()
            return {**told, "findings": self.outcome.findings.height}
        named: dict[str, object] = {"batch_id": self.batch.batch_id, "file": self.batch.file_name}
        if self.refusal is not None:
            return {**named, "status": BatchStatus.REFUSED.value, "error": self.refusal.to_dict()}
        return {**named, "status": BatchStatus.RECEIVED.value, "error": {"code": "internal_error"}}


class WorkStopped(Exception):
    """Not an error: carries the wish to stop out of a transaction that must roll back."""


class QueueWorker:
    """Works through the queue of one office.

    Args:
        office: The stores.
        board: Where progress is shown; a new one where none is given.
    """

    def __init__(self, office: Office, board: ProgressBoard | None = None) -> None:
        self.board = board or ProgressBoard()
        self._office = office
        self._called = Event()
        # A plain flag: a signal may set it at any instant, in the middle of a lock of ours too.
        self._is_stopping = False
        self._set_aside: set[str] = set()
        self._thread: Thread | None = None

    def call(self) -> None:
        """Say that something was received, so that the worker looks at once."""
        self._called.set()

    def stop(self) -> None:
        """Ask to stop: the batch in work is rolled back and stays in the queue. Safe in a signal's handler."""
        self._is_stopping = True

    def step(self) -> WorkedBatch | None:
        """Check and store the batch that waits longest; None where none waits.

        Raises:
            StorageError: A store is busy, full or damaged; the batch stays in the queue.
            WorkStopped: The worker was asked to stop in the middle.
        """
        waiting = [batch for batch in _list_waiting(self._office) if batch.batch_id not in self._set_aside]
        return self._work_on(waiting[0]) if waiting else None

    def drain(self) -> Iterator[WorkedBatch]:
        """Check and store batch after batch until none waits, or the worker is to stop.

        Raises:
            StorageError: As `step`.
        """
        try:
            while not self._is_stopping and (worked := self.step()) is not None:
                yield worked
        except WorkStopped:
            return

    def run(self, tell: Callable[[WorkedBatch], None] | None = None) -> None:
        """Work until asked to stop; a busy or full store is waited for.

        Args:
            tell: Called with each batch that was worked on.
        """
        pause = LOOK_EVERY_SECONDS
        while not self._is_stopping:
            try:
                worked = self.step()
            except WorkStopped:
                return
            except StorageError as fault:
                _LOG.warning("queue.waits", code=fault.code, seconds=pause)
                self._wait(pause, even_if_called=True)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
                continue
            pause = LOOK_EVERY_SECONDS
            if worked is None:
                self._wait(LOOK_EVERY_SECONDS)
            elif tell is not None:
                tell(worked)

    def start(self) -> None:
        """Work in a thread beside the caller's, until `stop_and_wait`."""
        self._thread = Thread(target=self.run, name="queue-worker", daemon=True)
        self._thread.start()

    def stop_and_wait(self, seconds: float = 30.0) -> None:
        """Stop the thread of `start` and wait for it; what it had in work is rolled back."""
        self.stop()
        if self._thread is not None:
            self._thread.join(timeout=seconds)

    def _work_on(self, batch: Batch) -> WorkedBatch:
        self.board.show(batch.batch_id, BatchProgress(WorkPhase.CHECKING))
        worked = self._store(batch)
        if worked.is_broken:
            self._set_aside.add(batch.batch_id)
            self.board.show(batch.batch_id, BatchProgress(WorkPhase.BROKEN))
        return worked

    def _store(self, batch: Batch) -> WorkedBatch:
        try:
            outcome = store_received(self._office, batch, lambda done, total: self._note(batch, done, total))
        except (SubmissionError, AccessError) as fault:
            # The ledger now says why the file as a whole is refused.
            return WorkedBatch(batch, refusal=fault)
        except (StorageError, WorkStopped):
            raise
        except Exception as fault:  # noqa: BLE001 - one file that trips a bug must not keep all others out.
            kind, where = type(fault).__name__, to_places(fault)
            _LOG.error("queue.check_broke", batch_id=batch.batch_id, kind=kind, where=where)
            return WorkedBatch(batch)
        finally:
            self.board.clear(batch.batch_id)
        return WorkedBatch(outcome.batch, outcome)

    def _note(self, batch: Batch, done: int, total: int) -> None:
        if self._is_stopping:
            raise WorkStopped
        phase = WorkPhase.SETTLING if total and done >= total else WorkPhase.CHECKING
        self.board.show(batch.batch_id, BatchProgress(phase, done, total))

    def _wait(self, seconds: float, *, even_if_called: bool = False) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_stopping and (left := deadline - time.monotonic()) > 0:
            if even_if_called:
                time.sleep(min(left, _BLINK_SECONDS))
            elif self._called.wait(min(left, _BLINK_SECONDS)):
                self._called.clear()
                return


def check_refused_again(office: Office, batches: Iterable[Batch]) -> None:
    """Check files that were refused as a whole and have been sent again, where they are: none goes back to the queue.

    Raises:
        WarehouseBusy: Another process holds the warehouse; they stay refused until they are sent once more.
    """
    for batch in batches:
        if batch.status is BatchStatus.REFUSED:
            # Refused again, the ledger says why.
            with suppress(SubmissionError, AccessError):
                store_received(office, batch)


def _list_waiting(office: Office) -> list[Batch]:
    """Return what is to be stored, oldest first: received batches, and released ones that could not be stored then."""
    with office.ledger.reading() as uow:
        received = uow.batches.list_in_order(BatchStatus.RECEIVED)
        held = uow.batches.list_in_order(BatchStatus.CHECKED)
    released = [batch for batch in held if batch.override_reason is not None]
    return sorted([*received, *released], key=lambda batch: batch.received_at)


def to_places(fault: BaseException) -> list[str]:
    """Return where a program failed, for the log; the text of a fault may hold what stood in a cell."""
    frames = traceback.extract_tb(fault.__traceback__)[-6:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in frames]
