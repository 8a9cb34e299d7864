"""Delimited text to chunks of cells: fast where a line is plain, careful where it is not, and never silent.

Before this module `decode` gives whole lines; after it `recognise` and `check_rows`. A line that is by itself a
well-formed record of the right width is a record, always: that holds for nearly all lines, is tested for whole blocks
at once, and these go through Polars. The others are read one by one: quoted cells over several lines are put together,
ragged lines and unclosed quotes become faults with line number and original text. No line is dropped, no line is
repaired, and an unclosed quote never swallows the good lines after it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from credit_service.intake.decode import LineBlock, count_lines, find_encoding, read_blocks
from credit_service.intake.parsed import (
    PREVIEW_ROWS,
    Layout,
    LineFault,
    ParsedChunk,
    Preview,
    PreviewRow,
    chunk_schema,
)

DELIMITERS: Final = (",", "\t", ";", "，", "|")
PREVIEW_BYTES: Final = 1 << 20
MAX_RECORD_LINES: Final = 500
"""A quoted cell over more lines than this is taken for an unclosed quote."""
PLAIN, HOLLOW, ODD = range(3)
"""Kinds of a line: a record by itself; nothing but blanks and delimiters; anything else."""
_BLANK: Final = " \t\u3000\u00a0"
_UNIT_SEPARATOR: Final = "\x1f"


@dataclass(frozen=True)
class _Record:
    """A record put together from the lines ``first`` … ``last`` (positions in the block)."""

    first: int
    last: int
    cells: tuple[str, ...]


class CsvReader:
    """Reads one received text file.

    Raises:
        UnreadableFile: The encoding cannot be found, or a line is too long.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.encoding = find_encoding(path)
        self.estimated_rows = count_lines(path, self.encoding)

    def previews(self) -> tuple[Preview, ...]:
        """Return the first rows, read with each delimiter that occurs in them."""
        block = next(read_blocks(self._path, self.encoding), LineBlock(1, b""))
        head = block.text[:PREVIEW_BYTES].decode(errors="ignore").replace("\r\n", "\n")
        lines = head.split("\n")[: PREVIEW_ROWS * 4]
        text = "\n".join(lines)
        present = [delimiter for delimiter in DELIMITERS if delimiter in text] or [","]
        return tuple(Preview("", delimiter, _preview(lines, delimiter)) for delimiter in present)

    def chunks(self, layout: Layout) -> Iterator[ParsedChunk]:
        """Yield the lines after the header, about 16 MB at a time."""
        splitter = _LineSplitter(layout.delimiter, len(layout.header))
        undecoded: set[int] = set()
        waiting = LineBlock(0, b"")
        for block in read_blocks(self._path, self.encoding):
            faults = tuple(fault for fault in block.faults if fault.row > layout.header_row)
            undecoded |= {fault.row for fault in faults}
            joined = LineBlock(waiting.first_row or block.first_row, waiting.text + block.text)
            split = splitter.split(_to_lines(joined, layout.header_row, undecoded))
            waiting = joined.since(split.waiting_from)
            yield ParsedChunk("", split.frame, split.faults + faults, split.blank)
        if waiting.text:
            split = splitter.split(_to_lines(waiting, layout.header_row, undecoded), is_last=True)
            yield ParsedChunk("", split.frame, split.faults, split.blank)


def _to_lines(block: LineBlock, header_row: int, undecoded: set[int]) -> pl.DataFrame:
    """Return the data lines of a block that could be decoded, as ``row`` and ``line``."""
    lines = pl.read_lines(block.text).with_row_index("row", offset=block.first_row).cast({"row": pl.Int64})
    lines = lines.filter(pl.col("row") > header_row) if block.first_row <= header_row else lines
    return lines.filter(~pl.col("row").is_in(list(undecoded))) if undecoded else lines


