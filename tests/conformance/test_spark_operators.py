"""Each operator by itself, over thousands of pairs of values: DuckDB and Spark compute the same, NULL for NULL.

The statements of a rulebook use them on the values that occur; here they meet those that do not: numbers below zero and
near the edge of 64 bits, all pairs of month ends, missing values, ties and empty groups.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import duckdb
import pyarrow as pa
import pytest
import sqlglot

from credit_service.rulebook.render_spark import render_node

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]

WHOLE = (None, 0, 1, -1, 2, 7, -7, 10**6, -(10**6), 90071992547409931, 2**62, -(2**62), 999_999, 500_000, -500_000)
MONTH_ENDS = [date(2024, 1, 1) + timedelta(days=shift) for shift in range(-3, 800, 1)]
DAYS = [
    None,
    date(1949, 10, 1),
    date(2000, 2, 29),
    date(2099, 12, 31),
    *(day for day in MONTH_ENDS if (day + timedelta(days=2)).day <= 4 or day.day == 15),
]
WORDS = (None, "", "a", "A", "药", "假药", "销售假药'\\", "%")

NUMBERS = (
    "a // CASE WHEN b <> 0 THEN b END",
    "a % CASE WHEN b <> 0 THEN b END",
    "a // 7",
    "(a // 64) % 2",
    "a % 7",
    "SIGN(a)",
    "ABS(a)",
    "SIGN(a) * ((ABS(a) + 500000) // CAST(1000000 AS BIGINT))",
    "LEAST(a, b)",
    "GREATEST(a, b, 3)",
    "LEAST(GREATEST(a, -5), 5)",
    "COALESCE(a, b, 0)",
    "a BETWEEN b AND 7",
    "a IN (0, 1, 7)",
    "NOT a IN (0, 1, 7)",
    "COALESCE(a > b, FALSE)",
    "a = b OR a <> b",
    "CASE WHEN a > b THEN 1 WHEN a = b THEN 0 END",
    "CAST(CAST(a AS DECIMAL(38, 0)) + CAST(a AS DECIMAL(38, 0)) - CAST(a AS DECIMAL(38, 0)) AS BIGINT)",
)
DATES = (
    "CAST(x_on - y_on AS BIGINT)",
    "CAST(x_on + TO_MONTHS(m) AS DATE)",
    "CAST(x_on + TO_MONTHS(m) AS DATE) <= y_on",
    "YEAR(x_on) * 12 + MONTH(x_on) - (YEAR(y_on) * 12 + MONTH(y_on))",
    "CASE WHEN DAY(x_on) < DAY(y_on) THEN 1 ELSE 0 END",
    "CAST(x_on - CAST('2000-01-01' AS DATE) AS BIGINT)",
    "LEAST(COALESCE(x_on, CAST(y_on + TO_MONTHS(m) AS DATE)), CAST(y_on + TO_MONTHS(60) AS DATE))",
    "GREATEST(x_on, y_on)",
    "x_on < y_on",
)
TEXTS = (
    "s || '|' || t",
    "s || m",
    "CONTAINS(s, t)",
    "s = t",
    "s < t",
    "s IN ('', '假药')",
    "LEAST(s, t)",
    "COALESCE(s, t, '无')",
)
GROUPED = (
    "COUNT(*)",
    "COUNT(s)",
    "CAST(SUM(CASE WHEN s = 'a' THEN 1 ELSE 0 END) AS BIGINT)",
    "CAST(SUM(CASE WHEN a < 1000 THEN a END) AS BIGINT)",
    "MIN(s)",
    "MAX(s)",
    "ARG_MIN(s, n)",
    "ARG_MAX(s, n)",
    "LIST(s ORDER BY s)",
    "LIST(s ORDER BY t, n)",
    "LIST(t || n ORDER BY a, s, n)",
    "LIST_CONTAINS(LIST(n ORDER BY n), 3)",
)
WINDOWED = (
    "ROW_NUMBER() OVER (PARTITION BY s ORDER BY a DESC, n DESC)",
    "ROW_NUMBER() OVER (PARTITION BY s ORDER BY a, n)",
    "CAST(SUM(m) OVER (PARTITION BY s ORDER BY n RANGE BETWEEN 40 PRECEDING AND 1 PRECEDING) AS BIGINT)",
)


@pytest.fixture
def ask(interpreted):
    """Return a function that puts one question to both engines."""

    def put(rows: list[dict[str, object]], schema: pa.Schema, question: str) -> tuple[list[tuple], list[tuple]]:
        values = pa.Table.from_pylist(rows, schema=schema)
        with duckdb.connect() as connection:
            connection.from_arrow(values).create("v")
            ours = connection.sql(question).fetchall()
        interpreted.session.createDataFrame(values).createOrReplaceTempView("v")
        text = render_node(sqlglot.parse_one(question, dialect="duckdb")).sql(dialect="spark")
        columns = interpreted.session.sql(text).toArrow().columns
        return ours, list(zip(*(column.to_pylist() for column in columns), strict=True))

    return put


def select(expressions: tuple[str, ...], rest: str) -> str:
    named = ", ".join(f"{expression} AS e{place}" for place, expression in enumerate(expressions))
    return f"SELECT {named} FROM v {rest}"


def assert_same(ours: list[tuple], theirs: list[tuple], expressions: tuple[str, ...]) -> None:
    assert len(ours) == len(theirs) > 0
    wrong = {
        expressions[place]: (here[place], there[place])
        for here, there in zip(ours, theirs, strict=True)
        for place in range(len(expressions))
        if here[place] != there[place]
    }
    assert wrong == {}


def test_whole_numbers(ask):
    rows = [{"n": n, "a": a, "b": b} for n, (a, b) in enumerate(product(WHOLE, WHOLE))]
    schema = pa.schema([("n", pa.int64()), ("a", pa.int64()), ("b", pa.int64())])
    assert_same(*ask(rows, schema, select(NUMBERS, "ORDER BY n")), NUMBERS)


def test_days_and_months(ask):
    pairs = product(DAYS, DAYS, (None, 0, 1, 12, 13, 36))
    rows = [{"n": n, "x_on": x, "y_on": y, "m": m} for n, (x, y, m) in enumerate(pairs) if n % 5 == 0]
    schema = pa.schema([("n", pa.int64()), ("x_on", pa.date32()), ("y_on", pa.date32()), ("m", pa.int32())])
    assert_same(*ask(rows, schema, select(DATES, "ORDER BY n")), DATES)


def test_texts_groups_and_windows(ask):
    rows = [
        {"n": n, "k": n % 9, "s": s, "t": t, "a": a, "m": m}
        for n, (s, t, a, m) in enumerate(product(WORDS, WORDS, (None, -1, 5), (None, 2)))
    ]
    schema = pa.schema(
        [
            ("n", pa.int64()),
            ("k", pa.int64()),
            ("s", pa.string()),
            ("t", pa.string()),
            ("a", pa.int64()),
            ("m", pa.int32()),
        ]
    )
    for expressions, rest in ((TEXTS, "ORDER BY n"), (GROUPED, "GROUP BY k ORDER BY k"), (WINDOWED, "ORDER BY n")):
        assert_same(*ask(rows, schema, select(expressions, rest)), expressions)


def test_a_group_without_rows_has_no_list_and_no_extreme(ask):
    schema = pa.schema([("n", pa.int64()), ("s", pa.string()), ("t", pa.string()), ("a", pa.int64())])
    expressions = ("COUNT(*)", "LIST(s ORDER BY n)", "MIN(s)", "ARG_MIN(s, n)", "SUM(a)")
    assert_same(*ask([], schema, select(expressions, "")), expressions)


@pytest.mark.parametrize("expression", ["a * 4", "a + a", "CAST(SUM(a) AS BIGINT)", "a // 0"])
def test_what_does_not_fit_raises_and_never_wraps(expression, interpreted):
    """Of zero as a divisor, older DuckDB makes NULL; the compiler never divides by what may be zero."""
    from pyspark.errors import ArithmeticException

    question = f"SELECT {expression} AS e0 FROM v"
    text = render_node(sqlglot.parse_one(question, dialect="duckdb")).sql(dialect="spark")
    values = pa.table({"a": pa.array([2**62, 2**62], pa.int64())})
    interpreted.session.createDataFrame(values).createOrReplaceTempView("v")
    with pytest.raises(ArithmeticException):
        interpreted.session.sql(text).collect()
