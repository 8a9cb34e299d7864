"""Look into an old workbook (XLS) for what the reader does not tell: error results, hidden rows and columns, macros.

The form is that of Excel 97–2003: a compound file whose stream “Workbook” is a row of records. Before this module
`sheet_child` has opened the workbook, which proves it readable; after it the cells are faults and the rest are notes.
Where the compound file itself is laid out oddly nothing is seen, and nothing is refused.

Source: [MS-CFB] and [MS-XLS], Microsoft open specifications.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from credit_service.intake.sheet_scan import SheetScan

MAX_STREAM_BYTES: Final = 512 * 1024**2
_END: Final = 0xFFFFFFFA
"""From this sector number on: not a sector."""
_MINI_STREAM_BELOW: Final = 4096
_BOUND_SHEET, _ROW, _COLUMN, _BOOL_ERROR, _FORMULA, _EOF = 0x85, 0x208, 0x7D, 0x205, 0x06, 0x0A
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def scan_biff(path: Path, sheet: str) -> SheetScan:
    """Return what is to be seen in a sheet of an XLS."""
    scan = SheetScan()
    try:
        names, stream = _read_compound(path.read_bytes())
        scan.has_macros = any(name.startswith("_VBA_PROJECT") for name in names)
        start = next((at for name, at in _sheets(stream) if name == sheet), None)
        if start is not None:
            for kind, body in _records(stream, start):
                _look(scan, kind, body)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError):
        return scan
    return scan


def _look(scan: SheetScan, kind: int, body: bytes) -> None:
    if kind == _ROW:
        row, flags = struct.unpack_from("<H", body)[0], body[12]
        if flags & 0x20:
            scan.hidden_rows.append(row + 1)
    elif kind == _COLUMN:
        first, last, _, _, options = struct.unpack_from("<5H", body)
        if options & 1:
            scan.hidden_columns += range(first, min(last, 255) + 1)
    elif kind == _BOOL_ERROR and body[7]:
        row, column = struct.unpack_from("<2H", body)
        scan.errors[(row + 1, column)] = _ERRORS.get(body[6], "#错误")
    elif kind == _FORMULA and body[6] == 2 and body[12:14] == b"\xff\xff":
        row, column = struct.unpack_from("<2H", body)
        scan.errors[(row + 1, column)] = _ERRORS.get(body[8], "#错误")


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, body in _records(stream, 0):
        if kind == _BOUND_SHEET:
            length, wide = body[6], body[7] & 1
            text = body[8 : 8 + length * (2 if wide else 1)]
            yield text.decode("utf-16-le" if wide else "latin-1"), struct.unpack_from("<I", body)[0]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        if kind == _EOF:
            return
        yield kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _read_compound(content: bytes) -> tuple[list[str], bytes]:
    """Return the names of all entries, and the workbook's stream."""
    sector = 1 << struct.unpack_from("<H", content, 30)[0]
    mini = 1 << struct.unpack_from("<H", content, 32)[0]
    first_directory, _, _, first_mini_table = struct.unpack_from("<4I", content, 48)
    table = _allocation_table(content, sector)
    directory = _chain(content, first_directory, table, sector, sector)
    names, streams = [], {}
    root_start = 0
    for at in range(0, len(directory) - 127, 128):
        entry = directory[at : at + 128]
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(length - 2, 0)].decode("utf-16-le")
        start, size = struct.unpack_from("<2I", entry, 116)
        names.append(name)
        if entry[66] == 5:
            root_start = start
        elif entry[66] == 2:
            streams[name] = (start, size)
    start, size = streams.get("Workbook") or streams.get("Book") or (0, 0)
    if size > MAX_STREAM_BYTES:
        return names, b""
    if size < _MINI_STREAM_BELOW:
        minis = _chain(content, first_mini_table, table, sector, sector)
        mini_table = struct.unpack(f"<{len(minis) // 4}I", minis)
        return names, _chain(_chain(content, root_start, table, sector, sector), start, mini_table, mini, 0)[:size]
    return names, _chain(content, start, table, sector, sector)[:size]


def _allocation_table(content: bytes, sector: int) -> tuple[int, ...]:
    places = list(struct.unpack_from("<109I", content, 76))
    following = struct.unpack_from("<I", content, 68)[0]
    seen: set[int] = set()
    while following < _END and following not in seen:
        seen.add(following)
        more = struct.unpack_from(f"<{sector // 4}I", content, sector + following * sector)
        places += more[:-1]
        following = more[-1]
    table: list[int] = []
    for place in places:
        if place < _END:
            table += struct.unpack_from(f"<{sector // 4}I", content, sector + place * sector)
    return tuple(table)


def _chain(content: bytes, start: int, table: tuple[int, ...], size: int, offset: int) -> bytes:
    """Return the bytes of a chain of sectors; a chain that bites its own tail ends there."""
    parts = []
    seen: set[int] = set()
    while start < _END and start not in seen:
        seen.add(start)
        parts.append(content[offset + start * size : offset + (start + 1) * size])
        start = table[start]
    return b"".join(parts)
