"""Look into a sheet's own XML for what the workbook reader does not tell: error results, hidden and covered cells.

The reader takes a cell whose formula ended in an error for an empty one, and knows nothing of hidden rows; without this
look those facts would be silent. Before this module `sheet_child` has opened the workbook; after it the cells are
faults and the rest are notes. It reads tags, never values, and holds no part in memory as a whole.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

BLOCK: Final = 1 << 20
LONGEST_TAG: Final = 1 << 18
"""More than a cell with its content takes; what is longer is not looked at."""
MAX_HEAD_BYTES: Final = 16 * 1024**2
SHOWN_RUNS: Final = 10
_NS: Final = rb"<(?:[A-Za-z][\w.-]*:)?"
_ROW: Final = re.compile(_NS + rb"row\b([^>]*)>")
_PLAIN_ROW: Final = re.compile(rb"<row\b([^>]*)>")
"""The same without a prefix: it begins with fixed bytes, and the search is several times faster."""
_ROW_NUMBER: Final = re.compile(rb"""\br\s*=\s*["'](\d{1,9})["']""")
_COLUMN: Final = re.compile(_NS + rb"col\b([^>]*)>")
_ERROR_CELL: Final = re.compile(
    _NS
    + rb"""c\b(?=[^>]*\bt=["']e["'])[^>]*\br=["']([A-Z]{1,3})(\d{1,7})["'][^>]*>"""
    + rb"(?:"
    + _NS
    + rb"f\b[^<]*</[^>]*>|"
    + _NS
    + rb"f\b[^>]*/>)?(?:"
    + _NS
    + rb"v>([^<]{1,20})<)?"
)
_WORKBOOK_NOTES: Final = (
    (
        "vbaProject.bin",
        "macros",
        "工作簿带有宏，只读取了单元格中的数据，宏没有运行",
        "不需要处理；下次可另存为不带宏的“.xlsx”。",
    ),
    (
        "externalLinks/",
        "external-links",
        "工作簿引用了其他文件或外部数据（外部链接），只读取了上次保存时的结果，没有打开链接",
        "请核对引用的内容是否为最新；建议复制后“选择性粘贴-数值”再报送。",
    ),
    (
        "xl/connections.xml",
        "data-connections",
        "工作簿带有外部数据连接，只读取了上次保存时的结果，没有连接",
        "请核对数据是否为最新；建议复制后“选择性粘贴-数值”再报送。",
    ),
)


@dataclass
class SheetScan:
    """What was seen in one sheet; rows count from 1, columns from 0."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    covered: set[tuple[int, int]] = field(default_factory=set)
    """Cells under a merged area, where the reader itself does not know them."""
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[int] = field(default_factory=list)
    shortened_rows: list[int] = field(default_factory=list)
    """Rows with a tab or a line break inside a paragraph, which the reader leaves out."""
    has_macros: bool = False

    def notes(self, header_row: int) -> Iterator[tuple[int, str, str, str]]:
        """Yield (row, rule, reason, remedy) for hidden rows below the header, hidden columns, and macros."""
        if self.has_macros:
            yield 1, *_WORKBOOK_NOTES[0][1:]
        rows = [row for row in self.hidden_rows if row > header_row]
        if rows:
            told = f"有{len(rows)}行是隐藏或被筛选掉的（{_runs(rows)}），内容已照常读取"
            yield rows[0], "hidden-rows", told, "请取消隐藏或筛选后核对；不应报送的请删除这些行。"
        if self.hidden_columns:
            named = _runs([column + 1 for column in self.hidden_columns])
            told = f"有{len(self.hidden_columns)}列是隐藏的（第{named}列），内容已照常读取"
            yield header_row, "hidden-columns", told, "请取消隐藏后核对。"
        if self.shortened_rows:
            told = f"第{_runs(self.shortened_rows)}行有单元格含制表符或段内换行，读取时略去了这些符号，文字照常读取"
            yield self.shortened_rows[0], "tab-dropped", told, "请核对；需要分隔的请改用空格或标点。"


def scan_workbook(path: Path) -> Iterator[tuple[int, str, str, str]]:
    """Yield (row, rule, reason, remedy) for macros, links and connections of a zipped workbook."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    for part, rule, reason, remedy in _WORKBOOK_NOTES:
        if any(part in name for name in names):
            yield 1, rule, reason, remedy


def scan_xlsx(path: Path, sheet: str) -> SheetScan:
    """Return what is to be seen in a sheet of an XLSX.

    Raises:
        ValueError: Rows are not in ascending order: of two rows with one number the reader would keep one.
    """
    scan = SheetScan()
    with zipfile.ZipFile(path) as archive:
        part = find_part(archive, sheet)
        if part is not None:
            last = 0
            for window, end in iter_windows(archive, part):
                if b"<col" in window or b":col" in window:
                    _scan_columns(scan, window, end)
                last = _scan_rows(scan, window, end, last)
                _scan_errors(scan, window, end)
    return scan


def scan_head(around: bytes) -> SheetScan:
    """Return what is to be seen in the part of a sheet that stands around its rows."""
    scan = SheetScan()
    _scan_columns(scan, around, len(around))
    return scan


def iter_windows(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[bytes, int]]:
    """Yield windows on a part; tags that begin before ``end`` are whole, and are in no other window."""
    with archive.open(part) as stream:
        window = b""
        while block := stream.read(BLOCK):
            window += block
            end = max(len(window) - LONGEST_TAG, 0)
            yield window, end
            window = window[end:]
        yield window, len(window)


def _scan_columns(scan: SheetScan, window: bytes, end: int) -> None:
    for found in iter_starting(_COLUMN, window, end):
        if find_attribute(found[1], b"hidden") in {b"1", b"true"}:
            first, last = int(find_attribute(found[1], b"min") or b"0"), int(find_attribute(found[1], b"max") or b"0")
            scan.hidden_columns += range(first - 1, min(last, 16_384))


def _scan_rows(scan: SheetScan, window: bytes, end: int, last: int) -> int:
    for found in iter_starting(_ROW if b":row" in window else _PLAIN_ROW, window, end):
        written = _ROW_NUMBER.search(found[1])
        row = int(written[1]) if written else last + 1
        if row <= last:
            message = "rows out of order"
            raise ValueError(message)
        last = row
        if b"hidden" in found[1] and find_attribute(found[1], b"hidden") in {b"1", b"true"}:
            scan.hidden_rows.append(row)
    return last


def _scan_errors(scan: SheetScan, window: bytes, end: int) -> None:
    if b't="e"' in window or b"t='e'" in window:
        for found in iter_starting(_ERROR_CELL, window, end):
            text = (found[3] or "#错误".encode()).decode(errors="replace")
            scan.errors[(int(found[2]), _position(found[1]))] = text


def iter_starting(pattern: re.Pattern[bytes], window: bytes, end: int) -> Iterator[re.Match[bytes]]:
    """Yield the matches that begin before ``end``."""
    for found in pattern.finditer(window):
        if found.start() >= end:
            return
        yield found


def find_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the part of an XLSX that a sheet is; None where the workbook does not say."""
    try:
        workbook = parse_part(archive, "xl/workbook.xml")
        links = parse_part(archive, "xl/_rels/workbook.xml.rels")
    except (KeyError, ElementTree.ParseError):
        return None
    identifier = next(
        (
            value
            for element in workbook.iter()
            if element.tag.endswith("}sheet") and element.get("name") == sheet
            for key, value in element.attrib.items()
            if key.endswith("relationships}id")
        ),
        None,
    )
    target = next((link.get("Target", "") for link in links if link.get("Id") == identifier), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if name in archive.NameToInfo else None


def parse_part(archive: zipfile.ZipFile, part: str) -> ElementTree.Element:
    """Return a small part of a workbook.

    Raises:
        ParseError: It is no XML, is large, or declares entities.
    """
    if archive.getinfo(part).file_size > MAX_HEAD_BYTES:
        raise ElementTree.ParseError
    text = archive.read(part)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ElementTree.ParseError
    return ElementTree.fromstring(text)  # noqa: S314 - declarations of entities are refused above.


def find_attribute(attributes: bytes, name: bytes) -> bytes | None:
    """Return the value of an attribute, or None."""
    found = re.search(rb"(?:^|\s)" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", attributes)
    return None if found is None else found[1] if found[1] is not None else found[2]


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


def _runs(numbers: Iterable[int]) -> str:
    """Return ascending numbers as 3、5至9; the first runs only where there are many."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    named = "、".join(str(low) if low == high else f"{low}至{high}" for low, high in runs[:SHOWN_RUNS])
    return named + ("等" if len(runs) > SHOWN_RUNS else "")
