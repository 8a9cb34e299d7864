"""The steps as an assessment runs them: records are judged as they are read, and looked at one by one only where asked.

Before it are the queries of `compile_sql`, which lay every table down for whoever wants to look at it; after it the
same queries put together so that the large tables need not be: what is laid down costs more than what is reckoned. The
answer is the same to the last digit, and tests hold it so.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp
from sqlglot.optimizer.simplify import simplify

from credit_service.rulebook.candidate_types import CandidateRule, CandidateScope
from credit_service.rulebook.compile_counts import find_standing_table
from credit_service.rulebook.compile_nodes import big, compile_condition
from credit_service.rulebook.near_misses import list_edges
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.steps import read_query

_OF_ACTS = ("repeated", "topic_category", "topic_list")
"""Steps that ask nothing about whose a record is."""
_OF_SUBJECTS = ("history",)
_FROM_JUDGED = ("parts", "standing")
_ASKED = "asked"
"""Table of the subjects that rules about candidates may concern."""


def compose_run(rulebook: Rulebook, bodies: Mapping[str, exp.Query], readers: list[exp.Expr]) -> dict[str, exp.Query]:
    """Return the queries to run, in order.

    Args:
        rulebook: The rules the queries were compiled from.
        bodies: The query of each table, in order; ``facts`` and ``judged`` have a row for every record.
        readers: What reads the tables afterwards.

    **Shape**: the tables have the names and rows they have otherwise, but ``facts`` is none, and ``judged`` has the
    records of the subjects in ``asked`` only, and the columns that something reads.
    """
    rest = {
        name: body
        for name, body in bodies.items()
        if name not in {"facts", "judged", *_OF_ACTS, *_OF_SUBJECTS, *_FROM_JUDGED}
    }
    facts, judged = bodies["facts"].copy(), bodies["judged"]
    # Whom somebody was linked to is asked once; where nobody was, DuckDB plans the other steps without it.
    run = {part.alias: part.this for part in facts.ctes}
    facts.set("with_", None)
    of_acts = {name: bodies[name] for name in _OF_ACTS} | {"repeated": read_query("repeated_run")}
    run |= {name: _with("facts", _unlinked(facts), body) for name, body in of_acts.items()}
    run |= {name: _with("facts", facts, bodies[name]) for name in _OF_SUBJECTS if name in bodies}
    parts = bodies["parts"].copy()
    if not isinstance(parts, exp.Select):
        raise TypeError(type(parts))
    parts.select(_flag(_supports(rulebook)), copy=False)
    run["parts"] = _with("facts", facts, _with("judged", _without_rule(judged), parts))
    run["standing"] = bodies["standing"]
    run[_ASKED] = read_query(_ASKED, {"when": _standings(rulebook)})
    asked = _only_counting(rulebook, _only_asked(facts))
    run["judged"] = _with("facts", asked, _narrow(rulebook, judged, [*rest.values(), *readers]))
    return run | rest


def _narrow(rulebook: Rulebook, judged: exp.Query, readers: list[exp.Expr]) -> exp.Query:
    """Return the judged records that a rule or a reason can be about, with the columns that something reads.

    A record that supports no rule, is counted by none and has no points adds nothing to anybody.
    """
    reason = exp.and_(exp.column("is_scored"), exp.column("is_usable"))
    read = {column.name for tree in readers for column in tree.find_all(exp.Column)}
    names = [name for column in judged.selects if (name := column.alias_or_name) in read]
    return exp.select(*names).from_(judged.subquery("judged_all")).where(exp.or_(reason, *_about(rulebook)))


def _about(rulebook: Rulebook) -> list[exp.Expr]:
    """Return the conditions on a judged record by which it supports a rule or is counted."""
    candidates = rulebook.candidates
    conditions = [rule.supports for rule in candidates.rules] + [count.when for count in candidates.counts]
    return [exp.Paren(this=compile_condition(condition)) for condition in conditions]


def _only_counting(rulebook: Rulebook, facts: exp.Query) -> exp.Query:
    """Leave out facts that an exclusion keeps from counting by what they say themselves, before they are judged.

    Only where no rule is about records that do not count: every condition must be false of a record that is not usable.
    """
    if any(simplify(_of_unusable(condition)) != exp.false() for condition in _about(rulebook)):
        return facts
    own = {column.alias_or_name for column in facts.selects if isinstance(column, exp.Column)}
    conditions = [compile_condition(exclusion.when) for exclusion in rulebook.scoring.exclusions]
    excluded = [one for one in conditions if {column.name for column in one.find_all(exp.Column)} <= own]
    return facts.where(exp.Not(this=exp.Paren(this=exp.or_(*excluded)))) if excluded else facts


def _of_unusable(condition: exp.Expr) -> exp.Expr:
    """Return what a condition says of a record that is not usable."""

    def know(node: exp.Expr) -> exp.Expr:
        return exp.false() if isinstance(node, exp.Column) and node.name == "is_usable" else node

    return condition.transform(know)


def _supports(rulebook: Rulebook) -> exp.Expr:
    """Return the condition on a judged record that some rule is about, whatever the subject's points are."""
    rules = [rule for rule in rulebook.candidates.rules if not _is_known_by_standing(rulebook, rule)]
    return exp.or_(*(exp.Paren(this=compile_condition(rule.supports)) for rule in rules)) if rules else exp.false()


