"""The gates: each refuses one act for one reason of law, with what to do instead.

`transitions` calls them in a fixed order, so that the same fault always gives the same refusal. The ledger's
constraints repeat what they hold.
"""

from __future__ import annotations

from datetime import date

from credit_service.domain.clock import legal_day
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import (
    ClockReversed,
    ConsentMissing,
    EvidenceMissing,
    IllegalTransition,
    MinorProtected,
    NoLegalBasis,
    NoticeNotServed,
    ObjectionPending,
    StatementPeriodOpen,
)
from credit_service.listing.steps import Step, act_label, find_steps, need_label
from credit_service.listing.terms import ProcedureTerms

_UNSERVED = frozenset({CaseState.PROPOSED, CaseState.UNDER_REVIEW, CaseState.NOTICED})
_AFTER_NOTICE = frozenset({ActKind.HEAR, ActKind.DECIDE, ActKind.SERVE_DECISION, ActKind.PUBLISH})


def check_step(case: Case, act: Act, step: Step | None) -> Step:
    """Return the step of an act when it follows from the state of the case.

    Raises:
        NoticeNotServed: It would skip the prior notice.
        StatementPeriodOpen: It would skip the statement period.
        IllegalTransition: It does not follow for another reason; the message names what does.
    """
    if step is not None and case.state in step.from_states and case.list_kind in step.list_kinds:
        return step
    if step is not None and case.list_kind not in step.list_kinds:
        raise IllegalTransition(
            _foreign(case, act), remedy=_name_next(case), case_id=case.case_id, state=case.state.value
        )
    if act.kind in _AFTER_NOTICE and case.state in _UNSERVED:
        paper = "认定前公示" if case.list_kind is ListKind.RED else "事先告知书"
        message = f"案件{case.case_id}的{paper}尚未送达，不能办理“{act_label(act.kind, case.list_kind)}”。"
        raise NoticeNotServed(message, remedy=f"请先拟定并送达{paper}，期满后再办理。", case_id=case.case_id)
    if act.kind in _AFTER_NOTICE and case.state is CaseState.NOTICE_SERVED:
        check_statement_period(case, act)
    raise IllegalTransition(
        _out_of_order(case, act), remedy=_name_next(case), case_id=case.case_id, state=case.state.value
    )


def _foreign(case: Case, act: Act) -> str:
    if act.kind is ActKind.PUBLISH:
        return f"案件{case.case_id}属于重点关注名单，仅供内部监管使用，依法不得公示。"
    return f"案件{case.case_id}属于{case.list_kind.label}，不适用“{act_label(act.kind, case.list_kind)}”。"


def _out_of_order(case: Case, act: Act) -> str:
    label = act_label(act.kind, case.list_kind)
    return f"案件{case.case_id}现为“{case.state.label}”，不能办理“{label}”。"


def _name_next(case: Case) -> str:
    labels = [act_label(step.kind, case.list_kind) for step in find_steps(case.state, case.list_kind)]
    return f"现在可以办理：{'、'.join(labels)}。" if labels else "该案件已经办结，如有新的事实请另行提出。"


def check_papers(case: Case, act: Act, step: Step) -> None:
    """Refuse an act without its papers.

    Raises:
        EvidenceMissing: A number, reason or proof is blank; all missing ones are named.
    """
    missing = [need_label(need, case.list_kind) for name, need in step.needs if not str(getattr(act, name)).strip()]
    if missing:
        message = f"办理“{act_label(act.kind, case.list_kind)}”缺少：{'、'.join(missing)}。"
        raise EvidenceMissing(message, remedy="请补齐后重新提交。", case_id=case.case_id)
    if not act.actor_id.strip():
        message = f"办理“{act_label(act.kind, case.list_kind)}”未写明办理人。"
        raise EvidenceMissing(message, remedy="请以本人账号登录后办理。", case_id=case.case_id)


