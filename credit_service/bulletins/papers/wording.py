"""The words of the papers, which officials may change: ``papers/papers.yaml``.

Before this module lies the file; after it one frozen object, checked whole, so that a mistake is told before a number
is taken. It deliberately knows no layout and no case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from credit_service.domain.paper import PaperKind, PaperPart
from credit_service.errors import TemplateFault

FOLDER = "papers"
FILE_NAME = "papers.yaml"
FONT_ROLES = ("mark", "title", "body", "heading", "page")
ITEM_LISTS = ("records", "measures", "exits", "materials")
_WORD = re.compile(r"[\u4e00-\u9fff]{1,4}")


@dataclass(frozen=True)
class Section:
    """One numbered section of a paper."""

    part: PaperPart
    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class PaperWords:
    """The words of one kind of paper."""

    word: str
    """What stands in its number: 告, 决 …"""
    title: str
    opening: tuple[str, ...]
    sections: tuple[Section, ...]
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class PaperWording:
    """Everything of ``papers.yaml``."""

    papers: Mapping[PaperKind, PaperWords]
    phrases: Mapping[str, Mapping[str, str]]
    items: Mapping[str, str]
    contact: str
    copy_to: str
    fonts: Mapping[str, tuple[str, ...]]


def load_paper_wording(templates_dir: Path) -> PaperWording:
    """Read the words of the papers.

    Raises:
        TemplateFault: The file is missing, is no YAML, or lacks a part; the message names the file and the place.
    """
    path = templates_dir / FOLDER / FILE_NAME
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第{mark.line + 1}行第{mark.column + 1}列" if mark is not None else "文件开头"
        raise fault_at(place, "不是有效的 YAML", str(getattr(error, "problem", "") or "")) from error
    except (OSError, UnicodeDecodeError) as error:
        message = f"文书用语 {FILE_NAME} 无法读取：{type(error).__name__}。"
        raise TemplateFault(message, remedy=f"请检查 {path.parent}。", template=FILE_NAME) from error
    root = _Place(content, "")
    wording = PaperWording(
        papers={kind: _read_paper(root.child("papers").child(kind.value)) for kind in PaperKind},
        phrases={str(name): root.child("phrases").child(str(name)).texts() for name in root.child("phrases").names()},
        items={name: root.child("items").text(name) for name in ITEM_LISTS},
        contact=root.text("contact"),
        copy_to=root.text("copy_to", may_be_empty=True),
        fonts={role: root.child("fonts").lines(role) for role in FONT_ROLES},
    )
    words = [paper.word for paper in wording.papers.values()]
    repeated = sorted({word for word in words if words.count(word) > 1})
    if repeated:
        raise fault_at(place="papers", what=f"文种字重复：{'、'.join(repeated)}", why="两种文书会有相同的字号")
    return wording


def _read_paper(place: _Place) -> PaperWords:
    word = place.text("word")
    if not _WORD.fullmatch(word):
        raise place.fault(key="word", what=f"文种字“{word}”不是一至四个汉字")
    return PaperWords(
        word=word,
        title=place.text("title"),
        opening=place.lines("opening", may_be_empty=True),
        sections=tuple(_read_section(section) for section in place.children("sections")),
        rows=place.pairs("rows"),
    )


def _read_section(place: _Place) -> Section:
    part = place.text("part")
    if part not in set(PaperPart):
        raise place.fault(key="part", what=f"没有“{part}”这种内容", why=f"可用的有：{'、'.join(PaperPart)}")
    heading = place.text("heading", may_be_empty=True)
    return Section(PaperPart(part), heading, place.lines("lines", may_be_empty=True))


def fault_at(place: str, what: str, why: str) -> TemplateFault:
    """Return the error for a place in the wording."""
    message = f"文书用语 {FILE_NAME} 的“{place}”{what}{'：' if why else ''}{why}。"
    return TemplateFault(
        message, remedy="请对照随软件提供的文件改正后重试；没有占用字号。", template=FILE_NAME, place=place
    )


@dataclass(frozen=True)
class _Place:
    """One mapping of the file with where it stands."""

    content: object
    path: str

    def _join(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def fault(self, key: str, what: str, why: str = "") -> TemplateFault:
        return fault_at(self._join(key), what, why)

    def names(self) -> list[str]:
        return list(self.content) if isinstance(self.content, dict) else []

    def _find(self, key: str) -> object:
        return self.content.get(key) if isinstance(self.content, dict) else None

    def child(self, key: str) -> _Place:
        found = self._find(key)
        if not isinstance(found, dict) or not found:
            raise self.fault(key, "缺失或者不是一组键和值")
        return _Place(found, self._join(key))

    def children(self, key: str) -> list[_Place]:
        found = self._find(key)
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.fault(key, "应当是小节的列表")
        return [_Place(item, f"{self._join(key)}[{number}]") for number, item in enumerate(found, 1)]

    def text(self, key: str, *, may_be_empty: bool = False) -> str:
        found = self._find(key)
        if not isinstance(found, str) or (not found.strip() and not may_be_empty):
            raise self.fault(key, "缺失或者不是一段文字")
        return found

    def texts(self) -> dict[str, str]:
        return {key: self.text(key, may_be_empty=True) for key in self.names()}

    def lines(self, key: str, *, may_be_empty: bool = False) -> tuple[str, ...]:
        found = self._find(key)
        if not isinstance(found, list) or not _are_texts(found) or (not found and not may_be_empty):
            raise self.fault(key, "应当是文字的列表")
        return tuple(found)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        found = self._find(key)
        if found is None:
            return ()
        if not isinstance(found, list) or not all(_is_pair(pair) for pair in found):
            raise self.fault(key, "应当是“[名称, 内容]”的列表")
        return tuple((str(label), str(value)) for label, value in found)


def _is_pair(item: object) -> bool:
    return isinstance(item, list) and len(item) == 2 and _are_texts(item)


def _are_texts(items: Sequence[object]) -> bool:
    return all(isinstance(item, str) for item in items)
