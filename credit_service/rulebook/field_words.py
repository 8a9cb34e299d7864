"""The Chinese words for the names a condition may use and for their values.

Before it stand `fields` and the domain's enumerations; after it `words`, which says whole conditions. A test holds that
every declared name and every member of an enumeration has a word here, so that no rule is printed half in code.
"""

from __future__ import annotations

from credit_service.domain.record import PenaltyKind, RecordKind, Severity
from credit_service.domain.score import POINT, ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.fields import FieldSpec, ValueType

PENALTY_WORDS = {
    PenaltyKind.WARNING: "警告",
    PenaltyKind.CIRCULAR: "通报批评",
    PenaltyKind.FINE: "罚款",
    PenaltyKind.CONFISCATION: "没收违法所得或非法财物",
    PenaltyKind.SUSPENSION: "暂扣许可证件",
    PenaltyKind.DOWNGRADE: "降低资质等级",
    PenaltyKind.REVOCATION: "吊销许可证件",
    PenaltyKind.RESTRICTION: "限制经营或从业",
    PenaltyKind.CLOSURE: "责令停产停业或关闭",
    PenaltyKind.DETENTION: "行政拘留",
    PenaltyKind.OTHER: "其他行政处罚",
}
"""Short, and without 、, so that several can be listed. Source: 行政处罚法 Art. 9."""

FIELD_WORDS = {
    "kind": "种类",
    "subject_kind": "主体类别",
    "honour_level": "荣誉级别",
    "severity": "严重程度",
    "fine_fen": "罚款",
    "confiscated_fen": "没收金额",
    "amount_fen": "涉及金额",
    "decided_on": "认定日期",
    "ends_on": "截止日期",
    "repaired_on": "修复日期",
    "revoked_on": "撤销日期",
    "min_until": "最短公示期满日",
    "max_until": "最长公示期满日",
    "active_until": "有效期满日",
    "as_of": "评价日",
    "category": "专项治理事项的序号",
    "weight": "衰减后的权重（百万分之）",
    "grade": "等级",
    "whole_grade": "综合等级",
    "points": "得分",
    "whole_points": "综合得分",
    "records": "记录数",
}

TRUTH_WORDS = {
    "simple_procedure": ("适用简易程序", "不适用简易程序"),
    "consent": ("本人同意公示", "本人未同意公示"),
    "is_adverse": ("属于失信记录", "不属于失信记录"),
    "is_honour": ("属于守信荣誉", "不属于守信荣誉"),
    "is_listing": ("属于有权机关列入的名单", "不属于有权机关列入的名单"),
    "is_usable": ("未被排除规则排除", "已被排除规则排除"),
    "is_scored": ("主体属于评分对象", "主体不属于评分对象"),
    "veto": ("有一票否决情形", "没有一票否决情形"),
}
"""What a yes-or-no name says when it says yes, and when it says no."""

HONOUR_WORDS = {"national": "国家级", "provincial": "省级", "city": "市级", "county": "区县级", "none": "未定级别"}
_MEMBER_WORDS: dict[str, dict[str, str]] = {
    "kind": {kind.value: kind.label for kind in RecordKind},
    "subject_kind": {kind.value: kind.label for kind in SubjectKind},
    "severity": {severity.value: severity.label for severity in Severity},
    "honour_level": HONOUR_WORDS,
    "list_kind": {kind.value: kind.label for kind in ListKind},
}


def say_field(spec: FieldSpec) -> str:
    """Return the Chinese name of a declared name; a count that rules declare themselves is put in quotation marks."""
    return FIELD_WORDS.get(spec.name) or f"“{spec.name}”"


def say_truth(spec: FieldSpec, *, yes: bool) -> str:
    """Return what a yes-or-no name says."""
    if spec.bit:
        return f"处罚种类{'' if yes else '不'}含{PENALTY_WORDS[PenaltyKind(spec.bit)]}"
    words = TRUTH_WORDS.get(spec.name)
    if words is None:
        return f"“{spec.name}”为{'是' if yes else '否'}"
    return words[0] if yes else words[1]


def say_member(name: str, field: str) -> str:
    """Return the Chinese word for a value of an enumerated field; grades have none and are said as A级."""
    if field in {"grade", "whole_grade"}:
        return f"{name}级"
    return _MEMBER_WORDS.get(field, {}).get(name, name)


def say_fen(fen: int) -> str:
    """Return an amount in yuan; whole ten thousands are said in 万元 and whole hundred millions in 亿元."""
    sign, size = ("负" if fen < 0 else ""), abs(fen)
    for unit, word in ((10**10, "亿元"), (10**6, "万元")):
        if size and size % unit == 0:
            return f"{sign}{size // unit}{word}"
    yuan, cents = divmod(size, 100)
    return f"{sign}{yuan}.{cents:02d}元" if cents else f"{sign}{yuan}元"


def say_points(points: int) -> str:
    """Return points of 10⁻⁴ in whole points with as many decimals as there are."""
    sign, size = ("-" if points < 0 else ""), abs(points)
    whole, rest = divmod(size, POINT)
    return f"{sign}{whole}.{rest:04d}".rstrip("0") + "分" if rest else f"{sign}{whole}分"


def say_number(value: int, unit: ValueType) -> str:
    """Return a number in its unit."""
    if unit is ValueType.FEN:
        return say_fen(value)
    if unit is ValueType.POINTS:
        return say_points(value)
    return f"{value}{ {ValueType.DAYS: '天', ValueType.MONTHS: '个月'}.get(unit, '') }"
