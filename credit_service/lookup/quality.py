"""The quality board: what each department reported in a month, how well, and what it still owes.

Before it `quality_counts` has the counts of each batch; after it tables, pages and workbooks. Definitions of every
measure stand in `domain.quality`. It changes nothing, and it says nothing about any one person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.duty import Duty, DutyBook, DutyStanding, DutyState, judge_duty
from credit_service.domain.month import Month, month_of
from credit_service.domain.quality import QualityCounts
from credit_service.lookup.quality_counts import Scene, count_batches, look_around, to_question
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.warehouse.measure_quality import count_quality, list_late_rows

TREND_MONTHS = 12
LATE_ROWS_SHOWN = 200


@dataclass(frozen=True)
class MonthQuality:
    """One department in one month."""

    month: Month
    counts: QualityCounts
    standings: tuple[DutyStanding, ...]
    """Duties that fall due in this month."""

    def duties(self, *states: DutyState) -> int:
        """Return how many duties are in one of these states; all of them where none is named."""
        return sum(not states or standing.state in states for standing in self.standings)

    @property
    def missing(self) -> int:
        """未报: duties of a month that is over, without any batch."""
        return self.duties(DutyState.MISSING)


@dataclass(frozen=True)
class TemplateQuality:
    """One template of one department over the months of the trend."""

    template_id: str
    """Empty for files whose template was not recognised."""
    title: str
    trend: tuple[QualityCounts, ...]

    @property
    def counts(self) -> QualityCounts:
        """The month that was asked for."""
        return self.trend[-1]


@dataclass(frozen=True)
class AgencyQuality:
    """One department: the month asked for is the last one of its trend."""

    agency: Agency
    trend: tuple[MonthQuality, ...]
    templates: tuple[TemplateQuality, ...]

    @property
    def now(self) -> MonthQuality:
        """The month that was asked for."""
        return self.trend[-1]

    @property
    def counts(self) -> QualityCounts:
        """The counts of the month that was asked for."""
        return self.now.counts

    @property
    def has_anything(self) -> bool:
        """Whether it owed or sent something in these months."""
        return any(one.standings or not one.counts.is_empty for one in self.trend)


@dataclass(frozen=True)
class QualityBoard:
    """Departments in one month, with the months before it."""

    month: Month
    months: tuple[Month, ...]
    agencies: tuple[AgencyQuality, ...]
    """Those that owe or sent something in these months, by code."""
    duties: DutyBook
    unknown_years: tuple[int, ...]
    """Years whose holidays the calendar does not have; terms across them were not computed."""
    is_open: bool
    """The month is not over: its numbers will still grow."""

    @property
    def total(self) -> QualityCounts:
        """All departments in the month."""
        return sum((line.counts for line in self.agencies), QualityCounts())

    @property
    def is_empty(self) -> bool:
        """Whether nobody sent anything in all these months."""
        return all(one.counts.is_empty for line in self.agencies for one in line.trend)


@dataclass(frozen=True)
class LateBatch:
    """A batch with late rows, persons' among them."""

    batch: Batch
    late: int
    worst_late_days: int


@dataclass(frozen=True)
class LateRow:
    """A late first report about an organisation."""

    batch: Batch
    sheet: str
    row: int
    document_no: str
    decided_on: date
    late_days: int


@dataclass(frozen=True)
class LateReport:
    """What came late in a month: every batch, and the rows that may be listed."""

    batches: tuple[LateBatch, ...]
    rows: tuple[LateRow, ...]
    """The latest first, at most `LATE_ROWS_SHOWN`."""


def get_quality_board(room: ReadingRoom, month: Month, agency_code: str | None = None) -> QualityBoard:
    """Return a month and the eleven before it, of one department or of all.

    Raises:
        UnknownAgency: No department has this code.
        WarehouseBusy: Another process holds the warehouse.
        RuleSyntax: The file of duties is not in order.
    """
    scene = look_around(room, month.back_to(TREND_MONTHS), agency_code)
    counted, unknown_years = count_batches(scene)
    titles = {template.template_id: template.title for template in room.templates()}
    lines = [_to_agency_quality(scene, agency, counted, titles) for agency in scene.agencies]
    return QualityBoard(
        month=month,
        months=scene.months,
        agencies=tuple(line for line in lines if agency_code is not None or line.has_anything),
        duties=scene.duties,
        unknown_years=unknown_years,
        is_open=room.today() <= month.last_on,
    )


