"""A service with records of any kind put straight into its warehouse, and lists of nominees in any form of file."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter

from credit_service.bootstrap import Service, build_service
from credit_service.domain.identifier import person_id_check, uscc_check
from credit_service.domain.record import RECORD_FIELDS
from credit_service.domain.vetting import VettingReceipt
from credit_service.lookup.vettings import get_kept
from credit_service.normalise.identifiers import person_subject_id
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.vet import vet_file
from credit_service.pipeline.vet_nominees import VettingRequest
from credit_service.settings import Settings
from credit_service.warehouse.one_subject import SUBJECT_KEY

from .resolution_world import MovingClock

HEADERS = (
    "序号",
    "被推荐对象名称",
    "类别",
    "统一社会信用代码/证件号码",
    "推荐荣誉",
    "推荐单位",
    "本人同意书编号（自然人）",
    "备注",
)
DAY = date(2026, 9, 30)
LEARNED = datetime(2026, 9, 1)  # noqa: DTZ001 - the warehouse keeps naive UTC
_ARROW = {
    "text": pa.string(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "instant": pa.timestamp("us"),
}
_BLANKS: dict[str, object] = {"text": "", "int": 0, "bool": False}
NAME_OF_TEST = "示范区测试企业"
AGENCY = "119901019901000186"
OTHER_AGENCY = "11990101990100042N"


def code(number: int) -> str:
    """Return a valid unified code that nobody bears."""
    body = f"91990101MA{number:07d}"
    return body + uscc_check(body)


def id_number(born_on: date, number: int = 1) -> str:
    """Return a valid citizen number that nobody bears."""
    body = f"990101{born_on:%Y%m%d}{number:03d}"
    return body + person_id_check(body)


@dataclass
class VettingWorld:
    """A service, its clock, and the folder its files lie in."""

    service: Service
    clock: MovingClock
    folder: Path
    records: int = 0

    def record(self, subject_id: str, kind: str, name: str = NAME_OF_TEST, **fields: Any) -> str:
        """Put one record into the warehouse, decided on 2026-06-01 where nothing else is said; return its id."""
        self.records += 1
        record_id = f"t-{self.records:04d}"
        known = {
            "record_id": record_id,
            "batch_id": "t",
            "row": self.records,
            "act_key": record_id,
            "agency_code": AGENCY,
            "kind": kind,
            "subject_id": subject_id,
            "subject_kind": "person" if subject_id.startswith("psn:") else "organisation",
            "subject_name": name,
            "identifier_code": subject_id[5:] if subject_id.startswith("uscc:") else None,
            "topic": "其他",
            "document_no": f"示测〔2026〕{self.records}号",
            "authority_name": "某区某局",
            "honour_level": "none",
            "share_scope": "public",
            "decided_on": date(2026, 6, 1),
            "learned_at": LEARNED,
            "visible_at": LEARNED,
            **fields,
        }
        columns = [
            pa.array([known.get(field, _BLANKS.get(kind_))], _ARROW[kind_.removesuffix("?")])
            for field, kind_ in RECORD_FIELDS
        ]
        arrived = pa.table(columns, names=[field for field, _ in RECORD_FIELDS])
        with self.service.office.warehouse.open() as session:
            session.connection.register("arrived", arrived)
            sql = f"INSERT INTO records BY NAME SELECT *, {SUBJECT_KEY} AS subject_key FROM arrived"
            session.connection.execute(sql)
            session.connection.unregister("arrived")
        return record_id

    def person(self, number: str, name: str) -> str:
        """Let the ledger know a person; return the subject id."""
        subject_id = person_subject_id(self.service.office.keys.hash_key, number)
        with self.service.office.ledger.unit_of_work() as uow:
            uow.persons.store([(subject_id, name, number)])
            uow.commit()
        return subject_id

    def write(self, rows: Sequence[Sequence[str]], form: str = "csv") -> Path:
        """Write a list of nominees as a department does."""
        path = self.folder / f"推荐名单.{form}"
        if form == "csv":
            with path.open("w", encoding="gb18030", newline="") as lines:
                writer = csv.writer(lines)
                writer.writerow(HEADERS)
                writer.writerows(rows)
        elif form == "json":
            told = [dict(zip(HEADERS, row, strict=True)) for row in rows]
            path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        else:
            book = xlsxwriter.Workbook(str(path))
            sheet = book.add_worksheet("推荐名单")
            for place, row in enumerate([HEADERS, *rows]):
                for column, cell in enumerate(row):
                    sheet.write_string(place, column, cell)
            book.close()
        return path

    def vet(
        self, *rows: Sequence[str], form: str = "csv", award: str = "文明单位", as_of: date = DAY
    ) -> VettingReceipt:
        """Vet rows of (name, kind, code, honour, consent)."""
        self.clock.instant += timedelta(seconds=1)
        told = [
            ("" if not any(row) else str(place), row[0], row[1], row[2], row[3], "某局" if any(row) else "", row[4], "")
            for place, row in enumerate(rows, start=1)
        ]
        path = self.write(told, form)
        return vet_file(self.service.office, self.request(path, award, as_of))

    def request(self, path: Path | None, award: str = "文明单位", as_of: date = DAY) -> VettingRequest:
        """Return a request of the department."""
        name = path.name if path else ""
        return VettingRequest(award, as_of, AGENCY, "clerk", "示文明办〔2026〕12号", path, name)

    def lines(self, receipt: VettingReceipt) -> list[dict[str, Any]]:
        """Return the lines of a result as they were kept."""
        return list(get_kept(self.service.reading_room, receipt.vetting_id, AGENCY).lines())

    def told(self, receipt: VettingReceipt) -> list[tuple[str, list[str]]]:
        """Return (verdict, rules) of each line."""
        return [(line["verdict"], [one["rule"] for one in line["reasons"]]) for line in self.lines(receipt)]


def open_world(folder: Path) -> VettingWorld:
    """Return a world on its first day."""
    clock = MovingClock(datetime(2026, 10, 8, 1, 30, tzinfo=UTC))
    service = build_service(Settings(home=folder / "live"), clock)
    assert any(one.agency_code == AGENCY for one in list_agencies(service.office))
    return VettingWorld(service, clock, folder)
