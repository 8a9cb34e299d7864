"""The meaning of a condition: frozen, typed nodes that check themselves at birth.

Before it stands `parse_condition`, after it `compile_nodes` (SQL) and `evaluate_condition` (plain Python), which read
the same tree. A node that exists is right: its types and units agree, its value is never unknown, and its result fits
64 bits. Nothing a node cannot say can be run.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit_service.rulebook.fields import LARGEST, NUMERIC, FieldSpec, ValueType
from credit_service.rulebook.rounding import Rounding

INT64_MAX = 2**63 - 1


class ConditionFault(ValueError):
    """A condition cannot mean anything; ``remedy`` says what to write instead, ``missing`` which name is not there."""

    def __init__(self, message: str, remedy: str = "", missing: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.missing = missing


class Comparator(StrEnum):
    """The comparisons there are."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


@dataclass(frozen=True)
class Field:
    """A declared name."""

    spec: FieldSpec

    @property
    def type(self) -> ValueType:
        """Type and unit."""
        return self.spec.type

    @property
    def nullable(self) -> bool:
        """Whether it may be empty."""
        return self.spec.nullable

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return self.spec.most or LARGEST.get(self.spec.type, 0)


@dataclass(frozen=True)
class Number:
    """A whole number; of type INT it takes the unit of what it meets, otherwise its unit was said: ``yuan(10000)``."""

    value: int
    type: ValueType = ValueType.INT
    nullable: bool = False

    def __post_init__(self) -> None:
        _check_fits(self.value)

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return self.value


@dataclass(frozen=True)
class Member:
    """A name out of an enumeration, resolved against the field it is compared with."""

    name: str
    spec: FieldSpec
    nullable: bool = False
    type: ValueType = ValueType.ENUM
    largest: int = 0

    def __post_init__(self) -> None:
        if self.name not in self.spec.members:
            message = f"“{self.name}”不是字段“{self.spec.name}”的取值"
            raise ConditionFault(message)


@dataclass(frozen=True)
class Span:
    """Days or complete months from one date to another; negative when the second lies before the first.

    A month is complete when the day of the month is reached again: from 31 January, on 1 March one month is complete.
    """

    unit: ValueType
    start: Operand
    end: Operand

    def __post_init__(self) -> None:
        if self.start.type is not ValueType.DATE or self.end.type is not ValueType.DATE:
            message = "days(起, 止)和months(起, 止)的两项都应当是日期字段"
            raise ConditionFault(message)

    @property
    def type(self) -> ValueType:
        """Days or months."""
        return self.unit

    @property
    def nullable(self) -> bool:
        """Whether either date may be empty."""
        return self.start.nullable or self.end.nullable

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return LARGEST[self.unit]


@dataclass(frozen=True)
class Sum:
    """Two numbers of one unit added, or the second taken from the first."""

    left: Operand
    right: Operand
    minus: bool = False

    def __post_init__(self) -> None:
        if self.left.type not in NUMERIC or self.right.type not in NUMERIC:
            message = "加减法只能用于数值"
            raise ConditionFault(message, "日期相减请写 days(起, 止) 或 months(起, 止)。")
        _check_units(self.left, self.right)
        _check_fits(self.largest)

    @property
    def type(self) -> ValueType:
        """The unit of both."""
        return self.right.type if _is_constant(self.left) else self.left.type

    @property
    def nullable(self) -> bool:
        """Whether either may be empty."""
        return self.left.nullable or self.right.nullable

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return self.left.largest + self.right.largest


@dataclass(frozen=True)
class Day:
    """A fixed day out of the dates of a rule; no text of a condition can write one."""

    value: date
    type: ValueType = ValueType.DATE
    nullable: bool = False
    largest: int = 0


@dataclass(frozen=True)
class Product:
    """A number times a whole-number constant; the unit stays."""

    item: Operand
    factor: int

    def __post_init__(self) -> None:
        _check_number(self.item, "乘法")
        _check_fits(self.largest)

    @property
    def type(self) -> ValueType:
        """The unit of the number."""
        return self.item.type

    @property
    def nullable(self) -> bool:
        """Whether it may be empty."""
        return self.item.nullable

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return self.item.largest * self.factor


@dataclass(frozen=True)
class Quotient:
    """A number divided by a whole-number constant, rounded as the rule names it; the unit stays."""

    item: Operand
    divisor: int
    rounding: Rounding

    def __post_init__(self) -> None:
        _check_number(self.item, "除法")
        if self.divisor < 1:
            message = "除数应当是不小于1的整数"
            raise ConditionFault(message)
        # The largest intermediate: the magnitude with what is added to it before it is divided.
        _check_fits(self.item.largest + self.rounding.addend(self.divisor))

    @property
    def type(self) -> ValueType:
        """The unit of the number."""
        return self.item.type

    @property
    def nullable(self) -> bool:
        """Whether it may be empty."""
        return self.item.nullable

    @property
    def largest(self) -> int:
        """Largest magnitude."""
        return self.item.largest // self.divisor + 1


Operand = Field | Number | Member | Span | Sum | Day | Product | Quotient


