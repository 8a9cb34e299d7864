"""Counts for front pages: what was received, found and decided; never about one person."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from credit_service.domain.batch import BatchStatus
from credit_service.domain.listing import CaseState, is_effective
from credit_service.domain.score import ListKind
from credit_service.lookup.bulletins import BULLETIN_JSON
from credit_service.lookup.reading_room import ReadingRoom


@dataclass(frozen=True)
class Overview:
    """The service at a glance."""

    batches: int
    records: int
    rejected: int
    red: int
    """Published and in force; what is withheld is not counted where the public reads."""
    black: int
    bulletins: int
    open_cases: int
    by_category: tuple[tuple[int, str, int, int], ...]
    """(number, name, records, subjects) as the newest bulletin states them; empty before the first."""


def overview(room: ReadingRoom) -> Overview:
    """Return the counts of now, from the ledger alone."""
    today = room.today()
    with room.ledger.reading() as uow:
        batches = uow.batches.list_in_order(BatchStatus.STORED)
        standing = [case for case in uow.cases.list_standing() if is_effective(case, today)]
        open_cases = len(uow.cases.list_open()) - len(standing)
        releases = uow.publications.list_all()
    published = Counter(case.list_kind for case in standing if case.state is CaseState.PUBLISHED)
    return Overview(
        batches=len(batches),
        records=sum(batch.accepted for batch in batches),
        rejected=sum(batch.rejected for batch in batches),
        red=published[ListKind.RED],
        black=published[ListKind.BLACK],
        bulletins=len(releases),
        open_cases=max(open_cases, 0),
        by_category=_read_counts(room, releases[0].bulletin_id) if releases else (),
    )


def _read_counts(room: ReadingRoom, bulletin_id: str) -> tuple[tuple[int, str, int, int], ...]:
    content = json.loads((room.places.issued / bulletin_id / BULLETIN_JSON).read_text(encoding="utf-8"))
    return tuple((line["number"], line["name"], line["records"], line["subjects"]) for line in content["categories"])
