"""What is asked from outside, and the answer: the standing of a subject at an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from credit_service.domain.objection import ObjectionMark


class Purpose(StrEnum):
    """Why an agency looks a subject up; asked for at every look-up and kept with it."""

    APPROVAL = "approval"
    PROCUREMENT = "procurement"
    SUBSIDY = "subsidy"
    AWARD = "award"
    SUPERVISION = "supervision"
    QUALIFICATION = "qualification"
    SELF = "self"

    @property
    def label(self) -> str:
        """Chinese name."""
        return {
            "approval": "行政审批",
            "procurement": "政府采购、招标投标",
            "subsidy": "财政资金、优惠政策",
            "award": "评先评优",
            "supervision": "日常监管",
            "qualification": "资质资格审查",
            "self": "主体查询本身信用信息",
        }[self.value]


@dataclass(frozen=True)
class StandingListing:
    """One effective listing in an answer."""

    case_id: str
    list_kind: str
    list_type: str
    list_type_name: str
    category: int
    fact: str
    basis: str
    decision_no: str
    authority_name: str
    decided_on: date
    until_on: date | None
    measures: tuple[str, ...]
    objection: ObjectionMark | None = None
    """An objection that is pending against it."""


@dataclass(frozen=True)
class Standing:
    """What holds for a subject at an instant; a subject without listings has none, and that is an answer too."""

    identifier: str
    subject_id: str | None
    name: str | None
    listings: tuple[StandingListing, ...]
    as_of: datetime
    valid_until: datetime


@dataclass(frozen=True)
class LookUp:
    """One row of the access log: who asked about whom, when and why; kept at least five years.

    Source: 深圳经济特区社会信用条例 (query log ≥ 5 years); 个人信息保护法 Art. 51.
    """

    agency_code: str
    actor_id: str
    subject_id: str
    purpose: str
    case_no: str
    at: datetime
    hits: int
