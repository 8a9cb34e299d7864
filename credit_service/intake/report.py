"""What a department gets back: its own workbook with the faults marked.

Before this module all findings of a batch; after it the clerk's desk. The workbook repeats the department's own rows at
their own row numbers, so that it can be mended and sent again; the findings in it are all findings, never a first
thousand. It checks nothing and changes no cell.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import polars as pl
import xlsxwriter

from credit_service.domain.batch import Finding, FindingSeverity, ReceivedFile
from credit_service.domain.template import Template
from credit_service.intake.findings import finding_frame
from credit_service.intake.parsed import ParsedChunk, Reader
from credit_service.intake.read_batch import open_reader
from credit_service.intake.recognise import Recognised, recognise_tables
from credit_service.intake.report_stamp import LIST_SHEET, make_stamp
from credit_service.intake.sheet_xml import build_rows, fill_sheets, to_bytes

LIST_HEADER: Final = ("行号", "工作表", "列", "原值", "规则", "级别", "说明", "建议")
_LIST_WIDTHS: Final = (8, 12, 28, 24, 20, 8, 60, 50)
SHEET_ROWS: Final = 1_048_576
LIST_ROWS: Final = SHEET_ROWS - 1
"""Findings one sheet holds below its header."""
ALL_ROWS_UP_TO: Final = 100_000
"""Above this only rows with findings are repeated, at their own row numbers, so that the workbook stays openable."""
MAX_COMMENTS: Final = 5_000
"""Excel grows slow with more comments; the cells beyond are red all the same, and the list has every finding."""
PIECE_ROWS: Final = 50_000
"""Findings written at a time."""
_FILLS: Final = {
    FindingSeverity.ERROR: "#FFC7CE",
    FindingSeverity.WARNING: "#FFEB9C",
    FindingSeverity.NOTE: "#DDEBF7",
}
_LOOKS: Final = (
    *({"bg_color": fill, "num_format": "@"} for fill in _FILLS.values()),
    {"num_format": "@"},
    {"bold": True, "bg_color": "#D9D9D9"},
    {"text_wrap": True, "valign": "top"},
)
"""The styles of the workbook in the order of their numbers, from 1; the worst mark is the lowest."""
_MARK_STYLES: Final = {severity: style for style, severity in enumerate(_FILLS, start=1)}
_PLAIN_STYLE, _TITLE_STYLE, _WRAPPED_STYLE = 4, 5, 6
_LISTED: Final = ("row", "sheet", "column", "value", "rule", "severity", "message", "remedy")
_NO_COMMENTS: Final = pl.DataFrame(schema={"row": pl.Int64(), "position": pl.Int64(), "comment": pl.String()})
_Comments = dict[tuple[int, int], str]
"""By row, from 1, and column, from 0."""


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
    findings = order.findings if isinstance(order.findings, pl.DataFrame) else finding_frame(order.findings)
    reader = open_reader(order.received)
    tables = recognise_tables(reader.previews(), (order.template,))
    marks = _Marks(findings)
    lists = range(0, max(findings.height, 1), LIST_ROWS)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".report-") as folder:
        spools = [Path(folder) / str(number) for number in range(len(tables))]
        comments = []
        for table, spool in zip(tables, spools, strict=True):
            with spool.open("wb") as rows:
                comments.append(_write_table(rows, reader, table, marks))
        skeleton = Path(folder) / "skeleton.xlsx"
        _write_skeleton(skeleton, len(lists), tables, comments)
        sheets: dict[int, Iterator[bytes]] = {
            number: _list_rows(findings.slice(start, LIST_ROWS), make_stamp(order.batch_id))
            for number, start in enumerate(lists, start=1)
        }
        sheets |= {number: _read(spool) for number, spool in enumerate(spools, start=len(lists) + 1)}
        fill_sheets(skeleton, target, sheets)


def _write_skeleton(path: Path, lists: int, tables: Sequence[Recognised], comments: Sequence[_Comments]) -> None:
    """Write the workbook without its rows."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        styles = [workbook.add_format(look) for look in _LOOKS]
        for number in range(1, lists + 1):
            sheet = workbook.add_worksheet(LIST_SHEET if number == 1 else f"{LIST_SHEET}{number}")
            for column, style in enumerate(styles):
                # A style has its number from its first use on; the cell itself gives way to the rows.
                sheet.write_blank(0, column, None, style)
            for column, width in enumerate(_LIST_WIDTHS):
                sheet.set_column(column, column, width)
            sheet.freeze_panes(1, 0)
        for table, told in zip(tables, comments, strict=True):
            name = table.layout.sheet or "原表"
            sheet = workbook.add_worksheet(name if name != LIST_SHEET else f"{LIST_SHEET}（原表）")
            sheet.set_column(0, len(table.layout.header), 18)
            for (row, column), text in told.items():
                sheet.write_comment(row - 1, column, text[:2_000], {"x_scale": 2, "visible": False})


def _read(spool: Path) -> Iterator[bytes]:
    with spool.open("rb") as rows:
        while block := rows.read(1 << 20):
            yield block


