"""The governance board: what became of dishonest records in a period, by item, region or department, and an index.

Before it `warehouse.measure_governance` has counted records and `registry.movements` told of listings; after it tables,
pages and workbooks. Definitions of every count stand in `domain.governance`, the index in `rulebook.governance_index`.
It changes nothing, and it says nothing about any one subject.

Everything is bitemporal: a board is asked for a period and an instant of knowledge, and all periods of its trend are
read with the facts known at that instant and the rules in force on the last day of the period asked for, as adopted by
that instant, so that a difference between two periods is never one of rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from credit_service.domain.agency import Agency
from credit_service.domain.bulletin import Period
from credit_service.domain.category import Category
from credit_service.domain.clock import SHANGHAI, legal_day
from credit_service.domain.governance import (
    TREND_PERIODS,
    SpanKind,
    back_to,
    last_known_on,
    period_of,
    shift_period,
    span_kind,
)
from credit_service.errors import PeriodUnknown, RuleNotInForce
from credit_service.lookup.governance_choices import check_selection
from credit_service.lookup.governance_lines import GovernanceLine, Places, Selection, Tally
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.compile_governance import CompiledGovernance, compile_governance
from credit_service.rulebook.governance_index import GovernanceIndex
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.measure_governance import (
    CountedPeriod,
    Dimension,
    GovernanceQuestion,
    count_governance,
)

_COMPILED: dict[tuple[str, ...], CompiledGovernance] = {}
"""By rulebook: compiling takes longer than counting a small warehouse."""
_RULED: dict[tuple[str, str, date], bool] = {}
"""By home, rulebook of today and day, whether there were rules: failing to load them takes as long as loading them."""


@dataclass(frozen=True)
class GovernanceBoard:
    """A period with the five before it: the whole selection, and its lines."""

    period: Period
    known_at: datetime
    selection: Selection
    whole: GovernanceLine
    lines: tuple[GovernanceLine, ...]
    rule: GovernanceIndex
    rulebook: str
    items: tuple[Category, ...]
    agencies: tuple[Agency, ...]
    is_open: bool
    """The period is not over as far as is known: its numbers will still grow."""

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods of the trend, oldest first."""
        return tuple(one.period for one in self.whole.trend)

    @property
    def kind(self) -> SpanKind:
        """How long the period is."""
        return span_kind(self.period)


def get_governance_board(
    room: ReadingRoom, period: Period, selection: Selection | None = None, known_at: datetime | None = None
) -> GovernanceBoard:
    """Return a period and the five before it.

    Args:
        room: The reading room.
        period: A month, quarter, half-year or year.
        selection: What it is about and how it is broken down; by default everything by item.
        known_at: Only what was known at this instant counts; by default now.

    Raises:
        PeriodUnknown: The period had not begun at that instant.
        RuleNotInForce: There were no rules on its last day.
        SelectionUnknown: There is no such item or region.
        UnknownAgency: There is no such department.
        WarehouseBusy: Another process holds the warehouse.
    """
    chosen, now = selection or Selection(), known_at or room.clock.now()
    known_on = legal_day(now)
    if period.from_on > known_on:
        message = f"{period.label}在{known_on}尚未开始，没有可统计的数据。"
        raise PeriodUnknown(message, remedy="请选择已经开始的期别，或把“截至”的日期改晚。")
    as_of = last_known_on(period, known_on)
    rulebook = room.rulebook(as_of, now)
    periods = back_to(period, TREND_PERIODS)
    with room.ledger.reading() as uow:
        spans = uow.movements.list_spans(now, as_of)
        agencies = tuple(uow.agencies.list_all())
    question = GovernanceQuestion(
        as_of=as_of,
        known_at=now,
        periods=[_to_counted(one, known_on) for one in periods],
        category=chosen.category,
        district=chosen.district,
        agency=chosen.agency,
    )
    groupings: list[tuple[Dimension, ...]] = [(), chosen.by.dimensions]
    with room.warehouse.open() as session:
        frames = count_governance(
            session, question, _compile(rulebook), groupings, sorted({span.record_id for span in spans})
        )
    counted = Tally(periods, question, rulebook, agencies, Places(frames.places))
    whole = counted.to_whole(frames, spans)
    is_empty = all(one.counts.is_empty for one in whole.trend)
    check_selection(chosen, rulebook.edition.categories, agencies, is_empty=is_empty)
    return GovernanceBoard(
        period=period,
        known_at=now,
        selection=chosen,
        whole=whole,
        lines=counted.to_lines(chosen.by, frames, spans),
        rule=rulebook.governance_index,
        rulebook=rulebook.hash,
        items=rulebook.edition.categories,
        agencies=agencies,
        is_open=known_on <= period.until_on,
    )


def find_newest_period(room: ReadingRoom, kind: SpanKind = SpanKind.QUARTER) -> Period:
    """Return the period that the newest batch was received in; the present one where nothing was received yet."""
    with room.ledger.reading() as uow:
        newest = uow.batches.list_newest(None, 1)
    return period_of(legal_day(newest[0].received_at if newest else room.clock.now()), kind)


def list_periods(room: ReadingRoom, shown: Period) -> tuple[Period, ...]:
    """Return the periods a board is usually opened for: of each length some, newest first, and the shown."""
    today = room.today()
    offered = [
        period
        for kind, count in ((SpanKind.QUARTER, 8), (SpanKind.MONTH, 12), (SpanKind.HALF, 4), (SpanKind.YEAR, 3))
        for period in reversed(back_to(period_of(today, kind), count))
        if has_rules(room, min(period.until_on, today))
    ]
    return tuple(offered) if shown in offered else (shown, *offered)


def has_rules(room: ReadingRoom, day: date) -> bool:
    """Return whether a board can be had for a day: whether every kind of rule was in force on it."""
    key = (str(room.places.home), room.rulebook(room.today()).hash, day)
    if key not in _RULED:
        try:
            room.rulebook(day)
        except RuleNotInForce:
            _RULED[key] = False
        else:
            _RULED[key] = True
    return _RULED[key]


def end_of_day(day: date) -> datetime:
    """Return the last instant (UTC) of a legal day: what is known “as of” it."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI).astimezone(UTC) - timedelta(microseconds=1)


def _compile(rulebook: Rulebook) -> CompiledGovernance:
    if rulebook.key not in _COMPILED:
        _COMPILED.clear()
        _COMPILED[rulebook.key] = compile_governance(rulebook)
    return _COMPILED[rulebook.key]


def _to_counted(period: Period, known_on: date) -> CountedPeriod:
    following = shift_period(period, 1)
    return CountedPeriod(
        from_on=period.from_on,
        through_on=last_known_on(period, known_on),
        begins_at=_midnight(period.from_on),
        ends_at=_midnight(following.from_on),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
