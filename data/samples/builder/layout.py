"""How a sample file looks: its rows, what is wrong with them, and the writers for each format departments use."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

Cell = str | int | float | date | None
Row = dict[str, Cell]
FIXED_INSTANT = datetime(2026, 9, 30, tzinfo=UTC).replace(tzinfo=None)


@dataclass
class Batch:
    """One file: rows under the template's headers, the faults in them, and what intake must answer."""

    file: str
    """Path below data/samples."""
    agency: str
    """Short name of the sending agency."""
    template: str
    headers: list[str]
    note: str
    rows: list[Row] = field(default_factory=list)
    faults: list[tuple[int, str, str]] = field(default_factory=list)
    """Index of the row, column, rule."""
    encoding: str = "utf-8-sig"
    written: dict[str, str] = field(default_factory=dict)
    """Headers that the clerk spelled otherwise."""
    titles: list[str] = field(default_factory=list)
    """Lines above the header."""
    merged: list[tuple[int, int, str]] = field(default_factory=list)
    """First row index, last row index, header of merged cells."""
    error: str = ""
    """Code of the error that refuses the whole file."""
    raw: bytes | None = None
    """Bytes to write instead, where the file is no table."""

    def add(self, *rows: Row) -> None:
        """Append rows in the order of the file."""
        self.rows.extend(rows)

    def spoil(self, index: int, column: str, rule: str, value: Cell) -> None:
        """Put one fault into a row."""
        self.rows[index] = {**self.rows[index], column: value}
        self.faults.append((index, column, rule))

    def repeat(self, index: int, column: str) -> None:
        """Append the same row again, as happens when two clerks paste into one file."""
        self.rows.append(dict(self.rows[index]))
        self.faults.append((len(self.rows) - 1, column, "duplicate-in-file"))

    @property
    def first_row(self) -> int:
        """Line or sheet row of the first data row, as the clerk sees it."""
        return 1 if self.file.endswith(".jsonl") else len(self.titles) + 2

    @property
    def rejected(self) -> int:
        """Rows that must be refused."""
        return len({index for index, _, _ in self.faults})

    def expected(self) -> list[dict[str, object]]:
        """Return the faults as intake must report them, in file order."""
        return [
            {"row": self.first_row + index, "column": column, "rule": rule}
            for index, column, rule in sorted(self.faults)
        ]


def write_batch(batch: Batch, samples: Path) -> None:
    """Write the file of a batch below ``samples``."""
    target = samples / batch.file
    target.parent.mkdir(parents=True, exist_ok=True)
    if batch.raw is not None:
        target.write_bytes(batch.raw)
    elif target.suffix == ".csv":
        target.write_bytes(to_csv(batch).encode(batch.encoding))
    elif target.suffix == ".jsonl":
        target.write_bytes(_to_jsonl(batch).encode())
    else:
        _write_xlsx(batch, target)


def to_csv(batch: Batch) -> str:
    """Return the batch as CSV text with the line ends that Excel writes."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for title in batch.titles:
        writer.writerow([title] + [""] * (len(batch.headers) - 1))
    writer.writerow([batch.written.get(header, header) for header in batch.headers])
    ragged = {index for index, _, rule in batch.faults if rule == "ragged-line"}
    for index, row in enumerate(batch.rows):
        extra = ["多余内容"] if index in ragged else []
        writer.writerow([_as_text(row.get(header)) for header in batch.headers] + extra)
    return buffer.getvalue()


def _to_jsonl(batch: Batch) -> str:
    lines = (
        json.dumps(
            {batch.written.get(header, header): _as_text(row.get(header)) for header in batch.headers},
            ensure_ascii=False,
        )
        for row in batch.rows
    )
    return "\n".join(lines) + "\n"


def _write_xlsx(batch: Batch, target: Path) -> None:
    workbook = xlsxwriter.Workbook(str(target))
    workbook.set_properties({"created": FIXED_INSTANT, "author": "测试数据"})
    sheet = workbook.add_worksheet("Sheet1")
    bold = workbook.add_format({"bold": True, "align": "center", "valign": "vcenter", "text_wrap": True})
    for line, title in enumerate(batch.titles):
        sheet.merge_range(line, 0, line, len(batch.headers) - 1, title, bold)
    for place, header in enumerate(batch.headers):
        sheet.write_string(len(batch.titles), place, batch.written.get(header, header), bold)
        sheet.set_column(place, place, max(12, min(2 * len(header), 30)))
    day = workbook.add_format({"num_format": "yyyy/mm/dd"})
    covered = set(_covered(batch))
    for index, row in enumerate(batch.rows):
        for place, header in enumerate(batch.headers):
            if (index, header) not in covered:
                _write_cell(sheet, (len(batch.titles) + 1 + index, place), row.get(header), day)
    for first, last, header in batch.merged:
        place, top = batch.headers.index(header), len(batch.titles) + 1
        sheet.merge_range(top + first, place, top + last, place, _as_text(batch.rows[first].get(header)))
    sheet.freeze_panes(len(batch.titles) + 1, 0)
    workbook.close()


def _covered(batch: Batch) -> Iterable[tuple[int, str]]:
    for first, last, header in batch.merged:
        for index in range(first, last + 1):
            yield index, header


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, at: tuple[int, int], value: Cell, day: xlsxwriter.format.Format
) -> None:
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(*at, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001 - Excel has no zones.
    elif isinstance(value, int | float):
        sheet.write_number(*at, value)
    else:
        sheet.write_string(*at, value)


def _as_text(value: Cell) -> str:
    if value is None:
        return ""
    return f"{value:%Y/%m/%d}" if isinstance(value, date) else str(value)
