"""Third chapter: people take a case through the gates of the law.

Before it lie proposed cases; after each act the case has moved one state, or the act was refused with the reason and
nothing changed. The gates themselves are in `listing.transitions` and, once more, in the ledger's constraints.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.listing import Act, ActKind, Case, CaseState
from credit_service.errors import ScopeDenied
from credit_service.listing.deadlines import find_run_out
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act
from credit_service.pipeline.joint_measures import measures_begin, measures_end
from credit_service.pipeline.office import Office
from credit_service.rulebook.schema import Rulebook

ROLE_OF_ACT = {
    ActKind.DRAFT_NOTICE: frozenset({Role.REVIEWER}),
    ActKind.SERVE_NOTICE: frozenset({Role.REVIEWER}),
    ActKind.HEAR: frozenset({Role.REVIEWER}),
    ActKind.DECIDE: frozenset({Role.DECIDER}),
    ActKind.DECLINE: frozenset({Role.DECIDER}),
    ActKind.SERVE_DECISION: frozenset({Role.REVIEWER, Role.DECIDER}),
    ActKind.REPAIR: frozenset({Role.DECIDER}),
    ActKind.REVOKE: frozenset({Role.DECIDER}),
}
"""Who may do what by hand; PROPOSE, PUBLISH and EXPIRE are done by `assess`, `publish` and the calendar."""


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


def perform_act(office: Office, request: ActRequest) -> Case:
    """Move a case by one act.

    Raises:
        CaseNotFound: No case has this number.
        ScopeDenied: The role may not do this act.
        DecisionError: Law or state forbids it; the leaf says which gate is missing.
        LedgerConflict: Somebody else moved the case first.
    """
    allowed = ROLE_OF_ACT.get(request.kind, frozenset())
    if request.actor.role not in allowed:
        roles = "、".join(sorted(role.label for role in allowed)) or "系统"
        message = f"“{request.kind.label}”只能由{roles}办理，您的角色是{request.actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")
    act = Act(
        kind=request.kind,
        actor_id=request.actor.actor_id,
        on=request.on or office.today(),
        at=office.now(),
        document_no=request.document_no.strip(),
        reason=request.reason.strip(),
        evidence=request.evidence.strip(),
    )
    rulebook = office.rulebook(office.today())
    with office.ledger.unit_of_work() as uow:
        case = uow.cases.get(request.case_id)
        moved = apply_act(case, act, procedure_terms(rulebook, case), office.is_workday())
        uow.cases.save(moved, act)
        if moved.state is CaseState.DECISION_SERVED:
            measures_begin(uow, moved, rulebook, office.today(), office.is_workday())
        if moved.state is CaseState.ENDED:
            measures_end(uow, moved, act.on, rulebook, office.is_workday())
        detail = {"from": case.state.value, "to": moved.state.value, "document_no": act.document_no}
        uow.audit.append(act.actor_id, f"case.{act.kind.value}", case.case_id, act.at, detail)
        uow.commit()
    return moved


def expire_listings(office: Office) -> int:
    """Write down that listings have run out; return how many.

    They stopped being effective by themselves (`domain.listing.is_effective`); the act makes room for new proposals.
    """
    today, is_workday, rulebook = office.today(), office.is_workday(), office.rulebook(office.today())
    act = Act(ActKind.EXPIRE, "calendar", today, office.now(), reason="名单期限届满")
    with office.ledger.unit_of_work() as uow:
        run_out = find_run_out(uow.cases.list_open(), today)
        for case in run_out:
            moved = apply_act(case, act, procedure_terms(rulebook, case), is_workday)
            uow.cases.save(moved, act)
            measures_end(uow, moved, today, rulebook, is_workday)
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
