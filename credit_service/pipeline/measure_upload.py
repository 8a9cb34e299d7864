"""Feedback on many measures from one file: each row is judged by itself, and what is refused is told by its row.

Before it stands the form a department filled in, or a list its system made; after it every row is written down or
refused with its reason. The same file again writes nothing twice. A row without a task number reports a measure that
nobody asked for.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path

from credit_service.domain.agency import Actor
from credit_service.domain.measure import FeedbackKind
from credit_service.errors import (
    AccessError,
    CreditServiceError,
    DecisionError,
    EvidenceMissing,
    LedgerConflict,
    UnreadableFile,
)
from credit_service.intake.plain_rows import PlainRow, read_plain_rows
from credit_service.intake.receive import receive_file
from credit_service.pipeline.measure_desk import (
    FeedbackRequest,
    StrayRequest,
    check_role,
    give_feedback,
    report_stray,
)
from credit_service.pipeline.office import Office

COLUMNS = {
    "task_id": "任务编号",
    "measure": "措施",
    "subject": "主体",
    "case_id": "案件编号",
    "due_on": "最迟日期",
    "kind": "反馈",
    "on": "办理日期",
    "what": "执行情况或不适用的理由",
    "amount": "金额（元）",
    "basis": "本次依据",
    "document_no": "文书号",
    "evidence": "凭证",
}
"""Code and header of each column of the form; those the service fills in are read over."""
NEEDED = ("kind",)
MOST_ROWS = 2_000
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?")
_LIMITS = {"what": 4_000, "evidence": 4_000, "basis": 500, "document_no": 128, "case_id": 40, "measure": 200}


@dataclass(frozen=True)
class RowOutcome:
    """What became of one row that said something."""

    row: int
    task_id: str
    fault: CreditServiceError | None
    note: str = ""
    """What to mind although it was written down, in Chinese."""

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of a row."""
        error = self.fault.to_dict() if self.fault else None
        return {"row": self.row, "task_id": self.task_id, "error": error, "note": self.note}


@dataclass(frozen=True)
class UploadOutcome:
    """What became of a file."""

    rows: tuple[RowOutcome, ...]
    empty: int
    """Rows in which nothing was filled in."""

    @property
    def done(self) -> int:
        """Rows that were written down."""
        return sum(one.fault is None for one in self.rows)

    @property
    def refused(self) -> tuple[RowOutcome, ...]:
        """Rows that were refused."""
        return tuple(one for one in self.rows if one.fault is not None)


def upload_feedback(office: Office, source: Path, name: str, actor: Actor) -> UploadOutcome:
    """Write down the feedback of a file, row by row.

    Raises:
        ScopeDenied: The role may not speak for an agency.
        UnreadableFile: The bytes are no readable table, or there are too many rows.
        UnknownTemplate: It is not this form.
        MissingColumns: A needed column is absent.
    """
    check_role(actor)
    with tempfile.TemporaryDirectory(prefix="feedback-") as folder:
        received = receive_file(source, name, Path(folder))
        rows = read_plain_rows(received, COLUMNS, NEEDED)
    filled = [row for row in rows if row.fault or row.cells["kind"]]
    if len(filled) > MOST_ROWS:
        message = f"一次最多反馈{MOST_ROWS}项，文件中有{len(filled)}项。"
        raise UnreadableFile(message, remedy="请分成几个文件。")
    outcomes = [_give_row(office, row, actor, received.sha256) for row in filled]
    return UploadOutcome(tuple(outcomes), len(rows) - len(filled))


def to_fen(text: str) -> int | None:
    """Return an amount in yuan as fen; blank is none.

    Raises:
        EvidenceMissing: It is no amount, or finer than a fen.
    """
    plain = text.strip().replace(",", "").replace("，", "").removesuffix("元")
    if not plain:
        return None
    try:
        fen = Decimal(plain) * 100
        if fen.is_finite() and abs(fen) < Decimal(10) ** 18 and fen == fen.to_integral_value():
            return int(fen)
    except (InvalidOperation, ValueError):
        pass
    message = f"金额“{text[:20]}”无法识别。"
    raise EvidenceMissing(message, remedy="请以元为单位填写，最多两位小数，例如 12000.50。")


def to_kind(text: str) -> FeedbackKind:
    """Return a kind by its name or its Chinese name.

    Raises:
        EvidenceMissing: There is none.
    """
    for kind in FeedbackKind:
        if text.strip() in {kind.value, kind.label}:
            return kind
    message = f"没有“{text[:20]}”这种反馈。" if text.strip() else "没有选择要反馈的事项。"
    raise EvidenceMissing(message, remedy=f"只能是：{'、'.join(kind.label for kind in FeedbackKind)}。")


def to_day(text: str) -> date | None:
    """Return a day; blank is none.

    Raises:
        EvidenceMissing: It is no day.
    """
    plain = text.strip()
    if not plain:
        return None
    found = _DAY.fullmatch(plain)
    try:
        if found is not None:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    message = f"日期“{text[:20]}”无法识别。"
    raise EvidenceMissing(message, remedy="请写成 2026-09-30 的形式。")


def _give_row(office: Office, row: PlainRow, actor: Actor, digest: str) -> RowOutcome:
    if row.fault:
        return RowOutcome(row.row, "", UnreadableFile(row.fault, remedy="请改正这一行后重新上传。"))
    cells = row.cells
    try:
        for code, limit in _LIMITS.items():
            if len(cells[code]) > limit:
                message = f"“{COLUMNS[code]}”超过{limit}个字。"
                raise EvidenceMissing(message, remedy="请写得简短些。")
        if not cells["task_id"]:
            return _report(office, row, actor)
        # The same file sent again says the same: it is written down once.
        key = sha256(f"{digest}\n{row.row}".encode()).hexdigest()
        give_feedback(
            office,
            FeedbackRequest(
                task_id=cells["task_id"],
                kind=to_kind(cells["kind"]),
                actor=actor,
                on=to_day(cells["on"]),
                what=cells["what"],
                amount_fen=to_fen(cells["amount"]),
                basis=cells["basis"],
                document_no=cells["document_no"],
                evidence=cells["evidence"],
                idempotency_key=f"file:{key}",
            ),
        )
    except (DecisionError, AccessError, LedgerConflict) as fault:
        return RowOutcome(row.row, cells["task_id"], fault)
    return RowOutcome(row.row, cells["task_id"], None)


def _report(office: Office, row: PlainRow, actor: Actor) -> RowOutcome:
    cells = row.cells
    on = to_day(cells["on"])
    report = StrayRequest(actor, cells["measure"], cells["case_id"], on, cells["what"], cells["document_no"])
    report_stray(office, report)
    return RowOutcome(row.row, "", None, "没有任务编号，已按“未经交办的措施”登记，列入对账。")
