"""Papers of due process: what is written to a party, under which number, and what became of it.

A paper is issued once, under a number that is never used again, and its bytes never change. Nothing here knows layout
or wording; `bulletins.papers` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PaperKind(StrEnum):
    """What a paper does; each kind has a series of numbers of its own."""

    NOTICE = "notice"
    ANNOUNCEMENT = "announcement"
    DECISION = "decision"
    DECLINE = "decline"
    REPAIR_GUIDE = "repair_guide"
    RECEIPT = "receipt"
    OBJECTION_ACCEPTED = "objection_accepted"
    OBJECTION_REFUSED = "objection_refused"
    OBJECTION_REJECTED = "objection_rejected"
    OBJECTION_CORRECTED = "objection_corrected"
    REPAIR_ACCEPTED = "repair_accepted"
    REPAIR_GRANTED = "repair_granted"
    REPAIR_DENIED = "repair_denied"
    REVOCATION = "revocation"
    REMOVAL = "removal"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "notice": "事先告知书",
            "announcement": "认定前公示",
            "decision": "列入（认定）决定书",
            "decline": "不予列入（认定）决定书",
            "repair_guide": "信用修复告知书",
            "receipt": "送达回证",
            "objection_accepted": "异议受理通知书",
            "objection_refused": "异议不予受理告知书",
            "objection_rejected": "异议驳回告知书",
            "objection_corrected": "异议更正告知书",
            "repair_accepted": "信用修复受理通知书",
            "repair_granted": "准予信用修复决定书",
            "repair_denied": "不予信用修复决定书",
            "revocation": "撤销决定书",
            "removal": "移出告知书",
        }[self.value]


OBJECTION_KINDS = frozenset(
    {
        PaperKind.OBJECTION_ACCEPTED,
        PaperKind.OBJECTION_REFUSED,
        PaperKind.OBJECTION_REJECTED,
        PaperKind.OBJECTION_CORRECTED,
    }
)
REPAIR_KINDS = frozenset({PaperKind.REPAIR_ACCEPTED, PaperKind.REPAIR_GRANTED, PaperKind.REPAIR_DENIED})
CASE_KINDS = frozenset(PaperKind) - OBJECTION_KINDS - REPAIR_KINDS - {PaperKind.RECEIPT}
"""Papers that follow from a case alone; a receipt follows from the paper it is for."""


class PaperPart(StrEnum):
    """What a paper must tell its reader."""

    FACTS = "facts"
    BASIS = "basis"
    REASONS = "reasons"
    RESULT = "result"
    MEASURES = "measures"
    REMOVAL = "removal"
    TERM = "term"
    STATEMENT = "statement"
    REMEDY = "remedy"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "facts": "事实",
            "basis": "依据",
            "reasons": "理由",
            "result": "结论",
            "measures": "将采取的措施",
            "removal": "移出（修复）条件",
            "term": "期限",
            "statement": "陈述申辩（提出意见）的权利和期限",
            "remedy": "救济途径和期限",
        }[self.value]


class PaperForm(StrEnum):
    """A file of a paper."""

    DOCX = "docx"
    PDF = "pdf"

    @property
    def media_type(self) -> str:
        """Media type of the file."""
        word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        return word if self is PaperForm.DOCX else "application/pdf"


class PaperState(StrEnum):
    """What became of a number."""

    RESERVED = "reserved"
    ISSUED = "issued"
    VOIDED = "voided"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"reserved": "已取号", "issued": "已出具", "voided": "已作废"}[self.value]


@dataclass(frozen=True)
class PaperNumber:
    """A place in a series: per agency, per year, per kind, without gaps, never used twice."""

    agency_code: str
    year: int
    kind: PaperKind
    serial: int


@dataclass(frozen=True)
class Paper:
    """A paper as the ledger knows it; the hashes are of the bytes as they are stored."""

    paper_id: str
    object_id: str
    """What it is about: a case, an objection or a repair."""
    case_id: str | None
    number: PaperNumber
    document_no: str
    """The number as it is printed: 示信告〔2026〕5号."""
    state: PaperState
    issued_on: date
    """The day printed under the signature."""
    reserved_by: str
    reserved_at: datetime
    key_id: str = ""
    """The key its files are encrypted under; empty where they are not (no natural person is named)."""
    rulebook: str = ""
    template_hash: str = ""
    """Of the templates and the wording it was set with."""
    docx_sha256: str | None = None
    pdf_sha256: str | None = None
    issued_at: datetime | None = None
    voided_by: str | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None

    @property
    def kind(self) -> PaperKind:
        """What the paper does."""
        return self.number.kind

    def sha256_of(self, form: PaperForm) -> str | None:
        """Return the hash of one of its files."""
        return self.docx_sha256 if form is PaperForm.DOCX else self.pdf_sha256


@dataclass(frozen=True)
class ObjectionPaper:
    """What a paper about an objection says, as the procedure of objections knows it."""

    objection_id: str
    agency_code: str
    """Who handles it."""
    agency_name: str
    objector: str
    """Masked for persons; the full name comes from the vault."""
    subject_id: str
    """Of the objector."""
    is_person: bool
    matter: str
    """What is objected to: the record or listing, with its number."""
    claim: str
    """What the objector says."""
    received_on: date
    basis: str
    """Law under which the objection is handled."""
    due_on: date | None = None
    """By when it will be decided."""
    findings: str = ""
    """What was found when it was verified."""
    reason: str = ""
    result: str = ""
    """What was corrected, and from when."""
    case_id: str | None = None


@dataclass(frozen=True)
class RepairPaper:
    """What a paper about an application for repair says; everything about the listing comes from its case."""

    repair_id: str
    case_id: str
    applied_on: date
    basis: str
    """Law under which it is handled."""
    due_on: date | None = None
    materials: tuple[str, ...] = ()
    """What was handed in."""
    findings: str = ""
    reason: str = ""


class ServiceWay(StrEnum):
    """How a paper reaches a party. Source: 民事诉讼法 Art. 87–95, applied by 行政处罚法 Art. 61."""

    DIRECT = "direct"
    MAIL = "mail"
    ELECTRONIC = "electronic"
    LEFT = "left"
    ANNOUNCED = "announced"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "direct": "直接送达",
            "mail": "邮寄送达",
            "electronic": "电子送达",
            "left": "留置送达",
            "announced": "公告送达",
        }[self.value]


@dataclass(frozen=True)
class Service:
    """One service as it was done; what proves it lies in the evidence store."""

    way: ServiceWay
    done_on: date
    """The day it was handed over, posted, sent, left or announced."""
    recipient: str = ""
    """Who took it, and as what: 法定代表人、收发员、同住成年家属 …"""
    received_on: date | None = None
    """Signed day on the receipt; day on the postal receipt; day it reached the recipient's system."""
    consent: str = ""
    """Where consent to electronic service is written."""
    witness: str = ""
    """Who witnessed that it was left, or which recording shows it."""
    why_announced: str = ""
    """What was tried before it was announced."""
    proof_sha256: str = ""
    """Of the receipt or recording."""
