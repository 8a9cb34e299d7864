"""Rows of a worksheet as XML, many at a time, and the workbook they are put into.

Before this module `report` knows which cells stand where and how they are marked; after it the workbook is a file.
xlsxwriter makes everything but the rows (styles, comments, widths); the rows are built as columns of text, some twenty
times as fast as cell by cell, and put in the places it left. Every cell is text, whatever it begins with.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import polars as pl

CELL_CHARACTERS: Final = 32_767
"""What a cell of a workbook holds."""
COMPRESSION: Final = 2
"""Sheets of the same few words pack nearly as well, in a third of the time."""
_ESCAPES: Final = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    **{chr(code): f"_x{code:04X}_" for code in (*range(32), 0xFFFE, 0xFFFF) if chr(code) not in "\t\n"},
}
_SHEET_DATA: Final = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_DIMENSION: Final = re.compile(rb"<dimension [^>]*/>")


def build_rows(frame: pl.DataFrame, columns: Mapping[int, pl.Expr], styles: Mapping[int, pl.Expr]) -> pl.Series:
    """Return rows as XML.

    Args:
        frame: Its ``place`` is the number of the row, from 1.
        columns: The text of the cell in each position, or a number.
        styles: The style of that cell, null where an empty cell needs none.
    """
    cells = [_to_cell(frame, column_letters(at), columns[at], styles[at]) for at in sorted(columns)]
    row = pl.concat_str(pl.lit('<row r="'), frame["place"].cast(pl.String), pl.lit('">'), *cells, pl.lit("</row>"))
    return frame.select(row.alias("xml")).to_series()


def fill_sheets(skeleton: Path, target: Path, sheets: Mapping[int, Iterable[bytes]]) -> None:
    """Copy a workbook without rows to its target and put the rows of each sheet, counted from 1, in their place."""
    parts = {f"xl/worksheets/sheet{number}.xml": rows for number, rows in sheets.items()}
    with (
        zipfile.ZipFile(skeleton) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=COMPRESSION) as archive,
    ):
        for part in source.infolist():
            if part.filename not in parts:
                archive.writestr(part, source.read(part), zipfile.ZIP_DEFLATED, COMPRESSION)
                continue
            before, after = _SHEET_DATA.split(_DIMENSION.sub(b"", source.read(part)), maxsplit=1)
            with archive.open(part.filename, "w", force_zip64=True) as stream:
                stream.write(before + b"<sheetData>")
                for rows in parts[part.filename]:
                    stream.write(rows)
                stream.write(b"</sheetData>" + after)


def to_bytes(rows: pl.Series) -> bytes:
    """Return rows of XML one after another."""
    return str(rows.str.join("").item() or "").encode() if len(rows) else b""


def column_letters(position: int) -> str:
    """Return the name of a column by its position, from 0."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _to_cell(frame: pl.DataFrame, letters: str, value: pl.Expr, style: pl.Expr) -> pl.Series:
    cells = frame.select(
        value.alias("value"), style.cast(pl.String).alias("style"), place=pl.col("place").cast(pl.String)
    )
    opening = pl.concat_str(pl.lit(f'<c r="{letters}'), "place", pl.lit('" s="'), "style")
    if cells.schema["value"].is_numeric():
        made = pl.concat_str(opening, pl.lit('"><v>'), pl.col("value").cast(pl.String), pl.lit("</v></c>"))
        return cells.select(made.alias(letters)).to_series()
    cells = cells.with_columns(value=_escape(cells["value"].fill_null("")))
    text = pl.concat_str(
        opening, pl.lit('" t="inlineStr"><is><t xml:space="preserve">'), "value", pl.lit("</t></is></c>")
    )
    empty = pl.concat_str(opening, pl.lit('"/>'))
    made = pl.when(pl.col("value") != "").then(text).otherwise(empty).fill_null("")
    return cells.select(made.alias(letters)).to_series()


def _escape(texts: pl.Series) -> pl.Series:
    if (texts.str.len_bytes() > CELL_CHARACTERS).any():
        texts = texts.str.slice(0, CELL_CHARACTERS)
    if texts.str.contains("_x", literal=True).any():
        texts = texts.str.replace_all("(_x[0-9A-Fa-f]{4}_)", "_x005F${1}")
    return texts.str.replace_many(_ESCAPES)