def get_late_report(room: ReadingRoom, month: Month, agency_code: str) -> LateReport:
    """Return what one department sent late in a month.

    Raises:
        UnknownAgency: No department has this code.
        WarehouseBusy: Another process holds the warehouse.
    """
    scene = look_around(room, (month,), agency_code)
    if not scene.stored:
        return LateReport((), ())
    by_id = {batch.batch_id: batch for batch in scene.batches}
    with room.warehouse.open() as session:
        question, _ = to_question(scene, session)
        counts = count_quality(session, question)
        rows = list_late_rows(session, question, LATE_ROWS_SHOWN)
    late = [
        LateBatch(by_id[row["batch_id"]], row["late"], row["worst_late_days"])
        for row in counts.iter_rows(named=True)
        if row["late"]
    ]
    return LateReport(
        batches=tuple(sorted(late, key=lambda one: (-one.worst_late_days, one.batch.batch_id))),
        rows=tuple(LateRow(by_id[row.pop("batch_id")], **row) for row in rows.iter_rows(named=True)),
    )


def find_newest_month(room: ReadingRoom, agency_code: str | None) -> Month:
    """Return the newest month in which one department, or any, sent something; this month where nobody ever did."""
    with room.ledger.reading() as uow:
        newest = uow.batches.list_newest(agency_code, 1)
    return month_of(newest[0].received_at if newest else room.clock.now())


def list_months(room: ReadingRoom) -> tuple[Month, ...]:
    """Return the months a board is usually opened for, newest first: this one and those of two years."""
    return tuple(reversed(month_of(room.clock.now()).back_to(2 * TREND_MONTHS)))


def _to_agency_quality(
    scene: Scene, agency: Agency, counted: Mapping[str, QualityCounts], titles: Mapping[str, str]
) -> AgencyQuality:
    cells: dict[tuple[str, Month], list[QualityCounts]] = defaultdict(list)
    own = [batch for batch in scene.batches if batch.agency_code == agency.agency_code]
    for batch in own:
        if batch.batch_id in counted:
            cells[batch.template or "", month_of(batch.received_at)].append(counted[batch.batch_id])
    names = sorted({name for name, _ in cells}, key=lambda name: (not name, titles.get(name, name)))
    templates = tuple(
        TemplateQuality(
            name,
            titles.get(name, name) or "未识别模板的文件",
            tuple(_add(cells.get((name, month), ())) for month in scene.months),
        )
        for name in names
    )
    trend = tuple(
        MonthQuality(month, _add(line.trend[place] for line in templates), _judge_duties(scene, agency, own, month))
        for place, month in enumerate(scene.months)
    )
    return AgencyQuality(agency, trend, templates)


def _judge_duties(scene: Scene, agency: Agency, own: Sequence[Batch], month: Month) -> tuple[DutyStanding, ...]:
    today = scene.room.today()
    return tuple(
        DutyStanding(duty, _judge_duty(duty, own, month, today))
        for duty in scene.duties.duties
        if duty.binds(agency.agency_code, agency.templates) and duty.months_due(month)
    )


def _judge_duty(duty: Duty, own: Sequence[Batch], month: Month, today: date) -> DutyState:
    reports = [
        batch
        for batch in own
        if batch.template in duty.templates
        and batch.status in {BatchStatus.STORED, BatchStatus.CORRECTED}
        and month_of(batch.received_at) in duty.months_due(month)
    ]
    nil_reports = sum(batch.rows == batch.blank for batch in reports)
    return judge_duty(len(reports), nil_reports, month, today)


def _add(counts: Iterable[QualityCounts]) -> QualityCounts:
    return sum(counts, QualityCounts())
