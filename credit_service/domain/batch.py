"""One submission, its rows, and what was found wrong with them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class BatchStatus(StrEnum):
    """Life of a batch: received → (checked →) stored → corrected or withdrawn; or refused as a whole."""

    RECEIVED = "received"
    CHECKED = "checked"
    """Checked and held: as a whole it looks wrong, and a person has to confirm it before it is stored."""
    STORED = "stored"
    CORRECTED = "corrected"
    """Stored, and a later batch was sent as its corrected copy."""
    WITHDRAWN = "withdrawn"
    """Stored once and taken back with a reason; its rows stay queryable for the time they held."""
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "received": "已接收",
            "checked": "待确认",
            "stored": "已入库",
            "corrected": "已更正",
            "withdrawn": "已撤回",
            "refused": "整批退回",
        }[self.value]

    @property
    def has_rows(self) -> bool:
        """Whether the warehouse holds rows of a batch in this state."""
        return self in {BatchStatus.STORED, BatchStatus.CORRECTED, BatchStatus.WITHDRAWN}


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
    container_sha256: str | None = None
    """The archive it came in, where it came in one."""
    container_name: str | None = None


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
    corrects: str | None = None
    """The batch this one is the corrected copy of."""
    container_sha256: str | None = None
    container_name: str | None = None
    attempt: int = 0
    """How many batches of the same bytes were withdrawn before."""
    profile: str | None = None
    """Row counts and fill of each column as JSON, for comparison with later batches."""
    unusual: str | None = None
    """Why the batch was held, as a JSON list; stays after an override."""
    permit: Mapping[str, Sequence[str]] | None = None
    """What the agency might submit when the file was received (`Agency.permit`)."""
    override_reason: str | None = None
    override_by: str | None = None

    def list_unusual(self) -> tuple[Unusual, ...]:
        """Return why the batch was held; empty where it never was."""
        return tuple(Unusual(**one) for one in json.loads(self.unusual or "[]"))

    def find_file(self, inbox: Path) -> ReceivedFile:
        """Return its bytes, where they lie in an inbox."""
        return ReceivedFile(
            sha256=self.sha256,
            size=self.size,
            kind=self.kind,
            file_name=self.file_name,
            path=str(inbox / self.sha256[:2] / self.sha256),
            container_sha256=self.container_sha256,
            container_name=self.container_name,
        )


@dataclass(frozen=True)
class Retraction:
    """A withdrawal of one record, or of a whole batch where ``record_id`` is None."""

    batch_id: str
    record_id: str | None
    retracted_at: datetime
    reason: str
    actor_id: str


@dataclass(frozen=True)
class Effects:
    """What the accepted rows of a batch do to what is stored; they add up to the accepted rows."""

    new: int = 0
    replaced: int = 0
    """The same act was stored with other facts; from now on these hold."""
    unchanged: int = 0
    """The same act was stored with the same facts; the earlier record stands."""

    def to_dict(self) -> dict[str, int]:
        """Return the documented JSON object."""
        return {"new": self.new, "replaced": self.replaced, "unchanged": self.unchanged}


@dataclass(frozen=True)
class Unusual:
    """Why a batch as a whole looks wrong: a rule, what was seen, and what to do."""

    rule: str
    message: str
    remedy: str

    def to_dict(self) -> dict[str, str]:
        """Return the documented JSON object."""
        return {"rule": self.rule, "message": self.message, "remedy": self.remedy}


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
