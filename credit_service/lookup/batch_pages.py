"""The report of a batch, page by page: findings with their filters, records, and what a corrected copy left out.

Before it `batches` has found the batch; after it a page or a system shows as many rows as it asked for. Nothing is ever
cut off: who goes on to the last page has seen every finding. Of a held batch nothing is stored, so its file is read
again; the last few such readings are kept for whoever turns the pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

import polars as pl

from credit_service.domain.batch import Batch, BatchStatus, Effects, Finding, FindingSeverity
from credit_service.domain.record import RecordKind
from credit_service.intake.findings import to_findings
from credit_service.lookup.batch_story import frame_findings
from credit_service.lookup.batches import get_batch
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.warehouse.page_batch import (
    FIRST_PLACE,
    FindingFilter,
    FindingPlace,
    count_findings,
    count_left_out,
    count_records,
    find_findings_from,
    page_findings,
    page_left_out,
    page_records,
)

__all__ = ["FIRST_PLACE", "FindingFilter", "FindingPlace"]

STREAMED_AT_ONCE = 20_000
_ORDER: Final = ["sheet", "row", "column", "rule", "message", "value"]
_KINDS: Final = ["sheet", "column", "rule", "severity"]


@dataclass(frozen=True)
class FindingPage:
    """Some findings, how many the filter lets through, and what else there is to filter by, most frequent first."""

    findings: tuple[Finding, ...]
    matching: int
    total: int
    severities: tuple[tuple[FindingSeverity, int], ...]
    rules: tuple[tuple[str, int], ...]
    columns: tuple[tuple[str, int], ...]
    sheets: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RecordLine:
    """One record of a batch and how it stands now."""

    record_id: str
    row: int
    sheet: str
    subject_name: str
    kind: str
    title: str
    document_no: str
    outcome: str
    decided_on: str
    standing: str
    """holds, repeats, replaced or withdrawn."""


@dataclass(frozen=True)
class RecordPage:
    """Some records of a batch, and how many there are in all."""

    records: tuple[RecordLine, ...]
    total: int


def get_finding_page(room: ReadingRoom, batch: Batch, wanted: FindingFilter, limit: int, offset: int) -> FindingPage:
    """Return one page of a batch's findings.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    if batch.status is BatchStatus.CHECKED:
        return cut_findings(_read_held(room, batch), wanted, limit, offset)
    with room.warehouse.open() as session:
        counts = count_findings(session, batch.batch_id)
        shown = page_findings(session, batch.batch_id, wanted, limit, offset)
    return _to_page(counts, shown, wanted)


def cut_findings(findings: pl.DataFrame, wanted: FindingFilter, limit: int, offset: int) -> FindingPage:
    """Return one page of findings that are not stored (`intake.findings.FINDING_SCHEMA`)."""
    counts = findings.group_by(_KINDS).len("findings").sort(_KINDS)
    return _to_page(counts, findings.filter(_to_condition(wanted)).slice(offset, limit), wanted)


def find_findings(
    room: ReadingRoom, batch: Batch, place: FindingPlace, limit: int
) -> tuple[tuple[Finding, ...], FindingPlace | None]:
    """Return the findings from a place on, and the place after them, None where they are the last.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    if batch.status is BatchStatus.CHECKED:
        here = (pl.col("sheet") == place.sheet) & (pl.col("row") >= place.row)
        frame = _read_held(room, batch).filter((pl.col("sheet") > place.sheet) | here).slice(place.skip, limit + 1)
    else:
        with room.warehouse.open() as session:
            frame = find_findings_from(session, batch.batch_id, place, limit + 1)
    findings = to_findings(frame.head(limit))
    return findings, _place_after(findings, place) if frame.height > limit else None


def iterate_findings(room: ReadingRoom, batch: Batch) -> Iterator[Finding]:
    """Yield every finding of a batch; the warehouse is open only while some are fetched."""
    place: FindingPlace | None = FIRST_PLACE
    while place is not None:
        findings, place = find_findings(room, batch, place, STREAMED_AT_ONCE)
        yield from findings


def find_effects(room: ReadingRoom, batch: Batch) -> Effects | None:
    """Return what a batch did to what was stored; None where it is not stored.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    if not batch.status.has_rows:
        return None
    with room.warehouse.open() as session:
        return session.count_effects(batch.batch_id)


