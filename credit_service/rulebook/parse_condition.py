"""Text of a condition to nodes: SQLGlot reads it, an allow-list of exact classes is rebuilt, and nothing else passes.

Before it lies the text of a rule's ``when``; after it a tree of `nodes`. The text itself never reaches a database: SQL
is made from the nodes alone.

The language: AND OR NOT, = <> < <= > >=, IN (…), IS [NOT] NULL, + and - on whole numbers, days(a, b), months(a, b),
declared names and the bare names of enumerations. No strings, no quotes, no other function.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

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
    Some,
    Span,
    Sum,
    Truth,
    Within,
)

MAX_CHARACTERS = 400
MAX_BRACKETS = 20
_ALLOWED = re.compile(r"[A-Za-z0-9_\u4e00-\u9fff \n()<>=!,+\-]*")
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


def parse_condition(text: str, scope: Scope) -> Condition:
    """Return what a condition means.

    Args:
        text: The condition as an official wrote it.
        scope: The names it may use.

    Raises:
        ConditionFault: It is too long, uses anything outside the language, names what is not declared, mixes units, or
            turns an unknown value around with NOT.
    """
    _check_text(text)
    try:
        trees = sqlglot.parse(text)
    except (SqlglotError, RecursionError) as fault:
        message = "条件无法读懂"
        raise ConditionFault(message, "请检查括号和运算符是否完整。") from fault
    if len(trees) != 1 or trees[0] is None:
        message = "条件应当恰好是一个式子"
        raise ConditionFault(message)
    return _Reader(scope).condition(trees[0])


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
        raise ConditionFault(message, "只能用字段名、整数、AND OR NOT IN IS NULL、比较和加减、days()、months()和括号。")


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
        item = self._operand(tree.this)
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
        return self._operand(left), self._operand(right)

    def _member(self, tree: exp.Expr, spec: FieldSpec | None) -> Member | Number:
        if spec is None or spec.type is not ValueType.ENUM:
            return self._number(tree)
        name = _name(tree)
        if name not in spec.members:
            message = f"“{name}”不是字段“{spec.name}”的取值"
            raise ConditionFault(message, suggest(name, spec.members))
        return Member(name, spec)

    def _operand(self, tree: exp.Expr) -> Operand:
        kind = type(tree)
        if kind is exp.Paren:
            _check_arguments(tree, {"this"})
            return self._operand(tree.this)
        if kind is exp.Literal:
            return self._number(tree)
        if kind in {exp.Add, exp.Sub}:
            _check_arguments(tree, {"this", "expression"})
            return Sum(self._operand(tree.this), self._operand(tree.expression), minus=kind is exp.Sub)
        if kind is exp.Anonymous:
            return self._span(tree)
        return self._field(tree)

    def _span(self, tree: exp.Expr) -> Span:
        _check_arguments(tree, {"this", "expressions"})
        unit = _SPANS.get(str(tree.this))
        if unit is None:
            message = f"没有函数“{tree.this}”"
            raise ConditionFault(message, suggest(str(tree.this), _SPANS))
        if len(tree.expressions) != 2:
            message = f"{tree.this}(起, 止)应当恰好有两项"
            raise ConditionFault(message)
        return Span(unit, self._field(tree.expressions[0]), self._field(tree.expressions[1]))

    def _number(self, tree: exp.Expr) -> Number:
        if type(tree) is not exp.Literal or tree.is_string or not _NUMBER.fullmatch(str(tree.this)):
            raise _outside(tree)
        return Number(int(str(tree.this)))

    def _field(self, tree: exp.Expr) -> Field:
        name = _name(tree)
        spec = self.scope.find(name)
        if spec is None:
            message = f"{self.scope.title}没有字段“{name}”"
            raise ConditionFault(message, suggest(name, self.scope.names))
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
    return ConditionFault(
        f"条件中的“{type(tree).__name__}”写法不可用",
        "只能用字段名、整数、AND OR NOT IN IS NULL、比较和加减、days()、months()和括号。",
    )