def _list_rows(findings: pl.DataFrame, stamp: str) -> Iterator[bytes]:
    """Yield the rows of the list: its header, then the findings."""
    titles = dict(enumerate([*LIST_HEADER, stamp]))
    head = pl.DataFrame({"place": [1]})
    bold = {at: pl.lit(_TITLE_STYLE if at < len(LIST_HEADER) else 0) for at in titles}
    yield to_bytes(build_rows(head, {at: pl.lit(text) for at, text in titles.items()}, bold))
    labels = {severity.value: severity.label for severity in FindingSeverity}
    columns = {at: pl.col(name) for at, name in enumerate(_LISTED)}
    columns[_LISTED.index("severity")] = pl.col("severity").replace_strict(labels, return_dtype=pl.String)
    for start in range(0, findings.height, PIECE_ROWS):
        piece = findings.slice(start, PIECE_ROWS).with_row_index("place", start + 2)
        yield to_bytes(build_rows(piece, columns, dict.fromkeys(columns, pl.lit(_WRAPPED_STYLE))))


class _Marks:
    """Which cells of which rows are marked, and how.

    **Shape**: ``cells`` has ``sheet``, ``row``, ``column`` (the header), ``style`` and ``comment``.
    """

    def __init__(self, findings: pl.DataFrame) -> None:
        styles = {severity.value: style for severity, style in _MARK_STYLES.items()}
        self.cells = findings.group_by("sheet", "row", "column", maintain_order=True).agg(
            style=pl.col("severity").replace_strict(styles, return_dtype=pl.Int64).min(),
            comment=(pl.col("message") + pl.col("remedy")).str.join("\n"),
        )
        self.room = MAX_COMMENTS

    def of(self, sheet: str) -> pl.DataFrame:
        """Return the marks of one sheet."""
        return self.cells.filter(pl.col("sheet") == sheet)


def _write_table(rows: IO[bytes], reader: Reader, table: Recognised, marks: _Marks) -> _Comments:
    """Write the rows of one table, and return the comments on its cells."""
    told = marks.of(table.layout.sheet)
    comments = _write_head(rows, table, told)
    headers = {match.position: match.column.header for match in table.matches}
    everything = reader.estimated_rows <= ALL_ROWS_UP_TO
    for chunk in reader.chunks(table.layout):
        parts = [_own_rows(chunk, told, headers, everything=everything), _line_rows(chunk, told)]
        rows.write(to_bytes(pl.concat([part for part, _ in parts]).sort("place")["xml"]))
        for row, column, comment in sorted(one for _, part in parts for one in part.iter_rows()):
            if marks.room > 0:
                marks.room -= 1
                comments[row, column] = comment
    return comments


def _write_head(rows: IO[bytes], table: Recognised, told: pl.DataFrame) -> _Comments:
    """Write the rows down to the header, whose cells are marked by their own text."""
    last = table.layout.header_row
    marked = {column: (style, comment) for column, style, comment in _cells_of(told, last).iter_rows()}
    comments: _Comments = {}
    for row in table.preview.rows:
        if 0 < row.row <= last:
            found = {at: (text, marked.get(text.strip())) for at, text in enumerate(row.cells) if text}
            texts = {at: pl.lit(text) for at, (text, _) in found.items()}
            styles = {at: pl.lit(mark[0] if mark else _PLAIN_STYLE) for at, (_, mark) in found.items()}
            rows.write(to_bytes(build_rows(pl.DataFrame({"place": [row.row]}), texts, styles)))
            comments |= {(row.row, at): mark[1] for at, (_, mark) in found.items() if mark}
    return comments


def _cells_of(told: pl.DataFrame, row: int) -> pl.DataFrame:
    return told.filter(pl.col("row") == row).select("column", "style", "comment")


def _own_rows(
    chunk: ParsedChunk, told: pl.DataFrame, headers: Mapping[int, str], *, everything: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return rows as received, as XML by their number, and (row, column, comment) of their marked cells."""
    frame = chunk.frame.filter(pl.col("row") <= SHEET_ROWS)
    if not everything:
        frame = frame.join(told, on="row", how="semi")
    told = told.join(frame, on="row", how="semi")
    texts, styles, comments = {}, {}, [_NO_COMMENTS]
    for position in range(chunk.frame.width - 1):
        name = f"c{position}"
        texts[position] = pl.col(name)
        marked = told.filter(pl.col("column") == headers.get(position, "\0")).select("row", "style", "comment")
        frame = frame.join(
            marked.select("row", pl.col("style").alias(f"s{position}")), on="row", how="left", maintain_order="left"
        )
        is_filled = pl.col(name).str.len_bytes() > 0
        styles[position] = pl.coalesce(f"s{position}", pl.when(is_filled).then(pl.lit(_PLAIN_STYLE)))
        comments.append(marked.select("row", pl.lit(position, dtype=pl.Int64).alias("position"), pl.col("comment")))
    rows = build_rows(frame.rename({"row": "place"}), texts, styles)
    return pl.DataFrame({"place": frame["row"], "xml": rows}), pl.concat(comments)


def _line_rows(chunk: ParsedChunk, told: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return, like `_own_rows`, lines that could not be split into cells: each stands whole in the first cell."""
    lines = pl.DataFrame(
        [(fault.row, fault.text) for fault in chunk.faults if fault.row <= SHEET_ROWS],
        schema={"place": pl.Int64(), "text": pl.String()},
        orient="row",
    )
    marked = told.filter(pl.col("column") == "").select(pl.col("row").alias("place"), "style", "comment")
    lines = lines.join(marked, on="place", how="left", maintain_order="left")
    xml = build_rows(lines, {0: pl.col("text")}, {0: pl.col("style").fill_null(_PLAIN_STYLE)})
    told = lines.filter(pl.col("comment").is_not_null())
    comments = told.select(pl.col("place").alias("row"), pl.lit(0, dtype=pl.Int64).alias("position"), "comment")
    return pl.DataFrame({"place": lines["place"], "xml": xml}), comments
