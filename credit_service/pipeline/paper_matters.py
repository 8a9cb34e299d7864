"""Papers about objections and applications for repair.

The procedures know what happened and hand it in as an `ObjectionPaper` or a `RepairPaper`; the way of issuing is that
of `papers`.
"""

from __future__ import annotations

from credit_service.bulletins.papers.compose import PaperFacts
from credit_service.bulletins.papers.letterheads import get_letterhead
from credit_service.bulletins.redact import clean_text, redact_text
from credit_service.domain.agency import Actor, Role
from credit_service.domain.paper import OBJECTION_KINDS, REPAIR_KINDS, ObjectionPaper, Paper, PaperKind, RepairPaper
from credit_service.errors import IllegalTransition, ScopeDenied
from credit_service.listing.paper_gates import check_due
from credit_service.pipeline.office import Office
from credit_service.pipeline.paper_facts import PaperDetails, gather_case_facts, remedy_values, to_addressee, to_day
from credit_service.pipeline.papers import MAY_SEE_NAMES, PaperOrder, issue_order

_DECIDED_BY_DECIDER = frozenset({PaperKind.REPAIR_GRANTED, PaperKind.REPAIR_DENIED})


def issue_objection_paper(office: Office, objection: ObjectionPaper, kind: PaperKind, actor: Actor) -> Paper:
    """Issue a paper about an objection.

    Raises:
        ScopeDenied: The role may not handle objections.
        IllegalTransition: The kind is not one about objections, or such a paper was issued already.
        PaperIncomplete: It would not say what the law asks; what is empty in ``objection`` is named.
        CaseNotFound: The case it names does not exist.
    """
    if kind not in OBJECTION_KINDS:
        message = f"{kind.label}不是就异议出具的文书。"
        raise IllegalTransition(message, remedy="请选择异议的受理、不予受理、驳回或者更正文书。")
    _check_actor(actor, kind)
    return issue_order(office, to_objection_order(office, objection, kind), actor)


def issue_repair_paper(office: Office, repair: RepairPaper, kind: PaperKind, actor: Actor) -> Paper:
    """Issue a paper about an application for repair.

    Raises:
        ScopeDenied: Granting and denying are a decider's.
        IllegalTransition: The kind is not one about repairs, or the case does not stand where it is due.
        PaperIncomplete: It would not say what the law asks; what is empty in ``repair`` is named.
        CaseNotFound: No case has this number.
    """
    if kind not in REPAIR_KINDS:
        message = f"{kind.label}不是就信用修复出具的文书。"
        raise IllegalTransition(message, remedy="请选择信用修复的受理、准予或者不予修复文书。")
    _check_actor(actor, kind)
    return issue_order(office, to_repair_order(office, repair, kind), actor)


def to_objection_order(office: Office, objection: ObjectionPaper, kind: PaperKind) -> PaperOrder:
    """Return what is to be issued about an objection."""
    with office.ledger.reading() as uow:
        case = uow.cases.get(objection.case_id) if objection.case_id else None
        name = uow.persons.get(objection.subject_id).name if objection.is_person else objection.objector
    head = get_letterhead(office.places.reference, objection.agency_code, objection.agency_name)
    party = clean_text(name)
    facts = PaperFacts(
        kind=kind,
        values={
            **remedy_values(office, office.rulebook(office.today())),
            "you": "您" if objection.is_person else "你单位",
            "party": party,
            "identity": party,
            "matter": redact_text(objection.matter),
            "claim": redact_text(objection.claim),
            "findings": redact_text(objection.findings),
            "reason": redact_text(objection.reason),
            "result": redact_text(objection.result),
            "basis": clean_text(objection.basis),
            "received_on": to_day(objection.received_on),
            "due_on": to_day(objection.due_on),
        },
        lists={},
        keys=(head.channel,),
        letterhead=head,
        addressee=party,
        issued_on=to_day(office.today()),
    )
    return PaperOrder(objection.objection_id, facts, is_sealed=objection.is_person, case=case)


def to_repair_order(office: Office, repair: RepairPaper, kind: PaperKind) -> PaperOrder:
    """Return what is to be issued about an application for repair."""
    with office.ledger.reading() as uow:
        case = uow.cases.get(repair.case_id)
    check_due(case, kind)
    addressee = to_addressee(office, case, kind, may_see_name=True)
    details = PaperDetails(
        reason=repair.reason,
        values={
            # A repair is reasoned by itself: without a reason of its own that of the listing must not stand in.
            "reason": redact_text(repair.reason),
            "basis": clean_text(repair.basis),
            "findings": redact_text(repair.findings),
            "applied_on": to_day(repair.applied_on),
            "due_on": to_day(repair.due_on),
        },
        materials=repair.materials,
    )
    facts = gather_case_facts(office, case, kind, addressee, details)
    return PaperOrder(repair.repair_id, facts, is_sealed=addressee.is_person, case=case)


def _check_actor(actor: Actor, kind: PaperKind) -> None:
    allowed = frozenset({Role.DECIDER}) if kind in _DECIDED_BY_DECIDER else MAY_SEE_NAMES
    if actor.role not in allowed:
        roles = "、".join(role.label for role in Role if role in allowed)
        message = f"出具{kind.label}只能由{roles}办理，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")
