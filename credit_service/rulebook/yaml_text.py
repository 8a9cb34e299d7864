"""A restricted reading of YAML: maps, lists and text, each with its line; nothing else.

Before it lie bytes (`read_file`), after it a tree of `YamlMap`, `YamlList` and `YamlText`. Every scalar stays the text
the author wrote (``no``, ``1.10`` and ``12:30`` are not turned into anything); numbers and dates are made by `section`,
where the field's type is known. Anchors, aliases, merges, tags, directives and repeated keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from credit_service.rulebook.faults import Refusal, shorten
from credit_service.rulebook.read_file import UNSEEN, check_size, decode_rule, refuse_file
from credit_service.rulebook.yaml_words import say_yaml_problem

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_ITEMS = 2000
"""Most entries of one list or map; more rows than that belong into a table."""
MAX_TEXT = 8000
"""Most characters of one text."""


@dataclass(frozen=True)
class YamlText:
    """A scalar as it was written; None where nothing was."""

    text: str | None
    line: int


@dataclass(frozen=True)
class YamlList:
    """A list."""

    items: tuple[YamlTree, ...]
    line: int


@dataclass(frozen=True)
class YamlMap:
    """A map with text keys."""

    items: dict[str, YamlTree]
    line: int


_BEYOND = re.compile(r"\\U(?!000|0010)")
"""A code for a character beyond the last one there is."""
YamlTree = YamlText | YamlList | YamlMap


def parse_yaml(content: bytes, file: str) -> YamlMap:
    """Read the one map a rule file holds.

    Raises:
        Refusal: The file is too large, not UTF-8, not YAML, or uses a part of YAML that rules may not use.
    """
    check_size(content, file, MAX_BYTES)
    text = decode_rule(content, file)
    try:
        tree = _Builder(file, yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except yaml.MarkedYAMLError as fault:
        message, remedy = say_yaml_problem(fault.problem or fault.context or "")
        # What was begun and not ended (a name without its colon, a quotation) is to be mended where it begins.
        begun = "could not find" in (fault.problem or "") or "end of stream" in (fault.problem or "")
        mark = (fault.context_mark if begun else None) or fault.problem_mark or fault.context_mark
        raise refuse_file(file, mark.line + 1 if mark else 1, message, remedy) from fault
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        # A sign written as an escape may be none there is; the parser then fails without saying where.
        beyond = _BEYOND.search(text)
        line = text[: beyond.start()].count("\n") + 1 if beyond else 1
        raise refuse_file(file, line, "文件含有不可用的字符", "请删除控制字符和以\\开头的字符代码后重试。") from fault
    if not isinstance(tree, YamlMap):
        raise refuse_file(file, 1, "规则文件应当是“字段: 值”的形式", "请参照其他规则文件。")
    return tree


class _Builder:
    """Builds the tree from parser events; the depth limit stands before Python's own recursion limit."""

    def __init__(self, file: str, events: Iterator[yaml.Event]) -> None:
        self.file = file
        self.events = events
        self.depth = 0

    def document(self) -> YamlTree:
        """Read exactly one document."""
        tree: YamlTree = YamlText(None, 1)
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1 or event.version or event.tags:
                    raise self._refuse(
                        event, "规则文件只能含一个文档，且不得有%指令", "请删除“---”分隔的其余部分和%行。"
                    )
                tree = self._value(next(self.events))
        return tree

    def _value(self, event: yaml.Event) -> YamlTree:
        self._check_plain(event)
        line = _line(event)
        if isinstance(event, yaml.ScalarEvent):
            if len(event.value) > MAX_TEXT:
                raise self._refuse(event, f"一段文字超过{MAX_TEXT}个字符", "请缩短，或者只摘录所依据的条款。")
            unseen = UNSEEN.search(event.value)
            if unseen:
                raise self._refuse(event, f"文字中有看不见的字符（U+{ord(unseen[0]):04X}）", "请删除该字符的代码。")
            empty = event.style is None and event.value in {"", "~", "null"}
            return YamlText(None if empty else event.value, line)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._refuse(event, f"嵌套超过{MAX_DEPTH}层", "请减少嵌套。")
        tree = self._list(line) if isinstance(event, yaml.SequenceStartEvent) else self._map(line)
        self.depth -= 1
        return tree

    def _list(self, line: int) -> YamlList:
        items: list[YamlTree] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            items.append(self._value(event))
            self._check_number(len(items), event)
        return YamlList(tuple(items), line)

    def _map(self, line: int) -> YamlMap:
        items: dict[str, YamlTree] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self._value(event)
            if not isinstance(key, YamlText) or not key.text:
                raise self._refuse(event, "字段名应当是文字", "请改写字段名。")
            if key.text == "<<":
                raise self._refuse(event, "不允许使用合并键“<<”", "请把内容逐项写出。")
            if key.text in items:
                raise self._refuse(event, f"字段“{shorten(key.text)}”重复", "每个字段只能写一次，请删除其一。")
            items[key.text] = self._value(next(self.events))
            self._check_number(len(items), event)
        return YamlMap(items, line)

    def _check_number(self, items: int, event: yaml.Event) -> None:
        if items > MAX_ITEMS:
            raise self._refuse(event, f"一层之内超过{MAX_ITEMS}项", "大量的行请放入CSV表格。")

    def _check_plain(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._refuse(event, "不允许使用锚点（&）和别名（*）", "请把内容逐项写出；以&或*开头的文字请加引号。")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refuse(event, f"不允许使用YAML标签“{shorten(tag)}”", "请删除标签；以!开头的文字请加引号。")

    def _refuse(self, event: yaml.Event, message: str, remedy: str) -> Refusal:
        return refuse_file(self.file, _line(event), message, remedy)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
