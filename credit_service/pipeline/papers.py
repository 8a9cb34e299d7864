"""Papers of due process: drafted, issued under a number, voided, read.

Before it stands a case where a paper is due, or an objection or a repair; after it a paper whose number is in the
ledger and whose bytes lie on disk, or a refusal and no number spent. A paper is set once without a number first: what
is wrong with it shows before a number is taken. What still fails afterwards voids the number, with the reason.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from credit_service.bulletins.papers.compose import PaperFacts, compose_paper
from credit_service.bulletins.papers.paper_text import PaperText
from credit_service.bulletins.papers.render_paper_docx import render_paper_docx
from credit_service.bulletins.papers.render_paper_pdf import render_paper_pdf
from credit_service.bulletins.papers.templates import hash_templates
from credit_service.bulletins.papers.wording import PaperWording, load_paper_wording
from credit_service.domain.agency import Actor, Role
from credit_service.domain.listing import Act, ActKind, Case
from credit_service.domain.paper import CASE_KINDS, Paper, PaperForm, PaperKind, PaperNumber, PaperState
from credit_service.errors import CreditServiceError, EvidenceMissing, IllegalTransition, LedgerConflict, ScopeDenied
from credit_service.listing import guards, guards_people
from credit_service.listing.paper_gates import ACT_OF_PAPER, check_due, check_parts
from credit_service.pipeline.decide import ROLE_OF_ACT, procedure_terms
from credit_service.pipeline.office import Office
from credit_service.pipeline.paper_facts import PaperDetails, gather_case_facts, to_addressee
from credit_service.registry.paper_files import PaperFiles

MAY_SEE_NAMES = frozenset({Role.REVIEWER, Role.DECIDER})
"""Who may read the full name of a person in a paper to that person."""
MAY_READ = MAY_SEE_NAMES | {Role.PUBLISHER, Role.AUDITOR, Role.ADMINISTRATOR}
_LISTING = frozenset({PaperKind.NOTICE, PaperKind.ANNOUNCEMENT, PaperKind.DECISION})
_DECIDING = frozenset({PaperKind.DECISION, PaperKind.DECLINE})
_TO_BE_WRITTEN = "（出具时填写理由）"


@dataclass(frozen=True)
class PaperOrder:
    """One paper that is to be issued, whatever it is about."""

    object_id: str
    facts: PaperFacts
    is_sealed: bool
    """Whether it names a natural person, so that its files are encrypted."""
    case: Case | None = None


def draft_paper(
    office: Office, case_id: str, kind: PaperKind, actor: Actor, details: PaperDetails | None = None
) -> PaperText:
    """Return a paper as it would be issued today, marked as a draft; it takes no number and leaves nothing behind.

    Natural persons are masked unless the actor may see them.

    Raises:
        CaseNotFound: No case has this number.
        ScopeDenied: The role may not see papers.
        IllegalTransition: The case does not stand where this paper is due.
        PaperIncomplete: It would not say what the law asks.
        TemplateFault: Wording or letterhead is faulty.
    """
    _check_role(actor, MAY_READ, "查看文书")
    given = details or PaperDetails()
    if not given.reason.strip():
        given = replace(given, reason=_TO_BE_WRITTEN)
    order = _to_case_order(office, case_id, kind, given, may_see_name=actor.role in MAY_SEE_NAMES)
    return compose_checked(_wording(office), order.facts, None)


def render_paper(office: Office, text: PaperText, form: PaperForm, at: datetime) -> bytes:
    """Return one file of a paper.

    Raises:
        TemplateFault: The template is faulty; the message names the file and the place.
    """
    templates = office.places.publication_templates
    if form is PaperForm.DOCX:
        return render_paper_docx(text, templates, at)
    return render_paper_pdf(text, _wording(office), templates, at)


def issue_paper(
    office: Office, case_id: str, kind: PaperKind, actor: Actor, details: PaperDetails | None = None
) -> Paper:
    """Issue a paper about a case under the next number of its series; the act that follows takes that number.

    Raises:
        CaseNotFound: No case has this number.
        ScopeDenied: The role may not do what the paper is for.
        DecisionError: The law or the state of the case forbids it; the leaf says which gate is missing.
        PaperIncomplete: It would not say what the law asks.
        TemplateFault: Wording, letterhead or template is faulty; no number is spent.
        LedgerConflict: Somebody else moved the case meanwhile.
    """
    _check_role(actor, find_issuers(kind), f"出具{kind.label}")
    order = _to_case_order(office, case_id, kind, details or PaperDetails(), may_see_name=True)
    if order.case is not None:
        _check_lawful(office, order.case, kind, actor)
    return issue_order(office, order, actor)


def issue_receipt(office: Office, paper_id: str, actor: Actor) -> Paper:
    """Issue the blank receipt of service for an issued paper of a case.

    Raises:
        PaperNotFound: There is no such paper.
        IllegalTransition: The paper is not in force, is itself a receipt, or is about no case.
    """
    _check_role(actor, MAY_SEE_NAMES, "出具送达回证")
    with office.ledger.reading() as uow:
        served = uow.papers.get(paper_id)
        case = uow.cases.get(served.case_id) if served.case_id else None
    if served.state is not PaperState.ISSUED or served.kind is PaperKind.RECEIPT or case is None:
        message = f"{served.document_no}（{served.kind.label}，{served.state.label}）不能出具送达回证。"
        raise IllegalTransition(message, remedy="请选择已出具、没有作废的文书。", paper_id=paper_id)
    addressee = to_addressee(office, case, PaperKind.RECEIPT, may_see_name=True)
    details = PaperDetails(values={"served_title": served.kind.label, "served_no": served.document_no})
    facts = gather_case_facts(office, case, PaperKind.RECEIPT, addressee, details)
    facts = replace(facts, addressee="")
    order = PaperOrder(paper_id, facts, is_sealed=addressee.is_person, case=case)
    return issue_order(office, order, actor)


def issue_order(office: Office, order: PaperOrder, actor: Actor) -> Paper:
    """Set a paper, take its number, set it with the number, keep its files, and note it as issued.

    Raises:
        PaperIncomplete: It would not say what the law asks.
        TemplateFault: Wording or template is faulty.
        IllegalTransition: Such a paper was issued and not voided.
    """
    wording, at = _wording(office), office.now()
    trial = replace(compose_checked(wording, order.facts, None), is_draft=False)
    for form in PaperForm:
        render_paper(office, trial, form, at)
    files = PaperFiles(office.places.papers, office.keys)
    paper = _reserve(office, order, actor, files.key_id if order.is_sealed else "", wording)
    try:
        text = compose_checked(wording, order.facts, paper.document_no)
        kept = {
            form: files.keep(
                render_paper(office, text, form, paper.reserved_at),
                _place(paper, form),
                sealed=order.is_sealed,
            )
            for form in PaperForm
        }
        with office.ledger.unit_of_work() as uow:
            _check_unmoved(uow.cases.get(order.case.case_id) if order.case else None, order.case)
            issued = uow.papers.issue(paper.paper_id, kept[PaperForm.DOCX], kept[PaperForm.PDF], office.now())
            detail = {"document_no": paper.document_no, "kind": paper.kind.value, "object": paper.object_id}
            uow.audit.append(actor.actor_id, "paper.issue", paper.paper_id, office.now(), {**detail, "sha256": kept})
            uow.commit()
    except Exception as fault:
        _void_reserved(office, paper, actor, fault)
        raise
    return issued


def void_paper(office: Office, paper_id: str, actor: Actor, reason: str) -> Paper:
    """Void a paper whose number no act has taken; the number is not used again, and the paper can be issued anew.

    Raises:
        PaperNotFound: There is no such paper.
        EvidenceMissing: No reason was given.
        IllegalTransition: It was voided already, or an act has taken its number.
    """
    with office.ledger.reading() as uow:
        kind = uow.papers.get(paper_id).kind
    _check_role(actor, find_issuers(kind), f"作废{kind.label}")
    if not reason.strip():
        message = "作废文书须说明理由。"
        raise EvidenceMissing(message, remedy="请写明为什么作废，例如“日期有误，重新出具”。", paper_id=paper_id)
    with office.ledger.unit_of_work() as uow:
        voided = uow.papers.void(paper_id, actor.actor_id, office.now(), reason.strip())
        detail = {"document_no": voided.document_no, "reason": voided.void_reason}
        uow.audit.append(actor.actor_id, "paper.void", paper_id, office.now(), detail)
        uow.commit()
    return voided


def read_paper(office: Office, paper_id: str, form: PaperForm, actor: Actor) -> tuple[Paper, bytes]:
    """Return an issued paper and one of its files, byte for byte as issued; the reading is audited.

    Raises:
        PaperNotFound: There is no such paper, or it was never issued.
        ScopeDenied: The role may not read it; a paper that names a person is for those who handle the case.
        PaperAltered: The file is missing or is not what was issued.
    """
    with office.ledger.reading() as uow:
        paper = uow.papers.get(paper_id)
    _check_role(actor, MAY_SEE_NAMES if paper.key_id else MAY_READ, "查看这份文书")
    digest = paper.sha256_of(form)
    if digest is None:
        message = f"{paper.document_no}没有出具（{paper.state.label}），没有文件可供查看。"
        raise IllegalTransition(message, remedy="请重新出具。", paper_id=paper_id)
    content = PaperFiles(office.places.papers, office.keys).read(digest, _place(paper, form), paper.key_id)
    with office.ledger.unit_of_work() as uow:
        uow.audit.append(actor.actor_id, "paper.read", paper_id, office.now(), {"form": form.value})
        uow.commit()
    return paper, content


def find_issuers(kind: PaperKind) -> frozenset[Role]:
    """Return who may issue and void papers of a kind: whoever may do the act that the paper is for."""
    act = ACT_OF_PAPER.get(kind)
    return ROLE_OF_ACT.get(act, frozenset({Role.DECIDER})) if act else MAY_SEE_NAMES


def compose_checked(wording: PaperWording, facts: PaperFacts, document_no: str | None) -> PaperText:
    """Return a paper that says what the law asks.

    Raises:
        PaperIncomplete: It does not.
        TemplateFault: The wording is faulty.
    """
    text = compose_paper(wording, facts, document_no)
    check_parts(text.kind, text.part_texts(), text.blanks)
    return text


def _to_case_order(
    office: Office, case_id: str, kind: PaperKind, details: PaperDetails, *, may_see_name: bool
) -> PaperOrder:
    with office.ledger.reading() as uow:
        case = uow.cases.get(case_id)
    if kind not in CASE_KINDS:
        message = f"{kind.label}不是就案件本身出具的文书。"
        raise IllegalTransition(message, remedy="请从异议、信用修复或者已出具的文书办理。", case_id=case_id)
    check_due(case, kind)
    addressee = to_addressee(office, case, kind, may_see_name=may_see_name)
    facts = gather_case_facts(office, case, kind, addressee, details)
    return PaperOrder(case_id, facts, is_sealed=addressee.is_person, case=case)


def _check_lawful(office: Office, case: Case, kind: PaperKind, actor: Actor) -> None:
    """Refuse a paper for an act that its gates would refuse today."""
    today = office.today()
    if kind in _LISTING:
        guards.check_basis(case)
        guards.check_adult(case, today)
        guards.check_consent(case)
    if kind in _DECIDING:
        guards_people.check_second_person(case, Act(ActKind.DECIDE, actor.actor_id, today, office.now()))
    if kind is PaperKind.DECISION:
        guards.check_statement_period(case, Act(ActKind.DECIDE, actor.actor_id, today, office.now()))
        guards.check_term(case, procedure_terms(office.rulebook(today), case))


def _reserve(office: Office, order: PaperOrder, actor: Actor, key_id: str, wording: PaperWording) -> Paper:
    kind, at, today = order.facts.kind, office.now(), office.today()
    templates = hash_templates(office.places.publication_templates, kind)
    rulebook = office.rulebook(today).hash
    with office.ledger.unit_of_work() as uow:
        _check_unmoved(uow.cases.get(order.case.case_id) if order.case else None, order.case)
        head = order.facts.letterhead
        serial = uow.papers.find_next_serial(head.agency_code, today.year, kind)
        paper = Paper(
            paper_id=f"W{secrets.token_hex(8)}",
            object_id=order.object_id,
            case_id=order.case.case_id if order.case else None,
            number=PaperNumber(head.agency_code, today.year, kind, serial),
            document_no=f"{head.word}{wording.papers[kind].word}〔{today.year}〕{serial}号",
            state=PaperState.RESERVED,
            issued_on=today,
            reserved_by=actor.actor_id,
            reserved_at=at,
            key_id=key_id,
            rulebook=rulebook,
            template_hash=templates,
        )
        uow.papers.reserve(paper)
        uow.commit()
    return paper


def _void_reserved(office: Office, paper: Paper, actor: Actor, fault: Exception) -> None:
    """Void the number of a paper that could not be issued."""
    reason = fault.message if isinstance(fault, CreditServiceError) else type(fault).__name__
    with office.ledger.unit_of_work() as uow:
        uow.papers.void(paper.paper_id, actor.actor_id, office.now(), f"没有出具成功：{reason}")
        uow.audit.append(actor.actor_id, "paper.void", paper.paper_id, office.now(), {"document_no": paper.document_no})
        uow.commit()


def _check_unmoved(now: Case | None, seen: Case | None) -> None:
    if seen is not None and (now is None or now.version != seen.version):
        message = f"案件{seen.case_id}刚刚由他人办理，文书依据的不是最新状态。"
        raise LedgerConflict(message, remedy="请刷新后重新出具。", case_id=seen.case_id)


def _check_role(actor: Actor, allowed: frozenset[Role], what: str) -> None:
    if actor.role not in allowed:
        roles = "、".join(role.label for role in Role if role in allowed)
        message = f"{what}只能由{roles}办理，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")


def _place(paper: Paper, form: PaperForm) -> str:
    return f"paper\n{paper.paper_id}\n{form.value}"


def _wording(office: Office) -> PaperWording:
    return load_paper_wording(office.places.publication_templates)
