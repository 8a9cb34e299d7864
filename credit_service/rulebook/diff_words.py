"""The Chinese words of a difference: what a group of rules, a value and a change are called, and how values are said.

Before it stand the types of rules; after it `diff`. It compares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import get_args

from credit_service.domain.score import POINT
from credit_service.rulebook.field_help import KIND_TITLES, find_help
from credit_service.rulebook.field_words import say_fen, say_member, say_points
from credit_service.rulebook.nodes import Condition, Operand
from credit_service.rulebook.words import say_condition, say_operand

EMPTY = "（空）"

GROUP_WORDS = {
    "edition": "专项治理事项的版本",
    "edition.categories": "专项治理事项",
    "catalogue": "公共信用信息目录",
    "forbidden": "禁止归集事项",
    "list_types": "名单类型",
    "acceptances": "名单受理范围",
    "measures": "奖惩措施",
    "proportions": "措施上限",
    "classification": "事项归类",
    "classification.kinds": "事项归类（按种类）",
    "classification.keywords": "事项归类（按关键词）",
    "severity": "严重程度分级",
    "history": "以往记录的统计",
    "publicity": "公示期限",
    "publicity_bounds": "公示期限的法定上下限",
    "list_bounds": "列入期限的法定上下限",
    "scoring": "公共信用评分",
    "scoring.grades": "等级",
    "scoring.caps": "荣誉加分上限",
    "scoring.category_caps": "事项加减分上限",
    "scoring.kinds": "记录种类的计算方式",
    "scoring.events": "分值",
    "scoring.exclusions": "不计分的情形",
    "scoring.person": "自然人不评分",
    "scoring.repeated": "重复报送只计一次",
    "candidates": "拟列入建议",
    "candidates.counts": "建议所用的统计数",
    "candidates.rules": "拟列入建议规则",
    "candidates.near_miss": "接近建议的提示",
    "governance_index": "治理指数",
    "governance_index.parts": "治理指数的各部分",
    "governance_index.kinds": "治理指数的逾期天数",
    "governance_index.leave_out": "不计入治理统计的记录",
    "vetting": "评先评优信用审查",
    "vetting.awards": "评先评优的奖项",
    "vetting.conditions": "评先评优的审查条件",
    "vetting.listings": "评先评优的名单条件",
    "vetting.consent": "审查自然人须有同意",
    "vetting.minors": "未成年人不审查",
    "terms": "办理时限",
    "acts": "可以采取的合法行为",
    "papers": "申请修复应当提交的材料",
    "holiday_overrides": "工作日历的调整",
    "untranslatable": "不能用规则语言表达的规定",
    "laws": "法律依据",
    "versions": "所用版本",
}

VALUE_WORDS = {
    "text": "内容",
    "law": "依据",
    "status": "确认状态",
    "note": "说明",
    "from_on": "施行日",
    "to_on": "截止日",
    "when": "条件",
    "supports": "支持的记录",
    "unless": "不适用（已由下列规则建议的）",
    "scope": "对象",
    "list_kind": "名单种类",
    "severity": "严重程度",
    "kind": "种类",
    "points": "分值",
    "min_points": "最低分",
    "base": "基准分",
    "floor": "最低分",
    "cap": "最高分",
    "margin": "相差",
    "min_months": "最短期限",
    "max_months": "最长期限",
    "term_months": "列入期限",
    "max_term_months": "最长列入期限",
    "open_months": "未载明期满日的有效期",
    "cap_months": "最长有效期",
    "value": "数值",
    "unit": "单位",
    "name": "名称",
    "title": "名称",
    "article": "条款",
    "url": "网址",
    "excerpt": "原文摘录",
    "checked_on": "核对日期",
    "check_again_months": "再次核对的间隔",
    "check_again_on": "再次核对的日期",
    "source": "来源",
    "category": "专项治理事项",
    "keyword": "关键词",
    "fact_kinds": "在失信事实中找关键词的种类",
    "least_min": "最短期限不得短于",
    "most_min": "最短期限不得长于",
    "most_term": "列入期限不得长于",
    "most_max": "最长期限不得长于",
    "of": "对象",
    "per": "按什么统计",
    "kinds": "记录种类",
    "months": "只看最近几个月",
    "awards": "适用的奖项",
    "effect": "效果",
    "stage": "名单的阶段",
    "words": "奖项名称中的词",
    "subjects": "适用的主体",
    "length": "往前多久",
    "same": "须相同的项",
    "clock": "按哪一天的规则",
    "half_lives": "半衰期",
    "decay": "递减方法",
    "since": "起算日",
    "weight_rounding": "权重的舍入",
    "why": "不能表达的原因",
    "place": "位置",
    "pattern": "文字",
    "in_use": "是否采用",
    "nature": "性质",
    "grade": "等级",
    "public_step": "公布的数取最接近的几的倍数",
}

_POINTS = frozenset({"points", "min_points", "base", "floor", "cap", "margin"})
_RATIOS = ("weight", "zero_at.", "full_at.")
_MONTHS = frozenset({"least_min", "most_min", "most_term", "most_max"})
_CODES = {
    "status": {"confirmed": "已确认", "unconfirmed": "待确认"},
    "role": {"adverse": "失信", "honour": "守信", "neutral": "不计"},
    "counting": {"publicity": "按公示期", "open": "按有效期"},
    "scope": {"record": "一条记录", "category": "主体在一类事项", "whole": "主体综合", "subject": "主体"},
    "unit": {"workdays": "个工作日", "days": "天", "months": "个月", "years": "年"},
    "place": {"topic": "内容", "column": "列"},
    "nature": {"reduces_rights": "减损权益", "management": "管理", "market": "市场", "incentive": "激励"},
    "clock": {"as_of": "评价日", "decided_on": "认定之日"},
    "per": {"subject": "主体", "category": "主体和事项"},
    "events_by": {"as_of": "评价日", "decided_on": "认定之日"},
    "take": {
        "count": "个数",
        "any": "有无",
        "sum": "合计",
        "max": "最大",
        "min": "最小",
        "earliest": "最早",
        "latest": "最近",
    },
    "act": {"repair": "申请信用修复", "fulfil": "履行", "leave": "申请提前移出"},
    "paper": {"duty_proof": "履行义务证明", "commitment": "信用承诺书"},
    "stage": {"effective": "已送达、在有效期内", "open": "在办"},
    "wait": {"none": "不用等", "publicity": "最短公示期满", "list": "最短列入期满"},
    "group": {"honour": "荣誉", "tax_a": "纳税信用A级"},
    "ground": {
        "life_safety": "危害健康和生命安全",
        "market_order": "破坏市场和社会秩序",
        "credibility": "影响司法和行政公信力",
        "national_defence": "拒不履行国防义务",
        "other_by_law": "其他法定情形",
    },
    "legal_basis_level": {
        "law": "法律",
        "administrative_regulation": "行政法规",
        "central_document": "中央文件",
        "local_regulation": "地方性法规",
        "department_rule": "部门规章",
    },
    "counted": {
        "opening": "期初存量",
        "new": "本期新增",
        "mended": "已整改",
        "repaired": "已修复",
        "removed": "已撤销",
        "overdue": "逾期",
        "repeated": "复发",
        "growth": "净增",
        "owed": "应采取的措施",
        "fed_back": "已反馈的措施",
        "closing": "期末存量",
    },
    "subject_kind": {"": "不限"},
    "severity": {"*": "不分程度"},
    "honour_level": {"*": "不分级别"},
}
_LIKE = {
    "list_kinds": "list_kind",
    "subjects": "subject_kind",
    "scored_subjects": "subject_kind",
    "fact_kinds": "kind",
    "kinds": "kind",
    "grounds": "ground",
    "natures": "nature",
    "cap_group": "group",
    "numerator": "counted",
    "denominator": "counted",
}
"""Values said like those of another name."""
_CONDITIONS, _OPERANDS = get_args(Condition), get_args(Operand)


def say_group(group: str) -> str:
    """Return what a group of rules is called."""
    return GROUP_WORDS.get(group) or VALUE_WORDS.get(group.rpartition(".")[2]) or group


def say_value_name(name: str) -> str:
    """Return what a value of a rule is called; a value within a value by both names."""
    first, dot, last = name.partition(".")
    if dot:
        return f"{say_value_name(first)}（{say_value_name(last)}）"
    kind, slash, rule = name.partition("/")
    if slash:
        return f"{KIND_TITLES.get(kind, kind)}（{rule}）"
    return VALUE_WORDS.get(name) or re.split("[：；，。]", find_help(("", ""), name))[0] or name


def say_any(name: str, value: object, names: Mapping[str, str]) -> str:
    """Return a value of a rule in words.

    Args:
        name: The value's name in the types of rules, which says its unit.
        value: The value.
        names: Words for the counts that rules declare themselves.
    """
    words = EMPTY
    if isinstance(value, _CONDITIONS):
        words = say_condition(value, names)
    elif isinstance(value, _OPERANDS):
        words = say_operand(value, names)
    elif isinstance(value, tuple) and value:
        words = "、".join(say_any(name, item, names) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = ((part.name, getattr(value, part.name)) for part in fields(value))
        words = "，".join(f"{say_value_name(key)}{say_any(key, item, names)}" for key, item in parts)
    elif value is not None and value != ():
        words = _say_plain(_LIKE.get(name, name), value)
    return words


def _say_plain(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, Enum):
        return _say_whole(name, value)
    word = str(value.value if isinstance(value, StrEnum) else value)
    name = name.rpartition(".")[2]
    known = _CODES.get(name, {}).get(word)
    label = getattr(value, "label", None)
    return known or (label if isinstance(label, str) else say_member(word, name)) or EMPTY


def _say_whole(name: str, value: int) -> str:
    if name in _POINTS:
        return say_points(value)
    if name.startswith(_RATIOS):
        return f"{Decimal(value) / POINT}"
    if name.endswith("_fen"):
        return say_fen(value)
    unit = "个月" if name.endswith("_months") or name in _MONTHS else "天" if name.endswith("_days") else ""
    return f"{value}{unit}"
