"""A restricted reading of YAML: maps, lists and text, each with its line; nothing else.

Before it lie bytes, after it a tree of `YamlMap`, `YamlList` and `YamlText`. Every scalar stays the text the author
wrote (``no``, ``1.10`` and ``12:30`` are not turned into anything); numbers and dates are made by `section`, where the
field's type is known. Anchors, aliases, merges, tags, directives and repeated keys are refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from credit_service.errors import RuleSyntax
from credit_service.rulebook.faults import Refusal, RuleFault

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12


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


YamlTree = YamlText | YamlList | YamlMap


def parse_yaml(content: bytes, file: str) -> YamlMap:
    """Read the one map a rule file holds.

    Raises:
        Refusal: The file is too large, not UTF-8, not YAML, or uses a part of YAML that rules may not use.
    """
    if len(content) > MAX_BYTES:
        raise _refusal(file, 1, f"文件超过{MAX_BYTES // 1024}KB", "规则文件应当短小；表格请放入CSV文件。")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content[: fault.start].count(b"\n") + 1
        raise _refusal(file, line, "文件不是UTF-8编码", "请以UTF-8编码另存。") from fault
    try:
        tree = _Builder(file, yaml.parse(text, Loader=yaml.SafeLoader)).document()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        message = f"YAML语法错误（{fault.problem or fault.context}）"
        raise _refusal(file, mark.line + 1 if mark else 1, message, "请检查该行的缩进、冒号和引号。") from fault
    except yaml.YAMLError as fault:
        raise _refusal(file, 1, "文件含有不可用的字符", "请删除控制字符后重试。") from fault
    if not isinstance(tree, YamlMap):
        raise _refusal(file, 1, "规则文件应当是“字段: 值”的形式", "请参照其他规则文件。")
    return tree


def _refusal(file: str, line: int, message: str, remedy: str) -> Refusal:
    return Refusal(RuleFault(file, line, RuleSyntax.code, message, remedy))


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
                raise self._refuse(event, f"字段“{key.text}”重复", "每个字段只能写一次，请删除其一。")
            items[key.text] = self._value(next(self.events))
        return YamlMap(items, line)

    def _check_plain(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise self._refuse(event, "不允许使用锚点（&）和别名（*）", "请把内容逐项写出；以&或*开头的文字请加引号。")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise self._refuse(event, f"不允许使用YAML标签“{tag}”", "请删除标签；以!开头的文字请加引号。")

    def _refuse(self, event: yaml.Event, message: str, remedy: str) -> Refusal:
        return _refusal(self.file, _line(event), message, remedy)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
