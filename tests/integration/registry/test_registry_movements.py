"""Listings in and out as known at an instant: what was recorded later had not happened yet for whoever asks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from credit_service.domain.governance import ListingSpan
from credit_service.domain.listing import ActKind, CaseState
from credit_service.domain.measure import MeasureOwed
from credit_service.listing.transitions import apply_act
from tests.integration.registry.conftest import TERMS

FAR = datetime(2040, 1, 1, tzinfo=UTC)


def spans(desk, known_at=FAR, until_on=date(2040, 1, 1)) -> list[ListingSpan]:
    with desk.ledger.reading() as uow:
        return uow.movements.list_spans(known_at, until_on)


@pytest.fixture
def listed(desk):
    """A black case that is published, with one measure."""
    case = desk.walk(desk.case(), CaseState.PUBLISHED)
    owed = MeasureOwed(case.case_id, "key_supervision", "依据", "各部门", case.decision_served_on, case.max_until_on)
    with desk.ledger.unit_of_work() as uow:
        uow.measures.add([owed])
        uow.commit()
    return case


def test_a_listing_is_in_from_its_service_until_the_day_after_its_term(desk, listed):
    (span,) = spans(desk)
    after = listed.max_until_on + timedelta(days=1)
    assert (span.case_id, span.list_kind, span.category) == (listed.case_id, listed.list_kind, listed.category)
    assert (span.in_on, span.out_on, span.record_id) == (listed.decision_served_on, after, "B1-0000001")
    assert span.measures == ((listed.decision_served_on, after),)


def test_who_was_never_served_a_decision_is_not_in(desk):
    desk.walk(desk.case(), CaseState.DECIDED)
    assert spans(desk) == []


def test_an_early_end_ends_the_listing_and_its_measures_earlier(desk, listed):
    on = listed.min_until_on + timedelta(days=1)
    act = desk.act(ActKind.REVOKE, on)
    with desk.ledger.unit_of_work() as uow:
        uow.cases.save(apply_act(listed, act, TERMS, lambda day: day.weekday() < 5), act)
        uow.commit()
    (span,) = spans(desk)
    assert span.out_on == on
    assert span.measures == ((listed.decision_served_on, on),)
    # Asked with what was known the instant before, nobody had revoked anything.
    (before,) = spans(desk, act.at - timedelta(seconds=1))
    assert before.out_on == listed.max_until_on + timedelta(days=1)
    assert before.measures[0][1] == before.out_on


def test_what_was_served_later_or_is_not_known_yet_is_not_told(desk, listed):
    served_at = datetime.combine(listed.decision_served_on, time(4), UTC)
    assert spans(desk, served_at - timedelta(seconds=1)) == []
    assert len(spans(desk, served_at)) == 1
    assert spans(desk, FAR, listed.decision_served_on - timedelta(days=1)) == []
