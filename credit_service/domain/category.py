"""Categories of the special governance and the edition of the list they belong to.

The 19 items are data (``rules/governance``), never an enumeration here: editions differ in number and content.
A category is a governance label; belonging to one never by itself causes a listing or a measure.
"""

from __future__ import annotations

from dataclasses import dataclass

GENERAL = 0
"""Number of the heading under which records outside every special category, and honours, are counted."""


@dataclass(frozen=True)
class Category:
    """One item of one edition."""

    number: int
    slug: str
    name: str
    lead: str
    source: str
    status: str


@dataclass(frozen=True)
class Edition:
    """One edition of the list of items."""

    edition: str
    title: str
    categories: tuple[Category, ...]
