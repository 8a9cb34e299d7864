"""An objection: somebody says that a record, a case or a published entry is wrong.

The states, drawn in full in `listing.objections`, are

::

    received → accepted → (forwarded → verified) → upheld | rejected
        ↘ not accepted        any of them until decided → withdrawn

While it is open, every record and case it is about carries a mark that look-ups and pages show. What the objector wrote
of themselves (name, telephone, words) is no part of these classes but of `ObjectorWords`, which is kept encrypted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from credit_service.domain.subject import SubjectKind

OBJECTOR = "objector"
"""Who acts where the objector themselves does, by number and receipt code."""


class ObjectionState(StrEnum):
    """Where an objection stands."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    FORWARDED = "forwarded"
    VERIFIED = "verified"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "received": "已收到（待受理）",
            "accepted": "已受理",
            "not_accepted": "不予受理",
            "forwarded": "已转数据来源单位核实",
            "verified": "来源单位已答复核实结果",
            "upheld": "异议成立",
            "rejected": "异议不成立",
            "withdrawn": "异议人已撤回",
        }[self.value]


OPEN_STATES = frozenset(
    {ObjectionState.RECEIVED, ObjectionState.ACCEPTED, ObjectionState.FORWARDED, ObjectionState.VERIFIED}
)
"""States in which the mark stands."""


class ObjectionActKind(StrEnum):
    """What somebody did to an objection."""

    RECEIVE = "receive"
    ADD_EVIDENCE = "add_evidence"
    ACCEPT = "accept"
    REFUSE = "refuse"
    FORWARD = "forward"
    REMIND = "remind"
    VERIFY = "verify"
    UPHOLD = "uphold"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    CORRECT = "correct"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "receive": "收到异议",
            "add_evidence": "补充材料",
            "accept": "受理异议",
            "refuse": "不予受理",
            "forward": "转来源单位核实",
            "remind": "催办来源单位",
            "verify": "答复核实结果",
            "uphold": "决定异议成立",
            "reject": "决定异议不成立",
            "withdraw": "撤回异议",
            "correct": "登记已更正",
        }[self.value]


class ObjectionTarget(StrEnum):
    """What is objected to."""

    RECORD = "record"
    CASE = "case"
    ENTRY = "entry"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"record": "信用记录", "case": "名单案件", "entry": "公告条目"}[self.value]


class ObjectorKind(StrEnum):
    """Who objects."""

    SUBJECT = "subject"
    AGENT = "agent"
    AGENCY = "agency"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"subject": "信用主体本人", "agent": "代理人（持委托书）", "agency": "单位"}[self.value]


class Channel(StrEnum):
    """By which door it came in."""

    PAGE = "page"
    DESK = "desk"
    API = "api"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"page": "网上提交", "desk": "窗口提交", "api": "单位接口"}[self.value]


class Verdict(StrEnum):
    """What the source agency found."""

    CORRECT = "correct"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"correct": "信息无误", "wrong": "信息有误"}[self.value]


class RecordRemedy(StrEnum):
    """What becomes of a record found wrong."""

    WITHDRAW = "withdraw"
    CORRECT = "correct"
    NONE = "none"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"withdraw": "撤回记录", "correct": "由来源单位更正", "none": "记录不变"}[self.value]


class ListingOutcome(StrEnum):
    """What becomes of the listings that rest on it."""

    REVOKE = "revoke"
    KEEP = "keep"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"revoke": "撤销列入（未决定的不予列入）", "keep": "维持（须说明理由）"}[self.value]


@dataclass(frozen=True)
class ObjectorWords:
    """What an objector wrote of themselves; never logged, never public."""

    name: str = field(repr=False)
    phone: str = field(repr=False)
    claim: str = field(repr=False)
    """What is wrong and why."""


