"""The public rulebook as readers see it: chapters, groups of rules, sources and worked cases, all in words.

Before it stand `rulebook_chapters` and `rulebook_cases`; after it the page, the stand-alone page and the PDF, which
show the same text. It formats nothing and knows no template.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class BookLaw:
    """A source with its number in the book."""

    number: int
    title: str
    article: str
    excerpt: str
    url: str
    confirmed: bool
    checked_on: date | None


@dataclass(frozen=True)
class BookRow:
    """One rule: its cells in the order of the group's columns."""

    rule_id: str
    anchor: str
    cells: tuple[str, ...]
    law: int | None
    """Number of its source."""
    confirmed: bool
    note: str
    place: str
    """File and line."""
    from_on: date | None = None
    to_on: date | None = None


@dataclass(frozen=True)
class BookGroup:
    """Rules of one shape: a table, or sheets of labelled lines where a row has too much to say for a table."""

    title: str
    lead: str
    columns: tuple[str, ...]
    rows: tuple[BookRow, ...]
    as_sheets: bool = False


@dataclass(frozen=True)
class BookFact:
    """One fact of a worked case."""

    number: str
    subject: str
    text: str
    days: str


@dataclass(frozen=True)
class BookOutcome:
    """One thing a case expects, and the rules it names."""

    text: str
    rule_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class BookCase:
    """One worked case in words."""

    name: str
    as_of: date
    facts: tuple[BookFact, ...]
    question: str
    """What is asked where there are no facts; else empty."""
    outcomes: tuple[BookOutcome, ...]
    place: str


@dataclass(frozen=True)
class BookCaseGroup:
    """Cases about one thing: an item, a list type, or the chapter as a whole."""

    anchor: str
    title: str
    cases: tuple[BookCase, ...]


@dataclass(frozen=True)
class BookVersion:
    """One version of the rule a chapter shows."""

    version: str
    title: str
    from_on: date
    to_on: date | None
    """Last day in force; None: until the next version."""
    in_force: bool
    note: str


@dataclass(frozen=True)
class BookChange:
    """A rule whose parameters differ between versions: what each version says, in the order of the versions."""

    rule_id: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class BookChapter:
    """One kind of rules."""

    slug: str
    number: int
    title: str
    about: tuple[str, ...]
    """What this kind of rule does, in paragraphs."""
    versions: tuple[BookVersion, ...]
    changes: tuple[BookChange, ...]
    groups: tuple[BookGroup, ...]
    laws: tuple[int, ...]
    """Numbers of the sources it names."""
    cases: tuple[BookCaseGroup, ...] = ()
    compared: tuple[str, ...] = ()
    """The versions that ``changes`` compares, in order."""

    def case_count(self) -> int:
        """Return how many worked cases it has."""
        return sum(len(group.cases) for group in self.cases)

    def rule_count(self) -> int:
        """Return how many rules it has."""
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True)
class BookAdoption:
    """Who put the rules in force, as the ledger says."""

    text: str


@dataclass(frozen=True)
class Book:
    """The rulebook of one day."""

    as_of: date
    hash: str
    edition: str
    chapters: tuple[BookChapter, ...]
    laws: tuple[BookLaw, ...]
    unconfirmed: int
    """Rules whose content is not confirmed."""
    adoption: BookAdoption | None = None
    versions_on: tuple[date, ...] = field(default=())
    """Days on which something changes, newest first: what may be looked at."""

    def rows(self) -> Iterator[BookRow]:
        """Yield every rule."""
        for chapter in self.chapters:
            for group in chapter.groups:
                yield from group.rows

    def cases(self) -> Iterator[BookCase]:
        """Yield every worked case."""
        for chapter in self.chapters:
            for group in chapter.cases:
                yield from group.cases
