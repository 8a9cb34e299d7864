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
from credit_service.rulebook.faults import FaultLog, Refusal, RuleFault, shorten, suggest
from credit_service.rulebook.field_forms import ANY_NAME, ITEM, Form, FormKind, Place
from credit_service.rulebook.yaml_text import YamlList, YamlMap, YamlText, YamlTree

INTEGER_PATTERN = r"-?(0|[1-9][0-9]{0,15})"
POINTS_PATTERN = r"-?[0-9]{1,6}(\.[0-9]{1,4})?"
DAY_PATTERN = r"(19(49|[5-9][0-9])|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}"
"""From 1949 to 2199: any other year is a slip."""
_NAMING = ("id", "slug", "key", "grade", "group")
"""Fields by which other entries know one."""
_INTEGER, _POINTS, _DAY = re.compile(INTEGER_PATTERN), re.compile(POINTS_PATTERN), re.compile(DAY_PATTERN)


class Section:
    """One map of a rule file, or one row of a table.

    Args:
        tree: The map.
        file: The file it stands in, for faults.
        log: Where faults go; if it carries notes, what is asked for is written down there.
        place: Where in files of this kind the map stands, for the notes.
    """

    def __init__(self, tree: YamlMap, file: str, log: FaultLog, place: Place = ()) -> None:
        self.tree = tree
        self.file = file
        self.log = log
        self.place = place or _find_place(file)
        self.asked: set[str] = set()
        self.named = False
        """Whether the file itself chooses the names of the fields."""
        self._made: set[str] = set()
        self._children: dict[str, Section] = {}
        self._lists: dict[str, list[Section]] = {}
        if log.notes is not None:
            log.notes.note_section(self.place, self)

    @property
    def line(self) -> int:
        """The line the section begins on."""
        return self.tree.line

    def line_of(self, key: str) -> int:
        """Return the line of a field, or of the section where it is missing."""
        return self.tree.items[key].line if key in self.tree.items else self.tree.line

    @property
    def names(self) -> tuple[str, ...]:
        """What other entries know this one by."""
        named = (self.tree.items.get(key) for key in _NAMING)
        return tuple(tree.text.strip() for tree in named if isinstance(tree, YamlText) and tree.text)

    def refuse(
        self, key: str, message: str, remedy: str = "", code: str = RuleSyntax.code, missing: str = ""
    ) -> NoReturn:
        """Refuse the section because of a field; ``missing`` is the name it uses that is not there.

        Raises:
            Refusal: Always, at the line of the field.
        """
        raise Refusal(RuleFault(self.file, self.line_of(key), code, message, remedy, missing))

    def with_text(self, key: str, text: str) -> Section:
        """Return the section with one more field, for tables whose rows are known by something other than an id."""
        if key not in self.tree.items:
            self.tree.items[key] = YamlText(text, self.line)
            self._made.add(key)
        return self

    def has(self, key: str) -> bool:
        """Return whether a field is written and not empty."""
        self._note(key, None, required=False)
        return self._is_written(key)

    def need(self, key: str, message: str, remedy: str, code: str = RuleSyntax.code) -> None:
        """Refuse the section where a field is missing, with words of its own.

        Raises:
            Refusal: The field is missing or empty.
        """
        self._note(key, None, required=True)
        if not self._is_written(key):
            self.refuse(key, message, remedy, code)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a field's text; without a default the field must be there.

        Raises:
            Refusal: The field is missing or is no text.
        """
        return self._text(key, Form(FormKind.TEXT), default)

    def matching(self, key: str, pattern: re.Pattern[str], expected: str, default: str | None = None) -> str:
        """Return a field's text, which must match a pattern as a whole; ``expected`` says in words what it should be.

        Raises:
            Refusal: The field is missing or does not match.
        """
        word = self._text(key, Form(FormKind.TEXT, pattern=pattern.pattern), default)
        if word != default and not pattern.fullmatch(word):
            self.refuse(key, f"字段“{key}”应当是{expected}，现为“{shorten(word)}”")
        return word

    def choice(self, key: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return a field that must be one of a few words.

        Raises:
            Refusal: It is another word.
        """
        words = tuple(sorted(str(word) for word in allowed))
        return self._chosen(key, Form(FormKind.CHOICE, allowed=words), allowed, default)

    def reference(self, key: str, known: Collection[str]) -> str:
        """Return a field that must name something the same file declares.

        Raises:
            Refusal: Nothing of that name is declared.
        """
        return self._chosen(key, Form(FormKind.TEXT), known, None)

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
        word = self._text(key, Form(FormKind.INTEGER, low=low, high=high), None)
        if not _INTEGER.fullmatch(word) or not low <= int(word) <= high:
            self.refuse(key, f"字段“{key}”应当是{low}至{high}之间的整数，现为“{shorten(word)}”", _say_unit(word))
        return int(word)

    def optional_integer(self, key: str, low: int = 0, high: int = 10**9) -> int | None:
        """Return a whole number, or None where the field is empty."""
        self._note(key, Form(FormKind.INTEGER, low=low, high=high), required=False)
        return self.integer(key, low, high) if self.has(key) else None

    def points(self, key: str) -> int:
        """Return points in 10⁻⁴; the text may have up to four decimals.

        Raises:
            Refusal: It is no such number.
        """
        word = self._text(key, Form(FormKind.POINTS), None)
        if not _POINTS.fullmatch(word):
            message = f"字段“{key}”应当是最多六位整数、四位小数的分值，现为“{shorten(word)}”"
            self.refuse(key, message, _say_unit(word))
        return int(Decimal(word) * POINT)

    def day(self, key: str) -> date:
        """Return a date written YYYY-MM-DD, from 1949 to 2199: any other year is a slip.

        Raises:
            Refusal: It is no date.
        """
        word = self._text(key, Form(FormKind.DAY), None)
        try:
            if _DAY.fullmatch(word):
                return date.fromisoformat(word)
        except ValueError:
            pass
        message = f"字段“{key}”应当是1949年至2199年之间、按YYYY-MM-DD书写的日期，现为“{shorten(word)}”"
        self.refuse(key, message, "例如 2026-01-01。")

    def optional_day(self, key: str) -> date | None:
        """Return a date, or None where the field is empty."""
        self._note(key, Form(FormKind.DAY), required=False)
        return self.day(key) if self.has(key) else None

    def texts(
        self,
        key: str,
        default: tuple[str, ...] | None = None,
        allowed: Collection[str] = (),
        known: Collection[str] = (),
    ) -> tuple[str, ...]:
        """Return a list of words; in a table row they are separated by ``;``.

        Args:
            key: The field.
            default: What an empty field means; without one the field must be there.
            allowed: The words there are; empty: any word.
            known: The names the same file declares, where each item must be one.

        Raises:
            Refusal: The field is missing, an item is no text, or it is another word.
        """
        form = Form(FormKind.TEXTS, allowed=tuple(sorted(str(word) for word in allowed)))
        self._note(key, form, required=default is None)
        tree = self.tree.items.get(key)
        words: list[str] = []
        if isinstance(tree, YamlText) and tree.text is not None:
            words = [part.strip() for part in tree.text.split(";") if part.strip()]
        else:
            for item in self._list(key, default):
                if not isinstance(item, YamlText) or not item.text:
                    self.refuse(key, f"字段“{key}”的每一项应当是文字")
                words.append(item.text.strip())
        for word in words:
            if (allowed or known) and word not in (allowed or known):
                message = f"字段“{key}”中的“{shorten(word)}”不可用"
                self.refuse(key, message, suggest(word, allowed or known), UnknownIndicator.code)
        return tuple(words) if self._is_written(key) else default or ()

    def section(self, key: str, *, named: bool = False) -> Section:
        """Return the map under a field; ``named``: the file itself chooses the names in it.

        Raises:
            Refusal: The field is missing or is no map.
        """
        self._note(key, Form(FormKind.MAP), required=True)
        tree = self.tree.items.get(key)
        if not isinstance(tree, YamlMap):
            self.refuse(key, f"缺少字段“{key}”，或者它不是“字段: 值”的形式", self._nearest(key))
        if key not in self._children:
            self._children[key] = Section(tree, self.file, self.log, (*self.place, ANY_NAME if self.named else key))
            self._children[key].named = named
        return self._children[key]

    def sections(self, key: str) -> list[Section]:
        """Return the maps listed under a field.

        Raises:
            Refusal: The field is missing or an item is no map.
        """
        self._note(key, Form(FormKind.MAPS), required=True)
        if key not in self._lists:
            found: list[Section] = []
            for item in self._list(key, None):
                if not isinstance(item, YamlMap):
                    self.refuse(key, f"字段“{key}”的每一项应当是“字段: 值”的形式")
                found.append(Section(item, self.file, self.log, (*self.place, key, ITEM)))
            self._lists[key] = found
        return list(self._lists[key])

    def optional_sections(self, key: str) -> list[Section]:
        """Return the maps listed under a field, none where the field is empty.

        Raises:
            Refusal: It is no list, or an item is no map.
        """
        self._note(key, Form(FormKind.MAPS), required=False)
        return self.sections(key) if self.has(key) else []

    def named_sections(self, key: str) -> dict[str, Section]:
        """Return the maps under a field by their names, which the file chooses.

        Raises:
            Refusal: The field is no map of maps.
        """
        parts = self.section(key, named=True)
        return {name: parts.section(name) for name in parts.tree.items}

    def finish(self) -> None:
        """Note every field nobody asked for, here and in the maps below: a misspelt field must not pass in silence."""
        for key, tree in self.tree.items.items():
            if key not in self.asked:
                message = f"未知字段“{shorten(key)}”"
                remedy = suggest(key, self.asked)
                self.log.add_unread(RuleFault(self.file, tree.line, UnknownIndicator.code, message, remedy))
        for child in self._children.values():
            child.finish()

    def _is_written(self, key: str) -> bool:
        tree = self.tree.items.get(key)
        return tree is not None and not (isinstance(tree, YamlText) and not (tree.text or "").strip())

    def _note(self, key: str, form: Form | None, *, required: bool) -> None:
        self.asked.add(key)
        if self.log.notes is not None and key not in self._made:
            self.log.notes.note(self.place, self, ANY_NAME if self.named else key, form, required=required)

    def _text(self, key: str, form: Form, default: str | None) -> str:
        self._note(key, form, required=default is None)
        if not self._is_written(key):
            if default is None:
                self.refuse(key, f"缺少字段“{key}”", self._nearest(key))
            return default
        tree = self.tree.items[key]
        if not isinstance(tree, YamlText) or tree.text is None:
            self.refuse(key, f"字段“{key}”应当是一段文字")
        return tree.text.strip()

    def _chosen(self, key: str, form: Form, allowed: Collection[str], default: str | None) -> str:
        word = self._text(key, form, default)
        if word not in allowed:
            message = f"字段“{key}”的值“{shorten(word)}”不可用"
            self.refuse(key, message, suggest(word, allowed), UnknownIndicator.code, word)
        return word

    def _list(self, key: str, default: tuple[str, ...] | None) -> tuple[YamlTree, ...]:
        tree = self.tree.items.get(key)
        if not self._is_written(key) and default is not None:
            return ()
        if not isinstance(tree, YamlList):
            self.refuse(key, f"缺少字段“{key}”，或者它不是列表", self._nearest(key))
        return tree.items

    def _nearest(self, key: str) -> str:
        unread = [word for word in self.tree.items if word not in self.asked]
        return suggest(key, unread) if unread else ""


def _find_place(file: str) -> Place:
    """Return (kind, name) of ``rules/<kind>/<rule>/<version>/<name>``; files of cases have one form everywhere."""
    parts = file.split("/")
    if len(parts) < 5:
        return (file,)
    return ("cases", "cases.yaml") if parts[4] in {"cases", "cases.yaml"} else (parts[1], parts[4])


def _say_unit(word: str) -> str:
    """Return what to write instead of a number with its unit or with separators."""
    if re.search(r"[0-9０-９].*[天日月年分元%％]", word):
        return "只写数字，不写单位；单位由字段名规定。"
    return "请用半角数字，不写千位分隔符、正号和空格。" if re.search(r"[0-9０-９]", word) else ""


def row_section(row: Mapping[str, str], line: int, file: str, log: FaultLog) -> Section:
    """Return one row of a table as a section; empty cells are empty fields."""
    cells: dict[str, YamlTree] = {name: YamlText(cell.strip() or None, line) for name, cell in row.items()}
    return Section(YamlMap(cells, line), file, log)
