"""What a department gets back: its own workbook with the faults marked.

Before this module all findings of a batch; after it the clerk's desk. The workbook repeats the department's own rows at
their own row numbers, so that it can be mended and sent again; the findings in it are all findings, never a first
thousand. It checks nothing and changes no cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl
import xlsxwriter

from credit_service.domain.batch import Finding, FindingSeverity, ReceivedFile
from credit_service.domain.template import Template
from credit_service.intake.findings import to_findings
from credit_service.intake.parsed import Preview, Reader
from credit_service.intake.read_batch import open_reader
from credit_service.intake.recognise import Recognised, recognise_tables
from credit_service.intake.report_stamp import LIST_SHEET, make_stamp

LIST_HEADER: Final = ("行号", "工作表", "列", "原值", "规则", "级别", "说明", "建议")
_LIST_WIDTHS: Final = (8, 12, 28, 24, 20, 8, 60, 50)
SHEET_ROWS: Final = 1_048_576
LIST_ROWS: Final = SHEET_ROWS - 1
"""Findings one sheet holds below its header."""
ALL_ROWS_UP_TO: Final = 100_000
"""Above this only rows with findings are repeated, at their own row numbers, so that the workbook stays openable."""
MAX_COMMENTS: Final = 5_000
"""Excel grows slow with more comments; the cells beyond are red all the same, and the list has every finding."""
_WRAPPED: Final = {"text_wrap": True, "valign": "top"}
_FILLS: Final = {
    FindingSeverity.ERROR: "#FFC7CE",
    FindingSeverity.WARNING: "#FFEB9C",
    FindingSeverity.NOTE: "#DDEBF7",
}


@dataclass(frozen=True)
class ReportOrder:
    """What a report is about: a batch, its file and template, and everything found in it."""

    batch_id: str
    received: ReceivedFile
    template: Template
    findings: Sequence[Finding] | pl.DataFrame = field(repr=False)


def write_report_xlsx(order: ReportOrder, target: Path) -> None:
    """Write the department's own rows with faulty cells filled and commented, and the sheet 问题清单.

    Every cell is written as text, never as a formula or link, whatever it begins with. The list says which batch it
    reports on, so that the mended workbook, sent back, is known as its corrected copy.

    Raises:
        UnreadableFile: The file in the inbox is damaged.
        UnknownTemplate: The file is not of this template.
    """
    told = _as_findings(order.findings)
    reader = open_reader(order.received)
    previews = reader.previews()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(str(target), options) as workbook:
        _write_list(workbook, told, make_stamp(order.batch_id))
        marks = _Marks(workbook, told)
        for table in recognise_tables(previews, (order.template,)):
            _write_table(workbook, reader, table, marks)


def _as_findings(findings: Sequence[Finding] | pl.DataFrame) -> Sequence[Finding]:
    return to_findings(findings) if isinstance(findings, pl.DataFrame) else findings


def _write_list(workbook: Any, findings: Sequence[Finding], stamp: str) -> None:  # noqa: ANN401 - xlsxwriter has no types.
    """Write every finding; what one sheet cannot hold goes on in the next."""
    styles = (workbook.add_format({"bold": True, "bg_color": "#D9D9D9"}), workbook.add_format(_WRAPPED))
    for number, start in enumerate(range(0, max(len(findings), 1), LIST_ROWS), start=1):
        sheet = workbook.add_worksheet(LIST_SHEET if number == 1 else f"{LIST_SHEET}{number}")
        _write_list_sheet(sheet, findings[start : start + LIST_ROWS], stamp, styles)


def _write_list_sheet(sheet: Any, findings: Sequence[Finding], stamp: str, styles: tuple[Any, Any]) -> None:  # noqa: ANN401 - as above.
    bold, wrap = styles
    for column, (title, width) in enumerate(zip(LIST_HEADER, _LIST_WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, bold)
    sheet.write_string(0, len(LIST_HEADER), stamp)
    sheet.freeze_panes(1, 0)
    for place, finding in enumerate(findings, start=1):
        sheet.write_number(place, 0, finding.row, wrap)
        texts = (
            finding.sheet,
            finding.column,
            finding.value,
            finding.rule,
            finding.severity.label,
            finding.message,
            finding.remedy,
        )
        for column, text in enumerate(texts, start=1):
            sheet.write_string(place, column, text, wrap)


class _Marks:
    """Which cells of which rows are marked, and how."""

    def __init__(self, workbook: Any, findings: Sequence[Finding]) -> None:  # noqa: ANN401 - xlsxwriter has no types.
        self.formats = {
            severity: workbook.add_format({"bg_color": fill, "num_format": "@"}) for severity, fill in _FILLS.items()
        }
        self.plain = workbook.add_format({"num_format": "@"})
        self.by_row: dict[tuple[str, int], list[Finding]] = {}
        for finding in findings:
            self.by_row.setdefault((finding.sheet, finding.row), []).append(finding)
        self.comments = 0

    def find(self, sheet: str, row: int, header: str) -> tuple[Any, str]:
        """Return the format and the comment of one cell."""
        here = [f for f in self.by_row.get((sheet, row), ()) if f.column == header]
        if not here:
            return self.plain, ""
        worst = next(severity for severity in FindingSeverity if any(f.severity is severity for f in here))
        return self.formats[worst], "\n".join(f"{f.message}{f.remedy}" for f in here)

    def has_room(self) -> bool:
        """Return whether one more comment may be written, and count it."""
        self.comments += 1
        return self.comments <= MAX_COMMENTS


def _write_table(workbook: Any, reader: Reader, table: Recognised, marks: _Marks) -> None:  # noqa: ANN401 - as above.
    name = table.layout.sheet or "原表"
    sheet = workbook.add_worksheet(name if name != LIST_SHEET else f"{LIST_SHEET}（原表）")
    sheet.set_column(0, len(table.layout.header), 18)
    headers = {match.position: match.column.header for match in table.matches}
    _write_head(sheet, table.preview, table, marks)
    everything = reader.estimated_rows <= ALL_ROWS_UP_TO
    for row, cells in _own_rows(reader, table):
        if row > SHEET_ROWS or not (everything or (table.layout.sheet, row) in marks.by_row):
            continue
        if len(cells) == 1:
            # A line that could not be split into cells stands whole in the first cell.
            found, comment = marks.find(table.layout.sheet, row, "")
            _write_cell(sheet, (row - 1, 0), cells[0] or "", found, comment if marks.has_room() else "")
            continue
        for position, text in enumerate(cells):
            found, comment = marks.find(table.layout.sheet, row, headers.get(position, "\0"))
            if text or comment:
                _write_cell(
                    sheet, (row - 1, position), text or "", found, comment if comment and marks.has_room() else ""
                )


def _write_head(sheet: Any, preview: Preview, table: Recognised, marks: _Marks) -> None:  # noqa: ANN401 - as above.
    for row in preview.rows:
        if 0 < row.row <= table.layout.header_row:
            for position, text in enumerate(row.cells):
                if text:
                    found, comment = marks.find(table.layout.sheet, table.layout.header_row, text.strip())
                    _write_cell(sheet, (row.row - 1, position), text, found, comment)


def _own_rows(reader: Reader, table: Recognised) -> Iterator[tuple[int, tuple[str | None, ...]]]:
    """Yield the rows as received, in order; an unreadable line as one cell."""
    for chunk in reader.chunks(table.layout):
        lines = {fault.row: fault.text for fault in chunk.faults}
        rows: list[tuple[int, tuple[str | None, ...]]] = [(row[0], row[1:]) for row in chunk.frame.iter_rows()]
        rows += [(row, (text,)) for row, text in lines.items()]
        yield from sorted(rows, key=lambda item: item[0])


def _write_cell(sheet: Any, place: tuple[int, int], text: str, style: Any, comment: str) -> None:  # noqa: ANN401 - as above.
    sheet.write_string(*place, text[:32_767], style)
    if comment:
        sheet.write_comment(*place, comment[:2_000], {"x_scale": 2, "visible": False})
