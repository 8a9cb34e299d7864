"""The state machine of a credit repair: how an application is carried, checked and decided.

Before it comes an application as the ledger holds it, after it the moved one or a refusal with the reason. Pure
functions: it stores nothing and asks no clock. The ledger's triggers and constraints repeat its arrows and gates.

::

    APPLIED ── forward ──► FORWARDED ── accept ──► ACCEPTED ── check ──► CHECKED ── grant ──► GRANTED
       │    to the authority    │  papers, minimum     │ ↺ extend once     │ ↺ extend    second person, no.
       │    that recognised     │  term over           │                   │
       │                        └── not_accept ──► NOT_ACCEPTED            └── refuse ──► REFUSED
       │                             reason            │                    second person, no., reason;
       └──────── withdraw ──────────── withdraw ───────┴──► WITHDRAWN       false material: barred for some years

Who recognised repairs (谁认定、谁修复): from acceptance on only persons of the agency it was forwarded to act, or
others with that authority's paper in hand. Once it was checked it can no longer be withdrawn: false material must not
escape its consequence that way. Repair is free of charge.

Source: 国家发展改革委令第36号; 国办发〔2025〕22号; domain.md 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from credit_service.domain.clock import legal_day
from credit_service.domain.repair import (
    Paper,
    RefusalGround,
    Repair,
    RepairAct,
    RepairActKind,
    RepairState,
)
from credit_service.errors import ClockReversed, EvidenceMissing, IllegalTransition, NotCompetent, SamePerson
from credit_service.listing.deadlines import add_months

_S, _K = RepairState, RepairActKind


@dataclass(frozen=True)
class RepairStep:
    """One arrow: from which states, to which, and what must be given."""

    kind: RepairActKind
    from_states: frozenset[RepairState]
    to_state: RepairState | None
    """None: the state stays."""
    needs: tuple[tuple[str, str], ...]
    """(field of `RepairAct`, Chinese name)."""
    note: str = ""


def _step(
    kind: RepairActKind,
    from_states: tuple[RepairState, ...],
    to_state: RepairState | None,
    needs: tuple[tuple[str, str], ...],
    note: str = "",
) -> RepairStep:
    return RepairStep(kind, frozenset(from_states), to_state, needs, note)


STEPS: Mapping[RepairActKind, RepairStep] = MappingProxyType(
    {
        step.kind: step
        for step in (
            _step(
                _K.FORWARD,
                (_S.APPLIED,),
                _S.FORWARDED,
                (("to_agency", "认定机关"),),
                "谁认定、谁修复：转给作出认定的机关。",
            ),
            _step(_K.ACCEPT, (_S.FORWARDED,), _S.ACCEPTED, (), "材料齐全、最短公示期届满方可受理。"),
            _step(
                _K.NOT_ACCEPT,
                (_S.FORWARDED,),
                _S.NOT_ACCEPTED,
                (("reason", "不予受理的理由"),),
                "写明缺什么、何时可以再申请；申请人查得到。",
            ),
            _step(
                _K.EXTEND, (_S.ACCEPTED, _S.CHECKED), None, (("reason", "情况复杂、需要延长的理由"),), "只能延长一次。"
            ),
            _step(
                _K.CHECK,
                (_S.ACCEPTED,),
                _S.CHECKED,
                (("finding", "核查情况和意见"),),
                "逐项写明义务是否履行、材料是否属实；核查人不得再作决定。",
            ),
            _step(
                _K.GRANT,
                (_S.CHECKED,),
                _S.GRANTED,
                (("document_no", "修复决定文号"), ("reason", "准予修复的理由")),
                "同时停止公示和共享、解除措施、通知使用单位，不可撤回。",
            ),
            _step(
                _K.REFUSE,
                (_S.CHECKED,),
                _S.REFUSED,
                (("ground", "不予修复的原因"), ("document_no", "决定文号"), ("reason", "不予修复的理由")),
                "理由和救济途径申请人查得到；虚假材料的，规定年限内不得再申请。",
            ),
            _step(_K.WITHDRAW, (_S.APPLIED, _S.FORWARDED, _S.ACCEPTED), _S.WITHDRAWN, (("reason", "撤回的说明"),)),
        )
    }
)
"""Every act on an application but the application itself."""
OF_AUTHORITY = frozenset({_K.ACCEPT, _K.NOT_ACCEPT, _K.EXTEND, _K.CHECK, _K.GRANT, _K.REFUSE})
"""Acts of the authority that recognised."""
DECISIONS = frozenset({_K.GRANT, _K.REFUSE})
_AFTER_TERM = frozenset({_K.ACCEPT, _K.GRANT})


@dataclass(frozen=True)
class RepairTerms:
    """What the rules of the day say about one application."""

    bar_years: int
    """Years without a new application after false material."""
    result_due_on: date | None = None
    """Last day for the result; after it nothing is extended. None where it is not known or does not run."""


def find_steps(repair: Repair) -> tuple[RepairStep, ...]:
    """Return the acts that may follow, in the order of the procedure."""
    idle = {_K.EXTEND} if repair.extended_on is not None else set()
    return tuple(step for step in STEPS.values() if repair.state in step.from_states and step.kind not in idle)


def apply_repair_act(repair: Repair, act: RepairAct, handed_in: frozenset[Paper], terms: RepairTerms) -> Repair:
    """Return the application after one act, its version grown by one.

    Args:
        repair: The application.
        act: What is done; never `RepairActKind.APPLY`, with which it begins.
        handed_in: What was handed in so far, with this act's own.
        terms: The rules of the day.

    Raises:
        IllegalTransition: The act does not follow from the state, the minimum term still runs, or it was extended.
        EvidenceMissing: A number, a reason or a paper is missing.
        ClockReversed: It is dated before the act it follows, or in the future.
        NotCompetent: Another authority recognised, and its paper is not there.
        SamePerson: The one who checked may not decide.
    """
    step = _check_step(repair, act)
    _check_needs(repair, act, step)
    _check_clock(repair, act)
    _check_competence(repair, act)
    if act.kind in _AFTER_TERM:
        _check_term(repair, act)
        _check_papers(repair, handed_in)
    if act.kind is _K.EXTEND:
        _check_extension(repair, act, terms)
    if act.kind in DECISIONS:
        _check_second_person(repair, act)
    moved = _move(repair, act, terms)
    return replace(moved, state=step.to_state or repair.state, version=repair.version + 1)


def _move(repair: Repair, act: RepairAct, terms: RepairTerms) -> Repair:
    match act.kind:
        case _K.FORWARD:
            return replace(repair, forwarded_on=act.on, competent_code=act.to_agency)
        case _K.ACCEPT:
            return replace(repair, accepted_on=act.on)
        case _K.EXTEND:
            return replace(repair, extended_on=act.on)
        case _K.CHECK:
            return replace(repair, checked_on=act.on, checked_by=act.actor_id, checked_for=act.for_id or None)
        case _K.GRANT | _K.REFUSE:
            return _decide(repair, act, terms)
    return replace(repair, closed_on=act.on, decision_reason=act.reason)


def _decide(repair: Repair, act: RepairAct, terms: RepairTerms) -> Repair:
    is_false = act.ground == RefusalGround.FALSE_MATERIAL.value
    return replace(
        repair,
        closed_on=act.on,
        decided_by=act.actor_id,
        decision_no=act.document_no,
        decision_reason=act.reason,
        ground=act.ground or None,
        barred_until_on=add_months(act.on, 12 * terms.bar_years) if is_false else None,
    )


def _check_step(repair: Repair, act: RepairAct) -> RepairStep:
    step = STEPS.get(act.kind)
    if step is None or repair.state not in step.from_states:
        labels = "、".join(one.kind.label for one in find_steps(repair))
        message = f"修复申请{repair.repair_id}现为“{repair.state.label}”，不能办理“{act.kind.label}”。"
        remedy = f"现在可以办理：{labels}。" if labels else "该申请已经办结；有新的事实，请另行申请。"
        raise IllegalTransition(message, remedy=remedy, repair_id=repair.repair_id, state=repair.state.value)
    return step


def _check_needs(repair: Repair, act: RepairAct, step: RepairStep) -> None:
    for name, label in step.needs:
        if not str(getattr(act, name)).strip():
            message = f"办理修复申请{repair.repair_id}的“{act.kind.label}”没有填写{label}。"
            raise EvidenceMissing(message, remedy=f"请填写{label}。", repair_id=repair.repair_id)
    if act.kind is _K.REFUSE and act.ground not in {ground.value for ground in RefusalGround}:
        message = f"修复申请{repair.repair_id}不予修复的原因不在规定的几种之内。"
        raise EvidenceMissing(message, remedy="请从列出的原因中选择。", repair_id=repair.repair_id)


def _check_clock(repair: Repair, act: RepairAct) -> None:
    last = max(
        day
        for day in (repair.applied_on, repair.forwarded_on, repair.accepted_on, repair.extended_on, repair.checked_on)
        if day is not None
    )
    if act.on < last:
        message = f"办理日期{act.on}早于修复申请{repair.repair_id}的上一步（{last}）。"
        raise ClockReversed(message, remedy="请核对办理日期。", repair_id=repair.repair_id)
    if act.on > legal_day(act.at):
        message = f"办理日期{act.on}晚于今天。"
        raise ClockReversed(message, remedy="请在当日办理，不要预先登记。", repair_id=repair.repair_id)


def _check_competence(repair: Repair, act: RepairAct) -> None:
    if act.kind not in OF_AUTHORITY or act.agency_code == repair.competent_code:
        return
    if not any(exhibit.paper is Paper.AUTHORITY_PAPER for exhibit in act.exhibits):
        message = (
            f"修复申请{repair.repair_id}由{repair.authority_name or '认定机关'}办理（谁认定、谁修复），您不在该单位。"
        )
        raise NotCompetent(
            message,
            remedy="请由该单位人员办理；由您代录的，请附该单位书面意见的扫描件（材料种类选“认定机关的书面意见”）。",
            repair_id=repair.repair_id,
        )


def _check_term(repair: Repair, act: RepairAct) -> None:
    if repair.opens_on is not None and act.on < repair.opens_on:
        message = f"修复申请{repair.repair_id}的最短公示期至{repair.opens_on}，{act.on}不能办理“{act.kind.label}”。"
        raise IllegalTransition(
            message,
            remedy=f"请在{repair.opens_on}起办理，或者不予受理并告知届时再申请。",
            repair_id=repair.repair_id,
            state=repair.state.value,
        )


def _check_papers(repair: Repair, handed_in: frozenset[Paper]) -> None:
    missing = [Paper(need).label for need in repair.needs if Paper(need) not in handed_in]
    if missing:
        message = f"修复申请{repair.repair_id}缺少{'、'.join(missing)}。"
        raise EvidenceMissing(
            message, remedy="请在办理本步时补交，或者不予受理并一次告知所缺材料。", repair_id=repair.repair_id
        )


def _check_extension(repair: Repair, act: RepairAct, terms: RepairTerms) -> None:
    if repair.extended_on is not None:
        message = f"修复申请{repair.repair_id}已于{repair.extended_on}延长过一次。"
    elif terms.result_due_on is not None and act.on > terms.result_due_on:
        message = f"修复申请{repair.repair_id}的办理期限已于{terms.result_due_on}届满，不能再延长。"
    else:
        return
    raise IllegalTransition(message, remedy="请尽快作出决定。", repair_id=repair.repair_id, state=repair.state.value)


def _check_second_person(repair: Repair, act: RepairAct) -> None:
    if act.persons & {repair.checked_by, repair.checked_for}:
        message = f"修复申请{repair.repair_id}由您（或您代行的人员）核查，不得由同一人作出决定。"
        raise SamePerson(message, remedy="请转交另一位决定人员办理。", repair_id=repair.repair_id)
