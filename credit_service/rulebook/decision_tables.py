"""The rules as small tables, which the steps join: rows are values, never SQL text.

Before it is a rulebook, after it the tables the warehouse lays down before the steps run. Everything a rule file says
in words (keywords, ids, list types) reaches the database only here, as bound values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from credit_service.domain.category import GENERAL
from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.arithmetic import Clock, DecayKind, list_weights
from credit_service.rulebook.dated_rows import list_changes
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.rule_types import Acceptance, Event, KindRule, ListType, Role, Scoring
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.scoring_checks import Cell, find_events

REPEATED_NO = 0
"""Number of the exclusion “the same act reported again”; the rule's own exclusions follow from 1."""


@dataclass(frozen=True)
class SqlTable:
    """A decision table: name, columns as (name, SQL type), rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[object, ...], ...]


def build_tables(rulebook: Rulebook) -> tuple[SqlTable, ...]:
    """Return every decision table the steps join."""
    return (*_category_tables(rulebook), *_scoring_tables(rulebook), *_list_tables(rulebook))


def _category_tables(rulebook: Rulebook) -> Iterator[SqlTable]:
    numbers = number_categories(rulebook)
    yield _table(
        "rule_word",
        "word_no INTEGER, keyword VARCHAR, word_category INTEGER, word_rule VARCHAR",
        (
            (place, row.keyword, numbers.get(row.category, GENERAL), row.entry.rule_id)
            for place, row in enumerate(rulebook.classification.keywords)
        ),
    )


def _scoring_tables(rulebook: Rulebook) -> Iterator[SqlTable]:
    scoring = rulebook.scoring
    yield _table(
        "rule_kind",
        "of_kind VARCHAR, role VARCHAR, counting VARCHAR, is_veto BOOLEAN, open_months INTEGER, cap_months INTEGER,"
        " cap_no INTEGER, kind_category INTEGER, kind_category_rule VARCHAR",
        (_kind_row(rulebook, rule) for rule in scoring.kinds),
    )
    terms = {term.severity: (term.min_months, term.max_months) for term in rulebook.publicity}
    yield _table(
        "rule_severity",
        "of_severity_no INTEGER, severity VARCHAR, severity_rule VARCHAR, min_months INTEGER, max_months INTEGER",
        (
            (place, rule.severity, rule.entry.rule_id, *terms[rule.severity])
            for place, rule in enumerate(rulebook.severity, start=1)
        ),
    )
    yield _table(
        "rule_exclusion",
        "of_exclusion_no INTEGER, exclusion_rule VARCHAR",
        enumerate(list_exclusions(rulebook), start=REPEATED_NO),
    )
    yield _event_table(rulebook)
    arithmetic = scoring.arithmetic
    if arithmetic.decay is DecayKind.HALF_LIFE:
        yield _table(
            "rule_decay",
            "decay_severity VARCHAR, decay_age BIGINT, decay_weight BIGINT",
            (
                (severity, age, weight)
                for severity, days in arithmetic.half_lives
                for age, weight in list_weights(days, arithmetic.weight_rounding)
            ),
        )


def _kind_row(rulebook: Rulebook, rule: KindRule) -> tuple[object, ...]:
    """Return how a kind counts, the number of its cap, and the item its records belong to whatever their topic."""
    groups = [cap.group for cap in rulebook.scoring.caps]
    own = next((row for row in rulebook.classification.kinds if row.kind == rule.kind), None)
    return (
        rule.kind,
        rule.role.value,
        rule.counting.value,
        rule.veto,
        rule.open_months,
        rule.cap_months,
        groups.index(rule.cap_group) + 1 if rule.cap_group in groups else 0,
        number_categories(rulebook).get(own.category, GENERAL) if own else None,
        own.entry.rule_id if own else None,
    )


def _list_tables(rulebook: Rulebook) -> Iterator[SqlTable]:
    yield _table(
        "rule_accept",
        "accept_no INTEGER, accept_list VARCHAR, accept_type VARCHAR, accept_kind VARCHAR, accept_subject VARCHAR,"
        " accept_keyword VARCHAR",
        (
            (place, kind, row.list_type, row.kind, row.subject_kind, row.keyword)
            for place, (row, kind) in enumerate(_with_list_kind(rulebook))
        ),
    )
    yield _table(
        "rule_category_list",
        "category_list VARCHAR, list_category INTEGER, list_record VARCHAR, list_subject VARCHAR,"
        " category_list_type VARCHAR",
        _category_lists(rulebook),
    )
    yield _table(
        "rule_proposal",
        "of_proposal_no INTEGER, proposal_list VARCHAR, proposal_rule VARCHAR",
        (
            (place, rule.list_kind.value, rule.entry.rule_id)
            for place, rule in enumerate(rulebook.candidates.rules, start=1)
        ),
    )


def number_categories(rulebook: Rulebook) -> dict[str, int]:
    """Return the number of each item of the edition in use; items of other editions count as 综合."""
    return {item.slug: item.number for item in rulebook.edition.categories}


def list_exclusions(rulebook: Rulebook) -> list[str]:
    """Return the ids of the exclusions by number: repeated, the rule's own in order, and last the persons'."""
    own = [exclusion.entry.rule_id for exclusion in rulebook.scoring.exclusions]
    return [rulebook.scoring.repeated.rule_id, *own, rulebook.scoring.person.rule_id]


def find_category_list(
    rulebook: Rulebook, list_kind: ListKind, category: int, kind: str, subject_kind: str
) -> ListType | None:
    """Return the first list type that belongs to a category and accepts records of a kind; watch takes every one."""
    numbers = number_categories(rulebook)
    for list_type in rulebook.list_types:
        if list_type.list_kind is not list_kind:
            continue
        if list_kind is ListKind.WATCH:
            return list_type
        belongs = category in {numbers.get(slug) for slug in list_type.categories}
        accepts = any(
            row.list_type == list_type.id and row.kind == kind and row.subject_kind in {"", subject_kind}
            for row in rulebook.acceptances
        )
        if belongs and accepts and list_type.has_sufficient_basis:
            return list_type
    return None


def _category_lists(rulebook: Rulebook) -> Iterator[tuple[object, ...]]:
    categories = [GENERAL, *(item.number for item in rulebook.edition.categories)]
    for list_kind, category, kind, subject in product(ListKind, categories, RecordKind, SubjectKind):
        found = find_category_list(rulebook, list_kind, category, kind, subject)
        if found is not None:
            yield list_kind.value, category, kind.value, subject.value, found.id


def _with_list_kind(rulebook: Rulebook) -> list[tuple[Acceptance, str]]:
    kinds = {list_type.id: list_type.list_kind.value for list_type in rulebook.list_types}
    return [(row, kinds[row.list_type]) for row in rulebook.acceptances]


def _event_table(rulebook: Rulebook) -> SqlTable:
    """Return the rows of points; item and dates are columns only where a row asks for them: joins stay small."""
    scoring = rulebook.scoring
    by_item, by_act = any(event.category for event in scoring.events), scoring.events_by is Clock.DECIDED_ON
    columns = "event_kind VARCHAR, event_key VARCHAR, event_points BIGINT, event_rule VARCHAR"
    columns += ", event_category INTEGER" if by_item else ""
    columns += ", event_from DATE, event_to DATE" if by_act else ""
    slugs = {GENERAL: ""} | {number: slug for slug, number in number_categories(rulebook).items()}
    rows: list[tuple[object, ...]] = []
    for kind, key in _list_event_keys(rulebook):
        for number, slug in slugs.items() if by_item else [(GENERAL, "")]:
            for event, days in _choose_events(scoring, kind, key, slug):
                own = (kind, key[0] or key[1], event.points, event.entry.rule_id)
                rows.append((*own, *([number] if by_item else []), *(days if by_act else ())))
    return _table("rule_event", columns, rows)


_EventKey = tuple[str | None, str]
"""Severity of an adverse record, or the level of an honour."""


def _list_event_keys(rulebook: Rulebook) -> Iterator[tuple[str, _EventKey]]:
    for kind in sorted({event.kind for event in rulebook.scoring.events}):
        role = next((rule.role for rule in rulebook.scoring.kinds if rule.kind == kind), Role.NEUTRAL)
        if role is Role.ADVERSE:
            yield from ((kind, (term.severity, "")) for term in rulebook.publicity)
        elif role is Role.HONOUR:
            yield from ((kind, (None, level)) for level in HONOUR_LEVELS)


def _choose_events(
    scoring: Scoring, kind: str, key: _EventKey, category: str
) -> Iterator[tuple[Event, tuple[date, date]]]:
    """Yield each row that counts in a cell with the first and last day of the act it counts for."""
    if scoring.events_by is not Clock.DECIDED_ON:
        for event in find_events(scoring.events, Cell(kind, *key, category)):
            yield event, (date.min, date.max)
        return
    starts = [date.min, *list_changes(scoring.events)]
    for first, after in zip(starts, [*starts[1:], None], strict=True):
        last = after - timedelta(days=1) if after else date.max
        for event in find_events(scoring.events, Cell(kind, *key, category, first)):
            yield event, (first, last)


def number_category_caps(rulebook: Rulebook) -> tuple[dict[int, int], int | None]:
    """Return the cap of each item that has its own, and that of every other item, or None."""
    numbers = number_categories(rulebook)
    caps = rulebook.scoring.category_caps
    own = {numbers[cap.category]: cap.points for cap in caps if cap.category in numbers}
    return own, next((cap.points for cap in caps if not cap.category), None)


def _table(name: str, columns: str, rows: Iterable[tuple[object, ...]]) -> SqlTable:
    pairs = tuple((part.split()[0], part.split()[1]) for part in columns.split(","))
    return SqlTable(name, pairs, tuple(rows))
