"""Faults of the database in the words of the service.

A check or trigger that fires means that a caller went round `listing`: the refusal names the law it would have broken.
No SQL and no value of a row is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from credit_service.errors import (
    ClockReversed,
    ConsentMissing,
    CreditServiceError,
    EvidenceMissing,
    IllegalTransition,
    LedgerConflict,
    MinorProtected,
    NoLegalBasis,
    NoticeNotServed,
    SamePerson,
    SchemaDrift,
    StatementPeriodOpen,
    StorageFull,
)

_NAME = re.compile(
    r"\b(?:law |constraint failed: |constraint \")(?P<name>[a-z][a-z0-9_]*)|index '(?P<index>[a-z0-9_]+)'"
)

_LAW: Mapping[str, tuple[type[CreditServiceError], str]] = MappingProxyType(
    {
        "case_is_new": (LedgerConflict, "该主体在同一名单、同一事项下已有案件。"),
        "uq_listing_case_open": (LedgerConflict, "该主体在同一名单、同一事项下已有未办结的案件。"),
        "case_starts_proposed": (IllegalTransition, "案件只能从“拟列入”开始。"),
        "case_moves_by_act": (IllegalTransition, "案件状态只能随已登记的办理行为按程序变动。"),
        "case_keeps_facts": (IllegalTransition, "案件中已登记的事实、文号、日期和凭证不得改动。"),
        "case_red_or_black": (
            IllegalTransition,
            "同一主体不得同时列入守信激励名单和严重失信（或重点关注）名单，请先撤销或移出已有的一项。",
        ),
        "act_follows": (ClockReversed, "办理行为与案件当前进度不符，或日期早于前一行为。"),
        "measure_follows_listing": (IllegalTransition, "联合奖惩措施只能依附于决定书已送达的名单，且不得超过其期限。"),
        "measure_only_ends": (IllegalTransition, "已登记的联合奖惩措施只能终止，不得改动。"),
        "entry_is_published": (IllegalTransition, "公告只能收录已办理公示的案件；重点关注名单不得公示。"),
        "audit_is_a_chain": (LedgerConflict, "审计记录必须首尾相接。"),
        "ck_listing_case_no_minor_proposed": (MinorProtected, "未成年人不得列入任何名单。"),
        "ck_listing_case_no_minor_decided": (MinorProtected, "未成年人或年龄无法核实的自然人不得列入任何名单。"),
        "ck_listing_case_red_consent": (ConsentMissing, "自然人列入守信激励名单须有本人同意。"),
        "ck_listing_case_noticed": (EvidenceMissing, "拟列入案件缺少法定依据、告知书文号、拟办人或日期。"),
        "ck_listing_case_notice_served": (NoticeNotServed, "告知书没有有效的送达日期、凭证或陈述申辩期限。"),
        "ck_listing_case_heard": (StatementPeriodOpen, "陈述申辩期尚未届满，或没有处理意见。"),
        "ck_listing_case_two_persons": (SamePerson, "拟办人和决定人必须是不同的人。"),
        "ck_listing_case_decided": (EvidenceMissing, "决定缺少文号、理由或有效日期。"),
        "ck_listing_case_declined": (EvidenceMissing, "不予列入的决定缺少理由或有效日期。"),
        "ck_listing_case_term": (NoLegalBasis, "列入决定没有有效的期限。"),
        "ck_listing_case_decision_served": (EvidenceMissing, "决定书没有有效的送达日期或凭证。"),
        "ck_listing_case_published": (IllegalTransition, "该案件不具备公示条件。"),
        "ck_listing_case_black_published": (EvidenceMissing, "严重失信主体名单的公示须有严重程度和截止日期。"),
        "ck_listing_case_person_published": (NoLegalBasis, "公示自然人须有法定依据，且其已成年。"),
        "ck_listing_case_ended": (EvidenceMissing, "移出缺少有效的日期或方式。"),
    }
)
_REMEDY = "请通过办理程序逐步办理；如确由程序办理仍出现此提示，请联系系统管理员核对台账。"


def to_refusal(fault: DBAPIError) -> CreditServiceError | None:
    """Return the error a database fault stands for, or None when it is a bug and should crash."""
    text = str(fault.orig)
    if isinstance(fault, IntegrityError):
        found = _NAME.search(text)
        name = (found["name"] or found["index"]) if found else ""
        leaf, message = _LAW.get(name, (LedgerConflict, "账本拒绝了这次写入：数据重复，或与已有记录不符。"))
        return leaf(message, remedy=_REMEDY, constraint=name)
    if isinstance(fault, OperationalError):
        if "is locked" in text or "lock timeout" in text or "deadlock" in text:
            return LedgerConflict("账本正忙，另一项写入尚未完成。", remedy="请稍后重试；反复出现请联系系统管理员。")
        if "disk is full" in text or "No space left" in text:
            return StorageFull("磁盘空间不足，账本未写入任何内容。", remedy="请清理磁盘空间后重试。")
        if fault.connection_invalidated or "connection" in text or "unable to open" in text:
            return SchemaDrift("台账数据库无法连接。", remedy="请核对 CREDIT_LEDGER_URL、数据库服务和文件权限。")
    if "not a database" in text or "malformed" in text:
        return SchemaDrift("台账文件损坏，或不是本服务的台账。", remedy="请不要删除；从备份恢复，或联系系统管理员。")
    return None
