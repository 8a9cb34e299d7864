"""The words of a bulletin that officials may change: headings, sentences, notes, fonts, licence.

Before this module lies ``bulletin.yaml`` beside the other publication templates; after it one frozen object, checked,
that every renderer shares. It deliberately knows no layout and no entry.
"""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from credit_service.errors import TemplateFault

FILE_NAME = "bulletin.yaml"
SECTIONS = ("overview", "red", "black", "left", "measures", "channel")
NOTES = ("counts", "withheld", "red", "black", "left", "measures", "channel", "online", "footer")
END_KINDS = ("expire", "repair", "revoke", "source_end")
LIST_KINDS = ("red", "black")
FONT_ROLES = ("title", "body", "heading")


@dataclass(frozen=True)
class Wording:
    """Everything of ``bulletin.yaml``."""

    title: str
    headings: Mapping[str, str]
    overview: tuple[str, ...]
    notes: Mapping[str, str]
    empty: str
    end_kinds: Mapping[str, str]
    list_kinds: Mapping[str, str]
    fonts: Mapping[str, tuple[str, ...]]
    licences: tuple[Mapping[str, str], ...]
    keywords: tuple[str, ...]


def load_wording(templates_dir: Path) -> Wording:
    """Read the words of the bulletin.

    Raises:
        TemplateFault: The file is missing, is no YAML, or lacks a part.
    """
    path = templates_dir / FILE_NAME
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"公告文字模板 {path.name} 无法读取：{type(error).__name__}。"
        raise TemplateFault(message, remedy=f"请检查 {templates_dir} 下的 {path.name}。", template=path.name) from error
    part = _Part(content, "")
    package = part.part("data_package")
    return Wording(
        title=part.text("title"),
        headings=part.part("headings").texts(SECTIONS),
        overview=part.list("overview"),
        notes=part.part("notes").texts(NOTES),
        empty=part.text("empty"),
        end_kinds=part.part("end_kinds").texts(END_KINDS),
        list_kinds=part.part("list_kinds").texts(LIST_KINDS),
        fonts={role: part.part("fonts").list(role) for role in FONT_ROLES},
        licences=package.records("licenses"),
        keywords=package.list("keywords"),
    )


def fill_sentence(sentence: str, values: Mapping[str, object]) -> str:
    """Return a sentence with its ``$names`` filled in.

    Raises:
        TemplateFault: The sentence names something unknown.
    """
    try:
        return string.Template(sentence).substitute(values)
    except (KeyError, ValueError) as error:
        message = f"公告文字模板 {FILE_NAME} 中的句子“{sentence}”用了未知的名称：{error}。"
        known = "、".join(f"${name}" for name in values)
        raise TemplateFault(message, remedy=f"可用的名称有：{known}。", template=FILE_NAME) from error


@dataclass(frozen=True)
class _Part:
    """One mapping of the file, with its place for messages."""

    content: object
    place: str

    def _get(self, key: str) -> object:
        if not isinstance(self.content, dict) or self.content.get(key) in (None, "", [], {}):
            message = f"公告文字模板 {FILE_NAME} 缺少“{self.place}{key}”。"
            raise TemplateFault(message, remedy="请对照随软件提供的模板补上。", template=FILE_NAME)
        return self.content[key]

    def _fault(self, key: str, kind: str) -> TemplateFault:
        message = f"公告文字模板 {FILE_NAME} 的“{self.place}{key}”应当是{kind}。"
        return TemplateFault(message, remedy="请对照随软件提供的模板改正。", template=FILE_NAME)

    def part(self, key: str) -> _Part:
        return _Part(self._get(key), f"{self.place}{key}.")

    def text(self, key: str) -> str:
        value = self._get(key)
        if not isinstance(value, str):
            raise self._fault(key, "一段文字")
        return value

    def texts(self, keys: tuple[str, ...]) -> dict[str, str]:
        return {key: self.text(key) for key in keys}

    def list(self, key: str) -> tuple[str, ...]:
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._fault(key, "文字的列表")
        return tuple(value)

    def records(self, key: str) -> tuple[dict[str, str], ...]:
        value = self._get(key)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._fault(key, "条目的列表")
        return tuple({str(name): str(text) for name, text in item.items()} for item in value)
