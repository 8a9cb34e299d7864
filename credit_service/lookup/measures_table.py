"""The loop of joint measures as tables, JSON and a workbook to file.

Before it `measures` has looked everything up; every text of a workbook is written as text, so that nothing a name
contains can become a formula.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from io import BytesIO

import xlsxwriter

from credit_service.bulletins.render_csv import defuse_cell
from credit_service.domain.measure import FeedbackKind, MeasureUse, TaskState
from credit_service.lookup.measures import MeasureItem, OfficeBoard
from credit_service.measures.reconcile import FindingKind

FINDING_HEADINGS = ("问题", "单位", "措施", "主体", "案件", "自", "已过工作日", "是否超期", "怎么办")
TALLY_HEADINGS = ("单位", "交办", "待办", "执行中", "不适用", "待解除", "已解除", "问题", "最久（工作日）")
Cell = str | int | None


def to_item_json(item: MeasureItem) -> dict[str, object]:
    """Return one task as the documented JSON object of ``credit measures owed``."""
    use, case = item.use, item.case
    return {
        **to_use_json(use),
        "measure_name": item.name,
        "nature": use.owed.nature,
        "agency_name": item.agency.short_name,
        "state": item.state.value,
        "state_label": item.state_label,
        "next_due_on": item.reminder.due_on,
        "urgency": item.reminder.urgency.value,
        "possible": [kind.value for kind in item.possible],
        "catalogue_basis": use.owed.basis,
        "relevance": use.owed.relevance,
        "from_on": use.owed.from_on,
        "until_on": use.owed.until_on,
        "subject_name": case.subject_name,
        "identifier_code": case.identifier_code,
        "list_kind": case.list_kind.value,
        "list_type": case.list_type,
        "decision_no": case.decision_no,
        "authority_name": case.authority_name,
    }


def to_use_json(use: MeasureUse) -> dict[str, object]:
    """Return what was asked and said of one task, as a documented JSON object; empty without a task."""
    task = use.task
    if task is None:
        return {}
    return {
        "task_id": task.task_id,
        "case_id": task.case_id,
        "measure": task.measure,
        "agency_code": task.agency_code,
        "asked_on": task.asked_on,
        "due_on": task.due_on,
        "state": task.state.value,
        "statute": task.statute,
        "lift_asked_on": task.lift_asked_on,
        "lift_due_on": task.lift_due_on,
        "version": task.version,
        "feedback": [
            {
                "kind": one.kind.value,
                "on": one.done_on,
                "at": one.recorded_at.isoformat(),
                "actor": one.actor_id,
                "what": one.what,
                "amount_fen": one.amount_fen,
                "basis": one.basis,
                "document_no": one.document_no,
                "evidence": one.evidence,
            }
            for one in use.feedback
        ],
    }


def to_board_json(board: OfficeBoard) -> dict[str, object]:
    """Return the documented JSON object of ``credit measures reconcile``."""
    return {
        "as_of": board.day,
        "states": {state.value: number for state, number in board.states.items()},
        "shared_only": board.shared_only,
        "urgent": {urgency.value: number for urgency, number in board.urgent.items()},
        "findings": [
            {
                "kind": line.finding.kind.value,
                "label": line.finding.kind.label,
                "agency_code": line.finding.agency_code,
                "agency_name": line.agency_name,
                "measure": line.finding.measure,
                "measure_name": line.measure_name,
                "case_id": line.finding.case_id,
                "task_id": line.finding.task_id,
                "since_on": line.finding.since_on,
                "age_workdays": line.finding.age_workdays,
                "overdue": line.finding.is_overdue,
                "remedy": line.finding.kind.remedy,
            }
            for line in board.lines
        ],
        "agencies": [
            {
                "agency_code": tally.agency_code,
                "agency_name": name,
                "asked": tally.asked,
                "waiting": tally.waiting,
                "active": tally.active,
                "not_applicable": tally.not_applicable,
                "lifting": tally.lifting,
                "lifted": tally.lifted,
                "findings": {kind.value: number for kind, number in tally.findings},
                "oldest_workdays": tally.oldest_workdays,
                "urgent": {urgency.value: number for urgency, number in urgent.items()},
            }
            for tally, name, urgent in board.tallies
        ],
    }


def finding_rows(board: OfficeBoard) -> list[tuple[Cell, ...]]:
    """Return the findings under `FINDING_HEADINGS`."""
    return [
        (
            line.finding.kind.label,
            line.agency_name,
            line.measure_name,
            line.subject_name,
            line.finding.case_id,
            line.finding.since_on.isoformat(),
            line.finding.age_workdays,
            "是" if line.finding.is_overdue else "否",
            line.finding.kind.remedy,
        )
        for line in board.lines
    ]


def tally_rows(board: OfficeBoard) -> list[tuple[Cell, ...]]:
    """Return the agencies under `TALLY_HEADINGS`."""
    return [
        (
            name,
            tally.asked,
            tally.waiting,
            tally.active,
            tally.not_applicable,
            tally.lifting,
            tally.lifted,
            tally.found,
            tally.oldest_workdays,
        )
        for tally, name, _ in board.tallies
    ]


def write_reconciliation(board: OfficeBoard, district: str, issuer: str, made_at: datetime) -> bytes:
    """Return a workbook of the reconciliation: 对账问题, 按单位, 说明."""
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    title = f"{district}联合奖惩措施对账表（{board.day}）"
    book.set_properties({"title": title, "author": issuer, "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    sheets = _Sheets(book, title, f"制表：{issuer}　　按{board.day}已知的情况对账")
    sheets.add("对账问题", FINDING_HEADINGS, finding_rows(board), (18, 16, 22, 28, 16, 12, 10, 8, 40))
    sheets.add("按单位", TALLY_HEADINGS, tally_rows(board), (20, 8, 8, 8, 8, 8, 8, 8, 12))
    meanings = [(kind.label, kind.remedy) for kind in FindingKind]
    meanings += [(state.label, f"目前{board.states[state]}项") for state in TaskState]
    sheets.add("说明", ("名称", "怎么办、数量"), meanings, (26, 70))
    book.close()
    return stream.getvalue()


def write_feedback_form(items: Sequence[MeasureItem], columns: Mapping[str, str], made_at: datetime) -> bytes:
    """Return a workbook with one row for each open task, to be filled in and sent back.

    Args:
        items: The tasks.
        columns: Code and header of each column, as `pipeline.measure_upload` reads them.
        made_at: When it is made.
    """
    stream = BytesIO()
    book = xlsxwriter.Workbook(
        stream,
        {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False},
    )
    book.set_properties({"title": "联合奖惩措施反馈表", "created": made_at.astimezone(UTC).replace(tzinfo=None)})
    given = book.add_format({"bg_color": "#E9EDF1", "border": 1, "border_color": "#9AA5B1", "bold": True})
    asked = book.add_format({"bg_color": "#FDF1D2", "border": 1, "border_color": "#9AA5B1", "bold": True})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet("措施反馈")
    filled = {"task_id", "measure", "subject", "case_id", "due_on"}
    for column, (code, header) in enumerate(columns.items()):
        sheet.set_column(
            column, column, 26 if code in {"measure", "subject", "what", "basis", "evidence"} else 16, text
        )
        sheet.write_string(0, column, header, given if code in filled else asked)
    place = list(columns).index("kind")
    sheet.data_validation(
        1,
        place,
        max(len(items), 1) + 200,
        place,
        {"validate": "list", "source": [kind.label for kind in FeedbackKind], "error_message": "请从列表中选择"},
    )
    for row, item in enumerate(items, start=1):
        due_on = item.reminder.due_on
        cells = {
            "task_id": item.task_id,
            "measure": item.name,
            "subject": item.case.subject_name,
            "case_id": item.case.case_id,
            "due_on": due_on.isoformat() if due_on else "",
        }
        for column, code in enumerate(columns):
            sheet.write_string(row, column, defuse_cell(cells.get(code, "")), text)
    sheet.freeze_panes(1, 2)
    book.close()
    return stream.getvalue()


class _Sheets:
    """Writes sheets of one look."""

    def __init__(self, book: xlsxwriter.Workbook, title: str, note: str) -> None:
        self.book, self.title, self.note = book, title, note
        base = {"font_name": "宋体", "font_size": 10, "border": 1, "border_color": "#9AA5B1", "valign": "vcenter"}
        self.head = book.add_format({"font_name": "黑体", "font_size": 16, "bold": True})
        self.plain = book.add_format({"font_name": "宋体", "font_size": 10})
        self.heading = book.add_format({**base, "font_name": "黑体", "bold": True, "bg_color": "#E9EDF1"})
        self.text = book.add_format({**base, "text_wrap": True})
        self.quoted = book.add_format({**base, "text_wrap": True, "quote_prefix": True})
        self.number = book.add_format({**base, "num_format": "#,##0", "align": "right"})

    def add(self, name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[float]) -> None:
        sheet = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.write_string(0, 0, self.title, self.head)
        sheet.write_string(1, 0, self.note, self.plain)
        for column, heading in enumerate(headings):
            sheet.write_string(2, column, heading, self.heading)
        sheet.freeze_panes(3, 0)
        sheet.repeat_rows(2)
        for place, row in enumerate(rows, start=3):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(place, column, cell, self.number)
                else:
                    text = cell or "—"
                    sheet.write_string(place, column, text, self.quoted if defuse_cell(text) != text else self.text)
