"""Rows that state the same act twice in one file, found across chunks with 14 bytes a row.

Before this module `check_rows` has the typed rows of a chunk; after it each repeated row names the row it repeats.
Comparison is by a 64-bit hash of the key columns: in ten million different rows the chance of one false match is below
three in a million. What is already stored from other files is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

_SEED: Final = 2026
_PLAIN: Final = "^[-0-9A-Z\u4e00-\u9fff〔〕（）·、]*$"
"""Cells that `_comparable` would leave as they are; nearly all."""
_GROWTH: Final = 4
"""A run is merged with the next one when it is less than so many times as long."""


class DuplicateFinder:
    """Remembers the keys of a file's rows, in a few sorted runs that are merged as they grow."""

    def __init__(self, headers: Sequence[str], required: Sequence[str]) -> None:
        self._headers = tuple(headers)
        self._required = tuple(required)
        self._runs: list[pl.DataFrame] = []
        self._sheets: list[str] = []

    def find(self, cells: pl.DataFrame, sheet: str) -> pl.DataFrame:
        """Return the rows of one sheet that repeat an earlier one, of this sheet or another.

        **Shape**: ``cells`` has ``row`` and the key columns as text; out come ``index`` (position in ``cells``),
        ``first_row``, ``first_sheet``, one row per repetition. Rows without a required key are left out.
        """
        if sheet not in self._sheets:
            self._sheets.append(sheet)
        keyed = self._key(cells) if self._headers else pl.DataFrame()
        if keyed.is_empty():
            return pl.DataFrame(schema={"index": pl.UInt32, "first_row": pl.Int64, "first_sheet": pl.String})
        keyed = keyed.sort("key", maintain_order=True)
        is_first = (keyed["key"] != keyed["key"].shift(1)).fill_null(value=True)
        number = pl.lit(self._sheets.index(sheet), pl.UInt16).alias("first_sheet")
        firsts = keyed.filter(is_first).select("key", pl.col("row").alias("first_row"), number)
        earlier = pl.concat([_look_up(run, firsts["key"]) for run in self._runs] or [firsts.head(0)])
        new = firsts.join(earlier, on="key", how="anti", maintain_order="left") if earlier.height else firsts
        if new.height:
            self._remember(new)
        repeated = keyed.filter(~is_first).join(new, on="key")
        repeated = pl.concat([repeated, keyed.join(earlier, on="key")]) if earlier.height else repeated
        names = pl.Series(self._sheets, dtype=pl.String).gather(repeated["first_sheet"])
        found = repeated.select("index", pl.col("first_row").cast(pl.Int64), names.alias("first_sheet"))
        return found.sort("index")

    def _key(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return ``index``, ``key`` and ``row`` of the rows that have a key."""
        parts = pl.DataFrame([_comparable(cells[header]) for header in self._headers])
        keyed = parts.select(key=pl.struct(pl.all()).hash(_SEED)).with_columns(cells["row"].cast(pl.UInt32))
        filled = pl.all_horizontal(pl.col(self._required).is_not_null()) if self._required else pl.lit(value=True)
        return keyed.with_row_index("index").filter(cells.select(filled).to_series())

    def _remember(self, new: pl.DataFrame) -> None:
        while self._runs and self._runs[-1].height < _GROWTH * new.height:
            new = self._runs.pop().merge_sorted(new, key="key").rechunk()
        self._runs.append(new)


def _look_up(run: pl.DataFrame, keys: pl.Series) -> pl.DataFrame:
    """Return the rows of a sorted run that have one of the keys."""
    places = run["key"].search_sorted(keys).clip(upper_bound=run.height - 1)
    return run[places.filter(run["key"].gather(places) == keys)]


def _comparable(cells: pl.Series) -> pl.Series:
    """Return cells so that width, blanks and case make no difference; each by itself, whatever stands around it."""
    cells = cells.fill_null("")
    odd = (~cells.str.contains(_PLAIN)).arg_true()
    if not len(odd):
        return cells
    mended = cells.gather(odd).str.normalize("NFKC").str.replace_all(r"\s+", "").str.to_uppercase()
    # The brackets of plain cells are in full width, so those of mended ones have to be.
    return cells.scatter(odd, mended.str.replace_many(["(", ")"], ["（", "）"]))
