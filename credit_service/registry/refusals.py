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
    AccountActRefused,
    AccountExists,
    ClockReversed,
    CodeRefused,
    ConsentMissing,
    CreditServiceError,
    DelegationMissing,
    EvidenceAltered,
    EvidenceMissing,
    IdentifiersContradict,
    IllegalTransition,
    LastAdministrator,
    LedgerConflict,
    MinorProtected,
    NoLegalBasis,
    NoticeNotServed,
    ObjectionPending,
    OwnAccount,
    OwnAgencyAlone,
    SamePerson,
    SchemaDrift,
    StatementPeriodOpen,
    StorageFull,
    TaskNotFound,
)
from credit_service.registry.refusals_of_repairs import REPAIR_LAW

_NAME = re.compile(
    r"\b(?:law |constraint failed: |constraint \")(?P<name>[a-z][a-z0-9_]*)|index '(?P<index>[a-z0-9_]+)'"
)

_OBJECTIONS: Mapping[str, tuple[type[CreditServiceError], str]] = {
    "objection_starts_received": (IllegalTransition, "异议只能从“已收到”开始，编号不得重复。"),
    "objection_about_something": (IllegalTransition, "没有可以提出异议的在办或在榜案件，或该期公告没有这一条目。"),
    "objection_keeps_facts": (IllegalTransition, "异议中已登记的对象、来源和期限不得改动。"),
    "objection_columns_by_act": (IllegalTransition, "异议的办理情况只能随相应的办理行为变动。"),
    "objection_moves_by_act": (IllegalTransition, "异议只能随已登记的办理行为按程序变动。"),
    "objection_act_follows": (ClockReversed, "办理行为与异议当前进度不符，或日期早于前一行为。"),
    "objection_by_second_person": (SamePerson, "登记、受理、转办、核实异议的人员不得作出决定。"),
    "objection_not_by_party_alone": (OwnAgencyAlone, "来源单位或提出异议的单位不得单独处理该异议。"),
    "objection_act_for_somebody": (DelegationMissing, "没有当日有效的代行授权。"),
    "objection_is_marked": (IllegalTransition, "异议所涉的记录和案件还没有标注，不能办理。"),
    "objection_mark_while_open": (IllegalTransition, "只有未办结的异议可以标注，且不得重复标注。"),
    "act_marks_by_objection": (IllegalTransition, "没有未办结的异议，不得标注。"),
    "case_mark_under_objection": (ObjectionPending, "还有未办结的异议，不得消除标注。"),
    "objection_exhibit_with_act": (IllegalTransition, "证据只能随办理行为一并提交，不得事后补入。"),
    "ck_objection_objector": (EvidenceMissing, "代理人须有委托书，单位须写明单位代码。"),
    "ck_objection_decided": (EvidenceMissing, "处理决定缺少文号、理由、复核情况或有效日期。"),
    "ck_objection_rejected": (EvidenceMissing, "异议不成立的决定缺少救济途径。"),
    "ck_objection_not_accepted": (EvidenceMissing, "不予受理缺少理由或救济途径。"),
    "ck_objection_two_persons": (SamePerson, "登记、受理、转办、核实异议的人员不得作出决定。"),
    "ck_objection_outcome": (EvidenceMissing, "异议成立的决定没有写明对记录和名单的处理。"),
}

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
        "case_starts_plain": (IllegalTransition, "案件只能从“拟列入”开始。"),
        "case_keeps_source": (IllegalTransition, "案件所转引的决定和报送单位不得改动。"),
        "case_beside_by_act": (IllegalTransition, "承办人、转引、中止和异议标注只能随已登记的办理行为变动。"),
        "act_names_rules": (EvidenceMissing, "办理行为没有写明当时有效的规则库。"),
        "act_by_second_person": (SamePerson, "承办人（或由其代行、代其行使的人）不得作出决定。"),
        "act_not_of_one_agency": (OwnAgencyAlone, "本单位报送的案件，承办和决定不得都由本单位人员办理。"),
        "act_for_somebody": (DelegationMissing, "没有当日有效的代行授权。"),
        "delegation_only_ends": (IllegalTransition, "代行授权只能提前终止一次，不得改动。"),
        "delegation_never_deleted": (IllegalTransition, "代行授权不得删除。"),
        "ck_delegation_two": (SamePerson, "授权人和代行人必须是不同的人。"),
        "ck_delegation_days": (ClockReversed, "代行授权的终止日早于起始日。"),
        "ck_delegation_reason": (SamePerson, "代行授权须写明理由，且不得由代行人自己登记。"),
        "exhibit_comes_with_act": (IllegalTransition, "证据只能随办理行为一并提交，不得事后补入。"),
        "exhibit_never_changed": (EvidenceAltered, "已提交的证据不得改动。"),
        "act_exhibit_never_changed": (EvidenceAltered, "已提交的证据不得改动。"),
        "exhibit_never_deleted": (EvidenceAltered, "已提交的证据不得删除。"),
        "act_exhibit_never_deleted": (EvidenceAltered, "已提交的证据不得删除。"),
        **_OBJECTIONS,
        "ck_listing_case_under_review": (EvidenceMissing, "审核中的案件没有承办人。"),
        "ck_listing_case_taken_over": (NoLegalBasis, "转引的名单缺少认定机关的决定、承办人或有效期限。"),
        "ck_listing_case_suspended": (IllegalTransition, "中止没有规定的原因，或早于决定。"),
        "ck_listing_case_source": (NoLegalBasis, "所转引的决定没有文号或日期。"),
        **REPAIR_LAW,
        "measure_follows_listing": (IllegalTransition, "联合奖惩措施只能依附于决定书已送达的名单，且不得超过其期限。"),
        "measure_only_ends": (IllegalTransition, "已登记的联合奖惩措施只能终止，不得改动。"),
        "measure_resumes_with_listing": (IllegalTransition, "名单没有恢复，联合奖惩措施不得恢复。"),
        "task_is_new": (LedgerConflict, "这项措施已经交办给该单位。"),
        "task_follows_measure": (IllegalTransition, "只有名单有效期内应当执行的措施可以交办；市场类措施只共享信息。"),
        "task_of_named_body": (IllegalTransition, "该单位没有登记为这项措施的执行单位。"),
        "task_moves_by_feedback": (IllegalTransition, "措施任务只能随已登记的反馈，或者随名单移出、中止而变动。"),
        "task_active_with_listing": (IllegalTransition, "名单已移出、中止或者期满，措施不得执行。"),
        "task_active_with_statute": (NoLegalBasis, "减损权益的措施没有登记本次所依据的法律、行政法规条款，不得执行。"),
        "feedback_of_own_task": (TaskNotFound, "没有这项措施任务，或者它属于别的单位。"),
        "feedback_not_before_task": (ClockReversed, "反馈的日期早于交办的日期。"),
        "feedback_follows": (IllegalTransition, "措施任务现在的状态不允许这样反馈。"),
        "feedback_named_once": (LedgerConflict, "这个幂等键已用于另一次反馈。"),
        "ck_measure_feedback_what": (EvidenceMissing, "反馈缺少执行情况、理由或办理人。"),
        "ck_measure_feedback_amount": (EvidenceMissing, "反馈的金额无效。"),
        "ck_measure_feedback_day": (ClockReversed, "反馈的日期晚于登记的日期。"),
        "ck_measure_feedback_legal_day": (ClockReversed, "反馈的登记日期与时间不符。"),
        "measure_feedback_never_changed": (IllegalTransition, "已登记的反馈不得改动。"),
        "measure_feedback_never_deleted": (IllegalTransition, "已登记的反馈不得删除。"),
        "measure_task_never_deleted": (IllegalTransition, "已交办的措施不得删除。"),
        "measure_body_is_new": (IllegalTransition, "该单位已登记为这项措施的执行单位。"),
        "measure_body_only_ends": (IllegalTransition, "已登记的执行单位只能终止，不得改动。"),
        "ck_measure_body_reason": (EvidenceMissing, "登记执行单位缺少依据或办理人。"),
        "entry_is_published": (IllegalTransition, "公告只能收录已办理公示的案件；重点关注名单不得公示。"),
        "audit_is_a_chain": (LedgerConflict, "审计记录必须首尾相接。"),
        "case_red_or_black_linked": (
            IllegalTransition,
            "与它归并为同一主体的另一主体已列入相反的名单，请先撤销或移出已有的一项，或撤销归并。",
        ),
        "judgement_red_or_black": (
            IllegalTransition,
            "归并后同一主体会同时在守信激励名单和严重失信（或重点关注）名单上，请先撤销或移出其中一项。",
        ),
        "ck_subject_judgement_verdict": (IllegalTransition, "没有这种归并判断。"),
        "ck_subject_judgement_target": (IllegalTransition, "归并和区分要写明另一主体，认定为独立主体的不写。"),
        "judgement_is_new": (IllegalTransition, "归并判断只能新增，不得覆盖。"),
        "judgement_one_running": (IllegalTransition, "该主体已有生效的归并判断，请先撤销原判断。"),
        "uq_subject_judgement_running": (IllegalTransition, "该主体已有生效的归并判断，请先撤销原判断。"),
        "judgement_no_chain": (IllegalTransition, "归并只有一层：所选主体自己已归并到别的主体，或已有主体归并到它。"),
        "judgement_one_code": (IdentifiersContradict, "所选主体已有另一个同类代码归并其下，两个代码互相矛盾。"),
        "judgement_kept_apart": (IllegalTransition, "登记为“同名不同主体”的两个主体不得归并，请先撤销该登记。"),
        "judgement_already_one": (IllegalTransition, "两者已归并为同一主体，或已登记为同名不同主体。"),
        "judgement_time_goes_on": (ClockReversed, "系统时间早于上一次归并判断。"),
        "judgement_end_goes_on": (ClockReversed, "系统时间早于上一次归并判断。"),
        "judgement_only_ends": (IllegalTransition, "归并判断只能撤销一次，不得改动。"),
        "judgement_never_deleted": (IllegalTransition, "归并判断不得删除。"),
        "ck_subject_judgement_no_persons": (IdentifiersContradict, "只有法人、非法人组织和个体工商户可以归并。"),
        "ck_subject_judgement_own": (IllegalTransition, "只有没有代码的主体需要确认为独立主体。"),
        "ck_subject_judgement_stronger": (
            IdentifiersContradict,
            "只能从没有代码（或代码效力较低）的主体归并到代码效力较高的主体；两个统一社会信用代码绝不归并。",
        ),
        "ck_subject_judgement_same_code": (
            IdentifiersContradict,
            "统一社会信用代码第9至17位就是组织机构代码，两者不一致，是两个主体。",
        ),
        "ck_subject_judgement_two": (IllegalTransition, "一个主体不能与自己归并或区分。"),
        "ck_subject_judgement_reason": (EvidenceMissing, "归并判断缺少理由或办理人。"),
        "ck_subject_judgement_undone": (EvidenceMissing, "撤销缺少理由、办理人或有效时间。"),
        "batch_keeps_facts": (IllegalTransition, "已登记的批次内容不得改动。"),
        "batch_follows_life": (IllegalTransition, "批次现在的状态不允许这样办理。"),
        "batch_withdrawn_by_act": (IllegalTransition, "批次只能随已登记的撤回而撤回。"),
        "retraction_of_stored": (IllegalTransition, "只有已入库、尚未撤回的批次可以撤回。"),
        "ck_batch_override": (SamePerson, "放行异常批次须由报送人以外的人员说明理由。"),
        "ck_batch_corrects": (IllegalTransition, "批次不能更正它自己。"),
        "ck_retraction_reason": (EvidenceMissing, "撤回须说明理由。"),
        "ck_retraction_actor": (EvidenceMissing, "撤回须有办理人。"),
        "retraction_is_new": (IllegalTransition, "这条记录或它所在的批次已经撤回，不必再撤。"),
        "retraction_never_changed": (IllegalTransition, "已登记的撤回不得改动。"),
        "retraction_never_deleted": (IllegalTransition, "已登记的撤回不得删除。"),
        "adoption_is_new": (IllegalTransition, "采用规则库须先提出、再由第二人确认，不得一步登记或覆盖。"),
        "adoption_founds_once": (IllegalTransition, "建库启用只有一次，此后规则库一律由两人采用。"),
        "adoption_one_proposal": (IllegalTransition, "同一内容的规则库已提出，正等待第二人确认。"),
        "adoption_ends_once": (IllegalTransition, "规则库的提出只能确认或撤回一次，内容不得改动。"),
        "adoption_is_compiled": (IllegalTransition, "规则库尚未编译，不得采用。"),
        "adoption_time_goes_on": (ClockReversed, "确认的时间不得早于已有的采用和评价。"),
        "adoption_never_deleted": (IllegalTransition, "规则库的采用记录不得删除。"),
        "ck_rulebook_adoption_two_persons": (SamePerson, "提出人和确认人必须是不同的人。"),
        "ck_rulebook_adoption_not_retroactive": (IllegalTransition, "规则库不得溯及既往：生效日不得早于确认日。"),
        "ck_rulebook_adoption_reason": (EvidenceMissing, "采用规则库缺少理由或提出人。"),
        "ck_rulebook_adoption_confirmed": (EvidenceMissing, "采用规则库缺少确认人或有效的确认时间。"),
        "ck_rulebook_adoption_withdrawn": (EvidenceMissing, "撤回缺少理由、办理人或有效时间。"),
        "compilation_is_new": (IllegalTransition, "同一编译器对同一规则不得有两种编译结果。"),
        "paper_is_new": (IllegalTransition, "文书须先取号再出具，不得一步登记或覆盖。"),
        "paper_is_next": (LedgerConflict, "文书字号须按顺序取用，不得跳号、重号。"),
        "paper_one_of_a_kind": (IllegalTransition, "同一事项的这种文书已取号或已出具，作废后才能重新出具。"),
        "paper_keeps_its_number": (IllegalTransition, "已取号、已出具的文书不得改动，只能说明理由作废。"),
        "paper_taken_stays": (IllegalTransition, "该文书的字号已用于办理行为，不得作废。"),
        "paper_never_deleted": (IllegalTransition, "文书记录不得删除。"),
        "ck_paper_issued": (EvidenceMissing, "文书的出具或作废缺少文件、办理人、理由或有效时间。"),
        "ck_paper_legal_year": (ClockReversed, "文书的成文日期和年号须与取号当日一致。"),
        "run_names_all": (IllegalTransition, "评价须写明所依据的规则库、结构、编译器、数据和结果。"),
        "run_by_rules_in_force": (IllegalTransition, "评价只能依据当时已采用、当日有效的规则库。"),
        "run_by_stored_sql": (IllegalTransition, "评价只能执行已留存的编译结果。"),
        "account_is_new": (AccountExists, "登录名已被使用。"),
        "account_keeps_name": (AccountActRefused, "账号的登录名和开设时间不得改动。"),
        "account_never_deleted": (AccountActRefused, "账号不得删除，只能停用：办理记录中写有它。"),
        "account_last_administrator": (LastAdministrator, "这是最后一个可用的系统管理员账号。"),
        "account_role_by_act": (AccountActRefused, "角色只能随已登记的变更而变更。"),
        "account_standing_by_act": (AccountActRefused, "账号只能随已登记的办理而停用或恢复。"),
        "account_password_by_act": (AccountActRefused, "密码只能随已登记的重置或修改而改变。"),
        "account_act_not_both": (
            SamePerson,
            "同一名管理员不得既重置密码、又解除动态码：那样一个人就能以他人名义办理。",
        ),
        "account_act_never_changed": (AccountActRefused, "账号的办理记录不得改动。"),
        "account_act_never_deleted": (AccountActRefused, "账号的办理记录不得删除。"),
        "ck_account_act_own": (OwnAccount, "密码和动态码只能由本人修改、绑定。"),
        "ck_account_act_by_other": (OwnAccount, "不能由本人办理自己的账号。"),
        "factor_starts_pending": (CodeRefused, "动态码须先绑定、再用第一个动态码确认。"),
        "factor_step_goes_on": (CodeRefused, "这个动态码已经用过。"),
        "factor_keeps_secret": (AccountActRefused, "已登记的动态码绑定不得改动。"),
        "factor_removed_by_act": (AccountActRefused, "动态码只能由本人凭动态码解除，或由他人登记后解除。"),
        "factor_never_deleted": (AccountActRefused, "动态码的绑定记录不得删除。"),
        "factor_one_running": (AccountActRefused, "该账号已经绑定动态码。"),
        "uq_second_factor_running": (AccountActRefused, "该账号已经绑定动态码。"),
        "recovery_code_once": (CodeRefused, "这个恢复码已经用过。"),
        "recovery_code_never_deleted": (AccountActRefused, "恢复码的使用记录不得删除。"),
        "link_one_running": (AccountActRefused, "该身份或该账号已有关联，请先取消原关联。"),
        "link_only_ends": (AccountActRefused, "已登记的身份关联只能取消，不得改动。"),
        "link_never_deleted": (AccountActRefused, "身份关联的记录不得删除。"),
        "ck_identity_link_by_other": (OwnAccount, "不能由本人关联自己的账号。"),
        "ck_identity_link_filled": (AccountActRefused, "身份关联要写明身份标识。"),
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
