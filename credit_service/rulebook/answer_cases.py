"""Questions that need no record, answered from the rules: terms, days, measures, words that may not be collected.

Before it are a rulebook and an `AskedCase`, after it the answer in plain words, or in words where it differs from what
the case expects. The calendar of working days is handed in, because it does not live in this room.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from credit_service.domain.clock import IsWorkday, add_workdays
from credit_service.errors import RulebookError
from credit_service.rulebook.case_types import AskedCase, Case
from credit_service.rulebook.governance_cases import (
    INDEX_ANSWERS,
    INDEX_GIVEN,
    LIFE_ANSWERS,
    LIFE_GIVEN,
    ask_index,
    ask_life,
)
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.vetting_cases import VETTING_ANSWERS, VETTING_GIVEN, ask_vetting

BuildWorkdays = Callable[[Mapping[date, bool]], IsWorkday]
"""The published calendar corrected by the rules' own days."""
Workdays = BuildWorkdays | None
NONE = "none"
UNKNOWN = "unknown"
"""The answer where nothing may be guessed: the holidays of a year that are not known."""


class Question(NamedTuple):
    """The fields a question takes and those its answer has."""

    given: tuple[str, ...]
    answers: tuple[str, ...]


QUESTIONS: dict[str, Question] = {
    "item": Question(("number",), ("slug", "name", "lead", "status")),
    "keyword": Question(("topic",), ("category", "rule")),
    "publicity": Question(("severity", "decided_on"), ("min_until", "max_until")),
    "term": Question(("key", "from"), ("value", "until")),
    "workday": Question(("day",), ("workday",)),
    "collect": Question(("place", "text"), ("rule", "reason")),
    "class": Question(("code",), ("name",)),
    "measure": Question(("measure",), ("nature", "lists", "body")),
    "list_type": Question(
        ("list_type", "decided_on"),
        ("measures", "min_until", "max_until", "longest_until", "organisation", "person", "level", "authorised_by"),
    ),
    "governance_index": Question(INDEX_GIVEN, INDEX_ANSWERS),
    "governance_life": Question(LIFE_GIVEN, LIFE_ANSWERS),
    "vetting": Question(VETTING_GIVEN, VETTING_ANSWERS),
}
"""Every question a case may ask."""
ON_CALENDAR = frozenset({"term", "workday"})


def needs_calendar(case: Case) -> bool:
    """Return whether a case can be answered only with a calendar of working days."""
    return isinstance(case, AskedCase) and case.question in ON_CALENDAR


def find_answers_wrong(rulebook: Rulebook, case: AskedCase, workdays: BuildWorkdays | None) -> list[str]:
    """Return in words where the rules' answer differs from what a case expects; empty when it agrees."""
    try:
        answer = _ANSWERS[case.question](rulebook, case.given, workdays)
    except KeyError as fault:
        return [f"问题“{case.question}”的given缺少“{fault.args[0]}”"]
    except (ValueError, StopIteration):
        given = "、".join(f"{name}: {value}" for name, value in case.given.items())
        return [f"问题“{case.question}”的given写错了，规则中没有这样的内容：{given}"]
    return [
        f"{name}：应为{expected}，实为{answer.get(name, '没有')}"
        for name, expected in case.expected.items()
        if answer.get(name) != expected
    ]


