"""A vetting as a workbook for the department: 结果 (its own rows with the verdict), 原因, 退回的行, 汇总, 说明.

Before it `vettings` has a kept result; after it a file the department prints, files, and answers nominees from. It is
written row by row, so that a hundred thousand nominees take no more memory than ten; every text is written as text, so
that nothing a name contains can become a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.clock import SHANGHAI
from credit_service.lookup.quality_workbook import A3, Imprint, count_lines
from credit_service.lookup.vetting_words import (
    EFFECT_WORDS,
    NOTES,
    flatten_reasons,
    join_reasons,
    list_counts,
    list_facts,
    say_kind,
    say_reason,
    say_remedies,
    say_span,
    say_verdict,
)
from credit_service.lookup.vettings import KeptVetting

Cell = str | int
MOST_LINES = 12
"""Lines of text a row grows to; more is read in the sheet of reasons."""
TINTS = {"passed": "#E4F1E8", "failed": "#F8E0DE", "unclear": "#FBF0D9"}
RESULT_COLUMNS = (("结果", 8.0), ("原因", 60.0), ("依据", 40.0), ("起止", 30.0), ("可以怎样办", 50.0))


class _Book:
    """The workbook being written, with its looks of cells."""

    def __init__(self, target: Path, kept: KeptVetting, imprint: Imprint) -> None:
        self.kept, self.imprint = kept, imprint
        self.book = xlsxwriter.Workbook(
            str(target),
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        receipt = kept.receipt
        self.title = f"{receipt.award_name}推荐对象信用审查结果（审查日{receipt.as_of}）"
        # The day of the vetting, not of the printing: the same result is the same file.
        made = receipt.known_at.astimezone(UTC).replace(tzinfo=None)
        self.book.set_properties({"title": self.title, "author": imprint.issuer, "created": made})
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "border": 1, "border_color": "#9AA5B1"}
        self.head = self.book.add_format({"font_name": "黑体", "font_size": 16, "bold": True, "valign": "vcenter"})
        self.note = self.book.add_format({"font_name": "宋体", "font_size": 10, "valign": "vcenter"})
        heading = {**base, "font_name": "黑体", "align": "center", "bg_color": "#E9EDF1", "bold": True}
        self.heading = self.book.add_format({**heading, "text_wrap": True})
        self.text = self.book.add_format({**base, "text_wrap": True})
        self.number = self.book.add_format({**base, "num_format": "#,##0", "align": "right"})
        strong = {**base, "bold": True, "align": "center"}
        self.verdicts = {name: self.book.add_format({**strong, "bg_color": tint}) for name, tint in TINTS.items()}

    def add_sheet(self, name: str, columns: Sequence[tuple[str, float]]) -> Worksheet:
        """Add a sheet one A3 page wide with title, imprint and headings; rows follow from the fourth."""
        sheet = self.book.add_worksheet(name)
        for column, (_, width) in enumerate(columns):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(A3)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.set_footer(f"&L{self.imprint.issuer.replace('&', '&&')}　只供评选审查使用，不得公开&C第 &P 页，共 &N 页")
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, self.title, self.head)
        receipt = self.kept.receipt
        made = receipt.known_at.astimezone(SHANGHAI)
        told = f"审查：{self.imprint.issuer}　　完成时间：{made:%Y-%m-%d %H:%M}　　用途：{receipt.purpose}"
        sheet.write_string(1, 0, defuse_cell(f"{told}　　审查编号：{receipt.vetting_id}"), self.note)
        for column, (heading, _) in enumerate(columns):
            sheet.write_string(2, column, defuse_cell(heading), self.heading)
        return sheet

    def write_row(self, sheet: Worksheet, row: int, cells: Sequence[Cell], widths: Sequence[float]) -> None:
        """Write one row as high as its longest text, within reason."""
        lines = [
            sum(count_lines(part, width) for part in cell.split("\n"))
            for cell, width in zip(cells, widths, strict=True)
            if isinstance(cell, str)
        ]
        sheet.set_row(row, 14 * min(max(lines, default=1), MOST_LINES) + 5)
        for column, cell in enumerate(cells):
            if isinstance(cell, int):
                sheet.write_number(row, column, cell, self.number)
            else:
                sheet.write_string(row, column, defuse_cell(cell), self.text)


def write_vetting_workbook(target: Path, kept: KeptVetting, imprint: Imprint, agency: str) -> None:
    """Write a vetting as XLSX.

    Args:
        target: The file; replaced where it is there.
        kept: The result, held against the journal.
        imprint: Who vetted; the time is the result's own.
        agency: Name of the department that asked.
    """
    book = _Book(target, kept, imprint)
    _write_results(book)
    _write_reasons(book)
    _write_findings(book)
    _write_summary(book)
    _write_notes(book, agency)
    book.book.close()


def _write_results(book: _Book) -> None:
    own = [(name, 26.0 if "名称" in name or "代码" in name else 14.0) for name in book.kept.receipt.columns]
    columns = [("行", 7.0), *own, *RESULT_COLUMNS]
    sheet = book.add_sheet("结果", columns)
    widths = [width for _, width in columns]
    place = 1 + len(own)
    last = 2
    for last, line in enumerate(book.kept.lines(), start=3):
        reason, law, span, remedy = join_reasons(line["reasons"])
        verdict = say_verdict(line["verdict"])
        book.write_row(sheet, last, [line["row"], *line["own"], verdict, reason, law, span, remedy], widths)
        sheet.write_string(last, place, verdict, book.verdicts[line["verdict"]])
    if last > 2:
        sheet.autofilter(2, 0, last, len(columns) - 1)


def _write_reasons(book: _Book) -> None:
    columns = (
        ("行", 7.0), ("名称", 30.0), ("类别", 16.0), ("代码", 22.0), ("结果", 8.0), ("效果", 8.0), ("原因", 60.0),
        ("依据", 46.0), ("起止", 30.0), ("可以怎样办", 50.0), ("规则", 26.0), ("记录或案件", 30.0),
    )  # fmt: skip
    sheet = book.add_sheet("原因", columns)
    widths = [width for _, width in columns]
    last = 2
    for last, (line, reason) in enumerate(flatten_reasons(book.kept.lines()), start=3):
        about = reason["record_id"] or reason["case_id"]
        cells: list[Cell] = [line["row"], line["name"], say_kind(line["kind"]), line["code"]]
        cells += [say_verdict(line["verdict"]), EFFECT_WORDS[reason["effect"]], say_reason(reason), reason["law"]]
        cells += [say_span(reason), say_remedies(reason), reason["rule"], about]
        book.write_row(sheet, last, cells, widths)
    if last == 2:
        book.write_row(sheet, 3, [0, "没有任何理由", *[""] * 10], widths)
    else:
        sheet.autofilter(2, 0, last, len(columns) - 1)


def _write_findings(book: _Book) -> None:
    columns = (("行", 7.0), ("工作表", 14.0), ("列", 26.0), ("原值", 30.0), ("说明", 70.0), ("改法", 60.0))
    sheet = book.add_sheet("退回的行", columns)
    widths = [width for _, width in columns]
    last = 2
    for last, one in enumerate(book.kept.findings(), start=3):
        cells: list[Cell] = [one["row"], one["sheet"] or "", one["column"] or "", one["value"] or ""]
        book.write_row(sheet, last, [*cells, one["message"], one["remedy"]], widths)
    if last == 2:
        book.write_row(sheet, 3, [0, "", "", "", "没有退回的行，也没有提示", ""], widths)


def _write_summary(book: _Book) -> None:
    columns = (("项目", 44.0), ("个数", 14.0), ("说明", 60.0))
    sheet = book.add_sheet("汇总", columns)
    widths = [width for _, width in columns]
    counts = list_counts(book.kept.receipt)
    for row, (name, count) in enumerate(counts, start=3):
        text = "＝通过＋不通过＋待核实＋退回＋空行" if row == 3 else ""
        book.write_row(sheet, row, [name, count, text], widths)
    row = 4 + len(counts)
    for column, heading in enumerate(("理由", "对象数", "效果")):
        sheet.write_string(row, column, heading, book.heading)
    reasons = book.kept.count_reasons()
    for place, (_, name, effect, count) in enumerate(reasons, start=row + 1):
        book.write_row(sheet, place, [name, count, EFFECT_WORDS[effect]], widths)
    _add_charts(book, sheet, len(counts), (row + 1, row + len(reasons)))


def _add_charts(book: _Book, sheet: Worksheet, counts: int, reasons: tuple[int, int]) -> None:
    """Draw the rows by verdict and the reasons by rule beside the table."""
    tints = ("#2E7D4F", "#B3423A", "#C98A1B", "#7A8591", "#C5CCD3")
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "行数",
            "categories": ["汇总", 4, 0, 2 + counts, 0],
            "values": ["汇总", 4, 1, 2 + counts, 1],
            "points": [{"fill": {"color": tint}} for tint in tints],
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    _dress(chart, "审查结果（行）")
    sheet.insert_chart(3, 4, chart, {"object_position": 2, "description": "各种结果的行数"})
    first, last = reasons
    if last < first:
        return
    chart = book.book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": "对象数",
            "categories": ["汇总", first, 0, last, 0],
            "values": ["汇总", first, 1, last, 1],
            "fill": {"color": "#1B4A7A"},
            "data_labels": {"value": True},
            "gap": 60,
        }
    )
    _dress(chart, "理由（对象数）")
    sheet.insert_chart(20, 4, chart, {"object_position": 2, "description": "各条理由的对象数"})


def _dress(chart: xlsxwriter.chart.Chart, title: str) -> None:
    chart.set_title({"name": title, "name_font": {"name": "黑体", "size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": {"name": "宋体"}})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#E9EDF1"}}, "num_format": "#,##0"})
    chart.set_size({"width": 620, "height": 320})


def _write_notes(book: _Book, agency: str) -> None:
    columns = (("项目", 22.0), ("说明", 120.0))
    sheet = book.add_sheet("说明", columns)
    widths = [width for _, width in columns]
    receipt = book.kept.receipt
    made = f"{receipt.known_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    facts: Iterable[tuple[str, str]] = list_facts(receipt, agency, made)
    notes = [(f"说明{number}", note) for number, note in enumerate(NOTES, start=1)]
    for row, pair in enumerate([*facts, *notes], start=3):
        book.write_row(sheet, row, list(pair), widths)
