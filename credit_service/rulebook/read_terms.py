"""Readers of the plain catalogues: governance items, information classes, measures, publicity, deadlines, calendar.

Before them lie the heads of versions, after them typed entries. What depends on several files is checked in
`cross_checks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

from credit_service.domain.category import Category, Edition
from credit_service.domain.measure import Measure
from credit_service.domain.record import Severity
from credit_service.domain.score import ListKind
from credit_service.errors import RuleOverlap, RuleSyntax
from credit_service.rulebook.dated_gaps import note_gaps
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.rule_types import (
    FORBIDDEN_PLACES,
    GROUNDS,
    CatalogueClass,
    Deadline,
    ForbiddenTopic,
    MeasureProportion,
    PublicityTerm,
    RuleEntry,
)
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

NATURES = ("reduces_rights", "management", "market", "incentive")
UNITS = ("workdays", "days", "months", "years")
_SIGN = r"[\u4e00-\u9fffA-Za-z0-9]"
_PART = rf"(?:{_SIGN}|\(\?:{_SIGN}+(?:\|{_SIGN}+)*\)|\[\^[。；，、]+\]\*)"
_PATTERN = re.compile(rf"{_PART}+(?:\|{_PART}+)*")
"""The part of regular expressions that rules may use: it cannot take long over any text, nor say anything else."""
_PATTERN_WORDS = "要查找的文字；几种写法之间用|，其中一段可写(?:甲|乙)，中间可有别的字处写[^。；]*"
T = TypeVar("T")


def read_rows(sections: Sequence[Section], read: Callable[[Section], T], log: FaultLog) -> tuple[T, ...]:
    """Read each section with ``read``; a refused one is noted and left out, the others are read on."""
    found: list[T] = []
    for section in sections:
        with log.catching(section.names):
            found.append(read(section))
            section.finish()
    return tuple(found)


def find_repeats(entries: Sequence[RuleEntry], log: FaultLog) -> None:
    """Note every id that is used twice: ids are never reused."""
    seen: dict[str, RuleEntry] = {}
    for entry in entries:
        first = seen.setdefault(entry.rule_id, entry)
        if first is not entry:
            message = f"编号“{entry.rule_id}”已在{first.file} 第{first.line}行使用"
            log.add(RuleFault(entry.file, entry.line, RuleOverlap.code, message, "请改用新的编号。"))


def read_edition(version: RuleVersion, log: FaultLog) -> tuple[Edition, bool, tuple[RuleEntry, ...]]:
    """Return one edition of the special-governance items, whether it is the one in use, and its entries."""
    edition, in_use = version.section.text("edition"), version.section.flag("in_use")
    entries: list[RuleEntry] = []

    def read(row: Section) -> Category:
        entry = read_entry(row, version, id_key="slug", text_key="name")
        entries.append(entry)
        return Category(
            number=row.integer("number", 1, 99),
            slug=entry.rule_id,
            name=entry.text,
            lead=row.text("lead"),
            source=entry.law.title,
            status=entry.status,
        )

    categories = read_rows(version.table("items", log), read, log)
    if sorted(category.number for category in categories) != list(range(1, len(categories) + 1)):
        message, remedy = "事项的序号应当自1起连续且不重复", "请核对items表。"
        log.add(RuleFault(version.file, 1, RuleSyntax.code, message, remedy, after=(version.place,)))
    find_repeats(entries, log)
    return Edition(edition, version.title, tuple(sorted(categories, key=lambda c: c.number))), in_use, tuple(entries)


def read_catalogue(
    version: RuleVersion, log: FaultLog
) -> tuple[tuple[CatalogueClass, ...], tuple[ForbiddenTopic, ...]]:
    """Return the classes that may be collected, and the words of what may not."""

    def read_class(row: Section) -> CatalogueClass:
        code = row.text("code")
        entry = read_entry(row.with_text("id", f"catalogue.{code}"), version, text_key="name")
        return CatalogueClass(code, entry.text, entry)

    def read_forbidden(row: Section) -> ForbiddenTopic:
        place = row.choice("place", FORBIDDEN_PLACES)
        return ForbiddenTopic(
            row.matching("pattern", _PATTERN, _PATTERN_WORDS), place, read_entry(row, version, text_key="reason")
        )

    classes = read_rows(version.table("classes", log), read_class, log)
    return classes, read_rows(version.table("forbidden", log), read_forbidden, log)


def read_measures(version: RuleVersion, log: FaultLog) -> tuple[tuple[Measure, RuleEntry], ...]:
    """Return the measure catalogue."""

    def read(row: Section) -> tuple[Measure, RuleEntry]:
        entry = read_entry(row, version, id_key="slug", text_key="name")
        measure = Measure(
            slug=entry.rule_id,
            name=entry.text,
            nature=row.choice("nature", NATURES),
            content=row.text("content"),
            basis=row.text("basis"),
            body=row.text("body"),
            status=entry.status,
            list_kinds=row.texts("list_kinds", allowed=set(ListKind)),
            grounds=row.texts("grounds", (), allowed=GROUNDS),
        )
        return measure, entry

    rows = read_rows(version.table("measures", log), read, log)
    find_repeats([entry for _, entry in rows], log)
    return rows


def read_proportions(version: RuleVersion, log: FaultLog) -> tuple[MeasureProportion, ...]:
    """Return how many measures, and of which natures, each severity bears; none in catalogues that do not say."""

    def read(part: Section) -> MeasureProportion:
        return MeasureProportion(
            severity=part.choice("severity", set(Severity)),
            most=part.integer("most", 0, 99),
            natures=part.texts("natures", allowed=set(NATURES) - {"market", "incentive"}),
            entry=read_entry(part, version),
        )

    found = read_rows(version.section.optional_sections("proportions"), read, log)
    if found and sorted(one.severity for one in found) != sorted(Severity):
        line = version.section.line_of("proportions")
        log.add(RuleFault(version.file, line, RuleSyntax.code, "轻微、一般、严重各须有且只有一条措施上限"))
    return found


def read_publicity(version: RuleVersion, log: FaultLog) -> tuple[PublicityTerm, ...]:
    """Return the publicity term of every severity."""

    def read(part: Section) -> PublicityTerm:
        term = PublicityTerm(
            severity=part.choice("severity", set(Severity)),
            min_months=part.integer("min_months", 0, 120),
            max_months=part.integer("max_months", 0, 120),
            entry=read_entry(part, version),
        )
        if term.min_months > term.max_months:
            part.refuse("min_months", "最短公示期长于最长公示期")
        if term.entry.from_on or term.entry.to_on:
            part.refuse("from" if part.has("from") else "to", "公示期限不能另写from、to", "请随规则版本一并改。")
        return term

    terms = read_rows(version.section.sections("terms"), read, log)
    if sorted(term.severity for term in terms) != sorted(Severity):
        line = version.section.line_of("terms")
        message = "轻微、一般、严重各须有且只有一条公示期限"
        log.add(RuleFault(version.file, line, RuleSyntax.code, message, after=(version.place,)))
    return terms


def read_deadlines(version: RuleVersion, log: FaultLog) -> tuple[Deadline, ...]:
    """Return the terms of a jurisdiction or of repair."""
    version.section.text("jurisdiction", "")

    def read(row: Section) -> Deadline:
        entry = read_entry(row, version, id_key="key", text_key="name")
        unit = row.choice("unit", UNITS)
        if not entry.rule_id.endswith("_" + unit):
            row.refuse("key", f"期限“{entry.rule_id}”应当以单位“_{unit}”结尾")
        return Deadline(entry.rule_id, entry.text, row.integer("value", 0, 10_000), unit, entry)

    rows = read_rows(version.table("deadlines", log), read, log)
    note_gaps(rows, version, log)
    return rows


def read_calendar(version: RuleVersion, log: FaultLog) -> dict[date, bool]:
    """Return the days that differ from the published calendar."""
    return dict(read_rows(version.table("overrides", log), lambda row: read_override(row, version), log))


def read_override(row: Section, version: RuleVersion) -> tuple[date, bool]:
    """Return a day and whether it is a working day.

    Raises:
        Refusal: A field is missing or wrong.
    """
    day = row.day("day")
    read_entry(row.with_text("id", f"calendar.{day:%Y%m%d}"), version, text_key="name")
    return day, row.flag("is_workday")
