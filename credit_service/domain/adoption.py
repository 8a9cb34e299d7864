"""Adoption: the recorded act by which the rules on disk become the rules in force from a day.

A rulebook is proposed by one person and confirmed by another; only then does anything follow from it. The rules a
service begins with are the one exception, and say so (`AdoptionKind.FOUNDING`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

INSTALLER = "installer"
"""Who founds: the set-up of the service, which is no person."""


class AdoptionKind(StrEnum):
    """How a rulebook came to be in force."""

    FOUNDING = "founding"
    """The rules found on disk when the ledger was made, or when it first recorded adoptions; nobody confirmed them."""
    ORDINARY = "ordinary"
    """Proposed by one person, confirmed by another."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"founding": "建库启用", "ordinary": "两人采用"}[self.value]


class AdoptionState(StrEnum):
    """How far a proposal has come."""

    PROPOSED = "proposed"
    ADOPTED = "adopted"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"proposed": "待第二人确认", "adopted": "已采用", "withdrawn": "已撤回"}[self.value]


@dataclass(frozen=True)
class Adoption:
    """One proposal of a rulebook and what became of it.

    **Units**: ``from_on`` and ``confirmed_on`` are legal days (Asia/Shanghai), inclusive; instants are UTC.
    """

    kind: AdoptionKind
    rulebook: str
    """SHA-256 of the manifest of every rule file (`rulebook.kept`)."""
    from_on: date
    """The first day it is in force, until the next one begins."""
    reason: str
    proposed_by: str
    proposed_at: datetime
    accepted: tuple[str, ...] = ()
    """Ids of what the rules say they cannot express and the proposer accepts by name."""
    unconfirmed: int = 0
    """Entries of the rules that still waited for the customer's confirmation."""
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    confirmed_on: date | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdraw_reason: str | None = None
    number: int | None = None
    """Given by the ledger; None until then."""

    @property
    def state(self) -> AdoptionState:
        """How far it has come."""
        if self.confirmed_at is not None:
            return AdoptionState.ADOPTED
        return AdoptionState.PROPOSED if self.withdrawn_at is None else AdoptionState.WITHDRAWN


@dataclass(frozen=True)
class CompiledText:
    """The SQL one compiler made of an adopted rulebook for one engine, from a day on."""

    adoption: int
    target: str
    """The engine: ``duckdb``, ``spark``."""
    from_on: date
    """The first day the rules of this text are in force."""
    rulebook: str
    """Hash of the rule versions in force on that day (`rulebook.schema.Rulebook.hash`)."""
    compiler: str
    sql_hash: str
    compiled_at: datetime
    sql: str
