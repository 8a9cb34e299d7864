"""Workbooks (XLSX, XLS, ODS) to chunks of cells, with what Excel has done to them told and not hidden.

Before this module a received workbook; after it `recognise` and `check_rows`. The workbook is opened by a process of
its own (`sheet_child`), so that one made to exhaust memory ends that process and not the service. A code that Excel
stores as a number has lost its end or its leading zeros: such a cell is a fault, never turned back into digits. The
cells that a merged area covers are empty in the file: they are faults too, never filled from above. A formula counts by
its last value; one that ended in an error is a fault. Hidden rows, columns and sheets are read like the others, and
noted. Row numbers are the sheet's own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import polars as pl

import credit_service
from credit_service.errors import UnreadableFile
from credit_service.intake.parsed import (
    PREVIEW_ROWS,
    CellFault,
    Layout,
    ParsedChunk,
    Preview,
    PreviewRow,
    TableNote,
    chunk_schema,
)

MEMORY_BYTES: Final = 2 * 1024**3
"""Enough for some 500,000 rows of 29 columns; a text file of the same rows needs a tenth."""
CPU_SECONDS: Final = 180
_PACKAGE_ROOT: Final = Path(credit_service.__file__).parents[1]
_COMMAND: Final = (sys.executable, "-P", "-s", "-X", "utf8", "-m", "credit_service.intake.sheet_child")
_ALLOCATOR: Final = {"_RJEM_MALLOC_CONF": "retain:false,narenas:1"}
"""Memory that Polars has given back counts against the bound until the system has it back."""
_FAULTS: Final = {
    "password": ("文件设有密码，无法读取。", "请取消密码后另存一份再报送。"),
    "damaged": ("工作簿已损坏，无法读取。", "请用Excel或WPS打开原文件，修复后另存一份再报送。"),
    "memory": (
        "工作簿太大，或在离数据很远的行列误填了内容、合并了大片空白，读取它所需的内存或时间超出安全限度，没有读取。",
        "请把有内容的行复制到新建的空白工作簿；超过50万行的请拆成几个文件，或另存为“CSV UTF-8”后报送。",
    ),
}


class WorkbookReader:
    """Reads one received workbook.

    Raises:
        UnreadableFile: The workbook is damaged, needs a password, or would take too much memory or time.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._child: _Child | None = None
        self._first_sheet = ""
        self.estimated_rows = 0

    def previews(self) -> tuple[Preview, ...]:
        """Return the first rows of every sheet that has any, hidden sheets included.

        Raises:
            UnreadableFile: The workbook, or one of its sheets, cannot be read.
        """
        previews = []
        self.estimated_rows = 0
        for told in self._ask({"previews": PREVIEW_ROWS}):
            rows = tuple(PreviewRow(at, at, tuple(cells)) for at, cells in enumerate(told["rows"], start=1))
            previews.append(Preview(told["sheet"], "", rows))
            self.estimated_rows += told["height"]
        return tuple(previews)

    def chunks(self, layout: Layout) -> Iterator[ParsedChunk]:
        """Yield the rows of one sheet after its header, at most 20,000 at a time."""
        self._first_sheet = self._first_sheet or layout.sheet
        question = {
            "sheet": layout.sheet,
            "header_row": layout.header_row,
            "width": len(layout.header),
            "code_columns": sorted(layout.code_columns),
            "with_workbook": layout.sheet == self._first_sheet,
        }
        notes: tuple[TableNote, ...] = ()
        for told in self._ask(question):
            if "notes" in told:
                notes = tuple(TableNote(*note) for note in told["notes"])
                continue
            frame = pl.read_ipc_stream(told["rows"])
            faults = tuple(CellFault(*fault) for fault in told["faults"])
            yield ParsedChunk(layout.sheet, frame, blank=told["blank"], cells=faults, notes=notes)
            notes = ()
        if notes:
            yield ParsedChunk(layout.sheet, pl.DataFrame(schema=chunk_schema(len(layout.header))), notes=notes)

    def _ask(self, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the answers of the process; one that is not heard to the end takes the process with it."""
        child = self._child or _Child(self._path)
        self._child = None
        for told in child.ask(question):
            if "fault" in told:
                child.stop()
                message, remedy = _FAULTS[told["fault"]]
                raise UnreadableFile(message, remedy=remedy)
            if "end" in told:
                self._child = child
                return
            yield told


class _Child:
    """The process that has the workbook open; it ends with this object."""

    def __init__(self, path: Path) -> None:
        process = subprocess.Popen(  # noqa: S603 - our own command; the path travels on standard input.
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(_PACKAGE_ROOT), **_ALLOCATOR},
            cwd="/",
        )
        self._process = process
        self.stop = weakref.finalize(self, _end, process)
        self._stdin, self._stdout = _pipes(process)
        self._send({"path": str(path.resolve()), "memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS})

    def ask(self, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield what the process answers; when a bound ends it over the question, that it was too much.

        Raises:
            RuntimeError: It ended by an error of its own: that is a bug, and no fault of the workbook.
        """
        self._send(question)
        while (line := self._stdout.readline()).endswith(b"\n"):
            told = json.loads(line)
            if "bytes" in told:
                told["rows"] = self._stdout.read(told["bytes"])
            yield told
            if "end" in told or "fault" in told:
                return
        if self._process.wait() > 0:
            message = f"sheet_child ended with {self._process.returncode}"
            raise RuntimeError(message)
        yield {"fault": "memory"}

    def _send(self, told: dict[str, Any]) -> None:
        try:
            self._stdin.write(json.dumps(told).encode() + b"\n")
            self._stdin.flush()
        except BrokenPipeError:
            # It has died already; the answer, which will not come, says so.
            return


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if process.stdin is None or process.stdout is None:
        message = "the process was started without pipes"
        raise AssertionError(message)
    return process.stdin, process.stdout


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    for pipe in _pipes(process):
        try:
            pipe.close()
        except BrokenPipeError:
            continue
    process.wait()
