"""What every reader hands on: previews of a table's first rows, then chunks of cells that are all text.

Before these classes come the readers (`parse_csv`, `parse_xlsx`, `parse_json`); after them `recognise` looks at the
previews and `check_rows` at the chunks. Nothing here reads a file or judges a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Protocol

import polars as pl

PREVIEW_ROWS: Final = 50
"""How many first rows a reader shows to `recognise`; the header must be among the first `HEADER_SEARCH_ROWS`."""
HEADER_SEARCH_ROWS: Final = 20


@dataclass(frozen=True)
class PreviewRow:
    """One of the first rows; ``last_row`` differs from ``row`` where a quoted cell spans several lines."""

    row: int
    last_row: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Preview:
    """The first rows of one table, read in one way (for text: with one delimiter)."""

    sheet: str
    delimiter: str
    rows: tuple[PreviewRow, ...]


@dataclass(frozen=True)
class Layout:
    """Where the data of a table begins and how wide it is, found by `recognise`.

    ``code_columns`` are the positions of identifiers, in which a number typed into Excel is a fault.
    """

    sheet: str
    delimiter: str
    header_row: int
    """The last row of the header."""
    header: tuple[str, ...]
    code_columns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class LineFault:
    """A row that could not be read into cells; ``text`` is the original line."""

    row: int
    text: str
    rule: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class CellFault:
    """A cell whose content the file format itself has spoilt; ``column`` is its position."""

    row: int
    column: int
    rule: str
    value: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class TableNote:
    """What a clerk should know of a table though no cell is wrong: hidden rows, macros, links."""

    row: int
    rule: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class ParsedChunk:
    """Some rows of one table.

    **Shape**: ``frame`` has ``row`` (Int64, as the clerk sees it) and ``c0`` … one text column per header cell.
    ``faults`` are further rows, not in the frame; ``blank`` counts further rows without any content.
    """

    sheet: str
    frame: pl.DataFrame
    faults: tuple[LineFault, ...] = ()
    blank: int = 0
    cells: tuple[CellFault, ...] = ()
    notes: tuple[TableNote, ...] = ()

    @property
    def rows(self) -> int:
        """Rows received, in whatever state."""
        return self.frame.height + len(self.faults) + self.blank


class Reader(Protocol):
    """Reads one received file."""

    estimated_rows: int

    def previews(self) -> tuple[Preview, ...]:
        """Return the first rows of every table, text files once for each possible delimiter."""
        ...

    def chunks(self, layout: Layout) -> Iterator[ParsedChunk]:
        """Yield the rows after the header, each exactly once."""
        ...


def chunk_schema(width: int) -> pl.Schema:
    """Return the schema of a chunk's frame for a header of ``width`` cells."""
    return pl.Schema({"row": pl.Int64(), **{f"c{index}": pl.String() for index in range(width)}})
