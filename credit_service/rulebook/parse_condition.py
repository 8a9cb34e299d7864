"""Text of a condition to nodes: SQLGlot reads it, an allow-list of exact classes is rebuilt, and nothing else passes.

Before it lies the text of a rule's ``when``; after it a tree of `nodes`. The text itself never reaches a database: SQL
is made from the nodes alone.

The language: AND OR NOT, = <> < <= > >=, IN (…), IS [NOT] NULL, + and - on numbers of one unit, * by a whole number,
div_half_up(x, n), div_down(x, n), div_up(x, n), days(a, b), months(a, b), yuan(n), points(n), declared names and the
bare names of enumerations. No strings, no quotes, no other function.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from credit_service.domain.score import POINT
from credit_service.rulebook.faults import suggest
from credit_service.rulebook.fields import FieldSpec, Scope, ValueType
from credit_service.rulebook.nodes import (
    Comparator,
    Compare,
    Condition,
    ConditionFault,
    Empty,
    Every,
    Field,
    Member,
    Not,
    Number,
    Operand,
    Product,
    Quotient,
    Some,
    Span,
    Sum,
    Truth,
    Within,
)
from credit_service.rulebook.rounding import Rounding

MAX_CHARACTERS = 400
MAX_BRACKETS = 20
_ALLOWED = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff \n()<>=!,+*\-]*")
_FULL_WIDTH = re.compile(r"[\uff01-\uff5e\u3000，。；：“”‘’（）]")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_COMPARATORS: dict[type[exp.Expr], Comparator] = {
    exp.EQ: Comparator.EQ,
    exp.NEQ: Comparator.NE,
    exp.LT: Comparator.LT,
    exp.LTE: Comparator.LE,
    exp.GT: Comparator.GT,
    exp.GTE: Comparator.GE,
}
_SPANS = {"days": ValueType.DAYS, "months": ValueType.MONTHS}
_DIVISIONS = {f"div_{rounding.value}": rounding for rounding in Rounding}
_UNITS = {"yuan": (ValueType.FEN, 100), "points": (ValueType.POINTS, POINT)}
_MEANT = (
    "只能用字段名、整数、AND OR NOT IN IS NULL、比较、加减、乘以整数、div_half_up() div_down() div_up()、"
    "days() months()、yuan() points()和括号。"
)


def parse_condition(text: str, scope: Scope) -> Condition:
    """Return what a condition means.

    Args:
        text: The condition as an official wrote it.
        scope: The names it may use.

    Raises:
        ConditionFault: It is too long, uses anything outside the language, names what is not declared, mixes units, or
            turns an unknown value around with NOT.
    """
    return _Reader(scope).condition(_read_tree(text))


def parse_operand(text: str, scope: Scope) -> Operand:
    """Return what a value means: the same language, without comparisons.

    Raises:
        ConditionFault: As for `parse_condition`.
    """
    return _Reader(scope).operand(_read_tree(text))


def _read_tree(text: str) -> exp.Expr:
    _check_text(text)
    try:
        trees = sqlglot.parse(text)
    except (SqlglotError, RecursionError) as fault:
        message = "条件无法读懂"
        raise ConditionFault(message, "请检查括号和运算符是否完整。") from fault
    if len(trees) != 1 or trees[0] is None:
        message = "条件应当恰好是一个式子"
        raise ConditionFault(message)
    return trees[0]


def _check_text(text: str) -> None:
    if len(text) > MAX_CHARACTERS or text.count("(") > MAX_BRACKETS:
        message = f"条件过长（至多{MAX_CHARACTERS}个字符、{MAX_BRACKETS}对括号）"
        raise ConditionFault(message, "请拆成几条规则。")
    wide = _FULL_WIDTH.search(text)
    if wide:
        message = f"条件中有全角符号“{wide[0]}”"
        raise ConditionFault(message, "请改用半角符号。")
    if not text.strip() or not _ALLOWED.fullmatch(text) or "--" in text:
        message = "条件为空，或者含有不可用的字符"
        raise ConditionFault(message, _MEANT)


class _Reader:
    """Rebuilds fresh nodes from SQLGlot's tree; every class and every argument is named, or it is refused."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def condition(self, tree: exp.Expr) -> Condition:
        """Return a tree that must be a condition."""
        kind = type(tree)
        if kind in _COMPARATORS:
            _check_arguments(tree, {"this", "expression"})
            left, right = self._pair(tree.this, tree.expression)
            return Compare(_COMPARATORS[kind], left, right)
        reader = self._readers().get(kind)
        if reader is None:
            raise _outside(tree)
        return reader(tree)

    def _readers(self) -> dict[type[exp.Expr], Callable[[exp.Expr], Condition]]:
        return {
            exp.Paren: self._paren,
            exp.And: self._every,
            exp.Or: self._some,
            exp.Not: self._not,
            exp.In: self._within,
            exp.Is: self._empty,
            exp.Column: self._truth,
        }

    def _paren(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this"})
        return self.condition(tree.this)

    def _every(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this", "expression"})
        left, right = self.condition(tree.this), self.condition(tree.expression)
        return Every(_flat(Every, left) + _flat(Every, right))

    def _some(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this", "expression"})
        left, right = self.condition(tree.this), self.condition(tree.expression)
        return Some(_flat(Some, left) + _flat(Some, right))

    def _not(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this"})
        inner = self.condition(tree.this)
        if isinstance(inner, Empty) and type(tree.this) is exp.Is:
            return Empty(inner.item, present=not inner.present)
        return Not(inner)

    def _within(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this", "expressions"})
        item = self.operand(tree.this)
        spec = item.spec if isinstance(item, Field) else None
        return Within(item, tuple(self._member(part, spec) for part in tree.expressions))

    def _empty(self, tree: exp.Expr) -> Condition:
        _check_arguments(tree, {"this", "expression"})
        if type(tree.expression) is not exp.Null:
            raise _outside(tree.expression)
        return Empty(self._field(tree.this))

    def _truth(self, tree: exp.Expr) -> Condition:
        return Truth(self._field(tree))

    def _pair(self, left: exp.Expr, right: exp.Expr) -> tuple[Operand, Operand]:
        """Return both sides of a comparison; an enumerated field stands on the left, its value on the right."""
        spec = self._declared(left)
        if spec is not None and spec.type is ValueType.ENUM:
            other = self._declared(right)
            return Field(spec), Field(other) if other else self._member(right, spec)
        return self.operand(left), self.operand(right)

    def _member(self, tree: exp.Expr, spec: FieldSpec | None) -> Member | Number:
        if spec is None or spec.type is not ValueType.ENUM:
            return self._number(tree)
        name = _name(tree)
        if name not in spec.members:
            message = f"“{name}”不是字段“{spec.name}”的取值"
            raise ConditionFault(message, suggest(name, spec.members), name)
        return Member(name, spec)

    def operand(self, tree: exp.Expr) -> Operand:
        """Return a tree that must be a value."""
        kind = type(tree)
        if kind is exp.Paren:
            _check_arguments(tree, {"this"})
            return self.operand(tree.this)
        if kind is exp.Literal:
            return self._number(tree)
        if kind in {exp.Add, exp.Sub}:
            _check_arguments(tree, {"this", "expression"})
            return Sum(self.operand(tree.this), self.operand(tree.expression), minus=kind is exp.Sub)
        if kind is exp.Mul:
            _check_arguments(tree, {"this", "expression"})
            return self._product(tree.this, tree.expression)
        if kind is exp.Anonymous:
            return self._function(tree)
        return self._field(tree)

    def _product(self, left: exp.Expr, right: exp.Expr) -> Product:
        """Return a product with a whole number, which may stand on either side."""
        if type(left) is exp.Literal and type(right) is not exp.Literal:
            left, right = right, left
        if type(right) is not exp.Literal:
            message = "乘法的一边应当是整数"
            raise ConditionFault(message, "两个字段不能相乘。")
        return Product(self.operand(left), self._number(right).value)

    def _function(self, tree: exp.Expr) -> Operand:
        _check_arguments(tree, {"this", "expressions"})
        name, parts = str(tree.this), tree.expressions
        known = {**_SPANS, **_DIVISIONS, **_UNITS}
        if name not in known:
            message = f"没有函数“{name}”"
            raise ConditionFault(message, suggest(name, known))
        wanted = 1 if name in _UNITS else 2
        if len(parts) != wanted:
            message = f"{name}(…)应当恰好有{wanted}项"
            raise ConditionFault(message)
        if name in _UNITS:
            unit, size = _UNITS[name]
            return Number(self._number(parts[0]).value * size, unit)
        if name in _DIVISIONS:
            return Quotient(self.operand(parts[0]), self._number(parts[1]).value, _DIVISIONS[name])
        return Span(_SPANS[name], self._field(parts[0]), self._field(parts[1]))

    def _number(self, tree: exp.Expr) -> Number:
        if type(tree) is not exp.Literal or tree.is_string or not _NUMBER.fullmatch(str(tree.this)):
            raise _outside(tree)
        return Number(int(str(tree.this)))

    def _field(self, tree: exp.Expr) -> Field:
        name = _name(tree)
        spec = self.scope.find(name)
        if spec is None:
            message = f"{self.scope.title}没有字段“{name}”"
            raise ConditionFault(message, suggest(name, self.scope.names), name)
        return Field(spec)

    def _declared(self, tree: exp.Expr) -> FieldSpec | None:
        return self.scope.find(_name(tree)) if type(tree) is exp.Column else None


def _flat(kind: type[Every] | type[Some], node: Condition) -> tuple[Condition, ...]:
    """Return the parts of a chain of the same kind, so that a AND b AND c is one node of three."""
    return node.items if isinstance(node, kind) else (node,)


def _name(tree: exp.Expr) -> str:
    if type(tree) is not exp.Column:
        raise _outside(tree)
    _check_arguments(tree, {"this"})
    identifier = tree.this
    if type(identifier) is not exp.Identifier or identifier.args.get("quoted"):
        raise _outside(tree)
    return str(identifier.this)


def _check_arguments(tree: exp.Expr, allowed: set[str]) -> None:
    """Refuse a node with an argument the language does not know: SQLGlot ignores unknown ones in silence."""
    for name, value in tree.args.items():
        if value and name not in allowed:
            raise _outside(tree)


def _outside(tree: exp.Expr) -> ConditionFault:
    return ConditionFault(f"条件中的“{type(tree).__name__}”写法不可用", _MEANT)
