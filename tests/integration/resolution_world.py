"""A small world of organisations with and without codes, ingested from a file as a department sends it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from credit_service.bootstrap import Service, build_service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.identifier import org_code_check, registration_check, uscc_check
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.ingest import Submission, ingest_file
from credit_service.settings import Settings

SENDER = "市场监管局"
ROW = {
    "处罚名称": "超出许可范围经营",
    "处罚类别1": "警告",
    "处罚事由": "超出食品经营许可范围经营",
    "处罚依据": "食品安全法",
    "行政相对人代码_4(税务登记号)": "990101000000001",
    "处罚结果": "警告",
    "处罚决定日期": "2026-08-01",
    "处罚机关": "测试市示范区市场监督管理局（测试）",
    "当前状态": "0",
    "地方编码": "990101",
    "数据更新时间戳": "2026-08-01 10:00:00",
}
"""A row of the 2016 header set, in which a tax registration number is code enough."""
HEADERS = {
    "name": "行政相对人名称",
    "uscc": "行政相对人代码_1(统一社会信用代码)",
    "registration": "行政相对人代码_3(工商登记码)",
    "led_by": "法定代表人姓名",
    "document": "行政处罚决定书文号",
}
START = datetime(2026, 9, 30, 1, 30, tzinfo=UTC)
REVIEWER = Actor("reviewer", "审核人员", "11990101990100034U", Role.REVIEWER)
DECIDER = Actor("decider", "决定人员", "11990101990100034U", Role.DECIDER)
CLERK = Actor("clerk", "报送人员", "11990101990100034U", Role.SUBMITTER)


def company_code(number: int) -> str:
    """Return the unified code of a company that nobody bears; its organisation code is inside."""
    org = f"{number:08d}"
    body = f"91990101{org}{org_code_check(org)}"
    return body + uscc_check(body)


def registration_number(number: int) -> str:
    """Return a registration number that nobody bears."""
    body = f"990101{number:08d}"
    return body + registration_check(body)


@dataclass
class MovingClock:
    """A clock that is moved by hand."""

    instant: datetime = START

    def now(self) -> datetime:
        return self.instant

    def move(self, minutes: int = 1) -> datetime:
        self.instant += timedelta(minutes=minutes)
        return self.instant


@dataclass
class ResolutionWorld:
    """A service and the files sent to it."""

    service: Service
    clock: MovingClock
    folder: Path
    agency_code: str
    sent: int = 0

    def ingest(self, *rows: Sequence[str]) -> str:
        """Send rows of (name, unified code, registration number, representative, document number)."""
        self.sent += 1
        path = self.folder / f"行政处罚{self.sent}.csv"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, [*HEADERS.values(), *ROW])
            writer.writeheader()
            writer.writerows(ROW | dict(zip(HEADERS.values(), row, strict=True)) for row in rows)
        outcome = ingest_file(self.service.office, Submission(path, path.name, self.agency_code, "clerk"))
        assert outcome.batch.accepted == len(rows), outcome
        return outcome.batch.batch_id

    def subject_of(self, document: str) -> str:
        """Return the subject of the record of a document, as it was reported."""
        with self.service.office.warehouse.open() as session:
            frame = session.run_query("SELECT DISTINCT subject_id FROM records WHERE document_no = $n", {"n": document})
        return str(frame.item())

    def scored(self, run_id: str) -> dict[str, int]:
        """Return how many records count for each subject in a run."""
        with self.service.office.warehouse.open() as session:
            frame = session.run_query(
                "SELECT subject_id, records FROM scores WHERE run_id = $run AND category = 0", {"run": run_id}
            )
        return dict(frame.iter_rows())


def open_world(folder: Path) -> ResolutionWorld:
    """Return a world on its first day."""
    clock = MovingClock()
    service = build_service(Settings(home=folder / "live"), clock)
    agency = next(one for one in list_agencies(service.office) if one.short_name == SENDER)
    return ResolutionWorld(service, clock, folder, agency.agency_code)
