"""A comparison as a workbook: 结论, 名单进出, 各维度, 得分等级, 举例; with the workbook's own charts beside the tables.

Numbers are numbers, and every text is written as text, so that nothing a name contains can become a formula. Natural
persons are counted by list and list type only, and small counts are not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.score import POINT
from credit_service.lookup.impact_page import to_title
from credit_service.lookup.impact_scores import BANDS
from credit_service.lookup.impact_types import CategoryShift, Dimension, Example, FlowLine, Impact
from credit_service.lookup.impact_words import SCOPE, say_persons, summarise

Cell = str | int | float | None
_FLOW_HEADINGS = ("现行", "新增", "移出", "不变", "草案")
_AMBER, _BLUE = "#B06F00", "#1B4A7A"


class _Book:
    """The workbook being written, with its looks of cells."""

    def __init__(self, title: str) -> None:
        self.stream = BytesIO()
        self.book = xlsxwriter.Workbook(
            self.stream,
            {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
        )
        self.book.set_properties({"title": title})
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "border_color": "#9AA5B1"}
        self.head = self.book.add_format({"font_name": "黑体", "font_size": 15, "bold": True})
        self.line = self.book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
        self.heading = self.book.add_format(
            {**base, "font_name": "黑体", "bold": True, "align": "center", "bg_color": "#E9EDF1", "text_wrap": True}
        )
        self.text = self.book.add_format({**base, "text_wrap": True})
        self.quoted = self.book.add_format({**base, "text_wrap": True, "quote_prefix": True})
        self.number = self.book.add_format({**base, "num_format": "#,##0", "align": "right"})
        self.points = self.book.add_format({**base, "num_format": "0.####", "align": "right"})

    def add_sheet(self, name: str, widths: Sequence[float]) -> xlsxwriter.worksheet.Worksheet:
        """Add a sheet one page wide, across."""
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        return sheet

    def write_table(
        self,
        sheet: xlsxwriter.worksheet.Worksheet,
        row: int,
        headings: Sequence[str],
        rows: Iterable[Sequence[Cell]],
    ) -> int:
        """Write headings and rows; return the row after them."""
        for column, heading in enumerate(headings):
            sheet.write_string(row, column, heading, self.heading)
        for cells in rows:
            row += 1
            for column, cell in enumerate(cells):
                self._write(sheet, row, column, cell)
        return row + 1

    def _write(self, sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell, self.quoted if defuse_cell(cell) != cell else self.text)
        elif cell is None:
            sheet.write_string(row, column, "—", self.text)
        else:
            sheet.write_number(row, column, cell, self.points if isinstance(cell, float) else self.number)


def write_workbook(impact: Impact, district: str) -> bytes:
    """Return the comparison as XLSX.

    Args:
        impact: The comparison.
        district: Whose rules they are.
    """
    book = _Book(to_title(impact))
    _write_summary(book, impact, district)
    _write_lists(book, impact)
    for dimension in impact.dimensions:
        _write_dimension(book, dimension)
    _write_scores(book, impact)
    _write_examples(book, impact.examples)
    book.book.close()
    return book.stream.getvalue()


def _write_summary(book: _Book, impact: Impact, district: str) -> None:
    sheet = book.add_sheet("结论", (120,))
    sheet.write_string(0, 0, to_title(impact), book.head)
    lines = [
        f"{district}　内部资料，含主体名称，不得公开",
        f"比较的日期：{impact.as_of}；{impact.records:,}条记录，{impact.subjects:,}个主体，评分{impact.scored:,}家",
        f"现行规则 {impact.before.hash}",
        f"草案 {impact.after.hash}",
        *summarise(impact),
        *(f"案例不符：{fault.file}:{fault.line} {fault.message}" for fault in impact.case_faults),
        SCOPE,
    ]
    for row, line in enumerate(lines, 2):
        sheet.write_string(row, 0, line, book.line)


def _write_lists(book: _Book, impact: Impact) -> None:
    sheet = book.add_sheet("名单进出", (34, 10, 10, 10, 10, 10))
    end = book.write_table(
        sheet,
        0,
        ("名单（组织和个体工商户，家）", *_FLOW_HEADINGS),
        (_flow_cells(line) for line in impact.organisations),
    )
    _add_flow_chart(book, sheet, "名单进出", (1, end - 1), "H1")
    row = max(end + 2, 18)
    people = [(line.label, line) for line in impact.persons]
    people += [(f"其中 {line.label}", line) for line in impact.person_types]
    book.write_table(
        sheet,
        row,
        ("自然人（只计数）", "新增", "移出", "不变"),
        (
            (label, say_persons(line.flow.entering), say_persons(line.flow.leaving), say_persons(line.flow.staying))
            for label, line in people
        ),
    )


def _flow_cells(line: FlowLine) -> tuple[Cell, ...]:
    flow = line.flow
    return line.label, flow.before, flow.entering, flow.leaving, flow.staying, flow.after


def _add_flow_chart(
    book: _Book, sheet: xlsxwriter.worksheet.Worksheet, name: str, rows: tuple[int, int], place: str
) -> None:
    first, last = rows
    chart = book.book.add_chart({"type": "bar"})
    for column, title, colour in ((2, "新增", _BLUE), (3, "移出", _AMBER)):
        chart.add_series(
            {
                "name": title,
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
                "fill": {"color": colour},
            }
        )
    chart.set_title({"name": "新增和移出（家）", "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 560, "height": 320})
    sheet.insert_chart(place, chart, {"description": "各名单新增和移出的家数，数字见左侧表格"})


def _write_dimension(book: _Book, dimension: Dimension) -> None:
    sheet = book.add_sheet(f"按{dimension.title}".replace("（", " ").replace("）", "")[:31], (24, 44, 9, 9, 9, 9, 9))
    sheet.merge_range(0, 0, 0, 6, "", book.line)
    sheet.write_string(0, 0, dimension.note, book.line)
    sheet.set_row(0, 32)
    lines = sorted(dimension.lines, key=lambda line: (line.list_kind.value, -line.flow.moved, line.key))
    book.write_table(
        sheet,
        1,
        ("名单", dimension.title, *_FLOW_HEADINGS),
        ((line.list_kind.label, *_flow_cells(line)) for line in lines),
    )
    sheet.freeze_panes(2, 2)


def _write_scores(book: _Book, impact: Impact) -> None:
    sheet = book.add_sheet("得分等级", (26, *(10 for _ in range(17))))
    headings = ("类别", "评分家数", "得分有变", "最多降", "最多升", "等级变差", "等级变好", *BANDS)
    end = book.write_table(sheet, 0, headings, (_shift_cells(shift) for shift in impact.shifts))
    if impact.shifts:
        chart = book.book.add_chart({"type": "column"})
        middle = 7 + len(BANDS) // 2
        # Falls and rises are two series with a gap between them: whoever stays would dwarf both.
        for name, first, last, colour in (
            ("下降", 7, middle - 1, _AMBER),
            ("上升", middle + 1, 6 + len(BANDS), _BLUE),
        ):
            chart.add_series(
                {
                    "name": name,
                    "categories": ["得分等级", 0, first, 0, last],
                    "values": ["得分等级", 1, first, 1, last],
                    "fill": {"color": colour},
                }
            )
        chart.set_title(
            {"name": f"{impact.shifts[0].name}得分的升降（家，由大到小为降，由小到大为升）", "name_font": {"size": 12}}
        )
        chart.set_size({"width": 640, "height": 320})
        sheet.insert_chart(end + 1, 0, chart, {"description": "得分升降的分布，数字见上方表格第一行"})
    moves = [
        (shift.name, move.before or "不评分", move.after or "不评分", move.subjects)
        for shift in impact.shifts
        for move in shift.moves
    ]
    book.write_table(sheet, end + 20, ("类别", "现行等级", "草案等级", "家数"), moves)


def _shift_cells(shift: CategoryShift) -> tuple[Cell, ...]:
    extremes = (shift.lowest / POINT, shift.highest / POINT)
    return shift.name, shift.scored, shift.moved, *extremes, shift.worse, shift.better, *shift.bands


def _write_examples(book: _Book, examples: Sequence[Example]) -> None:
    headings = (
        "名单",
        "方向",
        "名称",
        "代码",
        "名单类型",
        "事项",
        "规则",
        "现行条件",
        "草案条件",
        "依据",
        "综合现行",
        "综合草案",
        "两侧判断不同的记录",
    )
    sheet = book.add_sheet("举例", (22, 6, 28, 20, 24, 20, 36, 36, 36, 36, 9, 9, 60))
    book.write_table(sheet, 0, headings, (_example_cells(example) for example in examples))
    sheet.freeze_panes(1, 3)


def _example_cells(example: Example) -> tuple[Cell, ...]:
    whole = next((pair for pair in example.scores if pair.category == 0), None)
    before, after = (whole.points_before, whole.points_after) if whole else (None, None)
    records = "\n".join(
        f"{record.decided_on} {record.kind}：{record.rule_before.rule} {record.points_before / POINT:g}分 → "
        f"{record.rule_after.rule} {record.points_after / POINT:g}分"
        for record in example.records
    )
    return (
        example.list_kind.label,
        "新增" if example.enters else "移出",
        example.name,
        example.code,
        example.list_type,
        example.category,
        f"{example.rule.text}（{example.rule.rule}）",
        example.asked_before,
        example.asked_after,
        example.rule.source,
        None if before is None else before / POINT,
        None if after is None else after / POINT,
        records,
    )
