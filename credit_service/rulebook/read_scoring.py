"""Readers of what scores: classification and points.

Before them lie ``rules/categories`` and ``rules/scoring``; after them typed rules whose conditions are nodes. They
compute nothing. Severity is read by `read_severity`.
"""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.subject import SubjectKind
from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.dated_rows import scoring_on
from credit_service.rulebook.faults import FaultLog, Refusal, RuleFault, to_place
from credit_service.rulebook.fields import HONOUR_LEVELS, WINDOW_SCOPE
from credit_service.rulebook.read_arithmetic import read_arithmetic, read_clock
from credit_service.rulebook.read_conditions import read_condition, read_undated
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import (
    Cap,
    CategoryCap,
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
    list_entries,
)
from credit_service.rulebook.scoring_checks import check_rows, list_days
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

GRADES = ("A", "B", "C", "D")
"""The grades the engine has."""


def read_classification(version: RuleVersion, log: FaultLog) -> Classification:
    """Return how a record finds its category."""

    def read_kind(row: Section) -> KindCategory:
        return KindCategory(row.choice("kind", set(RecordKind)), row.text("category"), read_entry(row, version))

    def read_keyword(row: Section) -> Keyword:
        return Keyword(row.text("keyword"), row.text("category"), read_entry(row, version))

    fact_kinds = version.section.texts("search_fact", (), allowed=set(RecordKind))
    found = Classification(
        kinds=read_rows(version.table("kinds", log), read_kind, log),
        keywords=read_rows(version.table("keywords", log), read_keyword, log),
        fact_kinds=fact_kinds,
    )
    find_repeats(list_entries(found.kinds, found.keywords), log)
    return found


def read_scoring(version: RuleVersion, log: FaultLog) -> Scoring:
    """Return the scoring rule.

    Raises:
        Refusal: The scale, the rounding or the decay is missing or is one the engine does not have.
    """
    section = version.section
    scale = section.section("scale")
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
        person=read_undated(section.section("person"), version),
        repeated=read_undated(section.section("repeated"), version),
        arithmetic=read_arithmetic(section),
        category_caps=_read_category_caps(section, version, log),
        events_by=read_clock(section, "events_by"),
    )
    scale.finish()
    rows = (scoring.grades, scoring.caps, scoring.category_caps, scoring.kinds, scoring.events, scoring.exclusions)
    find_repeats(list_entries(*rows), log)
    for day in list_days(version, [row for group in rows for row in group]):
        _check_scale(scoring_on(scoring, day), section, day)
    check_rows(scoring, version, log)
    for subject in set(scoring.scored_subjects) - {SubjectKind.ORGANISATION, SubjectKind.INDIVIDUAL_BUSINESS}:
        line = section.line_of("scored_subjects")
        message = f"主体类别“{subject}”不得评分"
        log.add(
            RuleFault(version.file, line, UnknownIndicator.code, message, "只可写organisation、individual_business。")
        )
    return scoring


def _check_scale(scoring: Scoring, section: Section, day: date) -> None:
    if not scoring.floor <= scoring.base <= scoring.cap:
        section.refuse("scale", "评分范围应当满足 floor ≤ base ≤ cap")
    if not scoring.grades or scoring.grades[-1].min_points > scoring.floor:
        message = f"最低一等应当从floor起，任何分数都要有等级（{day}）"
        line, place = section.line_of("grades"), to_place(section.file)
        raise Refusal(RuleFault(section.file, line, RuleSyntax.code, message, after=(place,)))
    if any(better.min_points <= worse.min_points for better, worse in pairwise(scoring.grades)):
        section.refuse("grades", f"等级应当自高而低排列，最低分逐级下降（{day}）")


def _read_grade(part: Section, version: RuleVersion) -> Grade:
    return Grade(part.choice("grade", GRADES), part.points("min"), read_entry(part, version))


def _read_cap(part: Section, version: RuleVersion) -> Cap:
    return Cap(part.text("group"), part.points("max"), read_entry(part, version))


def _read_category_caps(section: Section, version: RuleVersion, log: FaultLog) -> tuple[CategoryCap, ...]:
    if not section.has("category_caps"):
        return ()

    def read(part: Section) -> CategoryCap:
        cap = CategoryCap(part.text("category", ""), part.points("max"), read_entry(part, version))
        if cap.points <= 0:
            part.refuse("max", "类别上限应当大于零", "不设上限的，请删除这一行。")
        return cap

    return read_rows(section.sections("category_caps"), read, log)


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
        category=row.text("category", ""),
    )


def _read_exclusion(part: Section, version: RuleVersion) -> Exclusion:
    return Exclusion(read_condition(part, "when", WINDOW_SCOPE), read_entry(part, version))
