"""rule-engine, compiled rules matched row by row: ``python peers/rule_engine_peer.py WAREHOUSE``."""

from __future__ import annotations

import rule_engine
from contest import compete, open_warehouse
from row_contest import read_rows
from rows import Row, group, lay_down, settle
from zen_peer import EXCLUDED, POINTS, SEVERITY, to_context


def compile_rules(rules: tuple[tuple[str, int], ...]) -> list[tuple[rule_engine.Rule, int]]:
    """Return the same conditions as its own rules."""
    return [(rule_engine.Rule(condition), value) for condition, value in rules]


def first(rules: list[tuple[rule_engine.Rule, int]], context: dict[str, object]) -> int:
    """Return what the first rule that matches gives."""
    return next(value for rule, value in rules if rule.matches(context))


def main() -> None:
    """Score, and say so."""
    connection = open_warehouse()
    rows = read_rows(connection)
    severity, points, excluded = compile_rules(SEVERITY), compile_rules(POINTS), compile_rules(EXCLUDED)

    def judge(row: Row) -> int | None:
        context = to_context(row)
        if first(excluded, context):
            return None
        context["severity"] = first(severity, context)
        return settle(row, context["severity"], first(points, context))

    compete(
        "rule-engine", connection, lambda: lay_down(connection, group(rows, [judge(row) for row in rows])), "scored"
    )


if __name__ == "__main__":
    main()
