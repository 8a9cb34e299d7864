"""Every condition the language can express means the same in SQL and in plain Python, and is never unknown."""

from __future__ import annotations

from datetime import date

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.rulebook.compile_nodes import compile_condition
from credit_service.rulebook.evaluate_condition import holds
from credit_service.rulebook.fields import NUMERIC, WINDOW_SCOPE, FieldSpec, ValueType
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    Day,
    Empty,
    Every,
    Field,
    Member,
    Not,
    Number,
    Product,
    Quotient,
    Some,
    Span,
    Sum,
    Truth,
    Within,
)
from credit_service.rulebook.parse_condition import parse_condition
from credit_service.rulebook.rounding import Rounding

AS_OF = date(2028, 2, 29)
EDGES = (
    AS_OF,
    date(2028, 2, 28),
    date(2028, 3, 1),
    date(2027, 2, 28),
    date(2026, 1, 31),
    date(2024, 2, 29),
    date(1999, 12, 31),
)
SQL_TYPES = {ValueType.DATE: "DATE", ValueType.BOOL: "BOOLEAN", ValueType.ENUM: "VARCHAR", ValueType.FEN: "BIGINT"}
COLUMNS = {spec.source: spec for spec in WINDOW_SCOPE.fields if spec.name != "as_of"}


def of_type(*types: ValueType) -> list[FieldSpec]:
    return [spec for spec in WINDOW_SCOPE.fields if spec.type in types]


dates = st.sampled_from(of_type(ValueType.DATE)).map(Field)
numbers = st.integers(0, 10**6).map(Number)
spans = st.builds(Span, st.sampled_from((ValueType.DAYS, ValueType.MONTHS)), dates, dates)
money = st.sampled_from(of_type(ValueType.FEN)).map(Field)
money_sums = st.builds(Sum, money, st.one_of(money, numbers), st.booleans())
span_sums = st.builds(Sum, spans, numbers, st.booleans())
factors = st.integers(0, 12)
divisors = st.sampled_from((1, 2, 3, 7, 100, 10**6))
roundings = st.sampled_from(Rounding)
money_shares = st.one_of(
    st.builds(Product, st.one_of(money, money_sums), factors),
    st.builds(Quotient, st.one_of(money, money_sums), divisors, roundings),
)
span_shares = st.one_of(
    st.builds(Product, st.one_of(spans, span_sums), factors),
    st.builds(Quotient, st.one_of(spans, span_sums), divisors, roundings),
)
fixed_days = st.sampled_from(EDGES).map(Day)
comparators = st.sampled_from(Comparator)


@st.composite
def enum_conditions(draw: st.DrawFn) -> Condition:
    spec = draw(st.sampled_from(of_type(ValueType.ENUM)))
    members = [Member(name, spec) for name in draw(st.lists(st.sampled_from(spec.members), min_size=1, max_size=3))]
    if draw(st.booleans()):
        return Within(Field(spec), tuple(members))
    return Compare(draw(st.sampled_from((Comparator.EQ, Comparator.NE))), Field(spec), members[0])


simple = st.one_of(
    enum_conditions(),
    st.builds(Compare, comparators, dates, st.one_of(dates, fixed_days)),
    st.builds(Compare, comparators, st.one_of(money, money_sums, money_shares), st.one_of(money, numbers)),
    st.builds(Compare, comparators, st.one_of(spans, span_sums, span_shares), numbers),
    st.builds(Within, money, st.lists(numbers, min_size=1, max_size=3).map(tuple)),
    st.builds(Truth, st.sampled_from(of_type(ValueType.BOOL)).map(Field)),
    st.builds(Empty, st.sampled_from([s for s in WINDOW_SCOPE.fields if s.nullable]).map(Field), st.booleans()),
)


def deeper(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    certain = inner.filter(lambda node: not node.may_be_empty)
    return st.one_of(several.map(Every), several.map(Some), certain.map(Not))


conditions = st.recursive(simple, deeper, max_leaves=6)


def value_of(spec: FieldSpec) -> st.SearchStrategy[object]:
    by_type = {
        ValueType.DATE: st.sampled_from(EDGES),
        ValueType.BOOL: st.integers(0, 2047) if spec.bit else st.booleans(),
        ValueType.ENUM: st.sampled_from(spec.members or ("",)),
        ValueType.FEN: st.sampled_from((0, 1, 2, 10**6, 10**15)),
    }
    return st.one_of(st.none(), by_type[spec.type]) if spec.nullable else by_type[spec.type]


rows = st.fixed_dictionaries({name: value_of(spec) for name, spec in COLUMNS.items()})
CONNECTION = duckdb.connect()
CONNECTION.execute("SET threads = 1")
CONNECTION.execute(
    "CREATE TABLE facts ("
    + ", ".join(f"{name} {'BIGINT' if spec.bit else SQL_TYPES[spec.type]}" for name, spec in COLUMNS.items())
    + ")"
)


@settings(max_examples=100)
@given(st.lists(conditions, min_size=1, max_size=5), rows)
def test_sql_and_python_read_a_condition_alike(several, row):
    assert not {spec.type for spec in COLUMNS.values()} & (NUMERIC - {ValueType.FEN}), "a new type needs values here"
    CONNECTION.execute("DELETE FROM facts")
    CONNECTION.execute(f"INSERT INTO facts VALUES ({', '.join('?' for _ in COLUMNS)})", [row[name] for name in COLUMNS])
    selected = ", ".join(compile_condition(node).sql(dialect="duckdb") for node in several)
    uses_day = {"as_of": AS_OF} if "$as_of" in selected else {}
    found = CONNECTION.execute(f"SELECT {selected} FROM facts", uses_day).fetchone()
    assert list(found) == [holds(node, {**row, "as_of": AS_OF}) for node in several]


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_no_text_at_all_breaks_the_parser(text):
    from credit_service.rulebook.nodes import ConditionFault

    try:
        parse_condition(text, WINDOW_SCOPE)
    except ConditionFault as fault:
        assert fault.message
