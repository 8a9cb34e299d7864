"""What checks and triggers about credit repair mean, in the words of the service; see `refusals`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from credit_service.errors import (
    ClockReversed,
    CreditServiceError,
    DelegationMissing,
    EvidenceMissing,
    IllegalTransition,
    LedgerConflict,
    NotCompetent,
    RepairBarred,
    SamePerson,
)

REPAIR_LAW: Mapping[str, tuple[type[CreditServiceError], str]] = MappingProxyType(
    {
        "repair_starts_applied": (IllegalTransition, "修复申请只能从“已收到申请”开始。"),
        "repair_is_new": (IllegalTransition, "这一名单（或信息）已有一件修复申请正在办理，或者已经修复。"),
        "repair_not_barred": (RepairBarred, "该主体曾在修复申请中提供虚假材料，在规定年限内不得再申请。"),
        "repair_of_listing": (IllegalTransition, "只有已送达、仍有效的严重失信或重点关注名单可以申请修复。"),
        "repair_of_record": (IllegalTransition, "这条信息已经修复。"),
        "repair_moves_by_act": (IllegalTransition, "修复申请只能随已登记的办理行为按程序变动。"),
        "repair_keeps_facts": (IllegalTransition, "修复申请中已登记的内容、日期和文号不得改动。"),
        "repair_written_by_act": (IllegalTransition, "修复申请只能随已登记的办理行为按程序变动。"),
        "repair_has_papers": (EvidenceMissing, "修复申请缺少履行义务证明或信用承诺书。"),
        "repair_by_competent": (NotCompetent, "谁认定、谁修复：须由认定机关办理，或附其书面意见。"),
        "repair_ends_listing": (IllegalTransition, "准予修复须与名单移出一并登记。"),
        "repair_act_follows": (ClockReversed, "办理行为与申请当前进度不符，或日期早于前一行为。"),
        "repair_act_names_rules": (EvidenceMissing, "办理行为没有写明当时有效的规则库。"),
        "repair_act_by_second_person": (SamePerson, "核查人（或由其代行、代其行使的人）不得作出修复决定。"),
        "repair_act_for_somebody": (DelegationMissing, "没有当日有效的代行授权。"),
        "repair_exhibit_comes_with_act": (IllegalTransition, "材料只能随办理行为一并提交，不得事后补入。"),
        "case_repair_by_application": (
            IllegalTransition,
            "名单的修复移出须先有经核查的修复申请，并由核查人以外的人员决定。",
        ),
        "record_repair_by_grant": (IllegalTransition, "修复标记只能随准予修复的决定登记一次。"),
        "notice_follows_grant": (IllegalTransition, "修复通知只能随准予修复的决定发出，每个单位一份。"),
        "notice_only_receipt": (IllegalTransition, "修复通知只能回执一次，不得改动。"),
        "repair_applicant_is_new": (LedgerConflict, "申请人信息已经登记，不得覆盖。"),
        "ck_repair_accepted": (IllegalTransition, "最短公示期尚未届满，不得受理修复申请。"),
        "ck_repair_granted": (IllegalTransition, "最短公示期尚未届满，不得修复。"),
        "ck_repair_two_persons": (SamePerson, "核查人和决定人必须是不同的人。"),
        "ck_repair_decided": (EvidenceMissing, "修复决定缺少文号、决定人或有效日期。"),
        "ck_repair_closed_reason": (EvidenceMissing, "办结修复申请须写明理由。"),
        "ck_repair_ground": (EvidenceMissing, "不予修复须写明规定的原因。"),
        "ck_repair_barred": (EvidenceMissing, "虚假材料须写明不得再申请的截止日。"),
        "ck_repair_forwarded": (EvidenceMissing, "修复申请没有写明认定机关。"),
        "ck_repair_checked": (EvidenceMissing, "修复申请没有核查人或核查日期。"),
        "ck_repair_legal_day": (ClockReversed, "申请日期与登记时间不符。"),
        "ck_repair_papers": (EvidenceMissing, "修复申请一律须有履行义务的证明。"),
        "ck_consumer_notice_receipt": (EvidenceMissing, "回执缺少办理人或时间。"),
        **{
            f"{table}_never_{done}": (IllegalTransition, "已登记的修复办理记录不得改动或删除。")
            for table in ("repair_act", "repair_exhibit", "repair_applicant", "record_repair")
            for done in ("changed", "deleted")
        },
        "repair_never_deleted": (IllegalTransition, "修复申请不得删除。"),
        "consumer_notice_never_deleted": (IllegalTransition, "修复通知不得删除。"),
    }
)
"""Name of the check or trigger: which error it stands for, and what it says."""
