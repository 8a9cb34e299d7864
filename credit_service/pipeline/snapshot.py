"""Between chapters: a fresh masked copy of the warehouse for analysts.

Called at the end of `assess` and `publish`. The copy is built new, never by deleting from an old one, and holds no row
about a natural person (small counts apart).
"""

from __future__ import annotations

import polars as pl

from credit_service.domain.listing import Case, is_effective
from credit_service.domain.subject import SubjectKind
from credit_service.pipeline.office import Office
from credit_service.warehouse.snapshot import LISTING_SCHEMA, Snapshot, publish_snapshot


def refresh_snapshot(office: Office) -> Snapshot:
    """Publish a new snapshot under a versioned name and point to it."""
    today = office.today()
    with office.ledger.unit_of_work() as uow:
        cases = [case for case in uow.cases.list_effective(today) if is_effective(case, today)]
    rows = [_listing_row(case) for case in cases if case.subject_kind is not SubjectKind.PERSON]
    listings = pl.DataFrame(rows, schema=LISTING_SCHEMA, orient="row")
    with office.warehouse.open() as session:
        return publish_snapshot(session, office.places.snapshots, listings)


def _listing_row(case: Case) -> tuple[object, ...]:
    return (
        case.case_id,
        case.subject_id,
        case.subject_name,
        case.identifier_code,
        case.list_kind.value,
        case.list_type,
        case.category,
        case.decided_on,
        case.max_until_on,
        case.published_on,
    )
