"""Credit repair: an application, the acts that move it, and what a granted one leaves behind.

The states, drawn in full in `listing.repairs`, are

::

    applied → forwarded → accepted → checked → granted
        ↘          ↘           ↘          ↘ refused
    withdrawn   not_accepted  withdrawn

An application is about a listing (a case) or about one adverse record. What a granted one leaves behind is a mark on
each record, known from an instant on, and a notice to everybody who has used the information.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class RepairTarget(StrEnum):
    """What is to be repaired."""

    CASE = "case"
    RECORD = "record"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"case": "移出名单", "record": "失信信息修复"}[self.value]


class RepairChannel(StrEnum):
    """Where an application came in."""

    PUBLIC = "public"
    DESK = "desk"
    API = "api"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"public": "网上申请", "desk": "窗口登记", "api": "接口转来"}[self.value]


class RepairState(StrEnum):
    """Where an application stands."""

    APPLIED = "applied"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    CHECKED = "checked"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "applied": "已收到申请",
            "forwarded": "已转认定机关",
            "accepted": "已受理",
            "not_accepted": "不予受理",
            "checked": "已核查（待决定）",
            "granted": "准予修复",
            "refused": "不予修复",
            "withdrawn": "申请人撤回",
        }[self.value]


CLOSED_STATES = frozenset({RepairState.NOT_ACCEPTED, RepairState.GRANTED, RepairState.REFUSED, RepairState.WITHDRAWN})


class RepairActKind(StrEnum):
    """What somebody did to an application."""

    APPLY = "apply"
    FORWARD = "forward"
    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    EXTEND = "extend"
    CHECK = "check"
    GRANT = "grant"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "apply": "提出申请",
            "forward": "转认定机关",
            "accept": "受理",
            "not_accept": "不予受理",
            "extend": "延长办理期限",
            "check": "核查",
            "grant": "准予修复",
            "refuse": "不予修复",
            "withdraw": "撤回申请",
        }[self.value]


class RefusalGround(StrEnum):
    """Why an application is refused."""

    CONDITIONS = "conditions"
    FALSE_MATERIAL = "false_material"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"conditions": "不符合修复条件", "false_material": "提供虚假材料或虚假承诺"}[self.value]


class Paper(StrEnum):
    """What a file handed in with an application, or with an act on it, is."""

    DUTY_PROOF = "duty_proof"
    COMMITMENT = "commitment"
    IDENTITY = "identity"
    AUTHORITY_PAPER = "authority_paper"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "duty_proof": "履行义务证明",
            "commitment": "信用承诺书",
            "identity": "主体资格和身份证明",
            "authority_paper": "认定机关的书面意见",
            "other": "其他材料",
        }[self.value]


@dataclass(frozen=True, order=True)
class RepairExhibit:
    """One file of one act: what it is, and the hash its bytes lie under."""

    paper: Paper
    sha256: str


@dataclass(frozen=True)
class RepairAct:
    """One act on an application; acts are only ever added, and the application follows from them."""

    kind: RepairActKind
    actor_id: str
    on: date
    at: datetime
    document_no: str = ""
    reason: str = ""
    finding: str = ""
    """What was found at the check."""
    ground: str = ""
    """`RefusalGround` value of a refusal."""
    agency_code: str = ""
    """Of the person who acts; empty for an applicant."""
    for_id: str = ""
    to_agency: str = ""
    """To whom the application is forwarded."""
    rulebook: str = ""
    exhibits: tuple[RepairExhibit, ...] = ()

    @property
    def persons(self) -> frozenset[str]:
        """Who stands behind the act: the one who did it, and on whose behalf."""
        return frozenset({self.actor_id, self.for_id} - {""})


@dataclass(frozen=True)
class Applicant:
    """Who applies, in clear; kept encrypted, never logged, never printed."""

    name: str = field(repr=False)
    contact: str = field(repr=False)
    statement: str = field(default="", repr=False)
    """What the applicant says about its duties and how they were fulfilled."""


@dataclass(frozen=True)
class Repair:
    """One application with everything the law's gates ask for."""

    repair_id: str
    target_kind: RepairTarget
    target_id: str
    """Number of the case or of the record."""
    case_id: str | None
    record_ids: tuple[str, ...]
    """Records that carry the mark once it is granted."""
    subject_id: str
    subject_name: str
    """Masked for persons."""
    fact: str
    """One line: what is to be repaired."""
    severity: str | None
    rule: str
    """Rule that opens the repair: a row of ``acts`` or a list type."""
    needs: tuple[str, ...]
    """`Paper` values without which nothing is accepted."""
    opens_on: date | None
    """First day on which it may be accepted and granted; None: as soon as duties are fulfilled."""
    authority_code: str
    """Agency that seems competent; empty where the authority is not registered."""
    authority_name: str
    channel: RepairChannel
    applied_on: date
    applied_at: datetime
    since_on: date | None = None
    """Day of the decision that is to be repaired: who asked since then has used it."""
    state: RepairState = RepairState.APPLIED
    competent_code: str | None = None
    """Agency it was forwarded to: who recognised, repairs."""
    forwarded_on: date | None = None
    accepted_on: date | None = None
    extended_on: date | None = None
    checked_on: date | None = None
    checked_by: str | None = None
    checked_for: str | None = None
    closed_on: date | None = None
    decided_by: str | None = None
    decision_no: str | None = None
    decision_reason: str | None = None
    ground: str | None = None
    barred_until_on: date | None = None
    """Last day on which the subject may not apply again."""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.state not in CLOSED_STATES


@dataclass(frozen=True)
class RecordRepair:
    """A mark: from a legal day on a record counts as repaired, as known from an instant on."""

    record_id: str
    repair_id: str
    from_on: date
    decision_no: str
    repaired_at: datetime


class NoticeGround(StrEnum):
    """Why somebody is told of a repair."""

    LOOK_UP = "look_up"
    MEASURE = "measure"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"look_up": "查询过该主体", "measure": "实施惩戒措施"}[self.value]


@dataclass(frozen=True)
class ConsumerNotice:
    """What an agency that used the information is told; it confirms by a receipt."""

    notice_id: str
    repair_id: str
    agency_code: str
    grounds: tuple[str, ...]
    """`NoticeGround` values."""
    issued_on: date
    issued_at: datetime
    due_on: date | None
    """Last day for the receipt; None where the holidays of that year are not known."""
    receipt_at: datetime | None = None
    receipt_by: str | None = None

    def is_overdue(self, today: date) -> bool:
        """Return whether the receipt should have come."""
        return self.receipt_at is None and self.due_on is not None and today > self.due_on
