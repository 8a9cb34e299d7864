"""What a draft would change, as nouns: flows between lists, grades, shifts of points, examples.

`impact` fills them, `impact_words`, the pages and the workbook show them. Natural persons are in `Flow`s of their own
and nowhere else; whoever shows such a flow goes through `coarse`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from credit_service.domain.score import ListKind

LISTS = (ListKind.BLACK, ListKind.WATCH, ListKind.RED)
"""The lists in the order they are shown."""
SMALL = 5
"""Counts of natural persons below this are not told, so that nobody is singled out."""


@dataclass(frozen=True)
class Flow:
    """How many subjects come and go."""

    entering: int = 0
    """Proposed by the draft only."""
    leaving: int = 0
    """Proposed by the rules in force only."""
    staying: int = 0

    @property
    def before(self) -> int:
        """How many the rules in force propose."""
        return self.leaving + self.staying

    @property
    def after(self) -> int:
        """How many the draft proposes."""
        return self.entering + self.staying

    @property
    def moved(self) -> int:
        """How many come or go."""
        return self.entering + self.leaving


@dataclass(frozen=True)
class FlowLine:
    """One value of a dimension on one list."""

    list_kind: ListKind
    key: str
    """Code or id; empty where it is unknown."""
    label: str
    flow: Flow


@dataclass(frozen=True)
class Dimension:
    """Flows by one property of organisations; ``note`` says how it is known, or what is not known."""

    name: str
    title: str
    note: str
    lines: tuple[FlowLine, ...]

    def of_list(self, list_kind: ListKind) -> tuple[FlowLine, ...]:
        """Return the lines of one list, those that move most first."""
        own = [line for line in self.lines if line.list_kind is list_kind]
        return tuple(sorted(own, key=lambda line: (-line.flow.moved, -line.flow.before, line.key)))


@dataclass(frozen=True)
class GradeMove:
    """Subjects of one category by the grade before and after; None is “not scored in it”."""

    before: str | None
    after: str | None
    subjects: int

    @property
    def is_same(self) -> bool:
        """Whether nobody here moves."""
        return self.before == self.after


@dataclass(frozen=True)
class CategoryShift:
    """Grades and points of one category (0: as a whole)."""

    category: int
    name: str
    moves: tuple[GradeMove, ...]
    bands: tuple[int, ...]
    """Subjects by how far their points move, as `impact_words.BANDS` names them."""
    lowest: int
    """The furthest fall, in points of 10⁻⁴; 0 where nobody falls."""
    highest: int
    better: int
    """Subjects whose grade is better under the draft."""
    worse: int

    @property
    def scored(self) -> int:
        """Subjects scored on both sides."""
        return sum(self.bands)

    @property
    def moved(self) -> int:
        """Subjects whose points move."""
        return self.scored - self.bands[len(self.bands) // 2]

    @property
    def has_moved(self) -> bool:
        """Whether points or grades of anybody move, or somebody is scored on one side only."""
        return self.moved > 0 or any(not move.is_same for move in self.moves)


@dataclass(frozen=True)
class RuleNote:
    """A rule as people read it."""

    rule: str
    text: str
    source: str


@dataclass(frozen=True)
class ScorePair:
    """Points and grade of one category on both sides; None: not scored in it."""

    category: int
    name: str
    points_before: int | None
    points_after: int | None
    grade_before: str | None
    grade_after: str | None


@dataclass(frozen=True)
class RecordChange:
    """A record that the two sides judge differently."""

    record_id: str
    batch_id: str
    row: int
    kind: str
    decided_on: date
    category_before: str
    category_after: str
    severity_before: str
    severity_after: str
    points_before: int
    points_after: int
    rule_before: RuleNote
    rule_after: RuleNote


@dataclass(frozen=True)
class Example:
    """One organisation that would enter or leave a list, and why on both sides."""

    list_kind: ListKind
    enters: bool
    subject_id: str
    name: str
    kind: str
    list_type: str
    category: str
    rule: RuleNote
    """Of the side that proposes it."""
    asked_before: str | None
    """What that rule asks in the rules in force, in words; None where they do not have it."""
    asked_after: str | None
    """What it asks in the draft."""
    scores: tuple[ScorePair, ...]
    records: tuple[RecordChange, ...]
    differing: int
    """Records judged differently, those not shown too."""

    @property
    def code(self) -> str:
        """The public code; empty where it has none."""
        scheme, _, code = self.subject_id.partition(":")
        return "" if scheme == "none" else code


@dataclass(frozen=True)
class RestingListings:
    """Listings that hold today and rest on a rule, or a list type, that the draft no longer has."""

    rule: RuleNote
    is_list_type: bool
    organisations: int
    persons: int


@dataclass(frozen=True)
class RulebookMark:
    """A rulebook by its hash and versions."""

    hash: str
    versions: tuple[tuple[str, str], ...]
    """(kind/rule, version)."""


@dataclass(frozen=True)
class DraftFault:
    """A worked case of the draft that its rules do not bear out; adoption will ask for it."""

    file: str
    line: int
    message: str


@dataclass(frozen=True)
class Impact:
    """What a draft would change on one day, with the facts known now."""

    as_of: date
    known_at: datetime
    before: RulebookMark
    after: RulebookMark
    records: int
    subjects: int
    scored: int
    """Organisations and businesses with a score as a whole."""
    organisations: tuple[FlowLine, ...]
    """One for each list."""
    persons: tuple[FlowLine, ...]
    person_types: tuple[FlowLine, ...]
    dimensions: tuple[Dimension, ...]
    grades: tuple[str, ...]
    """From the best to the worst."""
    shifts: tuple[CategoryShift, ...]
    examples: tuple[Example, ...]
    resting: tuple[RestingListings, ...]
    case_faults: tuple[DraftFault, ...]
    later: tuple[str, ...]
    """Versions of the draft that begin after the day, so that they do not show here."""

    @property
    def is_same(self) -> bool:
        """Whether both sides are the same rules on this day."""
        return self.before.hash == self.after.hash

    @property
    def moved(self) -> int:
        """Organisations that come or go, over all lists."""
        return sum(line.flow.moved for line in self.organisations)

    @property
    def whole(self) -> CategoryShift | None:
        """Grades and points of organisations as a whole."""
        return next((shift for shift in self.shifts if shift.category == 0), None)

    def dimension(self, name: str) -> Dimension:
        """Return one dimension."""
        return next(dimension for dimension in self.dimensions if dimension.name == name)
