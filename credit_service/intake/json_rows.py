"""The rows of a JSON array, one at a time, however long the file and though it be a single line.

Before this module `decode` gives pieces of text; after it `parse_json` makes cells of the values. Never more than one
row and one piece of text is in memory. It knows two forms: an array, and an object whose key ``rows`` holds one; what
else such an object holds is read and not kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from credit_service.errors import UnreadableFile

MAX_ROW_CHARACTERS: Final = 8 * 1024**2
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_REMEDY: Final = "请用导出系统重新生成文件；应为对象的数组，或带有“rows”数组的对象。"


class DuplicateKeyError(ValueError):
    """An object has the same key twice: one of the values would be lost."""


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of some pairs.

    Raises:
        DuplicateKeyError: A key stands twice.
    """
    made = dict(pairs)
    if len(made) < len(pairs):
        message = "同一对象中有重复的键"
        raise DuplicateKeyError(message)
    return made


DECODER: Final = json.JSONDecoder(
    object_pairs_hook=refuse_duplicates, parse_float=str, parse_int=str, parse_constant=str
)
"""Numbers keep the digits they were written with; NaN and Infinity stay words, which no check accepts."""


def iter_json_rows(pieces: Iterator[str]) -> Iterator[Any]:
    """Yield the values of the array.

    Raises:
        UnreadableFile: The text is no such JSON, or one row is larger than 8 MB; the message says where.
    """
    text = _Window(pieces)
    yield from _elements(text) if text.take("[{") == "[" else _members(text)
    if text.peek():
        text.refuse()


def _members(text: _Window) -> Iterator[Any]:
    """Yield the rows among the members of an object whose brace is open."""
    has_rows = False
    closed = text.peek() == "}"
    while not closed:
        if text.peek() != '"':
            text.refuse()
        key = text.value()
        text.take(":")
        if key == "rows" and text.peek() == "[":
            if has_rows:
                _refuse("JSON中有两个“rows”。")
            has_rows = True
            text.take("[")
            yield from _elements(text)
        else:
            text.value()
        closed = text.take(",}") == "}"
    if not has_rows:
        _refuse("JSON中没有名为“rows”的数据行。")


def _elements(text: _Window) -> Iterator[Any]:
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        yield text.value()
        if text.take(",]") == "]":
            return


class _Window:
    """The part of the text that is being read."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._line = 1

    def peek(self) -> str:
        """Return the next character that is no white space, or nothing at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._extend():
                return ""

    def take(self, allowed: str) -> str:
        """Return the next character and step behind it; it must be one of those allowed."""
        character = self.peek()
        if not character or character not in allowed:
            self.refuse()
        self._at += 1
        return character

    def value(self) -> Any:  # noqa: ANN401 - JSON may be anything.
        """Return the next value and step behind it."""
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as fault:
                if self._is_too_long():
                    self.refuse()
                if not self._extend():
                    # All of the text is in hand, so the place is the fault itself and not the row it is in.
                    self._at = fault.pos
                    self.refuse()
            except DuplicateKeyError as fault:
                self.refuse(str(fault))
            except RecursionError:
                self.refuse("嵌套太深")
            else:
                # A number that ends where the text in hand ends may go on in the next piece.
                if end < len(self._text) or not self._extend():
                    self._at = end
                    return value

    def refuse(self, why: str = "") -> NoReturn:
        """Refuse the file, with the place."""
        line = self._line + self._text.count("\n", 0, self._at)
        column = self._at - self._text.rfind("\n", 0, self._at)
        reason = why or "有语法错误，或者文件没有传完整"
        if self._is_too_long() and not why:
            reason = "有语法错误，或者一行数据超过8MB"
        _refuse(f"JSON在第{line}行第{column}个字符处无法读取：{reason}。")

    def _is_too_long(self) -> bool:
        return len(self._text) - self._at > MAX_ROW_CHARACTERS

    def _extend(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self._line += self._text.count("\n", 0, self._at)
        self._text = self._text[self._at :] + piece
        self._at = 0
        return True


def _refuse(message: str) -> NoReturn:
    raise UnreadableFile(message, remedy=_REMEDY)
