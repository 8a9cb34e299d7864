"""The declared names a condition may use, by the place it stands in: nothing else can be named.

Before it are the domain's enumerations; after it scopes for `parse_condition`. A scope says of each name its type, its
unit, whether it may be empty, and the largest value it may have, so that `nodes` can check units and prove that no
result leaves 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from credit_service.domain.record import PenaltyKind, RecordKind, Severity
from credit_service.domain.subject import SubjectKind


class ValueType(StrEnum):
    """Type and unit of a value; values of different units never meet."""

    INT = "int"
    FEN = "fen"
    POINTS = "points"
    DAYS = "days"
    MONTHS = "months"
    DATE = "date"
    BOOL = "bool"
    ENUM = "enum"

    @property
    def label(self) -> str:
        """Chinese name, for messages to the author of a rule."""
        return {
            "int": "整数",
            "fen": "金额（分）",
            "points": "分值（万分之一分）",
            "days": "天数",
            "months": "月数",
            "date": "日期",
            "bool": "是否",
            "enum": "枚举",
        }[self.value]


NUMERIC = frozenset({ValueType.INT, ValueType.FEN, ValueType.POINTS, ValueType.DAYS, ValueType.MONTHS})
LARGEST: dict[ValueType, int] = {
    ValueType.INT: 10**9,
    ValueType.FEN: 10**15,
    ValueType.POINTS: 10**12,
    ValueType.DAYS: 4 * 10**6,
    ValueType.MONTHS: 13 * 10**4,
}
"""Largest magnitude of a field of each numeric type, for the proof that nothing overflows."""

MOST_RECORDS = 10**8
"""Records of one subject the proofs against overflow allow for."""

HONOUR_LEVELS = ("national", "provincial", "city", "county", "none")
AS_OF = "as_of"


@dataclass(frozen=True)
class FieldSpec:
    """One name a condition may use.

    ``bit`` is set for a name that stands for one bit of an integer column.
    """

    name: str
    type: ValueType
    nullable: bool = False
    members: tuple[str, ...] = ()
    """The names an enumerated field can have."""
    column: str = ""
    """The column behind the name, where it is called otherwise."""
    bit: int = 0
    most: int = 0
    """Largest magnitude where it is not that of the type."""

    @property
    def source(self) -> str:
        """The column the value is read from."""
        return self.column or self.name


@dataclass(frozen=True)
class Scope:
    """The names one kind of condition may use."""

    title: str
    """What one row is, in Chinese, for messages."""
    fields: tuple[FieldSpec, ...]

    def find(self, name: str) -> FieldSpec | None:
        """Return the declared name, or None."""
        return next((spec for spec in self.fields if spec.name == name), None)

    @property
    def names(self) -> frozenset[str]:
        """Every declared name and every member of an enumeration."""
        return frozenset(spec.name for spec in self.fields) | {m for spec in self.fields for m in spec.members}


def _enum(name: str, members: Iterable[str], *, nullable: bool = False) -> FieldSpec:
    return FieldSpec(name, ValueType.ENUM, nullable, tuple(members))


def _date(name: str, *, nullable: bool = False) -> FieldSpec:
    return FieldSpec(name, ValueType.DATE, nullable)


def _bools(*names: str) -> tuple[FieldSpec, ...]:
    return tuple(FieldSpec(name, ValueType.BOOL) for name in names)


_RECORD_FIELDS = (
    _enum("kind", RecordKind),
    _enum("subject_kind", SubjectKind),
    _enum("honour_level", HONOUR_LEVELS),
    *(
        FieldSpec(f"penalty_{(kind.name or '').lower()}", ValueType.BOOL, column="penalty_mask", bit=kind.value)
        for kind in PenaltyKind
    ),
    FieldSpec("fine_fen", ValueType.FEN),
    FieldSpec("confiscated_fen", ValueType.FEN),
    FieldSpec("amount_fen", ValueType.FEN),
    *_bools("simple_procedure", "consent"),
    _date("decided_on"),
    _date("ends_on", nullable=True),
    _date("repaired_on", nullable=True),
    _date("revoked_on", nullable=True),
    _date(AS_OF),
)
_WINDOW_FIELDS = (
    *_RECORD_FIELDS,
    _enum("severity", Severity, nullable=True),
    _date("min_until", nullable=True),
    _date("max_until", nullable=True),
    _date("active_until", nullable=True),
)

RECORD_SCOPE = Scope("一条信用记录", _RECORD_FIELDS)
"""For severity: the record as it was reported."""
WINDOW_SCOPE = Scope("一条已定级的信用记录", _WINDOW_FIELDS)
"""For exclusions: with severity and the days its publicity or validity ends."""
JUDGED_SCOPE = Scope(
    "一条已评定的信用记录",
    (
        *_WINDOW_FIELDS,
        *_bools("is_adverse", "is_honour", "is_listing", "is_usable", "is_scored"),
        FieldSpec("category", ValueType.INT),
        FieldSpec("weight", ValueType.INT),
    ),
)
"""For counts and for the records that support a candidate."""


def severity_scope(history: Iterable[FieldSpec]) -> Scope:
    """Return the names for severity; ``history`` are those the severity rules themselves declare."""
    return Scope(RECORD_SCOPE.title, (*_RECORD_FIELDS, *history))


def standing_scope(grades: Iterable[str], counts: Iterable[FieldSpec] = ()) -> Scope:
    """Return the names of a subject's score in one category; ``counts`` are those the rules themselves declare."""
    return Scope(
        "一个主体在一个类别的评分",
        (
            _enum("grade", grades),
            FieldSpec("points", ValueType.POINTS),
            *_bools("veto"),
            FieldSpec("records", ValueType.INT),
            FieldSpec("category", ValueType.INT),
            _date(AS_OF),
            *counts,
        ),
    )


def subject_scope(grades: Iterable[str], counts: Iterable[FieldSpec]) -> Scope:
    """Return the names of a subject as a whole; ``counts`` are those the rules themselves declare."""
    return Scope(
        "一个信用主体",
        (
            _enum("subject_kind", SubjectKind),
            _enum("whole_grade", grades, nullable=True),
            FieldSpec("whole_points", ValueType.POINTS, nullable=True),
            _date(AS_OF),
            *counts,
        ),
    )