def get_record_page(room: ReadingRoom, batch: Batch, limit: int, offset: int) -> RecordPage:
    """Return one page of a batch's records.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    with room.warehouse.open() as session:
        frame = page_records(session, batch.batch_id, limit, offset)
        return RecordPage(
            tuple(_to_line(row) for row in frame.iter_rows(named=True)), count_records(session, batch.batch_id)
        )


def get_left_out(room: ReadingRoom, batch: Batch, limit: int, offset: int) -> RecordPage:
    """Return records of the batch this one corrects that it does not hold, and that are still valid.

    Raises:
        WarehouseBusy: Another process holds the warehouse.
    """
    if batch.corrects is None or batch.status not in {BatchStatus.STORED, BatchStatus.CORRECTED}:
        return RecordPage((), 0)
    with room.warehouse.open() as session:
        total = count_left_out(session, batch.corrects, batch.batch_id)
        frame = page_left_out(session, batch.corrects, batch.batch_id, limit, offset)
    return RecordPage(tuple(_to_line(row) for row in frame.iter_rows(named=True)), total)


def list_kin(room: ReadingRoom, batch: Batch) -> tuple[Batch | None, tuple[Batch, ...]]:
    """Return the batch this one corrects, and the batches sent as corrected copies of this one."""
    with room.ledger.reading() as uow:
        corrected = uow.batches.find(batch.corrects) if batch.corrects else None
        return corrected, tuple(uow.batches.list_corrections(batch.batch_id))


def count_ahead(room: ReadingRoom, batch: Batch) -> int:
    """Return how many batches wait in the queue before this one."""
    with room.ledger.reading() as uow:
        waiting = [one.batch_id for one in uow.batches.list_in_order(BatchStatus.RECEIVED)]
    return waiting.index(batch.batch_id) if batch.batch_id in waiting else 0


def _read_held(room: ReadingRoom, batch: Batch) -> pl.DataFrame:
    return _read_once(room, batch.batch_id)


def _to_page(counts: pl.DataFrame, shown: pl.DataFrame, wanted: FindingFilter) -> FindingPage:
    by_severity = dict(_rank(counts, "severity"))
    return FindingPage(
        findings=to_findings(shown),
        matching=int(counts.filter(_to_condition(wanted))["findings"].sum()),
        total=int(counts["findings"].sum()),
        severities=tuple((one, by_severity[one.value]) for one in FindingSeverity if one.value in by_severity),
        rules=_rank(counts, "rule"),
        columns=_rank(counts, "column"),
        sheets=_rank(counts, "sheet"),
    )


@lru_cache(maxsize=2)
def _read_once(room: ReadingRoom, batch_id: str) -> pl.DataFrame:
    return frame_findings(room, get_batch(room, batch_id)).sort(_ORDER)


def _to_condition(wanted: FindingFilter) -> pl.Expr:
    asked = {
        "severity": wanted.severity,
        "rule": wanted.rule,
        "column": wanted.column,
        "sheet": wanted.sheet,
    }
    return pl.all_horizontal(
        pl.lit(value=True), *(pl.col(name) == value for name, value in asked.items() if value is not None)
    )


def _rank(counts: pl.DataFrame, name: str) -> tuple[tuple[str, int], ...]:
    ranked = counts.group_by(name).agg(pl.col("findings").sum()).sort(["findings", name], descending=[True, False])
    return tuple((str(value), int(number)) for value, number in ranked.iter_rows())


def _place_after(findings: tuple[Finding, ...], place: FindingPlace) -> FindingPlace:
    last = findings[-1]
    here = sum(1 for finding in findings if (finding.sheet, finding.row) == (last.sheet, last.row))
    again = place.skip if (place.sheet, place.row) == (last.sheet, last.row) else 0
    return FindingPlace(last.sheet, last.row, here + again)


def _to_line(row: dict[str, object]) -> RecordLine:
    return RecordLine(
        record_id=str(row["record_id"]),
        row=int(str(row["row"])),
        sheet=str(row["sheet"]),
        subject_name=str(row["subject_name"]),
        kind=RecordKind(str(row["kind"])).label,
        title=str(row["topic"] or row["fact"]),
        document_no=str(row["document_no"]),
        outcome=str(row["outcome"]),
        decided_on=str(row["decided_on"]),
        standing=_standing(row),
    )


def _standing(row: dict[str, object]) -> str:
    if isinstance(row.get("withdrawn_at"), datetime):
        return "withdrawn"
    if row.get("holds", True):
        return "holds"
    return "repeats" if row["visible_at"] is None else "replaced"
