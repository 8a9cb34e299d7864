"""A vetting in the words of its page, its workbook and its print, so that all three say the same.

Before it are kept lines as plain values; after it sentences. It judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Verdict, VettingReceipt

EFFECT_WORDS = {"bar": "不通过", "note": "提示", "unclear": "待核实"}
NOTES = (
    "“不通过”：至少有一条影响评选的理由，逐条列明；“待核实”：代码、名称、同意书等尚不能确认，核实前不得按通过处理。",
    "“提示”不影响结果，只供评选单位参考，不得公开，也不得据以限制。",
    "只看审查日仍在使用的信息：已修复、已撤销、已期满的一律不作依据；决定尚未送达的列入程序不影响评选。",
    "自然人须有本人同意，只看法定的失信名单，不评分；未成年人不审查；没有证件号码的不按姓名查询。",
    "结果只供写明的用途使用一次，审查日之后情况变化的，请重新审查。对结果有异议的，可以向报送信息的单位提出异议或申请信用修复。",
    "收到的行数＝通过＋不通过＋待核实＋退回＋空行。",
)


def say_verdict(verdict: str) -> str:
    """Return a verdict in Chinese."""
    return Verdict(verdict).label


def say_kind(kind: str) -> str:
    """Return a kind of subject in Chinese."""
    return SubjectKind(kind).label


def say_reason(reason: Mapping[str, Any]) -> str:
    """Return one reason in one sentence, without its law and remedies."""
    about = f"（{reason['about']}）" if reason["about"] else ""
    return f"【{EFFECT_WORDS[reason['effect']]}】{reason['name']}：{reason['text']}{about}"


def say_span(reason: Mapping[str, Any]) -> str:
    """Return since when a reason stands and until when; empty where it is about no record or listing."""
    if not reason["since_on"]:
        return ""
    end = f"至{reason['until_on']}止" if reason["until_on"] else "没有期满日，移出、修复或撤销前一直有效"
    return f"自{reason['since_on']}起，{end}"


def say_remedies(reason: Mapping[str, Any]) -> str:
    """Return what can be done about a reason, in one text."""
    return "；".join(reason["remedies"])


def list_facts(receipt: VettingReceipt, agency: str, made: str) -> list[tuple[str, str]]:
    """Return what a vetting was about, as (heading, value)."""
    return [
        ("奖项", receipt.award_name),
        ("审查日", str(receipt.as_of)),
        ("用途", receipt.purpose),
        ("申请单位", agency),
        ("推荐名单", receipt.file_name or "库中有效荣誉的全部获得者"),
        ("完成时间", made),
        ("规则版本", receipt.rulebook[:16]),
        ("结果摘要", receipt.result_sha256[:16]),
        ("审查编号", receipt.vetting_id),
    ]


def list_counts(receipt: VettingReceipt) -> list[tuple[str, int]]:
    """Return the counts as (heading, rows): received first, then what it is made of."""
    counts = receipt.counts
    return [
        ("收到", counts.received),
        ("通过", counts.passed),
        ("不通过", counts.failed),
        ("待核实", counts.unclear),
        ("退回", counts.faulty),
        ("空行", counts.blank),
    ]


def flatten_reasons(lines: Iterator[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield each reason with the line it is in."""
    for line in lines:
        for reason in line["reasons"]:
            yield line, reason


def join_reasons(reasons: Sequence[Mapping[str, Any]]) -> tuple[str, str, str, str]:
    """Return (reasons, laws, spans, remedies) of a line, numbered where there are several."""
    if not reasons:
        return "", "", "", ""
    columns = zip(
        *((say_reason(one), one["law"], say_span(one), say_remedies(one)) for one in reasons),
        strict=True,
    )
    reason, law, span, remedy = (_number(texts) for texts in columns)
    return reason, law, span, remedy


def _number(texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return texts[0]
    return "\n".join(f"{place}. {text or '—'}" for place, text in enumerate(texts, start=1))
