"""Look into the content of an ODS for what the workbook reader does not tell: error results, hidden and covered cells.

Before this module `sheet_child` has opened the workbook; after it the cells are faults and the rest are notes. It reads
tags, never values, and holds no part in memory as a whole. What is the same in every form is in `sheet_scan`.
"""

from __future__ import annotations

import re
import zipfile
from html import unescape
from pathlib import Path
from typing import Final

from credit_service.intake.sheet_scan import SheetScan, find_attribute, iter_starting, iter_windows

_ODS_TAG: Final = re.compile(
    rb"<(/?)(?:table:(table-row|table-column|table-cell|covered-table-cell|table)|text:(tab|line-break))"
    rb"((?:[\s/](?:[^>\"']|\"[^\"]*\"|'[^']*')*)?)>"
)
_REPEATED: Final = re.compile(rb"""table:number-(?:rows|columns)-repeated=["'](\d{1,9})["']""")


def scan_ods(path: Path, sheet: str) -> SheetScan:
    """Return what is to be seen in a table of an ODS."""
    scan = SheetScan()
    place = _OdsPlace(sheet)
    with zipfile.ZipFile(path) as archive:
        for window, end in iter_windows(archive, "content.xml"):
            for found in iter_starting(_ODS_TAG, window, end):
                place.step(scan, found)
    return scan


class _OdsPlace:
    """Where in the table a tag stands; repeated rows and cells count as many times as they say."""

    def __init__(self, sheet: str) -> None:
        self._sheet = sheet
        self._inside = False
        self._row = 0
        self._repeats = 1
        self._column = 0
        self._header_column = 0

    def step(self, scan: SheetScan, found: re.Match[bytes]) -> None:
        """Take in one tag."""
        is_end, tag, attributes = bool(found[1]), found[2], found[4] or b""
        if tag == b"table":
            name = find_attribute(attributes, b"table:name") or b""
            self._inside = not is_end and unescape(name.decode(errors="replace")) == self._sheet
        if not self._inside or is_end:
            return
        if not tag:
            if self._row and scan.shortened_rows[-1:] != [self._row]:
                scan.shortened_rows.append(self._row)
            return
        repeated = _REPEATED.search(attributes)
        count = min(int(repeated[1]), 1_048_576) if repeated else 1
        is_hidden = b"visibility" in attributes and find_attribute(attributes, b"table:visibility") != b"visible"
        if tag == b"table-row":
            self._row += self._repeats if self._row else 1
            self._repeats, self._column = count, 0
            if is_hidden and count < 100_000:
                scan.hidden_rows += range(self._row, self._row + count)
        elif tag == b"table-column":
            if is_hidden and count < 1_000:
                scan.hidden_columns += range(self._header_column, self._header_column + count)
            self._header_column += count
        elif tag in {b"table-cell", b"covered-table-cell"}:
            if tag == b"covered-table-cell" and count * self._repeats < 100_000:
                rows, columns = range(self._row, self._row + self._repeats), range(self._column, self._column + count)
                scan.covered |= {(row, column) for row in rows for column in columns}
            if b"calcext:value-type" in attributes and find_attribute(attributes, b"calcext:value-type") == b"error":
                scan.errors[(self._row, self._column)] = "#错误"
            self._column += count
