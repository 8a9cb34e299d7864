"""Third chapter, the way back: somebody applies for repair, and officials carry the application to its decision.

Before it lie standing listings and records; after each act the application has moved one state, or the act was refused
with the reason and nothing changed. What a granted one brings with it is `repair_grant`. Repair is free of charge.

Source: 国家发展改革委令第36号; 国办发〔2025〕22号; domain.md 2.4.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.repair import (
    Applicant,
    Paper,
    Repair,
    RepairAct,
    RepairActKind,
    RepairChannel,
)
from credit_service.errors import (
    EvidenceMissing,
    IllegalTransition,
    RepairBarred,
    RepairNotFound,
    ScopeDenied,
    SubjectNotFound,
)
from credit_service.listing.repair_clocks import BAR, EXTENSION, RESULT, find_due
from credit_service.listing.repairs import RepairTerms, apply_repair_act
from credit_service.normalise.subject_ids import read_subject_id
from credit_service.pipeline.office import LawOfDay, Office
from credit_service.pipeline.repair_grant import follow_grant, share_repairs
from credit_service.pipeline.repair_papers import HandedPaper, check_papers, keep_papers
from credit_service.pipeline.repair_targets import Target, find_target, list_needs, list_same
from credit_service.pipeline.standins import find_role
from credit_service.registry.repairs import NewRepair
from credit_service.registry.unit_of_work import UnitOfWork

APPLICANT = "applicant"
"""Who acts where the subject itself does, over the public page."""
ROLE_OF_ACT = {
    RepairActKind.FORWARD: frozenset({Role.REVIEWER, Role.DECIDER}),
    RepairActKind.ACCEPT: frozenset({Role.REVIEWER}),
    RepairActKind.NOT_ACCEPT: frozenset({Role.REVIEWER}),
    RepairActKind.EXTEND: frozenset({Role.REVIEWER}),
    RepairActKind.CHECK: frozenset({Role.REVIEWER}),
    RepairActKind.GRANT: frozenset({Role.DECIDER}),
    RepairActKind.REFUSE: frozenset({Role.DECIDER}),
    RepairActKind.WITHDRAW: frozenset({Role.REVIEWER}),
}
"""Who may do what by hand; an applicant withdraws with the receipt code."""
MAY_APPLY_FOR = frozenset({Role.REVIEWER})
"""Who may enter an application handed in at a desk."""
_CODE_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
LONGEST = {"name": 100, "contact": 100, "statement": 2000}
"""Characters of what an applicant writes."""


@dataclass(frozen=True)
class Application:
    """What somebody hands in."""

    target_no: str
    """Number of the case, the record, or the document of either."""
    identifier: str = field(repr=False)
    """The subject's code; an identity number is not kept."""
    applicant: Applicant
    channel: RepairChannel
    papers: tuple[HandedPaper, ...] = ()


@dataclass(frozen=True)
class Receipt:
    """What the applicant gets: the number, and the code that is shown once."""

    repair: Repair
    code: str = field(repr=False)


@dataclass(frozen=True)
class RepairRequest:
    """One act somebody wants to do; ``on`` is the legal day of the act, today where it is None."""

    repair_id: str
    kind: RepairActKind
    actor: Actor
    on: date | None = None
    document_no: str = ""
    reason: str = ""
    finding: str = ""
    ground: str = ""
    to_agency: str = ""
    for_id: str = ""
    papers: tuple[HandedPaper, ...] = ()