@dataclass(frozen=True)
class ObjectionAct:
    """One act on an objection; acts are only ever added, and the objection follows from them."""

    kind: ObjectionActKind
    actor_id: str
    on: date
    at: datetime
    document_no: str = ""
    """Number of the decision; of a correction the number of the correcting batch."""
    reason: str = ""
    evidence: str = ""
    """What was checked, or what proves it."""
    verdict: str = ""
    """`Verdict` value of the source agency's answer."""
    remedy: str = ""
    """`RecordRemedy` value of a decision for the objector."""
    listing: str = ""
    """`ListingOutcome` value of a decision for the objector."""
    wrong_records: tuple[str, ...] = ()
    """Records found wrong."""
    redress: str = ""
    """Where somebody may turn who does not agree with the decision."""
    to_agency: str = ""
    """Code of the agency it is forwarded to."""
    due_on: date | None = None
    """Last day of the term this act begins."""
    agency_code: str = ""
    for_id: str = ""
    rulebook: str = ""
    exhibits: tuple[str, ...] = ()

    @property
    def persons(self) -> frozenset[str]:
        """Who stands behind the act."""
        return frozenset({self.actor_id, self.for_id} - {"", OBJECTOR})


@dataclass(frozen=True)
class Objection:
    """One objection with everything its gates ask for."""

    number: str
    target: ObjectionTarget
    record_id: str | None
    case_id: str | None
    bulletin_id: str | None
    subject_id: str
    subject_kind: SubjectKind
    objector: ObjectorKind
    channel: Channel
    objecting_agency: str
    """Code of the agency that objects, or whose key handed it in; empty for others."""
    authority: str
    """The agent's authority (委托书): its number or what it says; empty for others."""
    record_ids: tuple[str, ...]
    """Records that carry its mark."""
    case_ids: tuple[str, ...]
    """Cases that carry its mark."""
    source_agencies: tuple[str, ...]
    """Codes of the agencies that sent these records."""
    received_on: date
    received_by: str
    marked_on: date
    """The day it was entered; the marks were set in the same transaction."""
    mark_due_on: date
    due_on: date
    """Last day for the answer; forwarding extends it once."""
    state: ObjectionState = ObjectionState.RECEIVED
    version: int = 0
    accepted_on: date | None = None
    accepted_by: str | None = None
    forwarded_on: date | None = None
    forwarded_by: str | None = None
    forwarded_to: str | None = None
    extension_reason: str | None = None
    reminders: int = 0
    reminded_on: date | None = None
    verified_on: date | None = None
    verified_by: str | None = None
    verdict: str | None = None
    verdict_reason: str | None = None
    decided_on: date | None = None
    """Of a decision, or of not accepting it."""
    decided_by: str | None = None
    decision_no: str | None = None
    decision_reason: str | None = None
    decision_check: str | None = None
    """What the credit office itself checked."""
    redress: str | None = None
    remedy: str | None = None
    listing: str | None = None
    wrong_records: tuple[str, ...] = ()
    correction_due_on: date | None = None
    corrected_on: date | None = None
    corrected_by_batch: str | None = None
    withdrawn_on: date | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for its end; as long as it does, the marks stand."""
        return self.state in OPEN_STATES

    @property
    def awaits_correction(self) -> bool:
        """Whether a department still owes the correction of a record."""
        return self.remedy == RecordRemedy.CORRECT.value and self.corrected_on is None


@dataclass(frozen=True)
class ObjectionMark:
    """What look-ups show of a pending objection: its number and since when; never who objects."""

    number: str
    since: date


@dataclass(frozen=True)
class NextObjectionAct:
    """An act that may come next, as pages and commands offer it."""

    kind: ObjectionActKind
    label: str
    needs: tuple[str, ...]
    """What must be given, in Chinese."""
    fields: tuple[str, ...]
    """The same as names of `ObjectionAct` fields."""
    note: str = ""


@dataclass(frozen=True)
class ObjectionClock:
    """One term of an objection: who must do what, from when, until when, and when it was done."""

    duty: Literal["mark", "answer", "verify", "correct"]
    label: str
    holder: str
    """``office`` or the code of the agency that must act."""
    start_on: date
    due_on: date
    done_on: date | None
    is_moot: bool = False
    """The objection ended otherwise before it was done; nothing is owed any more."""

    def is_overdue(self, day: date) -> bool:
        """Return whether it was, or on that day is, done too late."""
        if self.is_moot:
            return False
        return (self.done_on or day) > self.due_on
