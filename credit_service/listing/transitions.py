"""The state machine of a listing: how people and papers move a case.

Before it comes a case as the ledger holds it, after it the moved case or a refusal with the reason. Pure functions: it
stores nothing, publishes nothing and asks no clock. The ledger's triggers and constraints repeat its arrows and gates,
so that no script and no SQL statement can go round it.

::

    PROPOSED ── take_up ──► UNDER_REVIEW ── take_over (a list of another authority: its decision and term) ──────┐
       │                        │                                                                                │
       ├────────────────────────┴── draft_notice ──► NOTICED ── serve_notice ──► NOTICE_SERVED ── hear ──► HEARD │
       │                            no., legal basis    │       proof; term starts    │       period over    │   │
       │                                                │                             │     decide ◄─────────┤   │
       │                                                │                             │       │ second person│   │
       └────────────────────────── decline ─────────────┴─────────────────────────────┴───────│──────────────┘   │
                                   second person, reason ──► DECLINED                         ▼  no., reason,    │
                                                                                           DECIDED adult, term   │
                                                                 serve_decision (proof) ◄─────┤                  │
                                                                          ▼                   │                  │
                                                                   DECISION_SERVED ◄──────────│──────────────────┘
                    no watch list, permission, adult, no objection ── publish ──► PUBLISHED   │
                                                                          │           │       │
         expire (term over) · repair (minimum over, proof) · revoke · source_end ─────┴───────┴──► ENDED

    hand_over                            while in review: another reviewer takes charge, with a reason
    mark_objection · clear_objection     while open: an objection is pending; nothing new is published meanwhile
    suspend · resume                     while decided: by court, review, reorganisation, or a negative listing

The red list has the same gates: its notice is the announcement for public comment (河南条例: publicised first), its
service the day it was put up, the statement period the time for comment. The watch list (发改财金规〔2017〕1798号) is
internal and is never published; although no law asks for it, it goes through the same gates up to service, because
being watched more closely touches the subject as well, and the safer side is to tell and to hear it. Declining is
possible at any time before the decision: a candidate that should not be one need not wait for papers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.domain.listing import Act, ActKind, Case, NextAct
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.errors import RuleSyntax
from credit_service.listing import guards, guards_beside, guards_people
from credit_service.listing.deadlines import add_months
from credit_service.listing.steps import STEPS, Step, act_label, find_steps, need_label
from credit_service.listing.terms import ProcedureTerms

__all__ = ["NextAct", "apply_act", "next_acts"]


def apply_act(case: Case, act: Act, terms: ProcedureTerms, is_workday: IsWorkday) -> Case:
    """Return the case after one act, its version grown by one.

    Raises:
        IllegalTransition: The act does not follow from the state, or its day has not come.
        NoticeNotServed: It would skip the prior notice.
        StatementPeriodOpen: The statement period still runs; the message names its last day.
        EvidenceMissing: A number, reason or proof is blank.
        ClockReversed: The act is dated before the one it follows, or in the future.
        NoLegalBasis: The list, its term or its publication has no basis.
        SamePerson: The drafter may not decide.
        OwnAgencyAlone: All who prepared and decide belong to the agency that sent the records.
        NotInCharge: Another reviewer is in charge of the case.
        ObjectionPending: Nothing is published while an objection is pending.
        MinorProtected: The person is or may be a minor.
        ConsentMissing: A person on the red list has not consented.

    Source: 国办发〔2020〕49号; domain.md 2.8 and the sources named there.
    """
    step = guards.check_step(case, act, STEPS.get(act.kind))
    guards.check_papers(case, act, step)
    guards.check_clock(case, act)
    moved = _MOVES[act.kind](case, act, terms, is_workday)
    return replace(moved, state=step.to_state or case.state, version=case.version + 1)


def _take_up(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    return replace(case, reviewer_id=act.actor_id)


def _hand_over(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_people.check_new_in_charge(case, act)
    return replace(case, reviewer_id=act.actor_id)


def _draft_notice(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_people.check_in_charge(case, act)
    guards.check_basis(case)
    guards.check_adult(case, act.on)
    guards.check_consent(case)
    return replace(
        case, notice_no=act.document_no, noticed_on=act.on, drafted_by=act.actor_id, reviewer_id=act.actor_id
    )


def _serve_notice(case: Case, act: Act, terms: ProcedureTerms, is_workday: IsWorkday) -> Case:
    guards_people.check_in_charge(case, act)
    days = terms.comment_workdays if case.list_kind is ListKind.RED else terms.statement_workdays
    if days < 1:
        message = "规则没有规定陈述申辩期（或公示意见期）的工作日数。"
        raise RuleSyntax(message, remedy="请在 rules/deadlines/ 中写明至少1个工作日。")
    until_on = add_workdays(act.on, days, is_workday)
    return replace(case, notice_served_on=act.on, notice_proof=act.evidence, statement_until_on=until_on)


def _hear(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_people.check_in_charge(case, act)
    guards.check_statement_period(case, act)
    return replace(case, heard_on=act.on, hearing_note=act.evidence)


def _decide(case: Case, act: Act, terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards.check_basis(case)
    guards.check_statement_period(case, act)
    guards_people.check_second_person(case, act)
    guards.check_adult(case, act.on)
    guards.check_consent(case)
    guards.check_term(case, terms)
    return replace(
        case,
        decided_by=act.actor_id,
        decision_no=act.document_no,
        decided_on=act.on,
        decision_reason=act.reason,
        min_until_on=_end_of_term(act.on, terms.min_months),
        max_until_on=_end_of_term(act.on, terms.term_months),
    )


def _end_of_term(decided_on: date, months: int | None) -> date | None:
    return None if months is None else add_months(decided_on, months)


def _decline(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_people.check_second_person(case, act)
    return replace(
        case,
        decided_by=act.actor_id,
        decision_no=act.document_no or None,
        decided_on=act.on,
        decision_reason=act.reason,
    )


def _serve_decision(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    return replace(case, decision_served_on=act.on, decision_proof=act.evidence)


def _take_over(case: Case, act: Act, terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_source(case)
    guards.check_basis(case)
    guards_people.check_second_person(case, act)
    guards.check_adult(case, act.on)
    guards.check_consent(case)
    guards.check_term(case, terms)
    decided_on = case.source_decided_on or act.on
    moved = replace(
        case,
        taken_over_on=act.on,
        decided_by=act.actor_id,
        decision_no=case.source_decision_no,
        decided_on=decided_on,
        decision_reason=act.reason,
        decision_served_on=act.on,
        decision_proof=act.evidence,
        min_until_on=_not_after(_end_of_term(decided_on, terms.min_months), case.source_ends_on),
        max_until_on=_not_after(_end_of_term(decided_on, terms.term_months), case.source_ends_on),
    )
    guards_beside.check_still_running(moved, act)
    return moved


def _not_after(day: date | None, last: date | None) -> date | None:
    return min((one for one in (day, last) if one is not None), default=None)


def _mark_objection(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_mark(case, act)
    return replace(case, marked_on=act.on)


def _clear_objection(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_mark(case, act)
    return replace(case, marked_on=None)


def _suspend(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_suspension(case, act)
    return replace(case, suspended_on=act.on, suspension_ground=act.ground)


def _resume(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_suspension(case, act)
    return replace(case, suspended_on=None, suspension_ground=None)


def _publish(case: Case, act: Act, terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards.check_basis(case)
    guards.check_adult(case, act.on)
    guards.check_consent(case)
    guards.check_publication(case, act, terms)
    return replace(
        case,
        published_on=act.on,
        bulletin_id=act.document_no,
        publication_basis=guards.publication_basis_of(case, terms),
    )


def _expire(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards.check_run_out(case, act)
    return _end(case, act)


def _repair(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards.check_repair(case, act)
    return _end(case, act)


def _revoke(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    return _end(case, act)


def _source_end(case: Case, act: Act, _terms: ProcedureTerms, _is_workday: IsWorkday) -> Case:
    guards_beside.check_taken_over(case)
    return _end(case, act)


def _end(case: Case, act: Act) -> Case:
    return replace(case, ended_on=act.on, end_kind=act.kind.value)


_MOVES: Mapping[ActKind, Callable[[Case, Act, ProcedureTerms, IsWorkday], Case]] = MappingProxyType(
    {
        ActKind.TAKE_UP: _take_up,
        ActKind.HAND_OVER: _hand_over,
        ActKind.DRAFT_NOTICE: _draft_notice,
        ActKind.SERVE_NOTICE: _serve_notice,
        ActKind.HEAR: _hear,
        ActKind.DECIDE: _decide,
        ActKind.DECLINE: _decline,
        ActKind.SERVE_DECISION: _serve_decision,
        ActKind.TAKE_OVER: _take_over,
        ActKind.MARK_OBJECTION: _mark_objection,
        ActKind.CLEAR_OBJECTION: _clear_objection,
        ActKind.SUSPEND: _suspend,
        ActKind.RESUME: _resume,
        ActKind.PUBLISH: _publish,
        ActKind.EXPIRE: _expire,
        ActKind.REPAIR: _repair,
        ActKind.REVOKE: _revoke,
        ActKind.SOURCE_END: _source_end,
    }
)


def next_acts(case: Case) -> tuple[NextAct, ...]:
    """Return the acts that may follow, in the order of the procedure, with what each needs.

    They follow from the state; whether the person, the papers and the day fit is asked when the act is done.
    """
    steps = find_steps(case.state, case.list_kind)
    return tuple(_to_next(case, step) for step in steps if step.kind not in guards_beside.find_idle(case))


def _to_next(case: Case, step: Step) -> NextAct:
    return NextAct(
        kind=step.kind,
        label=act_label(step.kind, case.list_kind),
        needs=tuple(need_label(need, case.list_kind) for _, need in step.needs),
        fields=tuple(name for name, _ in step.needs),
        earliest_on=_earliest_on(case, step.kind),
        note=_NOTES.get(step.kind, ""),
    )


def _earliest_on(case: Case, kind: ActKind) -> date | None:
    if kind is ActKind.HEAR and case.statement_until_on is not None:
        return case.statement_until_on + timedelta(days=1)
    if kind is ActKind.EXPIRE and case.max_until_on is not None:
        return case.max_until_on + timedelta(days=1)
    if kind is ActKind.REPAIR and case.severity != Severity.MINOR.value:
        return case.min_until_on
    return None


_NOTES: Mapping[ActKind, str] = MappingProxyType(
    {
        ActKind.TAKE_UP: "受理后由您承办；别人接手须说明理由。",
        ActKind.TAKE_OVER: "须由承办人以外的人员办理；决定、期限以认定机关的为准，其移出时随之移出。",
        ActKind.SUSPEND: "中止期间不公示、不共享、不实施措施；期限照常计算。",
        ActKind.SERVE_NOTICE: "送达之次日起计算期限。",
        ActKind.HEAR: "期满后办理；未收到意见的，也请写明。",
        ActKind.DECIDE: "须由拟办人以外的人员办理。",
        ActKind.DECLINE: "须由拟办人以外的人员办理；此后案件办结。",
        ActKind.SERVE_DECISION: "送达时一并告知信用修复的条件和途径（两书同达）。",
        ActKind.EXPIRE: "期满自动移出，由系统登记。",
        ActKind.REPAIR: "移出后停止公示和共享，解除措施。",
        ActKind.REVOKE: "移出后停止公示和共享，解除措施。",
    }
)
