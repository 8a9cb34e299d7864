"""Words and facts become one paper: sentences filled in, lists spelt out, sections numbered.

Before it stand the wording and the values of one case, objection or repair; after it a `PaperText`. What a sentence
names and nobody knows is a fault of the wording, told with its place; a part that rests on something empty counts as
not said, and `listing.paper_gates` refuses the paper for it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from credit_service.bulletins.papers.letterheads import Letterhead
from credit_service.bulletins.papers.paper_text import NO_NUMBER, Block, PaperText
from credit_service.bulletins.papers.wording import PaperWording, PaperWords, Section, fault_at
from credit_service.bulletins.redact import clean_text
from credit_service.domain.paper import PaperKind, PaperPart

_NUMERALS = "一二三四五六七八九十"
_ENDS = re.compile(r"([。；！？])[。；]+")
MAY_BE_EMPTY = frozenset({"exits", "earliest", "outcome"})
"""Lists and values without which a sentence still says what it must."""


@dataclass(frozen=True)
class PaperFacts:
    """What a paper is about, ready to be put into sentences."""

    kind: PaperKind
    values: Mapping[str, str]
    lists: Mapping[str, Sequence[Mapping[str, str]]]
    keys: tuple[str, ...]
    """Which variant of a phrase fits, best first: ``black.public``, ``black``, ``court`` …"""
    letterhead: Letterhead
    addressee: str
    issued_on: str


def compose_paper(wording: PaperWording, facts: PaperFacts, document_no: str | None) -> PaperText:
    """Return a paper; without a number it is a draft.

    Raises:
        TemplateFault: A sentence names something unknown; the message names its place.
    """
    words = wording.papers[facts.kind]
    writer = _Writer(wording, facts)
    place = f"papers.{facts.kind.value}"
    title = writer.fill(words.title, f"{place}.title")
    opening = [Block("text", writer.fill(line, f"{place}.opening[{n}]")) for n, line in enumerate(words.opening, 1)]
    blanks = tuple(writer.take_blanks())
    sections = writer.write_sections(words, place)
    return PaperText(
        kind=facts.kind,
        heading=facts.letterhead.heading or facts.letterhead.name,
        document_no=document_no or NO_NUMBER,
        title=title,
        addressee=clean_text(facts.addressee),
        blocks=(*opening, *sections),
        rows=tuple(
            (writer.fill(label, f"{place}.rows[{n}]"), writer.fill(value, f"{place}.rows[{n}]", one_line=False))
            for n, (label, value) in enumerate(words.rows, 1)
        ),
        issuer=facts.letterhead.name,
        issued_on=facts.issued_on,
        contact=writer.fill(wording.contact, "contact"),
        copy_to=writer.fill(wording.copy_to, "copy_to"),
        is_draft=document_no is None,
        blanks=blanks,
    )


class _Writer:
    """Fills sentences for one paper, and notes what it found empty."""

    def __init__(self, wording: PaperWording, facts: PaperFacts) -> None:
        self._wording = wording
        self._facts = facts
        self._values = _Values(wording, facts)

    def take_blanks(self) -> list[str]:
        """Return the names of empty values used since the last call."""
        taken = sorted(self._values.blanks - MAY_BE_EMPTY)
        self._values.blanks.clear()
        return taken

    def write_sections(self, words: PaperWords, place: str) -> list[Block]:
        if len(words.sections) > len(_NUMERALS):
            too_many = f"{place}.sections"
            raise fault_at(too_many, f"多于{len(_NUMERALS)}节", "")
        return [
            block
            for number, section in enumerate(words.sections, 1)
            for block in self._write_section(section, _NUMERALS[number - 1], f"{place}.sections[{number}]")
        ]

    def _write_section(self, section: Section, numeral: str, place: str) -> list[Block]:
        heading = [Block("heading", f"{numeral}、{self.fill(section.heading, place)}")] if section.heading else []
        lines = [
            block
            for count, line in enumerate(section.lines, 1)
            for block in self._write_line(line, section.part, f"{place}.lines[{count}]")
        ]
        if self.take_blanks():
            lines = [Block(block.style, block.text) for block in lines]
        return [*heading, *lines]

    def _write_line(self, line: str, part: PaperPart, place: str) -> Iterator[Block]:
        if line.startswith("@"):
            yield from self._write_items(line[1:].strip(), part, place)
            return
        text = self.fill(line, place)
        if text.strip("。；"):
            yield Block("text", text, part)

    def _write_items(self, name: str, part: PaperPart, place: str) -> Iterator[Block]:
        if name not in self._facts.lists:
            known = "、".join(f"@{known}" for known in self._facts.lists)
            raise fault_at(place, f"用了未知的列表“@{name}”", f"可用的有：{known}")
        items = self._facts.lists[name]
        if not items:
            self._values.blanks.add(name)
        for number, item in enumerate(items, 1):
            text = _fill(self._wording.items[name], {**item, "n": str(number)}, f"items.{name}")
            yield Block("item", text, part)

    def fill(self, sentence: str, place: str, *, one_line: bool = True) -> str:
        return _fill(sentence, self._values, place, one_line=one_line)


class _Values(Mapping[str, str]):
    """The names a sentence may use: facts, the letterhead, and phrases chosen when they are named."""

    def __init__(self, wording: PaperWording, facts: PaperFacts) -> None:
        head = facts.letterhead
        names = ("review_body", "court", "place", "phone", "hours")
        self._plain: dict[str, str] = {
            **facts.values,
            "issuer": head.name,
            **{name: getattr(head, name) for name in names},
        }
        self._phrases = wording.phrases
        self._keys = (*facts.keys, "any")
        self._open: list[str] = []
        self.blanks: set[str] = set()

    def __getitem__(self, name: str) -> str:
        if name in self._plain:
            if not self._plain[name].strip():
                self.blanks.add(name)
            # On one line and without marks that turn the writing, also where the sentence itself has several lines.
            return clean_text(self._plain[name])
        variants = self._phrases[name]
        place = f"phrases.{name}"
        key = next((key for key in self._keys if key in variants), None)
        if key is None or name in self._open:
            raise fault_at(place, "没有适合的说法，或者引用了自己", f"需要{self._keys[0]}或any")
        self._open.append(name)
        try:
            return _fill(variants[key], self, f"{place}.{key}")
        finally:
            self._open.pop()

    def __iter__(self) -> Iterator[str]:
        return iter({**self._plain, **self._phrases})

    def __len__(self) -> int:
        return len({**self._plain, **self._phrases})


def _fill(sentence: str, values: Mapping[str, str], place: str, *, one_line: bool = True) -> str:
    try:
        text: str = string.Template(sentence).substitute(values)
    except (KeyError, ValueError) as error:
        known = "、".join(f"${name}" for name in sorted(values))
        raise fault_at(place, f"用了未知的名称{error}", f"可用的名称有：{known}") from error
    return str(_ENDS.sub(r"\1", clean_text(text))) if one_line else text
