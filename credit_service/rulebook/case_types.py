"""What a worked case is: facts or a question, and the outcome the law expects; frozen, with file and line.

Before it lie case files, read by `cases`, after it the comparison with an engine and the page that shows them. It
reads nothing and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from credit_service.rulebook.fact import Fact

WHOLE = "whole"
"""How a case calls category 0."""


@dataclass(frozen=True)
class CaseHead:
    """What every case says about itself."""

    name: str
    as_of: date
    about: tuple[str, ...]
    """Slugs of items, ids of list types or of rules that the case shows."""
    edition: str | None
    """Edition of the special-governance items; None: the one in use."""
    file: str
    line: int


@dataclass(frozen=True)
class ExpectedScore:
    """Points and grade a subject should have."""

    subject_id: str
    category: str
    """Slug of the item; ``whole`` for category 0."""
    points: int
    grade: str


@dataclass(frozen=True)
class ExpectedCandidate:
    """A proposal that should be made, and what a listing on it would bring; None: not stated."""

    subject_id: str
    list_type: str
    category: str
    record_ids: tuple[str, ...]
    measures: tuple[str, ...] | None = None
    """Slugs of the measures that follow once the listing is decided and served."""
    until_on: date | None = None
    """Last day of the listing, were it decided on the day of the case."""
    is_public: bool | None = None
    """Whether the list type lets this kind of subject be shown to the public."""


@dataclass(frozen=True)
class WorkedCase:
    """Facts and their outcome; what is not stated is not compared, but stated candidates are all there are."""

    head: CaseHead
    facts: tuple[Fact, ...]
    scores: tuple[ExpectedScore, ...] = ()
    candidates: tuple[ExpectedCandidate, ...] | None = None
    severities: Mapping[str, str] | None = None
    rules: Mapping[str, str] | None = None
    categories: Mapping[str, str] | None = None
    """Slug of the item each record belongs to; ``whole`` where it belongs to none."""
    weights: Mapping[str, int] | None = None
    """Millionths of the points that still count."""
    unscored: tuple[str, ...] = ()
    """Subjects that must have no score at all."""

    @property
    def name(self) -> str:
        """What it shows, in words."""
        return self.head.name

    @property
    def as_of(self) -> date:
        """The day of the question."""
        return self.head.as_of

    @property
    def file(self) -> str:
        """File it is written in."""
        return self.head.file

    @property
    def line(self) -> int:
        """Line it begins on."""
        return self.head.line


@dataclass(frozen=True)
class AskedCase:
    """A question to the rules that needs no record: a term, a day, a measure, a word that may not be collected."""

    head: CaseHead
    question: str
    """Which question; see `answer_cases.QUESTIONS`."""
    given: Mapping[str, str]
    expected: Mapping[str, str]


Case = WorkedCase | AskedCase
