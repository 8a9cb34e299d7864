"""What a subject can lawfully do about a record, and when: the rows of the table ``acts`` of ``rules/repair``.

Before it lies the table, read by `read_repair`; after it `outlook`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credit_service.rulebook.rule_types import RuleEntry


class ActOfSubject(StrEnum):
    """What a subject can do about a record; each ends its use."""

    REPAIR = "repair"
    FULFIL = "fulfil"
    LEAVE = "leave"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"repair": "信用修复", "fulfil": "履行义务", "leave": "申请移出"}[self.value]


class Wait(StrEnum):
    """What must have passed before the act."""

    NONE = "none"
    PUBLICITY = "publicity"
    """The shortest publicity of the record."""
    LIST = "list"
    """The shortest time on the list that accepts the record."""


@dataclass(frozen=True)
class LawfulAct:
    """What can be done about records of a kind and severity (``*``: any), and when at the earliest."""

    kind: str
    severity: str
    act: ActOfSubject
    wait: Wait
    entry: RuleEntry
