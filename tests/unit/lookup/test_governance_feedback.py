"""What of the measures owed in a period was fed back; not asked is not the same as not answered."""

from datetime import UTC, date, datetime

import pytest

from credit_service.domain.governance import GovernanceCounts, ListingSpan
from credit_service.domain.score import ListKind
from credit_service.lookup.governance_lines import _add_listing
from credit_service.warehouse.measure_governance import CountedPeriod

AT = datetime(2026, 7, 1, tzinfo=UTC)
QUARTER = CountedPeriod(date(2026, 7, 1), date(2026, 9, 30), AT, AT)
RUNS = (date(2026, 7, 6), date(2029, 7, 6))


def count(*answers: tuple[bool, date | None], runs=RUNS) -> tuple[int, int | None]:
    span = ListingSpan("C1", ListKind.BLACK, 1, "", "", date(2026, 7, 6), None, (runs,) * len(answers), answers)
    told = _add_listing(GovernanceCounts(), span, QUARTER)
    return told.owed, told.fed_back


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (((False, None),), (1, None)),
        (((True, None),), (1, 0)),
        (((True, date(2026, 9, 30)),), (1, 1)),
        (((True, date(2026, 10, 1)),), (1, 0)),
        (((True, date(2026, 8, 1)), (False, None), (True, None)), (3, 1)),
    ],
)
def test_what_was_fed_back_by_the_end_of_a_period_counts(answers, told):
    assert count(*answers) == told


def test_a_measure_that_did_not_run_in_the_period_counts_neither_way():
    assert count((True, date(2026, 8, 1)), runs=(date(2026, 10, 8), None)) == (0, None)


def test_counts_add_up_over_listings():
    span = ListingSpan("C1", ListKind.BLACK, 1, "", "", RUNS[0], None, (RUNS,), ((True, date(2026, 8, 1)),))
    silent = ListingSpan("C2", ListKind.BLACK, 1, "", "", RUNS[0], None, (RUNS,))
    told = _add_listing(_add_listing(GovernanceCounts(), span, QUARTER), silent, QUARTER)
    assert (told.owed, told.fed_back) == (2, 1)
