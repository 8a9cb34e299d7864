"""Reads hostile files as the service would, in a process that cannot take the machine with it.

Started with the names of the cases on standard input; answers one line of JSON for each. A case that takes too long is
told as such, one that takes too much memory ends the process, which the parent tells of the case it was at.
"""

from __future__ import annotations

import hashlib
import json
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import ReceivedFile
from credit_service.errors import SubmissionError
from credit_service.intake.archive import unpack_archive
from credit_service.intake.read_batch import CheckContext, CheckedChunk, open_batch
from credit_service.intake.receive import receive_file
from hostile.case import Case
from hostile.corpus import CASES
from hostile.tables import make_uscc, templates

MEMORY_BYTES = 3 * 1024**3
CASE_SECONDS = 60
CONTEXT = CheckContext(
    Agency(make_uscc(1, "11990101"), "测试市市场监督管理局（测试）", "市场监管局", "990101"),
    date(2026, 11, 2),
    frozenset({f"C{number:02d}" for number in range(1, 14)}),
    (("信访", "信访未经立法不得纳入信用记录", "测试来源"),),
    (("血型", "禁止采集血型信息", "测试来源"),),
)


def judge(case: Case, directory: Path) -> dict[str, object]:
    """Return what becomes of a case."""
    source, inbox = directory / "source", directory / "inbox"
    case.write(source)
    with source.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    _forget_peak()
    started = time.monotonic()
    outcome = _receive_and_read(source, case.file_name, inbox)
    left = [path.name for path in inbox.rglob("*") if path.is_file()] if inbox.exists() else []
    return {
        "case": case.name,
        "outcome": outcome,
        "sha256": digest,
        "seconds": round(time.monotonic() - started, 2),
        "peak_mb": _peak_mb(),
        "left_over": [name for name in left if name.startswith(".")],
        "kept": len(left),
    }


def _receive_and_read(source: Path, file_name: str, inbox: Path) -> object:
    try:
        received = receive_file(source, file_name, inbox)
    except SubmissionError as fault:
        return {"receive": told(fault)}
    if received.kind != "zip":
        return _read(received)
    try:
        unpacked = unpack_archive(received, inbox)
    except SubmissionError as fault:
        return {"unpack": told(fault)}
    return {
        "members": [[one.file_name, _read(one)] for one in unpacked.files],
        "refused": [[one.file_name, told(one.fault)] for one in unpacked.refused],
    }


def _read(received: ReceivedFile) -> object:
    """Return the counts and what was found, chunk after chunk, as the service stores it."""
    counts: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    try:
        for chunk in open_batch(received, templates(), CONTEXT).chunks():
            _check(chunk)
            counts.update(rows=chunk.rows, accepted=chunk.accepted_rows, rejected=chunk.rejected, blank=chunk.blank)
            rules.update(dict(chunk.findings.group_by("rule").len().iter_rows()))
    except SubmissionError as fault:
        return {"open": told(fault)}
    return {
        "rows": [counts["rows"], counts["accepted"], counts["rejected"], counts["blank"]],
        "rules": dict(sorted(rules.items())),
    }


def _check(chunk: CheckedChunk) -> None:
    assert chunk.rows == chunk.accepted_rows + chunk.rejected + chunk.blank
    assert chunk.accepted.height == chunk.accepted_rows
    errors = chunk.findings.filter(pl.col("severity") == "error")
    assert errors.select("row", "sheet").n_unique() == chunk.rejected, "a rejected row without a reason"
    both = errors.join(chunk.accepted, on=["row", "sheet"], how="semi")
    assert both.is_empty(), "accepted in spite of an error"
    assert chunk.findings.is_empty() or chunk.findings["remedy"].str.len_chars().min() > 3
    chunk.findings.head(1_000).write_json()


def told(fault: SubmissionError) -> str:
    """Return the code and the first words of the message, which tell one refusal from another."""
    assert fault.message
    assert fault.remedy
    first = fault.message.replace("：", "，").replace("。", "，").split("，")[0]
    return f"{fault.code} {first[:40]}"


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak_mb() -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) // 1024
    return 0


def _stop(_signal: int, _frame: object) -> None:
    message = "the case took too long"
    raise TimeoutError(message)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, _stop)
    cases = {case.name: case for case in CASES}
    for line in sys.stdin:
        case = cases[line.strip()]
        signal.alarm(CASE_SECONDS)
        with tempfile.TemporaryDirectory() as directory:
            try:
                answer = judge(case, Path(directory))
            except Exception as fault:  # noqa: BLE001 - whatever is not a clear error is what the corpus is for.
                answer = {"case": case.name, "outcome": f"CRASH {type(fault).__name__}: {fault}"[:300]}
        signal.alarm(0)
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
