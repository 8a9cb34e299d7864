"""A department's desk for tests of a batch's life: small files of honours, sent to a service on real stores."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import FixedClock
from credit_service.domain.identifier import org_code_check, uscc_check
from credit_service.pipeline.ingest import Submission

OFFICE = "119901019901000186"
"""文明办: may send honours, of any authority."""
OTHER = "11990101990100034U"
DAY = datetime(2026, 9, 1, 2, 0, tzinfo=UTC)
HEADERS = ("统一社会信用代码", "荣誉名称", "认定文号", "荣誉等级", "机构名称", "认定日期", "认定部门全称", "荣誉内容")
CLERK = Actor("clerk", "报送人", OFFICE, Role.SUBMITTER)
SECOND = Actor("second", "复核人", OFFICE, Role.SUBMITTER)
FOREIGNER = Actor("foreign", "别的单位", OTHER, Role.SUBMITTER)


def uscc(serial: int) -> str:
    body = f"{serial:08d}"
    code = "91990101" + body + org_code_check(body)
    return code + uscc_check(code)


@dataclass(frozen=True)
class Honour:
    """One row; ``day`` is in September 2026 and may be no date at all."""

    serial: int
    text: str = "区级文明单位"
    day: str = "2026-08-01"

    def cells(self) -> tuple[str, ...]:
        name = f"测试{self.serial:04d}有限公司"
        return (
            uscc(self.serial),
            "文明单位",
            f"示文明〔2026〕{self.serial}号",
            "区级",
            name,
            self.day,
            "文明办",
            self.text,
        )


@dataclass(frozen=True)
class Desk:
    """Where a clerk writes files and sends them, on a day."""

    service: Service
    folder: Path

    def on(self, day: int, hour: int = 0) -> Desk:
        """Return the same desk some days later."""
        return replace(self, service=self.service.at(FixedClock(DAY + timedelta(days=day, hours=hour))))

    def write(self, honours: Sequence[Honour], name: str = "honours.csv") -> Path:
        path = self.folder / name
        with path.open("w", encoding="utf-8", newline="") as target:
            csv.writer(target).writerows([HEADERS, *(honour.cells() for honour in honours)])
        return path

    def submission(self, honours: Sequence[Honour], name: str = "honours.csv", **more: str) -> Submission:
        return Submission(self.write(honours, name), name, OFFICE, CLERK.actor_id, **more)

    def holding(self, at: datetime | None = None) -> dict[str, str]:
        """Return the text of every record that holds (or held at an instant), by document number."""
        with self.service.office.warehouse.open() as session:
            frame = session.run_query(
                "SELECT document_no, fact FROM visible_records"
                " WHERE visible_at <= $at AND (superseded_at IS NULL OR superseded_at > $at) ORDER BY document_no",
                {"at": at or self.service.office.now()},
            )
        rows = frame.rows()
        assert len(rows) == len({number for number, _ in rows}), "one act holds twice"
        return dict(rows)

    def counts(self) -> dict[str, int]:
        """Return the number of rows of every table a file could leave traces in."""
        tables = ("applied", "records", "rejections", "returned", "retracted", "candidates", "scores", "reasons")
        with self.service.office.warehouse.open() as session:
            counted = {name: session.run_query(f"SELECT count(*) FROM {name}").item() for name in tables}
        with self.service.office.ledger.reading() as uow:
            counted["batches"] = len(uow.batches.list_newest(None, 1000))
            counted["persons"] = uow.persons.count()
            counted["audit"] = len(uow.audit.list_newest(1000))
        counted["inbox"] = sum(path.is_file() for path in self.service.office.places.inbox.rglob("*"))
        return counted
