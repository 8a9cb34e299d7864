"""What a rule may say of several records of a subject: how many, whether any, the sum, the most, the first day.

Before them are conditions as `nodes`; after them `compile_counts` (SQL) and `evaluate_aggregate` (plain Python). An
aggregate looks at records of one subject, and only at those that fit a condition; it names no table and holds no
question of its own, so nothing like a sub-query can be said. It checks itself at birth: units, empty values, and that
no sum leaves 64 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from credit_service.rulebook.fields import AS_OF, MOST_RECORDS, FieldSpec, ValueType
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    ConditionFault,
    Every,
    Field,
    Number,
    Operand,
    Span,
)

LARGEST_SUM = 10**18
"""A sum of magnitude above this counts as this: no law draws a line at ten quadrillion yuan, and 64 bits hold it."""
MEASURED = frozenset({ValueType.FEN, ValueType.DAYS, ValueType.MONTHS})
"""Units that may be added up or compared over records; points and weights may not, or a score could be made of them."""
_AS_OF = Field(FieldSpec(AS_OF, ValueType.DATE))


class AggregateKind(StrEnum):
    """What is taken of the records."""

    COUNT = "count"
    """How many; none is 0."""
    ANY = "any"
    """Whether there is one."""
    SUM = "sum"
    """How much in all; none is 0."""
    MAX = "max"
    """The most; of none it is empty."""
    MIN = "min"
    """The least; of none it is empty."""
    EARLIEST = "earliest"
    """The first day; of none it is empty."""
    LATEST = "latest"
    """The last day; of none it is empty."""


_PLAIN = frozenset({AggregateKind.COUNT, AggregateKind.ANY})
_DATED = frozenset({AggregateKind.EARLIEST, AggregateKind.LATEST})


@dataclass(frozen=True)
class Window:
    """The last so many days or months up to the day of the question.

    The day of the question is inside; the day exactly so long ago is not (满…的不计), nor is any day still to come.
    """

    unit: ValueType
    length: int
    since: Field

    def __post_init__(self) -> None:
        if self.since.type is not ValueType.DATE:
            message = f"窗口须按日期字段计算，“{self.since.spec.name}”是{self.since.type.label}"
            raise ConditionFault(message)

    @property
    def condition(self) -> Condition:
        """What the window asks of a record."""
        age = Span(self.unit, self.since, _AS_OF)
        begun = Compare(Comparator.LE, self.since, _AS_OF)
        return Every((begun, Compare(Comparator.LT, age, Number(self.length))))


@dataclass(frozen=True)
class Aggregate:
    """One value out of the records of a subject that fit a condition."""

    kind: AggregateKind
    when: Condition
    of: Operand | None = None

    def __post_init__(self) -> None:
        if self.kind in _PLAIN:
            if self.of is not None:
                message = f"“{self.kind}”不需要of"
                raise ConditionFault(message, "请删除of。")
        elif self.of is None:
            message = f"“{self.kind}”须用of写明对什么计算"
            raise ConditionFault(message)
        elif self.kind in _DATED:
            if self.of.type is not ValueType.DATE:
                message = f"“{self.kind}”只能用于日期，不能用于{self.of.type.label}"
                raise ConditionFault(message)
        elif self.of.type not in MEASURED:
            message = f"“{self.kind}”只能用于金额、天数、月数，不能用于{self.of.type.label}"
            raise ConditionFault(message, "分值和权重不得另行合计；日期请用earliest或latest。")

    @property
    def sums_wide(self) -> bool:
        """Whether the sum has to be reckoned in more than 64 bits before it is cut to `LARGEST_SUM`."""
        return self.kind is AggregateKind.SUM and self.of is not None and self._bound > LARGEST_SUM

    @property
    def _bound(self) -> int:
        return (self.of.largest if self.of else 1) * MOST_RECORDS

    def spec(self, name: str) -> FieldSpec:
        """Return the aggregate as a name other conditions may use, with unit, emptiness and largest magnitude."""
        if self.kind is AggregateKind.ANY:
            return FieldSpec(name, ValueType.BOOL)
        if self.of is None:
            return FieldSpec(name, ValueType.INT, most=MOST_RECORDS)
        if self.kind is AggregateKind.SUM:
            return FieldSpec(name, self.of.type, most=min(self._bound, LARGEST_SUM))
        return FieldSpec(name, self.of.type, nullable=True, most=self.of.largest)
