from datetime import date

import pytest

from credit_service.domain.duty import Duty, DutyBook, DutyState, Frequency, Term, judge_duty
from credit_service.domain.month import Month


def duty(frequency: Frequency, from_on: date = date(2026, 1, 1), agencies: tuple[str, ...] = ()) -> Duty:
    return Duty("x", "测试", ("penalty_org", "penalty_person"), frequency, from_on, agencies, "依据", "confirmed")


@pytest.mark.parametrize(
    ("frequency", "month", "due"),
    [
        (Frequency.MONTHLY, Month(2026, 1), ["2026-01"]),
        (Frequency.MONTHLY, Month(2025, 12), []),
        (Frequency.QUARTERLY, Month(2026, 1), []),
        (Frequency.QUARTERLY, Month(2026, 2), []),
        (Frequency.QUARTERLY, Month(2026, 3), ["2026-01", "2026-02", "2026-03"]),
        (Frequency.QUARTERLY, Month(2025, 12), []),
        (Frequency.AS_NEEDED, Month(2026, 3), []),
    ],
)
def test_what_falls_due_in_a_month(frequency, month, due):
    assert [one.code for one in duty(frequency).months_due(month)] == due


@pytest.mark.parametrize(
    ("reports", "nil_reports", "today", "state"),
    [
        (1, 0, date(2026, 10, 1), DutyState.MET),
        (2, 1, date(2026, 10, 1), DutyState.MET),
        (1, 1, date(2026, 10, 1), DutyState.NIL),
        (0, 0, date(2026, 9, 30), DutyState.OPEN),
        (0, 0, date(2026, 10, 1), DutyState.MISSING),
    ],
)
def test_a_duty_is_missed_only_when_its_month_is_over(reports, nil_reports, today, state):
    assert judge_duty(reports, nil_reports, Month(2026, 9), today) is state


def test_a_duty_binds_whom_it_names_or_whose_permission_names_it():
    assert duty(Frequency.MONTHLY).binds("A", ("penalty_person",))
    assert not duty(Frequency.MONTHLY).binds("A", ("red_org",))
    # A permission for everything is no promise to send everything.
    assert not duty(Frequency.MONTHLY).binds("A", ())
    assert duty(Frequency.MONTHLY, agencies=("A",)).binds("A", ())
    assert not duty(Frequency.MONTHLY, agencies=("A",)).binds("B", ("penalty_org",))


def test_the_term_of_a_template_goes_before_its_kind_and_the_default():
    seven, ten, twenty, none = (Term(days, date(2018, 7, 25), "依据", "confirmed") for days in (7, 10, 20, None))
    book = DutyBook((), {"abnormal": twenty, "tax_a": none}, {"penalty": seven, "honour": none}, ten)
    assert book.term_of("abnormal", "penalty") is twenty
    assert book.term_of("penalty_org", "penalty") is seven
    assert book.term_of("tax_a", "penalty") is none
    assert book.term_of("red_org", "honour") is none
    assert book.term_of("anything", "wage_arrears") is ten
