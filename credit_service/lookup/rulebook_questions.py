"""Questions without records in words: what is asked, and what the rules answer.

Before it is an `AskedCase`, after it a sentence and its answers for `rulebook_cases`. It answers nothing itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from credit_service.domain.record import RecordKind, Severity
from credit_service.lookup.rulebook_rows import LEVELS, NATURES, UNITS
from credit_service.rulebook.case_types import AskedCase
from credit_service.rulebook.schema import Rulebook

Answer = tuple[str, tuple[str, ...]]
"""What is answered, and the rules it names."""

_ASKS = {
    "item": "第{number}项是什么？",
    "keyword": "违法行为类型写“{topic}”的处罚，归入哪一项？",
    "publicity": "{decided_on}作出的{severity}失信信息，公示到哪一天？",
    "term": "“{key}”是多久？自{from}起到哪一天？",
    "workday": "{day}是不是工作日？",
    "collect": "{place}写“{text}”的，可不可以归集？",
    "class": "{code}是哪一类信息？",
    "measure": "“{measure}”怎样实施，随哪些名单？",
    "list_type": "{list_type}的依据、期限和公示范围是什么？（{decided_on}决定列入）",
    "governance_index": "下列计数的治理指数是多少：",
    "governance_life": "这条记录何时治理完毕、怎样治理：",
    "vetting": "有这条记录的，评先评优审查结果是什么：",
}
_ANSWERS = {
    "slug": "编号",
    "name": "名称",
    "lead": "牵头单位",
    "status": "状态",
    "category": "归入",
    "rule": "适用的规则",
    "reason": "理由",
    "min_until": "最短期满日",
    "max_until": "期满日",
    "longest_until": "延长后最晚期满日",
    "value": "时限",
    "until": "最后一日",
    "workday": "工作日",
    "nature": "性质",
    "lists": "随之采用的名单",
    "body": "实施单位",
    "measures": "措施",
    "organisation": "单位公示",
    "person": "自然人公示",
    "level": "依据的层级",
    "authorised_by": "授权文件",
    "index": "指数",
    "refused_by": "不计指数的理由",
    "mending": "整改",
    "overdue": "逾期",
    "repeat": "复发",
    "stock": "存量",
    "feedback": "反馈",
    "mending_counts": "整改计入",
    "overdue_counts": "逾期计入",
    "repeat_counts": "复发计入",
    "stock_counts": "存量计入",
    "feedback_counts": "反馈计入",
    "ended_on": "治理完毕日",
    "way": "方式",
    "overdue_after_on": "超过此日为逾期",
    "verdict": "结果",
    "rules": "理由",
}
_GIVEN = {
    "period": "期别",
    "opening": "期初存量",
    "new": "新增",
    "mended": "已整改",
    "repaired": "已修复",
    "removed": "已撤销",
    "expired": "已期满",
    "closing": "期末存量",
    "overdue": "逾期",
    "repeated": "复发",
    "subjects": "主体数",
    "owed": "应采取的措施",
    "fed_back": "已反馈的措施",
    "kind": "种类",
    "decided_on": "作出",
    "revoked_on": "撤销",
    "repaired_on": "修复",
    "ends_on": "期满",
    "fine_fen": "罚款（分）",
    "award": "奖项",
    "subject_kind": "主体",
    "penalty": "处罚种类",
}
_WORDS = {
    "none": "没有",
    "unknown": "节假日安排尚未公布，不推算",
    "yes": "是",
    "no": "否",
    "confirmed": "已确认",
    "unconfirmed": "待确认",
    "month": "月",
    "quarter": "季",
    "half": "半年",
    "half_year": "半年",
    "year": "年",
    "topic": "失信事由",
    "column": "表格的列名",
    "mended": "整改",
    "repaired": "修复",
    "revoked": "撤销",
    "removed": "撤销",
    "expired": "期满",
    "repair": "修复",
    "revocation": "撤销",
    "expiry": "期满",
    "open": "尚未治理完毕",
    "passed": "通过",
    "failed": "不通过",
}


_NAMING = frozenset({"rule", "rules", "lists", "measures", "refused_by"})
"""Answers whose words are ids of rules, list types or measures, to which a reader may go."""


def say_question(case: AskedCase, rulebook: Rulebook) -> tuple[str, list[Answer]]:
    """Return the question and its answers in words."""
    names = _list_names(rulebook)
    given = {name: _say(word, names) for name, word in case.given.items()}
    question = _ASKS[case.question]
    if "{" not in question:
        question += "、".join(f"{_GIVEN.get(name, name)}{word}" for name, word in given.items())
    else:
        question = _fill(question, given)
    unit = next((UNITS[term.unit] for term in rulebook.terms if term.key == case.given.get("key")), "")
    return question, [
        (
            f"{_ANSWERS.get(name, name)}：{_say_list(word, names)}{unit if name == 'value' else ''}",
            _find_rules(word, rulebook) if name in _NAMING else (),
        )
        for name, word in case.expected.items()
    ]


def _fill(question: str, given: Mapping[str, str]) -> str:
    """Fill in what is given; a part of the question about what is not given is left out."""
    kept = []
    for part in question.replace("？", "？\n").replace("（", "\n（").split("\n"):
        wanted = [word.partition("}")[0] for word in part.split("{")[1:]]
        if all(name in given for name in wanted):
            kept.append(part.format_map(dict(given)))
    return "".join(kept)


def _list_names(rulebook: Rulebook) -> dict[str, str]:
    """Return the words of every id a question or an answer may name."""
    names = dict(_WORDS) | LEVELS | NATURES
    names |= {kind.value: kind.label for kind in RecordKind}
    names |= {severity.value: severity.label for severity in Severity}
    names |= {entry.rule_id: entry.text for entry in rulebook.entries.values() if entry.text}
    names |= {word.entry.rule_id: f"关键词“{word.keyword}”" for word in rulebook.classification.keywords}
    names |= {term.key: term.name for term in rulebook.terms}
    names |= {item.slug: item.name for item in rulebook.edition.categories}
    names |= {measure.slug: measure.name for measure in rulebook.measures}
    return names | {list_type.id: list_type.name for list_type in rulebook.list_types}


def _say(word: str, names: Mapping[str, str]) -> str:
    return names.get(word, word)


def _say_list(word: str, names: Mapping[str, str]) -> str:
    return "、".join(_say(part, names) for part in word.split(";"))


def _find_rules(word: str, rulebook: Rulebook) -> tuple[str, ...]:
    return tuple(part for part in word.split(";") if rulebook.find_rule(part))
