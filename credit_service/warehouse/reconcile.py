"""Is what the warehouse holds what the ledger says was stored?

A DuckDB file that opens proves nothing: a damaged log can replay silently short. So the digests are recomputed from
the rows themselves and compared with the ledger's, batch by batch. This module only compares; `pipeline.rebuild`
stores again what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from credit_service.warehouse.digest import Counts
from credit_service.warehouse.write import AppliedBatch

JournalEntry = tuple[str, str, tuple[int, int, int, int]]
"""What the ledger says of a stored batch: id, digest, (rows, accepted, rejected, blank)."""


class Mismatch(StrEnum):
    """How a batch differs."""

    MISSING = "missing"
    """The ledger knows it, the warehouse does not."""
    UNKNOWN = "unknown"
    """The warehouse holds it, the ledger does not know it."""
    COUNTS = "counts"
    DIGEST = "digest"


@dataclass(frozen=True)
class Difference:
    """One batch on which the two stores do not agree."""

    batch_id: str
    mismatch: Mismatch


def compare_with_journal(
    applied: Mapping[str, AppliedBatch], digests: Mapping[str, str], journal: Iterable[JournalEntry]
) -> tuple[Difference, ...]:
    """Return every batch that differs, in the order of the journal, unknown ones last.

    Args:
        applied: Batches as their ``applied`` rows describe them.
        digests: Digests recomputed from the stored rows (`digest.compute_digests`).
        journal: The ledger's list.
    """
    found = []
    known = set()
    for batch_id, digest, counts in journal:
        known.add(batch_id)
        mismatch = _find_mismatch(applied.get(batch_id), digests.get(batch_id, ""), digest, Counts(*counts))
        if mismatch is not None:
            found.append(Difference(batch_id, mismatch))
    unknown = sorted((applied.keys() | digests.keys()) - known)
    return (*found, *(Difference(batch_id, Mismatch.UNKNOWN) for batch_id in unknown))


def _find_mismatch(held: AppliedBatch | None, recomputed: str, digest: str, counts: Counts) -> Mismatch | None:
    if held is None:
        return Mismatch.MISSING
    if counts != (held.rows, held.accepted, held.rejected, held.blank):
        return Mismatch.COUNTS
    return None if recomputed == digest == held.records_digest else Mismatch.DIGEST
