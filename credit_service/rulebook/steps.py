"""The step files in ``sql/``: read once, and their ``slot_…`` names filled with expressions compiled from the rules.

Before it lie the files, after it trees for `compile_sql` and its neighbours. It knows no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"
_SLOT = "slot_"


def read_query(name: str, slots: Mapping[str, exp.Expr] | None = None) -> exp.Query:
    """Return a fresh tree of a step's query, its slots filled.

    A slot without a filling is a fault of this program, and raises a KeyError.
    """
    tree = read_step(name)
    if not isinstance(tree, exp.Query):
        raise TypeError(name)
    return fill(tree, slots or {})


def read_step(name: str) -> exp.Expr:
    """Return a fresh tree of a step's file."""
    return _parse(name).copy()


def read_expression(text: str) -> exp.Expr:
    """Return the tree of an expression written in this program, never in a rule file."""
    return sqlglot.parse_one(text, dialect=DIALECT)


def fill(query: exp.Query, slots: Mapping[str, exp.Expr]) -> exp.Query:
    """Return a query with each ``slot_…`` name replaced."""

    def replace(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.startswith(_SLOT):
            return slots[node.name.removeprefix(_SLOT)].copy()
        return node

    filled = query.transform(replace)
    if not isinstance(filled, exp.Query):
        raise TypeError(type(filled))
    return filled


@lru_cache(maxsize=64)
def _parse(name: str) -> exp.Expr:
    text = (files("credit_service.rulebook") / "sql" / f"{name}.sql").read_text(encoding="utf-8")
    return sqlglot.parse_one(text, dialect=DIALECT)
