"""A refused file leaves the stores as they were, and a faulty one leaves exactly its good rows."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.domain.batch import BatchStatus
from credit_service.domain.clock import FixedClock
from credit_service.errors import AccessError, SubmissionError
from credit_service.pipeline.ingest import Submission, ingest_submission
from credit_service.settings import Settings
from hostile.corpus import CASES

ROOT = Path(__file__).resolve().parents[2]
NOW = FixedClock(datetime(2026, 11, 2, 1, 30, tzinfo=UTC))
SAMPLE = (
    "bomb/flat",
    "bomb/nested",
    "bomb/overlapping",
    "bomb/nested-workbook",
    "xlsx/xml-laughs-in-sheet1.xml",
    "xlsx/far-down-and-right",
    "xlsx/cell-shared-string-missing",
    "xlsx/row-repeated",
    "xlsx/macros",
    "xls/short-record",
    "ods/both-repeated",
    "ods/covered",
    "json/deep-array",
    "json/cut-at-50-percent",
    "jsonl/lone-surrogate-key",
    "jsonl/deep",
    "encoding/half-and-half",
    "encoding/utf16-odd-byte",
    "encoding/one-line-utf8-in-gbk",
    "quotes/open-over-all",
    "shape/forbidden-column",
    "shape/two-tables",
    "size/hundred-thousand-columns",
    "size/faulty-rows",
    "zip/good-and-bad",
    "zip/checksum-wrong",
    "zip/same-file-twice",
    "zip/name-up",
    "name/up",
    "not-a-table/duckdb",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Service:
    return build_service(Settings(home=tmp_path_factory.mktemp("live") / "home"), NOW)


def tax_office() -> str:
    with (ROOT / "data" / "reference" / "agencies.csv").open(encoding="utf-8-sig", newline="") as lines:
        return next(row["agency_code"] for row in csv.DictReader(lines) if "税务" in row["name"])


def stored_rows(service: Service) -> dict[str, int]:
    with service.office.warehouse.open() as session:
        frame = session.run_query("SELECT batch_id, count(*) AS n FROM records GROUP BY batch_id")
    return dict(frame.iter_rows())


def batches(service: Service) -> dict[str, BatchStatus]:
    with service.office.ledger.reading() as uow:
        return {batch.batch_id: batch for batch in uow.batches.list_newest(None, 1_000)}


@pytest.mark.parametrize("name", SAMPLE)
def test_what_is_stored_is_what_was_accepted_and_nothing_else(name, service, tmp_path):
    case = next(case for case in CASES if case.name == name)
    case.write(tmp_path / "source")
    before, known = stored_rows(service), batches(service)
    accepted: dict[str, int] = {}
    try:
        outcome = ingest_submission(
            service.office, Submission(tmp_path / "source", case.file_name, tax_office(), "clerk")
        )
    except (SubmissionError, AccessError) as fault:
        assert fault.remedy
    else:
        stored = [one.batch for one in outcome.outcomes if one.batch.status is BatchStatus.STORED]
        accepted = {batch.batch_id: batch.accepted for batch in stored if batch.accepted}
        assert all(fault.remedy for _, fault in outcome.refused)
    new = {number: batch for number, batch in batches(service).items() if number not in known}
    assert stored_rows(service) == before | accepted
    assert BatchStatus.RECEIVED not in {batch.status for batch in new.values()}
    inbox = service.office.places.inbox
    assert [path.name for path in inbox.rglob(".*") if path.is_file()] == []
