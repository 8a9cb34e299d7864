"""What runs inside the sandbox: one query, one process, nothing else.

`sandbox` starts this file as a script in an isolated interpreter (``python -I``), writes one JSON request to its
standard input and reads one JSON answer from its standard output. The order is the point: first the limits of the
kernel, then (where bubblewrap has not already done it) Landlock and a network of its own, and only then DuckDB, because
Landlock binds only threads started after it. The file imports nothing of the service: the sandbox cannot see it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
from datetime import date, datetime, time
from typing import Any

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVS = 38
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_READ = 0b1101  # execute, read file, read directory
_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache")
# DuckDB asks how much memory and how many cores it has, and breaks when it can see these files but not open them.
_MACHINE = ("/proc/self/cgroup", "/proc/meminfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system/cpu")


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def landlock_version() -> int:
    """Return the Landlock interface of the kernel; 0 where there is none."""
    libc = ctypes.CDLL(None, use_errno=True)
    return max(int(libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)), 0)


def restrict_with_landlock(readable: list[str]) -> None:
    """Forbid everything but reading beneath some paths, and TCP altogether; for this thread and all it starts.

    Raises:
        OSError: The kernel refused; the query must not run then.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = landlock_version()
    _require(version >= 4 and libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
    # A network of one's own stops UDP too, which Landlock does not; where it is not to be had, TCP alone is stopped.
    with contextlib.suppress(AttributeError):
        _ = libc.unshare(_NEW_NET) == 0 or libc.unshare(_NEW_USER | _NEW_NET) == 0
    rights = (1 << (16 if version >= 5 else 15)) - 1
    attributes = _Ruleset(rights, 0b11, 0b11 if version >= 6 else 0)
    size = ctypes.sizeof(_Ruleset) if version >= 6 else 16
    ruleset = int(libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0))
    _require(ruleset >= 0)
    for path in readable:
        _allow_reading(libc, ruleset, path)
    _require(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    os.close(ruleset)


def _allow_reading(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    access = _READ if os.path.isdir(path) else _READ & ~0b1000  # noqa: PTH112 - pathlib would be the only use of it here
    rule = _PathBeneath(access, handle)
    _require(libc.syscall(_ADD_RULE, ruleset, 1, ctypes.byref(rule), 0) == 0)
    os.close(handle)


def _require(condition: bool) -> None:  # noqa: FBT001 - reads as a sentence
    if not condition:
        raise OSError(ctypes.get_errno(), "landlock")


def _limit(limits: dict[str, int]) -> None:
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 48),
        (resource.RLIMIT_DATA, limits["data_mb"] * 2**20),
    ):
        resource.setrlimit(kind, (value, value))
    # The soft limit ends the process; the hard one, a second later, cannot be caught at all.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"] + 1))
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)


def _run(request: dict[str, Any]) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415 - after Landlock, which binds only threads started later

    limits = request["limits"]
    try:
        with duckdb.connect(request["snapshot"], read_only=True) as connection:
            for setting in (
                "SET temp_directory = ''",
                f"SET memory_limit = '{int(limits['memory_mb'])}MB'",
                "SET threads = 1",
                "SET autoinstall_known_extensions = false",
                "SET autoload_known_extensions = false",
                "SET allow_community_extensions = false",
                "SET enable_external_access = false",
                "SET lock_configuration = true",
            ):
                connection.execute(setting)
            _hide(connection, request["hidden"])
            answer = connection.execute(request["sql"])
            columns = [str(column[0]) for column in answer.description or ()]
            return {"columns": columns, **_fetch(answer, limits)}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"error": "memory", "message": ""}
    except duckdb.Error as fault:
        # The first paragraph says what is wrong; what follows repeats the query, or shows a stack of this program.
        paragraph = str(fault).split("\n\n", maxsplit=1)[0].split("Traceback", maxsplit=1)[0]
        return {"error": "sql", "message": " ".join(paragraph.split())[:500]}


def _hide(connection: Any, hidden: dict[str, list[str]]) -> None:  # noqa: ANN401 - DuckDB is not imported at the top
    """Put a view before each table of which some rows may not be seen any more; the query finds the view first."""
    (database,) = connection.execute("SELECT current_database()").fetchone()
    literal = str(database).replace('"', '""')
    for table, ids in hidden.items():
        (key, *_), *_ = connection.execute(f'DESCRIBE "{literal}".main."{table}"').fetchall()
        connection.execute(f'CREATE TEMP TABLE "hidden_{table}" AS SELECT unnest(CAST($1 AS VARCHAR[])) AS id', [ids])
        connection.execute(
            f'CREATE TEMP VIEW "{table}" AS SELECT * FROM "{literal}".main."{table}"'  # noqa: S608 - our own names
            f' WHERE "{key}" NOT IN (SELECT id FROM temp."hidden_{table}")'
        )


def _fetch(answer: Any, limits: dict[str, int]) -> dict[str, Any]:  # noqa: ANN401 - DuckDB is not imported at the top
    rows: list[list[Any]] = []
    size = 0
    while len(rows) < limits["rows"]:
        row = answer.fetchone()
        if row is None:
            return {"rows": rows, "truncated": False}
        plain = [_to_plain(value) for value in row]
        size += len(json.dumps(plain, ensure_ascii=False).encode())
        if size > limits["answer_bytes"]:
            return {"rows": rows, "truncated": True}
        rows.append(plain)
    return {"rows": rows, "truncated": answer.fetchone() is not None}


def _to_plain(value: object) -> object:
    """Return what JSON can hold: decimals as text, so that no digit is lost."""
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and value - value == 0):
        return value
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): _to_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else str(value)


def main() -> None:
    """Read the request, close the doors, run the query, write the answer."""
    request = json.load(sys.stdin)
    _limit(request["limits"])
    if request["landlock"]:
        here = os.path.dirname(request["snapshot"])  # noqa: PTH120 - pathlib would be the only use of it here
        # DuckDB 2.0 aborts when it may see the file but not its directory.
        restrict_with_landlock([*_SYSTEM, *_MACHINE, sys.prefix, sys.base_prefix, here])
    try:
        answer = _run(request)
    except MemoryError:
        answer = {"error": "memory", "message": ""}
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    main()
