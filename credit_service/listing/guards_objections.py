"""The gates of an objection: each refuses one act for one reason, with what to do instead.

`objections` calls them in a fixed order; the ledger's constraints repeat what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from credit_service.domain.clock import legal_day
from credit_service.domain.objection import (
    ListingOutcome,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionState,
    RecordRemedy,
    Verdict,
)
from credit_service.errors import (
    ClockReversed,
    EvidenceMissing,
    IllegalTransition,
    OwnAgencyAlone,
    SamePerson,
    ScopeDenied,
)
from credit_service.listing.objection_steps import ObjectionStep, find_objection_steps

DECISIONS = frozenset({ObjectionActKind.UPHOLD, ObjectionActKind.REJECT, ObjectionActKind.REFUSE})
PREPARATIONS = frozenset(
    {ObjectionActKind.RECEIVE, ObjectionActKind.ACCEPT, ObjectionActKind.FORWARD, ObjectionActKind.VERIFY}
)
OFFICE_CHECKS = frozenset({ObjectionActKind.ACCEPT, ObjectionActKind.FORWARD})
"""Acts by which the credit office itself looked at the objection."""


def check_step(objection: Objection, act: ObjectionAct, step: ObjectionStep | None) -> ObjectionStep:
    """Return the step of an act when it follows from the state.

    Raises:
        IllegalTransition: It does not; the message names what does.
    """
    if step is not None and objection.state in step.from_states:
        return step
    labels = [one.kind.label for one in find_objection_steps(objection.state)]
    remedy = f"现在可以办理：{'、'.join(labels)}。" if labels else "该异议已经办结；有新的事实和证据可以另行提出。"
    message = f"异议{objection.number}现为“{objection.state.label}”，不能办理“{act.kind.label}”。"
    raise IllegalTransition(message, remedy=remedy, state=objection.state.value)


def check_papers(objection: Objection, act: ObjectionAct, step: ObjectionStep) -> None:
    """Refuse an act without its papers.

    Raises:
        EvidenceMissing: Something is blank; all of it is named.
    """
    missing = [need for name, need in step.needs if not str(getattr(act, name)).strip()]
    if not act.actor_id.strip():
        missing.append("办理人")
    if missing:
        message = f"对异议{objection.number}办理“{act.kind.label}”缺少：{'、'.join(missing)}。"
        raise EvidenceMissing(message, remedy="请补齐后重新提交。")


def check_clock(objection: Objection, act: ObjectionAct) -> None:
    """Refuse an act dated before the one it follows, or in the future.

    Raises:
        ClockReversed: The day of the act is impossible.
    """
    today = legal_day(act.at)
    if act.on > today:
        message = f"“{act.kind.label}”的日期{act.on}晚于今天（{today}）。"
        raise ClockReversed(message, remedy="请填写实际办理的日期；尚未发生的行为不能登记。")
    latest = last_day(objection)
    if act.on < latest:
        message = f"“{act.kind.label}”的日期{act.on}早于前一环节的日期{latest}。"
        raise ClockReversed(message, remedy="请核对文书上的日期。")


def last_day(objection: Objection) -> date:
    """Return the day of the latest act that a later one may not precede."""
    days = (
        objection.received_on,
        objection.accepted_on,
        objection.forwarded_on,
        objection.reminded_on,
        objection.verified_on,
        objection.decided_on,
        objection.corrected_on,
    )
    return max(day for day in days if day is not None)


def check_people(objection: Objection, act: ObjectionAct, done: Sequence[ObjectionAct]) -> None:
    """Refuse a decision by who prepared it, or by a party to it alone.

    The source agency judges its own record, and an agency that objects its own cause; either may decide only where
    somebody of another agency accepted or forwarded the objection, and so looked at it.

    Raises:
        SamePerson: Who entered, accepted, forwarded or verified it would decide, or somebody in their place.
        OwnAgencyAlone: Nobody but the parties looked at it.
    """
    if act.kind not in DECISIONS:
        return
    for one in done:
        if one.kind in PREPARATIONS and one.persons & act.persons:
            message = f"异议{objection.number}已由您（或您代行的人员）办理“{one.kind.label}”，不得由同一人决定。"
            raise SamePerson(message, remedy="请转交另一位决定人员办理。")
    parties = {*objection.source_agencies, objection.objecting_agency} - {""}
    if act.agency_code in parties and not any(
        one.kind in OFFICE_CHECKS and one.agency_code not in {"", *parties} for one in done
    ):
        message = f"异议{objection.number}涉及您所在单位报送的记录（或由您所在单位提出），不得由本单位单独处理。"
        raise OwnAgencyAlone(message, remedy="请由信用工作机构其他单位的人员受理核查，或由其作出决定。")


def check_forward(objection: Objection, act: ObjectionAct) -> None:
    """Refuse to forward to who did not send the records, and an extension that is none.

    Raises:
        IllegalTransition: That agency sent none of the records.
        EvidenceMissing: The extended term was not worked out.
    """
    if act.to_agency not in objection.source_agencies:
        message = f"异议{objection.number}所涉记录不是该单位报送的，不能转其核实。"
        raise IllegalTransition(message, remedy="请在所涉记录的来源单位中选择。", state=objection.state.value)
    if act.due_on is None or act.due_on < objection.due_on:
        message = f"异议{objection.number}延长后的期限没有依规则算出。"
        raise EvidenceMissing(message, remedy="请核对 rules/deadlines/ 中的期限。")


def check_verdict(objection: Objection, act: ObjectionAct) -> None:
    """Refuse an answer of another agency, or one that says nothing.

    Raises:
        ScopeDenied: The actor does not belong to the agency that was asked.
        EvidenceMissing: The answer is neither right nor wrong.
    """
    if act.agency_code != objection.forwarded_to:
        message = f"异议{objection.number}没有转您所在单位核实。"
        raise ScopeDenied(message, remedy="请由被转办的来源单位答复。")
    if act.verdict not in {one.value for one in Verdict}:
        message = "核实结果只能是“信息无误”或“信息有误”。"
        raise EvidenceMissing(message, remedy="请选择其中一项。")


def check_answered(objection: Objection, act: ObjectionAct) -> None:
    """Refuse to decide while the agency that was asked may still answer.

    Raises:
        IllegalTransition: Its term still runs.
    """
    if objection.state is ObjectionState.FORWARDED and act.on <= objection.due_on:
        message = f"异议{objection.number}已转来源单位核实，其答复期限至{objection.due_on}（含当日）。"
        raise IllegalTransition(
            message, remedy="请等待答复或先催办；逾期不答复的可以直接决定。", state=objection.state.value
        )


def check_outcome(objection: Objection, act: ObjectionAct) -> None:
    """Refuse a decision for the objector that changes nothing, or touches what was not objected to.

    Raises:
        EvidenceMissing: What becomes of record or listing is not said, or no record is named.
        IllegalTransition: The records are not those of the objection, or nothing would change.
    """
    if act.remedy not in {one.value for one in RecordRemedy} or act.listing not in {
        one.value for one in ListingOutcome
    }:
        message = "没有写明对记录和名单分别怎样处理。"
        raise EvidenceMissing(message, remedy="请选择撤回、更正或不变，以及撤销或维持。")
    touches_record = act.remedy != RecordRemedy.NONE.value
    if touches_record is not bool(act.wrong_records):
        message = "没有写明哪些记录有误。" if touches_record else "记录不变的，不应列出有误的记录。"
        raise EvidenceMissing(message, remedy="请在所涉记录中选择有误的记录。")
    if not set(act.wrong_records) <= set(objection.record_ids):
        message = f"所选记录不在异议{objection.number}的范围之内。"
        raise IllegalTransition(message, remedy="请在所涉记录中选择。", state=objection.state.value)
    revokes = act.listing == ListingOutcome.REVOKE.value and bool(objection.case_ids)
    if not touches_record and not revokes:
        message = "记录不变、名单也维持，等于异议不成立。"
        raise IllegalTransition(message, remedy="请改为“决定异议不成立”，并写明理由。", state=objection.state.value)


def check_correction(objection: Objection) -> None:
    """Refuse to report a correction that nobody owes.

    Raises:
        IllegalTransition: None is owed, or it is done.
    """
    if not objection.awaits_correction:
        message = f"异议{objection.number}没有待更正的记录。"
        raise IllegalTransition(message, remedy="请刷新后查看最新状态。", state=objection.state.value)


def find_idle(objection: Objection, day: date) -> frozenset[ObjectionActKind]:
    """Return the acts that the state allows but for which there is nothing to do, or not yet."""
    idle: set[ObjectionActKind] = set()
    if not objection.awaits_correction:
        idle.add(ObjectionActKind.CORRECT)
    if not objection.source_agencies:
        idle.add(ObjectionActKind.FORWARD)
    if objection.state is ObjectionState.FORWARDED and day <= objection.due_on:
        idle |= {ObjectionActKind.UPHOLD, ObjectionActKind.REJECT}
    return frozenset(idle)
