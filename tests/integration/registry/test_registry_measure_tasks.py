"""Joint measures in the tables: the lawful way through, and what SQL of another program may not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from credit_service.domain.listing import ActKind
from credit_service.domain.measure import FeedbackKind, MeasureOwed, TaskState
from credit_service.domain.score import ListKind
from credit_service.errors import (
    ClockReversed,
    CreditServiceError,
    IllegalTransition,
    LedgerConflict,
    NoLegalBasis,
    TaskNotFound,
)
from credit_service.pipeline.joint_measures import drop_body, name_body
from credit_service.pipeline.measure_desk import FeedbackRequest, give_feedback
from tests.integration.measure_world import CODES, MeasureWorld

BASIS = "《政府采购法》第七十七条"
TASK = (
    "INSERT INTO measure_task (task_id, case_id, measure, agency_code, round, asked_on, due_on, state, statute, "
    "lift_asked_on, lift_due_on, version) VALUES ('M1', :case_id, :measure, :agency, :round, :on, NULL, :state, '', "
    "NULL, NULL, 0)"
)
SAY = (
    "INSERT INTO measure_feedback (task_id, seq, kind, actor_id, agency_code, done_on, recorded_on, recorded_at, what, "
    "amount_fen, basis, document_no, evidence, idempotency_key) VALUES (:task_id, :seq, :kind, 'stray', :agency, :on, "
    ":recorded_on, :at, 'x', :fen, :basis, '', '', NULL)"
)


@pytest.fixture
def world(ledger) -> MeasureWorld:
    return MeasureWorld(ledger).settle()


@pytest.fixture
def case(world):
    return world.list_somebody()


def ask(world, case, measure="key_supervision", code=CODES[0], kind=FeedbackKind.DONE, **changes):
    use = world.use(case, measure, code)
    plain = {"what": "已采取", "document_no": "测执〔2026〕1号", "on": world.today}
    return FeedbackRequest(use.task.task_id, kind, world.clerk(code), **{**plain, **changes})


def give(world, *args, **changes):
    return give_feedback(world.office, ask(world, *args, **changes))


def refuse(desk, *statements: str, **parameters: object) -> str:
    before = desk.dump()
    with pytest.raises(sa.exc.IntegrityError) as caught:
        desk.run_raw(*statements, **parameters)
    assert desk.dump() == before
    return str(caught.value.orig)


def test_a_listing_asks_each_named_agency_once_and_nobody_for_what_is_information_only(world, case):
    asked = {(use.owed.measure, use.task.agency_code if use.task else None) for use in world.uses(case)}
    assert ("market_entry_ban", CODES[0]) in asked
    assert ("market_entry_ban", CODES[1]) in asked
    assert ("credit_reporting", None) in asked
    assert len(asked) == len(world.uses(case)) == 7
    use = world.use(case, "key_supervision")
    assert (use.task.asked_on, use.task.state, use.owed.nature) == (world.today, TaskState.ASKED, "management")
    assert use.task.due_on == date(2026, 4, 22)
    assert case.fact in use.owed.relevance


def test_a_red_listing_brings_incentives_fed_back_by_the_quarter(world):
    case = world.list_somebody(ListKind.RED)
    assert {use.owed.nature for use in world.uses(case)} == {"incentive"}
    assert world.use(case, "simplified_procedure").task.due_on == date(2026, 7, 8)


def test_the_whole_way_of_a_task(world, case):
    assert give(world, case, kind=FeedbackKind.ACCEPT).task.state is TaskState.ACCEPTED
    world.today += timedelta(days=3)
    done = give(world, case, amount_fen=12_345_600, evidence="回执")
    assert (done.task.state, done.feedback[-1].amount_fen, done.task.version) == (TaskState.ACTIVE, 12_345_600, 2)
    world.today += timedelta(days=4)
    world.end(case)
    use = world.use(case, "key_supervision")
    assert (use.task.state, use.task.lift_asked_on) == (TaskState.LIFTING, world.today)
    assert use.task.lift_due_on == date(2026, 4, 20)
    lifted = give(world, case, kind=FeedbackKind.LIFTED)
    assert lifted.task.state is TaskState.LIFTED
    kinds = {one.kind.value for one in world.reconcile([case]).findings}
    assert kinds == {"not_lifted"}, "the other agencies have not answered"


def test_a_measure_that_reduces_rights_waits_for_its_article(world, case):
    for basis in ("", "国办发〔2020〕49号"):
        with pytest.raises(NoLegalBasis):
            give(world, case, "market_entry_ban", basis=basis)
    assert world.use(case, "market_entry_ban").label_on(world.today) == "待确认依据"
    accepted = give(world, case, "market_entry_ban", kind=FeedbackKind.ACCEPT, basis=BASIS)
    assert accepted.task.statute == BASIS
    assert give(world, case, "market_entry_ban").task.state is TaskState.ACTIVE


def test_a_suspended_listing_asks_to_lift_and_a_resumed_one_asks_anew(world, case):
    give(world, case)
    world.suspend(case)
    use = world.use(case, "key_supervision")
    assert (use.task.state, use.owed.suspended_on) == (TaskState.LIFTING, world.today)
    with world.ledger.reading() as uow:
        assert uow.measures.list_running(world.today) == []
    world.today += timedelta(days=2)
    world.resume(case)
    again = world.use(case, "key_supervision")
    assert (again.task.round, again.task.state, again.owed.suspended_on) == (2, TaskState.ASKED, None)
    assert len(world.uses(case)) == 13
    world.end(case)
    assert {use.state_on(world.today) for use in world.uses(case) if use.task} == {TaskState.LIFTING}


def test_late_feedback_is_written_down_and_found(world, case):
    world.today += timedelta(days=2)
    world.end(case)
    late = give(world, case, on=world.today - timedelta(days=1))
    assert late.task.state is TaskState.LIFTING
    world.today += timedelta(days=1)
    give(world, case, "honours_limit")
    kinds = [one.kind.value for one in world.reconcile([case]).findings if one.agency_code == CODES[0]]
    assert sorted(kinds) == ["done_after_removal", "not_lifted", "not_lifted", "not_lifted", "told_after_removal"]


def test_a_term_that_ran_out_needs_no_job_to_end_a_measure(world, case):
    give(world, case)
    world.today = case.max_until_on + timedelta(days=1)
    use = world.use(case, "key_supervision")
    assert use.task.state is TaskState.ACTIVE
    assert use.state_on(world.today) is TaskState.LIFTING
    told = give(world, case, "preference_limit", CODES[1])
    assert told.task.state is TaskState.LIFTING
    assert told.task.lift_asked_on == world.today


def test_an_agency_answers_its_own_tasks_only(world, case):
    request = ask(world, case)
    with pytest.raises(TaskNotFound):
        give_feedback(world.office, replace(request, actor=world.clerk(CODES[1])))


@pytest.mark.parametrize("days", [-1, 1])
def test_feedback_is_not_dated_before_the_task_or_ahead(world, case, days):
    with pytest.raises(ClockReversed):
        give(world, case, on=world.today + timedelta(days=days))


def test_of_two_at_once_one_wins_and_the_other_is_told(world, case):
    seen = ask(world, case, version=0)
    give_feedback(world.office, seen)
    with pytest.raises(LedgerConflict):
        give_feedback(world.office, replace(seen, kind=FeedbackKind.NOT_APPLICABLE))


def test_the_same_feedback_under_a_key_is_written_down_once(world, case):
    named = ask(world, case, idempotency_key="K-1")
    first = give_feedback(world.office, named)
    assert give_feedback(world.office, named) == first
    with pytest.raises(LedgerConflict):
        give_feedback(world.office, replace(named, what="别的"))


def test_who_is_named_later_is_asked_for_what_runs(world):
    case = world.list_somebody(ListKind.RED)
    assert name_body(world.office, "award_priority", CODES[1], "文号", "admin") == 1
    assert world.use(case, "award_priority", CODES[1]).task.asked_on == world.today
    with pytest.raises(IllegalTransition):
        name_body(world.office, "award_priority", CODES[1], "文号", "admin")
    drop_body(world.office, "award_priority", CODES[1], "admin")
    later = world.list_somebody(ListKind.RED)
    assert all(use.task is None for use in world.uses(later) if use.owed.measure == "award_priority")


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"measure": "credit_reporting"}, "task_follows_measure"),
        ({"measure": "schooling_limit"}, "task_follows_measure"),
        ({"case_id": "C999999999999"}, "task_follows_measure"),
        ({"agency": CODES[1]}, "task_of_named_body"),
        ({"on": date(2020, 1, 1)}, "task_follows_measure"),
        ({"on": date(2030, 1, 1)}, "task_follows_measure"),
        ({"state": "active"}, "task_is_new"),
        ({"round": 1}, "task_is_new"),
    ],
)
def test_no_task_without_a_running_measure_and_its_body(world, case, desk, changes, law):
    plain = {"case_id": case.case_id, "measure": "honours_limit", "agency": CODES[0], "round": 2, "on": world.today}
    told = refuse(desk, TASK, **{**plain, "state": "asked", **changes})
    expected = {law, "task_is_new", "task_follows_measure", "task_of_named_body"} if law != "task_is_new" else {law}
    assert any(name in told for name in expected)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE measure_task SET state = 'active', version = version + 1",
        "UPDATE measure_task SET state = 'active'",
        "UPDATE measure_task SET state = 'lifted'",
        "UPDATE measure_task SET state = 'lifting', lift_asked_on = '2026-05-01'",
        "UPDATE measure_task SET due_on = '2099-01-01'",
        "UPDATE measure_task SET agency_code = '11990101TEST00000B'",
        "UPDATE measure_task SET statute = 'x'",
        "DELETE FROM measure_task",
        "DELETE FROM measure_feedback",
        "UPDATE measure_feedback SET what = 'other'",
        "DELETE FROM measure_body",
        "UPDATE measure_body SET agency_code = '11990101TEST00000B'",
        "UPDATE measure_owed SET nature = 'management'",
        "UPDATE measure_owed SET relevance = ''",
        "UPDATE measure_owed SET ended_on = '2026-05-01', suspended_on = '2026-05-01'",
    ],
)
def test_nothing_is_moved_by_hand(world, case, desk, statement):
    give(world, case)
    refuse(desk, statement)


def test_a_measure_is_not_made_active_after_its_listing_by_sql(world, case, desk):
    world.end(case)
    task = world.use(case, "key_supervision").task
    say = {"task_id": task.task_id, "seq": 1, "kind": "done", "agency": CODES[0], "on": world.today, "fen": None}
    say |= {"recorded_on": world.today, "at": "2026-04-08 04:00:00+00:00", "basis": ""}
    at = say["at"] if "postgresql" in desk.url else "2026-04-08 04:00:00.000000"
    refuse(
        desk,
        SAY,
        "UPDATE measure_task SET state = 'active', version = 1 WHERE task_id = :task_id",
        **{**say, "at": at},
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"agency": CODES[1]},
        {"on": date(2026, 4, 7)},
        {"on": date(2026, 4, 9)},
        {"seq": 2},
        {"kind": "lifted"},
        {"kind": "invented"},
        {"fen": -1},
        {"recorded_on": date(2026, 4, 9)},
    ],
)
def test_sql_gives_no_feedback_that_nobody_may_give(world, case, desk, changes):
    task = world.use(case, "key_supervision").task
    at = "2026-04-08 04:00:00+00:00" if "postgresql" in desk.url else "2026-04-08 04:00:00.000000"
    say = {"task_id": task.task_id, "seq": 1, "kind": "done", "agency": CODES[0], "on": world.today, "fen": None}
    say |= {"recorded_on": world.today, "at": at, "basis": ""}
    refuse(desk, SAY, **{**say, **changes})
    desk.run_raw(SAY, **say)


def test_sql_makes_no_measure_that_reduces_rights_active_without_its_article(world, case, desk):
    task = world.use(case, "market_entry_ban").task
    at = "2026-04-08 04:00:00+00:00" if "postgresql" in desk.url else "2026-04-08 04:00:00.000000"
    say = {"task_id": task.task_id, "seq": 1, "kind": "done", "agency": CODES[0], "on": world.today, "fen": None}
    say |= {"recorded_on": world.today, "at": at, "basis": ""}
    move = "UPDATE measure_task SET state = 'active', version = 1, statute = :basis WHERE task_id = :task_id"
    assert "task_active_with_statute" in refuse(desk, SAY, move, **say)
    desk.run_raw(SAY, move, **{**say, "basis": BASIS})


def test_sql_does_not_resume_what_ended(world, case, desk):
    world.suspend(case)
    world.end(case)
    refuse(desk, "UPDATE measure_owed SET suspended_on = NULL WHERE case_id = :case_id", case_id=case.case_id)


def test_an_incentive_never_follows_from_a_black_listing(world, case):
    owed = MeasureOwed(
        case.case_id, "green_channel", "依据", "单位", world.today, case.max_until_on, nature="incentive"
    )
    with pytest.raises(CreditServiceError), world.ledger.unit_of_work() as uow:
        uow.measures.add([owed])


def test_an_expired_listing_asks_to_lift(world, case):
    give(world, case)
    world.today = case.max_until_on + timedelta(days=5)
    world.end(case, ActKind.EXPIRE)
    use = world.use(case, "key_supervision")
    assert use.removed_on == case.max_until_on + timedelta(days=1)
    assert use.task.lift_due_on == date(2026, 6, 4), "three working days after the term, not after the act"


def test_boards_of_governance_learn_who_was_asked_and_when_all_had_answered(world, case):
    def answers(known_at=None):
        with world.ledger.reading() as uow:
            (span,) = uow.movements.list_spans(known_at or world.now, world.today)
        assert len(span.answers) == len(span.measures) == 5, "what only shares information is owed by nobody"
        return dict(zip(sorted(use.owed.measure for use in asked), span.answers, strict=True))

    asked = {use.owed.measure: use for use in world.uses(case) if use.owed.nature != "market"}.values()
    assert set(answers().values()) == {(True, None)}
    give(world, case, kind=FeedbackKind.ACCEPT)
    before = world.now
    world.today += timedelta(days=3)
    give(world, case)
    give(world, case, "market_entry_ban", kind=FeedbackKind.NOT_APPLICABLE)
    told = answers()
    assert told["key_supervision"] == (True, world.today)
    assert told["market_entry_ban"] == (True, None), "the other agency has not answered"
    give(world, case, "market_entry_ban", CODES[1], basis=BASIS)
    assert answers()["market_entry_ban"] == (True, world.today)
    assert set(answers(before).values()) == {(True, None)}


def test_of_measures_nobody_was_asked_for_boards_are_told_so(world, desk):
    case = world.list_somebody(ListKind.RED)
    with world.ledger.reading() as uow:
        (span,) = uow.movements.list_spans(world.now, world.today)
    unasked = [use.owed.measure for use in world.uses(case) if use.task is None]
    assert [answer for answer in span.answers if not answer[0]] == [(False, None)] * len(unasked)
