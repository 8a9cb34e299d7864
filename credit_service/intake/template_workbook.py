"""A template as a workbook to fill in: headers by colour, drop-downs, notes, one invented row that intake accepts.

Before this module come a template (or an edition) and an example row; after it a clerk types below the header. The
second sheet says in words what the template's data say; the third holds the choices the drop-downs point to. Codes and
numbers of documents are text cells, because a spreadsheet spoils long numbers. It checks nothing: intake does.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from credit_service.domain.template import CellType, Column, Template
from credit_service.intake.sample_writers import FIXED_INSTANT
from credit_service.intake.template_words import (
    describe_choices,
    describe_column,
    describe_duty,
    describe_template,
    describe_type,
    first_labels,
)

DATA_SHEET: Final = "填报"
HELP_SHEET: Final = "填写说明"
CHOICE_SHEET: Final = "代码表"
LAST_ROW: Final = 1_048_575
"""The last row of a sheet, counted from 0."""
HEADER_COLOURS: Final = {"必填": "#F4B183", "视情况必填": "#FFE699", "选填": "#DDEBF7"}
WIDTHS: Final = {CellType.TEXT: 21, CellType.ENUM_SET: 18, CellType.DATE: 13, CellType.PERIOD: 13}
CODE_WIDTH: Final = 23
PLAIN_WIDTH: Final = 14
INPUT_MESSAGE: Final = 250
"""Characters a spreadsheet shows beside a cell."""
COMMENT: Final = {"width": 320, "font_size": 9, "author": "信用红黑榜服务"}
NOTE_LINE: Final = 24
"""Characters on one line of a note; a note is as high as its text."""
LINE_HEIGHT: Final = 15
WORDS_A_LINE: Final = 45
FIRST_DAY, LAST_DAY = date(1949, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True)
class _Styles:
    """The formats of one workbook."""

    headers: Mapping[str, Format]
    text: Format
    day: Format
    title: Format
    bold: Format
    wrapped: Format


def render_template_workbook(template: Template, example: Mapping[str, str | None]) -> bytes:
    """Return the workbook of a template.

    Args:
        template: The template or edition.
        example: One row by header, cells as a clerk writes them.
    """
    target = io.BytesIO()
    with Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        workbook.set_properties({"created": FIXED_INSTANT, "title": template.title, "author": "信用红黑榜服务"})
        styles = _make_styles(workbook)
        sheet = workbook.add_worksheet(DATA_SHEET)
        _write_help(workbook.add_worksheet(HELP_SHEET), template, styles)
        ranges = _write_choices(workbook.add_worksheet(CHOICE_SHEET), template, styles)
        for place, column in enumerate(template.columns):
            _write_column(sheet, place, column, example.get(column.header) or "", styles)
            _write_note(sheet, place, describe_column(template, column))
            _validate(sheet, place, column, ranges)
        sheet.freeze_panes(1, 0)
        sheet.set_row(0, 36)
        sheet.activate()
    return target.getvalue()


def _make_styles(workbook: Workbook) -> _Styles:
    heading = {"bold": True, "text_wrap": True, "valign": "vcenter", "align": "center", "border": 1}
    return _Styles(
        headers={duty: workbook.add_format(heading | {"bg_color": c}) for duty, c in HEADER_COLOURS.items()},
        text=workbook.add_format({"num_format": "@"}),
        day=workbook.add_format({"num_format": "yyyy/mm/dd"}),
        title=workbook.add_format({"bold": True, "font_size": 14}),
        bold=workbook.add_format({"bold": True, "bg_color": "#EDEDED", "border": 1, "text_wrap": True}),
        wrapped=workbook.add_format({"text_wrap": True, "valign": "top", "border": 1}),
    )


def _write_column(sheet: Worksheet, place: int, column: Column, cell: str, styles: _Styles) -> None:
    """Write header, format and example of one column."""
    width = CODE_WIDTH if column.type.is_code else WIDTHS.get(column.type, PLAIN_WIDTH)
    is_number = column.type.is_money or column.type in {CellType.INTEGER, CellType.YEAR}
    style = styles.day if column.type is CellType.DATE else None if is_number else styles.text
    sheet.set_column(place, place, width, style)
    sheet.write_string(0, place, column.header, styles.headers[describe_duty(column)])
    if not cell:
        return
    if column.type is CellType.DATE:
        year, month, day = (int(part) for part in cell.split("/"))
        sheet.write_datetime(1, place, date(year, month, day), styles.day)
    elif is_number:
        sheet.write_number(1, place, float(cell))
    else:
        sheet.write_string(1, place, cell, styles.text)


def _write_note(sheet: Worksheet, place: int, words: str) -> None:
    lines = sum(len(line) // NOTE_LINE + 1 for line in words.split("\n"))
    sheet.write_comment(0, place, words, {**COMMENT, "height": LINE_HEIGHT * (lines + 2)})


def _validate(sheet: Worksheet, place: int, column: Column, ranges: Mapping[str, str]) -> None:
    """Lay a drop-down or a limit over the rows to fill; it warns and lets go, because intake decides."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.type is CellType.ENUM_SET:
        message = f"可填：{describe_choices(column)}。几项用分号隔开。"
    elif column.header in ranges:
        rule, message = {"validate": "list", "source": ranges[column.header]}, "请从下拉列表中选择。"
    elif column.type is CellType.DATE:
        rule = {"validate": "date", "criteria": "between", "minimum": FIRST_DAY, "maximum": LAST_DAY}
        message = "填年月日，例如2026/9/1。"
    elif column.type.is_money:
        rule, message = {"validate": "decimal", "criteria": ">=", "value": 0}, describe_type(column)
    elif column.type is CellType.USCC:
        rule, message = {"validate": "length", "criteria": "==", "value": 18}, describe_type(column)
    elif column.width is not None:
        rule, message = {"validate": "length", "criteria": "<=", "value": column.width}, f"最多{column.width}个字。"
    else:
        message = describe_type(column)
    sheet.data_validation(
        1,
        place,
        LAST_ROW,
        place,
        rule
        | {
            "input_title": column.header[:32],
            "input_message": message[:INPUT_MESSAGE],
            "error_type": "warning",
            "error_title": "请核对",
            "error_message": f"与填写说明不符：{describe_type(column)}"[:INPUT_MESSAGE],
        },
    )


