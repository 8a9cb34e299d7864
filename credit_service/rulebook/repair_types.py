"""What a subject can lawfully do about a record, when, and with which papers: the tables of ``rules/repair``.

Before it lie the tables ``acts`` and ``papers``, read by `read_repair`; after it `outlook`.
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


@dataclass(frozen=True)
class RepairPaper:
    """What an application about dishonesty of a severity (``*``: any) must be accompanied by."""

    paper: str
    severity: str
    template: str
    """Text of the paper where the rules give one; else empty."""
    entry: RuleEntry