def _answer_item(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    found = next((item for item in rulebook.edition.categories if item.number == int(given["number"])), None)
    if found is None:
        return {"slug": NONE, "name": NONE, "lead": NONE, "status": NONE}
    return {"slug": found.slug, "name": found.name, "lead": found.lead, "status": found.status}


def _answer_keyword(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    word = next((word for word in rulebook.classification.keywords if word.keyword in given["topic"]), None)
    return {"category": word.category, "rule": word.entry.rule_id} if word else {"category": NONE, "rule": NONE}


def _answer_publicity(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    term = next(term for term in rulebook.publicity if term.severity == given["severity"])
    day = date.fromisoformat(given["decided_on"])
    return {
        "min_until": add_months(day, term.min_months).isoformat(),
        "max_until": add_months(day, term.max_months).isoformat(),
    }


def _answer_term(rulebook: Rulebook, given: Mapping[str, str], workdays: Workdays) -> dict[str, str]:
    term = next(term for term in rulebook.terms if term.key == given["key"])
    answer = {"value": str(term.value)}
    if "from" not in given:
        return answer
    start = date.fromisoformat(given["from"])
    if term.unit == "workdays":
        until = _add_workdays(rulebook, start, term.value, workdays)
    elif term.unit == "days":
        until = (start + timedelta(days=term.value)).isoformat()
    else:
        until = add_months(start, term.value * {"months": 1, "years": 12}[term.unit]).isoformat()
    return answer | {"until": until}


def _add_workdays(rulebook: Rulebook, start: date, days: int, workdays: Workdays) -> str:
    try:
        return add_workdays(start, days, _calendar(rulebook, workdays)).isoformat()
    except RulebookError:
        return UNKNOWN


def _answer_workday(rulebook: Rulebook, given: Mapping[str, str], workdays: Workdays) -> dict[str, str]:
    try:
        works = _calendar(rulebook, workdays)(date.fromisoformat(given["day"]))
    except RulebookError:
        return {"workday": UNKNOWN}
    return {"workday": _yes(works)}


def _calendar(rulebook: Rulebook, workdays: Workdays) -> IsWorkday:
    if workdays is None:
        message = "没有工作日历"
        raise ValueError(message)
    return workdays(rulebook.holiday_overrides)


def _answer_collect(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    """Return the first forbidden matter whose words occur, as intake looks for them."""
    for topic in rulebook.forbidden:
        if topic.place == given["place"] and re.search(topic.pattern, given["text"]):
            return {"rule": topic.entry.rule_id, "reason": topic.entry.text}
    return {"rule": NONE, "reason": NONE}


def _answer_class(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    return {"name": next((row.name for row in rulebook.catalogue if row.code == given["code"]), NONE)}


def _answer_measure(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    measure = next((row for row in rulebook.measures if row.slug == given["measure"]), None)
    if measure is None:
        return {"nature": NONE, "lists": NONE, "body": NONE}
    lists = [list_type.id for list_type in rulebook.list_types if measure.slug in list_type.measures]
    return {"nature": measure.nature, "lists": ";".join(lists) or NONE, "body": measure.body}


def _answer_list_type(rulebook: Rulebook, given: Mapping[str, str], _: Workdays) -> dict[str, str]:
    list_type = next(row for row in rulebook.list_types if row.id == given["list_type"])
    answer = {
        "measures": ";".join(list_type.measures) or NONE,
        "organisation": _yes(list_type.publish_organisation),
        "person": _yes(list_type.publish_person),
        "level": list_type.legal_basis_level,
        "authorised_by": list_type.authorised_by or NONE,
    }
    if "decided_on" in given:
        day = date.fromisoformat(given["decided_on"])
        months = (list_type.min_months, list_type.term_months, list_type.max_term_months)
        names = ("min_until", "max_until", "longest_until")
        answer |= {name: add_months(day, count).isoformat() for name, count in zip(names, months, strict=True)}
    return answer


def _yes(answer: bool) -> str:  # noqa: FBT001 - the only argument is the answer itself.
    return "yes" if answer else "no"


_ANSWERS: dict[str, Callable[[Rulebook, Mapping[str, str], Workdays], dict[str, str]]] = {
    "item": _answer_item,
    "keyword": _answer_keyword,
    "publicity": _answer_publicity,
    "term": _answer_term,
    "workday": _answer_workday,
    "collect": _answer_collect,
    "class": _answer_class,
    "measure": _answer_measure,
    "list_type": _answer_list_type,
    "governance_index": lambda rulebook, given, _: ask_index(rulebook.governance_index, given),
    "governance_life": lambda rulebook, given, _: ask_life(rulebook, given),
    "vetting": lambda rulebook, given, _: ask_vetting(rulebook, given, rulebook.as_of),
}
