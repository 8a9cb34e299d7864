"""The monthly table as a workbook an office can print and file: 月度表, 按模板, 近十二个月, 报送义务, 说明.

Before it `quality` has counted and `quality_table` named the columns. Numbers are numbers, shares are the rounded
percentages the page shows, and every text is written as text, so that nothing a name contains can become a formula.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.clock import SHANGHAI
from credit_service.domain.duty import Term
from credit_service.domain.quality import WHOLE, Share
from credit_service.domain.record import RecordKind
from credit_service.lookup.quality import QualityBoard
from credit_service.lookup.quality_table import COLUMNS, DEFINITIONS, Value, duty_cells

A3, A4 = 8, 9
"""Paper sizes as workbooks number them."""
WIDEST_ON_A4 = 180
"""Characters beyond which a sheet is too small to read on A4."""
STATUS_LABELS = {"confirmed": "已核对", "unconfirmed": "待确认"}
Cell = str | Value | None


@dataclass(frozen=True)
class Imprint:
    """Who publishes the table, and when it was made."""

    district: str
    issuer: str
    made_at: datetime


class _Book:
    """The workbook being written, with its looks of cells."""

    def __init__(self, board: QualityBoard, imprint: Imprint) -> None:
        self.board, self.imprint = board, imprint
        self.stream = BytesIO()
        self.widths: dict[str, Sequence[float]] = {}
        self.book = xlsxwriter.Workbook(
            self.stream,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        self.title = f"{imprint.district}公共信用信息报送质量月度表（{board.month.label}）"
        made = imprint.made_at.astimezone(UTC).replace(tzinfo=None)
        self.book.set_properties({"title": self.title, "author": imprint.issuer, "created": made})
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "border_color": "#9AA5B1"}
        plain = {**base, "text_wrap": True}
        self.head = self.book.add_format(
            {"font_name": "黑体", "font_size": 16, "align": "center", "valign": "vcenter", "bold": True}
        )
        self.line = self.book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
        self.heading = self.book.add_format(
            {**plain, "font_name": "黑体", "align": "center", "bg_color": "#E9EDF1", "bold": True}
        )
        self.text = self.book.add_format(plain)
        self.quoted = self.book.add_format({**plain, "quote_prefix": True})
        self.number = self.book.add_format({**base, "num_format": "#,##0", "align": "right"})
        self.percent = self.book.add_format({**base, "num_format": "0.00%", "align": "right"})
        self.dash = self.book.add_format({**base, "align": "right"})
        strong = {"bold": True, "bg_color": "#F7F3E3"}
        self.strong = {
            self.text: self.book.add_format({**plain, **strong}),
            self.number: self.book.add_format({**base, **strong, "num_format": "#,##0", "align": "right"}),
            self.percent: self.book.add_format({**base, **strong, "num_format": "0.00%", "align": "right"}),
            self.dash: self.book.add_format({**base, **strong, "align": "right"}),
        }

    def add_sheet(self, name: str, widths: Sequence[float]) -> xlsxwriter.worksheet.Worksheet:
        """Add a sheet one page wide, across, with the page's number below; what A4 would make too small is for A3."""
        sheet = self.book.add_worksheet(name)
        self.widths[name] = widths
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A3 if sum(widths) > WIDEST_ON_A4 else A4)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L{self.imprint.issuer.replace('&', '&&')}&C第 &P 页，共 &N 页&R{self._day()}")
        return sheet

    def write_head(self, sheet: xlsxwriter.worksheet.Worksheet, title: str, widths: Sequence[float]) -> int:
        """Write the title and who made it; return the row after them."""
        sheet.merge_range(0, 0, 0, len(widths) - 1, "", self.head)
        sheet.write_string(0, 0, title, self.head)
        sheet.set_row(0, 30)
        note = f"制表：{self.imprint.issuer}　　制表时间：{self._day()}"
        if self.board.is_open:
            note += f"　　{self.board.month.label}尚未结束，数字还会变化。"
        if self.board.unknown_years:
            years = "、".join(f"{year}年" for year in self.board.unknown_years)
            note += f"　　{years}的节假日安排尚未录入，涉及的行未计算时限。"
        self.write_note(sheet, 1, note, widths)
        return 2

    def write_note(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, text: str, widths: Sequence[float]) -> None:
        """Write a text over the whole width; merged cells do not grow by themselves, so the height is worked out."""
        sheet.merge_range(row, 0, row, len(widths) - 1, "", self.line)
        sheet.write_string(row, 0, text, self.line)
        sheet.set_row(row, 14 * count_lines(text, sum(widths)) + 2)

    def write_row(
        self, sheet: xlsxwriter.worksheet.Worksheet, row: int, cells: Iterable[Cell], *, strong: bool = False
    ) -> None:
        """Write texts as texts, counts as numbers and shares as percentages."""
        cells = tuple(cells)
        widths = self.widths[sheet.get_name()]
        lines = (count_lines(cell, width) for cell, width in zip(cells, widths, strict=True) if isinstance(cell, str))
        sheet.set_row(row, 14 * max(lines, default=1) + 5)
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                look = self.quoted if defuse_cell(cell) != cell else self.text
                sheet.write_string(row, column, cell, self.strong.get(look, look) if strong else look)
                continue
            value = cell.permyriad if isinstance(cell, Share) else cell
            if value is None:
                sheet.write_string(row, column, "—", self.strong[self.dash] if strong else self.dash)
            elif isinstance(cell, Share):
                sheet.write_number(row, column, value / WHOLE, self.strong[self.percent] if strong else self.percent)
            else:
                sheet.write_number(row, column, value, self.strong[self.number] if strong else self.number)

    def write_headings(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, headings: Sequence[str]) -> int:
        """Write the headings, keep them in view and repeat them in print; return the row after them."""
        for column, heading in enumerate(headings):
            sheet.write_string(row, column, heading, self.heading)
        sheet.set_row(row, 32)
        sheet.freeze_panes(row + 1, 2)
        sheet.repeat_rows(row)
        return row + 1

    def _day(self) -> str:
        made = self.imprint.made_at.astimezone(SHANGHAI)
        return f"{made.year}年{made.month}月{made.day}日"