def check_clock(case: Case, act: Act) -> None:
    """Refuse an act dated before the one it follows, or in the future.

    A service or hearing dated ahead would let a statement period seem over before it is.

    Raises:
        ClockReversed: The day of the act is impossible.
    """
    today = legal_day(act.at)
    if act.on > today:
        message = f"“{act_label(act.kind, case.list_kind)}”的日期{act.on}晚于今天（{today}）。"
        raise ClockReversed(message, remedy="请填写实际办理的日期；尚未发生的行为不能登记。", case_id=case.case_id)
    latest = last_day(case)
    if act.on < latest:
        message = f"“{act_label(act.kind, case.list_kind)}”的日期{act.on}早于前一环节的日期{latest}。"
        raise ClockReversed(message, remedy="请核对文书和送达凭证上的日期。", case_id=case.case_id)


def last_day(case: Case) -> date:
    """Return the day of the latest act on a case."""
    days = (
        case.proposed_on,
        case.noticed_on,
        case.taken_over_on,
        case.suspended_on,
        case.marked_on,
        case.notice_served_on,
        case.heard_on,
        case.decided_on,
        case.decision_served_on,
        case.published_on,
    )
    return max(day for day in days if day is not None)


def check_statement_period(case: Case, act: Act) -> None:
    """Refuse to go on while the subject, or for the red list the public, may still speak.

    Raises:
        NoticeNotServed: No notice was served, so no period ran.
        StatementPeriodOpen: The day of the act is not after the last day.
    """
    until = case.statement_until_on
    if case.notice_served_on is None or until is None:
        message = f"案件{case.case_id}没有告知书送达记录。"
        raise NoticeNotServed(message, remedy="请先送达并登记凭证。", case_id=case.case_id)
    if act.on <= until:
        period = "公示意见期" if case.list_kind is ListKind.RED else "陈述申辩期"
        message = f"案件{case.case_id}的{period}至{until}（含当日）尚未届满。"
        raise StatementPeriodOpen(
            message, remedy=f"请在{until}之后办理。", case_id=case.case_id, until_on=until.isoformat()
        )


def check_basis(case: Case) -> None:
    """Refuse to go on without a legal basis of the list.

    Source: 国办发〔2020〕49号 (严重失信主体名单 only with a basis in law, regulation or central document).

    Raises:
        NoLegalBasis: The list type has none.
    """
    if not case.list_basis.strip():
        message = f"案件{case.case_id}的名单类型没有有效的法定依据，不得列入。"
        raise NoLegalBasis(
            message, remedy="请在 rules/lists/ 中核实该名单的依据；没有依据的应决定不予列入。", case_id=case.case_id
        )


def check_adult(case: Case, on: date) -> None:
    """Refuse a person who is, or may be, under 18 on a day.

    Source: 未成年人保护法 Art. 103; the regulations of domain.md 2.6 (credit subjects have full civil capacity).

    Raises:
        MinorProtected: The person is a minor, or it cannot be checked.
    """
    if case.subject_kind is SubjectKind.PERSON and (case.adult_on is None or on < case.adult_on):
        message = f"案件{case.case_id}的主体在{on}未满十八周岁或年龄无法核实，不得列入或公示。"
        raise MinorProtected(message, remedy="请决定不予列入，并限制查阅相关数据。", case_id=case.case_id)


def check_consent(case: Case) -> None:
    """Refuse a person on the red list without recorded consent.

    Source: 个人信息保护法 Art. 25; 深圳经济特区社会信用条例 Art. 39.

    Raises:
        ConsentMissing: No number of a written consent is recorded.
    """
    is_person = case.subject_kind is SubjectKind.PERSON
    if is_person and case.list_kind is ListKind.RED and not case.consent_no.strip():
        message = f"案件{case.case_id}的主体是自然人，没有本人同意公示的记录。"
        raise ConsentMissing(message, remedy="请取得本人书面同意并由报送部门补报同意书编号。", case_id=case.case_id)


