"""A part of a rule file, read field by field: each field is asked for by name and type, and what is left is a fault.

Before it lies a tree of text (`yaml_text`, or a row of `tables`); after it typed values for the ``read_*`` modules. It
knows no kind of rule.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import NoReturn

from credit_service.domain.score import POINT
from credit_service.errors import RuleSyntax, UnknownIndicator
from credit_service.rulebook.faults import FaultLog, Refusal, RuleFault, suggest
from credit_service.rulebook.yaml_text import YamlList, YamlMap, YamlText, YamlTree

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_POINTS = re.compile(r"-?[0-9]{1,6}(\.[0-9]{1,4})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Section:
    """One map of a rule file, or one row of a table."""

    def __init__(self, tree: YamlMap, file: str, log: FaultLog) -> None:
        self.tree = tree
        self.file = file
        self.log = log
        self.asked: set[str] = set()

    @property
    def line(self) -> int:
        """The line the section begins on."""
        return self.tree.line

    def line_of(self, key: str) -> int:
        """Return the line of a field, or of the section where it is missing."""
        return self.tree.items[key].line if key in self.tree.items else self.tree.line

    def refuse(self, key: str, message: str, remedy: str = "", code: str = RuleSyntax.code) -> NoReturn:
        """Refuse the section because of a field.

        Raises:
            Refusal: Always, at the line of the field.
        """
        raise Refusal(RuleFault(self.file, self.line_of(key), code, message, remedy))

    def with_text(self, key: str, text: str) -> Section:
        """Return the section with one more field, for tables whose rows are known by something other than an id."""
        self.tree.items.setdefault(key, YamlText(text, self.line))
        return self

    def has(self, key: str) -> bool:
        """Return whether a field is written and not empty."""
        self.asked.add(key)
        tree = self.tree.items.get(key)
        return tree is not None and not (isinstance(tree, YamlText) and tree.text is None)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a field's text; without a default the field must be there.

        Raises:
            Refusal: The field is missing or is no text.
        """
        if not self.has(key):
            if default is None:
                self.refuse(key, f"缺少字段“{key}”", self._nearest(key))
            return default
        tree = self.tree.items[key]
        if not isinstance(tree, YamlText) or tree.text is None:
            self.refuse(key, f"字段“{key}”应当是一段文字")
        return tree.text.strip()

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return a field that must be one of a few words.

        Raises:
            Refusal: It is another word.
        """
        word = self.text(key, default)
        if word not in allowed:
            message = f"字段“{key}”的值“{word}”不可用"
            self.refuse(key, message, suggest(word, allowed), UnknownIndicator.code)
        return word

    def flag(self, key: str) -> bool:
        """Return a field that must be ``true`` or ``false``.

        Raises:
            Refusal: It is anything else (``yes``, ``是`` …).
        """
        return self.choice(key, {"true", "false"}) == "true"

    def integer(self, key: str, low: int = 0, high: int = 10**9) -> int:
        """Return a whole number within bounds (inclusive).

        Raises:
            Refusal: It is no whole number or out of bounds.
        """
        word = self.text(key)
        if not _INTEGER.fullmatch(word) or not low <= int(word) <= high:
            self.refuse(key, f"字段“{key}”应当是{low}至{high}之间的整数，现为“{word}”")
        return int(word)

    def optional_integer(self, key: str, low: int = 0, high: int = 10**9) -> int | None:
        """Return a whole number, or None where the field is empty."""
        return self.integer(key, low, high) if self.has(key) else None

    def points(self, key: str) -> int:
        """Return points in 10⁻⁴; the text may have up to four decimals.

        Raises:
            Refusal: It is no such number.
        """
        word = self.text(key)
        if not _POINTS.fullmatch(word):
            self.refuse(key, f"字段“{key}”应当是最多四位小数的分值，现为“{word}”")
        return int(Decimal(word) * POINT)

    def day(self, key: str) -> date:
        """Return a date written YYYY-MM-DD.

        Raises:
            Refusal: It is no date.
        """
        word = self.text(key)
        try:
            if _DAY.fullmatch(word):
                return date.fromisoformat(word)
        except ValueError:
            pass
        self.refuse(key, f"字段“{key}”应当是YYYY-MM-DD格式的日期，现为“{word}”")

    def optional_day(self, key: str) -> date | None:
        """Return a date, or None where the field is empty."""
        return self.day(key) if self.has(key) else None

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Return a list of words; in a table row they are separated by ``;``.

        Raises:
            Refusal: The field is missing or an item is no text.
        """
        tree = self.tree.items.get(key)
        if isinstance(tree, YamlText) and tree.text is not None:
            self.asked.add(key)
            return tuple(part.strip() for part in tree.text.split(";") if part.strip())
        words: list[str] = []
        for item in self._list(key, default):
            if not isinstance(item, YamlText) or not item.text:
                self.refuse(key, f"字段“{key}”的每一项应当是文字")
            words.append(item.text.strip())
        return tuple(words) if self.has(key) else default or ()

    def section(self, key: str) -> Section:
        """Return the map under a field.

        Raises:
            Refusal: The field is missing or is no map.
        """
        tree = self.tree.items.get(key)
        self.asked.add(key)
        if not isinstance(tree, YamlMap):
            self.refuse(key, f"缺少字段“{key}”，或者它不是“字段: 值”的形式", self._nearest(key))
        return Section(tree, self.file, self.log)

    def sections(self, key: str) -> list[Section]:
        """Return the maps listed under a field.

        Raises:
            Refusal: The field is missing or an item is no map.
        """
        found: list[Section] = []
        for item in self._list(key, None):
            if not isinstance(item, YamlMap):
                self.refuse(key, f"字段“{key}”的每一项应当是“字段: 值”的形式")
            found.append(Section(item, self.file, self.log))
        return found

    def named_sections(self, key: str) -> dict[str, Section]:
        """Return the maps under a field by their names.

        Raises:
            Refusal: The field is no map of maps.
        """
        return {name: self.section(key).section(name) for name in self.section(key).tree.items}

    def finish(self) -> None:
        """Note every field nobody asked for: a misspelt field must not pass in silence."""
        for key, tree in self.tree.items.items():
            if key not in self.asked:
                message = f"未知字段“{key}”"
                remedy = suggest(key, self.asked)
                self.log.add(RuleFault(self.file, tree.line, UnknownIndicator.code, message, remedy))

    def _list(self, key: str, default: tuple[str, ...] | None) -> tuple[YamlTree, ...]:
        self.asked.add(key)
        tree = self.tree.items.get(key)
        if tree is None and default is not None:
            return ()
        if not isinstance(tree, YamlList):
            self.refuse(key, f"缺少字段“{key}”，或者它不是列表", self._nearest(key))
        return tree.items

    def _nearest(self, key: str) -> str:
        unread = [word for word in self.tree.items if word not in self.asked]
        return suggest(key, unread) if unread else ""


def row_section(row: Mapping[str, str], line: int, file: str, log: FaultLog) -> Section:
    """Return one row of a table as a section; empty cells are empty fields."""
    cells: dict[str, YamlTree] = {name: YamlText(cell.strip() or None, line) for name, cell in row.items()}
    return Section(YamlMap(cells, line), file, log)