def count_lines(text: str, width: float) -> int:
    """Return how many lines a text takes in a column; programs do not agree on growing rows by themselves."""
    units = sum(1 if character.isascii() else 2 for character in text)
    return max(1, math.ceil(units / (1.05 * width)))


def write_workbook(board: QualityBoard, imprint: Imprint) -> bytes:
    """Return the monthly table of these departments as XLSX."""
    book = _Book(board, imprint)
    _write_month(book)
    _write_templates(book)
    _write_trend(book)
    _write_duties(book)
    _write_notes(book)
    book.book.close()
    return book.stream.getvalue()


def _write_month(book: _Book) -> None:
    headings = ("序号", "单位", *(column.heading for column in COLUMNS), "应报", "未报")
    widths = (5, 36, *(8.5 for _ in COLUMNS), 6, 6)
    sheet = book.add_sheet("月度表", widths)
    row = book.write_headings(sheet, book.write_head(sheet, book.title, widths), headings)
    for number, line in enumerate(book.board.agencies, 1):
        cells = (column.value(line.counts) for column in COLUMNS)
        book.write_row(sheet, row, (number, line.agency.name, *cells, *duty_cells(line)))
        row += 1
    if len(book.board.agencies) > 1:
        duties = [duty_cells(line) for line in book.board.agencies]
        totals = (column.value(book.board.total) for column in COLUMNS)
        owed, missing = (sum(pair[place] for pair in duties) for place in (0, 1))
        book.write_row(sheet, row, ("", "合计", *totals, owed, missing), strong=True)
        row += 1
    for number, (word, meaning) in enumerate(DEFINITIONS, row + 1):
        book.write_note(sheet, number, f"{word}：{meaning}", widths)


def _write_templates(book: _Book) -> None:
    headings = ("单位", "模板", *(column.heading for column in COLUMNS))
    widths = (36, 40, *(8.5 for _ in COLUMNS))
    sheet = book.add_sheet("按模板", widths)
    title = f"按模板分列（{book.board.month.label}）"
    row = book.write_headings(sheet, book.write_head(sheet, title, widths), headings)
    for line in book.board.agencies:
        for template in line.templates:
            if not template.counts.is_empty:
                cells = (column.value(template.counts) for column in COLUMNS)
                book.write_row(sheet, row, (line.agency.name, template.title, *cells))
                row += 1


def _write_trend(book: _Book) -> None:
    months = [month.code for month in book.board.months]
    headings = ("单位", "项目", *months)
    widths = (36, 12, *(9 for _ in months))
    sheet = book.add_sheet("近十二个月", widths)
    row = book.write_headings(sheet, book.write_head(sheet, "近十二个月", widths), headings)
    for line in book.board.agencies:
        lines: tuple[tuple[str, list[Value]], ...] = (
            ("报送行数", [one.counts.sent for one in line.trend]),
            ("合规率", [one.counts.compliance for one in line.trend]),
            ("及时率", [one.counts.timeliness for one in line.trend]),
            ("迟报", [one.counts.late for one in line.trend]),
            ("错报", [one.counts.wrong for one in line.trend]),
            ("重复", [one.counts.repeated for one in line.trend]),
            ("未报", [one.missing for one in line.trend]),
        )
        for label, values in lines:
            book.write_row(sheet, row, (line.agency.name, label, *values))
            row += 1


def _write_duties(book: _Book) -> None:
    headings = ("单位", "报送义务", "频次", "状态", "依据", "依据状态")
    widths = (36, 34, 10, 10, 70, 10)
    sheet = book.add_sheet("报送义务", widths)
    title = f"{book.board.month.label}到期的报送义务"
    row = book.write_headings(sheet, book.write_head(sheet, title, widths), headings)
    for line in book.board.agencies:
        for one in line.now.standings:
            duty = one.duty
            source = (duty.source, STATUS_LABELS[duty.status])
            book.write_row(sheet, row, (line.agency.name, duty.name, duty.frequency.label, one.state.label, *source))
            row += 1


def _write_notes(book: _Book) -> None:
    headings = ("项目", "说明", "起算", "依据", "依据状态")
    widths = (22, 70, 14, 60, 10)
    sheet = book.add_sheet("说明", widths)
    row = book.write_headings(sheet, book.write_head(sheet, "口径和时限", widths), headings)
    terms = book.board.duties
    kinds = {RecordKind(kind).label: term for kind, term in terms.by_kind.items()}
    named = {**kinds, **terms.by_template, "其他信息": terms.default}
    lines = [(word, meaning, "", "", "") for word, meaning in DEFINITIONS]
    lines += [_to_term_cells(name, term) for name, term in named.items()]
    for cells in lines:
        book.write_row(sheet, row, cells)
        row += 1


def _to_term_cells(name: str, term: Term) -> tuple[str, str, str, str, str]:
    text = "没有规定报送时限，不计及时率。" if term.days is None else f"作出决定后{term.days}个工作日内报送。"
    return f"时限：{name}", text, term.from_on.isoformat(), term.source, STATUS_LABELS[term.status]
