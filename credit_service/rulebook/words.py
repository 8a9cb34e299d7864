"""Conditions in Chinese words: what an official or the public reads instead of ``kind = penalty AND fine_fen >= …``.

Before it stands a tree of `nodes`; after it the public rulebook, `diff` and reasons. The words follow the tree node by
node, so that they say neither more nor less than what runs; nothing is shortened that would change the meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatchmethod
from itertools import groupby

from credit_service.domain.record import PenaltyKind
from credit_service.rulebook.aggregates import AggregateKind
from credit_service.rulebook.candidate_types import Count, Per
from credit_service.rulebook.field_words import PENALTY_WORDS, say_field, say_member, say_number, say_truth
from credit_service.rulebook.fields import FieldSpec, ValueType
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

_AMOUNTS = {"=": "为", "<>": "不为", "<": "低于", "<=": "不高于", ">": "高于", ">=": "不低于"}
_COUNTS = {"=": "为", "<>": "不为", "<": "少于", "<=": "不多于", ">": "多于", ">=": "不少于"}
_DATES = {"=": "即", "<>": "不是", "<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}
_DAYS = {"=": "恰为", "<>": "不恰为", "<": "不满", "<=": "不超过", ">": "超过", ">=": "已满"}
_MONTHS = {"=": "整月数为", "<>": "整月数不为", "<": "不满", "<=": "整月数不超过", ">": "整月数超过", ">=": "已满"}
_ENUMS = {"=": "为", "<>": "不为"}
_COMPARISONS: dict[ValueType, Mapping[str, str]] = {
    ValueType.FEN: _AMOUNTS,
    ValueType.POINTS: _AMOUNTS,
    ValueType.INT: _COUNTS,
    ValueType.DATE: _DATES,
    ValueType.DAYS: _DAYS,
    ValueType.MONTHS: _MONTHS,
    ValueType.ENUM: _ENUMS,
}
_ROUNDINGS = {Rounding.HALF_UP: "四舍五入", Rounding.DOWN: "舍去尾数", Rounding.UP: "有尾数即进一"}
_TAKEN = {
    AggregateKind.SUM: "合计",
    AggregateKind.MAX: "最大值",
    AggregateKind.MIN: "最小值",
    AggregateKind.EARLIEST: "最早一日",
    AggregateKind.LATEST: "最近一日",
}
_FLIPPED = {"<": Comparator.GT, "<=": Comparator.GE, ">": Comparator.LT, ">=": Comparator.LE}
_CONTRARY = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


def say_condition(node: Condition, names: Mapping[str, str] | None = None) -> str:
    """Return a condition in Chinese words.

    Args:
        node: The condition.
        names: Words for names that rules declare themselves, by name: the counts of candidate rules.
    """
    return _Speaker(dict(names or {})).say(node)


def say_operand(node: Operand, names: Mapping[str, str] | None = None) -> str:
    """Return a value that conditions compare in Chinese words; ``names`` as for `say_condition`."""
    return _Speaker(dict(names or {})).say_value(node)


def say_count(count: Count) -> str:
    """Return in words what a count takes of which records."""
    speaker = _Speaker()
    words, place = speaker.say(count.when), "在同一事项中，" if count.per is Per.CATEGORY else ""
    if count.kind is AggregateKind.ANY:
        return f"{place}有没有这样的记录：{words}"
    if count.of is None:
        return f"{place}{words}"
    return f"{place}{speaker.name_value(count.of)}的{_TAKEN[count.kind]}，只看这样的记录：{words}"


@dataclass(frozen=True)
class _Speaker:
    """Says nodes; ``names`` are the words for names that rules declare themselves."""

    names: Mapping[str, str] = field(default_factory=dict)

    @singledispatchmethod
    def say(self, node: Condition) -> str:
        """Return a condition in words."""
        raise TypeError(type(node))

    @say.register
    def _(self, node: Compare) -> str:
        left, right, operator = node.left, node.right, node.operator
        if isinstance(left, Number) and not isinstance(right, Number):
            left, right, operator = right, left, _FLIPPED.get(operator, operator)
        unit = right.type if isinstance(left, Number) else left.type
        words = f"{self._value(left, unit)}{_COMPARISONS[unit][operator]}{self._value(right, unit)}"
        # An empty value makes every comparison false; only “is not” would be read as true of it.
        emptiable = [item.spec for item in (left, right) if isinstance(item, Field) and item.nullable]
        if operator is Comparator.NE and emptiable:
            present = "、".join(self._name(spec) for spec in emptiable)
            return f"有{present}且{words}"
        return words

    @say.register
    def _(self, node: Within) -> str:
        return self._within(node, yes=True)

    @say.register
    def _(self, node: Empty) -> str:
        return f"{'有' if node.present else '没有'}{self._name(node.item.spec)}"

    @say.register
    def _(self, node: Truth) -> str:
        return say_truth(node.item.spec, yes=True)

    @say.register
    def _(self, node: Not) -> str:
        inner = node.item
        if isinstance(inner, Truth):
            return say_truth(inner.item.spec, yes=False)
        if isinstance(inner, Within):
            return self._within(inner, yes=False)
        if isinstance(inner, Compare):
            return self.say(Compare(Comparator(_CONTRARY[inner.operator]), inner.left, inner.right))
        if isinstance(inner, Some) and all(_find_bit(item) for item in inner.items):
            return _say_bits(inner.items, yes=False)
        return f"不符合“{self.say(inner)}”这一条件"

    @say.register
    def _(self, node: Every) -> str:
        return self._chain(node.items, yes=False)

    @say.register
    def _(self, node: Some) -> str:
        return self._chain(node.items, yes=True)

    def _chain(self, items: tuple[Condition, ...], *, yes: bool) -> str:
        """Return the parts joined, a chain within a chain in brackets.

        Neighbouring kinds of penalty are said as one list: one of them (``yes``, in a chain of 或者), or none of them.
        """
        parts: list[str] = []
        for listed, run in groupby(items, key=lambda item: _find_bit(item, yes=yes) > 0):
            members = tuple(run)
            if listed and len(members) > 1:
                parts.append(_say_bits(members, yes=yes))
            else:
                parts += [f"（{self.say(m)}）" if isinstance(m, Every | Some) else self.say(m) for m in members]
        return ("，或者" if yes else "，并且").join(parts)

    def _within(self, node: Within, *, yes: bool) -> str:
        item = self._value(node.item, node.item.type)
        members = "、".join(self._value(member, node.item.type) for member in node.members)
        if len(node.members) == 1:
            return f"{item}{'为' if yes else '不为'}{members}"
        return f"{item}为{members}之一" if yes else f"{item}不在{members}之列"

    def name_value(self, node: Operand) -> str:
        """Return a value as a whole in words."""
        words = self._value(node, node.type)
        return f"（{words}）" if isinstance(node, Sum | Product | Quotient) else words

    def _name(self, spec: FieldSpec) -> str:
        return f"“{self.names[spec.name]}”" if spec.name in self.names else say_field(spec)

    def say_value(self, node: Operand) -> str:
        """Return a value in words, in its own unit."""
        return self._value(node, node.type)

    def _value(self, node: Operand, unit: ValueType) -> str:
        """Return a value; a bare number takes the unit of what it meets."""
        match node:
            case Field():
                return self._name(node.spec)
            case Number():
                return say_number(node.value, unit)
            case Day() | Product() | Quotient():
                return self._reckoned(node, unit)
            case Member():
                return say_member(node.name, node.spec.name)
            case Span():
                return f"自{self._value(node.start, ValueType.DATE)}至{self._value(node.end, ValueType.DATE)}"
            case Sum():
                joint = "减" if node.minus else "加"
                right = self._value(node.right, unit)
                if isinstance(node.right, Sum):
                    right = f"（{right}）"
                return f"{self._value(node.left, unit)}{joint}{right}"

    def _reckoned(self, node: Day | Product | Quotient, unit: ValueType) -> str:
        if isinstance(node, Day):
            return f"{node.value.year}年{node.value.month}月{node.value.day}日"
        if isinstance(node, Product):
            return f"{self._part(node.item, unit)}的{node.factor}倍"
        return f"{self._part(node.item, unit)}的{node.divisor}分之一（{_ROUNDINGS[node.rounding]}）"

    def _part(self, node: Operand, unit: ValueType) -> str:
        words = self._value(node, unit)
        return f"（{words}）" if isinstance(node, Sum) else words


def _find_bit(node: Condition, *, yes: bool = True) -> int:
    """Return the bit of a kind of penalty that a condition asks for (or, not ``yes``, rules out); 0 for any other."""
    if not yes:
        return _find_bit(node.item) if isinstance(node, Not) else 0
    return node.item.spec.bit if isinstance(node, Truth) else 0


def _say_bits(items: tuple[Condition, ...], *, yes: bool) -> str:
    words = [PENALTY_WORDS[PenaltyKind(_find_bit(item) or _find_bit(item, yes=False))] for item in items]
    return f"处罚种类含有{'、'.join(words)}之一" if yes else f"处罚种类不含{'、'.join(words)}"