def _preview(lines: list[str], delimiter: str) -> tuple[PreviewRow, ...]:
    rows: list[PreviewRow] = []
    at = 0
    while at < len(lines) and len(rows) < PREVIEW_ROWS:
        record = _read_record(lines, slice(at, len(lines)), delimiter, None)
        if record is None or not record.cells:
            record = _Record(at, at, tuple(lines[at].split(delimiter)))
        rows.append(PreviewRow(record.first + 1, record.last + 1, record.cells))
        at = record.last + 1
    return tuple(rows)


def _read_record(lines: list[str], within: slice, delimiter: str, width: int | None) -> _Record | None:
    """Return the record that starts at a line, over as many lines as its quotes need, or None where there is none.

    Args:
        lines: All lines.
        within: Where the record starts, and the end of the lines it may use.
        delimiter: Between cells.
        width: How many cells it must have, where that is known.

    A record whose quotes are still open after the last line it may use has no cells.
    """
    at = within.start
    end = min(at + MAX_RECORD_LINES, within.stop)
    for last in range(at, end):
        if last > at and '"' not in lines[last]:
            continue
        text = "\n".join(lines[at : last + 1])
        try:
            parsed = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as fault:
            if "unexpected end of data" in str(fault):
                continue
            return None
        if len(parsed) != 1 or (width is not None and len(parsed[0]) != width):
            return None
        return _Record(at, last, tuple(parsed[0]))
    return None if end < within.stop else _Record(at, end - 1, ())


@dataclass(frozen=True)
class _Split:
    """What became of some lines; those from ``waiting_from`` on (0: none) wait for the next block."""

    frame: pl.DataFrame
    faults: tuple[LineFault, ...]
    blank: int
    waiting_from: int


