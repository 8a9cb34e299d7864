"""Bytes of a text file to UTF-8 lines, without guessing and without losing one.

Before this module comes a received text file; after it `parse_csv` and `parse_json`. The ladder is strict: byte order
mark → UTF-8 → GB18030 → an error that asks. A line that does not fit the encoding of its file becomes a fault of that
line; it is never replaced by question marks and never takes its neighbours with it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from credit_service.errors import UnreadableFile
from credit_service.intake.parsed import LineFault

BLOCK_BYTES: Final = 16 * 1024**2
MAX_LINE_BYTES: Final = 8 * 1024**2
PROBE_BYTES: Final = 4 * 1024**2
_PRIVATE: Final = re.compile(r"[\ue000-\uf8ff]")
_UTF8_RUN: Final = re.compile(rb"(?:[\xe4-\xe9][\x80-\xbf]{2}){4}")
"""Four Chinese characters in UTF-8; GBK text comes to look like them once in a thousand million times."""
_ASK: Final = "请用Excel或WPS打开确认没有乱码，再另存为“CSV UTF-8(逗号分隔)”后报送。"


@dataclass(frozen=True)
class Encoding:
    """How a text file is written; ``skip`` is the length of its byte order mark."""

    codec: str
    skip: int
    newline: bytes
    """Line end in the decoded UTF-8: a line feed, or a carriage return in files of old Macintosh programs."""


@dataclass(frozen=True)
class LineBlock:
    """Whole lines in UTF-8, each ended by a line feed, perhaps with a carriage return before it.

    ``first_row`` is the number of the first line.

    A line that could not be decoded stands here as an empty line and in ``faults``.
    """

    first_row: int
    text: bytes
    faults: tuple[LineFault, ...] = ()

    def since(self, row: int) -> LineBlock:
        """Return the lines from ``row`` on; none where it is 0."""
        if not row:
            return LineBlock(0, b"")
        at = 0
        for _ in range(row - self.first_row):
            at = self.text.index(b"\n", at) + 1
        return LineBlock(row, self.text[at:])


def find_encoding(path: Path) -> Encoding:
    """Return the encoding of a text file.

    Raises:
        UnreadableFile: Neither UTF-8 nor GB18030 fits, or a UTF-16 file is broken.
    """
    with path.open("rb") as file:
        head = file.read(PROBE_BYTES)
        at_end = not file.read(1)
    if head.startswith(codecs.BOM_UTF8):
        return Encoding("utf-8", 3, _newline(head))
    for mark, codec in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if head.startswith(mark):
            return Encoding(codec, 2, _newline(head.replace(b"\x00", b"")))
    newline = _newline(head)
    lines = [line for line in head.split(newline)[: None if at_end else -1] if not line.isascii()]
    if not lines:
        return Encoding("utf-8", 0, newline)
    for codec in ("utf-8", "gb18030"):
        fitting = sum(_reads(line, codec) for line in lines[:-1]) + _reads(lines[-1], codec, may_break_off=at_end)
        # The header comes first and must fit; a few broken lines further down are faults of those lines.
        if fitting * 10 >= len(lines) * 9 or (_reads(lines[0], codec) and fitting * 2 > len(lines)):
            return Encoding(codec, 0, newline)
    message = "文件的文字编码既不是UTF-8，也不是GB18030（GBK），无法可靠地读取。"
    raise UnreadableFile(message, remedy=_ASK)


def count_lines(path: Path, encoding: Encoding) -> int:
    """Return the number of line ends, having seen every byte once.

    Raises:
        UnreadableFile: A line is far too long, or UTF-16 text is broken.
    """
    if encoding.codec.startswith("utf-16"):
        return sum(block.count(encoding.newline) for block in _split_utf16(path, encoding))
    count = since = 0
    with path.open("rb") as file:
        while block := file.read(PROBE_BYTES):
            found = block.count(encoding.newline)
            count += found
            since = len(block) - block.rfind(encoding.newline) if found else since + len(block)
            _check_line_length(since)
    return count


def read_blocks(path: Path, encoding: Encoding) -> Iterator[LineBlock]:
    """Yield the file as blocks of whole lines.

    Raises:
        UnreadableFile: A line is longer than 8 MiB, or UTF-16 text is broken.
    """
    row = 1
    for block in _split_blocks(path, encoding):
        text = block if encoding.newline == b"\n" else block.replace(b"\r", b"\n")
        if not text.endswith(b"\n"):
            text += b"\n"
        faults: list[LineFault] = []
        if encoding.codec == "utf-8":
            if not _is_all_utf8(text):
                text = _mend_lines(text, "utf-8", row, faults)
        elif encoding.codec == "gb18030":
            if _fits(text, "gb18030"):
                text = text.decode("gb18030").encode()
            else:
                text = _mend_lines(text, "gb18030", row, faults)
        yield LineBlock(row, text, tuple(faults))
        row += text.count(b"\n")


def read_text(path: Path, encoding: Encoding) -> Iterator[str]:
    """Yield the text piece by piece, wherever its lines end; for forms in which a line means nothing.

    Raises:
        UnreadableFile: Some bytes do not fit the encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    with path.open("rb") as file:
        file.seek(encoding.skip)
        at_end = False
        while not at_end:
            block = file.read(PROBE_BYTES)
            at_end = not block
            try:
                text = decoder.decode(block, final=at_end)
            except UnicodeError as error:
                if at_end:
                    message = "文件在最后一个字的中间断开，没有传完整。"
                    raise UnreadableFile(message, remedy="请重新导出，再完整上传。") from error
                message = f"文件中有不符合{encoding.codec.upper()}编码的字节，无法可靠地读取。"
                raise UnreadableFile(message, remedy=_ASK) from error
            if text:
                yield text


