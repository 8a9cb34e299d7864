"""Which batches count in which months, and what the warehouse says of each.

Before it lie the ledger (what was received), the rules (the calendar) and the reference data (terms); after it
`lookup.quality` sums by department and month. It judges nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import cast

from credit_service.domain.agency import Agency
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.clock import legal_day
from credit_service.domain.duty import DutyBook
from credit_service.domain.month import Month, month_of
from credit_service.domain.quality import LATE_BANDS, QualityCounts
from credit_service.domain.workdays import WorkdayNumbers, number_workdays
from credit_service.errors import UnknownAgency
from credit_service.intake.duties import load_duties
from credit_service.listing.deadlines import build_workdays
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.warehouse.measure_quality import CountedBatch, QualityQuestion, count_quality, find_first_decision
from credit_service.warehouse.session import Session


@dataclass(frozen=True)
class Scene:
    """What one question about quality is answered from."""

    room: ReadingRoom
    agencies: tuple[Agency, ...]
    batches: tuple[Batch, ...]
    """Of these months, and of the two before them, because the duty of a quarter looks back."""
    duties: DutyBook
    months: tuple[Month, ...]

    @property
    def in_span(self) -> list[Batch]:
        """Batches received in the months asked about, whatever became of them."""
        return [batch for batch in self.batches if month_of(batch.received_at) in self.months]

    @property
    def stored(self) -> list[Batch]:
        """Those of them whose rows count."""
        return [batch for batch in self.in_span if batch.status.has_rows]


def look_around(room: ReadingRoom, months: tuple[Month, ...], agency_code: str | None) -> Scene:
    """Return what the ledger and the reference data say of some months, of one department or of all.

    Raises:
        UnknownAgency: No department has this code.
        RuleSyntax: The file of duties is not in order.
    """
    with room.ledger.reading() as uow:
        agencies = [one for one in uow.agencies.list_all() if agency_code in {None, one.agency_code}]
        received = uow.batches.list_received(months[0].plus(-2).begins_at, months[-1].ends_at, agency_code)
    if not agencies and agency_code is not None:
        message = f"没有代码为“{agency_code[:40]}”的单位。"
        raise UnknownAgency(message, remedy="请从列表中选择单位，或用 credit agency list 查看代码。")
    duties = _duties(room.places.reference / "duties.yaml")
    return Scene(room, tuple(agencies), tuple(received), duties, months)


def count_batches(scene: Scene) -> tuple[dict[str, QualityCounts], tuple[int, ...]]:
    """Return the counts of each batch in the months asked about, and the years the calendar does not know.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    counts = {batch.batch_id: count_batch(batch) for batch in scene.in_span}
    if not scene.stored:
        return counts, ()
    with scene.room.warehouse.open() as session:
        question, unknown_years = to_question(scene, session)
        measured = count_quality(session, question)
    for row in measured.iter_rows(named=True):
        known = {name: value or 0 for name, value in row.items() if name in QualityCounts.__dataclass_fields__}
        bands = cast("tuple[int, int, int, int]", tuple(row[f"late_band_{n}"] or 0 for n in range(len(LATE_BANDS))))
        counts[row["batch_id"]] = replace(counts[row["batch_id"]], **known, late_by_band=bands)
    return counts, unknown_years


def count_batch(batch: Batch) -> QualityCounts:
    """Return what the ledger alone says of a batch."""
    if batch.status is BatchStatus.REFUSED:
        return QualityCounts(refused=1)
    if not batch.status.has_rows:
        return QualityCounts(held=1)
    sent = batch.rows - batch.blank
    return QualityCounts(
        batches=1,
        withdrawn=int(batch.status is BatchStatus.WITHDRAWN),
        nil_reports=int(sent == 0),
        sent=sent,
        accepted=batch.accepted,
    )


def to_question(scene: Scene, session: Session) -> tuple[QualityQuestion, tuple[int, ...]]:
    """Return what the warehouse is asked, and the years whose working days are not known."""
    from_at = scene.months[0].begins_at
    terms = {t.template_id: scene.duties.term_of(t.template_id, t.record_kind) for t in scene.room.templates()}
    first_on = _first_day(scene, find_first_decision(session, from_at))
    last_on = max(first_on, min(scene.months[-1].last_on, scene.room.today()))
    overrides = scene.room.rulebook(scene.room.today()).holiday_overrides
    numbers = _number(tuple(sorted(overrides.items())), first_on, last_on)
    with scene.room.ledger.reading() as uow:
        contested = sorted(uow.objections.list_wrong_records())
    question = QualityQuestion(
        batches=[_to_counted(batch, numbers) for batch in scene.stored],
        from_at=from_at,
        days=[(number.day, number.stretch, number.through) for number in numbers.days.values()],
        terms=[(name, term.from_on, term.days) for name, term in terms.items() if term.days is not None],
        contested=contested,
    )
    return question, numbers.unknown_years


def _first_day(scene: Scene, first_decision_on: date | None) -> date:
    """Return the first day worth numbering: no earlier decision has a term."""
    book = scene.duties
    terms: Sequence[date] = [
        term.from_on
        for term in (*book.by_template.values(), *book.by_kind.values(), book.default)
        if term.days is not None
    ]
    begins_on = min(terms, default=scene.months[0].first_on)
    return max(begins_on, first_decision_on or begins_on)


def _to_counted(batch: Batch, numbers: WorkdayNumbers) -> CountedBatch:
    received_on = legal_day(batch.received_at)
    number = numbers.days.get(received_on)
    return CountedBatch(
        batch.batch_id,
        received_on,
        stretch=None if number is None else number.stretch,
        turn=None if number is None else number.turn,
    )


@lru_cache(maxsize=8)
def _number(overrides: tuple[tuple[date, bool], ...], first_on: date, last_on: date) -> WorkdayNumbers:
    """Number the days once: a board, its late rows and the next month's board ask for nearly the same ones."""
    return number_workdays(first_on, last_on, build_workdays(dict(overrides)))


# The file of duties belongs to an installation and is not edited while it runs.
_duties = lru_cache(maxsize=4)(load_duties)
