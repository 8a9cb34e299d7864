"""The governance table as a workbook an office can print and file: 治理统计表, 指数依据, 近六期, 明细, 说明.

Before it `governance` has counted and judged and `governance_table` named the columns. Numbers are numbers, and every
text is written as text, so that nothing a name contains can become a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from io import BytesIO

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.clock import SHANGHAI, legal_day
from credit_service.domain.score import POINT
from credit_service.lookup.governance import GovernanceBoard
from credit_service.lookup.governance_lines import GovernanceLine
from credit_service.lookup.governance_table import COLUMNS, list_headings
from credit_service.lookup.governance_words import (
    NO_FEEDBACK,
    NO_INDEX,
    explain_changes,
    list_definitions,
    say_formula,
    say_left_out,
    say_refusal,
)
from credit_service.lookup.quality_workbook import A3, A4, STATUS_LABELS, WIDEST_ON_A4, Imprint, count_lines

Cell = str | int | float


class _Book:
    """The workbook being written, with its looks of cells."""

    def __init__(self, board: GovernanceBoard, imprint: Imprint) -> None:
        self.board, self.imprint = board, imprint
        self.stream = BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(self.stream, options)
        self.title = f"{imprint.district}专项治理统计表（{board.period.label}）"
        made = imprint.made_at.astimezone(UTC).replace(tzinfo=None)
        self.book.set_properties({"title": self.title, "author": imprint.issuer, "created": made})
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "border_color": "#9AA5B1"}
        head = {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter", "bold": True}
        strong = {"bold": True, "bg_color": "#F7F3E3"}
        self.head = self.book.add_format(head)
        self.note = self.book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
        heading = {
            **base,
            "font_name": "黑体",
            "align": "center",
            "bg_color": "#E9EDF1",
            "bold": True,
            "text_wrap": True,
        }
        self.heading = self.book.add_format(heading)
        self.looks = {
            is_strong: {
                str: self.book.add_format({**base, "text_wrap": True, **(strong if is_strong else {})}),
                int: self.book.add_format(
                    {**base, "num_format": "#,##0", "align": "right", **(strong if is_strong else {})}
                ),
                float: self.book.add_format(
                    {**base, "num_format": "0.00", "align": "right", **(strong if is_strong else {})}
                ),
            }
            for is_strong in (False, True)
        }

    def add_sheet(self, name: str, title: str, columns: Sequence[tuple[str, float]]) -> Worksheet:
        """Add a sheet one page wide, across, with title, imprint and headings; rows follow from the fourth."""
        sheet = self.book.add_worksheet(name)
        for column, (_, width) in enumerate(columns):
            sheet.set_column(column, column, width)
        wide = sum(width for _, width in columns)
        sheet.set_landscape()
        sheet.set_paper(A3 if wide > WIDEST_ON_A4 else A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L{self.imprint.issuer.replace('&', '&&')}&C第 &P 页，共 &N 页")
        sheet.merge_range(0, 0, 0, len(columns) - 1, "", self.head)
        sheet.write_string(0, 0, title, self.head)
        sheet.set_row(0, 30)
        self.write_note(sheet, 1, self._imprint(), columns)
        for column, (heading, _) in enumerate(columns):
            sheet.write_string(2, column, heading, self.heading)
        sheet.set_row(2, 32)
        sheet.freeze_panes(3, 1)
        sheet.repeat_rows(2)
        return sheet

    def write_rows(self, sheet: Worksheet, rows: Iterable[tuple[bool, Sequence[Cell]]], widths: Sequence[float]) -> int:
        """Write rows, those that are marked strong in bold; return the row after them."""
        row = 3
        for is_strong, cells in rows:
            lines = [
                count_lines(cell, width) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str)
            ]
            sheet.set_row(row, 14 * max(lines, default=1) + 5)
            for column, cell in enumerate(cells):
                look = self.looks[is_strong][type(cell)]
                if isinstance(cell, str):
                    sheet.write_string(row, column, defuse_cell(cell), look)
                else:
                    sheet.write_number(row, column, cell, look)
            row += 1
        return row

    def write_note(self, sheet: Worksheet, row: int, text: str, columns: Sequence[tuple[str, float]]) -> None:
        """Write a text over the whole width; merged cells do not grow by themselves, so the height is worked out."""
        sheet.merge_range(row, 0, row, len(columns) - 1, "", self.note)
        sheet.write_string(row, 0, text, self.note)
        sheet.set_row(row, 14 * count_lines(text, sum(width for _, width in columns)) + 2)

    def _imprint(self) -> str:
        made = self.imprint.made_at.astimezone(SHANGHAI)
        known = legal_day(self.board.known_at)
        text = f"制表：{self.imprint.issuer}　　制表时间：{made.year}年{made.month}月{made.day}日"
        text += f"　　数据截至：{known.year}年{known.month}月{known.day}日　　规则版本：{self.board.rulebook[:12]}"
        return text + (f"　　{self.board.period.label}尚未结束，数字还会变化。" if self.board.is_open else "")


def write_workbook(board: GovernanceBoard, imprint: Imprint) -> bytes:
    """Return the governance table as XLSX."""
    book = _Book(board, imprint)
    _write_table(book)
    _write_reasons(book)
    _write_trend(book)
    _write_notes(book)
    book.book.close()
    return book.stream.getvalue()


def _write_table(book: _Book) -> None:
    board = book.board
    names = list_headings(board)
    columns = [(name, 30.0) for name in names] + [("治理指数", 10.0)] + [(column.heading, 8.5) for column in COLUMNS]
    sheet = book.add_sheet("治理统计表", book.title, columns)
    rows = [
        (
            line is board.whole,
            (
                *line.names,
                *[""] * (len(names) - len(line.names)),
                _index_cell(line),
                *[NO_FEEDBACK if value is None else value for value in (c.value(line.counts) for c in COLUMNS)],
            ),
        )
        for line in (*board.lines, board.whole)
    ]
    row = book.write_rows(sheet, rows, [width for _, width in columns])
    for place, (word, meaning) in enumerate(list_definitions(board), row + 1):
        book.write_note(sheet, place, f"{word}：{meaning}", columns)


def _write_reasons(book: _Book) -> None:
    columns = (
        ("对象", 30.0), ("部分", 14.0), ("分子", 8.0), ("分母", 8.0), ("得分", 8.0), ("权重", 8.0),
        ("实用权重", 9.0), ("计入指数", 9.0), ("说明", 50.0), ("规则", 28.0), ("依据", 50.0), ("依据状态", 9.0),
    )  # fmt: skip
    sheet = book.add_sheet("指数依据", f"治理指数的依据（{book.board.period.label}）", columns)
    rows: list[tuple[bool, Sequence[Cell]]] = []
    for line in (book.board.whole, *book.board.lines):
        rows += _to_reason_rows(book.board, line)
    book.write_rows(sheet, rows, [width for _, width in columns])


def _to_reason_rows(board: GovernanceBoard, line: GovernanceLine) -> list[tuple[bool, Sequence[Cell]]]:
    index = line.now.index
    if index.refusal is not None:
        entry = index.refusal
        text = say_refusal(line.now, board.rule)
        source = f"{entry.source.title}{entry.source.clause}"
        empty = [""] * 6
        return [(True, (line.name, NO_INDEX, *empty, text, entry.rule_id, source, STATUS_LABELS[entry.status]))]
    rows: list[tuple[bool, Sequence[Cell]]] = []
    for reason in index.reasons:
        entry = reason.part.entry
        told = say_left_out(reason) or say_formula(reason.part, board.kind)
        numbers: tuple[Cell, ...] = (
            NO_FEEDBACK if reason.numerator is None else reason.numerator,
            reason.denominator,
            "—" if reason.points is None else reason.points / POINT,
            reason.part.weight / POINT,
            reason.weight_in_use / POINT,
            reason.contribution / POINT,
        )
        source = f"{entry.source.title}{entry.source.clause}"
        rows.append(
            (False, (line.name, reason.part.name, *numbers, told, entry.rule_id, source, STATUS_LABELS[entry.status]))
        )
    return rows


def _write_trend(book: _Book) -> None:
    columns = [
        ("对象", 30.0),
        ("项目", 12.0),
        *[(period.code, 10.0) for period in book.board.periods],
        ("本期变化", 60.0),
    ]
    sheet = book.add_sheet("近六期", "近六期走势", columns)
    rows: list[tuple[bool, Sequence[Cell]]] = []
    for line in (book.board.whole, *book.board.lines):
        indexes: list[Cell] = [NO_INDEX if one.index.points is None else one.index.points / POINT for one in line.trend]
        rows.append((True, (line.name, "治理指数", *indexes, explain_changes(line)[-1].text)))
        for key in ("new", "closing", "mended", "repaired", "overdue"):
            column = next(column for column in COLUMNS if column.key == key)
            values = [column.value(one.counts) or 0 for one in line.trend]
            rows.append((False, (line.name, column.heading, *values, "")))
    book.write_rows(sheet, rows, [width for _, width in columns])


def _write_notes(book: _Book) -> None:
    columns = (("项目", 22.0), ("说明", 110.0))
    sheet = book.add_sheet("说明", "口径", columns)
    board = book.board
    lines = [(False, pair) for pair in list_definitions(board)]
    lines += [
        (False, (f"指数：{part.name}", f"{part.entry.text}。{say_formula(part, board.kind)}。"))
        for part in board.rule.parts
    ]
    book.write_rows(sheet, lines, [width for _, width in columns])


def _index_cell(line: GovernanceLine) -> Cell:
    points = line.now.index.points
    return NO_INDEX if points is None else points / POINT
