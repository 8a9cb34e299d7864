"""Joint measures: what follows from a listing, by whom, on which basis."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Measure:
    """One entry of the measure catalogue (``rules/measures``); nothing outside it may be applied."""

    slug: str
    name: str
    nature: str
    """``reduces_rights``, ``management``, ``market`` (information only) or ``incentive``."""
    content: str
    basis: str
    body: str
    status: str
    list_kinds: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    """Grounds of black lists it is limited to; empty: any."""


@dataclass(frozen=True)
class MeasureOwed:
    """A measure that follows from one listing, from its service until its end."""

    case_id: str
    measure: str
    basis: str
    body: str
    from_on: date
    until_on: date | None
    ended_on: date | None = None
