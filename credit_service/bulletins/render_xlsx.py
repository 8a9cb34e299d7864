"""The issue as a workbook for officials: 概况, 红榜, 黑榜, 移出, 说明.

Every cell is a string, so that codes keep their digits and nothing a reporter typed can become a formula. The same
issue always gives the same bytes. Before this module stands the `Outline`; it deliberately computes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from credit_service.bulletins.outline import EntryLine, Outline
from credit_service.bulletins.render_csv import defuse_cell
from credit_service.errors import GateRefused

RED_HEADINGS = (
    "序号",
    "名称",
    "主体类别",
    "统一社会信用代码",
    "荣誉或事项",
    "主要事实",
    "认定文号",
    "认定单位",
    "认定日期",
    "有效期至",
    "依据",
    "措施",
)
BLACK_HEADINGS = (
    "序号",
    "名称",
    "主体类别",
    "统一社会信用代码",
    "名单类型",
    "主要失信事实",
    "决定文号",
    "认定单位",
    "列入日期",
    "公示截止",
    "列入依据",
    "措施",
)
ENTRY_WIDTHS = (6, 34, 14, 22, 22, 44, 24, 30, 16, 16, 44, 28)
LEFT_HEADINGS = ("序号", "名称", "原名单", "移出方式", "移出日期")
LEFT_WIDTHS = (6, 44, 14, 18, 18)
LONGEST_CELL = 32_767


@dataclass(frozen=True)
class _Table:
    """One sheet that holds one table."""

    sheet: str
    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


class _Book:
    """The workbook being written, with its three looks of cells."""

    def __init__(self, created_at: datetime, outline: Outline) -> None:
        self.stream = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.stream,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        created = created_at.astimezone(UTC).replace(tzinfo=None)
        self.book.set_properties({"title": outline.title, "author": outline.issuer, "created": created})
        font = {"font_name": "宋体", "font_size": 11, "valign": "top", "text_wrap": True, "num_format": "@"}
        self.title = self.book.add_format(
            {**font, "bold": True, "font_size": 16, "text_wrap": False, "font_color": "#A8141B"}
        )
        self.heading = self.book.add_format({**font, "bold": True, "bg_color": "#F1F2F4", "bottom": 1, "top": 2})
        self.cell = self.book.add_format({**font, "bottom": 4})
        self.quoted = self.book.add_format({**font, "bottom": 4, "quote_prefix": True})
        self.footer = f"&L{_escape(outline.bulletin_id)}&C第 &P 页，共 &N 页&R{_escape(outline.issued)}"

    def add_sheet(self, name: str, widths: tuple[int, ...]) -> xlsxwriter.worksheet.Worksheet:
        """Add a sheet set up for A4 paper, one page wide."""
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(self.footer)
        return sheet

    def write_row(
        self, sheet: xlsxwriter.worksheet.Worksheet, row: int, cells: tuple[str, ...], look: object = None
    ) -> None:
        """Write strings, and nothing but strings.

        Raises:
            GateRefused: A text is longer than a cell can hold.
        """
        for column, text in enumerate(cells):
            if len(text) > LONGEST_CELL:
                message = f"工作表“{sheet.get_name()}”第 {row + 1} 行的内容超过 {LONGEST_CELL} 字，电子表格放不下。"
                raise GateRefused(message, remedy="请缩短该条目的主要事实后重新发布。", row=row + 1)
            plain = self.quoted if defuse_cell(text) != text else self.cell
            sheet.write_string(row, column, text, look or plain)


def render_xlsx(outline: Outline, issued_at: datetime) -> bytes:
    """Return ``bulletin.xlsx``.

    Raises:
        GateRefused: A text is longer than a cell can hold.
    """
    book = _Book(issued_at, outline)
    _write_overview(book, outline)
    red, black = outline.headings["red"], outline.headings["black"]
    tables = (
        _Table("红榜", red, RED_HEADINGS, ENTRY_WIDTHS, tuple(_to_cells(line) for line in outline.red)),
        _Table("黑榜", black, BLACK_HEADINGS, ENTRY_WIDTHS, tuple(_to_cells(line) for line in outline.black)),
        _Table("移出", outline.headings["left"], LEFT_HEADINGS, LEFT_WIDTHS, outline.left),
    )
    for table in tables:
        _write_table(book, table, outline.empty)
    _write_notes(book, outline)
    book.book.close()
    return book.stream.getvalue()


def _to_cells(line: EntryLine) -> tuple[str, ...]:
    """Return one entry in the order of the headings."""
    return (
        line.number,
        line.name,
        line.subject_kind,
        line.code,
        line.list_type,
        line.fact,
        line.document_no,
        line.authority,
        line.decided_on,
        line.until_on,
        line.basis,
        line.measures,
    )


def _write_table(book: _Book, table: _Table, empty: str) -> None:
    """Write a sheet: title, headings that stay in view and repeat in print, rows."""
    sheet = book.add_sheet(table.sheet, table.widths)
    book.write_row(sheet, 0, (table.title,), book.title)
    book.write_row(sheet, 1, table.headings, book.heading)
    for number, cells in enumerate(table.rows, 2):
        book.write_row(sheet, number, cells)
    if not table.rows:
        book.write_row(sheet, 2, (empty,))
    sheet.freeze_panes(2, 2)
    sheet.repeat_rows(1)
    if table.rows:
        sheet.autofilter(1, 0, len(table.rows) + 1, len(table.headings) - 1)


def _write_overview(book: _Book, outline: Outline) -> None:
    """Write the first sheet: imprint, figures, categories, what is withheld."""
    sheet = book.add_sheet("概况", (30, 44, 16, 16))
    book.write_row(sheet, 0, (outline.title,), book.title)
    imprint = (
        ("发布单位", outline.issuer),
        ("期次", f"{outline.period} 总第{outline.serial}期"),
        ("公告编号", outline.bulletin_id),
        ("数据截至", outline.cut_off),
        ("发布日期", outline.issued),
        *([("更正说明", outline.correction)] if outline.correction else []),
        *outline.figures,
    )
    row = 2
    for cells in imprint:
        book.write_row(sheet, row, cells)
        row += 1
    blocks = (
        (("专项治理事项", "记录（条）", "主体（个）"), tuple(line[:3] for line in outline.counts)),
        (("不予公示：名单", "原因", "数量（个）"), outline.withheld),
    )
    for headings, lines in blocks:
        row += 1
        book.write_row(sheet, row, headings, book.heading)
        for line in lines or ((outline.empty,),):
            row += 1
            book.write_row(sheet, row, line)
        row += 1
    sheet.freeze_panes(1, 0)


def _write_notes(book: _Book, outline: Outline) -> None:
    """Write the last sheet: notes, measures, channel, rulebook."""
    sheet = book.add_sheet("说明", (16, 26, 60, 60))
    book.write_row(sheet, 0, ("说明",), book.title)
    notes = (*outline.notes.values(), *outline.objection_channel, f"最新情况：{outline.page_url}")
    row = 2
    for number, text in enumerate((*notes, f"规则库版本校验值：{outline.rulebook}"), 1):
        book.write_row(sheet, row, (str(number),))
        sheet.merge_range(row, 1, row, 3, "", book.cell)
        sheet.write_string(row, 1, text, book.cell)
        row += 1
    row += 1
    book.write_row(sheet, row, ("类别", "措施", "内容", "依据"), book.heading)
    for line in outline.measures or ((outline.empty,),):
        row += 1
        book.write_row(sheet, row, line)


def _escape(text: str) -> str:
    """Return a text for a footer, where an ampersand starts a command."""
    return text.replace("&", "&&")
