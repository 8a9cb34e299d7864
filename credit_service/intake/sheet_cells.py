"""Rows of cells as a workbook's reader gives them become chunks of text with the faults of their cells.

Before this module `sheet_child` has read rows, or `plain_sheet` whole blocks of them; after it the chunk goes to the
service. A number is written as a clerk would type it, never mended: where Excel has made a number of a code, or lost
the end of a long one, or shows an error, the cell is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

import polars as pl
from python_calamine import CalamineSheet

from credit_service.intake.parsed import chunk_schema
from credit_service.intake.sheet_scan import SheetScan

CHUNK_ROWS: Final = 20_000
CHUNK_CHARACTERS: Final = 24 * 1024**2
MAX_COVERED: Final = 5_000_000
EXACT_INTEGER: Final = 10**15
"""Excel keeps 15 significant digits; a longer number has lost its end in any column."""
_ERROR_TEXTS: Final = frozenset(
    [
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#REF!",
        "#VALUE!",
        *(f"Err:{number}" for number in range(501, 541)),
    ]
)
"""What Excel, WPS and LibreOffice show for a failed formula; pasted as text it is no better."""
_NUMBER_REASON: Final = "已被Excel当作数字，末位或前面的0可能丢失"
_NUMBER_REMEDY: Final = "请先把这一列的单元格格式设为“文本”，再对照证照原件重新录入，不要直接改格式。"
_USUAL_NUMBER: Final = r"^-?(?:0|[1-9]\d{0,8})(?:\.\d{0,5}[1-9])?$"

Cell = int | float | str | bool | date | datetime | time | timedelta
Row = tuple[int, list[Cell]]
"""Its number in the sheet, and its cells."""
Fault = tuple[int, int, str, str, str, str]
"""Row, position of the column, rule, value, reason, remedy."""


@dataclass(frozen=True)
class SheetChunk:
    """Some rows of a sheet as text.

    **Shape**: ``frame`` as in `parsed.ParsedChunk`; ``faults`` are those of its cells, ``blank`` counts further rows.
    """

    frame: pl.DataFrame
    faults: list[Fault]
    blank: int


def to_text(cell: Cell) -> str:
    """Return a cell as a clerk would type it; numbers with the 15 digits that Excel keeps, never with an exponent."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return re.sub(r"\.0+$", "", format(Decimal(format(cell, ".15g")), "f"))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def find_known_faults(
    sheet: CalamineSheet, scan: SheetScan, header_row: int, width: int
) -> dict[int, list[tuple[int, tuple[str, str, str]]]]:
    """Return row → (column, what is wrong) for error results and for the cells that a merged area covers.

    The top left cell of a merged area is not covered. Rows count from 1.

    Raises:
        MemoryError: Merged areas cover more cells than a sheet that people made.
    """
    known: dict[int, list[tuple[int, tuple[str, str, str]]]] = {}
    last = (sheet.end or (-1, -1))[0]
    covered = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        fault = _merged(f"被合并单元格（第{top + 1}行至第{bottom + 1}行）盖住")
        rows, columns = range(max(top, header_row), min(bottom, last) + 1), range(left, min(right, width - 1) + 1)
        covered += len(rows) * len(columns)
        if covered > MAX_COVERED:
            raise MemoryError
        for row in rows:
            known.setdefault(row + 1, []).extend((column, fault) for column in columns if (row, column) != (top, left))
    for row, column in scan.covered:
        known.setdefault(row, []).append((column, _merged("被合并单元格盖住")))
    for (row, column), text in scan.errors.items():
        known.setdefault(row, []).append((column, _formula_error(text)))
    return known


def _merged(reason: str) -> tuple[str, str, str]:
    return "merged-cell", f"{reason}，文件中没有它自己的内容", "请取消合并单元格，逐行填写后再报送。"


def _formula_error(text: str) -> tuple[str, str, str]:
    return "formula-error", f"公式的结果是错误值“{text}”", "请改正公式，或直接填写正确的内容。"


def cut_blocks(rows: Iterable[tuple[int, list[Cell]]], width: int) -> Iterator[tuple[list[Row], int]]:
    """Yield rows cut or filled to the width, as many at a time as a message may hold, and how many blank ones more."""
    block: list[Row] = []
    blank = 0
    room = CHUNK_CHARACTERS
    for number, row in rows:
        if row.count("") == len(row):
            blank += 1
            continue
        block.append((number, row[:width] if len(row) >= width else [*row, *([""] * (width - len(row)))]))
        room -= _characters(block[-1][1])
        if len(block) == CHUNK_ROWS or room < 0:
            yield block, blank
            block, blank, room = [], 0, CHUNK_CHARACTERS
    if block or blank:
        yield block, blank


def _characters(row: list[Cell]) -> int:
    try:
        return sum(map(len, row))  # type: ignore[arg-type] # rows of text alone are the usual case.
    except TypeError:
        return sum(len(cell) for cell in row if isinstance(cell, str))


