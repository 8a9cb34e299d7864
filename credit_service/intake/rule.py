"""What a rule of a row is, and what the rules of a template are built from.

Before this module a template (data) and the sender; after it `rules` and `norm_rules` build the table of checks. Rule
ids are stable: reports, tests and statistics are keyed by them, and ``data/reference/check_rules.csv`` names each in
words.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from credit_service.domain.agency import Agency
from credit_service.domain.batch import FindingSeverity
from credit_service.domain.template import CellType, Column, Condition, Template
from credit_service.intake.recognise import ForbiddenTopic

CODE_KIND: Final = "code-kind:"
"""Prefix of the helper column that says what a `subject_code` can be."""


@dataclass(frozen=True)
class CheckContext:
    """What the checks need to know besides the file.

    ``forbidden`` are topics that no row may report, ``forbidden_columns`` further kinds of information that no column
    may hold; both as (pattern, reason, source) from ``rules/catalogue``.
    """

    agency: Agency
    today: date
    catalogue: frozenset[str]
    forbidden: tuple[ForbiddenTopic, ...]
    forbidden_columns: tuple[ForbiddenTopic, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One check; ``violated`` sees typed columns under their header and the written text under `raw`."""

    rule: str
    header: str
    violated: pl.Expr
    reason: str | pl.Expr
    remedy: str
    severity: FindingSeverity = FindingSeverity.ERROR


def raw(header: str) -> str:
    """Return the name of the column that holds a cell as written, trimmed."""
    return f"raw:{header}"


def holds(template: Template, condition: Condition) -> pl.Expr:
    """Return whether a condition holds for each row; a faulty condition cell makes it false."""
    cell = pl.col(condition.column)
    kind = template.column(condition.column).type
    if kind is CellType.ENUM_SET:
        return pl.any_horizontal(cell.list.contains(value).fill_null(value=False) for value in condition.values)
    if kind is CellType.BOOLEAN:
        return cell.is_in([value == "true" for value in condition.values])
    return cell.is_in(list(condition.values))


def by_field(template: Template, field: str) -> Column | None:
    """Return the first column that feeds a target, or None."""
    return next((column for column in template.columns if column.field == field), None)


def labels(template: Template, condition: Condition) -> str:
    """Return the values of a condition as a clerk writes them."""
    first: dict[str, str] = {}
    for written, slug in template.column(condition.column).choices:
        first.setdefault(slug, written)
    return "、".join(first[value] for value in condition.values)
