"""Listings in and out with the measures they brought, as known at an instant.

Before it the acts that people recorded; after it boards of governance. An act recorded later than the instant had not
happened yet for whoever asks, whatever legal day it names.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.clock import legal_day
from credit_service.domain.governance import ListingSpan
from credit_service.domain.listing import ActKind
from credit_service.domain.measure import FeedbackKind, Nature
from credit_service.domain.score import ListKind
from credit_service.registry.measure_tables import MeasureFeedbackRow, MeasureTaskRow
from credit_service.registry.repository import Repository
from credit_service.registry.tables import ActRow, CaseRow, MeasureOwedRow, table_of

CASE = table_of(CaseRow)
ACT = table_of(ActRow)
MEASURE = table_of(MeasureOwedRow)
_STARTS = (ActKind.SERVE_DECISION.value, ActKind.TAKE_OVER.value)
_ENDS = (ActKind.EXPIRE.value, ActKind.REPAIR.value, ActKind.REVOKE.value, ActKind.SOURCE_END.value)
TASK = table_of(MeasureTaskRow)
FEEDBACK = table_of(MeasureFeedbackRow)

_Told = tuple[date, date | None, tuple[bool, date | None]]
"""(first day, first day after, answer) of one measure."""


class Movements(Repository):
    """What entered and left the lists; it only reads."""

    def list_spans(self, known_at: datetime, until_on: date) -> list[ListingSpan]:
        """Return every listing that took effect by a day and was recorded by an instant, by case.

        A term that has run out ends a listing without any act; an act that came before it ends it earlier.
        """
        served, ended = ACT.alias("served"), ACT.alias("ended")
        statement = (
            sa.select(
                CASE.c.case_id,
                CASE.c.list_kind,
                CASE.c.category,
                CASE.c.authority_code,
                CASE.c.record_ids,
                CASE.c.decision_served_on,
                CASE.c.max_until_on,
                sa.case((ended.c.recorded_at <= known_at, CASE.c.ended_on)).label("ended_on"),
            )
            .join(served, sa.and_(served.c.case_id == CASE.c.case_id, served.c.kind.in_(_STARTS)))
            .outerjoin(ended, sa.and_(ended.c.case_id == CASE.c.case_id, ended.c.kind.in_(_ENDS)))
            .where(served.c.recorded_at <= known_at, CASE.c.decision_served_on <= until_on)
            .order_by(CASE.c.case_id)
        )
        measures = self._measures_by_case(known_at)
        return [_to_span(row, measures.get(row["case_id"], [])) for row in self._all(statement)]

    def _measures_by_case(self, known_at: datetime) -> dict[str, list[_Told]]:
        found: dict[str, list[_Told]] = defaultdict(list)
        answers = self._answers(known_at)
        # What only shares information is carried out by nobody, so nobody owes it.
        statement = sa.select(MEASURE.c.case_id, MEASURE.c.measure, MEASURE.c.from_on, MEASURE.c.until_on)
        statement = statement.where(MEASURE.c.nature != Nature.MARKET.value)
        for row in self._all(statement.order_by(MEASURE.c.case_id, MEASURE.c.measure)):
            answer = answers.get((row["case_id"], row["measure"]), (False, None))
            found[row["case_id"]].append((row["from_on"], _after(row["until_on"]), answer))
        return found

    def _answers(self, known_at: datetime) -> dict[tuple[str, str], tuple[bool, date | None]]:
        """Return for each measure asked by an instant on which day the last of its agencies had answered, if all did.

        An agency asked again after a suspension has answered by its first answer.
        """
        first = (
            sa.select(FEEDBACK.c.task_id, sa.func.min(FEEDBACK.c.recorded_on).label("answered_on"))
            .where(FEEDBACK.c.kind != FeedbackKind.ACCEPT.value, FEEDBACK.c.recorded_at <= known_at)
            .group_by(FEEDBACK.c.task_id)
            .subquery()
        )
        statement = (
            sa.select(TASK.c.case_id, TASK.c.measure, first.c.answered_on)
            .outerjoin(first, first.c.task_id == TASK.c.task_id)
            .where(TASK.c.round == 1, TASK.c.asked_on <= legal_day(known_at))
        )
        days: dict[tuple[str, str], list[date | None]] = defaultdict(list)
        for row in self._all(statement):
            days[row["case_id"], row["measure"]].append(row["answered_on"])
        return {key: (True, None if None in told else max(d for d in told if d)) for key, told in days.items()}


def _to_span(row: RowMapping, measures: list[_Told]) -> ListingSpan:
    # A measure ends with its case: what ends the one, as far as it is known, ends the other.
    out_on = _earliest(row["ended_on"], _after(row["max_until_on"]))
    record_ids = row["record_ids"]
    return ListingSpan(
        case_id=row["case_id"],
        list_kind=ListKind(row["list_kind"]),
        category=row["category"],
        authority_code=row["authority_code"],
        record_id=record_ids[0] if record_ids else "",
        in_on=row["decision_served_on"],
        out_on=out_on,
        measures=tuple((from_on, _earliest(until, out_on)) for from_on, until, _ in measures),
        answers=tuple(answer for _, _, answer in measures),
    )


def _after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
