"""What an agency says about a task moves it, or is refused with the reason.

Before it stands a task as the ledger holds it with what the agency says; after it the moved task. It stores nothing and
asks no clock; the ledger's triggers repeat its arrows. Feedback that comes after the listing ended is taken and leaves
the task to be lifted: `reconcile` finds it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from credit_service.domain.measure import (
    AFTER,
    OPEN_STATES,
    Feedback,
    FeedbackKind,
    MeasureTask,
    MeasureUse,
    Nature,
    TaskState,
)
from credit_service.errors import ClockReversed, EvidenceMissing, IllegalTransition, NoLegalBasis, TaskNotFound

FROM_STATES = {
    FeedbackKind.ACCEPT: frozenset({TaskState.ASKED}),
    FeedbackKind.DONE: OPEN_STATES | {TaskState.LIFTING},
    FeedbackKind.NOT_APPLICABLE: OPEN_STATES | {TaskState.LIFTING},
    FeedbackKind.LIFTED: frozenset({TaskState.ACTIVE, TaskState.LIFTING}),
}
_ARTICLE = re.compile(r"第[0-9零〇一二三四五六七八九十百千]+条")
_NEEDS_WHAT = {FeedbackKind.DONE: "执行情况", FeedbackKind.NOT_APPLICABLE: "不适用的理由"}


def list_possible(use: MeasureUse, state: TaskState | None) -> list[FeedbackKind]:
    """Return what may be said about a task in a state, in the order of the procedure."""
    if state is None:
        return []
    told = {FeedbackKind.DONE, FeedbackKind.NOT_APPLICABLE} if use.is_done else set()
    return [kind for kind in FeedbackKind if state in FROM_STATES[kind] and kind not in told]


def apply_feedback(use: MeasureUse, said: Feedback) -> MeasureTask:
    """Return the task after feedback.

    Raises:
        TaskNotFound: Nobody was asked, or another agency.
        IllegalTransition: The task does not allow this now.
        ClockReversed: It is dated before the task was asked, or ahead of the day it is written down.
        EvidenceMissing: What was done, or why it does not apply, was not said; or the document of a measure that
            reduces rights.
        NoLegalBasis: A measure that reduces rights has no article of a law or regulation for this very use.
    """
    task = use.task
    if task is None or task.agency_code != said.agency_code:
        message = "没有这项措施任务，或者它属于别的单位。"
        raise TaskNotFound(message, remedy="请从本单位“应执行的措施”中选择。")
    state = use.state_on(said.recorded_on)
    if said.kind not in list_possible(use, state):
        label = state.label if state else "未交办"
        message = f"这项措施现为“{label}”，不能反馈“{said.kind.label}”。"
        raise IllegalTransition(message, remedy=_name_possible(use, state), task_id=task.task_id)
    _check_days(task, said)
    _check_words(use, said)
    statute = task.statute or said.basis.strip()
    if use.owed.nature == Nature.REDUCES_RIGHTS:
        _check_statute(use, said, statute)
    after = TaskState.LIFTING if state is TaskState.LIFTING and said.kind is FeedbackKind.DONE else AFTER[said.kind]
    return replace(task, state=after, statute=statute, version=task.version + 1)


def _name_possible(use: MeasureUse, state: TaskState | None) -> str:
    labels = [kind.label for kind in list_possible(use, state)]
    return f"现在可以反馈：{'、'.join(labels)}。" if labels else "这项措施已经办结。"


def _check_days(task: MeasureTask, said: Feedback) -> None:
    if said.done_on < task.asked_on:
        message = f"“{said.kind.label}”的日期{said.done_on}早于交办的日期{task.asked_on}。"
        raise ClockReversed(message, remedy="请填写实际办理的日期。", task_id=task.task_id)
    if said.done_on > said.recorded_on:
        message = f"“{said.kind.label}”的日期{said.done_on}晚于今天（{said.recorded_on}）。"
        raise ClockReversed(message, remedy="尚未发生的执行不能反馈。", task_id=task.task_id)


def _check_words(use: MeasureUse, said: Feedback) -> None:
    missing = _NEEDS_WHAT.get(said.kind, "")
    if missing and not said.what.strip():
        message = f"反馈“{said.kind.label}”缺少：{missing}。"
        raise EvidenceMissing(message, remedy="请补齐后重新提交。")
    if said.amount_fen is not None and (said.amount_fen < 0 or said.kind is not FeedbackKind.DONE):
        message = "金额只随“已执行”反馈，且不得为负数。"
        raise EvidenceMissing(message, remedy="没有涉及金额的请留空。")
    takes_rights = use.owed.nature == Nature.REDUCES_RIGHTS and said.kind is FeedbackKind.DONE
    if takes_rights and not said.document_no.strip():
        message = "减损权益的措施缺少执行文书号。"
        raise EvidenceMissing(message, remedy="请填写本单位作出或者送达的文书编号。")


def _check_statute(use: MeasureUse, said: Feedback, statute: str) -> None:
    """Refuse a measure that reduces rights without the article of law for this very use.

    Source: 国办发〔2020〕49号 (what reduces rights needs a law, administrative regulation or central document).
    """
    if said.kind not in {FeedbackKind.ACCEPT, FeedbackKind.DONE}:
        return
    if said.kind is FeedbackKind.ACCEPT and not statute:
        return
    if not _ARTICLE.search(statute):
        message = "减损权益的措施须逐次写明所依据的法律、行政法规的名称和条款。"
        remedy = f"例如“《……法》第三十条”；措施清单列出的依据：{use.owed.basis}。没有依据的请反馈“不适用”。"
        raise NoLegalBasis(message, remedy=remedy)
