"""The governance of an item, a region, a department over a period: what is counted.

Before it `warehouse.measure_governance` has counted records and `registry.movements` has told of listings; after it
`rulebook.governance_index` makes an index of the counts. It is arithmetic only and knows no store, and nothing in it is
about any one subject.

Definitions (a record counts where it is adverse, the newest report of its act, and not left out by the rule; days are
legal days in Asia/Shanghai):

============  ======================================================================================================
Count         Records
============  ======================================================================================================
opening       期初存量: active at the end of the day before the period
new           新增: decided in the period
late_learned  补报: decided before the period, first reported in it; told beside, part of no sum
mended        已整改: ended in the period by fulfilment (the kinds whose end means that are named by the rule)
repaired      已修复: repaired in the period
removed       已撤销: the decision was revoked in the period
expired       期满: publicity or listing ran out in the period, without any of the above
closing       期末存量: active at the end of the period, or of the last day known where it is not over
overdue       逾期: closing records older than the term the rule gives for their kind
repeated      复发: new records whose subject had one in the same category not long before
============  ======================================================================================================

Always ``opening + new = mended + repaired + removed + expired + closing``. A record ends once: on the earliest of its
days, and of ways on the same day the first in the order removed, repaired, mended, expired. What ended before it was
decided ends on the day of the decision.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from credit_service.domain.bulletin import Period, parse_period
from credit_service.domain.score import ListKind

TREND_PERIODS = 6


class SpanKind(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"

    @property
    def months(self) -> int:
        """Its length."""
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"month": "月", "quarter": "季度", "half": "半年", "year": "年"}[self.value]


@dataclass(frozen=True)
class GovernanceCounts:
    """The records of one item, region or department in one period; sums of such are such."""

    opening: int = 0
    new: int = 0
    late_learned: int = 0
    mended: int = 0
    repaired: int = 0
    removed: int = 0
    expired: int = 0
    closing: int = 0
    overdue: int = 0
    repeated: int = 0
    subjects: int = 0
    """Different subjects with a record in hand; not a sum: a subject in two items counts once in both together."""
    persons: int = 0
    """Natural persons among them."""
    owed: int = 0
    """措施应采取: measures of listings that ran on at least one day of the period; not those that only share
    information."""
    fed_back: int | None = None
    """措施已反馈: of them those every agency asked had answered by its end; None where nobody was asked for any of
    them, which is not the same as none."""
    listed_in: tuple[int, int, int] = (0, 0, 0)
    """Listings that took effect, by `ListKind` in its order."""
    listed_out: tuple[int, int, int] = (0, 0, 0)

    @property
    def in_hand(self) -> int:
        """在管: what there was to govern in the period."""
        return self.opening + self.new

    @property
    def growth(self) -> int:
        """By how much the stock grew; negative where it fell."""
        return self.closing - self.opening

    @property
    def is_empty(self) -> bool:
        """Whether nothing was in hand, and nobody listed or owed."""
        return not any((self.in_hand, self.late_learned, self.owed, *self.listed_in, *self.listed_out))

    def entered(self, kind: ListKind) -> int:
        """Return 列入 of one list."""
        return self.listed_in[LIST_ORDER.index(kind)]

    def left(self, kind: ListKind) -> int:
        """Return 移出 of one list."""
        return self.listed_out[LIST_ORDER.index(kind)]


LIST_ORDER: tuple[ListKind, ...] = tuple(ListKind)
RECORD_COUNTS: tuple[str, ...] = tuple(
    field.name
    for field in fields(GovernanceCounts)
    if field.name not in {"owed", "fed_back", "listed_in", "listed_out"}
)
"""What the warehouse counts; the rest comes from the ledger."""


@dataclass(frozen=True)
class ListingSpan:
    """One listing with what it brought, as known at an instant."""

    case_id: str
    list_kind: ListKind
    category: int
    authority_code: str
    record_id: str
    """The first record it rests on: whose region and department it counts under."""
    in_on: date
    """The day its decision was served."""
    out_on: date | None
    """The first day on which it no longer holds; None: no end is known."""
    measures: tuple[tuple[date, date | None], ...] = ()
    """(first day, first day after) of each measure."""
    answers: tuple[tuple[bool, date | None], ...] = ()
    """(whether agencies were asked; the day the last of them had answered, None while one has not) of each measure.

    Empty where nothing is known of tasks."""


def span_kind(period: Period) -> SpanKind:
    """Return how long a period is."""
    mark = period.code[4:5]
    return {"": SpanKind.YEAR, "Q": SpanKind.QUARTER, "H": SpanKind.HALF, "-": SpanKind.MONTH}[mark]


def shift_period(period: Period, steps: int) -> Period:
    """Return the period of the same length that many steps later (earlier where negative)."""
    kind = span_kind(period)
    place = (period.from_on.year * 12 + period.from_on.month - 1) // kind.months + steps
    return _to_period(place, kind)


def period_of(day: date, kind: SpanKind) -> Period:
    """Return the period of a length in which a day falls."""
    return _to_period((day.year * 12 + day.month - 1) // kind.months, kind)


def _to_period(place: int, kind: SpanKind) -> Period:
    """Return the period that so many periods of its length came before since the year 0."""
    year, months = divmod(place * kind.months, 12)
    number = months // kind.months + 1
    ending = {SpanKind.YEAR: "", SpanKind.HALF: f"H{number}", SpanKind.QUARTER: f"Q{number}"}.get(
        kind, f"-{number:02d}"
    )
    return parse_period(f"{year:04d}{ending}")


def back_to(period: Period, count: int) -> tuple[Period, ...]:
    """Return the ``count`` periods that end with this one, oldest first."""
    return tuple(shift_period(period, step) for step in range(1 - count, 1))


def last_known_on(period: Period, known_on: date) -> date:
    """Return the day on which a period is closed: its last, or the day of knowledge where it is not over."""
    return min(period.until_on, max(known_on, period.from_on - timedelta(days=1)))
