"""Whether the parts of a template fit together, so that a wrong template file is refused before any upload.

Before this module a template has been built from its file; after it everything else may rely on it. It judges template
files only, never a department's row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from credit_service.domain.template import CellType, Column, Condition, Template
from credit_service.intake.headers import header_key

CHOICE_TYPES: Final = frozenset({CellType.ENUM, CellType.ENUM_SET, CellType.BOOLEAN})
STATUSES: Final = frozenset({"confirmed", "unconfirmed"})


def check_template(template: Template) -> None:
    """Refuse a template whose parts do not fit together.

    Raises:
        ValueError: Two columns share a name, or a rule names a column or choice that does not exist.
    """
    _check_names(template.columns)
    for column in template.columns:
        _check_column(template, column)
    for when in template.kind_when:
        _check_condition(template, "kind_when", Condition(when.column, (when.value,)))
    named = [*template.not_future, *template.unique_by, *(h for group in template.any_of for h in group)]
    named += [header for order in template.date_orders for header in (order.earlier, order.later)]
    headers = {column.header for column in template.columns}
    for header in named:
        if header not in headers:
            message = f"规则提到的列“{header}”不在 columns 中"
            raise ValueError(message)
    if template.status not in STATUSES:
        message = f"status 应为 confirmed 或 unconfirmed，现为“{template.status}”"
        raise ValueError(message)


def _check_names(columns: Sequence[Column]) -> None:
    owners: dict[str, str] = {}
    headers: set[str] = set()
    for column in columns:
        if column.header in headers:
            message = f"列“{column.header}”写了两次"
            raise ValueError(message)
        headers.add(column.header)
        for name in (column.header, column.code, *column.aliases):
            if name and owners.setdefault(header_key(name).key, column.header) != column.header:
                message = f"名称“{name}”同时属于“{owners[header_key(name).key]}”和“{column.header}”"
                raise ValueError(message)


def _check_column(template: Template, column: Column) -> None:
    if bool(column.choices) != (column.type in CHOICE_TYPES):
        message = f"列“{column.header}”：enum、enum_set、boolean 须有 choices，其他类型不得有"
        raise ValueError(message)
    if column.positive_when is not None and not column.type.is_money:
        message = f"列“{column.header}”不是金额，不能有 positive_when"
        raise ValueError(message)
    for condition in (column.required_when, column.forbidden_when, column.positive_when):
        if condition is not None:
            _check_condition(template, column.header, condition)
    if column.remarks:
        _check_condition(template, column.header, Condition(column.header, tuple(s for s, _ in column.remarks)))


def _check_condition(template: Template, where: str, condition: Condition) -> None:
    try:
        slugs = {slug for _, slug in template.column(condition.column).choices}
    except KeyError:
        slugs = set()
    unknown = [value for value in condition.values if value not in slugs]
    if unknown:
        message = f"“{where}”的条件提到“{condition.column}”没有的取值：{'、'.join(unknown)}"
        raise ValueError(message)
