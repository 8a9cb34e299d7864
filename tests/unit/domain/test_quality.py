from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credit_service.domain.quality import WHOLE, QualityCounts, Share


@pytest.mark.parametrize(
    ("part", "whole", "label"),
    [
        (0, 0, "—"),
        (0, 7, "0.00%"),
        (7, 7, "100.00%"),
        (1, 3, "33.33%"),
        (2, 3, "66.67%"),
        (1, 8, "12.50%"),
        # Half of the last digit goes up: 0.005 % of 20,000 is one.
        (1, 20_000, "0.01%"),
        (3, 20_000, "0.02%"),
        # One wrong row in a million is not «all right», and one right row in a million is not «nothing».
        (999_999, 1_000_000, "99.99%"),
        (1, 1_000_000, "0.01%"),
    ],
)
def test_a_share_is_rounded_half_up_and_never_to_what_is_not_true(part, whole, label):
    assert Share(part, whole).label == label


def test_a_share_is_exact():
    assert Share(2, 6).fraction == Fraction(1, 3)
    assert Share(0, 0).fraction is None


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_rounding_stays_within_a_hundredth_of_a_percent(part, rest):
    share = Share(part, part + rest)
    value = share.permyriad
    if value is None:
        assert part + rest == 0
        return
    assert 0 <= value <= WHOLE
    assert abs(Fraction(value, WHOLE) - share.fraction) <= Fraction(1, WHOLE)
    assert (value == WHOLE) is (rest == 0)
    assert (value == 0) is (part == 0)


COUNTS = st.builds(
    QualityCounts,
    batches=st.integers(0, 9),
    sent=st.integers(0, 99),
    accepted=st.integers(0, 99),
    late_by_band=st.tuples(*[st.integers(0, 9)] * 4),
    worst_late_days=st.integers(0, 300),
    replaced=st.integers(0, 9),
    echoes=st.integers(0, 9),
)


@given(COUNTS, COUNTS, COUNTS)
def test_counts_add_up_in_any_order_and_the_worst_is_the_worst_of_all(a, b, c):
    assert a + b + c == c + (b + a)
    assert a + QualityCounts() == a
    assert (a + b).worst_late_days == max(a.worst_late_days, b.worst_late_days)
    assert (a + b).sent == a.sent + b.sent
    assert (a + b).late_by_band == tuple(x + y for x, y in zip(a.late_by_band, b.late_by_band, strict=True))


def test_each_measure_takes_its_own_numerator_and_denominator():
    counts = QualityCounts(
        sent=20, accepted=16, termed=10, on_time=8, late=2, replaced=1, recalled=1, repeated_in_file=2, echoes=3
    )
    assert counts.rejected == 4
    assert counts.compliance == Share(16, 20)
    assert counts.timeliness == Share(8, 10)
    assert counts.wrong_share == Share(2, 16)
    assert counts.repeated_share == Share(5, 20)


def test_nothing_at_all_is_told_from_a_nil_report():
    assert QualityCounts().is_empty
    assert not QualityCounts(batches=1, nil_reports=1).is_empty
    assert not QualityCounts(refused=1).is_empty
