from dataclasses import replace
from datetime import date, timedelta

import pytest

from credit_service.domain.measure import TaskState
from credit_service.measures.ask import ask_agencies
from tests.unit.measures.uses import DAY, TERMS, A, B, owed, task

BODIES = {"key_supervision": [B, A, A], "exit_ban": [B]}


def test_each_agency_is_asked_once_in_a_fixed_order():
    asked = ask_agencies([owed(), owed(measure="exit_ban", nature="reduces_rights")], BODIES, [], DAY, TERMS)
    assert [(one.measure, one.agency_code, one.round) for one in asked] == [
        ("exit_ban", B, 1),
        ("key_supervision", A, 1),
        ("key_supervision", B, 1),
    ]
    assert len({one.task_id for one in asked}) == 3
    assert {one.due_on for one in asked} == {date(2026, 9, 15)}
    assert ask_agencies([owed()], BODIES, asked, DAY, TERMS) == ()


@pytest.mark.parametrize(
    "measure",
    [
        owed(nature="market"),
        owed(nature=""),
        owed(measure="unknown"),
        owed(ended_on=DAY),
        owed(suspended_on=DAY),
        owed(until_on=DAY - timedelta(days=1)),
        owed(from_on=DAY + timedelta(days=1)),
    ],
)
def test_nobody_is_asked_for_what_does_not_run_or_is_information_only(measure):
    assert ask_agencies([measure], BODIES, [], DAY, TERMS) == ()


def test_after_a_lift_it_is_asked_anew():
    before = task(state=TaskState.LIFTED, lift_asked_on=DAY)
    asked = ask_agencies([owed()], {"key_supervision": [A]}, [before], DAY, TERMS)
    assert [one.round for one in asked] == [2]
    assert asked[0].task_id != before.task_id


def test_who_was_asked_and_lifted_by_itself_is_not_asked_again():
    before = task(state=TaskState.LIFTED)
    assert ask_agencies([owed()], {"key_supervision": [A]}, [before], DAY, TERMS) == ()


def test_an_incentive_is_due_by_the_quarter_and_without_a_term_nothing_is_due():
    assert TERMS.due_on("incentive", DAY) == date(2026, 12, 1)
    none = replace(TERMS, feedback_workdays=None, incentive_months=None, lift_workdays=None)
    assert none.due_on("management", DAY) is none.due_on("incentive", DAY) is none.lift_due_on(DAY) is None