class _LineSplitter:
    """Splits lines of one table into records, faults and blanks."""

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter = delimiter
        self._width = width
        self._schema = chunk_schema(width)
        field = rf'(?:"(?:[^"]|"")*"|[^"{re.escape(delimiter)}]*)'
        self._quoted = rf"^{field}(?:{re.escape(delimiter)}{field}){{{width - 1}}}$"

    def split(self, lines: pl.DataFrame, *, is_last: bool = False) -> _Split:
        """Return the records of some lines.

        **Shape**: ``lines`` has ``row`` and ``line``; each line comes out in exactly one place: a record, a fault, a
        blank, or waiting for the next block because its quotes are still open.
        """
        marked = lines.with_columns(self._kind_of_line().alias("kind"))
        is_plain = pl.col("kind") == PLAIN
        frame = self._read_plain(marked.filter(is_plain))
        last_row = 0 if is_last or marked.is_empty() else int(marked["row"][-1])
        odd = self._read_odd(marked.filter(~is_plain), last_row)
        if odd.frame.height:
            frame = pl.concat([frame, odd.frame]).sort("row")
        return _Split(frame, odd.faults, odd.blank, odd.waiting_from)

    def _kind_of_line(self) -> pl.Expr:
        line = pl.col("line")
        has_quote = line.str.contains('"', literal=True)
        right_width = line.str.count_matches(self._delimiter, literal=True) == self._width - 1
        if self._delimiter == "，":
            # Polars separates by one byte, so these files are rewritten with the unit separator, which must be free.
            well_quoted = pl.lit(value=False)
            right_width &= ~line.str.contains(_UNIT_SEPARATOR, literal=True)
        else:
            # A quoted line is measured by the grammar of RFC 4180; the test runs only on lines with quotes.
            well_quoted = pl.when(has_quote).then(line).str.contains(self._quoted).fill_null(value=False)
        return (
            pl.when((~has_quote & right_width) | well_quoted)
            .then(pl.lit(PLAIN, pl.UInt8))
            .when(line.str.strip_chars(_BLANK + self._delimiter).str.len_bytes() == 0)
            .then(pl.lit(HOLLOW, pl.UInt8))
            .otherwise(pl.lit(ODD, pl.UInt8))
        )

    def _read_plain(self, lines: pl.DataFrame) -> pl.DataFrame:
        if lines.is_empty():
            return pl.DataFrame(schema=self._schema)
        column = lines.select("line")
        separator = self._delimiter
        if separator == "，":
            column = column.select(pl.col("line").str.replace_all(separator, _UNIT_SEPARATOR, literal=True))
            separator = _UNIT_SEPARATOR
        # Written without quoting, the column is the lines themselves again, one below the other.
        buffer = io.BytesIO()
        column.write_csv(buffer, include_header=False, quote_style="never", separator="\x1e")
        buffer.seek(0)
        has_quotes = column["line"].str.contains('"', literal=True).any()
        cells = pl.read_csv(
            buffer,
            has_header=False,
            separator=separator,
            quote_char='"' if has_quotes else None,
            infer_schema=False,
            schema={name: pl.String() for name in self._schema.names()[1:]},
        )
        if cells.height != lines.height:
            message = f"读取前后行数不一致：{lines.height} 行读成了 {cells.height} 行"
            raise AssertionError(message)
        return cells.insert_column(0, lines["row"])

    def _read_odd(self, odd: pl.DataFrame, last_row: int) -> _Split:
        """Read odd lines one by one; a record still open at ``last_row``, the end of the block, waits."""
        rows: list[int] = odd["row"].to_list()
        lines: list[str] = odd["line"].to_list()
        kinds: list[int] = odd["kind"].to_list()
        records: list[tuple[int, tuple[str, ...]]] = []
        faults: list[LineFault] = []
        ends = _run_ends(rows)
        blank = at = waiting_from = 0
        while at < len(lines):
            if kinds[at] != ODD:
                blank += 1
                at += 1
                continue
            record = _read_record(lines, slice(at, ends[at]), self._delimiter, self._width)
            if record is not None and record.cells:
                records.append((rows[at], record.cells))
                at = record.last + 1
            elif record is not None and ends[at] == len(lines) and rows[-1] == last_row:
                waiting_from = rows[at]
                break
            else:
                faults.append(self._fault(rows[at], lines[at]))
                at += 1
        columns = [[row for row, _ in records], *([cells[i] for _, cells in records] for i in range(self._width))]
        return _Split(pl.DataFrame(columns, schema=self._schema), tuple(faults), blank, waiting_from)

    def _fault(self, row: int, line: str) -> LineFault:
        try:
            found = len(next(csv.reader([line], delimiter=self._delimiter, strict=True)))
        except csv.Error as error:
            if "new-line" in str(error):
                reason = "这一行中间有单独的回车符(CR)，像是两行连在了一起"
                remedy = "请在原系统中重新导出，或用Excel打开后另存为“CSV UTF-8”。"
                return LineFault(row, line, "stray-line-break", reason, remedy)
            if "field limit" in str(error):
                reason = f"有一个单元格超过{csv.field_size_limit()}个字，不像是数据"
                return LineFault(row, line, "cell-too-long", reason, "请检查双引号是否配对，或删去多余的内容。")
            return LineFault(
                row,
                line,
                "unclosed-quote",
                "引号不配对，无法分清各列",
                "请把单元格里的英文双引号改成中文引号，或保证英文双引号成对出现。",
            )
        more = "多" if found > self._width else "少"
        return LineFault(
            row,
            line,
            "ragged-line",
            f"应有{self._width}列，实有{found}列，{more}了{abs(found - self._width)}列",
            "单元格里含有分隔符或换行的，请用英文双引号括起来；缺列的请补齐分隔符。",
        )


def _run_ends(rows: list[int]) -> list[int]:
    """Return for each odd line the position behind the last line of its run of directly following odd lines."""
    ends = [len(rows)] * len(rows)
    for at in range(len(rows) - 2, -1, -1):
        ends[at] = ends[at + 1] if rows[at + 1] == rows[at] + 1 else at + 1
    return ends
