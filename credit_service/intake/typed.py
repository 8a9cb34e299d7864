"""What typing a column gives: values, and sparse faults; and the two steps that all typing shares."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

SAMPLE: Final = 2_000
FAULT_SCHEMA: Final = pl.Schema(
    {"index": pl.UInt32(), "rule": pl.String(), "reason": pl.String(), "remedy": pl.String()}
)


@dataclass(frozen=True)
class Typed:
    """A typed column.

    **Shape**: ``values`` one per cell; ``faults`` one row per faulty cell, ``index`` counting cells from 0.
    """

    values: pl.Series
    faults: pl.DataFrame


@dataclass(frozen=True)
class Verdict:
    """What one spelling of a cell is: a value, or a rule it breaks."""

    value: Any
    rule: str | None = None
    reason: str | None = None
    remedy: str | None = None


def no_faults() -> pl.DataFrame:
    """Return an empty frame of faults."""
    return pl.DataFrame(schema=FAULT_SCHEMA)


def judge_cells(cells: pl.Series, is_faulty: pl.Series, judge: Callable[[str], Verdict]) -> pl.DataFrame:
    """Return the faults of the faulty cells, each explained by ``judge``; blank cells have none."""
    indexes = (is_faulty & cells.is_not_null()).arg_true()
    verdicts = [judge(cell) for cell in cells.gather(indexes)]
    columns = {
        "index": indexes,
        "rule": [verdict.rule for verdict in verdicts],
        "reason": [verdict.reason for verdict in verdicts],
        "remedy": [verdict.remedy for verdict in verdicts],
    }
    return pl.DataFrame(columns, schema=FAULT_SCHEMA)


def to_halfwidth(text: str) -> str:
    """Return NFKC: full-width digits and letters become half-width.

    Text with a superscript, circled digit or fraction stays as it is: NFKC would make 52 of 5².
    """
    if text.isascii() or any(unicodedata.category(letter) == "No" for letter in text):
        return text
    return unicodedata.normalize("NFKC", text)


def halve_widths(cells: pl.Series) -> pl.Series:
    """Return a column as `to_halfwidth` gives it; cells of plain ASCII, the usual case, are left alone."""
    odd = (cells.str.len_bytes() != cells.str.len_chars()).arg_true()
    if not len(odd):
        return cells
    written = cells.gather(odd)
    return cells.scatter(odd, written.zip_with(written.str.contains(r"\p{No}"), written.str.normalize("NFKC")))


def by_distinct(cells: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """Return what ``read`` makes of each cell, computed once per different cell where few differ."""
    sample = cells.head(SAMPLE)
    if sample.n_unique() * 4 > sample.len():
        return read(cells)
    distinct = cells.unique()
    table = pl.DataFrame({"cell": distinct, "read": read(distinct)})
    joined = cells.alias("cell").to_frame().join(table, on="cell", how="left", maintain_order="left", nulls_equal=True)
    return joined["read"]
