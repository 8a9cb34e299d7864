"""The compiled statements for Spark SQL: the same trees, each node class by a rule of its own.

Before it are the finished DuckDB statements of `compile_sql`, read back from the text that is reviewed and stored;
after it statements with ``:as_of``, ``:known_at`` and ``:run_id`` for ``SparkSession.sql(text, args)``. Nothing is
transpiled freely: `KEPT` lists the classes, with their parts, that both engines write and read alike, `_TEMPLATES`
those that need words of their own. Whatever is in neither (a new function, a new clause, a further part of a known
class) is refused, so a step that nobody compared on both engines never reaches Spark. It runs nothing and imports no
Spark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence

import sqlglot
from sqlglot import exp

from credit_service.rulebook.compile_sql import DIALECT, CompiledScoring, Statement
from credit_service.rulebook.decision_tables import SqlTable

SPARK = "spark"
_ITEM = "item"
_TEMPORARY = exp.TemporaryProperty
_TYPES = {"VARCHAR": "STRING", "INTEGER": "INT", "BIGINT": "BIGINT", "BOOLEAN": "BOOLEAN", "DATE": "DATE"}
_CAST_TYPES = {"BIGINT", "INT", "TEXT", "DATE", "TIMESTAMP", "DECIMAL(38, 0)"}
_BOTH = frozenset({"this", "expression"})
_THIS = frozenset({"this"})

KEPT: dict[type[exp.Expr], frozenset[str]] = {
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.And, exp.Or, exp.Mul, exp.Is), _BOTH),
    **dict.fromkeys((exp.IntDiv, exp.Mod, exp.Contains, exp.ArrayContains), _BOTH),
    **dict.fromkeys((exp.Not, exp.Neg, exp.Paren, exp.Where, exp.Having, exp.From, exp.Placeholder), _THIS),
    **dict.fromkeys((exp.Sum, exp.Min, exp.Max, exp.Abs, exp.Year, exp.Month, exp.Day), _THIS),
    **dict.fromkeys((exp.Null, exp.Star, exp.RowNumber, exp.Distinct), frozenset[str]()),
    exp.Boolean: _THIS,
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Identifier: frozenset({"this", "quoted"}),
    exp.Column: frozenset({"this", "table"}),
    exp.Table: frozenset({"this", "alias"}),
    exp.TableAlias: _THIS,
    exp.Alias: frozenset({"this", "alias"}),
    exp.Subquery: frozenset({"this", "alias"}),
    exp.DPipe: _BOTH | {"safe"},
    exp.In: frozenset({"this", "expressions", "query"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Coalesce: frozenset({"this", "expressions"}),
    exp.Least: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Greatest: frozenset({"this", "expressions", "ignore_nulls"}),
    exp.Case: frozenset({"ifs", "default"}),
    exp.If: frozenset({"this", "true"}),
    exp.Count: frozenset({"this", "big_int"}),
    exp.Window: frozenset({"this", "partition_by", "order", "over", "spec"}),
    exp.WindowSpec: frozenset({"kind", "start", "start_side", "end", "end_side"}),
    exp.Order: frozenset({"expressions"}),
    # Where empty values stand is always written out: the engines' own habits differ.
    exp.Ordered: frozenset({"this", "desc", "nulls_first"}),
    exp.Group: frozenset({"expressions"}),
    exp.With: frozenset({"expressions"}),
    exp.CTE: frozenset({"this", "alias"}),
    exp.Join: frozenset({"this", "side", "on"}),
    exp.Select: frozenset({"expressions", "from_", "joins", "where", "with_", "group", "having", "distinct", "order"}),
    exp.Union: _BOTH | {"distinct"},
}
"""Node classes, and the parts of each, that mean the same in both engines."""

DROPPED: dict[tuple[type[exp.Expr], str], bool] = {(exp.CTE, "materialized"): False}
"""“NOT MATERIALIZED” asks DuckDB for what Spark always does; “MATERIALIZED” would be refused."""


class SparkTemplateMissing(NotImplementedError):
    """A statement holds something that was never compared on both engines; it needs a template and a test first."""

    def __init__(self, node: exp.Expr, part: str = "") -> None:
        self.what = f"{type(node).__name__}.{part}" if part else type(node).__name__
        super().__init__(f"no Spark template for {self.what} in: {node.sql(dialect=DIALECT)[:200]}")


def compile_for_spark(compiled: CompiledScoring) -> CompiledScoring:
    """Return the same rules for Spark.

    Args:
        compiled: What `compile_sql.compile_scoring` returned.

    **Shape**: a temporary table that is read once becomes a temporary view, any other a Parquet table that is made anew
    with each run. Which is which follows from the rules, so each rulebook needs a session and a schema of its own.
    ``scores``, ``candidates``, ``reasons`` and ``near_misses`` are tables that already exist.

    Raises:
        SparkTemplateMissing: A statement holds a node without a template.
    """
    steps, explain = _read_all(compiled.steps), _read_all(compiled.explain)
    tables = _find_read_again(steps) | _find_read_again(explain)
    rendered = tuple(_render_all(steps, tables))
    return CompiledScoring(
        tables=tuple(_to_spark_table(table) for table in compiled.tables),
        steps=rendered,
        run=rendered,
        explain=tuple(_render_all(explain, tables)),
    )


def render_node(node: exp.Expr) -> exp.Expr:
    """Return a fresh tree that says in Spark what ``node`` says in DuckDB.

    Raises:
        SparkTemplateMissing: It, or a node below it, has no template.
    """
    template = _TEMPLATES.get(type(node))
    return template(node) if template is not None else _rebuild(node)


def _rebuild(node: exp.Expr) -> exp.Expr:
    """Return the node made anew from the parts that are known to mean the same.

    A part that says “no” says something: a union without its ``distinct=False`` would lose rows.
    """
    kept = KEPT.get(type(node))
    if kept is None:
        raise SparkTemplateMissing(node)
    for name, value in node.args.items():
        says_nothing = value is None or value == [] or value is DROPPED.get((type(node), name))
        if name not in kept and not says_nothing:
            raise SparkTemplateMissing(node, name)
    return type(node)(**{name: _render_part(value) for name, value in node.args.items() if name in kept})


def _render_part(value: object) -> object:
    if isinstance(value, list):
        return [_render_part(item) for item in value]
    return render_node(value) if isinstance(value, exp.Expr) else value


def _read_all(statements: Sequence[Statement]) -> list[tuple[Statement, exp.Expr]]:
    return [(statement, sqlglot.parse_one(statement.sql, dialect=DIALECT)) for statement in statements]


def _find_read_again(read: Sequence[tuple[Statement, exp.Expr]]) -> set[str]:
    """Return what is read more than once: a view would be planned again at each place, and the plan would never end."""
    found = Counter(table.name for _, tree in read for table in tree.find_all(exp.Table))
    # A name is found once more where it is made.
    return {statement.name for statement, _ in read if found[statement.name] > 2}


def _render_all(read: Sequence[tuple[Statement, exp.Expr]], tables: Collection[str]) -> Iterator[Statement]:
    for statement, tree in read:
        if isinstance(tree, exp.Create) and statement.name in tables:
            drop = exp.Drop(tables=[exp.to_table(statement.name)], kind="TABLE", exists=True)
            yield Statement(f"drop_{statement.name}", _to_text(drop), ())
        made = _create(tree, as_table=statement.name in tables) if isinstance(tree, exp.Create) else render_node(tree)
        yield Statement(statement.name, _to_text(made), statement.parameters)


def _to_text(tree: exp.Expr) -> str:
    return tree.sql(dialect=SPARK, pretty=True, comments=False)


def _to_spark_table(table: SqlTable) -> SqlTable:
    return SqlTable(table.name, tuple((name, _TYPES[kind]) for name, kind in table.columns), table.rows)


def _create(node: exp.Create, *, as_table: bool) -> exp.Expr:
    """``CREATE OR REPLACE TEMPORARY TABLE`` is a temporary view or a table: Spark has no temporary tables."""
    _check_parts(node, {"this", "kind", "replace", "expression", "properties"})
    properties = node.args.get("properties") or exp.Properties(expressions=[])
    if node.args["kind"] != "TABLE" or [type(one) for one in properties.expressions] != [_TEMPORARY]:
        raise SparkTemplateMissing(node)
    own = exp.FileFormatProperty(this=exp.var("PARQUET")) if as_table else _TEMPORARY()
    return exp.Create(
        this=render_node(node.this),
        kind="TABLE" if as_table else "VIEW",
        replace=not as_table,
        expression=render_node(node.expression),
        properties=exp.Properties(expressions=[own]),
    )


def _insert(node: exp.Expr) -> exp.Expr:
    """``INSERT INTO`` a table by the place of its columns."""
    _check_parts(node, {"this", "expression"})
    return exp.Insert(this=render_node(node.this), expression=render_node(node.expression))


def _check_parts(node: exp.Expr, known: Collection[str]) -> None:
    """Refuse a statement that asks for anything beyond the known parts; the parser states many as plain “no”."""
    for name, value in node.args.items():
        if value and name not in known:
            raise SparkTemplateMissing(node, name)


def _cast(node: exp.Expr) -> exp.Expr:
    target = node.args["to"]
    if target.sql(dialect=DIALECT) not in _CAST_TYPES:
        raise SparkTemplateMissing(target)
    return exp.cast(render_node(node.this), target.copy())


def _add(node: exp.Expr) -> exp.Expr:
    """A sum of numbers, or a day so many months later (at most the last of its month, as everywhere in the rules)."""
    left, right = node.this, node.expression
    if isinstance(right, exp.Anonymous) and right.name.upper() == "TO_MONTHS" and _is_day(left):
        (months,) = right.expressions
        return exp.Anonymous(this="ADD_MONTHS", expressions=[render_node(left), exp.cast(render_node(months), "INT")])
    if _is_day(left) or _is_day(right):
        raise SparkTemplateMissing(node)
    return exp.Add(this=render_node(left), expression=render_node(right))


def _subtract(node: exp.Expr) -> exp.Expr:
    """A difference of numbers, or the days between two days: Spark's ``-`` would give an interval.

    An aggregate may name a day as its rule likes; beside a day it is one. A number of days taken off a day is refused.
    """
    both = [node.this, node.expression]
    rendered = [render_node(side) for side in both]
    if not any(_is_day(side) for side in both):
        return exp.Sub(this=rendered[0], expression=rendered[1])
    if any(not _is_day(side) and not isinstance(side, exp.Column) for side in both):
        raise SparkTemplateMissing(node)
    return exp.Anonymous(this="DATEDIFF", expressions=rendered)


def _is_day(node: exp.Expr) -> bool:
    """Return whether an expression is a day: cast to one, or named as days are named everywhere here."""
    if isinstance(node, exp.Cast):
        return bool(node.args["to"].this == exp.DType.DATE)
    if isinstance(node, exp.Coalesce | exp.Least | exp.Greatest):
        return any(_is_day(part) for part in (node.this, *node.expressions))
    if isinstance(node, exp.Paren | exp.Min | exp.Max):
        return _is_day(node.this)
    return isinstance(node, exp.Column) and node.name.endswith(("_on", "_until"))


def _sign(node: exp.Expr) -> exp.Expr:
    """Spark's ``SIGN`` is a floating number; points are whole."""
    of, zero = render_node(node.this), exp.Literal.number(0)
    cases = [
        exp.If(this=compare(this=of.copy(), expression=zero.copy()), true=exp.cast(exp.Literal.number(sign), "BIGINT"))
        for compare, sign in ((exp.GT, 1), (exp.LT, -1), (exp.EQ, 0))
    ]
    return exp.Case(ifs=cases)


