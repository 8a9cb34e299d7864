"""How points fade and are rounded, as SQL for ``sql/judged.sql``; and which further tables that needs.

Before it is `arithmetic.Arithmetic`, after it fillings for the step's slots and conditions for its joins. What a rule
does not use costs nothing: a join on item or dates, or to a table of weights, stands only where a row asks for it.
"""

from __future__ import annotations

from sqlglot import exp

from credit_service.rulebook.arithmetic import MILLION, Arithmetic, Clock, DecayKind, Since
from credit_service.rulebook.compile_nodes import big
from credit_service.rulebook.rounding import Rounding
from credit_service.rulebook.rule_types import Scoring
from credit_service.rulebook.steps import read_expression

_REST = "CAST(max_until - slot_as_of AS BIGINT)"
_SPAN = "CAST(max_until - min_until AS BIGINT)"


def compile_arithmetic(arithmetic: Arithmetic) -> dict[str, exp.Expr]:
    """Return the fillings of the slots about weights and rounding."""
    return {
        "fades_from": exp.column(_find_start(arithmetic)),
        "faded": _fade(arithmetic),
        "rounding_addend": big(arithmetic.rounding.addend(MILLION)),
    }


def join_arithmetic(judged: exp.Query, scoring: Scoring) -> None:
    """Add to the step's joins what the rule's rows of points and its decay need."""
    if any(event.category for event in scoring.events):
        _find_join(judged, "rule_event").on("event_category = category", copy=False)
    if scoring.events_by is Clock.DECIDED_ON:
        _find_join(judged, "rule_event").on("decided_on BETWEEN event_from AND event_to", copy=False)
    if scoring.arithmetic.decay is DecayKind.HALF_LIFE:
        select = next(cte.this for cte in judged.find_all(exp.CTE) if cte.alias == "weighed")
        age = f"CAST($as_of AS DATE) - {_find_start(scoring.arithmetic)}"
        on = read_expression(f"decay_severity = severity AND decay_age = CAST({age} AS BIGINT)")
        select.join(exp.to_table("rule_decay"), on=on, join_type="left", copy=False)


def _find_start(arithmetic: Arithmetic) -> str:
    by_act = arithmetic.decay is DecayKind.HALF_LIFE and arithmetic.since is Since.DECIDED_ON
    return "decided_on" if by_act else "min_until"


def _fade(arithmetic: Arithmetic) -> exp.Expr:
    if arithmetic.decay is DecayKind.HALF_LIFE:
        return read_expression("COALESCE(decay_weight, CAST(0 AS BIGINT))")
    if arithmetic.weight_rounding is Rounding.DOWN:
        return read_expression(f"{_REST} * CAST({MILLION} AS BIGINT) // {_SPAN}")
    return read_expression(f"({_REST} * CAST({2 * MILLION} AS BIGINT) + {_SPAN}) // ({_SPAN} * CAST(2 AS BIGINT))")


def _find_join(query: exp.Query, table: str) -> exp.Join:
    return next(join for join in query.find_all(exp.Join) if join.this.name == table)
