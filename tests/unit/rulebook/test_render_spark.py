"""What is said in Spark's words, and that whatever has no words is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from spec.test_abilities import ABILITIES, CASES, RULES, changed  # noqa: F401 - a fixture is found by its name
from sqlglot import exp

from credit_service.rulebook.compile_sql import CompiledScoring, Statement, compile_scoring
from credit_service.rulebook.render_spark import (
    DROPPED,
    KEPT,
    SparkTemplateMissing,
    compile_for_spark,
    render_node,
)

SQL = Path(RULES).parent / "credit_service" / "rulebook" / "sql"


def render(text: str) -> str:
    return render_node(sqlglot.parse_one(text, dialect="duckdb")).sql(dialect="spark")


@pytest.mark.parametrize(
    ("duckdb", "spark"),
    [
        ("a // 4", "a DIV 4"),
        ("(a // b) % 2", "(a DIV b) % 2"),
        ("CAST(ends_on - decided_on AS BIGINT)", "CAST(DATEDIFF(ends_on, decided_on) AS BIGINT)"),
        ("CAST($as_of AS DATE) - s.last", "DATEDIFF(CAST(:as_of AS DATE), s.last)"),
        ("points - 1", "points - 1"),
        ("CAST(decided_on + TO_MONTHS(m) AS DATE)", "CAST(ADD_MONTHS(decided_on, CAST(m AS INT)) AS DATE)"),
        ("CAST($known_at AS TIMESTAMP)", "CAST(:known_at AS TIMESTAMP_NTZ)"),
        (
            "SIGN(a)",
            "CASE WHEN a > 0 THEN CAST(1 AS BIGINT) WHEN a < 0 THEN CAST(-1 AS BIGINT)"
            " WHEN a = 0 THEN CAST(0 AS BIGINT) END",
        ),
        ("ARG_MIN(a, b)", "MIN_BY(a, b) FILTER(WHERE NOT a IS NULL)"),
        ("ANY_VALUE(a)", "MIN(a)"),
        ("LIST_CONTAINS(a, b)", "ARRAY_CONTAINS(a, b)"),
        ("SELECT a FROM t UNION ALL SELECT a FROM u", "SELECT a FROM t UNION ALL SELECT a FROM u"),
        ("SELECT a FROM t ORDER BY a", "SELECT a FROM t ORDER BY a NULLS LAST"),
        ("WITH x AS NOT MATERIALIZED (SELECT a FROM t) SELECT a FROM x", "WITH x AS (SELECT a FROM t) SELECT a FROM x"),
    ],
)
def test_templates(duckdb, spark):
    assert render(duckdb) == spark


@pytest.mark.parametrize(
    "text",
    [
        "LOWER(a)",
        "STRFTIME(d, '%Y')",
        "BOOL_OR(a)",
        "a & 4",
        "decided_on + 30",
        "decided_on - 30",
        "d + TO_DAYS(3)",
        "CAST(a AS DOUBLE)",
        "CAST(a AS DECIMAL(18, 2))",
        "TRY_CAST(a AS BIGINT)",
        "LIST(a)",
        "LIST(a ORDER BY b DESC)",
        "COUNT(DISTINCT a)",
        "SUM(DISTINCT a)",
        "a IN (SELECT b FROM t LIMIT 1)",
        "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY a) = 1",
        "SELECT a FROM t CROSS JOIN u",
        "SELECT a FROM t JOIN u USING (a)",
        "SELECT * EXCLUDE (a) FROM t",
        "SELECT * REPLACE (1 AS a) FROM t",
        "SELECT DISTINCT ON (a) a, b FROM t",
        "SELECT a FROM t TABLESAMPLE 10%",
        "SELECT a FROM t GROUP BY ALL",
        "WITH x AS MATERIALIZED (SELECT a FROM t) SELECT a FROM x",
        "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a FROM x) SELECT a FROM x",
        "SELECT a FROM READ_CSV('x')",
        "INSERT OR REPLACE INTO t SELECT a FROM u",
        "INSERT INTO t (a) SELECT a FROM u",
        "DELETE FROM t",
    ],
)
def test_what_has_no_template_is_refused(text):
    with pytest.raises(SparkTemplateMissing):
        render(text)


@pytest.mark.parametrize(
    "text", ["CREATE TABLE t AS SELECT 1 AS a", "CREATE OR REPLACE TEMPORARY VIEW t AS SELECT 1 AS a"]
)
def test_only_temporary_tables_are_made_anew(text):
    compiled = CompiledScoring((), (Statement("t", text, ()),), (), ())
    with pytest.raises(SparkTemplateMissing):
        compile_for_spark(compiled)


def test_parts_are_named_as_sqlglot_names_them():
    """SQLGlot takes unknown parts without a word: a part it renamed would be lost, and its clause with it."""
    for kind, parts in KEPT.items():
        assert parts <= set(kind.arg_types), kind
    assert all(part in kind.arg_types for kind, part in DROPPED)


def test_a_list_is_ordered_with_empty_keys_last_and_null_where_nothing_is():
    assert render("LIST(a ORDER BY b)") == (
        "NULLIF(TRANSFORM(SORT_ARRAY(COLLECT_LIST(NAMED_STRUCT('missing_0', b IS NULL, 'key_0', b, 'item', a))),"
        " r -> r.item), ARRAY())"
    )


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda path: path.name)
def test_every_ability_has_its_templates(ability, changed):  # noqa: F811 - the fixture imported above
    day = next(case.as_of for path, case in CASES if path == ability)
    compiled = compile_scoring(changed(ability, day))
    rendered = compile_for_spark(compiled)
    made = [step.name for step in rendered.steps if not step.name.startswith("drop_")]
    assert made == [step.name for step in compiled.steps]
    again = [sqlglot.parse_one(step.sql, dialect="spark") for step in (*rendered.steps, *rendered.explain)]
    assert not [tree for tree in again if tree.find(exp.Command)], "SQLGlot reads what it wrote"
