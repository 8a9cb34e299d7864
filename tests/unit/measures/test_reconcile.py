from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from credit_service.domain.measure import FeedbackKind, MeasureUse, StrayReport
from credit_service.errors import RuleNotInForce
from credit_service.measures.reconcile import FindingKind, reconcile
from credit_service.measures.remind import Urgency, remind
from tests.unit.measures.uses import DAY, TERMS, A, B, after, owed, removed, say, task, use, weekday

ACCEPT, DONE, NOT_APPLICABLE, LIFTED = FeedbackKind
DUE = date(2026, 9, 15)


def kinds(*uses: MeasureUse, day: date, strays=()):
    found = reconcile(uses, strays, day, TERMS).findings
    return [(one.kind.value, one.since_on, one.age_workdays, one.is_overdue) for one in found]


def test_nothing_is_found_while_everything_is_in_time():
    assert kinds(use(), after(use(), say(DONE)), day=DUE) == []


def test_who_did_not_answer_in_time_is_found_with_its_age():
    assert kinds(use(), day=date(2026, 9, 21)) == [("not_fed_back", DUE, 4, True)]
    assert kinds(after(use(), say(ACCEPT)), day=DUE + timedelta(days=1)) == [("not_fed_back", DUE, 1, True)]


def test_what_outlives_its_listing_is_found_from_the_first_day():
    ended = removed(after(use(), say(DONE)), date(2026, 9, 7))
    assert kinds(ended, day=date(2026, 9, 7)) == [("not_lifted", date(2026, 9, 7), 0, False)]
    assert kinds(ended, day=date(2026, 9, 11)) == [("not_lifted", date(2026, 9, 7), 4, True)]
    lifted = after(ended, say(LIFTED, date(2026, 9, 8)))
    assert kinds(lifted, day=date(2026, 9, 30)) == []
    assert kinds(lifted, day=date(2026, 9, 7)) == [("not_lifted", date(2026, 9, 7), 0, False)], "as known that day"


def test_feedback_after_the_removal_is_found_by_when_it_was_done():
    ended = removed(use(), date(2026, 9, 7))
    told = after(ended, say(DONE, date(2026, 9, 4), date(2026, 9, 8)), say(LIFTED, date(2026, 9, 8)))
    assert kinds(told, day=date(2026, 9, 9)) == [("told_after_removal", date(2026, 9, 8), 1, False)]
    did = after(ended, say(DONE, date(2026, 9, 8)), say(LIFTED, date(2026, 9, 8)))
    assert kinds(did, day=date(2026, 9, 9)) == [("done_after_removal", date(2026, 9, 8), 1, True)]


def test_a_measure_nobody_carries_out_is_found_once_and_information_never():
    uses = [
        MeasureUse(owed()),
        MeasureUse(owed(measure="prudent_lending", nature="market")),
        MeasureUse(owed(nature="")),
    ]
    assert kinds(MeasureUse(owed()), *uses[1:2], day=date(2026, 9, 3)) == [("unassigned", DAY, 2, False)]
    assert kinds(uses[2], day=date(2026, 9, 3)) == []
    assert kinds(MeasureUse(owed(ended_on=date(2026, 9, 2))), day=date(2026, 9, 3)) == []
    later = [use(asked_on=date(2026, 9, 10)), use(asked_on=date(2026, 9, 10), agency_code=B, task_id="M2")]
    assert kinds(*later, day=date(2026, 9, 3)) == [("unassigned", DAY, 2, False)]


@pytest.mark.parametrize("why", ["no_catalogue", "no_listing", "not_asked"])
def test_what_was_reported_without_being_asked_is_found(why):
    at = datetime(2026, 9, 3, 4, tzinfo=UTC)
    stray = StrayReport(A, "clerk", "断水断电", "", why, date(2026, 9, 2), date(2026, 9, 3), at)
    assert kinds(day=date(2026, 9, 4), strays=[stray]) == [(why, date(2026, 9, 2), 2, True)]
    assert kinds(day=date(2026, 9, 2), strays=[stray]) == []


def test_agencies_are_counted_by_where_they_stand_and_sums_agree():
    uses = [
        use(),
        after(use(task_id="M2"), say(DONE)),
        after(use(task_id="M3"), say(NOT_APPLICABLE)),
        removed(use(task_id="M4"), date(2026, 9, 7)),
        MeasureUse(owed(), task(task_id="M5", agency_code=B)),
        MeasureUse(owed(measure="other")),
    ]
    found = reconcile(uses, (), date(2026, 9, 21), TERMS)
    nobody, mine, other = found.agencies
    assert (nobody.agency_code, nobody.asked, nobody.found) == ("", 0, 1)
    assert (mine.asked, mine.waiting, mine.active, mine.not_applicable, mine.lifting) == (4, 1, 1, 1, 1)
    assert dict(mine.findings) == {FindingKind.NOT_LIFTED: 1, FindingKind.NOT_FED_BACK: 1}
    assert mine.oldest_workdays == 10
    assert (other.asked, other.found) == (1, 1)
    assert found.findings[0].kind is FindingKind.NOT_LIFTED
    assert sum(one.found for one in found.agencies) == len(found.findings)


def test_an_age_across_an_unknown_year_is_not_guessed():
    def unknown(day: date) -> bool:
        if day.year == 2027:
            message = "unknown"
            raise RuleNotInForce(message)
        return weekday(day)

    ended = removed(after(use(), say(DONE)), date(2026, 9, 7))
    terms = replace(TERMS, is_workday=unknown)
    (found,) = reconcile([ended], (), date(2027, 1, 5), terms).findings
    assert found.age_workdays is None


def test_a_calendar_that_is_not_known_yet_keeps_nobody_waiting():
    def unknown(day: date) -> bool:
        if day >= date(2026, 9, 5):
            message = "unknown"
            raise RuleNotInForce(message)
        return weekday(day)

    early = replace(TERMS, is_workday=unknown)
    assert early.due_on("management", DAY) is None
    assert remind(use(due_on=None), DAY, early).urgency is Urgency.WAITING
    assert remind(use(due_on=DUE), DUE, early).urgency is Urgency.WAITING
    assert remind(use(due_on=DUE), date(2026, 12, 1), early).urgency is Urgency.OVERDUE
    # Once it is known the last day is told, although the task was asked without one.
    assert remind(use(due_on=None), DUE, TERMS).due_on == DUE


@pytest.mark.parametrize(
    ("day", "urgency"),
    [
        (date(2026, 9, 10), Urgency.WAITING),
        (date(2026, 9, 11), Urgency.DUE_SOON),
        (DUE, Urgency.DUE_SOON),
        (date(2026, 9, 16), Urgency.OVERDUE),
        (date(2026, 9, 22), Urgency.OVERDUE),
        (date(2026, 9, 23), Urgency.ESCALATED),
    ],
)
def test_reminders_follow_the_calendar(day, urgency):
    told = remind(use(), day, TERMS)
    assert (told.due_on, told.urgency) == (DUE, urgency)


def test_a_lift_has_a_term_of_its_own_and_what_is_answered_none():
    ended = removed(after(use(), say(DONE)), date(2026, 9, 7))
    assert remind(ended, date(2026, 9, 7), TERMS).due_on == date(2026, 9, 10)
    assert remind(after(use(), say(DONE)), DUE, TERMS).due_on is None
    assert remind(MeasureUse(owed()), DUE, TERMS).urgency is Urgency.WAITING
    silent = replace(TERMS, feedback_workdays=None)
    assert remind(use(due_on=None), date(2027, 1, 1), silent).urgency is Urgency.WAITING
