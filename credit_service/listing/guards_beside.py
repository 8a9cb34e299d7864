"""The gates beside the way: lists of other authorities, marks of objections, suspensions.

`transitions` calls them; the ledger's constraints repeat what they hold.
"""

from __future__ import annotations

from credit_service.domain.listing import Act, ActKind, Case, SuspensionGround
from credit_service.domain.score import ListKind
from credit_service.errors import IllegalTransition, NoLegalBasis


def check_source(case: Case) -> None:
    """Refuse to take over what no other authority has decided.

    Raises:
        NoLegalBasis: The records name no listing by an authority.
    """
    if case.source_decided_on is None or not (case.source_decision_no or "").strip():
        message = f"案件{case.case_id}所依据的记录不是有权机关的列入决定，不能转引。"
        raise NoLegalBasis(
            message, remedy="请按程序告知、听取陈述申辩后决定，或建议有权机关列入。", case_id=case.case_id
        )


def check_still_running(case: Case, act: Act) -> None:
    """Refuse to take over a listing whose term is over.

    Raises:
        IllegalTransition: Its last day has passed.
    """
    if case.max_until_on is not None and act.on > case.max_until_on:
        message = f"案件{case.case_id}所转引的名单已于{case.max_until_on}期满。"
        raise IllegalTransition(message, remedy="请决定不予列入。", case_id=case.case_id, state=case.state.value)


def check_taken_over(case: Case) -> None:
    """Refuse to end with its authority what was not taken over.

    Raises:
        IllegalTransition: The listing is a decision of our own.
    """
    if case.taken_over_on is None:
        message = f"案件{case.case_id}不是转引的名单，不能随认定机关移出。"
        raise IllegalTransition(
            message, remedy="请办理信用修复、撤销或等待期满。", case_id=case.case_id, state=case.state.value
        )


def check_mark(case: Case, act: Act) -> None:
    """Refuse a mark on a marked case, and clearing one that is not there.

    Raises:
        IllegalTransition: The mark is, or is not, there already.
    """
    is_marked = case.marked_on is not None
    if is_marked is (act.kind is ActKind.MARK_OBJECTION):
        message = f"案件{case.case_id}{'已经标注异议' if is_marked else '没有异议标注'}。"
        raise IllegalTransition(message, remedy="请刷新后查看最新状态。", case_id=case.case_id, state=case.state.value)


def check_suspension(case: Case, act: Act) -> None:
    """Refuse a suspension without a ground that fits, a second one, and resuming what runs.

    Raises:
        IllegalTransition: It does not fit the case; the message says why.
    """
    if act.kind is ActKind.RESUME:
        fault = "" if case.suspended_on is not None else "没有中止，不需要恢复"
    elif case.suspended_on is not None:
        fault = f"自{case.suspended_on}起已经中止"
    elif act.ground not in {ground.value for ground in SuspensionGround}:
        fault = "中止的原因不在规定的几种之内"
    elif (act.ground == SuspensionGround.NEGATIVE_LISTING.value) is not (case.list_kind is ListKind.RED):
        fault = f"属于{case.list_kind.label}，不能因“{SuspensionGround(act.ground).label}”中止"
    else:
        fault = ""
    if fault:
        message = f"案件{case.case_id}{fault}。"
        raise IllegalTransition(message, remedy="请核对案件状态和文书。", case_id=case.case_id, state=case.state.value)


def find_idle(case: Case) -> frozenset[ActKind]:
    """Return the acts that the state allows but for which there is nothing to do."""
    idle = {ActKind.CLEAR_OBJECTION if case.marked_on is None else ActKind.MARK_OBJECTION}
    idle.add(ActKind.RESUME if case.suspended_on is None else ActKind.SUSPEND)
    if case.source_decided_on is None:
        idle.add(ActKind.TAKE_OVER)
    if case.taken_over_on is None:
        idle.add(ActKind.SOURCE_END)
    return frozenset(idle)