def _value_at(node: exp.Expr) -> exp.Expr:
    """``ARG_MIN`` looks only at rows that have a value; ``MIN_BY`` must be told so."""
    name = "MIN_BY" if isinstance(node, exp.ArgMin) else "MAX_BY"
    if node.args.get("count"):
        raise SparkTemplateMissing(node, "count")
    of = render_node(node.this)
    there = exp.Where(this=exp.Not(this=exp.Is(this=of.copy(), expression=exp.Null())))
    return exp.Filter(this=exp.Anonymous(this=name, expressions=[of, render_node(node.expression)]), expression=there)


def _any_value(node: exp.Expr) -> exp.Expr:
    """Any value that is there: the smallest one, so that it does not depend on the order of the rows."""
    if not isinstance(node.this, exp.AnyValue):
        raise SparkTemplateMissing(node)
    return exp.Min(this=render_node(node.this.this))


def _list(node: exp.Expr) -> exp.Expr:
    """A list in the stated order, NULL where there is no row: Spark collects without order, and never NULL.

    Rows are collected as structures whose first parts are the keys, each after “is it missing”, so that missing keys
    come last as in DuckDB; then sorted, and reduced to the items.
    """
    order = node.this
    if not isinstance(order, exp.Order):
        raise SparkTemplateMissing(node)
    parts: list[exp.Expr] = []
    for place, key in enumerate(order.expressions):
        if key.args.get("desc") or key.args.get("nulls_first"):
            raise SparkTemplateMissing(key)
        of = render_node(key.this)
        missing = exp.Is(this=of, expression=exp.Null())
        parts += [exp.Literal.string(f"missing_{place}"), missing, exp.Literal.string(f"key_{place}"), of.copy()]
    row = exp.Anonymous(this="NAMED_STRUCT", expressions=[*parts, exp.Literal.string(_ITEM), render_node(order.this)])
    collected = exp.Anonymous(this="COLLECT_LIST", expressions=[row])
    ordered = exp.Anonymous(this="SORT_ARRAY", expressions=[collected])
    reduce = exp.Lambda(this=exp.column(_ITEM, table="r"), expressions=[exp.to_identifier("r")])
    items = exp.Anonymous(this="TRANSFORM", expressions=[ordered, reduce])
    return exp.Nullif(this=items, expression=exp.Anonymous(this="ARRAY"))


_TEMPLATES: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Insert: _insert,
    exp.Cast: _cast,
    exp.Add: _add,
    exp.Sub: _subtract,
    exp.Sign: _sign,
    exp.ArgMin: _value_at,
    exp.ArgMax: _value_at,
    exp.IgnoreNulls: _any_value,
    exp.ArrayAgg: _list,
}
