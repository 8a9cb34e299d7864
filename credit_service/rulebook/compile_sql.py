"""The rulebook as SQL: tables to lay down, steps that score everybody, statements that explain one subject.

Before it is a checked rulebook, after it text that the warehouse runs with ``$as_of``, ``$known_at``, ``$run_id`` (and
``$subject_id``). Each step is a file in ``sql/`` whose ``slot_…`` names are replaced by expressions compiled from the
rules; scoring and explanation are the same steps, so they cannot disagree. It runs nothing.

Arithmetic: points are BIGINT in 10⁻⁴, weights whole millionths cut off, one half-up rounding per record;
`cross_checks` proves that nothing leaves 64 bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import sqlglot
from sqlglot import exp

from credit_service.rulebook.compile_near import compile_near_misses
from credit_service.rulebook.compile_nodes import as_of_day, compile_condition
from credit_service.rulebook.decision_tables import SqlTable, build_tables
from credit_service.rulebook.nodes import Some
from credit_service.rulebook.rule_types import CandidateRule, CandidateScope
from credit_service.rulebook.schema import Rulebook

DIALECT = "duckdb"
_SLOT = "slot_"
_STORED = ("scores", "candidates", "reasons", "near_misses")


@dataclass(frozen=True)
class Statement:
    """One statement with the names it uses as ``$name``."""

    name: str
    sql: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class CompiledScoring:
    """Everything the warehouse needs; ``explain`` ends with a SELECT, its other statements and all steps do not."""

    tables: tuple[SqlTable, ...]
    steps: tuple[Statement, ...]
    explain: tuple[Statement, ...]


def compile_scoring(rulebook: Rulebook, only_in: str | None = None) -> CompiledScoring:
    """Return the rulebook as SQL.

    Args:
        rulebook: The rules.
        only_in: A table with a column ``subject_id``; nobody else is scored. None: everybody is.

    **Shape**: the steps fill ``scores`` (a subject in a category), ``candidates`` (a subject on a list type for a
    category), ``reasons`` (a record that counts for a candidate) and ``near_misses`` (a subject within reach of a rule)
    for one ``$run_id``; natural persons get no row in ``scores``, ``reasons`` or ``near_misses``. The last of ``explain`` gives one row per record of ``$subject_id``.
    """
    bodies = _bodies(rulebook)
    if only_in is not None:
        chosen = exp.select("subject_id").from_(only_in)
        bodies["facts"] = bodies["facts"].where(exp.column("subject_id").isin(query=chosen))
    inserts = [_statement(f"insert_{table}", _read(f"insert_{table}")) for table in _STORED]
    one = dict(bodies)
    one["facts"] = bodies["facts"].where("COALESCE(to_subject_id, subject_id) = $subject_id", dialect=DIALECT)
    return CompiledScoring(
        tables=build_tables(rulebook),
        steps=(*_create_all(bodies), *inserts),
        explain=(*_create_all(one), _statement("explain", _read("explain"))),
    )


def render_sql(compiled: CompiledScoring) -> str:
    """Return every statement as one reviewed text, the golden file beside the scoring rule."""
    parts = [f"-- {step.name}\n{step.sql};" for step in compiled.steps]
    return "\n\n".join([*parts, f"-- {compiled.explain[-1].name}\n{compiled.explain[-1].sql};"]) + "\n"


def _bodies(rulebook: Rulebook) -> dict[str, exp.Query]:
    """Return the query of each temporary table, in the order they are made."""
    bodies = {"facts": _fill(_select("facts"), {"searches_fact": _searches_fact(rulebook)})}
    bodies |= {name: _select(name) for name in ("repeated", "topic_category", "topic_list")}
    bodies["judged"] = _fill(_select("judged"), _judging(rulebook))
    bodies["standing"] = _fill(_select("standing"), _scale(rulebook))
    bodies["subject_count"] = _counts(rulebook)
    for place, rule in enumerate(rulebook.candidates.rules, start=1):
        bodies[f"proposal_{place}"] = _proposal(rulebook, place, rule)
    bodies["proposals"] = exp.union(
        *(exp.select("*").from_(f"proposal_{place}") for place in range(1, len(rulebook.candidates.rules) + 1)),
        distinct=False,
    )
    bodies["proposed"] = _select("proposed")
    bodies["near"] = compile_near_misses(rulebook, lambda place, rule, when: _proposal(rulebook, place, rule, when))
    return bodies


def _searches_fact(rulebook: Rulebook) -> exp.Expr:
    kinds = [exp.Literal.string(kind) for kind in sorted(rulebook.classification.fact_kinds)]
    return exp.In(this=exp.column("kind"), expressions=kinds) if kinds else exp.false()


def _judging(rulebook: Rulebook) -> dict[str, exp.Expr]:
    severity = exp.Case()
    for place, rule in enumerate(rulebook.severity, start=1):
        if rule.when is None:
            severity = severity.else_(exp.Literal.number(place))
        else:
            severity = severity.when(compile_condition(rule.when), exp.Literal.number(place))
    exclusion = exp.Case()
    for place, exclude in enumerate(rulebook.scoring.exclusions, start=1):
        exclusion = exclusion.when(compile_condition(exclude.when), exp.Literal.number(place))
    scored = [exp.Literal.string(kind) for kind in sorted(rulebook.scoring.scored_subjects)]
    return {
        "severity_no": severity,
        "exclusion_no": exclusion,
        "scored": exp.In(this=exp.column("subject_kind"), expressions=scored),
        "person_no": exp.Literal.number(len(rulebook.scoring.exclusions) + 1),
        "as_of": as_of_day(),
    }


def _scale(rulebook: Rulebook) -> dict[str, exp.Expr]:
    scoring = rulebook.scoring
    worst = exp.Literal.string(scoring.grades[-1].grade)
    grade = exp.Case().when(exp.column("veto"), worst.copy())
    for step in scoring.grades[:-1]:
        reached = exp.GTE(this=exp.column("points"), expression=_big(step.min_points))
        grade = grade.when(reached, exp.Literal.string(step.grade))
    return {
        "base": _big(scoring.base),
        "floor": _big(scoring.floor),
        "cap": _big(scoring.cap),
        "grade": grade.else_(worst),
    }


def _counts(rulebook: Rulebook) -> exp.Query:
    """Return the counts the rules declare, for the subjects they can matter for."""
    rules = [rule for rule in rulebook.candidates.rules if rule.scope is CandidateScope.SUBJECT]
    supports = compile_condition(Some(tuple(rule.supports for rule in rules))) if rules else exp.false()
    query = _fill(_select("subject_count"), {"supports": supports})
    inner = next(part for part in query.find_all(exp.Select) if part.args.get("group"))
    for count in rulebook.candidates.counts:
        one = exp.Case().when(compile_condition(count.when), exp.Literal.number(1)).else_(exp.Literal.number(0))
        inner.select(exp.alias_(exp.cast(exp.Sum(this=one), "BIGINT"), count.name), copy=False)
    return query


def _proposal(rulebook: Rulebook, place: int, rule: CandidateRule, when: exp.Expr | None = None) -> exp.Query:
    """Return what a rule proposes; with ``when``, on that condition about the standing in place of its own."""
    if when is None:
        when = compile_condition(rule.when, "s") if rule.when else exp.true()
    query = _fill(
        _select(f"proposal_{rule.scope}"),
        {
            "no": exp.Literal.number(place),
            "list": exp.Literal.string(rule.list_kind.value),
            "when": when,
            "supports": exp.Paren(this=compile_condition(rule.supports, "r")),
        },
    )
    places = {other.entry.rule_id: number for number, other in enumerate(rulebook.candidates.rules, start=1)}
    for name in rule.unless:
        earlier = exp.select("subject_id").from_(f"proposal_{places[name]}")
        query = query.where(exp.Not(this=exp.In(this=exp.column("subject_id", table="r"), query=earlier.subquery())))
    return query


def _big(number: int) -> exp.Expr:
    return exp.cast(exp.Literal.number(number), "BIGINT")


def _create_all(bodies: Mapping[str, exp.Query]) -> Iterable[Statement]:
    for name, body in bodies.items():
        create = exp.Create(
            this=exp.to_table(name),
            kind="TABLE",
            replace=True,
            expression=body,
            properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
        )
        yield _statement(name, create)


def _statement(name: str, tree: exp.Expr) -> Statement:
    parameters = sorted({found.name for found in tree.find_all(exp.Parameter, exp.Placeholder)})
    return Statement(name, tree.sql(dialect=DIALECT, pretty=True, comments=False), tuple(parameters))


def _fill(query: exp.Query, slots: Mapping[str, exp.Expr]) -> exp.Query:
    """Replace each ``slot_…`` name; a slot without a filling, or left over, is a fault of this program."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.startswith(_SLOT):
            return slots[node.name.removeprefix(_SLOT)].copy()
        return node

    filled = query.transform(replace)
    if not isinstance(filled, exp.Query):
        raise TypeError(type(filled))
    return filled


def _select(name: str) -> exp.Query:
    tree = _read(name)
    if not isinstance(tree, exp.Query):
        raise TypeError(name)
    return tree


def _read(name: str) -> exp.Expr:
    """Return a fresh tree of a step's file."""
    return _parse(name).copy()


@lru_cache(maxsize=64)
def _parse(name: str) -> exp.Expr:
    text = (files("credit_service.rulebook") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return sqlglot.parse_one(text, dialect=DIALECT)
