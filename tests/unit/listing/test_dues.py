"""What is due next on a case, by when, and how late: on the days that matter."""

from datetime import date, timedelta

import pytest

from credit_service.domain.due import DueState
from credit_service.domain.listing import ActKind, CaseState
from credit_service.errors import RuleNotInForce
from credit_service.listing.dues import DueRules, OfficeTerm, find_case_due

FRIDAY = date(2026, 9, 4)
VALUES = {
    "take_up_workdays": 5,
    "review_workdays": 20,
    "notice_serve_workdays": 7,
    "hear_workdays": 5,
    "decide_workdays": 20,
    "decision_serve_workdays": 7,
    "warning_workdays": 2,
    "escalation_workdays": 3,
}


def rules(today: date, is_workday=lambda day: day.weekday() < 5) -> DueRules:
    return DueRules({key: OfficeTerm(key, value, "测试") for key, value in VALUES.items()}, is_workday, today)


@pytest.mark.parametrize(
    ("today", "state", "late"),
    [
        (date(2026, 9, 4), DueState.RUNNING, 0),
        (date(2026, 9, 8), DueState.RUNNING, 0),
        (date(2026, 9, 9), DueState.SOON, 0),
        (date(2026, 9, 11), DueState.SOON, 0),
        (date(2026, 9, 13), DueState.SOON, 0),
        (date(2026, 9, 14), DueState.OVERDUE, 1),
        (date(2026, 9, 16), DueState.OVERDUE, 3),
        (date(2026, 9, 17), DueState.ESCALATED, 4),
    ],
)
def test_a_proposal_is_to_be_taken_up_within_five_working_days(world, today, state, late):
    due = find_case_due(world.propose(), [], rules(today))
    assert (due.duty, due.due_on) == ("take_up_workdays", date(2026, 9, 11))
    assert (due.state, due.overdue_workdays) == (state, late)


@pytest.mark.parametrize(
    ("state", "duty"),
    [
        (CaseState.UNDER_REVIEW, "review_workdays"),
        (CaseState.NOTICED, "notice_serve_workdays"),
        (CaseState.NOTICE_SERVED, "hear_workdays"),
        (CaseState.HEARD, "decide_workdays"),
        (CaseState.DECIDED, "decision_serve_workdays"),
    ],
)
def test_each_state_has_its_duty_from_the_day_it_began(world, state, duty):
    case = world.walk(world.propose(), state)
    kinds = {
        CaseState.UNDER_REVIEW: ActKind.TAKE_UP,
        CaseState.NOTICED: ActKind.DRAFT_NOTICE,
        CaseState.HEARD: ActKind.HEAR,
        CaseState.DECIDED: ActKind.DECIDE,
    }
    began = case.statement_until_on if state is CaseState.NOTICE_SERVED else world.next_on(case, ActKind.DECIDE)
    acts = [world.act(kinds[state], began)] if state in kinds else []
    due = find_case_due(case, acts, rules(began))
    assert (due.duty, due.start_on) == (duty, began)


@pytest.mark.parametrize("state", [CaseState.DECISION_SERVED, CaseState.PUBLISHED])
def test_who_is_listed_waits_for_the_calendar_only(world, state):
    assert find_case_due(world.walk(world.propose(), state), [], rules(FRIDAY)) is None


def test_the_days_of_a_pending_objection_are_not_counted(world):
    case = world.walk(world.propose(), CaseState.HEARD)
    heard = world.act(ActKind.HEAR, date(2026, 9, 14))
    plain = find_case_due(case, [heard], rules(date(2026, 9, 14)))
    pause = [
        world.act(ActKind.MARK_OBJECTION, date(2026, 9, 15)),
        world.act(ActKind.CLEAR_OBJECTION, date(2026, 9, 18)),
    ]
    later = find_case_due(case, [heard, *pause], rules(date(2026, 9, 18)))
    assert later.due_on == plain.due_on + timedelta(days=3)
    pending = world.apply(case, ActKind.MARK_OBJECTION, date(2026, 9, 15))
    late = find_case_due(pending, [heard, pause[0]], rules(date(2026, 12, 1)))
    assert (late.state, late.overdue_workdays) == (DueState.PAUSED, 0)


def test_a_year_without_announced_holidays_is_not_guessed(world):
    def unknown(day: date) -> bool:
        message = f"{day.year}"
        raise RuleNotInForce(message)

    due = find_case_due(world.propose(), [], rules(FRIDAY, unknown))
    assert (due.due_on, due.state) == (None, DueState.UNKNOWN)