def to_chunk(
    block: list[Row],
    blank: int,
    width: int,
    known: dict[int, list[tuple[int, tuple[str, str, str]]]],
    codes: frozenset[int],
) -> SheetChunk:
    """Return rows of cells as text, with what is wrong with the cells."""
    numbers = [number for number, _ in block]
    faults: list[Fault] = [
        (number, column, rule, "", reason, remedy)
        for number in (numbers if known else ())
        for column, (rule, reason, remedy) in known.get(number, ())
    ]
    texts: list[Sequence[str]] = []
    columns: Iterable[Sequence[Cell]] = zip(*(cells for _, cells in block), strict=True) if block else [()] * width
    for index, cells in enumerate(columns):
        if set(map(type, cells)) <= {str}:
            texts.append(cells)  # type: ignore[arg-type] # all of them are text, as just seen.
        else:
            texts.append([to_text(cell) for cell in cells])
            faults += _number_faults(cells, numbers, index, is_code=index in codes)
        if not _ERROR_TEXTS.isdisjoint(texts[-1]):
            faults += _error_faults(texts[-1], numbers, index)
    return SheetChunk(pl.DataFrame([numbers, *texts], schema=chunk_schema(width)), faults, blank)


def to_plain_chunk(cells: pl.DataFrame, after: int, width: int, codes: frozenset[int]) -> SheetChunk:
    """Return a block of a plain sheet as text, with what is wrong with the cells.

    Args:
        cells: As `plain_sheet.PlainSheet.blocks` gives them.
        after: The row before those that are wanted; rows between it and the last that have no cell are blank.
        width: Columns wanted.
        codes: Columns in which a number is a fault.
    """
    cells = cells.filter(pl.col("row") > after)
    if cells.is_empty():
        return SheetChunk(pl.DataFrame(schema=chunk_schema(width)), [], 0)
    if cells["is_number"].any():
        cells = cells.with_columns(text=_to_plain_numbers(cells["text"], cells["is_number"]))
    rows = cells["row"].unique().sort()
    place = (cells["row"] - after - 1).alias("place")
    at = pl.repeat(0, rows[-1] - after, dtype=pl.UInt32, eager=True).scatter(rows - after - 1, range(len(rows)))
    cells = cells.with_columns(at.gather(place).alias("place"))
    found = {int(key[0]): part for key, part in cells.partition_by("column", as_dict=True).items()}
    columns = [_spread(found.get(column), len(rows)).alias(f"c{column}") for column in range(width)]
    frame = pl.DataFrame([rows.cast(pl.Int64).alias("row"), *columns])
    faults = [
        fault for column in range(width) for fault in _plain_faults(found.get(column), column, is_code=column in codes)
    ]
    return SheetChunk(frame, faults, rows[-1] - after - len(rows))


def _spread(cells: pl.DataFrame | None, height: int) -> pl.Series:
    """Return the texts of one column, null where a row has no cell in it."""
    if cells is None:
        return pl.repeat(None, height, dtype=pl.String, eager=True)
    if cells.height == height and cells["place"].is_sorted():
        return cells["text"]
    at = pl.repeat(None, height, dtype=pl.UInt32, eager=True)
    return cells["text"].gather(at.scatter(cells["place"], range(cells.height)))


def _to_plain_numbers(texts: pl.Series, are_numbers: pl.Series) -> pl.Series:
    """Return texts with the numbers among them as `to_text` writes them; nearly all are written so already."""
    unusual = are_numbers & ~texts.str.contains(_USUAL_NUMBER)
    if not unusual.any():
        return texts
    places = unusual.arg_true()
    return texts.scatter(places, [to_text(float(text)) for text in texts.gather(places)])


def _plain_faults(cells: pl.DataFrame | None, column: int, *, is_code: bool) -> Iterator[Fault]:
    if cells is None:
        return
    numbers = cells.filter("is_number")
    if numbers.height:
        values = numbers["text"].cast(pl.Float64).to_list()
        yield from _number_faults(values, numbers["row"].to_list(), column, is_code=is_code)
    wrong = cells.filter(pl.col("text").is_in(_ERROR_TEXTS))
    yield from _error_faults(wrong["text"].to_list(), wrong["row"].to_list(), column)


def _number_faults(cells: Sequence[Cell], numbers: Sequence[int], column: int, *, is_code: bool) -> Iterator[Fault]:
    for number, cell in zip(numbers, cells, strict=True):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and (is_code or abs(cell) >= EXACT_INTEGER):
            yield (number, column, "number-cell", to_text(cell), _NUMBER_REASON, _NUMBER_REMEDY)


def _error_faults(texts: Sequence[str], numbers: Sequence[int], column: int) -> Iterator[Fault]:
    for number, text in zip(numbers, texts, strict=True):
        if text in _ERROR_TEXTS:
            rule, reason, remedy = _formula_error(text)
            yield (number, column, rule, text, reason, remedy)


def to_first_rows(cells: pl.DataFrame, height: int, width: int) -> list[list[str]]:
    """Return the first rows of a plain sheet, each as wide as the sheet."""
    frame = to_plain_chunk(cells, 0, width, frozenset()).frame
    rows = [[""] * width for _ in range(height)]
    for number, *row in frame.head(height).iter_rows():
        if number <= height:
            rows[number - 1] = [text or "" for text in row]
    return rows