@dataclass(frozen=True)
class Compare:
    """Two values of one unit compared; an empty value makes it false, never unknown."""

    operator: Comparator
    left: Operand
    right: Operand

    def __post_init__(self) -> None:
        if ValueType.BOOL in {self.left.type, self.right.type}:
            message = "“是否”类字段不作比较"
            raise ConditionFault(message, "直接写字段名，或者写 NOT 字段名。")
        _check_units(self.left, self.right)
        if self.left.type is ValueType.ENUM:
            if isinstance(self.right, Field):
                message = "枚举字段只能与其取值比较，不能与另一字段比较"
                raise ConditionFault(message)
            if self.operator not in {Comparator.EQ, Comparator.NE}:
                message = "枚举值没有大小之分"
                raise ConditionFault(message, "请用 =、<> 或 IN (…)。")

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty value had to be closed off."""
        return self.left.nullable or self.right.nullable


@dataclass(frozen=True)
class Within:
    """A value is one of several; an empty value is none of them."""

    item: Operand
    members: tuple[Member | Number, ...]

    def __post_init__(self) -> None:
        if not self.members:
            message = "IN后的括号内至少要有一项"
            raise ConditionFault(message)
        for member in self.members:
            if isinstance(member, Member) is not (self.item.type is ValueType.ENUM):
                message = "IN的各项应当与字段同类"
                raise ConditionFault(message, "枚举字段写取值名称，数值字段写整数。")
        if self.item.type not in NUMERIC | {ValueType.ENUM}:
            message = "IN只用于枚举和数值字段"
            raise ConditionFault(message)

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty value had to be closed off."""
        return self.item.nullable


@dataclass(frozen=True)
class Empty:
    """A field that may be empty is (``present`` False) or is not (True)."""

    item: Field
    present: bool = False
    may_be_empty: bool = False

    def __post_init__(self) -> None:
        if not self.item.nullable:
            message = f"字段“{self.item.spec.name}”从不为空，IS NULL没有意义"
            raise ConditionFault(message, "请删除这一条件。")


@dataclass(frozen=True)
class Truth:
    """A yes-or-no field that says yes."""

    item: Field

    def __post_init__(self) -> None:
        if self.item.type is not ValueType.BOOL:
            message = f"字段“{self.item.spec.name}”是{self.item.type.label}，不能单独作为条件"
            raise ConditionFault(message, "请写成比较，例如 字段 >= 1。")

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty value had to be closed off."""
        return self.item.nullable


@dataclass(frozen=True)
class Not:
    """The contrary; refused where a value may be empty, because “not known to be” would pass for “is not”."""

    item: Condition
    may_be_empty: bool = False

    def __post_init__(self) -> None:
        if self.item.may_be_empty:
            message = "NOT之下有可能为空的字段，意思不确定"
            raise ConditionFault(message, "请改写为 字段 IS NULL OR …，明确空值如何处理。")


@dataclass(frozen=True)
class Every:
    """All of several."""

    items: tuple[Condition, ...]

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty value had to be closed off in any of them."""
        return any(item.may_be_empty for item in self.items)


@dataclass(frozen=True)
class Some:
    """At least one of several."""

    items: tuple[Condition, ...]

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty value had to be closed off in any of them."""
        return any(item.may_be_empty for item in self.items)


Condition = Compare | Within | Empty | Truth | Not | Every | Some


def list_fields(node: Condition | Operand) -> Iterator[FieldSpec]:
    """Yield every declared name a condition reads, from left to right."""
    if isinstance(node, Field):
        yield node.spec
    elif isinstance(node, Every | Some):
        for item in node.items:
            yield from list_fields(item)
    elif isinstance(node, Compare | Sum):
        yield from list_fields(node.left)
        yield from list_fields(node.right)
    elif isinstance(node, Span):
        yield from list_fields(node.start)
        yield from list_fields(node.end)
    elif isinstance(node, Within | Empty | Truth | Not | Product | Quotient):
        yield from list_fields(node.item)


def _is_constant(node: Operand) -> bool:
    """Return whether a value has no unit of its own: a number, or numbers reckoned with."""
    if isinstance(node, Sum):
        return _is_constant(node.left) and _is_constant(node.right)
    if isinstance(node, Product | Quotient):
        return _is_constant(node.item)
    return isinstance(node, Number) and node.type is ValueType.INT


def _check_units(left: Operand, right: Operand) -> None:
    free = (_is_constant(left) or _is_constant(right)) and {left.type, right.type} <= NUMERIC
    if left.type is not right.type and not free:
        message = f"单位不同：{left.type.label}不能与{right.type.label}比较或加减"
        raise ConditionFault(message)


def _check_number(node: Operand, what: str) -> None:
    if node.type not in NUMERIC:
        message = f"{what}只能用于数值，不能用于{node.type.label}"
        raise ConditionFault(message)


def _check_fits(value: int) -> None:
    if abs(value) > INT64_MAX:
        message = "计算结果可能超出64位整数"
        raise ConditionFault(message, "请用较小的数值。")
