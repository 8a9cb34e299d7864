from dataclasses import replace
from datetime import date, timedelta

import pytest

from credit_service.domain.measure import FeedbackKind, MeasureUse, TaskState, is_active
from credit_service.errors import ClockReversed, EvidenceMissing, IllegalTransition, NoLegalBasis, TaskNotFound
from credit_service.measures.feedback import apply_feedback, list_possible
from tests.unit.measures.uses import DAY, A, B, after, owed, removed, say, task, use

ACCEPT, DONE, NOT_APPLICABLE, LIFTED = FeedbackKind


def test_the_way_of_a_task():
    accepted = after(use(), say(ACCEPT))
    assert accepted.task.state is TaskState.ACCEPTED
    active = after(accepted, say(DONE))
    assert active.task.state is TaskState.ACTIVE
    assert is_active(active, DAY)
    assert after(active, say(LIFTED)).task.state is TaskState.LIFTED
    assert after(use(), say(NOT_APPLICABLE)).task.state is TaskState.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (TaskState.ASKED, [ACCEPT, DONE, NOT_APPLICABLE]),
        (TaskState.ACCEPTED, [DONE, NOT_APPLICABLE]),
        (TaskState.ACTIVE, [LIFTED]),
        (TaskState.LIFTING, [DONE, NOT_APPLICABLE, LIFTED]),
        (TaskState.NOT_APPLICABLE, []),
        (TaskState.LIFTED, []),
        (None, []),
    ],
)
def test_what_may_be_said(state, possible):
    assert list_possible(use(), state) == possible
    for kind in set(FeedbackKind) - set(possible):
        if state is not None:
            lift = DAY if state is TaskState.LIFTING else None
            with pytest.raises(IllegalTransition):
                apply_feedback(use(state=state, lift_asked_on=lift), say(kind))


def test_what_was_done_cannot_be_unsaid_once_it_is_to_be_lifted():
    lifting = removed(after(use(), say(DONE)), DAY)
    assert list_possible(lifting, TaskState.LIFTING) == [LIFTED]


def test_late_feedback_leaves_the_task_to_be_lifted():
    late = after(removed(use(), DAY), say(DONE, DAY + timedelta(days=1)))
    assert late.task.state is TaskState.LIFTING
    assert not is_active(late, DAY + timedelta(days=1))
    assert after(removed(use(), DAY), say(NOT_APPLICABLE)).task.state is TaskState.NOT_APPLICABLE


def test_past_its_term_a_task_is_to_be_lifted_without_anybody_writing_it_down():
    over = MeasureUse(owed(until_on=DAY), task())
    assert over.state_on(DAY) is TaskState.ASKED
    assert over.state_on(DAY + timedelta(days=1)) is TaskState.LIFTING
    assert after(over, say(DONE, DAY, DAY + timedelta(days=1))).task.state is TaskState.LIFTING


@pytest.mark.parametrize("nobody", [MeasureUse(owed()), use(agency_code=B)])
def test_a_foreign_task_is_as_unknown_as_none(nobody):
    with pytest.raises(TaskNotFound):
        apply_feedback(nobody, say(DONE))


@pytest.mark.parametrize("days", [-1, 1])
def test_feedback_is_not_dated_before_the_task_or_ahead(days):
    with pytest.raises(ClockReversed):
        apply_feedback(use(), say(DONE, DAY + timedelta(days=days), DAY))


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        (DONE, {"what": " "}),
        (NOT_APPLICABLE, {"what": ""}),
        (DONE, {"amount_fen": -1}),
        (NOT_APPLICABLE, {"amount_fen": 1}),
    ],
)
def test_feedback_without_what_it_needs_is_refused(kind, changes):
    with pytest.raises(EvidenceMissing):
        apply_feedback(use(), say(kind, **changes))


RIGHTS = MeasureUse(owed(measure="exit_ban", nature="reduces_rights"), task(measure="exit_ban"))


@pytest.mark.parametrize("basis", ["", "国办发〔2020〕49号", "法律规定", "第条"])
def test_rights_are_not_reduced_without_an_article_for_this_use(basis):
    assert RIGHTS.label_on(DAY) == "待确认依据"
    with pytest.raises(NoLegalBasis):
        apply_feedback(RIGHTS, say(DONE, basis=basis))


@pytest.mark.parametrize("basis", ["《出境入境管理法》第十二条", "税收征收管理法第44条"])
def test_the_article_may_come_with_the_acceptance_or_with_the_deed(basis):
    assert after(RIGHTS, say(DONE, basis=basis)).task.statute == basis
    accepted = after(RIGHTS, say(ACCEPT, basis=basis))
    assert not accepted.needs_statute
    active = after(accepted, say(DONE, basis="另一条"))
    assert (active.task.state, active.task.statute) == (TaskState.ACTIVE, basis)
    with pytest.raises(NoLegalBasis):
        apply_feedback(RIGHTS, say(ACCEPT, basis="口头"))


def test_rights_are_not_reduced_without_a_document():
    with pytest.raises(EvidenceMissing, match="文书号"):
        apply_feedback(RIGHTS, say(DONE, basis="《某法》第一条", document_no=" "))


def test_what_was_known_on_a_day():
    told = after(use(), say(ACCEPT, DAY), say(DONE, DAY, date(2026, 9, 3), basis="第一条"))
    ended = removed(told, date(2026, 9, 10))
    assert ended.as_known(date(2026, 9, 10)).task == replace(ended.task, statute="第一条")
    active = ended.as_known(date(2026, 9, 9))
    assert (active.task.state, active.owed.ended_on, active.task.lift_asked_on) == (TaskState.ACTIVE, None, None)
    accepted = ended.as_known(date(2026, 9, 2))
    assert (accepted.task.state, accepted.task.statute, accepted.task.version) == (TaskState.ACCEPTED, "", 1)
    assert ended.as_known(DAY - timedelta(days=1)).task is None
    assert accepted.task.agency_code == A
