"""Readers of the conditions, values and windows that stand in rule files.

Before them lies a field of a rule file, after them nodes; what cannot mean anything is refused with the line it is on.
"""

from __future__ import annotations

from typing import NoReturn

from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.aggregates import Window
from credit_service.rulebook.faults import suggest
from credit_service.rulebook.fields import AS_OF, Scope, ValueType
from credit_service.rulebook.nodes import Condition, ConditionFault, Every, Field, Operand
from credit_service.rulebook.parse_condition import parse_condition, parse_operand
from credit_service.rulebook.rule_types import RuleEntry
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

_LONGEST = {ValueType.DAYS: 36_600, ValueType.MONTHS: 1_200}


def read_condition(part: Section, key: str, scope: Scope) -> Condition:
    """Return the condition in a field.

    Raises:
        Refusal: It is missing or is no condition over these names.
    """
    text = part.text(key)
    try:
        return parse_condition(text, scope)
    except ConditionFault as fault:
        _refuse(part, key, text, fault)


def read_operand(part: Section, key: str, scope: Scope) -> Operand:
    """Return the value in a field.

    Raises:
        Refusal: It is missing or is no value over these names.
    """
    text = part.text(key)
    try:
        return parse_operand(text, scope)
    except ConditionFault as fault:
        _refuse(part, key, text, fault)


def read_length(part: Section, shortest: int = 1) -> tuple[ValueType, int]:
    """Return the length of a window: days or months, not both.

    Raises:
        Refusal: Neither or both are written, or the length is out of bounds.
    """
    units = [unit for unit in _LONGEST if part.has(unit.value)]
    if len(units) != 1:
        part.refuse("window", "窗口应当写days或months，二者恰好一项")
    return units[0], part.integer(units[0].value, shortest, _LONGEST[units[0]])


def read_window(part: Section, when: Condition, scope: Scope) -> Condition:
    """Return a condition narrowed to the window written beside it, if there is one.

    Raises:
        Refusal: The window has no length or is not about a day.
    """
    if not part.has("window"):
        return when
    window = part.section("window")
    unit, length = read_length(window)
    name = window.text("since", "decided_on")
    spec = scope.find(name)
    if spec is None:
        days = [one.name for one in scope.fields if one.type is ValueType.DATE and one.name != AS_OF]
        window.refuse("since", f"{scope.title}没有字段“{name}”", suggest(name, days), UnknownIndicator.code, name)
    try:
        inside = Window(unit, length, Field(spec)).condition
    except ConditionFault as fault:
        window.refuse("since", fault.message, fault.remedy)
    window.finish()
    return Every((*_parts(when), *_parts(inside)))


def read_undated(part: Section, version: RuleVersion) -> RuleEntry:
    """Return what an entry says about itself, where it may not have dates of its own.

    Raises:
        Refusal: It has dates, or is no entry.
    """
    entry = read_entry(part, version)
    if entry.from_on or entry.to_on:
        part.refuse("from" if entry.from_on else "to", f"“{entry.rule_id}”不能另写from、to", "请随规则版本一并改。")
    return entry


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.items if isinstance(condition, Every) else (condition,)


def _refuse(part: Section, key: str, text: str, fault: ConditionFault) -> NoReturn:
    code = UnknownIndicator.code if fault.missing else RuleSyntax.code
    part.refuse(key, f"条件“{text[:60]}”：{fault.message}", fault.remedy, code, fault.missing)
