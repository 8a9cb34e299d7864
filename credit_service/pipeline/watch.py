"""A watched folder: files that have stopped growing are received, stored, and moved to where their sender finds them.

Before it another system or a clerk puts files into the folder, or into a subfolder named after an agency's code; after
it each lies in ``已入库``, ``待确认`` or ``退回`` beside a report that says what to do next. A file is moved only after
the ledger has its batch and the batch is settled. A crash before that leaves the file where it was; it is received
again as the same batch, so nothing is lost and nothing is stored twice. The name a file is moved to holds its batch
number: the same name twice never overwrites another file.

Folders are looked at again and again; nothing is asked of the file system that a network share would not answer.
"""

from __future__ import annotations

import fcntl
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from credit_service.domain.agency import Actor, Role
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import AccessError, CreditServiceError, PathUnusable, StorageError, SubmissionError
from credit_service.pipeline.batch_life import withdraw_batch
from credit_service.pipeline.ingest import store_received
from credit_service.pipeline.office import Office
from credit_service.pipeline.receive import Receipt, Submission, receive_submission
from credit_service.pipeline.watch_report import RESULT_FOLDERS, WatchedResult, lay_out
from credit_service.pipeline.worker import WorkStopped, to_places

_LOG = structlog.get_logger(__name__)

LOCK = ".credit-watch.lock"
ACTOR = "watch"
UNFINISHED = (".part", ".tmp", ".temp", ".filepart", ".crdownload", ".download", ".partial", ".swp", ".lock")
"""Endings that programs give to files they are still writing."""

_F_SETSIG = 10
"""``F_SETSIG`` of Linux, which Python's ``fcntl`` does not name."""


@dataclass(frozen=True)
class FoundFile:
    """A file in the folder, as it was when it was looked at."""

    path: Path
    agency_code: str
    stamp: tuple[int, int, int]
    """Size, time of change, and number of the file itself: another file of the same name is another file."""


@dataclass
class WatchedFolder:
    """One folder and what is known of its files.

    Args:
        office: The stores.
        folder: The folder.
        agency_code: Whose files lie directly in it; None where only subfolders named by agency codes are read.
        write_workbook: Writes the marked workbook of a batch into a file.
    """

    office: Office
    folder: Path
    agency_code: str | None
    write_workbook: Callable[[str, Path], None]
    is_stopping: bool = False
    _seen: dict[Path, FoundFile] = field(default_factory=dict)
    _set_aside: dict[Path, tuple[int, int, int]] = field(default_factory=dict)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder's lock, so that only one watcher works in it; it falls with the process.

        Raises:
            UnknownAgency: The agency is not registered.
            PathUnusable: It is no folder, or another watcher works in it.
        """
        if not self.folder.is_dir():
            message = f"“{self.folder}”不是目录。"
            raise PathUnusable(message, remedy="请先建立该目录，并确认本程序可以读写。")
        if self.agency_code is not None:
            with self.office.ledger.reading() as uow:
                uow.agencies.get(self.agency_code)
        with (self.folder / LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                message = f"目录“{self.folder}”已有另一个 credit watch 在看守。"
                raise PathUnusable(message, remedy="一个目录只需要一个；请停止另一个，或换一个目录。") from fault
            yield

    def look(self) -> Iterator[WatchedResult]:
        """Look once: take every file that has not changed since the last look.

        Yields:
            What became of each file taken, in the order of agencies and names.
        """
        before, self._seen = self._seen, {found.path: found for found in self._find_files()}
        for found in list(self._seen.values()):
            if self.is_stopping:
                return
            is_settled = before.get(found.path) == found and not _is_being_written(found.path)
            if is_settled and self._set_aside.get(found.path) != found.stamp:
                with suppress(WorkStopped):
                    yield self._take(found)

    def _find_files(self) -> Iterator[FoundFile]:
        if self.agency_code is not None:
            yield from _list_files(self.folder, self.agency_code)
        with self.office.ledger.reading() as uow:
            codes = {agency.agency_code for agency in uow.agencies.list_all()}
        for child in sorted(self.folder.iterdir()):
            if child.name.upper() in codes and child.is_dir() and not child.is_symlink():
                yield from _list_files(child, child.name.upper())

    def _take(self, found: FoundFile) -> WatchedResult:
        result = WatchedResult(found.path, found.agency_code)
        submission = Submission(found.path, found.path.name, found.agency_code, ACTOR)
        try:
            receipt = receive_submission(self.office, submission)
            if _stamp(found.path) != found.stamp:
                self._take_back(found, receipt)
                return result
            result.refused.extend(receipt.refused)
            for batch in receipt.batches:
                self._store(batch, result)
            lay_out(result, self.write_workbook)
        except (SubmissionError, AccessError) as fault:
            result.refused.append((found.path.name, fault))
            lay_out(result, self.write_workbook)
        except (StorageError, FileNotFoundError, PermissionError) as fault:
            # The file stays where it is and is tried again at the next look.
            result.waits_for = fault if isinstance(fault, CreditServiceError) else _unreadable(found.path, fault)
        except WorkStopped:
            raise
        except Exception as fault:  # noqa: BLE001 - one file that trips a bug must not keep all others out.
            _LOG.error("watch.check_broke", kind=type(fault).__name__, where=to_places(fault))
            self._set_aside[found.path] = found.stamp
            result.waits_for = _broken(found.path)
        return result

    def _store(self, batch: Batch, result: WatchedResult) -> None:
        try:
            result.outcomes.append(store_received(self.office, batch, self._note))
        except (SubmissionError, AccessError) as fault:
            result.refused.append((batch.file_name, fault))

    def _note(self, _done: int, _total: int) -> None:
        if self.is_stopping:
            raise WorkStopped

    def _take_back(self, found: FoundFile, receipt: Receipt) -> None:
        """Take back what was received of a file that was still being written."""
        actor = Actor(ACTOR, "看守目录", found.agency_code, Role.SUBMITTER)
        for batch in receipt.batches:
            if batch.status is BatchStatus.RECEIVED:
                withdraw_batch(self.office, batch.batch_id, actor, "文件在接收时还在写入，写完后重新接收。")


def is_taken_later(name: str) -> bool:
    """Return whether a name says that the file is hidden, a program's own, or not finished."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def _list_files(folder: Path, agency_code: str) -> Iterator[FoundFile]:
    for name in RESULT_FOLDERS.values():
        (folder / name).mkdir(exist_ok=True)
    with os.scandir(folder) as entries:
        # A link could lead anywhere this program may read; only files that lie here are anybody's to hand in.
        names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
    for name in names:
        stamp = None if is_taken_later(name) else _stamp(folder / name)
        if stamp is not None:
            yield FoundFile(folder / name, agency_code, stamp)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _is_being_written(path: Path) -> bool:
    """Return whether a process of this machine has the file open for writing; False where the system cannot tell."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        # The lease is given back at once; should somebody come between, the signal is one that nobody minds.
        fcntl.fcntl(handle, _F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        os.close(handle)
    return False


def _unreadable(path: Path, fault: OSError) -> PathUnusable:
    message = f"文件“{path.name}”无法读取（{fault.strerror or fault}）。"
    return PathUnusable(message, remedy="请核对文件权限；能读取后会自动接收。")


def _broken(path: Path) -> PathUnusable:
    message = f"检查文件“{path.name}”时程序出现故障，文件留在原处。"
    return PathUnusable(message, remedy="其余文件照常处理。请把运行日志交给开发者；文件改动后会再试。")