def apply_for_repair(office: Office, application: Application, actor: Actor | None = None) -> Receipt:
    """Write down an application; return its number and the receipt code.

    Args:
        office: Where it is done.
        application: What was handed in.
        actor: Who enters it at a desk or sends it through a system; None where the subject does itself.

    Raises:
        ScopeDenied: The role does not enter applications.
        EvidenceMissing: Name, contact or a proof is missing, or a file cannot be taken.
        SubjectNotFound: The code is none, or nothing of this subject has this number.
        IllegalTransition: There is nothing to repair, or an application about it is open.
        RepairBarred: The subject handed in false material not long enough ago.
        WarehouseBusy: Another process holds the warehouse.
    """
    if actor is not None and application.channel is RepairChannel.DESK and actor.role not in MAY_APPLY_FOR:
        message = f"修复申请由审核人员登记，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理，或由主体自行在网上申请。")
    applicant = _check_applicant(application.applicant)
    check_papers(application.papers)
    subject_id = read_subject_id(application.identifier, office.keys.hash_key)
    if subject_id is None:
        message = "主体代码无法识别，或校验码不符。"
        raise SubjectNotFound(message, remedy="请核对18位统一社会信用代码；个人填写18位公民身份号码。")
    law = office.law_of_today()
    target = find_target(office, application.target_no, subject_id, law.rulebook)
    _check_may_apply(office, target)
    if Paper.DUTY_PROOF not in {paper.paper for paper in application.papers}:
        message = "没有提交履行义务的证明。"
        raise EvidenceMissing(message, remedy="请附缴款凭证、整改报告、履行完毕证明等（PDF、JPEG 或 PNG）。")
    actor_id = actor.actor_id if actor else APPLICANT
    kept = keep_papers(office, application.papers, actor_id)
    repair = _to_repair(office, target, application.channel, list_needs(law.rulebook, target.severity))
    act = RepairAct(
        RepairActKind.APPLY,
        actor_id,
        repair.applied_on,
        repair.applied_at,
        agency_code=actor.agency_code if actor else "",
        rulebook=law.adopted,
        exhibits=kept.papers,
    )
    code = "".join(secrets.choice(_CODE_SIGNS) for _ in range(_CODE_LENGTH))
    with office.ledger.unit_of_work() as uow:
        for exhibit in kept.exhibits:
            uow.exhibits.add(exhibit)
        uow.repairs.add(NewRepair(repair, act, applicant, hash_code(office, repair.repair_id, code)))
        detail = {"target": target.target_id, "channel": repair.channel.value, "papers": len(kept.papers)}
        uow.audit.append(actor_id, "repair.apply", repair.repair_id, repair.applied_at, detail)
        uow.commit()
    return Receipt(repair, code)


def perform_repair_act(office: Office, request: RepairRequest) -> Repair:
    """Move an application by one act; a granted one ends the listing, marks records and tells users in one transaction.

    Raises:
        RepairNotFound: No application has this number.
        ScopeDenied: The role may not do this act.
        DecisionError: Law or state forbids it; the leaf says which gate is missing.
        LedgerConflict: Somebody else moved it first.
    """
    on = request.on or office.today()
    role = find_role(office, request.actor, request.for_id, on)
    allowed = ROLE_OF_ACT.get(request.kind, frozenset())
    if role not in allowed:
        roles = "、".join(sorted(one.label for one in allowed)) or "申请人"
        message = f"“{request.kind.label}”只能由{roles}办理，您的角色是{role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")
    law = office.law_of_today()
    kept = keep_papers(office, request.papers, request.actor.actor_id)
    act = RepairAct(
        kind=request.kind,
        actor_id=request.actor.actor_id,
        on=on,
        at=office.now(),
        document_no=request.document_no.strip(),
        reason=request.reason.strip(),
        finding=request.finding.strip(),
        ground=request.ground.strip(),
        agency_code=request.actor.agency_code,
        for_id=request.for_id,
        to_agency=request.to_agency.strip(),
        rulebook=law.adopted,
        exhibits=kept.papers,
    )
    with office.ledger.unit_of_work() as uow:
        for exhibit in kept.exhibits:
            uow.exhibits.add(exhibit)
        moved = _move(office, uow, law, request.repair_id, act)
        uow.commit()
    if moved.kind is RepairActKind.GRANT:
        share_repairs(office)
    return moved.repair


def withdraw_repair(office: Office, repair_id: str, code: str) -> Repair:
    """Withdraw an application as the one who applied, with the receipt code.

    Raises:
        RepairNotFound: Number and code do not fit together.
        IllegalTransition: It was checked or closed before.
    """
    repair = get_by_receipt(office, repair_id, code)
    law = office.law_of_today()
    act = RepairAct(
        RepairActKind.WITHDRAW,
        APPLICANT,
        law.day,
        office.now(),
        reason="申请人凭回执码撤回",
        rulebook=law.adopted,
    )
    with office.ledger.unit_of_work() as uow:
        moved = _move(office, uow, law, repair.repair_id, act)
        uow.commit()
    return moved.repair


def get_by_receipt(office: Office, repair_id: str, code: str) -> Repair:
    """Return an application to whoever knows its number and receipt code.

    Raises:
        RepairNotFound: They do not fit together; which of the two is wrong is not said.
    """
    number = repair_id.strip().upper()
    with office.ledger.reading() as uow:
        found = uow.repairs.find_by_receipt(number, hash_code(office, number, code))
    if found is None:
        message = "申请编号与回执码不符。"
        raise RepairNotFound(message, remedy="请核对提交申请后显示的编号和回执码；遗失的，请凭身份证明到窗口查询。")
    return found


