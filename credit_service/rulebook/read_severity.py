"""Reader of the severity rules and of what they ask about earlier records.

Before it lies ``rules/severity``, after it conditions as nodes, in order. It computes nothing.
"""

from __future__ import annotations

import re

from credit_service.domain.record import Severity
from credit_service.errors import UnknownIndicator
from credit_service.rulebook.arithmetic import Clock
from credit_service.rulebook.faults import FaultLog, suggest
from credit_service.rulebook.fields import AS_OF, RECORD_SCOPE, FieldSpec, Scope, ValueType, severity_scope
from credit_service.rulebook.history import SAME, History
from credit_service.rulebook.nodes import Comparator, Compare, Condition, Day, Every, Field, list_fields
from credit_service.rulebook.read_arithmetic import read_clock
from credit_service.rulebook.read_conditions import read_condition, read_length, read_undated
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import RuleEntry, SeverityRule
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

_NAME = re.compile(r"earlier(_[a-z0-9]+)+")
_DECIDED_ON = FieldSpec("decided_on", ValueType.DATE)


def read_history(version: RuleVersion, log: FaultLog) -> tuple[History, ...]:
    """Return what the severity rules ask about earlier records of the same subject."""

    def read(part: Section) -> History:
        name = part.text("id")
        if not _NAME.fullmatch(name):
            part.refuse("id", f"名称“{name}”不可用", "请以earlier_开头，只用小写字母、数字和下划线。")
        same = part.texts("same", ())
        for word in same:
            if word not in SAME:
                part.refuse("same", f"same中的“{word}”不可用", suggest(word, SAME), UnknownIndicator.code)
        window = part.section("window")
        # A window of one day would be empty: only records of an earlier day count.
        unit, length = read_length(window, shortest=2 if window.has("days") else 1)
        window.finish()
        when = read_condition(part, "when", RECORD_SCOPE)
        if any(spec.name == AS_OF for spec in list_fields(when)):
            part.refuse("when", "此处不能用as_of：是否再犯，不因哪一天来问而不同")
        return History(name, when, unit, length, same, read_undated(part, version))

    if not version.section.has("history"):
        return ()
    found = read_rows(version.section.sections("history"), read, log)
    find_repeats([row.entry for row in found], log)
    return found


def read_severity(version: RuleVersion, history: tuple[History, ...], log: FaultLog) -> tuple[SeverityRule, ...]:
    """Return the severity rules in order; the last one holds for whatever the others leave.

    Raises:
        Refusal: The default is missing.
    """
    scope = severity_scope(row.spec for row in history)
    clock = read_clock(version.section, "rows_by")
    rules = list(read_rows(version.section.sections("levels"), lambda part: _read(part, version, scope, clock), log))
    default = version.section.section("default")
    rules.append(SeverityRule(default.choice("severity", set(Severity)), None, read_undated(default, version)))
    default.finish()
    find_repeats([rule.entry for rule in rules], log)
    return tuple(rules)


def _read(part: Section, version: RuleVersion, scope: Scope, clock: Clock) -> SeverityRule:
    severity = part.choice("severity", set(Severity))
    when, entry = read_condition(part, "when", scope), read_entry(part, version)
    if clock is Clock.DECIDED_ON:
        when = _bound(when, entry)
    return SeverityRule(severity, when, entry, clock)


def _bound(when: Condition, entry: RuleEntry) -> Condition:
    """Return a condition that also asks the act to fall within the dates of the rule."""
    act = Field(_DECIDED_ON)
    bounds: list[Condition] = []
    if entry.from_on is not None:
        bounds.append(Compare(Comparator.GE, act, Day(entry.from_on)))
    if entry.to_on is not None:
        bounds.append(Compare(Comparator.LE, act, Day(entry.to_on)))
    return Every((*bounds, when)) if bounds else when
