"""Workbooks (XLSX, XLS, ODS) to chunks of cells, with what Excel has done to them told and not hidden.

Before this module a received workbook; after it `recognise` and `check_rows`. A code that Excel stores as a number has
lost its end or its leading zeros: such a cell is a fault, never turned back into digits. The cells that a merged area
covers are empty in the file: they are faults too, never filled from above. A formula counts by its last value; one that
ended in an error is a fault. Row numbers are the sheet's own.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

from credit_service.errors import UnreadableFile
from credit_service.intake.parsed import (
    PREVIEW_ROWS,
    CellFault,
    Layout,
    ParsedChunk,
    Preview,
    PreviewRow,
    chunk_schema,
)
from credit_service.intake.sheet_errors import find_error_cells

CHUNK_ROWS: Final = 20_000
EXACT_INTEGER: Final = 10**15
"""Excel keeps 15 significant digits; a longer number has lost its end in any column."""
Cell = int | float | str | bool | date | datetime | time | timedelta


class WorkbookReader:
    """Reads one received workbook.

    Raises:
        UnreadableFile: The workbook is damaged or needs a password.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._workbook = CalamineWorkbook.from_path(path)
        except PasswordError as error:
            message = "文件设有密码，无法读取。"
            raise UnreadableFile(message, remedy="请取消密码后另存一份再报送。") from error
        except (CalamineError, OSError) as error:
            raise _damaged() from error
        self._sheets: dict[str, CalamineSheet] = {}
        self.estimated_rows = 0

    def previews(self) -> tuple[Preview, ...]:
        """Return the first rows of every sheet that has any, hidden sheets included.

        Raises:
            UnreadableFile: A sheet is damaged.
        """
        previews = []
        self.estimated_rows = 0
        for sheet in self._workbook.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            rows = tuple(
                PreviewRow(number, number, tuple(_to_text(cell) for cell in cells))
                for number, cells in enumerate(islice(self._iter_rows(sheet.name), PREVIEW_ROWS), start=1)
            )
            if any(any(row.cells) for row in rows):
                previews.append(Preview(sheet.name, "", rows))
                self.estimated_rows += self._sheet(sheet.name).total_height
        return tuple(previews)

    def chunks(self, layout: Layout) -> Iterator[ParsedChunk]:
        """Yield the rows of one sheet after its header, 20,000 at a time."""
        covered = _covered_cells(self._sheet(layout.sheet), layout)
        broken = find_error_cells(self._path, layout.sheet) if zipfile.is_zipfile(self._path) else {}
        rows = islice(self._iter_rows(layout.sheet), layout.header_row, None)
        first = layout.header_row + 1
        while block := list(islice(rows, CHUNK_ROWS)):
            yield _to_chunk(block, first, layout, {**covered, **broken})
            first += len(block)

    def _sheet(self, name: str) -> CalamineSheet:
        if name not in self._sheets:
            try:
                self._sheets[name] = self._workbook.get_sheet_by_name(name)
            except CalamineError as error:
                raise _damaged() from error
        return self._sheets[name]

    def _iter_rows(self, name: str) -> Iterator[list[Cell]]:
        """Yield the rows from row 1 and column A on: calamine leaves out empty columns at the left."""
        sheet = self._sheet(name)
        if sheet.start is None:
            return
        left: list[Cell] = [""] * sheet.start[1]
        for row in sheet.iter_rows():
            yield left + list(row)


def _damaged() -> UnreadableFile:
    return UnreadableFile("工作簿已损坏，无法读取。", remedy="请用Excel或WPS打开原文件，修复后另存一份再报送。")


def _covered_cells(sheet: CalamineSheet, layout: Layout) -> dict[tuple[int, int], tuple[str, str, str]]:
    """Return the cells below the header that a merged area covers, its top left cell excepted."""
    covered = {}
    width = len(layout.header)
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        for row in range(max(top, layout.header_row), min(bottom, sheet.total_height - 1) + 1):
            for column in range(left, min(right, width - 1) + 1):
                if (row, column) != (top, left):
                    reason = f"被合并单元格（第{top + 1}行至第{bottom + 1}行）盖住，文件中没有它自己的内容"
                    covered[(row + 1, column)] = ("merged-cell", reason, "请取消合并单元格，逐行填写后再报送。")
    return covered


def _to_chunk(
    block: list[list[Cell]], first: int, layout: Layout, known: dict[tuple[int, int], tuple[str, str, str]]
) -> ParsedChunk:
    width = len(layout.header)
    columns: list[Sequence[Cell]] = list(zip(*(_fit(row, width) for row in block), strict=True))
    numbers = range(first, first + len(block))
    faults = [
        CellFault(row, column, rule, "", reason, remedy)
        for (row, column), (rule, reason, remedy) in known.items()
        if row in numbers and any(cell != "" for cell in block[row - first])
    ]
    texts: list[list[str]] = []
    for index, cells in enumerate(columns):
        texts.append([cell if isinstance(cell, str) else _to_text(cell) for cell in cells])
        faults.extend(_number_faults(cells, first, index, is_code=index in layout.code_columns))
    frame = pl.DataFrame([list(numbers), *texts], schema=chunk_schema(width))
    return ParsedChunk(layout.sheet, frame, cells=tuple(faults))


def _number_faults(cells: Sequence[Cell], first: int, column: int, *, is_code: bool) -> Iterator[CellFault]:
    for offset, cell in enumerate(cells):
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            continue
        if is_code or abs(cell) >= EXACT_INTEGER:
            yield CellFault(
                first + offset,
                column,
                "number-cell",
                _to_text(cell),
                "已被Excel当作数字，末位或前面的0可能丢失",
                "请先把这一列的单元格格式设为“文本”，再对照证照原件重新录入，不要直接改格式。",
            )


def _fit(row: list[Cell], width: int) -> list[Cell]:
    return row[:width] if len(row) >= width else [*row, *([""] * (width - len(row)))]


def _to_text(cell: Cell) -> str:
    """Return a cell as a clerk would type it; numbers with the 15 digits that Excel keeps, never with an exponent."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        text = format(Decimal(format(cell, ".15g")), "f")
        return re.sub(r"\.0+$", "", text)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ", timespec="seconds")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
