"""What opens a workbook: a process of its own with bounds on memory and time, which answers with rows of text.

`parse_xlsx` starts this module and asks it; nothing else does. A workbook is the one kind of file that is read by a
program which unpacks it whole, and a few hundred bytes of XML can ask that program for half a terabyte: then this
process ends, and the service does not. It writes no file and opens none but the workbook. Each question is one line of
JSON on its standard input; each answer some lines of JSON on its standard output, the last one ``{"end": true}``.
"""

from __future__ import annotations

import contextlib
import json
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from credit_service.intake.biff_scan import scan_biff
from credit_service.intake.ods_scan import scan_ods
from credit_service.intake.sheet_scan import SheetScan, scan_workbook, scan_xlsx

CHUNK_ROWS: Final = 20_000
CHUNK_CHARACTERS: Final = 24 * 1024**2
PREVIEW_CHARACTERS: Final = 32 * 1024**2
"""Of all sheets together; a workbook whose first rows hold more is no table."""
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

Cell = int | float | str | bool | date | datetime | time | timedelta
Row = tuple[int, list[Cell]]
"""Its number in the sheet, and its cells."""
Fault = tuple[int, int, str, str, str, str]
"""Row, position of the column, rule, value, reason, remedy."""


class _Workbook:
    """The workbook this process was started for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = CalamineWorkbook.from_path(path)
        self._sheets: dict[str, CalamineSheet] = {}

    def previews(self, wanted: int) -> Iterator[dict[str, Any]]:
        """Yield the first rows of every sheet that has any, hidden sheets included."""
        names = [sheet.name for sheet in self._book.sheets_metadata]
        if len(set(names)) < len(names):
            message = "two sheets have one name, and only the first could be read"
            raise ValueError(message)
        left = PREVIEW_CHARACTERS
        for sheet in self._book.sheets_metadata:
            if sheet.typ is not SheetTypeEnum.WorkSheet:
                continue
            rows = [[to_text(cell) for cell in row] for row in islice(self._rows(sheet.name), wanted)]
            left -= sum(len(cell) + 1 for row in rows for cell in row)
            if left < 0:
                raise MemoryError
            if any(any(row) for row in rows):
                height = (self._sheet(sheet.name).end or (0, 0))[0] + 1
                yield {"sheet": sheet.name, "rows": rows, "height": height}

    def _notes(self, name: str, scan: SheetScan, header_row: int) -> list[tuple[int, str, str, str]]:
        """Return (row, rule, reason, remedy) of what no cell of a sheet shows."""
        notes = list(scan.notes(header_row))
        visible = next((s.visible for s in self._book.sheets_metadata if s.name == name), SheetVisibleEnum.Visible)
        if visible is not SheetVisibleEnum.Visible:
            told = "这张工作表是隐藏的，内容已照常读取"
            notes.append((1, "hidden-sheet", told, "请取消隐藏后核对；不应报送的请删除这张工作表。"))
        return notes

    def chunks(self, ask: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the rows of a sheet after its header."""
        name, header_row, width = ask["sheet"], ask["header_row"], ask["width"]
        scan = self._scan(name)
        workbook = list(scan_workbook(self._path)) if ask["with_workbook"] else []
        yield {"notes": [*workbook, *self._notes(name, scan, header_row)]}
        known = _known_faults(self._sheet(name), scan, header_row, width)
        codes = frozenset(ask["code_columns"])
        numbered = enumerate(islice(self._rows(name), header_row, None), start=header_row + 1)
        for block, blank in _blocks(numbered, width):
            yield _to_chunk(block, blank, width, known, codes)

    def _scan(self, name: str) -> SheetScan:
        if not zipfile.is_zipfile(self._path):
            return scan_biff(self._path, name)
        with zipfile.ZipFile(self._path) as archive:
            is_ods = "content.xml" in archive.NameToInfo
        return scan_ods(self._path, name) if is_ods else scan_xlsx(self._path, name)

    def _sheet(self, name: str) -> CalamineSheet:
        if name not in self._sheets:
            self._sheets[name] = self._book.get_sheet_by_name(name)
        return self._sheets[name]

    def _rows(self, name: str) -> Iterator[list[Cell]]:
        """Yield the rows from row 1 and column A on: calamine leaves out empty columns at the left."""
        sheet = self._sheet(name)
        if sheet.start is None:
            return
        left: list[Cell] = [""] * sheet.start[1]
        for row in sheet.iter_rows():
            yield [*left, *row] if left else row


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


def _known_faults(
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


def _blocks(rows: Iterable[tuple[int, list[Cell]]], width: int) -> Iterator[tuple[list[Row], int]]:
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


def _to_chunk(
    block: list[Row],
    blank: int,
    width: int,
    known: dict[int, list[tuple[int, tuple[str, str, str]]]],
    codes: frozenset[int],
) -> dict[str, Any]:
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
    return {"rows": numbers, "columns": texts, "faults": faults, "blank": blank}


def _number_faults(cells: Sequence[Cell], numbers: Sequence[int], column: int, *, is_code: bool) -> Iterator[Fault]:
    for number, cell in zip(numbers, cells, strict=True):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and (is_code or abs(cell) >= EXACT_INTEGER):
            yield (number, column, "number-cell", to_text(cell), _NUMBER_REASON, _NUMBER_REMEDY)


def _error_faults(texts: Sequence[str], numbers: Sequence[int], column: int) -> Iterator[Fault]:
    for number, text in zip(numbers, texts, strict=True):
        if text in _ERROR_TEXTS:
            rule, reason, remedy = _formula_error(text)
            yield (number, column, rule, text, reason, remedy)


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Bind this process for good; where the system knows no such bound, the others still hold."""
    for kind, value in (
        (resource.RLIMIT_DATA, memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (bound, bound))


def _answer(book: _Workbook, ask: dict[str, Any]) -> None:
    lines = book.previews(ask["previews"]) if "previews" in ask else book.chunks(ask)
    for line in lines:
        _say(line)


def _say(line: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Answer questions until there are no more."""
    started = json.loads(sys.stdin.buffer.readline())
    _limit(started["memory_bytes"], started["cpu_seconds"])
    book: _Workbook | None = None
    for question in sys.stdin.buffer:
        try:
            book = book or _Workbook(Path(started["path"]))
            _answer(book, json.loads(question))
            _say({"end": True})
        except PasswordError:
            _say({"fault": "password"})
        except MemoryError:
            _say({"fault": "memory"})
        except (CalamineError, OSError, zipfile.BadZipFile, EOFError, ValueError, KeyError, zlib.error):
            _say({"fault": "damaged"})
        except BaseException as fault:
            # A panic of the reader is no Exception; it means content that its authors did not think of.
            if type(fault).__name__ != "PanicException":
                raise
            _say({"fault": "damaged"})


if __name__ == "__main__":
    main()
