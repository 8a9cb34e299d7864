"""Between ingest and assessment: people say who an organisation without a code is.

Before it stand records that meet nobody, and suggestions; after it a judgement in the ledger, with its reason and what
was on the desk, and the same link in the warehouse. Records keep the subject they were reported with: assessments and
look-ups resolve it by the links that held at the instant they know (ADR 0011). Every judgement can be undone.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from credit_service.domain.agency import Actor, Role
from credit_service.domain.resolution import (
    UNNAMED,
    Judgement,
    Verdict,
    identifiers_contradict,
    is_identified,
    may_be_linked,
    strength_of,
    to_organisation_id,
)
from credit_service.errors import EvidenceMissing, IdentifiersContradict, ScopeDenied, SubjectNotFound, WarehouseBusy
from credit_service.normalise.match_names import compare
from credit_service.normalise.name_parts import load_name_words
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork
from credit_service.warehouse.find_names import find_subjects
from credit_service.warehouse.links import mirror_links
from credit_service.warehouse.session import Session

MAY_JUDGE = frozenset({Role.REVIEWER, Role.DECIDER})
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class JudgementRequest:
    """What somebody wants to judge; subjects by id, or by a public code."""

    subject: str
    verdict: Verdict
    actor: Actor
    reason: str
    other: str = ""
    """Empty for a subject of its own."""


def judge_same(office: Office, subject: str, other: str, actor: Actor, reason: str) -> Judgement:
    """Say that a subject without a code, or with a weaker one, is a known subject; its records then count there.

    Raises:
        ScopeDenied: The role may not judge.
        EvidenceMissing: No reason is given.
        SubjectNotFound: One of the two is no organisation, or nothing is known about it.
        IdentifiersContradict: Their codes say that they are two.
        IllegalTransition: Another judgement that holds forbids it.
    """
    return judge(office, JudgementRequest(subject, Verdict.SAME, actor, reason, other))


def judge_not_same(office: Office, subject: str, other: str, actor: Actor, reason: str) -> Judgement:
    """Enter two subjects into the register of namesakes: they are never suggested for each other again.

    Raises:
        ScopeDenied: The role may not judge.
        EvidenceMissing: No reason is given.
        SubjectNotFound: One of the two is no organisation, or nothing is known about it.
        IllegalTransition: They are linked, or are in the register already.
    """
    return judge(office, JudgementRequest(subject, Verdict.NOT_SAME, actor, reason, other))


def judge_own(office: Office, subject: str, actor: Actor, reason: str) -> Judgement:
    """Say that an organisation without a code is none of the known ones; it leaves the queue.

    Raises:
        ScopeDenied: The role may not judge.
        EvidenceMissing: No reason is given.
        SubjectNotFound: Nothing is known about it.
        IllegalTransition: It has been judged and not undone.
    """
    return judge(office, JudgementRequest(subject, Verdict.OWN, actor, reason))


def judge(office: Office, request: JudgementRequest) -> Judgement:
    """Make one judgement; `judge_same`, `judge_not_same` and `judge_own` say what each asks for."""
    reason = _check(request.actor, request.reason)
    own = _to_id(request.subject)
    other = _to_id(request.other) if request.verdict is not Verdict.OWN else None
    if request.verdict is Verdict.SAME and other is not None:
        _check_link(own, other)
    with office.warehouse.open() as session:
        _check_known(session, own, other)
        evidence = _describe(office, session, own, other)
    with office.ledger.unit_of_work() as uow:
        judgement = Judgement(
            from_subject_id=own,
            verdict=request.verdict,
            to_subject_id=other,
            reason=reason,
            judged_by=request.actor.actor_id,
            judged_at=_instant(office, uow),
            evidence=evidence,
        )
        kept = uow.resolutions.add(judgement)
        detail = {"number": kept.number, "to": other or ""}
        uow.audit.append(kept.judged_by, f"subject.{kept.verdict.value}", own, kept.judged_at, detail)
        uow.commit()
    _mirror_now(office)
    return kept


def undo_judgement(office: Office, number: int, actor: Actor, reason: str) -> Judgement:
    """End a judgement from now on; assessments that knew it stay as they were.

    Raises:
        ScopeDenied: The role may not judge.
        EvidenceMissing: No reason is given.
        SubjectNotFound: There is no judgement of this number.
        IllegalTransition: It has been undone before.
    """
    why = _check(actor, reason)
    with office.ledger.unit_of_work() as uow:
        uow.resolutions.get(number)
        ended = uow.resolutions.undo(number, actor.actor_id, _instant(office, uow), why)
        detail = {"number": number, "verdict": ended.verdict.value}
        uow.audit.append(actor.actor_id, "subject.undo", ended.from_subject_id, ended.undone_at or office.now(), detail)
        uow.commit()
    _mirror_now(office)
    return ended


def take_over_links(office: Office, session: Session) -> None:
    """Make the warehouse's links equal to the ledger's; an assessment does this first, so that it can be repeated.

    The ledger is read in a writer's turn: a judgement made before the assessment's instant is committed by then.
    """
    with office.ledger.unit_of_work() as uow:
        links = uow.resolutions.list_links()
    mirror_links(session, links)


def _mirror_now(office: Office) -> None:
    # A busy warehouse loses nothing: the next assessment takes the links over first.
    with suppress(WarehouseBusy), office.warehouse.open() as session:
        take_over_links(office, session)


def _instant(office: Office, uow: UnitOfWork) -> datetime:
    """Return now, or just after the newest assessment: what that one knew must not change afterwards."""
    known = [receipt.known_at for receipt in uow.runs.list_all()]
    return max([office.now(), *(instant + _TICK for instant in known)])


def _check(actor: Actor, reason: str) -> str:
    if actor.role not in MAY_JUDGE:
        message = f"主体归并只能由审核人员或决定人员办理，您的角色是{actor.role.label}。"
        raise ScopeDenied(message, remedy="请转交相应人员办理。")
    if not reason.strip():
        message = "没有写明理由。"
        raise EvidenceMissing(message, remedy="请写明依据，例如核对了哪份登记资料、哪份决定书。")
    return reason.strip()


def _to_id(subject: str) -> str:
    subject_id = to_organisation_id(subject)
    if subject_id is None or not (subject_id.startswith(UNNAMED) or is_identified(subject_id)):
        message = "代码无法识别，或校验码不符。"
        raise SubjectNotFound(message, remedy="请核对18位统一社会信用代码、15位工商注册号或9位组织机构代码。")
    return subject_id


def _check_link(own: str, other: str) -> None:
    if may_be_linked(own, other):
        return
    if identifiers_contradict(own, other):
        message = "两个主体的代码互相矛盾，是两个主体，绝不归并。"
        raise IdentifiersContradict(message, remedy="请改为登记“同名不同主体”；代码报错的，请报送单位更正原记录。")
    message = "只能归并到代码效力更高的主体（无代码→组织机构代码→工商注册号→统一社会信用代码）。"
    raise IdentifiersContradict(message, remedy="请对调两个主体，或查明其统一社会信用代码后再归并。")


def _check_known(session: Session, own: str, other: str | None) -> None:
    known = find_subjects(session, [own, *([other] if other else [])])
    # A code from the register may be linked to before its first record; what has no code is known by its records alone.
    missing = [one for one in (own, other) if one and one.startswith(UNNAMED) and one not in known]
    if missing or (other and strength_of(other) is None):
        message = "没有该主体的信用记录。"
        raise SubjectNotFound(message, remedy="请从待归并主体列表中选择；列表可能已更新，请刷新。")


def _describe(office: Office, session: Session, own: str, other: str | None) -> str:
    """Return in words how far the two agreed when they were judged."""
    if other is None:
        return ""
    named = find_subjects(session, [own, other])
    if own not in named or other not in named:
        return "判断时系统中没有对方的记录可比对"
    words = load_name_words(office.places.reference / "name_parts.csv")
    suggestion = compare(named[own], named[other], words)
    names = f"“{named[own].name}”与“{named[other].name}”"
    return f"{names}：{suggestion.in_words() if suggestion else '系统未建议（名称、地区、法定代表人均不足以比对）'}"
