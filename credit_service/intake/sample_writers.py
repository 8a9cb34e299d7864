"""Writers of generated samples: blocks of rows to a CSV, XLSX or JSONL file, one block in memory at a time.

Before this module come blocks from `generate_sample`; after it a file such as a department sends. A writer knows where
a row ends up (line, or sheet and row) and makes the two faults that exist only in a file: a line with a column too
many, and a code that Excel stored as a number. It reads nothing back and never changes a value.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import polars as pl

    from credit_service.intake.sample_faults import PlantedFault

FIXED_INSTANT = datetime(2026, 9, 30, tzinfo=UTC).replace(tzinfo=None)
"""Written into workbooks instead of the hour of their making, so that equal contents are equal bytes."""
SHEET_ROWS = 1_048_575
"""Data rows on one sheet: Excel's limit less the header."""
EXTRA_CELL = ",多余内容"


@dataclass(frozen=True)
class Place:
    """Where the clerk sees a row: the line of a text file, or the row of a sheet; headers are counted."""

    row: int
    sheet: str = ""


class SampleWriter(Protocol):
    """Takes blocks in order."""

    def append(self, frame: pl.DataFrame, faults: Sequence[PlantedFault]) -> None:
        """Write the rows of one block."""

    def place(self, index: int) -> Place:
        """Return where the data row with this number, counted from 0, is found in the file."""


@contextmanager
def open_csv(target: Path, encoding: str) -> Iterator[SampleWriter]:
    """Write a CSV file with CRLF line ends; ``encoding`` as Python names it (utf-8, utf-8-sig, gb18030)."""
    with target.open("wb") as stream:
        yield _CsvWriter(stream, encoding)


@contextmanager
def open_jsonl(target: Path) -> Iterator[SampleWriter]:
    """Write one JSON object a line, headers as keys, blank cells as null."""
    with target.open("wb") as stream:
        yield _JsonlWriter(stream)


@contextmanager
def open_xlsx(target: Path) -> Iterator[SampleWriter]:
    """Write a workbook row by row; past Excel's limit it goes on on a further sheet."""
    workbook = xlsxwriter.Workbook(str(target), {"constant_memory": True})
    workbook.set_properties({"created": FIXED_INSTANT, "author": "测试数据生成器"})
    try:
        yield _XlsxWriter(workbook)
    finally:
        workbook.close()


class _CsvWriter:
    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._has_header = False

    def append(self, frame: pl.DataFrame, faults: Sequence[PlantedFault]) -> None:
        text = frame.write_csv(include_header=not self._has_header, line_terminator="\r\n")
        ragged = [fault.index for fault in faults if fault.rule == "ragged-line"]
        if ragged:
            lines = text.split("\r\n")
            for index in ragged:
                lines[index + (not self._has_header)] += EXTRA_CELL
            text = "\r\n".join(lines)
        # The byte order mark belongs to the file, not to each block.
        encoding = "utf-8" if self._has_header and self._encoding == "utf-8-sig" else self._encoding
        self._stream.write(text.encode(encoding))
        self._has_header = True

    def place(self, index: int) -> Place:
        return Place(index + 2)


class _JsonlWriter:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def append(self, frame: pl.DataFrame, faults: Sequence[PlantedFault]) -> None:
        del faults
        frame.write_ndjson(self._stream)

    def place(self, index: int) -> Place:
        return Place(index + 1)


class _XlsxWriter:
    def __init__(self, workbook: xlsxwriter.Workbook) -> None:
        self._workbook = workbook
        self._bold = workbook.add_format({"bold": True})
        self._written = 0

    def append(self, frame: pl.DataFrame, faults: Sequence[PlantedFault]) -> None:
        numbers = {(fault.index, fault.column) for fault in faults if fault.rule == "number-cell"}
        for index, values in enumerate(frame.iter_rows()):
            if self._written % SHEET_ROWS == 0:
                self._start_sheet(frame.columns)
            line = self._written % SHEET_ROWS + 1
            for place, value in enumerate(values):
                if not value:
                    continue
                if numbers and (index, frame.columns[place]) in numbers:
                    self._sheet.write_number(line, place, int(value))
                else:
                    self._sheet.write_string(line, place, value)
            self._written += 1

    def _start_sheet(self, headers: Sequence[str]) -> None:
        self._sheet = self._workbook.add_worksheet(self._sheet_name(self._written))
        for place, header in enumerate(headers):
            self._sheet.write_string(0, place, header, self._bold)

    def place(self, index: int) -> Place:
        return Place(index % SHEET_ROWS + 2, self._sheet_name(index))

    @staticmethod
    def _sheet_name(index: int) -> str:
        return f"数据{index // SHEET_ROWS + 1}"
