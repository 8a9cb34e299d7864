"""The lines of a governance board: counts of records and of listings put together, each with its index.

Before it `warehouse.measure_governance` has counted records and `registry.movements` told of listings; after it
`governance` makes a board. It asks no store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.bulletin import Period
from credit_service.domain.governance import (
    LIST_ORDER,
    RECORD_COUNTS,
    GovernanceCounts,
    ListingSpan,
    span_kind,
)
from credit_service.domain.score import ListKind
from credit_service.rulebook.governance_index import IndexValue, judge_index
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.measure_governance import (
    CountedPeriod,
    Dimension,
    GovernanceFrames,
    GovernanceQuestion,
)


class Breakdown(StrEnum):
    """What the lines of a board are."""

    CATEGORY = "category"
    DISTRICT = "district"
    AGENCY = "agency"
    CELL = "cell"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"category": "事项", "district": "区域", "agency": "部门", "cell": "事项、区域、部门"}[self.value]

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions one line stands for."""
        return tuple(Dimension) if self is Breakdown.CELL else (Dimension(self.value),)


@dataclass(frozen=True)
class Selection:
    """What a board is about: everything, or one item, region or department, or any of them together."""

    by: Breakdown = Breakdown.CATEGORY
    category: int | None = None
    district: str | None = None
    """Six digits; empty: records without a region, all those of natural persons among them."""
    agency: str | None = None


@dataclass(frozen=True)
class PeriodGovernance:
    """One line in one period."""

    period: Period
    counts: GovernanceCounts
    index: IndexValue


