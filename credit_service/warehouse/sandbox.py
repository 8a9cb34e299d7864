"""An analyst's SQL, run where it can do no harm.

Three walls, each enough for what it is for: the snapshot holds only masked data; `sql_guard` reads the query before it
runs; and the query runs in a process of its own that sees nothing but Python and the snapshot, has no network, may
write no file, and is killed at its limits. DuckDB says itself that it knows no untrusted user, its memory limit does
not bind functions, and interrupting it is no timeout: only the end of a process is.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from threading import Timer
from types import MappingProxyType
from typing import Any, NoReturn

from credit_service.errors import QueryFailed, SandboxMissing
from credit_service.warehouse import sandbox_child
from credit_service.warehouse.snapshot_tables import TABLE_NAMES
from credit_service.warehouse.sql_guard import check_sql

_CHILD = Path(sandbox_child.__file__)
_PYTHON = ("-I", "-B", "-X", "utf8")
_INSIDE = Path("/sandbox")
_SLACK_BYTES = 200_000
"""Column names and brackets that come on top of the rows of an answer."""


@dataclass(frozen=True)
class SqlLimits:
    """What one query may cost and bring back."""

    rows: int = 1_000
    answer_bytes: int = 300_000
    cpu_seconds: int = 5
    wall_seconds: int = 10
    memory_mb: int = 256
    data_mb: int = 512
    """Bound of the process's data segment; DuckDB's own limit does not bind all of its functions."""


@dataclass(frozen=True)
class SqlResult:
    """The answer; decimals, dates and instants as text. ``truncated`` when there was more than the limits allow."""

    columns: list[str]
    rows: list[list[object]]
    truncated: bool
    elapsed_ms: int


def run_analyst_sql(  # noqa: PLR0913 - each one a bound of its own
    snapshot: Path,
    sql: str,
    limits: SqlLimits | None = None,
    *,
    require_os_sandbox: bool = True,
    kind: str | None = None,
    hidden: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> SqlResult:
    """Run one SELECT on a snapshot.

    Args:
        snapshot: The DuckDB file; `snapshot.get_snapshot` says which.
        sql: The query as the analyst wrote it.
        limits: Rows, bytes, time and memory.
        require_os_sandbox: Refuse where the machine offers none; every door of the service does.
        kind: The sandbox to use, by default the best there is.
        hidden: By table the rows that may not be seen any more since the snapshot was made, by its first column.

    Raises:
        SandboxMissing: The machine offers no sandbox.
        QueryRefused: The query uses something that is not allowed.
        QueryFailed: The query failed, or was ended at a limit.
    """
    kind = kind or sandbox_kind()
    if require_os_sandbox and kind == "none":
        message = "本机没有可用的操作系统沙箱，不能执行 SQL 查询。"
        raise SandboxMissing(
            message, remedy="请安装 bubblewrap（apt install bubblewrap），或使用支持 Landlock 的内核。"
        )
    check_sql(sql, TABLE_NAMES)
    limits = limits or SqlLimits()
    started = time.monotonic()
    answer = _ask_child(snapshot.resolve(), sql, limits, kind, hidden)
    elapsed_ms = round((time.monotonic() - started) * 1000)
    return SqlResult(answer["columns"], answer["rows"], answer["truncated"], elapsed_ms)


@lru_cache(maxsize=1)
def sandbox_kind() -> str:
    """Return the best sandbox of this machine: ``bwrap``, ``landlock`` or ``none``; tried, not assumed."""
    bwrap = shutil.which("bwrap")
    if bwrap is not None:
        command = [*_bwrap(bwrap, _CHILD), sys.executable, *_PYTHON, "-c", "pass"]
        tried = subprocess.run(command, env={}, check=False, capture_output=True, timeout=30)  # noqa: S603 - our own command
        if tried.returncode == 0:
            return "bwrap"
    return "landlock" if sys.platform == "linux" and sandbox_child.landlock_version() >= 4 else "none"


def _ask_child(
    snapshot: Path,
    sql: str,
    limits: SqlLimits,
    kind: str,
    hidden: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> dict[str, Any]:
    command, seen_at = _command(snapshot, kind)
    request = {"snapshot": str(seen_at), "sql": sql, "limits": asdict(limits), "landlock": kind == "landlock"}
    request["hidden"] = {name: list(ids) for name, ids in hidden.items()}
    process = subprocess.Popen(  # noqa: S603 - our own command; the query travels on standard input
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    watchdog = Timer(limits.wall_seconds, _kill, [process])
    watchdog.daemon = True
    watchdog.start()
    try:
        text = _exchange(process, json.dumps(request).encode(), limits.answer_bytes + _SLACK_BYTES)
    finally:
        watchdog.cancel()
        _kill(process)
    return _read_answer(text, process.returncode)


def _exchange(process: subprocess.Popen[bytes], request: bytes, most: int) -> bytes:
    """Return what the child answers; an answer that is longer than it may be ends it."""
    if process.stdin is None or process.stdout is None:
        message = "the child has no pipes"
        raise RuntimeError(message)
    with process.stdin as pipe, suppress(BrokenPipeError):
        pipe.write(request)
    with process.stdout as pipe:
        text = pipe.read(most)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=1)
    return text


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started: bubblewrap's own child dies with it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read_answer(text: bytes, code: int) -> dict[str, Any]:
    answer = _find_answer(text)
    if answer is None:
        # Bubblewrap reports a death by signal as 128 + its number, as shells do.
        if code in {-signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGXCPU, 128 + signal.SIGKILL}:
            _fail("运行超时，已被终止", "请缩小日期范围、减少连接的表或先汇总再连接。")
        _fail("占用内存过多或异常退出，已被终止", "请缩小范围或先汇总；如反复出现请联系系统管理员。")
    if answer.get("error") == "memory":
        _fail("占用内存超过上限", "请缩小范围，先汇总再排序或连接。")
    if answer.get("error"):
        _fail(f"执行出错：{answer['message']}", "请按提示改正，表和列的名称见页面上的表清单。")
    return answer


def _find_answer(text: bytes) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return answer


def _fail(what: str, remedy: str) -> NoReturn:
    message = f"查询没有完成：{what}。"
    raise QueryFailed(message, remedy=remedy)


def _command(snapshot: Path, kind: str) -> tuple[list[str], Path]:
    """Return the command of the child and where it sees the snapshot."""
    bwrap = shutil.which("bwrap") if kind == "bwrap" else None
    if bwrap is None:
        return [sys.executable, *_PYTHON, str(_CHILD)], snapshot
    child = str(_INSIDE / _CHILD.name)
    return [*_bwrap(bwrap, snapshot), sys.executable, *_PYTHON, child], _INSIDE / "snapshot.duckdb"


def _bwrap(bwrap: str, snapshot: Path) -> list[str]:
    """Return bubblewrap's part: an empty root with Python and the snapshot in it, read only, and no network."""
    shown = {Path("/usr"), Path(sys.prefix), Path(sys.base_prefix)}
    binds = [argument for path in sorted(shown) for argument in ("--ro-bind", str(path), str(path))]
    for name in ("/lib", "/lib64"):
        link = Path(name)
        if link.is_symlink():
            binds += ["--symlink", str(link.readlink()), name]
        elif link.is_dir():
            binds += ["--ro-bind", name, name]
    return [
        bwrap,
        *("--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
        *binds,
        *("--ro-bind", str(_CHILD), str(_INSIDE / _CHILD.name)),
        *("--ro-bind", str(snapshot), str(_INSIDE / "snapshot.duckdb")),
        *("--remount-ro", "/", "--chdir", str(_INSIDE), "--"),
    ]