def _write_choices(sheet: Worksheet, template: Template, styles: _Styles) -> dict[str, str]:
    """Write the code tables, one a column, and return where each stands.

    A title over every table keeps the sheet from looking like a table of the template itself.
    """
    sheet.write_string(0, 0, "本工作表供下拉列表使用，请勿改动，不用填写。", styles.title)
    ranges: dict[str, str] = {}
    choosers = [c for c in template.columns if c.type in {CellType.ENUM, CellType.ENUM_SET, CellType.BOOLEAN}]
    for place, column in enumerate(choosers):
        labels = list(first_labels(column).values())
        sheet.set_column(place, place, CODE_WIDTH)
        sheet.write_string(1, place, f"“{column.header}”的取值", styles.bold)
        for row, label in enumerate(labels, 2):
            sheet.write_string(row, place, label)
        letter = xl_col_to_name(place, col_abs=True)
        ranges[column.header] = f"='{CHOICE_SHEET}'!{letter}$3:{letter}${len(labels) + 2}"
    return ranges


def _write_help(sheet: Worksheet, template: Template, styles: _Styles) -> None:
    for place, width in enumerate((5, 32, 12, 40, 70)):
        sheet.set_column(place, place, width)
    sheet.write_string(0, 0, template.title, styles.title)
    lines = describe_template(template)
    for row, line in enumerate(lines, 1):
        sheet.write_string(row, 0, line)
    top = len(lines) + 2
    for row, duty in enumerate(HEADER_COLOURS, top):
        sheet.write_string(row, 1, f"这种颜色的表头：{duty}", styles.headers[duty])
    top += len(HEADER_COLOURS) + 1
    for place, title in enumerate(("序", "表头", "要求", "填什么", "说明")):
        sheet.write_string(top, place, title, styles.bold)
    for number, column in enumerate(template.columns, 1):
        words = describe_column(template, column)
        cells = (str(number), column.header, describe_duty(column), describe_type(column), words)
        for place, cell in enumerate(cells):
            sheet.write_string(top + number, place, cell, styles.wrapped)
        sheet.set_row(top + number, LINE_HEIGHT * (words.count("\n") + 1 + len(words) // WORDS_A_LINE))