@dataclass(frozen=True)
class GovernanceLine:
    """One item, region, department or cell: the period asked for is the last one of its trend."""

    key: tuple[str, ...]
    names: tuple[str, ...]
    trend: tuple[PeriodGovernance, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return " · ".join(self.names)

    @property
    def now(self) -> PeriodGovernance:
        """The period that was asked for."""
        return self.trend[-1]

    @property
    def counts(self) -> GovernanceCounts:
        """The counts of the period that was asked for."""
        return self.now.counts


class Places:
    """Where listings count: in the region and department of the first record they rest on."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._by_record = {row["record_id"]: row for row in frame.iter_rows(named=True)}

    def find(self, span: ListingSpan, dimension: Dimension) -> str:
        """Return where a listing counts; of a record that is not there any more only the authority is known."""
        if dimension is Dimension.CATEGORY:
            return str(span.category)
        row = self._by_record.get(span.record_id, {"district": "", "agency": span.authority_code})
        return str(row[dimension.value])


@dataclass(frozen=True)
class Tally:
    """Puts counts of records and of listings together."""

    periods: tuple[Period, ...]
    question: GovernanceQuestion
    rulebook: Rulebook
    agencies: tuple[Agency, ...]
    places: Places

    def to_whole(self, frames: GovernanceFrames, spans: Iterable[ListingSpan]) -> GovernanceLine:
        """Return the line of the whole selection."""
        cells = self._add((), frames.counts[0], [span for span in spans if self._is_meant(span, ())])
        return self._to_line((), ("合计",), cells.get((), {}))

    def to_lines(
        self, by: Breakdown, frames: GovernanceFrames, spans: Iterable[ListingSpan]
    ) -> tuple[GovernanceLine, ...]:
        """Return the lines in the order of their keys; of items every one, also where there is nothing to tell."""
        meant = [span for span in spans if self._is_meant(span, by.dimensions)]
        cells = self._add(by.dimensions, frames.counts[1], meant)
        if by is Breakdown.CATEGORY and self.question.category is None:
            cells = {(str(item.number),): {} for item in self.rulebook.edition.categories} | cells
        lines = [self._to_line(key, self._name(by, key), cell) for key, cell in sorted(cells.items(), key=_order)]
        return tuple(line for line in lines if by is Breakdown.CATEGORY or not _is_idle(line))

    def _is_meant(self, span: ListingSpan, dimensions: tuple[Dimension, ...]) -> bool:
        """Return whether a listing counts; honours belong to no item, so red listings count without one."""
        if not (span.category or span.list_kind is ListKind.RED or Dimension.CATEGORY in dimensions):
            return self.question.category is not None and self._is_chosen(span)
        return self._is_chosen(span)

    def _is_chosen(self, span: ListingSpan) -> bool:
        asked = (self.question.category, self.question.district, self.question.agency)
        return all(
            wanted is None or str(wanted) == self.places.find(span, dimension)
            for dimension, wanted in zip(Dimension, asked, strict=True)
        )

    def _add(
        self, dimensions: tuple[Dimension, ...], frame: pl.DataFrame, spans: Iterable[ListingSpan]
    ) -> dict[tuple[str, ...], dict[int, GovernanceCounts]]:
        cells: dict[tuple[str, ...], dict[int, GovernanceCounts]] = defaultdict(dict)
        for row in frame.iter_rows(named=True):
            key = tuple(str(row[dimension.value]) for dimension in dimensions)
            cells[key][row["period"]] = GovernanceCounts(**{name: row[name] for name in RECORD_COUNTS})
        for span in spans:
            key = tuple(self.places.find(span, dimension) for dimension in dimensions)
            for place, period in enumerate(self.question.periods):
                before = cells[key].get(place, GovernanceCounts())
                cells[key][place] = _add_listing(before, span, period)
        return dict(cells)

    def _to_line(
        self, key: tuple[str, ...], names: tuple[str, ...], cell: Mapping[int, GovernanceCounts]
    ) -> GovernanceLine:
        rule = self.rulebook.governance_index
        trend = []
        for place, period in enumerate(self.periods):
            counts = cell.get(place, GovernanceCounts())
            trend.append(PeriodGovernance(period, counts, judge_index(rule, counts, span_kind(period))))
        return GovernanceLine(key, names, tuple(trend))

    def _name(self, by: Breakdown, key: tuple[str, ...]) -> tuple[str, ...]:
        own = {agency.region_code for agency in self.agencies}
        names = {agency.agency_code: agency.short_name for agency in self.agencies}
        told = {
            Dimension.CATEGORY: lambda code: self.rulebook.category_name(int(code)),
            Dimension.DISTRICT: lambda code: name_district(code, own),
            Dimension.AGENCY: lambda code: names.get(code, code or "未注明"),
        }
        return tuple(told[dimension](code) for dimension, code in zip(by.dimensions, key, strict=True))


def name_district(code: str, own: Iterable[str]) -> str:
    """Return how a region is called: its code, and whether it is where the departments are."""
    if not code:
        return "未注明区域（含自然人）"
    return f"{code}（本区）" if code in own else code


def _order(entry: tuple[tuple[str, ...], object]) -> tuple[tuple[int, str], ...]:
    # Category 0 is not one of the items and stands after them.
    return tuple((99, part) if part == "0" else (int(part) if len(part) < 3 and part else 0, part) for part in entry[0])


def _is_idle(line: GovernanceLine) -> bool:
    return all(one.counts.is_empty for one in line.trend)


def _add_listing(counts: GovernanceCounts, span: ListingSpan, period: CountedPeriod) -> GovernanceCounts:
    place = LIST_ORDER.index(span.list_kind)
    entered, left, owed, fed_back = list(counts.listed_in), list(counts.listed_out), counts.owed, counts.fed_back
    entered[place] += period.from_on <= span.in_on <= period.through_on
    left[place] += (
        span.out_on is not None
        and max(span.out_on, span.in_on) <= period.through_on
        and (max(span.out_on, span.in_on) >= period.from_on)
    )
    for place_of_measure, (from_on, until_on) in enumerate(span.measures):
        runs = until_on is None or (until_on > from_on and until_on > period.from_on)
        if not runs or from_on > period.through_on:
            continue
        owed += 1
        asked, answered_on = span.answers[place_of_measure] if span.answers else (False, None)
        if asked:
            fed_back = (fed_back or 0) + (answered_on is not None and answered_on <= period.through_on)
    return replace(
        counts,
        listed_in=(entered[0], entered[1], entered[2]),
        listed_out=(left[0], left[1], left[2]),
        owed=owed,
        fed_back=fed_back,
    )
