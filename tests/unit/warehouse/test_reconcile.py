"""Two stores, batch by batch."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from credit_service.warehouse.reconcile import Difference, Mismatch, compare_with_journal
from credit_service.warehouse.write import AppliedBatch

HELD = AppliedBatch(
    batch_id="B1",
    agency_code="a",
    template="t",
    file_name="f.csv",
    rows=5,
    accepted=3,
    rejected=1,
    blank=1,
    records_digest="d",
    received_at=datetime(2026, 1, 1, tzinfo=UTC),
    stored_at=datetime(2026, 1, 1, tzinfo=UTC),
)
JOURNAL = ("B1", "d", (5, 3, 1, 1))


def test_equal_stores_have_no_difference():
    assert compare_with_journal({"B1": HELD}, {"B1": "d"}, [JOURNAL]) == ()


@pytest.mark.parametrize(
    ("digests", "entry", "mismatch"),
    [
        ({"B1": "other"}, JOURNAL, Mismatch.DIGEST),
        ({}, JOURNAL, Mismatch.DIGEST),
        ({"B1": "d"}, ("B1", "other", (5, 3, 1, 1)), Mismatch.DIGEST),
        ({"B1": "d"}, ("B1", "d", (6, 3, 1, 2)), Mismatch.COUNTS),
    ],
)
def test_batch_that_differs_is_named(
    digests: dict[str, str], entry: tuple[str, str, tuple[int, int, int, int]], mismatch: Mismatch
):
    assert compare_with_journal({"B1": HELD}, digests, [entry]) == (Difference("B1", mismatch),)


def test_lost_batch_is_missing():
    assert compare_with_journal({}, {}, [JOURNAL]) == (Difference("B1", Mismatch.MISSING),)


def test_batch_the_ledger_does_not_know_is_unknown():
    assert compare_with_journal({"B1": HELD}, {"B1": "d", "B2": ""}, []) == (
        Difference("B1", Mismatch.UNKNOWN),
        Difference("B2", Mismatch.UNKNOWN),
    )
