"""The month in tables as a workbook: 流转, 办理时长, 异议与修复, 近十二个月."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from credit_service.domain.score import ListKind
from credit_service.lookup.months import MonthBoard

Row = Sequence[str | int | float | None]


def write_workbook(board: MonthBoard, title: str) -> bytes:
    """Return the tables of a month as XLSX; every text is written as text."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    head = book.add_format({"font_name": "黑体", "font_size": 14, "bold": True})
    heading = book.add_format({"font_name": "黑体", "border": 1, "bg_color": "#E9EDF1", "text_wrap": True})
    plain = book.add_format({"font_name": "宋体", "border": 1})

    def add(name: str, headings: Sequence[str], rows: Sequence[Row]) -> xlsxwriter.worksheet.Worksheet:
        sheet = book.add_worksheet(name)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, len(headings), 14)
        sheet.write_string(0, 0, f"{title}：{name}", head)
        for column, text in enumerate(headings):
            sheet.write_string(2, column, text, heading)
        for row, cells in enumerate(rows, 3):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) or cell is None:
                    sheet.write_string(row, column, cell or "—", plain)
                else:
                    sheet.write_number(row, column, cell, plain)
        return sheet

    add("流转", flow_headings(), flow_rows(board))
    add("办理时长", DURATION_HEADINGS, duration_rows(board))
    add("异议与修复", OUTCOME_HEADINGS, outcome_rows(board))
    sheet = add("近十二个月", TREND_HEADINGS, trend_rows(board))
    chart = book.add_chart({"type": "column"})
    last = 2 + len(board.trend)
    for column, name in enumerate(TREND_HEADINGS[1:], 1):
        chart.add_series(
            {
                "name": name,
                "categories": ["近十二个月", 3, 0, last, 0],
                "values": ["近十二个月", 3, column, last, column],
            }
        )
    chart.set_title({"name": "列入与移出"})
    sheet.insert_chart(last + 2, 0, chart)
    book.close()
    return stream.getvalue()


DURATION_HEADINGS = ("环节", "件数", "期限（工作日）", "中位数", "最长", "期限内", "超期")
OUTCOME_HEADINGS = ("事项", "收到", "结果", "件数", "办理时长中位数（工作日）", "超期办结")
TREND_HEADINGS = ("月份", "列入", "移出", "不予列入")


def flow_headings() -> tuple[str, ...]:
    """Return the headings of the flow."""
    return ("办理行为", *(kind.label for kind in ListKind), "合计")


def flow_rows(board: MonthBoard) -> list[Row]:
    """Return the flow as rows; acts that nobody did stay in, as zeros."""
    return [(line.label, *(line.counts[kind] for kind in ListKind), line.total) for line in board.flow]


def duration_rows(board: MonthBoard) -> list[Row]:
    """Return the durations as rows."""
    return [
        (
            line.label,
            len(line.days),
            line.term,
            line.middle,
            line.days[-1] if line.days else None,
            line.in_time,
            len(line.days) - line.in_time,
        )
        for line in board.durations
    ]


def outcome_rows(board: MonthBoard) -> list[Row]:
    """Return what came of objections and repairs as rows, one for each way to end."""
    return [
        (line.label, line.received, name, number, line.middle, line.late)
        for line in board.outcomes
        for name, number in line.outcomes
    ]


def trend_rows(board: MonthBoard) -> list[Row]:
    """Return the months as rows, oldest first."""
    return [(one.month.code, one.into, one.out_of, one.declined) for one in board.trend]
