"""The next chunk is made while the last one is stored.

Before this module `read_batch` makes checked chunks one after the other; after it the pipeline stores them. Reading and
checking keep one processor busy, normalising and storing another: Polars and DuckDB both leave the interpreter to
others while they work. To the one who takes the chunks it is the plain iterator: the same chunks in the same order, the
same exceptions at the same place, and when taking ends early, making ends too. It knows nothing of what a chunk is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import copy_context
from dataclasses import dataclass, field
from queue import SimpleQueue
from threading import Event, Semaphore, Thread
from typing import Final, Generic, TypeVar

T = TypeVar("T")
DEPTH: Final = 2
"""Chunks made and not yet taken, at most; each costs memory, and a third never waited for less time."""


@dataclass(frozen=True)
class _End:
    """No more chunks; ``fault`` says why where it was not the end of the file."""

    fault: BaseException | None = None


@dataclass(frozen=True)
class _Line(Generic[T]):
    """What the two threads share: finished chunks, room for more, and the wish to stop."""

    room: Semaphore
    finished: SimpleQueue[T | _End] = field(default_factory=SimpleQueue)
    stop: Event = field(default_factory=Event)


def read_ahead(chunks: Iterator[T], depth: int = DEPTH) -> Iterator[T]:
    """Yield the chunks, up to ``depth`` of them made in advance by a thread of their own.

    Args:
        chunks: Makes one chunk at each step; used by that thread alone, and closed by it.
        depth: How many chunks may be finished or in the making before they are asked for.

    The thread starts when the first chunk is asked for and has ended when the iterator is exhausted, has raised or was
    closed. Whoever leaves the loop early and wants the thread gone at once closes the iterator (`contextlib.closing`).

    Raises:
        BaseException: Whatever making a chunk raises, after the chunks before it, with its own traceback.
    """
    line: _Line[T] = _Line(Semaphore(depth))
    # A daemon, so that a process that ends in the middle of a batch does not wait for chunks that nobody takes.
    maker = Thread(target=copy_context().run, args=(_make, chunks, line), name="read-ahead", daemon=True)
    maker.start()
    try:
        while not isinstance(item := line.finished.get(), _End):
            line.room.release()
            yield item
            # The chunk is the taker's alone; kept here, it would cost its memory until the next one.
            del item
        if item.fault is not None:
            raise item.fault
    finally:
        line.stop.set()
        line.room.release()
        maker.join()


def _make(chunks: Iterator[T], line: _Line[T]) -> None:
    """Make chunks while there is room, and say how it ended."""
    fault: BaseException | None = None
    try:
        while line.room.acquire() and not line.stop.is_set():
            line.finished.put(next(chunks))
    except StopIteration:
        pass
    except BaseException as error:  # noqa: BLE001 - it is raised again, where the chunks are taken.
        fault = error
    try:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    except BaseException as error:  # noqa: BLE001 - as above.
        fault = fault or error
    line.finished.put(_End(fault))
