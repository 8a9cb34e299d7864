"""Rows that state the same act twice in one file, found across chunks with 24 bytes a row.

Before this module `check_rows` has the typed rows of a chunk; after it each repeated row names the row it repeats.
Comparison is by a 64-bit hash of the key columns: in ten million different rows the chance of one false match is below
three in a million. What is already stored from other files is not looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

_SEED = 2026


class DuplicateFinder:
    """Remembers the keys of a file's rows."""

    def __init__(self, headers: Sequence[str], required: Sequence[str]) -> None:
        self._headers = tuple(headers)
        self._required = tuple(required)
        self._seen = pl.DataFrame(schema={"key": pl.UInt64, "first_row": pl.Int64, "first_sheet": pl.String})

    def find(self, cells: pl.DataFrame) -> pl.DataFrame:
        """Return the rows that repeat an earlier one.

        **Shape**: ``cells`` has ``row``, ``sheet`` and the key columns as text; out come ``index`` (position in
        ``cells``), ``first_row``, ``first_sheet``, one row per repetition. Rows without a required key are left out.
        """
        if not self._headers or cells.is_empty():
            return pl.DataFrame(schema={"index": pl.UInt32, "first_row": pl.Int64, "first_sheet": pl.String})
        parts = [_comparable(cells[header]) for header in self._headers]
        filled = pl.all_horizontal(pl.col(self._required).is_not_null()) if self._required else pl.lit(value=True)
        keyed = (
            pl.DataFrame(parts)
            .select(key=pl.struct(pl.all()).hash(_SEED))
            .with_columns(cells["row"], cells["sheet"], cells.select(filled.alias("filled")).to_series())
            .with_row_index("index")
            .filter("filled")
        )
        firsts = keyed.unique("key", keep="first", maintain_order=True)
        firsts = firsts.select("key", first_row="row", first_sheet="sheet")
        new = firsts.join(self._seen, on="key", how="anti")
        self._seen = pl.concat([self._seen, new])
        if new.height == keyed.height:
            return keyed.head(0).select("index", first_row="row", first_sheet="sheet")
        earlier = keyed.join(self._seen, on="key", how="inner")
        is_first = (pl.col("row") == pl.col("first_row")) & (pl.col("sheet") == pl.col("first_sheet"))
        return earlier.filter(~is_first).select("index", "first_row", "first_sheet")


def _comparable(cells: pl.Series) -> pl.Series:
    """Return cells so that width and blanks make no difference."""
    is_plain = not cells.str.contains(r"[\u3000\uff01-\uffef\s]").any()
    text = cells if is_plain else cells.str.normalize("NFKC").str.replace_all(r"\s+", "")
    return text.fill_null("").str.to_uppercase()
