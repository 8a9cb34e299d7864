"""Norms that hold for columns of several templates: misspellings of headers, forms of numbers, doubtful sums.

Before this module templates have been read and the tables lie beside their directory; after it every column carries
what applies to it, so that checks need no table of their own. A table that is not there sets no norm.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from credit_service.domain.record import RecordKind
from credit_service.domain.template import Column, Template
from credit_service.errors import RuleSyntax

MISSPELLINGS: Final = "header_misspellings.csv"
NUMBERS: Final = "document_numbers.csv"
AMOUNTS: Final = "amount_limits.csv"
FEN: Final = 100


@dataclass(frozen=True)
class Norms:
    """The tables of ``data/reference`` that speak of columns."""

    misspellings: tuple[tuple[str, str], ...] = ()
    """(right, wrong) parts of headers."""
    numbers: tuple[tuple[frozenset[str], str], ...] = ()
    """(kinds of record, pattern) of document numbers."""
    amounts: tuple[tuple[str, int], ...] = ()
    """(field, fen from which on a sum is doubtful)."""


def read_norms(reference: Path) -> Norms:
    """Return the norms of a directory.

    Raises:
        RuleSyntax: A table has an unknown kind, a pattern that is none, or a sum that is no number.
    """
    try:
        return Norms(
            misspellings=tuple((row["right"], row["wrong"]) for row in _read(reference / MISSPELLINGS)),
            numbers=tuple((_to_kinds(row["kinds"]), _to_pattern(row["pattern"])) for row in _read(reference / NUMBERS)),
            amounts=tuple((row["field"], int(row["above_yuan"]) * FEN) for row in _read(reference / AMOUNTS)),
        )
    except (KeyError, ValueError, pl.exceptions.ComputeError) as error:
        message = f"模板共用表有误：{error}"
        raise RuleSyntax(message, remedy=f"请核对 {MISSPELLINGS}、{NUMBERS}、{AMOUNTS}。") from error


def apply_norms(template: Template, norms: Norms) -> Template:
    """Return a template whose columns, and those of its editions, carry the norms that apply to them."""
    kinds = {template.record_kind, *(when.record_kind for when in template.kind_when)}
    forms = tuple(pattern for of_kinds, pattern in norms.numbers if of_kinds & kinds)
    return replace(
        template,
        columns=tuple(_with_norms(column, norms, forms) for column in template.columns),
        editions=tuple(apply_norms(edition, norms) for edition in template.editions),
    )


def _with_norms(column: Column, norms: Norms, forms: tuple[str, ...]) -> Column:
    limit = next((fen for field, fen in norms.amounts if field == column.field), None)
    return replace(
        column,
        misspellings=_misspell(column, norms.misspellings),
        forms=forms if column.field == "document_no" else (),
        doubtful_above_fen=limit,
    )


def _misspell(column: Column, pairs: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    names = (column.header, *column.aliases)
    spelled = {name.replace(right, wrong): None for name in names for right, wrong in pairs if right in name}
    return tuple(name for name in spelled if name not in names)


def _to_kinds(text: str) -> frozenset[str]:
    return frozenset(RecordKind(kind).value for kind in text.split(";"))


def _to_pattern(text: str) -> str:
    pl.select(pl.lit("").str.contains(text))
    return text


def _read(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
