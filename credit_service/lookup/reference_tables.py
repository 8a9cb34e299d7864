"""The committed reference tables, to be read: what templates, checks and names the service works with.

They are changed by a new version of the service and by nothing else; so there is nothing here that writes.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from credit_service.errors import SubjectNotFound
from credit_service.lookup.reading_room import ReadingRoom

TITLES = {
    "agencies": "单位（建库时登记的）",
    "amount_limits": "金额上限",
    "check_rules": "检查项目的名称",
    "document_numbers": "文书文号的写法",
    "header_misspellings": "表头的常见错别字",
    "name_parts": "名称中的通用词",
    "sample_topics": "样例用的事项",
    "sample_words": "样例用的词语",
    "surnames": "姓氏（生成样例用）",
}
"""Tables that may be shown, with their names; other files of the directory are none."""


@dataclass(frozen=True)
class ReferenceTable:
    """One table as committed."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def list_reference_tables(room: ReadingRoom) -> list[tuple[str, str, int]]:
    """Return (name, title, rows) of every table that is there."""
    found = [(name, title, _path(room, name)) for name, title in TITLES.items()]
    return [(name, title, len(_read(path)) - 1) for name, title, path in found if path.is_file()]


def get_reference_table(room: ReadingRoom, name: str) -> ReferenceTable:
    """Return one table.

    Raises:
        SubjectNotFound: There is none of this name.
    """
    path = _path(room, name)
    if name not in TITLES or not path.is_file():
        message = "没有这张代码表。"
        raise SubjectNotFound(message, remedy="请从代码表列表中选择。")
    columns, *rows = _read(path)
    return ReferenceTable(name, TITLES[name], columns, tuple(rows))


def _path(room: ReadingRoom, name: str) -> Path:
    return room.places.reference / f"{name}.csv"


def _read(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return [tuple(row) for row in csv.reader(lines) if row]
