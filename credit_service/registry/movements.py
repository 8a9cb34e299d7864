"""Listings in and out with the measures they brought, as known at an instant.

Before it the acts that people recorded; after it boards of governance. An act recorded later than the instant had not
happened yet for whoever asks, whatever legal day it names.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.governance import ListingSpan
from credit_service.domain.listing import ActKind
from credit_service.domain.score import ListKind
from credit_service.registry.repository import Repository
from credit_service.registry.tables import ActRow, CaseRow, MeasureOwedRow, table_of

CASE = table_of(CaseRow)
ACT = table_of(ActRow)
MEASURE = table_of(MeasureOwedRow)
_STARTS = (ActKind.SERVE_DECISION.value, ActKind.TAKE_OVER.value)
_ENDS = (ActKind.EXPIRE.value, ActKind.REPAIR.value, ActKind.REVOKE.value, ActKind.SOURCE_END.value)


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
        measures = self._measures_by_case()
        return [_to_span(row, measures.get(row["case_id"], [])) for row in self._all(statement)]

    def _measures_by_case(self) -> dict[str, list[tuple[date, date | None]]]:
        found: dict[str, list[tuple[date, date | None]]] = defaultdict(list)
        statement = sa.select(MEASURE.c.case_id, MEASURE.c.from_on, MEASURE.c.until_on)
        for row in self._all(statement.order_by(MEASURE.c.case_id, MEASURE.c.measure)):
            found[row["case_id"]].append((row["from_on"], _after(row["until_on"])))
        return found


def _to_span(row: RowMapping, measures: list[tuple[date, date | None]]) -> ListingSpan:
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
        measures=tuple((from_on, _earliest(until, out_on)) for from_on, until in measures),
    )


def _after(day: date | None) -> date | None:
    return None if day is None else day + timedelta(days=1)


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)
