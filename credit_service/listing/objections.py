"""The state machine of an objection: from its receipt, which sets the marks, to its end, which clears them.

Before it comes an objection as the ledger holds it, after it the moved one or a refusal with the reason. Pure
functions: they store nothing, mark nothing and ask no clock. The ledger's triggers and constraints repeat the arrows
and gates.

::

    RECEIVED ── accept ──► ACCEPTED ── forward ──► FORWARDED ── verify ──► VERIFIED
       │ marks stand          │   agency, reason,      │  correct | wrong,    │
       │                      │   one extension        │  by that agency      │
       ├─ refuse: reason,     ├────────────────────────┴──────────────────────┤
       │  redress             │   (before the answer only once it is overdue) │
       ▼                      ▼                                               ▼
    NOT_ACCEPTED            uphold: number, reason, own check, remedy, listing ──► UPHELD ── correct ──► (record mended)
                            reject: number, reason, own check, redress ──────────► REJECTED
    withdraw                while open, by the objector or on their paper ───────► WITHDRAWN
    add_evidence · remind   while open · while the agency's answer is awaited

Nobody decides who entered, accepted, forwarded or verified it; the source agency and the agency that objects never
decide alone. Source: 河南省社会信用条例 (terms in ``rules/deadlines``); domain.md 2.6 and 2.8.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.objection import (
    NextObjectionAct,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionClock,
    RecordRemedy,
)
from credit_service.listing import guards_objections as guards
from credit_service.listing.objection_steps import OBJECTION_STEPS, find_objection_steps

__all__ = ["ObjectionTerms", "apply_objection_act", "find_due", "next_objection_acts", "objection_clocks"]


@dataclass(frozen=True)
class ObjectionTerms:
    """Terms of objections in the jurisdiction.

    **Units**: working days after the day the term starts.
    """

    mark_workdays: int
    answer_workdays: int
    extended_workdays: int
    """For the answer where another agency has to verify."""
    correction_workdays: int


def find_due(
    kind: ObjectionActKind, received_on: date, on: date, terms: ObjectionTerms, is_workday: IsWorkday
) -> date | None:
    """Return the last day of the term an act begins, or None where it begins none.

    Forwarding makes the term for the answer longer, counted from the receipt as before; a correction is counted from
    the decision.
    """
    if kind is ObjectionActKind.RECEIVE:
        return add_workdays(received_on, terms.answer_workdays, is_workday)
    if kind is ObjectionActKind.FORWARD:
        return add_workdays(received_on, terms.extended_workdays, is_workday)
    if kind is ObjectionActKind.UPHOLD:
        return add_workdays(on, terms.correction_workdays, is_workday)
    return None


def apply_objection_act(objection: Objection, act: ObjectionAct, done: Sequence[ObjectionAct]) -> Objection:
    """Return the objection after one act, its version grown by one.

    Args:
        objection: As it stands.
        act: What is done; its ``due_on`` is what `find_due` says.
        done: The acts so far, its receipt first.

    Raises:
        IllegalTransition: The act does not follow from the state, or not yet.
        EvidenceMissing: A number, reason, check or choice is blank or unknown.
        ClockReversed: It is dated before the act it follows, or in the future.
        SamePerson: Who entered or prepared it would decide.
        OwnAgencyAlone: Only parties to it prepared and decide.
        ScopeDenied: Another agency than the one asked would verify.
    """
    step = guards.check_step(objection, act, OBJECTION_STEPS.get(act.kind))
    guards.check_papers(objection, act, step)
    guards.check_clock(objection, act)
    guards.check_people(objection, act, done)
    moved = _MOVES[act.kind](objection, act)
    return replace(moved, state=step.to_state or objection.state, version=objection.version + 1)


def _stay(objection: Objection, _act: ObjectionAct) -> Objection:
    return objection


def _accept(objection: Objection, act: ObjectionAct) -> Objection:
    return replace(objection, accepted_on=act.on, accepted_by=act.actor_id)


def _refuse(objection: Objection, act: ObjectionAct) -> Objection:
    return replace(
        objection,
        decided_on=act.on,
        decided_by=act.actor_id,
        decision_no=act.document_no or None,
        decision_reason=act.reason,
        redress=act.redress,
    )


def _forward(objection: Objection, act: ObjectionAct) -> Objection:
    guards.check_forward(objection, act)
    return replace(
        objection,
        forwarded_on=act.on,
        forwarded_by=act.actor_id,
        forwarded_to=act.to_agency,
        extension_reason=act.reason,
        due_on=act.due_on or objection.due_on,
    )


def _remind(objection: Objection, act: ObjectionAct) -> Objection:
    return replace(objection, reminders=objection.reminders + 1, reminded_on=act.on)


def _verify(objection: Objection, act: ObjectionAct) -> Objection:
    guards.check_verdict(objection, act)
    return replace(
        objection,
        verified_on=act.on,
        verified_by=act.actor_id,
        verdict=act.verdict,
        verdict_reason=act.reason,
    )


def _decide(objection: Objection, act: ObjectionAct) -> Objection:
    guards.check_answered(objection, act)
    return replace(
        objection,
        decided_on=act.on,
        decided_by=act.actor_id,
        decision_no=act.document_no,
        decision_reason=act.reason,
        decision_check=act.evidence,
        redress=act.redress or None,
    )


def _uphold(objection: Objection, act: ObjectionAct) -> Objection:
    guards.check_outcome(objection, act)
    return replace(
        _decide(objection, act),
        remedy=act.remedy,
        listing=act.listing,
        wrong_records=act.wrong_records,
        correction_due_on=act.due_on if act.remedy == RecordRemedy.CORRECT.value else None,
    )


def _withdraw(objection: Objection, act: ObjectionAct) -> Objection:
    return replace(objection, withdrawn_on=act.on)


def _correct(objection: Objection, act: ObjectionAct) -> Objection:
    guards.check_correction(objection)
    return replace(objection, corrected_on=act.on, corrected_by_batch=act.document_no)


_MOVES: Mapping[ObjectionActKind, Callable[[Objection, ObjectionAct], Objection]] = MappingProxyType(
    {
        ObjectionActKind.ACCEPT: _accept,
        ObjectionActKind.REFUSE: _refuse,
        ObjectionActKind.FORWARD: _forward,
        ObjectionActKind.REMIND: _remind,
        ObjectionActKind.VERIFY: _verify,
        ObjectionActKind.UPHOLD: _uphold,
        ObjectionActKind.REJECT: _decide,
        ObjectionActKind.ADD_EVIDENCE: _stay,
        ObjectionActKind.WITHDRAW: _withdraw,
        ObjectionActKind.CORRECT: _correct,
    }
)


def next_objection_acts(objection: Objection, day: date) -> tuple[NextObjectionAct, ...]:
    """Return the acts that may follow on a day, with what each needs."""
    return tuple(
        NextObjectionAct(
            kind=step.kind,
            label=step.kind.label,
            needs=tuple(need for _, need in step.needs),
            fields=tuple(name for name, _ in step.needs),
            note=step.note,
        )
        for step in find_objection_steps(objection.state)
        if step.kind not in guards.find_idle(objection, day)
    )


def objection_clocks(objection: Objection) -> tuple[ObjectionClock, ...]:
    """Return the terms of an objection in the order they began; each says itself whether it is overdue on a day.

    The days were fixed when each term began, so that a later rule or calendar changes no running term.
    """
    end_on = objection.decided_on or objection.withdrawn_on
    clocks = [
        ObjectionClock("mark", "标注异议", "office", objection.received_on, objection.mark_due_on, objection.marked_on),
        ObjectionClock(
            "answer",
            "处理并答复（已延长一次）" if objection.forwarded_on else "处理并答复",
            "office",
            objection.received_on,
            objection.due_on,
            end_on,
            is_moot=objection.withdrawn_on is not None,
        ),
    ]
    if objection.forwarded_on is not None and objection.forwarded_to is not None:
        clocks.append(
            ObjectionClock(
                "verify",
                "来源单位核实",
                objection.forwarded_to,
                objection.forwarded_on,
                objection.due_on,
                objection.verified_on,
                is_moot=objection.verified_on is None and objection.withdrawn_on is not None,
            )
        )
    if objection.correction_due_on is not None and objection.decided_on is not None:
        clocks.append(
            ObjectionClock(
                "correct",
                "更正记录",
                objection.source_agencies[0] if objection.source_agencies else "office",
                objection.decided_on,
                objection.correction_due_on,
                objection.corrected_on,
            )
        )
    return tuple(clocks)
