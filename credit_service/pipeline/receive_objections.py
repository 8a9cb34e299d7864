"""Beside the third chapter: how an objection comes in, and what its objector may still do.

By the public page the subject proves itself with the code on the papers served on it; at the desk a clerk has seen the
person; an agency has its key. The receipt code is shown once and kept as a keyed hash; with number and code the
objector comes back. A wrong code, a wrong case and a closed case are answered alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from credit_service.domain.agency import Actor, Role
from credit_service.domain.clock import add_workdays
from credit_service.domain.objection import (
    OBJECTOR,
    Channel,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
)
from credit_service.domain.subject import SubjectKind
from credit_service.errors import ClockReversed, EvidenceMissing, ObjectionNotFound, ScopeDenied
from credit_service.listing.objections import find_due
from credit_service.listing.steps import is_open
from credit_service.pipeline.evidence import HandedIn, keep_exhibits
from credit_service.pipeline.objection_effects import end_objection, mark_case
from credit_service.pipeline.objections import ROLE_OF_OBJECTION_ACT, check_concerned, move_objection, objection_terms
from credit_service.pipeline.office import LawOfDay, Office
from credit_service.registry.receipt_codes import (
    hash_receipt_code,
    is_delivery_code,
    is_receipt_code,
    make_receipt_code,
)
from credit_service.registry.unit_of_work import UnitOfWork

MOST_FILES = 5
LARGEST_FILE = 10 * 1024 * 1024
"""Bytes of one file that an objector hands in."""
LONGEST = {"name": 100, "phone": 40, "claim": 4000, "authority": 200}
"""Characters of what is typed."""
_KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png"}
"""First bytes of the files taken as evidence, and how they are called."""
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,}")
_PUBLIC = Actor(OBJECTOR, "异议人", "", Role.SUBMITTER)


@dataclass(frozen=True)
class NewObjection:
    """What somebody hands in; ``actor`` is the clerk or key, None on the public page."""

    target: ObjectionTarget
    target_id: str
    """Record number or case number."""
    objector: ObjectorKind
    channel: Channel
    words: ObjectorWords = field(repr=False)
    bulletin_id: str = ""
    authority: str = ""
    actor: Actor | None = None
    received_on: date | None = None
    """Day a paper came in at the desk; today where it is None."""
    delivery_code: str = field(default="", repr=False)
    exhibits: tuple[HandedIn, ...] = ()


@dataclass(frozen=True)
class ReceivedObjection:
    """A received objection with the code that is shown this once."""

    objection: Objection
    receipt_code: str = field(repr=False)


@dataclass(frozen=True)
class _Scope:
    """What an objection is about."""

    subject_id: str
    subject_kind: SubjectKind
    record_ids: tuple[str, ...]
    case_ids: tuple[str, ...]
    source_agencies: tuple[str, ...]


def receive_objection(office: Office, new: NewObjection) -> ReceivedObjection:
    """Receive an objection and mark at once what it is about.

    Raises:
        ObjectionNotFound: There is nothing of that number to object to, or the delivery code is not that of its papers.
        EvidenceMissing: A name, telephone, reason or authority is missing, or a file is not what may be handed in.
        ScopeDenied: The clerk's role does not receive objections.
        ClockReversed: It would have come in after today.
    """
    actor = _find_actor(new)
    words = _check_words(new)
    received_on = new.received_on or office.today()
    if received_on > office.today():
        message = f"收到日期{received_on}晚于今天。"
        raise ClockReversed(message, remedy="请填写实际收到的日期。")
    subject = _find_record(office, new.target_id) if new.target is ObjectionTarget.RECORD else None
    files = name_files(new.exhibits)
    if new.objector is ObjectorKind.AGENT and not files:
        message = "代理人提出异议须提交委托书。"
        raise EvidenceMissing(message, remedy="请上传委托书的扫描件或照片（PDF、JPG、PNG）。")
    with office.ledger.reading() as uow:
        # Whoever may not object leaves nothing on the disk either.
        _find_scope(office, uow, new, subject)
    exhibits = keep_exhibits(office, files, actor)
    code = make_receipt_code()
    law = office.law_of_today()
    with office.ledger.unit_of_work() as uow:
        scope = _find_scope(office, uow, new, subject)
        number = uow.objections.next_number(office.today().year)
        objection = _to_objection(law, new, actor, scope, number)
        receipt = ObjectionAct(
            kind=ObjectionActKind.RECEIVE,
            actor_id=actor.actor_id,
            on=received_on,
            at=office.now(),
            reason=f"{new.channel.label}，{new.objector.label}",
            due_on=objection.due_on,
            agency_code=actor.agency_code,
            rulebook=law.adopted,
            exhibits=tuple(exhibit.sha256 for exhibit in exhibits),
        )
        for exhibit in exhibits:
            uow.exhibits.add(exhibit)
        uow.objections.add(objection, receipt, hash_receipt_code(office.keys, number, code), words)
        for case_id in scope.case_ids:
            mark_case(uow, law, case_id, number, replace(receipt, on=law.day))
        detail = {"target": new.target.value, "channel": new.channel.value, "cases": list(scope.case_ids)}
        uow.audit.append(actor.actor_id, "objection.receive", number, receipt.at, detail)
        uow.commit()
    return ReceivedObjection(objection, code)


def add_to_objection(office: Office, number: str, code: str, text: str, files: Sequence[HandedIn]) -> Objection:
    """Let the objector add words and files to an open objection.

    Raises:
        ObjectionNotFound: Number and code do not belong together.
        IllegalTransition: It has ended.
        EvidenceMissing: There is neither a word nor a file, or a file is not what may be handed in.
    """
    if not text.strip() and not files:
        message = "没有填写补充的内容，也没有附件。"
        raise EvidenceMissing(message, remedy="请写明补充的内容或上传材料。")
    return _act_as_objector(office, number, code, ObjectionActKind.ADD_EVIDENCE, (text, name_files(files)))


def withdraw_objection(office: Office, number: str, code: str, text: str) -> Objection:
    """Let the objector withdraw an open objection; the marks are cleared.

    Raises:
        ObjectionNotFound: Number and code do not belong together.
        IllegalTransition: It has ended.
    """
    return _act_as_objector(office, number, code, ObjectionActKind.WITHDRAW, (text, ()))


def open_with_code(office: Office, number: str, code: str) -> str:
    """Return the number of an objection to whom has its receipt code.

    Raises:
        ObjectionNotFound: They do not belong together; whether the number exists is not said.
    """
    wanted = number.strip().upper()
    with office.ledger.reading() as uow:
        kept = uow.objections.find_code_hash(wanted)
    # An unknown number costs as much as a known one.
    if not is_receipt_code(office.keys, wanted, code, kept or "0" * 64) or kept is None:
        message = "异议编号与回执码不符。"
        raise ObjectionNotFound(
            message, remedy="请核对提交时显示的编号和回执码；遗失回执码的，请持身份证明到窗口办理。"
        )
    return wanted


def _act_as_objector(
    office: Office, number: str, code: str, kind: ObjectionActKind, given: tuple[str, Sequence[HandedIn]]
) -> Objection:
    number = open_with_code(office, number, code)
    text, files = _clean(given[0], LONGEST["claim"]), given[1]
    exhibits = keep_exhibits(office, files, _PUBLIC)
    law = office.law_of_today()
    act = ObjectionAct(
        kind=kind,
        actor_id=OBJECTOR,
        on=law.day,
        at=office.now(),
        reason="异议人凭回执码办理",
        rulebook=law.adopted,
        exhibits=tuple(exhibit.sha256 for exhibit in exhibits),
    )
    with office.ledger.unit_of_work() as uow:
        moved = move_objection(uow, law, uow.objections.get(number), act, exhibits)
        if text:
            uow.objections.add_note(number, moved.version, text)
        if not moved.is_open:
            end_objection(uow, law, moved, act)
        uow.commit()
    return moved


def withdraw_own(office: Office, number: str, actor: Actor, reason: str) -> Objection:
    """Let an agency withdraw its own objection.

    Raises:
        ObjectionNotFound: It is not that agency's.
        IllegalTransition: It has ended.
        EvidenceMissing: There is no reason.
    """
    law = office.law_of_today()
    act = ObjectionAct(
        kind=ObjectionActKind.WITHDRAW,
        actor_id=actor.actor_id,
        on=law.day,
        at=office.now(),
        reason=reason.strip(),
        agency_code=actor.agency_code,
        rulebook=law.adopted,
    )
    with office.ledger.unit_of_work() as uow:
        objection = uow.objections.get(number)
        if objection.objecting_agency != actor.agency_code:
            check_concerned(replace(objection, forwarded_to=None, remedy=None), actor)
        moved = move_objection(uow, law, objection, act, ())
        end_objection(uow, law, moved, act)
        uow.commit()
    return moved


def name_files(files: Sequence[HandedIn]) -> tuple[HandedIn, ...]:
    """Return files under names of ours: what people call a scan of an identity card is itself personal.

    Raises:
        EvidenceMissing: There are too many, one is too large or empty, or it is no PDF, JPG or PNG.
    """
    if len(files) > MOST_FILES:
        message = f"附件有{len(files)}个，最多{MOST_FILES}个。"
        raise EvidenceMissing(message, remedy="请合并为较少的文件；还可以在提交后补充。")
    named = []
    for place, file in enumerate(files, 1):
        kind = next((name for first, name in _KINDS.items() if file.content.startswith(first)), None)
        if kind is None or len(file.content) > LARGEST_FILE:
            message = f"第{place}个附件不是 PDF、JPG、PNG，或超过{LARGEST_FILE // 1024**2}MB。"
            raise EvidenceMissing(message, remedy="请提交扫描件或照片，过大的请拆分。")
        named.append(HandedIn(f"材料{place}.{kind}", file.content))
    return tuple(named)


def _find_actor(new: NewObjection) -> Actor:
    """Return who enters it.

    Raises:
        ScopeDenied: The role does not receive objections, or an objector of the page claims to be an agency.
    """
    if new.channel is Channel.PAGE:
        if new.objector is ObjectorKind.AGENCY or new.target is ObjectionTarget.RECORD:
            message = "网上只接收主体本人或其代理人对名单案件、公告条目的异议。"
            raise ScopeDenied(message, remedy="对单条记录的异议请到窗口提出；单位请使用接口或发函。")
        return _PUBLIC
    if new.actor is None:
        message = "没有登记人。"
        raise ScopeDenied(message, remedy="请登录后办理。")
    allowed = {Role.SUBMITTER} if new.channel is Channel.API else ROLE_OF_OBJECTION_ACT[ObjectionActKind.RECEIVE]
    if new.actor.role not in allowed:
        roles = "、".join(sorted(role.label for role in allowed))
        message = f"异议只能由{roles}登记，您的角色是{new.actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")
    return new.actor


def _check_words(new: NewObjection) -> ObjectorWords:
    """Return what was typed, without characters nobody sees.

    Raises:
        EvidenceMissing: Something needed is missing or too long; all of it is named.
    """
    words = ObjectorWords(
        name=_clean(new.words.name, LONGEST["name"]),
        phone=_clean(new.words.phone, LONGEST["phone"]),
        claim=_clean(new.words.claim, LONGEST["claim"]),
    )
    needs = {"姓名或单位名称": words.name, "联系电话": words.phone, "异议的内容和理由": words.claim}
    if new.objector is ObjectorKind.AGENT:
        needs["委托书（编号、委托人和权限）"] = _clean(new.authority, LONGEST["authority"])
    missing = [label for label, value in needs.items() if not value]
    if missing:
        message = f"缺少：{'、'.join(missing)}。"
        raise EvidenceMissing(message, remedy="请补齐后重新提交。")
    if not _PHONE.fullmatch(words.phone):
        message = "联系电话无法识别。"
        raise EvidenceMissing(message, remedy="请填写手机号码或带区号的固定电话，只写数字、空格和短横线。")
    return words


def _clean(text: str, longest: int) -> str:
    """Return text as it may be kept and shown.

    Raises:
        EvidenceMissing: It is too long.
    """
    kept = "".join(one for one in text.replace("\r\n", "\n") if one.isprintable() or one == "\n").strip()
    if len(kept) > longest:
        message = f"填写的内容超过{longest}字。"
        raise EvidenceMissing(message, remedy="请概括填写，详细材料可以作为附件提交。")
    return kept


def _find_record(office: Office, record_id: str) -> tuple[str, SubjectKind]:
    """Return whom a record is about.

    Raises:
        ObjectionNotFound: There is no such record.
    """
    with office.warehouse.open() as session:
        found = session.run_query(
            "SELECT subject_id, subject_kind FROM records WHERE record_id = $record_id", {"record_id": record_id}
        )
    if found.is_empty():
        message = f"没有编号为“{record_id[:40]}”的记录。"
        raise ObjectionNotFound(message, remedy="请从批次的记录列表或案件的依据中抄录记录编号。")
    subject_id, subject_kind = found.row(0)
    return subject_id, SubjectKind(subject_kind)


def _find_scope(office: Office, uow: UnitOfWork, new: NewObjection, subject: tuple[str, SubjectKind] | None) -> _Scope:
    if subject is not None:
        records = (new.target_id,)
        cases = tuple(uow.cases.list_resting_on(records))
        return _Scope(*subject, records, cases, _find_sources(uow, records))
    case = uow.cases.find(new.target_id)
    is_theirs = new.channel is not Channel.PAGE or is_delivery_code(office.keys, new.target_id, new.delivery_code)
    if case is None or not is_open(case.state) or not is_theirs:
        is_public = new.channel is Channel.PAGE
        message = (
            "案件编号与送达码不符，或该案件已经办结。"
            if is_public
            else f"没有编号为“{new.target_id[:40]}”的在办或在榜案件。"
        )
        remedy = "请核对送达文书上的案件编号和送达码；没有文书的，请持身份证明到窗口办理。"
        raise ObjectionNotFound(message, remedy=remedy if is_public else "请从案件列表中选择。")
    if new.target is ObjectionTarget.ENTRY and case.case_id not in _entries(uow, new.bulletin_id):
        message = f"公告“{new.bulletin_id[:40]}”没有这一条目。"
        raise ObjectionNotFound(message, remedy="请从公告页面选择条目。")
    sources = _find_sources(uow, case.record_ids)
    return _Scope(case.subject_id, case.subject_kind, case.record_ids, (case.case_id,), sources)


def _entries(uow: UnitOfWork, bulletin_id: str) -> tuple[str, ...]:
    found = next((one for one in uow.publications.list_all() if one.bulletin_id == bulletin_id), None)
    return found.case_ids if found else ()


def _find_sources(uow: UnitOfWork, record_ids: Sequence[str]) -> tuple[str, ...]:
    batches = (uow.batches.find(batch_id) for batch_id in sorted({one.partition("-")[0] for one in record_ids}))
    return tuple(sorted({batch.agency_code for batch in batches if batch is not None}))


def _to_objection(law: LawOfDay, new: NewObjection, actor: Actor, scope: _Scope, number: str) -> Objection:
    received_on = new.received_on or law.day
    terms, is_workday = objection_terms(law.rulebook), law.is_workday
    is_record = new.target is ObjectionTarget.RECORD
    due_on = find_due(ObjectionActKind.RECEIVE, received_on, received_on, terms, is_workday) or received_on
    return Objection(
        number=number,
        target=new.target,
        record_id=new.target_id if is_record else None,
        case_id=None if is_record else new.target_id,
        bulletin_id=new.bulletin_id if new.target is ObjectionTarget.ENTRY else None,
        subject_id=scope.subject_id,
        subject_kind=scope.subject_kind,
        objector=new.objector,
        channel=new.channel,
        objecting_agency=actor.agency_code if new.objector is ObjectorKind.AGENCY else "",
        authority=_clean(new.authority, LONGEST["authority"]) if new.objector is ObjectorKind.AGENT else "",
        record_ids=scope.record_ids,
        case_ids=scope.case_ids,
        source_agencies=scope.source_agencies,
        received_on=received_on,
        received_by=actor.actor_id,
        marked_on=law.day,
        mark_due_on=add_workdays(received_on, terms.mark_workdays, is_workday),
        due_on=due_on,
    )
