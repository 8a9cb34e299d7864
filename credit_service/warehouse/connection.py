"""Opening the warehouse, and closing it again as soon as nobody needs it.

DuckDB lets one process at a time write a file. So the file is held only while a session is open: a second process
waits a few seconds and then says clearly that the warehouse is busy. Inside one process all sessions share one
instance. An instance that broke (disk full, damaged file) is dropped, and the next session opens a new one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock, RLock

import duckdb

from credit_service.errors import StorageError, StorageFull, WarehouseBusy, WarehouseDamaged
from credit_service.warehouse.apply_schema import apply_schema
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.session import Session

__all__ = ["Session", "Warehouse"]

_HOLDER = re.compile(r"PID (\d+)")
_NO_ROOM = ("No space left", "max_temp_directory_size")
_REBUILD = "请执行 credit rebuild，由收件箱和台账重建数据仓库（不会丢失数据）。"


class Warehouse:
    """The DuckDB file of an installation.

    Args:
        path: The file; made at the first opening.
        limits: Memory, threads and patience.
    """

    def __init__(self, path: Path, limits: WarehouseLimits | None = None) -> None:
        self._path = path
        self._limits = limits or WarehouseLimits()
        self._gate = Lock()
        self._writing = RLock()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._sessions: list[duckdb.DuckDBPyConnection] = []

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Open the warehouse for reading and writing.

        Yields:
            A session; it is of no use after the block.

        Raises:
            WarehouseBusy: Another process still holds the file after some seconds.
            SchemaDrift: The file was written by another version of the service.
            WarehouseDamaged: The file cannot be read, or broke while in use.
            StorageFull: The disk is full.
        """
        connection = self._borrow()
        try:
            yield Session(connection, self._writing, self._path, self._limits)
        except duckdb.Error as fault:
            translated = _translate(fault)
            if translated is None:
                raise
            self._drop_instance()
            raise translated from fault
        finally:
            self._give_back(connection)

    def discard(self) -> None:
        """Throw the file away, so that the next opening makes an empty one.

        Raises:
            WarehouseBusy: Another process or thread is using it.
        """
        with self._gate:
            if self._sessions:
                message = "数据仓库正在使用，不能清空。"
                raise WarehouseBusy(message, remedy="请停止正在进行的入库或评价后重试。")
            with suppress(WarehouseDamaged):
                # Whoever holds the lock would go on writing into a file without a name.
                self._connect().close()
            for leftover in (self._path, self._path.with_name(self._path.name + ".wal")):
                leftover.unlink(missing_ok=True)

    def _borrow(self) -> duckdb.DuckDBPyConnection:
        with self._gate:
            if self._instance is None:
                instance = self._connect()
                try:
                    apply_schema(instance)
                except BaseException:
                    instance.close()
                    raise
                self._instance = instance
            connection = self._instance.cursor()
            self._sessions.append(connection)
            return connection

    def _give_back(self, connection: duckdb.DuckDBPyConnection) -> None:
        with self._gate:
            _close(connection)
            if connection in self._sessions:
                self._sessions.remove(connection)
            if not self._sessions and self._instance is not None:
                _close(self._instance)
                self._instance = None

    def _drop_instance(self) -> None:
        """Close every connection: DuckDB hands out the broken instance as long as one of them is open."""
        with self._gate:
            for connection in [*self._sessions, *([self._instance] if self._instance else [])]:
                _close(connection)
            self._sessions.clear()
            self._instance = None

    def _connect(self) -> duckdb.DuckDBPyConnection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self._limits.lock_seconds
        pause = 0.02
        while True:
            try:
                return duckdb.connect(str(self._path), config=self._config())
            except duckdb.Error as fault:
                if "lock" not in str(fault):
                    translated = _translate(fault) or _damaged()
                    raise translated from fault
                if time.monotonic() + pause > deadline:
                    raise _busy(fault) from fault
            time.sleep(pause)
            pause = min(pause * 2, 0.5)

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{self._limits.memory_mb}MB",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        if self._limits.threads is not None:
            config["threads"] = self._limits.threads
        return config


def _translate(fault: duckdb.Error) -> StorageError | None:
    """Return the operator's error for a fault of the store; None for a fault of our SQL, which is a bug and crashes."""
    text = str(fault)
    if any(sign in text for sign in _NO_ROOM):
        message = "磁盘空间不足，数据没有写入。"
        return StorageFull(message, remedy="请清理磁盘后重试；已上传的文件不会丢失。")
    if isinstance(fault, duckdb.FatalException | duckdb.InternalException) or "database has been invalidated" in text:
        return _damaged()
    return None


def _damaged() -> WarehouseDamaged:
    message = "数据仓库文件损坏或无法读取。"
    return WarehouseDamaged(message, remedy=_REBUILD)


def _busy(fault: duckdb.Error) -> WarehouseBusy:
    holder = _HOLDER.search(str(fault))
    who = f"（进程号 {holder[1]}）" if holder else ""
    message = f"数据仓库正被另一个进程使用{who}。"
    return WarehouseBusy(message, remedy="请等它结束，或停止正在运行的 credit 命令后重试。")


def _close(connection: duckdb.DuckDBPyConnection) -> None:
    with suppress(duckdb.Error):
        connection.close()
