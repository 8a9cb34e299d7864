"""What a single rule is, kind by kind: typed, frozen, with its source; `schema.Rulebook` holds them all for one day.

Before it lie rule files, read by the ``read_*`` modules; after it SQL, the referee and the terms other rooms ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple, Protocol

from credit_service.domain.score import ListKind
from credit_service.rulebook.arithmetic import Arithmetic, Clock
from credit_service.rulebook.nodes import Condition

FORBIDDEN_PLACES = ("topic", "column")
STATUSES = ("confirmed", "unconfirmed")
GROUNDS = ("life_safety", "market_order", "credibility", "national_defence", "other_by_law")
SUFFICIENT_LEVELS = frozenset({"law", "administrative_regulation", "central_document", "local_regulation"})
"""Levels that carry a black list alone; a department rule needs an authorisation. Source: 国办发〔2020〕49号."""
BASIS_LEVELS = (*sorted(SUFFICIENT_LEVELS), "department_rule")


@dataclass(frozen=True)
class Law:
    """A source: law, regulation, document or standard."""

    title: str
    article: str
    url: str
    status: str
    excerpt: str = ""
    """The words of the text, where they were seen."""
    sha256: str = ""
    """Of the excerpt; the loader has compared it."""
    checked_on: date | None = None
    """When the text was last looked up."""
    check_again_months: int | None = None
    check_again_on: date | None = None


class RuleSource(NamedTuple):
    """Where a rule comes from."""

    title: str
    clause: str
    file: str
    """File and line of the rule."""


@dataclass(frozen=True)
class RuleEntry:
    """What every rule, whatever it does, says about itself."""

    rule_id: str
    text: str
    law: Law
    status: str
    note: str
    file: str
    line: int
    from_on: date | None = None
    to_on: date | None = None

    @property
    def source(self) -> RuleSource:
        """Law, clause and place of the rule."""
        return RuleSource(self.law.title, self.law.article, f"{self.file}:{self.line}")


class Entered(Protocol):
    """Anything a rule file states with an id and a source."""

    @property
    def entry(self) -> RuleEntry:
        """What it says about itself."""
        ...


@dataclass(frozen=True)
class Untranslatable:
    """A provision the rule language cannot express; it blocks adoption until it is accepted by name."""

    rule: str
    """Kind and rule it stands in."""
    why: str
    entry: RuleEntry


def list_entries(*groups: Iterable[Entered]) -> list[RuleEntry]:
    """Return what the rules of several groups say about themselves, in order."""
    return [row.entry for group in groups for row in group]


@dataclass(frozen=True)
class CatalogueClass:
    """One class of information that may be collected."""

    code: str
    name: str
    entry: RuleEntry


@dataclass(frozen=True)
class ForbiddenTopic:
    """Words of what may not be collected."""

    pattern: str
    place: str
    """``topic``: no row may report it. ``column``: no file may have a column for it; the word itself may occur."""
    entry: RuleEntry


@dataclass(frozen=True)
class Deadline:
    """One term."""

    key: str
    name: str
    value: int
    unit: str
    entry: RuleEntry


@dataclass(frozen=True)
class PublicityTerm:
    """How long a record of one severity is published; months from the decision."""

    severity: str
    min_months: int
    max_months: int
    entry: RuleEntry


@dataclass(frozen=True)
class MeasureProportion:
    """How much may be done about dishonesty of one severity; what only shares information is not counted."""

    severity: str
    most: int
    """So many measures at most."""
    natures: tuple[str, ...]
    """Of which natures they may be."""
    entry: RuleEntry


@dataclass(frozen=True)
class TermBounds:
    """What the law permits for a term; months, None where the law says nothing or has not been seen."""

    of: str
    """A severity, or the id of a list type."""
    least_min: int | None
    most_min: int | None
    """The shortest term lies between these."""
    most_term: int | None
    most_max: int | None
    """The usual and the longest term are not above these."""
    entry: RuleEntry


@dataclass(frozen=True)
class ListType:
    """One kind of list: on what basis, by whom, for how long, and what may be shown."""

    id: str
    name: str
    list_kind: ListKind
    ground: str
    legal_basis: str
    legal_basis_level: str
    authorised_by: str
    authority: str
    publish_organisation: bool
    publish_person: bool
    publication_basis: str
    min_months: int
    term_months: int
    max_term_months: int
    early_exit: str
    categories: tuple[str, ...]
    """Slugs of the special-governance items it belongs to."""
    measures: tuple[str, ...]
    taken_over_from: tuple[str, ...]
    """Kinds of records that are themselves a listing by the authority; such a listing is taken over, not made anew."""
    status: str
    entry: RuleEntry

    @property
    def basis(self) -> str:
        """The legal basis."""
        return self.legal_basis

    @property
    def has_sufficient_basis(self) -> bool:
        """Whether a black list of this type may exist. Source: 国办发〔2020〕49号."""
        return bool(self.legal_basis) and (self.legal_basis_level in SUFFICIENT_LEVELS or bool(self.authorised_by))


@dataclass(frozen=True)
class Acceptance:
    """Which records support which list type; the first that fits a record counts."""

    list_type: str
    kind: str
    subject_kind: str
    """Empty: any."""
    keyword: str
    """Empty: any topic."""
    entry: RuleEntry


@dataclass(frozen=True)
class KindCategory:
    """Records of one kind belong to one category, whatever their topic."""

    kind: str
    category: str
    entry: RuleEntry


@dataclass(frozen=True)
class Keyword:
    """A topic that contains the word belongs to the category."""

    keyword: str
    category: str
    entry: RuleEntry


@dataclass(frozen=True)
class Classification:
    """How a record finds its category: kind first, then the first word in order."""

    kinds: tuple[KindCategory, ...]
    keywords: tuple[Keyword, ...]
    fact_kinds: tuple[str, ...] = ()
    """Kinds whose topic only names the list, so that the fact is searched too."""


@dataclass(frozen=True)
class SeverityRule:
    """A condition and the severity it gives; the last rule has no condition."""

    severity: str
    when: Condition | None
    entry: RuleEntry
    clock: Clock = Clock.AS_OF
    """Which day its own dates are about; with the day of the act they are part of the condition."""


class Role(StrEnum):
    """What a kind of record does in scoring."""

    ADVERSE = "adverse"
    HONOUR = "honour"
    NEUTRAL = "neutral"


class Counting(StrEnum):
    """How long a kind of record counts."""

    PUBLICITY = "publicity"
    """Fully until the shortest publicity ends, then less day by day until the longest ends."""
    OPEN = "open"
    """Fully while the listing, honour or status is open."""


@dataclass(frozen=True)
class KindRule:
    """How one kind of record counts."""

    kind: str
    role: Role
    counting: Counting
    veto: bool
    open_months: int | None
    """Term where the record names no end; None: open without end."""
    cap_months: int | None
    """Longest term, whatever end the record names."""
    cap_group: str
    entry: RuleEntry


@dataclass(frozen=True)
class Event:
    """Points of one kind of record; ``severity`` or ``honour_level`` is ``*`` where it does not matter."""

    kind: str
    severity: str
    honour_level: str
    points: int
    entry: RuleEntry
    category: str = ""
    """Slug of the only item the points are for; empty: of every item that no row of its own is for."""


@dataclass(frozen=True)
class Grade:
    """A grade and the points it begins at."""

    grade: str
    min_points: int
    entry: RuleEntry


@dataclass(frozen=True)
class Cap:
    """The most a group of honours may add."""

    group: str
    points: int
    entry: RuleEntry


@dataclass(frozen=True)
class CategoryCap:
    """The most points an item may take, in its own score and in the score as a whole."""

    category: str
    """Slug of the item; empty: every item that no row of its own is for."""
    points: int
    """Above zero."""
    entry: RuleEntry


@dataclass(frozen=True)
class Exclusion:
    """A condition under which a record does not count."""

    when: Condition
    entry: RuleEntry


@dataclass(frozen=True)
class Scoring:
    """The scoring rule; points in 10⁻⁴."""

    scored_subjects: tuple[str, ...]
    base: int
    floor: int
    cap: int
    grades: tuple[Grade, ...]
    """From the best to the worst; the last is also the grade of a veto."""
    caps: tuple[Cap, ...]
    kinds: tuple[KindRule, ...]
    events: tuple[Event, ...]
    exclusions: tuple[Exclusion, ...]
    person: RuleEntry
    repeated: RuleEntry
    arithmetic: Arithmetic = field(default_factory=Arithmetic)
    category_caps: tuple[CategoryCap, ...] = ()
    events_by: Clock = Clock.AS_OF
    """Which day chooses among dated rows of points."""
