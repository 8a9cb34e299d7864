"""The rules' own aggregates as SQL: only those that a rule reads, only for whom a rule can matter.

Before it are the candidate rules, after it steps of `compile_sql`. An aggregate nobody reads is not reckoned, and where
no rule about standings reads one, there is no further step at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope, Count
from credit_service.rulebook.compile_aggregates import compile_aggregate
from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.compile_standing import name_subject_kind
from credit_service.rulebook.nodes import Some, list_fields
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_query

_STANDINGS = {CandidateScope.CATEGORY: "category_count", CandidateScope.WHOLE: "whole_count"}


def compile_subject_counts(rulebook: Rulebook) -> exp.Query:
    """Return the aggregates of the subjects that rules about subjects can matter for."""
    rules = [rule for rule in rulebook.candidates.rules if rule.scope is CandidateScope.SUBJECT]
    supports = compile_condition(Some(tuple(rule.supports for rule in rules))) if rules else exp.false()
    query = read_query("subject_count", {"supports": supports, "subject_kind": name_subject_kind()})
    inner = next(part for part in query.find_all(exp.Select) if part.args.get("group"))
    _take(inner, find_read_counts(rulebook, CandidateScope.SUBJECT))
    return query


def compile_standing_counts(rulebook: Rulebook) -> dict[str, exp.Query]:
    """Return the standings with the aggregates of their records, for each scope whose rules read any."""
    found: dict[str, exp.Query] = {}
    for scope, name in _STANDINGS.items():
        counts = find_read_counts(rulebook, scope)
        if counts:
            query = read_query(name)
            inner = next(part for part in query.find_all(exp.Select) if part.args.get("group"))
            _take(inner, counts)
            found[name] = query.select(*(exp.column(count.name) for count in counts))
    return found


def find_standing_table(rulebook: Rulebook, rule: CandidateRule) -> str:
    """Return the table a rule about standings reads: the plain one, unless the rule reads an aggregate."""
    counts = _read_by([rule], rulebook.candidates.counts)
    return _STANDINGS[rule.scope] if counts and rule.scope in _STANDINGS else "standing"


def find_read_counts(rulebook: Rulebook, scope: CandidateScope) -> list[Count]:
    """Return the aggregates that rules of a scope read, in the order they are declared."""
    return _read_by((r for r in rulebook.candidates.rules if r.scope is scope), rulebook.candidates.counts)


def _read_by(rules: Iterable[CandidateRule], counts: Iterable[Count]) -> list[Count]:
    names = {spec.name for rule in rules if rule.when is not None for spec in list_fields(rule.when)}
    return [count for count in counts if count.name in names]


def _take(query: exp.Select, counts: Iterable[Count]) -> None:
    for count in counts:
        query.select(exp.alias_(compile_aggregate(count.aggregate), count.name), copy=False)
