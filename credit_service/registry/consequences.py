"""What follows from cases: measures owed and released bulletins."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.bulletin import Release, ReleasedFile
from credit_service.domain.measure import MeasureOwed
from credit_service.errors import BulletinNotFound
from credit_service.registry.repository import Repository
from credit_service.registry.tables import (
    MeasureOwedRow,
    PublicationEntryRow,
    PublicationRow,
    table_of,
)

MEASURE = table_of(MeasureOwedRow)
PUBLICATION = table_of(PublicationRow)
ENTRY = table_of(PublicationEntryRow)


class Measures(Repository):
    """Measures owed; they end with their case by a trigger, whoever ends it."""

    def add(self, measures: Iterable[MeasureOwed]) -> None:
        """Write down measures of a listing whose decision was served.

        Raises:
            IllegalTransition: The case is not in force, or a measure would outlive it.
        """
        rows = [asdict(measure) for measure in measures]
        if rows:
            self._run(sa.insert(MEASURE), rows)

    def end(self, case_id: str, on: date) -> None:
        """End what is still owed for a case."""
        running = MEASURE.c.ended_on.is_(None)
        self._run(sa.update(MEASURE).where(MEASURE.c.case_id == case_id, running).values(ended_on=on))

    def suspend(self, case_id: str, on: date) -> None:
        """Suspend what runs for a case whose listing is suspended; the tasks are to be lifted, by a trigger."""
        running = MEASURE.c.ended_on.is_(None) & MEASURE.c.suspended_on.is_(None)
        self._run(sa.update(MEASURE).where(MEASURE.c.case_id == case_id, running).values(suspended_on=on))

    def resume(self, case_id: str) -> None:
        """Let what was suspended run again.

        Raises:
            IllegalTransition: The listing is not in force.
        """
        suspended = MEASURE.c.ended_on.is_(None) & MEASURE.c.suspended_on.is_not(None)
        self._run(sa.update(MEASURE).where(MEASURE.c.case_id == case_id, suspended).values(suspended_on=None))

    def list_for_case(self, case_id: str) -> list[MeasureOwed]:
        """Return the measures of a case, ended ones included."""
        statement = sa.select(MEASURE).where(MEASURE.c.case_id == case_id).order_by(MEASURE.c.measure)
        return [MeasureOwed(**row) for row in self._all(statement)]

    def list_running(self, day: date, body: str | None = None) -> list[MeasureOwed]:
        """Return what is owed on a day, of all bodies or those whose name contains ``body``."""
        statement = sa.select(MEASURE).where(
            MEASURE.c.from_on <= day,
            sa.or_(MEASURE.c.until_on.is_(None), MEASURE.c.until_on >= day),
            sa.or_(MEASURE.c.ended_on.is_(None), MEASURE.c.ended_on > day),
            sa.or_(MEASURE.c.suspended_on.is_(None), MEASURE.c.suspended_on > day),
        )
        if body is not None:
            statement = statement.where(MEASURE.c.body.contains(body, autoescape=True))
        return [MeasureOwed(**row) for row in self._all(statement.order_by(MEASURE.c.case_id, MEASURE.c.measure))]


class Publications(Repository):
    """Released bulletins."""

    def add(self, release: Release) -> None:
        """Write down a release; its cases must have been moved to ``published`` before.

        Raises:
            LedgerConflict: The issue, its period or its serial number is known.
            IllegalTransition: It shows a case that was never published.
        """
        files = [asdict(file) for file in release.files]
        self._run(
            sa.insert(PUBLICATION).values(
                bulletin_id=release.bulletin_id,
                period=release.period,
                serial=release.serial,
                title=release.title,
                issued_at=release.issued_at,
                files=files,
                manifest_sha256=release.manifest_sha256,
            )
        )
        rows = [
            {"bulletin_id": release.bulletin_id, "case_id": case_id, "place": place}
            for place, case_id in enumerate(release.case_ids)
        ]
        if rows:
            self._run(sa.insert(ENTRY), rows)

    def find(self, period: str) -> Release | None:
        """Return the release of a period, or None."""
        row = self._first(sa.select(PUBLICATION).where(PUBLICATION.c.period == period))
        return None if row is None else self._to_release(row)

    def get(self, bulletin_id: str) -> Release:
        """Return a release.

        Raises:
            BulletinNotFound: There is none of this number.
        """
        row = self._first(sa.select(PUBLICATION).where(PUBLICATION.c.bulletin_id == bulletin_id))
        if row is None:
            message = f"没有编号为“{bulletin_id}”的公告。"
            raise BulletinNotFound(message, remedy="请从公告列表中选择。")
        return self._to_release(row)

    def list_all(self) -> list[Release]:
        """Return every release, newest first."""
        return [
            self._to_release(row) for row in self._all(sa.select(PUBLICATION).order_by(PUBLICATION.c.serial.desc()))
        ]

    def next_serial(self) -> int:
        """Return the serial number of the next issue; the first is 1."""
        return int(self._run(sa.select(sa.func.coalesce(sa.func.max(PUBLICATION.c.serial), 0))).scalar_one()) + 1

    def _to_release(self, row: RowMapping) -> Release:
        statement = sa.select(ENTRY.c.case_id).where(ENTRY.c.bulletin_id == row["bulletin_id"]).order_by(ENTRY.c.place)
        return Release(
            bulletin_id=row["bulletin_id"],
            period=row["period"],
            serial=row["serial"],
            title=row["title"],
            issued_at=row["issued_at"],
            case_ids=tuple(self._run(statement).scalars()),
            files=tuple(ReleasedFile(**file) for file in row["files"]),
            manifest_sha256=row["manifest_sha256"],
        )
