"""The rules as small tables, which the steps join: rows are values, never SQL text.

Before it is a rulebook, after it the tables the warehouse lays down before the steps run. Everything a rule file says
in words (keywords, ids, list types) reaches the database only here, as bound values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from credit_service.domain.category import GENERAL
from credit_service.domain.record import RecordKind
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.rule_types import Acceptance, Event, ListType, Role
from credit_service.rulebook.schema import Rulebook

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
    words, numbers = rulebook.classification, number_categories(rulebook)
    yield _table(
        "rule_kind_category",
        "category_kind VARCHAR, kind_category INTEGER, kind_category_rule VARCHAR",
        ((row.kind, numbers.get(row.category, GENERAL), row.entry.rule_id) for row in words.kinds),
    )
    yield _table(
        "rule_word",
        "word_no INTEGER, keyword VARCHAR, word_category INTEGER, word_rule VARCHAR",
        (
            (place, row.keyword, numbers.get(row.category, GENERAL), row.entry.rule_id)
            for place, row in enumerate(words.keywords)
        ),
    )


def _scoring_tables(rulebook: Rulebook) -> Iterator[SqlTable]:
    scoring = rulebook.scoring
    yield _table(
        "rule_kind",
        "of_kind VARCHAR, role VARCHAR, counting VARCHAR, is_veto BOOLEAN, open_months INTEGER, cap_months INTEGER,"
        " cap_group VARCHAR",
        (
            (
                rule.kind,
                rule.role.value,
                rule.counting.value,
                rule.veto,
                rule.open_months,
                rule.cap_months,
                rule.cap_group,
            )
            for rule in scoring.kinds
        ),
    )
    yield _table(
        "rule_severity",
        "of_severity_no INTEGER, severity VARCHAR, severity_rule VARCHAR",
        ((place, rule.severity, rule.entry.rule_id) for place, rule in enumerate(rulebook.severity, start=1)),
    )
    yield _table(
        "rule_publicity",
        "of_severity VARCHAR, min_months INTEGER, max_months INTEGER",
        ((term.severity, term.min_months, term.max_months) for term in rulebook.publicity),
    )
    yield _table(
        "rule_exclusion",
        "of_exclusion_no INTEGER, exclusion_rule VARCHAR",
        enumerate(list_exclusions(rulebook), start=REPEATED_NO),
    )
    yield _table(
        "rule_event",
        "event_kind VARCHAR, event_key VARCHAR, event_points BIGINT, event_rule VARCHAR",
        (row for event in scoring.events for row in _expand_event(event, rulebook)),
    )
    yield _table("rule_cap", "of_group VARCHAR, cap_points BIGINT", ((cap.group, cap.points) for cap in scoring.caps))


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


def _expand_event(event: Event, rulebook: Rulebook) -> list[tuple[object, ...]]:
    """Return an event once for each key it stands for: the severity of an adverse record, the level of an honour."""
    roles = {rule.kind: rule.role for rule in rulebook.scoring.kinds}
    adverse = roles[event.kind] is Role.ADVERSE
    word = event.severity if adverse else event.honour_level
    every = tuple(term.severity for term in rulebook.publicity) if adverse else HONOUR_LEVELS
    keys = every if word == "*" else (word,)
    return [(event.kind, key, event.points, event.entry.rule_id) for key in keys]


def _table(name: str, columns: str, rows: Iterable[tuple[object, ...]]) -> SqlTable:
    pairs = tuple((part.split()[0], part.split()[1]) for part in columns.split(","))
    return SqlTable(name, pairs, tuple(rows))
