"""Agencies say what became of the measures they were asked to carry out.

Before it stand tasks; after each feedback the task has moved, or the feedback was refused with the reason and nothing
changed. Agencies act on their own tasks only; a foreign one is answered like an unknown one. What an agency reports
without having been asked is written down too, for `measures.reconcile`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import legal_day
from credit_service.domain.listing import Case
from credit_service.domain.measure import Feedback, FeedbackKind, MeasureUse, StrayReport, TaskState
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    LedgerConflict,
    MeasureNotAsked,
    ScopeDenied,
    TaskNotFound,
)
from credit_service.measures.feedback import apply_feedback
from credit_service.pipeline.joint_measures import measure_terms, with_lift
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork

MAY_FEED_BACK = frozenset({Role.SUBMITTER})
"""Who answers for an agency; its systems answer with a key."""
MOST_FEN = 10**15
"""No amount of one measure is larger: ten trillion yuan is a slip of the pen."""


@dataclass(frozen=True)
class FeedbackRequest:
    """What an agency wants to say about one task.

    **Units**: ``amount_fen`` whole fen; ``on`` the legal day of what was done, today where it is None.
    """

    task_id: str
    kind: FeedbackKind
    actor: Actor
    on: date | None = None
    what: str = ""
    amount_fen: int | None = None
    basis: str = ""
    document_no: str = ""
    evidence: str = ""
    version: int | None = None
    """The version of the task that was seen; another one means that somebody else was first."""
    idempotency_key: str | None = None


@dataclass(frozen=True)
class StrayRequest:
    """A measure an agency applied although nobody asked it to."""

    actor: Actor
    measure: str
    case_id: str
    on: date | None = None
    what: str = ""
    document_no: str = ""


def give_feedback(office: Office, request: FeedbackRequest) -> MeasureUse:
    """Write down what an agency says, and return the task with all it said.

    Raises:
        ScopeDenied: The role may not speak for an agency.
        TaskNotFound: No task has this number, or it is another agency's.
        DecisionError: Law or state forbids it; the leaf says why.
        LedgerConflict: Somebody else was first, or the idempotency key names other feedback.
    """
    check_role(request.actor)
    now = office.now()
    said = Feedback(
        kind=request.kind,
        actor_id=request.actor.actor_id,
        agency_code=request.actor.agency_code,
        done_on=request.on or legal_day(now),
        recorded_on=legal_day(now),
        recorded_at=now,
        what=request.what.strip(),
        amount_fen=request.amount_fen,
        basis=request.basis.strip(),
        document_no=request.document_no.strip(),
        evidence=request.evidence.strip(),
    )
    if said.amount_fen is not None and said.amount_fen > MOST_FEN:
        message = "金额过大。"
        raise EvidenceMissing(message, remedy="金额以分为单位，请核对位数。")
    terms = measure_terms(office.rulebook(office.today()), office.is_workday())
    with office.ledger.unit_of_work() as uow:
        use = get_own_use(uow, request.task_id, request.actor)
        if _is_said_already(uow, request, said):
            return use
        if request.version is not None and use.task is not None and request.version != use.task.version:
            message = "这项措施刚刚由他人反馈，您看到的不是最新状态。"
            raise LedgerConflict(message, remedy="请刷新后查看最新状态，再决定是否反馈。", task_id=request.task_id)
        moved = apply_feedback(use, said)
        is_to_lift = use.state_on(said.recorded_on) is TaskState.LIFTING
        if is_to_lift and use.task is not None and use.task.lift_asked_on is None:
            # Its term ran out and nobody has written that down yet.
            uow.measure_tasks.ask_lift(with_lift(use, terms))
        uow.measure_tasks.save(moved, said, request.idempotency_key)
        detail = {"task_id": request.task_id, "state": moved.state.value}
        uow.audit.append(said.actor_id, f"measure.{said.kind.value}", moved.case_id, now, detail)
        moved_use = uow.measure_tasks.get_use(request.task_id)
        uow.commit()
    return moved_use


def report_stray(office: Office, request: StrayRequest) -> StrayReport:
    """Write down a measure an agency applied without having been asked, with the reason why it may not.

    Reporting the same again changes nothing.

    Raises:
        ScopeDenied: The role may not speak for an agency.
        EvidenceMissing: Nothing was named.
        ClockReversed: The day has not come yet.
        MeasureNotAsked: It was asked: feedback belongs to that task.
    """
    check_role(request.actor)
    now = office.now()
    today, named = legal_day(now), request.measure.strip()
    on = request.on or today
    if not named:
        message = "没有写明是哪项措施。"
        raise EvidenceMissing(message, remedy="请填写措施名称。")
    if on > today:
        message = f"执行日期{on}晚于今天（{today}）。"
        raise ClockReversed(message, remedy="请填写实际执行的日期。")
    catalogue = office.rulebook(today).measures
    slug = next((one.slug for one in catalogue if named in {one.slug, one.name}), None)
    with office.ledger.unit_of_work() as uow:
        case_id = request.case_id.strip()
        why = _judge_stray(uow, slug, case_id, request.actor.agency_code, on)
        report = StrayReport(
            agency_code=request.actor.agency_code,
            actor_id=request.actor.actor_id,
            measure=slug or named[:200],
            case_id=case_id[:40],
            why=why,
            done_on=on,
            recorded_on=today,
            recorded_at=now,
            what=request.what.strip(),
            document_no=request.document_no.strip(),
        )
        if not uow.measure_strays.has(report):
            uow.measure_strays.add(report)
            uow.audit.append(report.actor_id, "measure.stray", report.agency_code, now, {"why": why})
            uow.commit()
    return report


def check_role(actor: Actor) -> None:
    """Refuse who may not speak for an agency.

    Raises:
        ScopeDenied: The role is not the agency's clerk.
    """
    if actor.role not in MAY_FEED_BACK:
        roles = "、".join(sorted(role.label for role in MAY_FEED_BACK))
        message = f"措施的接收和反馈只能由执行单位的{roles}办理，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交执行单位办理。")


def get_own_use(uow: UnitOfWork, task_id: str, actor: Actor) -> MeasureUse:
    """Return a task of the actor's agency.

    Raises:
        TaskNotFound: There is none of this number, or it is another agency's.
    """
    use = uow.measure_tasks.get_use(task_id)
    if use.task is None or use.task.agency_code != actor.agency_code:
        message = f"没有编号为“{task_id}”的措施任务。"
        raise TaskNotFound(message, remedy="请从本单位“应执行的措施”中选择。")
    return use


def _is_said_already(uow: UnitOfWork, request: FeedbackRequest, said: Feedback) -> bool:
    if request.idempotency_key is None:
        return False
    known = uow.measure_tasks.find_named(said.agency_code, request.idempotency_key)
    if known is None:
        return False
    task_id, before = known
    # A day that was not given was the day of the first sending.
    done_on = said.done_on if request.on else before.done_on
    same = replace(
        said,
        actor_id=before.actor_id,
        done_on=done_on,
        recorded_on=before.recorded_on,
        recorded_at=before.recorded_at,
    )
    if task_id != request.task_id or same != before:
        message = f"幂等键“{request.idempotency_key}”已用于另一次反馈。"
        raise LedgerConflict(message, remedy="重发同一反馈时内容须一致；新的反馈请换一个键。")
    return True


def _judge_stray(uow: UnitOfWork, slug: str | None, case_id: str, agency_code: str, on: date) -> str:
    if slug is None:
        return "no_catalogue"
    case = uow.cases.find(case_id) if case_id else None
    if case is None or not _held(case, on):
        return "no_listing"
    uses = [use for use in uow.measure_tasks.list_uses(agency_code, case_id) if use.owed.measure == slug]
    if uses:
        message = "这项措施已经交办给本单位，请直接反馈。"
        raise MeasureNotAsked(message, remedy="请从本单位“应执行的措施”中选择该项。")
    return "not_asked"


def _held(case: Case, on: date) -> bool:
    """Return whether a listing held on a day, whatever became of it since."""
    served_on = case.decision_served_on
    return (
        served_on is not None
        and served_on <= on
        and (case.max_until_on is None or on <= case.max_until_on)
        and (case.ended_on is None or on < case.ended_on)
    )