def check_term(case: Case, terms: ProcedureTerms) -> None:
    """Refuse a black or watch listing that would never end.

    Source: 国办发〔2025〕22号 (publication stops by itself at the end of its term).

    Raises:
        NoLegalBasis: The list type sets no term.
    """
    if case.list_kind is not ListKind.RED and terms.term_months is None:
        message = f"案件{case.case_id}的名单类型没有规定最长公示期限，不得作出决定。"
        raise NoLegalBasis(message, remedy="请在 rules/lists/ 中补充期限及其依据。", case_id=case.case_id)


def check_publication(case: Case, act: Act, terms: ProcedureTerms) -> None:
    """Refuse to show what the law keeps from the public.

    Raises:
        IllegalTransition: The term is over, or the listing is suspended.
        ObjectionPending: An objection is pending; a name once shown cannot be taken back.
        NoLegalBasis: Nothing allows showing this kind of subject on this list.
    """
    if case.marked_on is not None:
        message = f"案件{case.case_id}自{case.marked_on}起有未处理完的异议，不得新公示。"
        raise ObjectionPending(message, remedy="请先处理异议；不成立的，消除标注后再公示。", case_id=case.case_id)
    if case.suspended_on is not None:
        message = f"案件{case.case_id}自{case.suspended_on}起中止效力，不得公示。"
        raise IllegalTransition(message, remedy="恢复效力后再公示。", case_id=case.case_id, state=case.state.value)
    if case.max_until_on is not None and act.on > case.max_until_on:
        message = f"案件{case.case_id}的公示期限已于{case.max_until_on}届满，不得公示。"
        raise IllegalTransition(message, remedy="请办理期满移出。", case_id=case.case_id, state=case.state.value)
    is_person = case.subject_kind is SubjectKind.PERSON
    if not terms.may_publish or (is_person and not publication_basis_of(case, terms)):
        message = f"案件{case.case_id}的主体（{case.subject_kind.label}）没有公示的法定依据，不得公示。"
        raise NoLegalBasis(
            message,
            remedy="该名单仍可依法用于内部查询；确需公示的，请先在 rules/lists/ 中写明依据。",
            case_id=case.case_id,
        )


def publication_basis_of(case: Case, terms: ProcedureTerms) -> str:
    """Return what allows showing the case: the law, or for a person on the red list the recorded consent."""
    if case.list_kind is ListKind.RED and case.subject_kind is SubjectKind.PERSON:
        return f"本人书面同意（{case.consent_no.strip()}）" if case.consent_no.strip() else ""
    return terms.publication_basis.strip()


def check_run_out(case: Case, act: Act) -> None:
    """Refuse to expire a listing whose term still runs.

    Raises:
        IllegalTransition: The day is not after the last one, or there is no last one.
    """
    if case.max_until_on is None or act.on <= case.max_until_on:
        until = f"至{case.max_until_on}（含当日）" if case.max_until_on else "没有规定期满日"
        message = f"案件{case.case_id}的公示期限{until}，尚未届满。"
        raise IllegalTransition(message, remedy=_name_next(case), case_id=case.case_id, state=case.state.value)


def check_repair(case: Case, act: Act) -> None:
    """Refuse a repair before the minimum term, unless the act was minor.

    Source: 国家发展改革委令第36号; 国办发〔2025〕22号 (minor: as soon as duties are fulfilled).

    Raises:
        IllegalTransition: The minimum term still runs; the message names the day.
    """
    opens_on = case.min_until_on
    if case.severity != Severity.MINOR.value and opens_on is not None and act.on < opens_on:
        message = f"案件{case.case_id}的最短公示期至{opens_on}，现在不能修复移出。"
        raise IllegalTransition(
            message,
            remedy=f"请在{opens_on}起凭履行义务证明和信用承诺书申请。",
            case_id=case.case_id,
            state=case.state.value,
        )
