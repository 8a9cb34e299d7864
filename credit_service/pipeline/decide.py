"""Third chapter: people take a case through the gates of the law.

Before it lie proposed cases; after each act the case has moved one state, or the act was refused with the reason and
nothing changed. The gates themselves are in `listing.transitions` and, once more, in the ledger's constraints.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.listing import Act, ActKind, Case, CaseState, SuspensionGround
from credit_service.domain.score import ListKind
from credit_service.errors import ScopeDenied
from credit_service.listing.deadlines import IN_EFFECT, find_run_out
from credit_service.listing.guards import last_day
from credit_service.listing.guards_people import check_two_agencies
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.evidence import HandedIn, keep_exhibits
from credit_service.pipeline.joint_measures import measures_begin, measures_end
from credit_service.pipeline.office import LawOfDay, Office
from credit_service.pipeline.paper_numbers import take_number
from credit_service.pipeline.standins import find_role
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.rulebook.schema import Rulebook

ROLE_OF_ACT = {
    ActKind.TAKE_UP: frozenset({Role.REVIEWER}),
    ActKind.HAND_OVER: frozenset({Role.REVIEWER}),
    ActKind.DRAFT_NOTICE: frozenset({Role.REVIEWER}),
    ActKind.SERVE_NOTICE: frozenset({Role.REVIEWER}),
    ActKind.HEAR: frozenset({Role.REVIEWER}),
    ActKind.DECIDE: frozenset({Role.DECIDER}),
    ActKind.DECLINE: frozenset({Role.DECIDER}),
    ActKind.SERVE_DECISION: frozenset({Role.REVIEWER, Role.DECIDER}),
    ActKind.TAKE_OVER: frozenset({Role.DECIDER}),
    ActKind.SUSPEND: frozenset({Role.DECIDER}),
    ActKind.RESUME: frozenset({Role.DECIDER}),
    ActKind.REVOKE: frozenset({Role.DECIDER}),
    ActKind.SOURCE_END: frozenset({Role.REVIEWER, Role.DECIDER}),
}
"""Who may do what by hand; PROPOSE, PUBLISH and EXPIRE are done by `assess`, `publish` and the calendar, the marks by
the procedure of objections, REPAIR by a granted application (`repairs`)."""
_BECOMES_BLACK = frozenset({ActKind.DECIDE, ActKind.TAKE_OVER})
STANDING = frozenset({CaseState.DECISION_SERVED, CaseState.PUBLISHED})
"""States in which a listing has effect, unless it is suspended."""


@dataclass(frozen=True)
class ActRequest:
    """One act somebody wants to do; ``on`` is the legal day of the act, today where it is None."""

    case_id: str
    kind: ActKind
    actor: Actor
    on: date | None = None
    document_no: str = ""
    reason: str = ""
    evidence: str = ""
    ground: str = ""
    """`SuspensionGround` value of a suspension."""
    for_id: str = ""
    """On whose behalf; a delegation must cover the day."""
    exhibits: tuple[HandedIn, ...] = ()


def perform_act(office: Office, request: ActRequest) -> Case:
    """Move a case by one act.

    Raises:
        CaseNotFound: No case has this number.
        ScopeDenied: The role may not do this act.
        DecisionError: Law or state forbids it; the leaf says which gate is missing.
        LedgerConflict: Somebody else moved the case first.
    """
    law = office.law_of_today()
    on = request.on or law.day
    role = find_role(office, request.actor, request.for_id, on)
    _check_role(request.kind, role)
    exhibits = keep_exhibits(office, request.exhibits, request.actor)
    act = Act(
        kind=request.kind,
        actor_id=request.actor.actor_id,
        on=on,
        at=office.now(),
        document_no=request.document_no.strip(),
        reason=request.reason.strip(),
        evidence=request.evidence.strip(),
        ground=request.ground.strip(),
        agency_code=request.actor.agency_code,
        for_id=request.for_id,
        rulebook=law.adopted,
        exhibits=tuple(exhibit.sha256 for exhibit in exhibits),
    )
    with office.ledger.unit_of_work() as uow:
        case = uow.cases.get(request.case_id)
        check_two_agencies(case, act, tuple(uow.acts.list_for_case(case.case_id)))
        number = take_number(uow.papers.list_for_case(case.case_id), act.kind, act.document_no, act.on)
        act = replace(act, document_no=number)
        moved = apply_act(case, act, procedure_terms(law.rulebook, case), law.is_workday)
        if act.kind in _BECOMES_BLACK and case.list_kind is not ListKind.RED:
            suspend_red(uow, law, moved, act)
        for exhibit in exhibits:
            uow.exhibits.add(exhibit)
        uow.cases.save(moved, act)
        follow_up(uow, law, case, moved, act)
        uow.commit()
    return moved


def _check_role(kind: ActKind, role: Role) -> None:
    allowed = ROLE_OF_ACT.get(kind, frozenset())
    if role not in allowed:
        roles = "、".join(sorted(one.label for one in allowed)) or "系统"
        message = f"“{kind.label}”只能由{roles}办理，您的角色是{role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")


def follow_up(uow: UnitOfWork, law: LawOfDay, case: Case, moved: Case, act: Act) -> None:
    """Do in the same transaction what an act brings with it: measures begin, rest and end, the trail grows."""
    has_effect = moved.state in STANDING
    begins = has_effect and case.state not in STANDING
    if (begins and moved.suspended_on is None) or (act.kind is ActKind.RESUME and has_effect):
        measures_begin(uow, moved, law.rulebook, law.day, law.is_workday)
    if moved.state is CaseState.ENDED or (act.kind is ActKind.SUSPEND and has_effect):
        measures_end(uow, moved, act.on, law.rulebook, law.is_workday)
    detail = {"from": case.state.value, "to": moved.state.value, "document_no": act.document_no}
    if act.for_id:
        detail["for"] = act.for_id
    uow.audit.append(act.actor_id, f"case.{act.kind.value}", case.case_id, act.at, detail)


def expire_listings(office: Office) -> int:
    """Write down that listings have run out; return how many.

    They stopped being effective by themselves (`domain.listing.is_effective`); the act makes room for new proposals.
    """
    law = office.law_of_today()
    act = Act(ActKind.EXPIRE, "calendar", law.day, office.now(), reason="名单期限届满", rulebook=law.adopted)
    with office.ledger.unit_of_work() as uow:
        run_out = find_run_out(uow.cases.list_open(), law.day)
        for case in run_out:
            moved = apply_act(case, act, procedure_terms(law.rulebook, case), law.is_workday)
            uow.cases.save(moved, act)
            measures_end(uow, moved, law.day, law.rulebook, law.is_workday)
            uow.audit.append(act.actor_id, "case.expire", case.case_id, act.at, {"from": case.state.value})
        uow.commit()
    return len(run_out)


def procedure_terms(rulebook: Rulebook, case: Case) -> ProcedureTerms:
    """Return the terms the rules give for a case's list type."""
    list_type = rulebook.list_type(case.list_type)
    person = case.subject_kind.value == "person"
    return ProcedureTerms(
        statement_workdays=rulebook.deadlines["statement_workdays"],
        comment_workdays=rulebook.deadlines["red_comment_workdays"],
        min_months=list_type.min_months,
        term_months=list_type.term_months,
        may_publish=list_type.publish_person if person else list_type.publish_organisation,
        publication_basis=list_type.publication_basis,
    )


