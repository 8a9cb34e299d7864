"""Read a plain sheet of an XLSX many rows at a time: cells of text, numbers and truth values, and nothing special.

Nearly every sheet a system exports is plain, and then its XML can be cut into columns at once instead of cell by cell.
Before this module `sheet_child` has opened the workbook; after it the rows are a chunk. Whatever it is not sure of (a
formula, an error, a date, a hidden row, a merged area, an unusual spelling of the XML) is not plain: it says so before
it has given a row of that block, and the reader that knows the whole format goes on from there. It never guesses.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import polars as pl

from credit_service.intake.sheet_scan import SheetScan, find_part, parse_part, scan_head

MAX_BYTES: Final = 512 * 1024**2
"""Of the sheets of one workbook, which are held whole; above it the other reader is the more careful of memory."""
BLOCK_BYTES: Final = 12 * 1024**2
MAX_BLOCK_TEXT: Final = 8 * BLOCK_BYTES
"""More than that comes of few long texts that stand in many cells."""
MAX_AROUND: Final = 1024**2
"""What may stand before and after the rows."""
_ROW_END: Final = b"</row>"
_CELL: Final = b'<c r="'
_OPENING: Final = re.compile(r'<row r="(\d{1,7})"(?: [^<>]*)?(?<!/)>')
_CLOSING: Final = r'^(.*?)(?:</)?row>(?:<row r="(\d{1,7})"((?: [^<>/]*)?)>)?$'
_TAIL: Final = re.compile(r'(?: s="(\d{1,5})"| t="(\w{1,9})"|()/)*')
_NUMBER: Final = r"^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$"
_ENTITIES: Final = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}
_KNOWN_ENTITIES: Final = r"^(?:[^&]|&(?:lt|gt|quot|apos|amp);)*$"
_NUMBER_FORMATS: Final = frozenset([0, 1, 2, 3, 4, 9, 10, 11, 12, 13, 37, 38, 39, 40, 48, 49])
_NUMBER_FORMAT: Final = re.compile(r"""[0#,.?_ ;()%¥￥$"\\-]+|General|@""")
"""Formats of numbers; with any other one a number may be a date."""


class NotPlain(Exception):
    """No error: from here on the sheet wants the reader that knows the whole format."""


class PlainSheet:
    """The rows of one sheet.

    ``width`` and ``height`` count to the last column and row with content, from 1; ``size`` is in bytes.
    """

    def __init__(self, xml: bytes, shared: pl.Series | None, numbers: frozenset[int]) -> None:
        start, end = xml.find(b"<sheetData>"), xml.rfind(b"</sheetData>")
        if start < 0 or end < 0 or start > MAX_AROUND or len(xml) - end > MAX_AROUND:
            raise NotPlain
        around = xml[:start] + xml[end + len(b"</sheetData>") :]
        if b"mergeCell" in around or b"<!" in around:
            raise NotPlain
        try:
            ElementTree.fromstring(around)  # noqa: S314 - declarations of entities are refused above.
        except ElementTree.ParseError as fault:
            raise NotPlain from fault
        self._xml = xml
        self._shared = shared
        self._numbers = numbers
        self._start, self._end = start + len(b"<sheetData>"), end
        self.size = len(xml)
        self.scan: SheetScan = scan_head(around)
        self.width, self.height = self._measure()

    def read_first(self, wanted: int) -> pl.DataFrame:
        """Return the cells of at least the first ``wanted`` rows, as `blocks` does.

        Raises:
            NotPlain: They are not.
        """
        stop = self._start
        for _ in range(min(wanted, self.height)):
            found = self._xml.find(_ROW_END, stop, self._end)
            stop = found + len(_ROW_END) if found >= 0 else stop
        return self._read(self._xml[self._start : stop], 0)

    def blocks(self) -> Iterator[pl.DataFrame]:
        """Yield the cells with content of all rows.

        **Shape**: one row per cell: ``row`` (UInt32, from 1), ``column`` (UInt16, from 0), ``text`` (String),
        ``is_number`` (Boolean); in no order within a block, in order from block to block.

        Raises:
            NotPlain: The rows of the next block are not; those given so far are right.
        """
        at, last = self._start, 0
        while at < self._end:
            stop = self._end
            if at + BLOCK_BYTES < self._end:
                stop = self._xml.rfind(_ROW_END, at, at + BLOCK_BYTES) + len(_ROW_END)
                if stop < at:
                    raise NotPlain
            cells = self._read(self._xml[at:stop], last)
            at, last = stop, max(last, *cells.select(pl.col("row").max().fill_null(0)).row(0))
            yield cells

    def _measure(self) -> tuple[int, int]:
        """Return how wide and high the sheet is: the last cell with content of each row says it."""
        width, height, before = b"", 0, self._start
        xml = self._xml
        while (end := xml.find(_ROW_END, before, self._end)) >= 0:
            stop = end
            while (cell := xml.rfind(_CELL, before, stop)) >= 0:
                if xml.find(b"<c", cell + len(_CELL), stop) >= 0:
                    raise NotPlain
                if xml[stop - 2 : stop] != b"/>":
                    letters = xml[cell + 6 : cell + 9].rstrip(b'0123456789"')
                    width, height = max(width, letters, key=lambda one: (len(one), one)), cell
                    break
                stop = cell
            else:
                if xml.find(b"<c", before, stop) >= 0:
                    raise NotPlain
            before = end + len(_ROW_END)
        if not width:
            raise NotPlain
        return to_position(width) + 1, self._row_at(height)

    def _row_at(self, cell: int) -> int:
        written = re.match(rb"[A-Z]{1,3}(\d{1,7})\"", self._xml[cell + 6 : cell + 20])
        if written is None:
            raise NotPlain
        return int(written[1])

    def _read(self, block: bytes, last_row: int) -> pl.DataFrame:
        """Return the cells with content of whole rows that follow ``last_row``."""
        if b"\r" in block or b"_x" in block:
            raise NotPlain
        try:
            pieces = pl.Series([block], dtype=pl.Binary).cast(pl.String).str.split(_CELL.decode()).explode()
        except pl.exceptions.PolarsError as fault:
            raise NotPlain from fault
        opening = _OPENING.fullmatch(pieces[0])
        if opening is None or "hidden" in opening[0] or len(pieces) == 1:
            raise NotPlain
        cells = pieces.slice(1).alias("cell").to_frame()
        cells = _split(cells, "cell", ">", ("head", "content"))
        cells = _split(cells, "head", '"', ("ref", "tail"))
        cells = _split(cells, "content", "</", ("inner", "closing"))
        cells = _place(cells, int(opening[1]), last_row)
        parts = [self._to_text(part, tail) for (tail,), part in cells.partition_by("tail", as_dict=True).items()]
        told = pl.concat([part for part in parts if part is not None] or [_NO_CELLS])
        _require(told["text"].str.len_bytes().sum() <= MAX_BLOCK_TEXT)
        return told

    def _to_text(self, cells: pl.DataFrame, tail: object) -> pl.DataFrame | None:
        """Return cells of one kind with their text; None where they are only formatted."""
        told = _TAIL.fullmatch(tail) if isinstance(tail, str) else None
        if told is None:
            raise NotPlain
        style, kind, is_closed = told[1], told[2] or "n", told[3] is not None
        _require(
            cells["closing"].is_in(["" if is_closed else "t></is></c>" if kind == "inlineStr" else "v></c>"]).all()
        )
        if is_closed:
            _require((cells["inner"] == "").all())
            return None
        text = _strip(cells["inner"], "<is><t" if kind == "inlineStr" else "<v")
        if kind == "s":
            text = self._look_up(text)
        elif kind in {"inlineStr", "str"}:
            text = unescape(text)
        elif kind == "b":
            _require(text.is_in(["0", "1"]).all())
            text = text.replace_strict(["0", "1"], ["否", "是"])
        elif kind == "n" and (style is None or int(style) in self._numbers):
            _require(text.str.contains(_NUMBER).all())
        else:
            raise NotPlain
        return cells.select("row", "column", text.alias("text"), is_number=pl.lit(kind == "n"))

    def _look_up(self, places: pl.Series) -> pl.Series:
        _require(self._shared is not None and places.str.contains(r"^\d{1,9}$").all())
        assert self._shared is not None  # noqa: S101 - for the type; required just above.
        at = places.cast(pl.UInt32)
        _require(at.max() < len(self._shared))  # type: ignore[operator] # never empty, never null
        return self._shared.gather(at)


def open_plain(path: Path, sheet: str, room: int = MAX_BYTES) -> PlainSheet | None:
    """Return a sheet that looks plain at its ends; None for any other, and for one of more than ``room`` bytes."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = find_part(archive, sheet)
            if part is None or archive.getinfo(part).file_size > room:
                return None
            return PlainSheet(archive.read(part), _read_shared(archive), _read_number_styles(archive))
    except (NotPlain, KeyError, zipfile.BadZipFile):
        return None


def _read_shared(archive: zipfile.ZipFile) -> pl.Series | None:
    """Return the texts that cells refer to; None where some are more than text."""
    part = "xl/sharedStrings.xml"
    if part not in archive.NameToInfo or archive.getinfo(part).file_size > MAX_BYTES:
        return None
    xml = archive.read(part)
    start, end = xml.find(b"<si>"), xml.rfind(b"</sst>")
    if start < 0 or end < 0 or b"\r" in xml[start:end] or b"_x" in xml:
        return None
    try:
        items = pl.Series([xml[start + 4 : end]], dtype=pl.Binary).cast(pl.String).str.split("<si>").explode()
        if not items.str.ends_with("</t></si>").all():
            return None
        return unescape(_strip(items.str.strip_suffix("</t></si>"), "<t"))
    except (NotPlain, pl.exceptions.PolarsError):
        return None


def _read_number_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Return the styles of cells that show a number as a number, and not as a date."""
    part = "xl/styles.xml"
    if part not in archive.NameToInfo:
        return frozenset()
    try:
        styles = parse_part(archive, part)
    except ElementTree.ParseError:
        return frozenset()
    name = styles.tag.removesuffix("styleSheet")
    formats = {one.get("numFmtId", ""): one.get("formatCode", "") for one in styles.iter(f"{name}numFmt")}
    kinds = [one.get("numFmtId", "0") for group in styles.iter(f"{name}cellXfs") for one in group]
    return frozenset(place for place, kind in enumerate(kinds) if _shows_numbers(kind, formats.get(kind)))


def _shows_numbers(kind: str, written: str | None) -> bool:
    if written is None:
        return kind.isascii() and kind.isdigit() and int(kind) in _NUMBER_FORMATS
    return _NUMBER_FORMAT.fullmatch(written) is not None


def unescape(text: pl.Series) -> pl.Series:
    """Return the content of XML elements as the text it stands for.

    Raises:
        NotPlain: It holds more than text and the five entities of XML.
    """
    if text.str.contains("<", literal=True).any():
        raise NotPlain
    written = text.str.contains("&", literal=True)
    if not written.any():
        return text
    _require(text.filter(written).str.contains(_KNOWN_ENTITIES).all())
    return text.str.replace_many(_ENTITIES)


def to_position(letters: bytes) -> int:
    """Return the position of a column, from 0."""
    position = 0
    for letter in letters:
        position = position * 26 + letter - 64
    return position - 1


def _split(cells: pl.DataFrame, column: str, by: str, names: tuple[str, str]) -> pl.DataFrame:
    """Replace a column of text by what stands before and after the first ``by`` in it."""
    halves = cells[column].str.splitn(by, 2).struct.unnest()
    halves.columns = list(names)
    return cells.drop(column).hstack(halves.with_columns(pl.col(names[1]).fill_null("")))


def _place(cells: pl.DataFrame, first: int, last_row: int) -> pl.DataFrame:
    """Return cells with row and column in place of their reference, once the order of both is seen to be right."""
    ends = cells["closing"].str.contains("row>", literal=True)
    found = cells["closing"].filter(ends).str.extract_groups(_CLOSING).struct.unnest()
    closing, following, attributes = found.get_columns()
    _require(ends[-1] and following[-1] is None and closing.null_count() == 0 and following.null_count() == 1)
    _require(not attributes.str.contains("hidden", literal=True).any())
    numbers = pl.concat([pl.Series([first], dtype=pl.UInt32), following.slice(0, len(following) - 1).cast(pl.UInt32)])
    of_row = ends.cast(pl.UInt32).cum_sum() - ends.cast(pl.UInt32)
    letters = cells["ref"].str.strip_chars_end("0123456789")
    known = letters.unique()
    _require(known.str.contains("^[A-Z]{1,3}$").all())
    row = numbers.gather(of_row)
    _require((pl.select(pl.concat_str(letters, row.cast(pl.String))).to_series() == cells["ref"]).all())
    column = letters.replace_strict(known, [to_position(one.encode()) for one in known], return_dtype=pl.UInt16)
    order = row.cast(pl.Int64) * 2**16 + column
    _require(order[0] >= (last_row + 1) * 2**16 and (order.diff().slice(1) > 0).all())
    closing = closing.gather(of_row)
    closed = cells["closing"].zip_with(~ends, closing)
    return cells.select("tail", "inner", row.alias("row"), column.alias("column"), closed.alias("closing"))


def _strip(inner: pl.Series, tag: str) -> pl.Series:
    """Return what follows an opening tag, which may ask to keep white space."""
    short, long = tag + ">", tag + ' xml:space="preserve">'
    is_short = inner.str.starts_with(short)
    if is_short.all():
        return inner.str.strip_prefix(short)
    _require((is_short | inner.str.starts_with(long)).all())
    return inner.str.strip_prefix(short).zip_with(is_short, inner.str.strip_prefix(long))


def _require(holds: object) -> None:
    if not holds:
        raise NotPlain


_NO_CELLS: Final = pl.DataFrame(
    schema={"row": pl.UInt32(), "column": pl.UInt16(), "text": pl.String(), "is_number": pl.Boolean()}
)
