"""A case: the way from a proposal to a published listing and out of it again, and the acts that move it.

The states, drawn in full in `listing.transitions`, are

::

    proposed → under_review → noticed → notice_served → heard → decided → decision_served → published → ended
        ↘            ↘           ↘            ↘          ↘ declined                    (expired, repaired, revoked,
                     └─ a list of another authority is taken over ──────►┘              ended by its authority)

Beside the way a listing may be suspended (it has no effect until resumed), and any open case may carry the mark of an
objection. The red list has the same gates under other names: the notice is the announcement for public comment, its
service the day it was put up, the statement period the time for comment.
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
    UNDER_REVIEW = "under_review"
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
            "under_review": "审核中",
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
    TAKE_UP = "take_up"
    HAND_OVER = "hand_over"
    DRAFT_NOTICE = "draft_notice"
    SERVE_NOTICE = "serve_notice"
    HEAR = "hear"
    DECIDE = "decide"
    DECLINE = "decline"
    SERVE_DECISION = "serve_decision"
    TAKE_OVER = "take_over"
    PUBLISH = "publish"
    MARK_OBJECTION = "mark_objection"
    CLEAR_OBJECTION = "clear_objection"
    SUSPEND = "suspend"
    RESUME = "resume"
    EXPIRE = "expire"
    REPAIR = "repair"
    REVOKE = "revoke"
    SOURCE_END = "source_end"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "propose": "系统提出建议",
            "take_up": "受理审核",
            "hand_over": "接手承办",
            "draft_notice": "拟定事先告知书",
            "serve_notice": "送达事先告知书",
            "hear": "听取陈述申辩",
            "decide": "决定列入",
            "decline": "决定不予列入",
            "serve_decision": "送达决定书",
            "take_over": "转引有权机关的名单",
            "publish": "公示",
            "mark_objection": "标注异议",
            "clear_objection": "消除异议标注",
            "suspend": "中止效力",
            "resume": "恢复效力",
            "expire": "期满移出",
            "repair": "信用修复移出",
            "revoke": "撤销列入",
            "source_end": "随认定机关移出",
        }[self.value]


class SuspensionGround(StrEnum):
    """Why a listing has no effect for a time."""

    COURT = "court"
    REVIEW = "review"
    REORGANISATION = "reorganisation"
    NEGATIVE_LISTING = "negative_listing"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "court": "人民法院裁定停止执行",
            "review": "行政复议机关决定停止执行",
            "reorganisation": "破产重整期间临时解除",
            "negative_listing": "列入严重失信或重点关注名单，守信激励中止",
        }[self.value]


@dataclass(frozen=True)
class Exhibit:
    """One piece of evidence: its bytes lie under their hash and never change."""

    sha256: str
    file_name: str
    size: int
    added_by: str
    added_at: datetime


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
    ground: str = ""
    """`SuspensionGround` value of a suspension."""
    agency_code: str = ""
    """Of the person who acts; empty for the service itself."""
    for_id: str = ""
    """On whose behalf a delegate acts; empty where everybody acts for themselves."""
    rulebook: str = ""
    """Hash of the adopted rulebook in force on the day it was recorded."""
    exhibits: tuple[str, ...] = ()
    """SHA-256 of each piece of evidence."""

    @property
    def persons(self) -> frozenset[str]:
        """Who stands behind the act: the one who did it, and on whose behalf."""
        return frozenset({self.actor_id, self.for_id} - {""})


@dataclass(frozen=True)
class Delegation:
    """One account lets another act in its place for some days (both inclusive), for absence or by office."""

    number: int
    from_id: str
    to_id: str
    from_on: date
    until_on: date
    reason: str
    given_by: str
    given_at: datetime
    ended_by: str | None = None
    ended_at: datetime | None = None

    def covers(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return self.ended_at is None and self.from_on <= day <= self.until_on


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
    """expire, repair, revoke or source_end."""
    version: int = 0
    """Grows with each act; two people acting at once: one wins."""
    publication_basis: str = ""
    """What allows showing the listing to the public, recorded with publication; a person's needs one."""
    source_agency: str = ""
    """Agency that sent every record the case rests on; empty where several did."""
    source_decision_no: str | None = None
    """Of a listing by another authority that may be taken over: its number, day and last day."""
    source_decided_on: date | None = None
    source_ends_on: date | None = None
    reviewer_id: str | None = None
    """Who is in charge of the case."""
    taken_over_on: date | None = None
    """Day the other authority's listing was taken over; its decision then stands for one of our own."""
    suspended_on: date | None = None
    """The listing has had no effect since this day."""
    suspension_ground: str | None = None
    marked_on: date | None = None
    """An objection is pending since this day."""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases are asked for; what is empty does not restrict."""

    list_kind: ListKind | None = None
    state: CaseState | None = None
    category: int | None = None
    reviewer_id: str = ""
    text: str = ""
    """Part of a name or of an authority, or a whole code or number."""
    is_contested: bool = False
    is_suspended: bool = False


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
    """Return whether a listing holds on a day: served, not suspended, not ended, not past its term.

    Expiry needs no job and no click: past ``max_until_on`` every reader of this function sees the listing end.
    """
    return (
        case.state in {CaseState.DECISION_SERVED, CaseState.PUBLISHED}
        and case.decision_served_on is not None
        and case.decision_served_on <= day
        and (case.max_until_on is None or day <= case.max_until_on)
        and (case.ended_on is None or day < case.ended_on)
        and (case.suspended_on is None or day < case.suspended_on)
    )
