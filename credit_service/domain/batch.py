"""One submission, its rows, and what was found wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BatchStatus(StrEnum):
    """Life of a batch: received → stored, or refused as a whole."""

    RECEIVED = "received"
    STORED = "stored"
    REFUSED = "refused"


@dataclass(frozen=True)
class ReceivedFile:
    """Bytes as they arrived, kept for ever under their hash.

    ``path`` lies in the inbox; ``file_name`` is what the clerk called it.
    """

    sha256: str
    size: int
    kind: str
    """csv, xlsx, xls, ods, json or jsonl, from content, not from the name."""
    file_name: str
    path: str


@dataclass(frozen=True)
class Batch:
    """One file from one agency; the same bytes from the same agency are the same batch."""

    batch_id: str
    agency_code: str
    sha256: str
    size: int
    kind: str
    file_name: str
    received_at: datetime
    received_by: str
    status: BatchStatus
    template: str | None = None
    rows: int = 0
    """Data rows received: accepted + rejected + blank."""
    accepted: int = 0
    rejected: int = 0
    blank: int = 0
    records_digest: str | None = None
    stored_at: datetime | None = None
    refusal: str | None = None


class FindingSeverity(StrEnum):
    """What a finding does to its row."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"error": "错误", "warning": "警告", "note": "提示"}[self.value]


@dataclass(frozen=True)
class Finding:
    """One fault of one cell or row, so that a clerk can mend it.

    ``row`` is the line of the text file or the row of the sheet the clerk sees, the header included in the count.
    ``value`` is masked where the column is personal.
    """

    row: int
    column: str
    value: str
    rule: str
    severity: FindingSeverity
    message: str
    remedy: str
    sheet: str = ""

    def to_dict(self) -> dict[str, object]:
        """Return the finding as the documented JSON object."""
        return {
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "rule": self.rule,
            "severity": self.severity.value,
            "message": self.message,
            "remedy": self.remedy,
            "sheet": self.sheet,
        }
