"""What a reader can find in rendered bytes: text, entries, formulas, foreign resources.

Before this module lie the files of an issue; after it plain text and counts, read from the bytes themselves and not
from what was meant to be in them. It deliberately does not open the PDF: its text is checked at the source it is set
from, and its entries are counted when it is set (`render_pdf`).
"""

from __future__ import annotations

import csv
import html
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from io import BytesIO, StringIO

from credit_service.bulletins.render_csv import COLUMNS

_TAGS = re.compile(r"<[^>]*>")
_SHEET_ROW = re.compile(r"<row [^>]*>")
_ACTIVE = frozenset({"script", "iframe", "object", "embed", "link", "base", "form", "img", "audio", "video", "source"})
_ADDRESSED = frozenset({"src", "srcset", "background", "poster", "data", "action", "formaction", "xlink:href"})
_STYLE_LOADS = re.compile(r"url\s*\(|@import|expression\s*\(", re.IGNORECASE)
HEADING_ROWS = 2
"""Rows above the entries in the sheets 红榜 and 黑榜."""


class PageReader(HTMLParser):
    """Collects the text, the entries and what a page would load or run."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self.entries: list[str] = []
        self.foreign: list[str] = []
        self._in_style = False

    def note_tag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes of a tag."""
        self._in_style = tag == "style"
        if tag in _ACTIVE:
            self.foreign.append(f"<{tag}>")
        for name, value in attrs:
            self.texts.append(value or "")
            if name == "data-entry":
                self.entries.append(value or "")
            elif _is_active(name, value or ""):
                self.foreign.append(f"{tag} {name}")

    def note_end(self, tag: str) -> None:
        """Leave the style sheet."""
        self._in_style = self._in_style and tag != "style"

    def note_text(self, data: str) -> None:
        """Note text; of a style sheet only what it would load."""
        self.texts.append(data)
        if self._in_style and _STYLE_LOADS.search(data):
            self.foreign.append("style")

    def note_comment(self, data: str) -> None:
        """Note comments: they are released too."""
        self.texts.append(data)

    # The names the parser of the standard library calls.
    handle_starttag = note_tag
    handle_endtag = note_end
    handle_data = note_text
    handle_comment = note_comment


def _is_active(name: str, value: str) -> bool:
    """Return whether an attribute runs something or loads something."""
    if name == "href":
        return value.strip().lower().startswith(("javascript:", "data:"))
    return name.startswith("on") or name in _ADDRESSED or (name == "style" and bool(_STYLE_LOADS.search(value)))


def read_page(content: bytes) -> PageReader:
    """Return what is in a page."""
    reader = PageReader()
    reader.feed(content.decode())
    reader.close()
    return reader


def read_table(content: bytes) -> list[list[str]]:
    """Return the rows of ``entries.csv`` below its heading."""
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig")), strict=True))
    return rows[1:] if rows and len(rows[0]) == len(COLUMNS) else []


def read_sheets(content: bytes) -> dict[str, str]:
    """Return the XML of every part of a workbook.

    Raises:
        ValueError: The bytes are no workbook.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = (name for name in archive.namelist() if name.endswith((".xml", ".rels")))
            return {name: archive.read(name).decode() for name in names}
    except zipfile.BadZipFile as error:
        message = "不是电子表格文件。"
        raise ValueError(message) from error


def count_sheet_entries(parts: Mapping[str, str], sheet: int) -> int:
    """Return how many entries a sheet holds: its rows below the headings, of which an empty list has one."""
    text = parts.get(f"xl/worksheets/sheet{sheet}.xml", "")
    return max(len(_SHEET_ROW.findall(text)) - HEADING_ROWS, 0)


def has_formula(parts: Mapping[str, str]) -> bool:
    """Return whether any part of a workbook holds a formula or points outside."""
    return any(re.search(r"<f[ >]|TargetMode=.External", text) for text in parts.values())


def read_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the readable text of every file but the PDF, one piece per line.

    Raises:
        ValueError: A file is not of the kind its name says.
    """
    return {
        name: _READERS[suffix](content)
        for name, content in files.items()
        for suffix in [name[name.rfind(".") :]]
        if suffix in _READERS
    }


def _strings(document: object) -> Iterator[str]:
    """Yield every string of a JSON document, keys too."""
    if isinstance(document, str):
        yield document
    elif isinstance(document, Mapping):
        for key, value in document.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from _strings(value)


def _untagged(text: str) -> str:
    """Return XML as text, one piece per line, and the text of its attributes."""
    attributes = "\n".join(html.unescape(value) for value in re.findall(r'="([^"]*)"', text))
    return html.unescape(_TAGS.sub("\n", text)) + "\n" + attributes


_READERS: dict[str, Callable[[bytes], str]] = {
    ".html": lambda content: "\n".join(read_page(content).texts),
    ".csv": lambda content: "\n".join(
        cell for row in csv.reader(StringIO(content.decode("utf-8-sig"))) for cell in row
    ),
    ".json": lambda content: "\n".join(_strings(json.loads(content))),
    ".xlsx": lambda content: "\n".join(_untagged(part) for part in read_sheets(content).values()),
    ".atom": lambda content: _untagged(content.decode()),
}
