"""What opens a workbook: a process of its own with bounds on memory and time, which answers with rows of text.

`parse_xlsx` starts this module and asks it; nothing else does. A workbook is the one kind of file that is read by a
program which unpacks it whole, and a few hundred bytes of XML can ask that program for half a terabyte: then this
process ends, and the service does not. It writes no file and opens none but the workbook. Each question is one line of
JSON on its standard input; each answer some lines of JSON on its standard output, the last one ``{"end": true}``. A
line that says ``bytes`` is followed by so many bytes: rows as an Arrow stream.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
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
from credit_service.intake.plain_sheet import MAX_BYTES, NotPlain, PlainSheet, open_plain
from credit_service.intake.sheet_cells import (
    Cell,
    SheetChunk,
    cut_blocks,
    find_known_faults,
    to_chunk,
    to_first_rows,
    to_plain_chunk,
    to_text,
)
from credit_service.intake.sheet_scan import SheetScan, scan_workbook, scan_xlsx

PREVIEW_CHARACTERS: Final = 32 * 1024**2
"""Of all sheets together; a workbook whose first rows hold more is no table."""


class _Workbook:
    """The workbook this process was started for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._book = CalamineWorkbook.from_path(path)
        self._sheets: dict[str, CalamineSheet] = {}
        self._plain: dict[str, PlainSheet] = {}

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
            rows, height = self._first_rows(sheet.name, wanted)
            left -= sum(len(cell) + 1 for row in rows for cell in row)
            if left < 0:
                raise MemoryError
            if any(cell.strip() for row in rows for cell in row):
                yield {"sheet": sheet.name, "rows": rows, "height": height}

    def _notes(self, name: str, scan: SheetScan, header_row: int) -> list[tuple[int, str, str, str]]:
        """Return (row, rule, reason, remedy) of what no cell of a sheet shows."""
        notes = list(scan.notes(header_row))
        visible = next((s.visible for s in self._book.sheets_metadata if s.name == name), SheetVisibleEnum.Visible)
        if visible is not SheetVisibleEnum.Visible:
            told = "这张工作表是隐藏的，内容已照常读取"
            notes.append((1, "hidden-sheet", told, "请取消隐藏后核对；不应报送的请删除这张工作表。"))
        return notes

    def _first_rows(self, name: str, wanted: int) -> tuple[list[list[str]], int]:
        """Return the first rows of a sheet, and how many rows it has."""
        held = sum(sheet.size for sheet in self._plain.values())
        plain = open_plain(self._path, name, MAX_BYTES - held)
        if plain is not None:
            with contextlib.suppress(NotPlain):
                rows = to_first_rows(plain.read_first(wanted), min(wanted, plain.height), plain.width)
                self._plain[name] = plain
                return rows, plain.height
        rows = [[to_text(cell) for cell in row] for row in islice(self._rows(name), wanted)]
        return rows, (self._sheet(name).end or (0, 0))[0] + 1

    def chunks(self, ask: dict[str, Any]) -> Iterator[dict[str, Any] | SheetChunk]:
        """Yield the rows of a sheet after its header, and before them what no cell shows.

        A plain sheet is read a block at a time; from the first block on that is not plain, row by row.
        """
        name, done, width, codes = ask["sheet"], ask["header_row"], ask["width"], frozenset(ask["code_columns"])
        of_workbook = list(scan_workbook(self._path)) if ask["with_workbook"] else []
        told: list[tuple[int, str, str, str]] = []
        plain = self._plain.pop(name, None)
        if plain is not None:
            told = [*of_workbook, *self._notes(name, plain.scan, ask["header_row"])]
            yield {"notes": told}
            with contextlib.suppress(NotPlain):
                for cells in plain.blocks():
                    chunk = to_plain_chunk(cells, done, width, codes)
                    done += chunk.blank + chunk.frame.height
                    yield chunk
                return
            del plain
        scan = self._scan(name)
        notes = [*of_workbook, *self._notes(name, scan, ask["header_row"])]
        yield {"notes": [note for note in notes if note not in told]}
        known = find_known_faults(self._sheet(name), scan, ask["header_row"], width)
        for block, blank in cut_blocks(enumerate(islice(self._rows(name), done, None), start=done + 1), width):
            yield to_chunk(block, blank, width, known, codes)

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
    lines: Iterator[dict[str, Any] | SheetChunk] = (
        book.previews(ask["previews"]) if "previews" in ask else book.chunks(ask)
    )
    for line in lines:
        if isinstance(line, SheetChunk):
            _send(line)
        else:
            _say(line)


def _send(chunk: SheetChunk) -> None:
    """Say how long the rows are, and then the rows."""
    rows = io.BytesIO()
    chunk.frame.write_ipc_stream(rows, compression="uncompressed")
    _say({"bytes": rows.tell(), "faults": chunk.faults, "blank": chunk.blank})
    sys.stdout.buffer.write(rows.getbuffer())
    sys.stdout.buffer.flush()


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
