"""A case: the way from a proposal to a published listing and out of it again, and the acts that move it.

The states, drawn in full in `listing.transitions`, are

::

    proposed → noticed → notice_served → heard → decided → decision_served → published → ended
        ↘          ↘            ↘          ↘ declined                        (expired, repaired, revoked)

The red list has the same gates under other names: the notice is the announcement for public comment, its service the
day it was put up, the statement period the time for comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind


class CaseState(StrEnum):
    """Where a case stands."""

    PROPOSED = "proposed"
    NOTICED = "noticed"
    NOTICE_SERVED = "notice_served"
    HEARD = "heard"
    DECIDED = "decided"
    DECLINED = "declined"
    DECISION_SERVED = "decision_served"
    PUBLISHED = "published"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "proposed": "拟列入（待审核）",
            "noticed": "已拟告知书",
            "notice_served": "告知书已送达（陈述申辩期）",
            "heard": "陈述申辩期已结束",
            "decided": "已作出决定",
            "declined": "决定不予列入",
            "decision_served": "决定书已送达",
            "published": "已公示",
            "ended": "已移出",
        }[self.value]


class ActKind(StrEnum):
    """What somebody did to a case."""

    PROPOSE = "propose"
    DRAFT_NOTICE = "draft_notice"
    SERVE_NOTICE = "serve_notice"
    HEAR = "hear"
    DECIDE = "decide"
    DECLINE = "decline"
    SERVE_DECISION = "serve_decision"
    PUBLISH = "publish"
    EXPIRE = "expire"
    REPAIR = "repair"
    REVOKE = "revoke"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "propose": "系统提出建议",
            "draft_notice": "拟定事先告知书",
            "serve_notice": "送达事先告知书",
            "hear": "听取陈述申辩",
            "decide": "决定列入",
            "decline": "决定不予列入",
            "serve_decision": "送达决定书",
            "publish": "公示",
            "expire": "期满移出",
            "repair": "信用修复移出",
            "revoke": "撤销列入",
        }[self.value]


@dataclass(frozen=True)
class Act:
    """One act on a case; acts are only ever added, and the case follows from them."""

    kind: ActKind
    actor_id: str
    on: date
    """The legal day of the act (service, decision …)."""
    at: datetime
    """The instant it was recorded."""
    document_no: str = ""
    """Number of the notice, decision or proof."""
    reason: str = ""
    evidence: str = ""
    """How it was done and what proves it (送达方式及凭证, 陈述申辩意见及复核结论 …)."""


@dataclass(frozen=True)
class Case:
    """One candidate or listing with everything the law's gates ask for."""

    case_id: str
    subject_id: str
    subject_kind: SubjectKind
    subject_name: str
    """Masked for persons."""
    identifier_code: str | None
    list_kind: ListKind
    list_type: str
    list_basis: str
    """Legal basis of the list type, copied when proposed; without it nothing can be decided."""
    category: int
    authority_code: str
    authority_name: str
    state: CaseState
    rule: str
    rulebook: str
    """Hash of the rulebook that proposed it."""
    run_id: str
    record_ids: tuple[str, ...]
    fact: str
    """One line: why."""
    severity: str | None
    proposed_on: date
    adult_on: date | None = None
    consent_no: str = ""
    drafted_by: str | None = None
    notice_no: str | None = None
    noticed_on: date | None = None
    notice_served_on: date | None = None
    notice_proof: str | None = None
    statement_until_on: date | None = None
    heard_on: date | None = None
    hearing_note: str | None = None
    decided_by: str | None = None
    decision_no: str | None = None
    decided_on: date | None = None
    decision_reason: str | None = None
    decision_served_on: date | None = None
    decision_proof: str | None = None
    min_until_on: date | None = None
    max_until_on: date | None = None
    """Publication stops by itself after this day (inclusive)."""
    published_on: date | None = None
    bulletin_id: str | None = None
    ended_on: date | None = None
    end_kind: str | None = None
    """expire, repair or revoke."""
    version: int = 0
    """Grows with each act; two people acting at once: one wins."""
    publication_basis: str = ""
    """What allows showing the listing to the public, recorded with publication; a person's needs one."""


@dataclass(frozen=True)
class NextAct:
    """An act the law allows next on a case, as pages and commands offer it."""

    kind: ActKind
    label: str
    """Chinese name, worded for the list the case is on."""
    needs: tuple[str, ...]
    """What must be given, in Chinese."""
    fields: tuple[str, ...]
    """The same as names of `Act` fields: ``document_no``, ``reason``, ``evidence``."""
    earliest_on: date | None = None
    """First day on which it may be done, where a term is running."""
    note: str = ""
    """What to mind, in Chinese."""


def is_effective(case: Case, day: date) -> bool:
    """Return whether a listing holds on a day: served, not ended, not past its term.

    Expiry needs no job and no click: past ``max_until_on`` every reader of this function sees the listing end.
    """
    return (
        case.state in {CaseState.DECISION_SERVED, CaseState.PUBLISHED}
        and case.decision_served_on is not None
        and case.decision_served_on <= day
        and (case.max_until_on is None or day <= case.max_until_on)
        and (case.ended_on is None or day < case.ended_on)
    )