def suspend_red(uow: UnitOfWork, law: LawOfDay, black: Case, act: Act) -> None:
    """Suspend every standing incentive of a subject that enters the black or watch list, in the same transaction.

    Source: 国发〔2016〕33号 and the conditions of incentive lists (domain.md 3.2): nobody is red and black at once.
    """
    end = uow.resolutions.find_end(black.subject_id)
    same = {black.subject_id, end, *uow.resolutions.list_members(end)}
    for red in uow.cases.list_about(same):
        if red.list_kind is not ListKind.RED or red.state not in IN_EFFECT or red.suspended_on is not None:
            continue
        suspension = Act(
            ActKind.SUSPEND,
            "engine",
            max(act.on, last_day(red)),
            act.at,
            document_no=black.case_id,
            reason=f"该主体被列入{black.list_kind.label}（案件{black.case_id}）",
            ground=SuspensionGround.NEGATIVE_LISTING.value,
            rulebook=law.adopted,
        )
        moved = apply_act(red, suspension, procedure_terms(law.rulebook, red), law.is_workday)
        uow.cases.save(moved, suspension)
        if moved.state in STANDING:
            measures_end(uow, moved, suspension.on, law.rulebook, law.is_workday)
        detail = {"from": red.state.value, "because": black.case_id}
        uow.audit.append(suspension.actor_id, "case.suspend", red.case_id, act.at, detail)
