"""Scores, reasons and candidates: what an assessment says, and why.

Points are whole numbers of 10⁻⁴ (`POINT`), never floats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

POINT = 10_000
"""One point."""


class ListKind(StrEnum):
    """Which list."""

    RED = "red"
    BLACK = "black"
    WATCH = "watch"

    @property
    def label(self) -> str:
        """Chinese name, as bulletins print it."""
        return {"red": "守信激励对象（红榜）", "black": "严重失信主体名单（黑榜）", "watch": "重点关注名单"}[self.value]


@dataclass(frozen=True)
class Reason:
    """Why one record counts as it does."""

    record_id: str
    category: int
    kind: str
    severity: str | None
    points_before: int
    weight: int
    """Millionths."""
    points: int
    rule: str
    source: str
    file: str
    row: int
    decided_on: date
    note: str = ""


@dataclass(frozen=True)
class Candidate:
    """A proposal of the engine: never a listing."""

    subject_id: str
    list_kind: ListKind
    list_type: str
    """Id in rules/lists; empty for the watch list."""
    category: int
    rule: str
    source: str
    record_ids: tuple[str, ...]
    run_id: str
