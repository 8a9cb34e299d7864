"""Find the cells of an XLSX sheet whose formula ended in an error (#N/A, #DIV/0! …).

The workbook parser reads such a cell as empty; without this look into the sheet's own XML the fault would be silent.
Before this module `parse_xlsx` has opened the workbook; after it those cells are faults. It reads nothing else.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

BLOCK: Final = 1 << 20
_CELL: Final = re.compile(
    rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})(\d{1,7})"[^>]*>(?:<f\b[^<]*</f>|<f[^>]*/>)?(?:<v>([^<]{1,20})</v>)?'
)
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def find_error_cells(path: Path, sheet: str) -> dict[tuple[int, int], tuple[str, str, str]]:
    """Return (row, column position) → (rule, reason, remedy) of the sheet's error cells; row counts from 1."""
    with zipfile.ZipFile(path) as archive:
        part = _find_part(archive, sheet)
        if part is None:
            return {}
        found = {}
        with archive.open(part) as stream:
            for letters, row, value in _scan(iter(lambda: stream.read(BLOCK), b"")):
                shown = value.decode(errors="replace") or "#错误"
                reason = f"公式的结果是错误值“{shown}”"
                found[(int(row), _position(letters))] = ("formula-error", reason, "请改正公式，或直接填写正确的内容。")
        return found


def _scan(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    rest = b""
    for block in blocks:
        window = rest + block
        cut = window.rfind(b"</c>") + 4 if b"</c>" in window else 0
        if b't="e"' in window:
            for found in _CELL.finditer(window, 0, cut):
                yield found[1], found[2], found[3] or b""
        rest = window[cut:]


def _find_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    try:
        workbook = _parse(archive.read("xl/workbook.xml"))
        links = _parse(archive.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, ElementTree.ParseError):
        return None
    identifier = next(
        (s.get(_REL) for s in workbook.iter() if s.tag.endswith("}sheet") and s.get("name") == sheet), None
    )
    target = next((link.get("Target", "") for link in links if link.get("Id") == identifier), "")
    name = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return name if name in archive.namelist() else None


def _parse(text: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise ElementTree.ParseError
    return ElementTree.fromstring(text)  # noqa: S314 - declarations of entities are refused above.


def _position(letters: bytes) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1