def _standings(rulebook: Rulebook) -> exp.Expr:
    """Return the condition on a standing that some rule is about, or is close to."""
    found: list[exp.Expr] = []
    for rule in rulebook.candidates.rules:
        if _is_known_by_standing(rulebook, rule):
            found.append(exp.Paren(this=compile_condition(rule.when)) if rule.when else exp.true())
            points = exp.column("points")
            found += [
                exp.Between(this=points.copy(), low=big(edge.first), high=big(edge.last))
                for edge in list_edges(rulebook, rule)
            ]
    return exp.or_(*found) if found else exp.false()


def _is_known_by_standing(rulebook: Rulebook, rule: CandidateRule) -> bool:
    """Return whether the standing alone tells that a rule cannot concern a subject."""
    of_standing = rule.scope in {CandidateScope.CATEGORY, CandidateScope.WHOLE}
    return of_standing and find_standing_table(rulebook, rule) == "standing"


def _flag(condition: exp.Expr) -> exp.Expr:
    one = exp.Case().when(condition, exp.Literal.number(1)).else_(exp.Literal.number(0))
    return exp.alias_(exp.Max(this=one), "is_asked")


def _without_rule(judged: exp.Query) -> exp.Query:
    """Return the judged records without the rule that says why: adding them up does not ask, and makes a join less."""
    query = judged.copy()
    query.set("expressions", [column for column in query.selects if column.alias_or_name != "rule"])
    query.set("joins", [join for join in query.args["joins"] if join.this.name != "rule_exclusion"])
    return query


def _unlinked(facts: exp.Query) -> exp.Query:
    """Return the facts without the subject they are linked to: a record has one at most, so none is lost or doubled."""
    query = facts.copy()
    query.set("expressions", [column for column in query.selects if column.alias_or_name != "subject_id"])
    query.set("joins", [join for join in query.args["joins"] if join.this.name != "known_links"])
    return query


def _only_asked(facts: exp.Query) -> exp.Query:
    """Return the facts of the subjects in question, by whom their records belong to."""
    subject = next(column.unalias() for column in facts.selects if column.alias_or_name == "subject_id")
    asked = exp.select("subject_id").from_(_ASKED)
    return facts.where(exp.In(this=subject.copy(), query=asked.subquery()))


def _with(name: str, part: exp.Query, query: exp.Query) -> exp.Query:
    """Return a query that reads another one by its name, worked out on the way and laid down nowhere."""
    inner, whole = part.copy(), query.copy()
    before = inner.ctes
    inner.set("with_", None)
    own = exp.CTE(this=inner, alias=exp.TableAlias(this=exp.to_identifier(name)), materialized=False)
    present = whole.args.get("with_")
    after = list(present.expressions) if present else []
    whole.set("with_", exp.With(expressions=[*before, own, *after]))
    return whole
