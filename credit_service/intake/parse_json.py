"""JSON (an array, or an object with ``rows``) and JSON Lines to chunks of cells.

Before this module a received file; after it `recognise` and `check_rows`. Numbers keep the digits they were written
with. A line of JSON Lines that cannot be read is a fault of that line; an array that cannot be read is a fault of the
file, because nobody can say where the next row starts. A row's number is its line, or in an array its place from 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, NoReturn

import polars as pl

from credit_service.errors import UnreadableFile
from credit_service.intake.decode import find_encoding, read_blocks, read_text
from credit_service.intake.json_rows import DECODER, DuplicateKeyError, iter_json_rows
from credit_service.intake.parsed import PREVIEW_ROWS, Layout, LineFault, ParsedChunk, Preview, PreviewRow, chunk_schema

CHUNK_ROWS: Final = 20_000
HEADER_SAMPLE: Final = 2_000
"""The keys of this many first rows make the header."""
MAX_KEYS: Final = 500
_NOT_AN_OBJECT: Final = "这一行不是一个JSON对象"

Row = tuple[int, dict[str, str] | LineFault | None]
"""Row number; the cells, or why they cannot be read, or None for a blank line."""


class JsonReader:
    """Reads one received JSON or JSON Lines file.

    Raises:
        UnreadableFile: The array cannot be read, or the encoding is unknown.
    """

    def __init__(self, path: Path, kind: str) -> None:
        self._path = path
        self._encoding = find_encoding(path)
        self._is_array = kind == "json"
        # Read once to the end before anything is believed: a broken array is a fault of the file.
        self.estimated_rows = sum(1 for _ in self._values()) if self._is_array else 0

    def previews(self) -> tuple[Preview, ...]:
        """Return one preview whose only row is the union of the first rows' keys.

        Raises:
            UnreadableFile: There are more keys than any table has columns, or not one row can be read.
        """
        keys: dict[str, None] = {}
        first: list[PreviewRow] = []
        fault: LineFault | None = None
        for number, cells in islice(self._rows(), HEADER_SAMPLE):
            if isinstance(cells, LineFault):
                fault = fault or cells
            elif isinstance(cells, dict):
                keys.update(dict.fromkeys(cells))
                if len(first) < PREVIEW_ROWS:
                    first.append(PreviewRow(number, number, tuple(cells.get(key, "") for key in keys)))
            if len(keys) > MAX_KEYS:
                _refuse(f"各行共有超过{MAX_KEYS}个不同的键，不像是一张表。", "请按模板的栏目名称组织每一行。")
        if fault is not None and not keys:
            _refuse(f"开头各行没有一行可以读取；第{fault.row}行：{fault.reason}。", fault.remedy)
        return (Preview("", "", (PreviewRow(0, 0, tuple(keys)), *first)),) if keys else ()

    def chunks(self, layout: Layout) -> Iterator[ParsedChunk]:
        """Yield the rows, 20,000 at a time."""
        rows = self._rows()
        while block := list(islice(rows, CHUNK_ROWS)):
            yield _to_chunk(block, layout.header)

    def _rows(self) -> Iterator[Row]:
        if self._is_array:
            for number, value in enumerate(self._values(), start=1):
                yield number, _to_cells(number, value)
            return
        for block in read_blocks(self._path, self._encoding):
            faults = {fault.row: fault for fault in block.faults}
            for number, line in enumerate(block.text.decode().split("\n")[:-1], start=block.first_row):
                yield number, faults.get(number) or _read_line(number, line)

    def _values(self) -> Iterator[Any]:
        return iter_json_rows(read_text(self._path, self._encoding))


def _read_line(number: int, line: str) -> dict[str, str] | LineFault | None:
    if not line.strip():
        return None
    try:
        return _to_cells(number, DECODER.decode(line))
    except json.JSONDecodeError as fault:
        reason = f"JSON在第{fault.colno}个字符处有语法错误"
    except (DuplicateKeyError, RecursionError) as fault:
        reason = "JSON无法读取：" + ("嵌套太深" if isinstance(fault, RecursionError) else str(fault))
    return LineFault(number, line, "malformed-line", reason, "请改正这一行，或用导出系统重新生成。")


def _to_cells(number: int, value: object) -> dict[str, str] | LineFault:
    if not isinstance(value, dict):
        return LineFault(number, _show(value), "malformed-line", _NOT_AN_OBJECT, "每一行应为{“栏目”: “内容”}。")
    cells: dict[str, str] = {}
    for written, item in value.items():
        key = _to_text(written).strip()
        if key in cells:
            reason = f"键“{key[:40]}”在这一行出现了两次"
            return LineFault(number, _show(value), "malformed-line", reason, "请只保留其中一个。")
        if isinstance(item, list) and all(isinstance(part, str) for part in item):
            cells[key] = ";".join(_to_text(part) for part in item)
        elif isinstance(item, dict | list):
            reason = f"“{key[:40]}”的内容是嵌套结构，不是一个值"
            return LineFault(number, _show(value), "malformed-line", reason, "请把它改写成一个文本或数值。")
        else:
            cells[key] = _to_text(item)
    return cells


def _show(value: object) -> str:
    return _to_text(json.dumps(value, ensure_ascii=False)[:200])


def _to_text(item: object) -> str:
    if item is None:
        return ""
    if isinstance(item, bool):
        return "是" if item else "否"
    text = str(item)
    if text.isascii():
        return text
    # A lone surrogate is no character; it becomes the replacement mark, which the checks refuse.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _to_chunk(block: list[Row], header: tuple[str, ...]) -> ParsedChunk:
    known = frozenset(header)
    rows: list[tuple[object, ...]] = []
    faults: list[LineFault] = []
    blank = 0
    for number, cells in block:
        if cells is None:
            blank += 1
        elif isinstance(cells, LineFault):
            faults.append(cells)
        elif unknown := [key for key in cells if key not in known]:
            reason = f"有文件开头各行都没有的键：{'、'.join(key[:40] for key in unknown[:5])}"
            remedy = "请让每一行使用同样的键。"
            faults.append(LineFault(number, _show(cells), "unknown-key", reason, remedy))
        else:
            rows.append((number, *(cells.get(key, "") for key in header)))
    frame = pl.DataFrame(rows, schema=chunk_schema(len(header)), orient="row")
    return ParsedChunk("", frame, tuple(faults), blank)


def _refuse(message: str, remedy: str) -> NoReturn:
    raise UnreadableFile(message, remedy=remedy)
