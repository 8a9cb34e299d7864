"""The rulebook as SQL: tables to lay down, steps that score everybody, statements that explain one subject.

Before it is a checked rulebook, after it text that the warehouse runs with ``$as_of``, ``$known_at``, ``$run_id`` (and
``$subject_id``). Each step is a file in ``sql/`` whose ``slot_…`` names are replaced by expressions compiled from the
rules; scoring and explanation are the same steps, so they cannot disagree. It runs nothing.

Arithmetic: points are BIGINT in 10⁻⁴, weights whole millionths, one rounding per record, both as the rule names them;
`cross_checks` proves that nothing leaves 64 bits. What no rule uses is not in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from credit_service.rulebook.candidate_types import CandidateRule
from credit_service.rulebook.compile_arithmetic import compile_arithmetic, join_arithmetic
from credit_service.rulebook.compile_counts import (
    compile_standing_counts,
    compile_subject_counts,
    find_standing_table,
)
from credit_service.rulebook.compile_history import compile_history, find_read_history
from credit_service.rulebook.compile_near import compile_near_misses
from credit_service.rulebook.compile_nodes import as_of_day, compile_condition
from credit_service.rulebook.compile_run import compose_run
from credit_service.rulebook.compile_standing import compile_parts, compile_standing
from credit_service.rulebook.decision_tables import SqlTable, build_tables
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import DIALECT as STEP_DIALECT
from credit_service.rulebook.steps import fill, read_query, read_step

DIALECT = STEP_DIALECT
"""The engine the statements are for."""
_STORED = ("scores", "candidates", "reasons", "near_misses")


@dataclass(frozen=True)
class Statement:
    """One statement with the names it uses as ``$name``."""

    name: str
    sql: str
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class CompiledScoring:
    """Everything the warehouse needs."""

    tables: tuple[SqlTable, ...]
    """Decision tables, to lay down first."""
    steps: tuple[Statement, ...]
    """Every table laid down, for whoever looks at records one by one (comparisons, boards, other engines)."""
    run: tuple[Statement, ...]
    """The same answer with as little laid down as will do; what an assessment runs (`compile_run`)."""
    explain: tuple[Statement, ...]
    """The steps for one ``$subject_id``; the last is a SELECT."""


def compile_scoring(rulebook: Rulebook, only_in: str | None = None) -> CompiledScoring:
    """Return the rulebook as SQL.

    Args:
        rulebook: The rules.
        only_in: A table with a column ``subject_id``; nobody else is scored. None: everybody is.

    **Shape**: the steps fill ``scores`` (a subject in a category), ``candidates`` (a subject on a list type for a
    category), ``reasons`` (a record that counts for a candidate) and ``near_misses`` (a subject within reach of a rule)
    for one ``$run_id``; natural persons get no row in ``scores``, ``reasons`` or ``near_misses``. The last of
    ``explain`` gives one row per record of ``$subject_id``.
    """
    bodies = _bodies(rulebook)
    if only_in is not None:
        chosen = exp.select("subject_id").from_(only_in)
        bodies["facts"] = bodies["facts"].where(exp.column("subject_id").isin(query=chosen))
    inserts = {f"insert_{table}": read_step(f"insert_{table}") for table in _STORED}
    stores = [_statement(name, tree) for name, tree in inserts.items()]
    one = bodies["facts"].where("COALESCE(to_subject_id, subject_id) = $subject_id", dialect=DIALECT)
    # The facts come first, and whatever is made of them is the same for one subject as for everybody.
    creates = list(_create_all(bodies))
    return CompiledScoring(
        tables=build_tables(rulebook),
        steps=(*creates, *stores),
        run=(*_create_all(compose_run(rulebook, bodies, list(inserts.values()))), *stores),
        explain=(*_create_all({"facts": one}), *creates[1:], _statement("explain", read_step("explain"))),
    )


def compile_judging(rulebook: Rulebook, only_in: str) -> tuple[tuple[SqlTable, ...], tuple[Statement, ...]]:
    """Return the tables and steps that judge the records of chosen subjects one by one, and score nobody.

    Args:
        rulebook: The rules.
        only_in: A table with a column ``subject_id``; only their records are judged.

    **Shape**: the last step lays down ``judged``, one row per record.
    """
    bodies = _bodies(rulebook)
    chosen = exp.select("subject_id").from_(only_in)
    bodies["facts"] = bodies["facts"].where(exp.column("subject_id").isin(query=chosen))
    needed = list(bodies)[: list(bodies).index("judged") + 1]
    return build_tables(rulebook), tuple(_create_all({name: bodies[name] for name in needed}))


def render_sql(compiled: CompiledScoring) -> str:
    """Return every statement as one reviewed text, the golden file beside the scoring rule."""
    parts = [f"-- {step.name}\n{step.sql};" for step in compiled.run]
    return "\n\n".join([*parts, f"-- {compiled.explain[-1].name}\n{compiled.explain[-1].sql};"]) + "\n"


def _bodies(rulebook: Rulebook) -> dict[str, exp.Query]:
    """Return the query of each temporary table, in the order they are made."""
    bodies = {"facts": read_query("facts", {"searches_fact": _searches_fact(rulebook)})}
    bodies |= {name: read_query(name) for name in ("repeated", "topic_category", "topic_list")}
    history = find_read_history(rulebook)
    if history:
        bodies["history"] = compile_history(history)
    bodies["judged"] = _judged(rulebook, with_history=bool(history))
    bodies["parts"] = compile_parts(rulebook)
    bodies["standing"] = compile_standing(rulebook)
    bodies["subject_count"] = compile_subject_counts(rulebook)
    bodies |= compile_standing_counts(rulebook)
    for place, rule in enumerate(rulebook.candidates.rules, start=1):
        bodies[f"proposal_{place}"] = _proposal(rulebook, place, rule)
    bodies["proposals"] = _gather(len(rulebook.candidates.rules))
    bodies["proposed"] = read_query("proposed")
    bodies["near"] = compile_near_misses(rulebook, lambda place, rule, when: _proposal(rulebook, place, rule, when))
    return bodies


def _gather(rules: int) -> exp.Query:
    """Return what all rules propose; on a day without any rule, nothing."""
    parts = [exp.select("*").from_(f"proposal_{place}") for place in range(1, rules + 1)]
    if not parts:
        return read_query("no_proposal")
    return exp.union(*parts, distinct=False) if len(parts) > 1 else parts[0]


def _searches_fact(rulebook: Rulebook) -> exp.Expr:
    kinds = [exp.Literal.string(kind) for kind in sorted(rulebook.classification.fact_kinds)]
    return exp.In(this=exp.column("kind"), expressions=kinds) if kinds else exp.false()


def _judged(rulebook: Rulebook, *, with_history: bool) -> exp.Query:
    # The slots of a filling are filled in turn: the working of a weight asks for the day of the question.
    query = fill(read_query("judged", _judging(rulebook)), {"as_of": as_of_day()})
    if with_history:
        classified = next(cte.this for cte in query.find_all(exp.CTE) if cte.alias == "classified")
        classified.join(exp.to_table("history"), on="history_id = record_id", copy=False)
    join_arithmetic(query, rulebook.scoring)
    return query


def _judging(rulebook: Rulebook) -> dict[str, exp.Expr]:
    scored = [exp.Literal.string(kind) for kind in sorted(rulebook.scoring.scored_subjects)]
    return {
        "severity_no": _find_first(rule.when for rule in rulebook.severity),
        "exclusion_no": _find_first(exclude.when for exclude in rulebook.scoring.exclusions),
        "scored": exp.In(this=exp.column("subject_kind"), expressions=scored),
        "person_no": exp.Literal.number(len(rulebook.scoring.exclusions) + 1),
        "as_of": as_of_day(),
        **compile_arithmetic(rulebook.scoring.arithmetic),
    }


def _find_first(conditions: Iterable[Condition | None]) -> exp.Expr:
    """Return the number of the first condition that holds, NULL where none does; None holds of every record."""
    case, default = exp.Case(), None
    for place, condition in enumerate(conditions, start=1):
        if condition is None:
            default = exp.Literal.number(place)
        else:
            case = case.when(compile_condition(condition), exp.Literal.number(place))
    if case.args.get("ifs"):
        return case.else_(default) if default else case
    return default or exp.cast(exp.Null(), "INT")


def _proposal(rulebook: Rulebook, place: int, rule: CandidateRule, when: exp.Expr | None = None) -> exp.Query:
    """Return what a rule proposes; with ``when``, on that condition about the standing in place of its own."""
    if when is None:
        when = compile_condition(rule.when, "s") if rule.when else exp.true()
    # It stands among other conditions: an OR of its own must not take them along.
    when = exp.Paren(this=when) if isinstance(when, exp.Or) else when
    query = read_query(
        f"proposal_{rule.scope}",
        {
            "no": exp.Literal.number(place),
            "list": exp.Literal.string(rule.list_kind.value),
            "when": when,
            "supports": exp.Paren(this=compile_condition(rule.supports, "r")),
        },
    )
    standing = find_standing_table(rulebook, rule)
    for table in query.find_all(exp.Table):
        if table.name == "standing":
            table.set("this", exp.to_identifier(standing))
    places = {other.entry.rule_id: number for number, other in enumerate(rulebook.candidates.rules, start=1)}
    for name in rule.unless:
        earlier = exp.select("subject_id").from_(f"proposal_{places[name]}")
        query = query.where(exp.Not(this=exp.In(this=exp.column("subject_id", table="r"), query=earlier.subquery())))
    return query


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