def _split_blocks(path: Path, encoding: Encoding) -> Iterator[bytes]:
    """Yield bytes that end at line ends; UTF-16 comes out as UTF-8 already, because its line feed is two bytes."""
    if encoding.codec.startswith("utf-16"):
        yield from _split_utf16(path, encoding)
        return
    with path.open("rb") as file:
        file.seek(encoding.skip)
        rest = b""
        while block := file.read(BLOCK_BYTES):
            cut = block.rfind(encoding.newline) + 1
            if cut:
                yield b"".join((rest, memoryview(block)[:cut]))
                rest = b""
            rest += block[cut:]
            _check_line_length(len(rest))
        if rest:
            yield rest


def _split_utf16(path: Path, encoding: Encoding) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding.codec)("strict")
    with path.open("rb") as file:
        file.seek(encoding.skip)
        rest = b""
        while True:
            raw = file.read(BLOCK_BYTES)
            try:
                block = rest + decoder.decode(raw, final=not raw).encode()
            except UnicodeError as error:
                message = "文件带有UTF-16标记，但内容不是完整的UTF-16文本。"
                raise UnreadableFile(message, remedy=_ASK) from error
            cut = block.rfind(encoding.newline) + 1 if raw else len(block)
            rest = block[cut:]
            _check_line_length(len(rest))
            if cut:
                yield block[:cut]
            if not raw:
                return


def _check_line_length(length: int) -> None:
    if length > MAX_LINE_BYTES:
        message = f"文件中有一行超过{MAX_LINE_BYTES // 1024**2}MB，不像是表格。"
        raise UnreadableFile(message, remedy="请检查换行是否丢失，用Excel或WPS另存为“CSV UTF-8”后再报送。")


def _mend_lines(text: bytes, codec: str, first_row: int, faults: list[LineFault]) -> bytes:
    lines = text.split(b"\n")
    for index, line in enumerate(lines):
        if _fits(line, codec):
            if codec != "utf-8":
                lines[index] = line.decode(codec).encode()
            continue
        lines[index] = b""
        faults.append(
            LineFault(
                row=first_row + index,
                text=line.decode("utf-8" if _is_utf8(line) else codec, errors="backslashreplace"),
                rule="encoding",
                reason=f"这一行的文字编码与整个文件（{codec.upper()}）不一致，照读会成乱码",
                remedy="请在原系统中重新导出这一行，或用Excel打开改正乱码后另存。",
            )
        )
    return b"\n".join(lines)


def _is_all_utf8(text: bytes) -> bool:
    """Return whether a whole block is UTF-8; Polars looks four times as fast as a decoder that makes text of it."""
    try:
        pl.Series([text]).cast(pl.String)
    except pl.exceptions.ComputeError:
        return False
    return True


def _fits(text: bytes, codec: str) -> bool:
    """Return whether text is in an encoding: GB18030 accepts UTF-8 too, and makes other characters of it."""
    try:
        text.decode(codec)
    except UnicodeDecodeError:
        return False
    return codec != "gb18030" or not any(_is_utf8(line) for line in _lines_with(_UTF8_RUN, text))


def _is_utf8(line: bytes) -> bool:
    if _UTF8_RUN.search(line) is None:
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _lines_with(pattern: re.Pattern[bytes], text: bytes) -> Iterator[bytes]:
    """Yield the lines in which a pattern occurs."""
    at = 0
    while found := pattern.search(text, at):
        start = text.rfind(b"\n", 0, found.start()) + 1
        end = text.find(b"\n", found.end())
        at = len(text) if end < 0 else end
        yield text[start:at]


def _reads(line: bytes, codec: str, *, may_break_off: bool = False) -> bool:
    """Return whether a line makes sense: GB18030 accepts nearly any bytes, and gives private characters for Big5.

    The last line of a file that was cut short may break off in the middle of a character.
    """
    try:
        text = line.decode(codec)
    except UnicodeDecodeError as fault:
        return may_break_off and fault.end == len(line) and fault.end - fault.start < 4 and fault.start > 0
    return _PRIVATE.search(text) is None


def _newline(head: bytes) -> bytes:
    return b"\r" if b"\n" not in head and b"\r" in head else b"\n"
