"""Readers of what scores: classification, severity, points.

Before them lie ``rules/categories``, ``rules/severity`` and ``rules/scoring``; after them typed rules whose conditions
are nodes. They compute nothing.
"""

from __future__ import annotations

from itertools import pairwise

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.subject import SubjectKind
from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.faults import FaultLog, RuleFault, suggest
from credit_service.rulebook.fields import HONOUR_LEVELS, RECORD_SCOPE, WINDOW_SCOPE, Scope
from credit_service.rulebook.nodes import Condition, ConditionFault
from credit_service.rulebook.parse_condition import parse_condition
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import (
    Cap,
    Classification,
    Counting,
    Event,
    Exclusion,
    Grade,
    Keyword,
    KindCategory,
    KindRule,
    Role,
    Scoring,
    SeverityRule,
    list_entries,
)
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry


def read_condition(part: Section, key: str, scope: Scope) -> Condition:
    """Return the condition in a field.

    Raises:
        Refusal: It is missing or is no condition over these names.
    """
    text = part.text(key)
    try:
        return parse_condition(text, scope)
    except ConditionFault as fault:
        unknown = "没有字段" in fault.message or "不是字段" in fault.message
        code = UnknownIndicator.code if unknown else RuleSyntax.code
        part.refuse(key, f"条件“{text[:60]}”：{fault.message}", fault.remedy, code)


def read_classification(version: RuleVersion, log: FaultLog) -> Classification:
    """Return how a record finds its category."""

    def read_kind(row: Section) -> KindCategory:
        return KindCategory(row.choice("kind", set(RecordKind)), row.text("category"), read_entry(row, version))

    def read_keyword(row: Section) -> Keyword:
        return Keyword(row.text("keyword"), row.text("category"), read_entry(row, version))

    fact_kinds = version.section.texts("search_fact", ())
    for kind in set(fact_kinds) - set(RecordKind):
        version.section.refuse(
            "search_fact", f"记录种类“{kind}”不存在", suggest(kind, RecordKind), UnknownIndicator.code
        )
    found = Classification(
        kinds=read_rows(version.table("kinds", log), read_kind, log),
        keywords=read_rows(version.table("keywords", log), read_keyword, log),
        fact_kinds=fact_kinds,
    )
    find_repeats(list_entries(found.kinds, found.keywords), log)
    return found


def read_severity(version: RuleVersion, log: FaultLog) -> tuple[SeverityRule, ...]:
    """Return the severity rules in order; the last one holds for whatever the others leave."""

    def read(part: Section) -> SeverityRule:
        severity = part.choice("severity", set(Severity))
        return SeverityRule(severity, read_condition(part, "when", RECORD_SCOPE), read_entry(part, version))

    rules = list(read_rows(version.section.sections("levels"), read, log))
    default = version.section.section("default")
    rules.append(SeverityRule(default.choice("severity", set(Severity)), None, read_entry(default, version)))
    default.finish()
    find_repeats([rule.entry for rule in rules], log)
    return tuple(rules)


def read_scoring(version: RuleVersion, log: FaultLog) -> Scoring:
    """Return the scoring rule.

    Raises:
        Refusal: The scale, the rounding or the decay is missing or is one the engine does not have.
    """
    section = version.section
    scale = section.section("scale")
    _read_arithmetic(section)
    scoring = Scoring(
        scored_subjects=section.texts("scored_subjects"),
        base=scale.points("base"),
        floor=scale.points("floor"),
        cap=scale.points("cap"),
        grades=read_rows(section.sections("grades"), lambda part: _read_grade(part, version), log),
        caps=read_rows(section.sections("caps"), lambda part: _read_cap(part, version), log),
        kinds=read_rows(version.table("kinds", log), lambda row: _read_kind(row, version), log),
        events=read_rows(version.table("events", log), lambda row: _read_event(row, version), log),
        exclusions=read_rows(section.sections("exclude"), lambda part: _read_exclusion(part, version), log),
        person=read_entry(section.section("person"), version),
        repeated=read_entry(section.section("repeated"), version),
    )
    scale.finish()
    _check_scale(scoring, section)
    find_repeats(list_entries(scoring.grades, scoring.caps, scoring.kinds, scoring.events, scoring.exclusions), log)
    for subject in set(scoring.scored_subjects) - {SubjectKind.ORGANISATION, SubjectKind.INDIVIDUAL_BUSINESS}:
        line = section.line_of("scored_subjects")
        message = f"主体类别“{subject}”不得评分"
        log.add(
            RuleFault(version.file, line, UnknownIndicator.code, message, "只可写organisation、individual_business。")
        )
    return scoring


def _read_arithmetic(section: Section) -> None:
    """Read the rounding and decay, which a rule must name although the engine has one of each."""
    rounding, decay = section.section("rounding"), section.section("decay")
    rounding.choice("mode", {"half_up"})
    rounding.choice("at", {"record"})
    decay.choice("kind", {"linear"})
    decay.choice("unit", {"millionth"})
    decay.choice("truncate", {"floor"})
    rounding.finish()
    decay.finish()


def _check_scale(scoring: Scoring, section: Section) -> None:
    if not scoring.floor <= scoring.base <= scoring.cap:
        section.refuse("scale", "评分范围应当满足 floor ≤ base ≤ cap")
    if not scoring.grades or scoring.grades[-1].min_points > scoring.floor:
        section.refuse("grades", "最低一等应当从floor起，任何分数都要有等级")
    if any(better.min_points <= worse.min_points for better, worse in pairwise(scoring.grades)):
        section.refuse("grades", "等级应当自高而低排列，最低分逐级下降")


def _read_grade(part: Section, version: RuleVersion) -> Grade:
    return Grade(part.choice("grade", ("A", "B", "C", "D")), part.points("min"), read_entry(part, version))


def _read_cap(part: Section, version: RuleVersion) -> Cap:
    return Cap(part.text("group"), part.points("max"), read_entry(part, version))


def _read_kind(row: Section, version: RuleVersion) -> KindRule:
    return KindRule(
        kind=row.choice("kind", set(RecordKind)),
        role=Role(row.choice("role", set(Role))),
        counting=Counting(row.choice("counting", set(Counting))),
        veto=row.flag("veto"),
        open_months=row.optional_integer("open_months", 1, 1200),
        cap_months=row.optional_integer("cap_months", 1, 1200),
        cap_group=row.text("cap_group", ""),
        entry=read_entry(row, version),
    )


def _read_event(row: Section, version: RuleVersion) -> Event:
    return Event(
        kind=row.choice("kind", set(RecordKind)),
        severity=row.choice("severity", {*Severity, "*", ""}, ""),
        honour_level=row.choice("honour_level", {*HONOUR_LEVELS, "*", ""}, ""),
        points=row.points("points"),
        entry=read_entry(row, version),
    )


def _read_exclusion(part: Section, version: RuleVersion) -> Exclusion:
    return Exclusion(read_condition(part, "when", WINDOW_SCOPE), read_entry(part, version))