def hash_code(office: Office, repair_id: str, code: str) -> str:
    """Return the keyed hash a receipt code is kept as; letters and digits are read as people write them."""
    typed = "".join(sign for sign in code.upper() if sign.isalnum())
    text = f"repair-receipt\n{repair_id}\n{typed}".encode()
    return hmac.new(office.keys.hash_key, text, "sha256").hexdigest()


@dataclass(frozen=True)
class _Moved:
    repair: Repair
    kind: RepairActKind


def _move(office: Office, uow: UnitOfWork, law: LawOfDay, repair_id: str, act: RepairAct) -> _Moved:
    repair = uow.repairs.get(repair_id)
    if act.kind is RepairActKind.FORWARD:
        uow.agencies.get(act.to_agency)
    handed_in = {one.paper for done in uow.repairs.list_acts(repair_id) for one in done.exhibits}
    handed_in |= {one.paper for one in act.exhibits}
    moved = apply_repair_act(repair, act, frozenset(handed_in), _terms(repair, law))
    if act.kind is RepairActKind.GRANT:
        follow_grant(office, uow, law, moved, act)
    else:
        uow.repairs.save(moved, act)
    detail = {"from": repair.state.value, "to": moved.state.value, "document_no": act.document_no}
    if act.for_id:
        detail["for"] = act.for_id
    uow.audit.append(act.actor_id, f"repair.{act.kind.value}", repair_id, act.at, detail)
    return _Moved(moved, act.kind)


def _terms(repair: Repair, law: LawOfDay) -> RepairTerms:
    deadlines = law.rulebook.deadlines
    due_on = None
    if repair.accepted_on is not None:
        days = deadlines[RESULT]
        days += deadlines.get(EXTENSION, 0) if repair.extended_on is not None else 0
        due_on = find_due(repair.accepted_on, days, law.is_workday)
    return RepairTerms(bar_years=deadlines[BAR], result_due_on=due_on)


def _check_applicant(applicant: Applicant) -> Applicant:
    cleaned = Applicant(*("".join(c for c in one if c.isprintable() or c == "\n").strip() for one in _parts(applicant)))
    for (name, longest), text in zip(LONGEST.items(), _parts(cleaned), strict=True):
        if len(text) > longest or (name != "statement" and not text):
            message = f"申请人姓名或联系方式没有填写，或者文字过长（说明不超过{LONGEST['statement']}字）。"
            raise EvidenceMissing(message, remedy="请填写申请人（或经办人）的姓名和联系电话，说明写在2000字以内。")
    return cleaned


def _parts(applicant: Applicant) -> tuple[str, str, str]:
    return applicant.name, applicant.contact, applicant.statement


def _check_may_apply(office: Office, target: Target) -> None:
    with office.ledger.reading() as uow:
        barred = uow.repairs.find_bar(list_same(uow, target.subject_id), office.today())
        opened = uow.repairs.find_open(target.target_id)
    if barred is not None:
        message = f"该主体曾在修复申请中提供虚假材料或虚假承诺，至{barred}（含当日）不得再申请。"
        raise RepairBarred(message, remedy="期满后可以重新申请；对该决定不服的，可以依法申请行政复议或提起行政诉讼。")
    if opened is not None:
        message = "这一名单（或信息）已有一件修复申请正在办理。"
        raise IllegalTransition(message, remedy="请用原申请的编号和回执码查询进度；要重新申请的，请先撤回原申请。")


def _to_repair(office: Office, target: Target, channel: RepairChannel, needs: tuple[str, ...]) -> Repair:
    sign = "".join(secrets.choice(_CODE_SIGNS) for _ in range(8))
    return Repair(
        repair_id=f"XF{office.today():%Y%m%d}{sign}",
        target_kind=target.kind,
        target_id=target.target_id,
        case_id=target.case_id,
        record_ids=target.record_ids,
        subject_id=target.subject_id,
        subject_name=target.subject_name,
        fact=target.fact,
        severity=target.severity,
        rule=target.rule,
        needs=needs,
        opens_on=target.opens_on,
        authority_code=target.authority_code,
        authority_name=target.authority_name,
        channel=channel,
        applied_on=office.today(),
        applied_at=office.now(),
        since_on=target.since_on,
    )
