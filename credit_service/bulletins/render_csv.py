"""The entries as an open table: ``entries.csv``, one line per entry, red before black.

UTF-8 with a byte order mark (spreadsheets of officials read it as Chinese only so), every cell quoted, CRLF (RFC 4180).
A cell that a spreadsheet would take for a formula gets one apostrophe in front; the data package says so, and whoever
reads the table by program takes off one leading apostrophe. Before this module stands a complete `Bulletin`; it
deliberately knows nothing of the printed forms.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from io import StringIO

from credit_service.domain.bulletin import Bulletin, BulletinEntry
from credit_service.domain.subject import SubjectKind

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠|%")
"""First characters that some spreadsheet takes for a formula or command, also full width."""

LIST_NAMES = {"red": "红榜", "black": "黑榜"}


@dataclass(frozen=True)
class CsvColumn:
    """One column: its heading, the key of the same value in ``bulletin.json``, its type and how to fill it."""

    name: str
    key: str
    kind: str
    description: str
    cell: Callable[[BulletinEntry], str]


COLUMNS: tuple[CsvColumn, ...] = (
    CsvColumn("案件编号", "case_id", "string", "本系统内的编号，每个条目唯一", lambda e: e.case_id),
    CsvColumn("名单", "list_kind", "string", "红榜或黑榜", lambda e: LIST_NAMES[e.list_kind]),
    CsvColumn("名单类型", "list_type_name", "string", "荣誉或名单的全称", lambda e: e.list_type_name),
    CsvColumn("名称", "name", "string", "主体名称；自然人依法隐去名字或经本人同意公示", lambda e: e.name),
    CsvColumn(
        "主体类别",
        "subject_kind",
        "string",
        "法人及非法人组织、个体工商户、自然人",
        lambda e: SubjectKind(e.subject_kind).label,
    ),
    CsvColumn("统一社会信用代码", "identifier_code", "string", "自然人一律为空", lambda e: e.identifier_code),
    CsvColumn("专项治理事项", "category_name", "string", "工作分类，不是列入依据", lambda e: e.category_name),
    CsvColumn("主要事实", "fact", "string", "已删去个人信息", lambda e: e.fact),
    CsvColumn("依据", "basis", "string", "名单类型的法定依据", lambda e: e.basis),
    CsvColumn("文号", "document_no", "string", "认定决定的文号", lambda e: e.document_no),
    CsvColumn("认定单位", "authority_name", "string", "作出认定决定的机关", lambda e: e.authority_name),
    CsvColumn("认定日期", "decided_on", "date", "决定日期", lambda e: e.decided_on.isoformat()),
    CsvColumn(
        "截止日期",
        "until_on",
        "date",
        "公示截止日期（含当日）；空表示长期",
        lambda e: e.until_on.isoformat() if e.until_on else "",
    ),
    CsvColumn("措施", "measures", "string", "多项之间用分号隔开", lambda e: "；".join(e.measures)),
)


def render_csv(bulletin: Bulletin) -> bytes:
    """Return ``entries.csv``."""
    stream = StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([column.name for column in COLUMNS])
    for entry in (*bulletin.red, *bulletin.black):
        writer.writerow([defuse_cell(column.cell(entry)) for column in COLUMNS])
    return stream.getvalue().encode("utf-8-sig")


def defuse_cell(text: str) -> str:
    """Return a cell that no spreadsheet runs: with an apostrophe where its first visible character is dangerous."""
    visible = text.lstrip(" \u00a0\u3000\u200b\ufeff")
    dangerous = text[:1] in FORMULA_STARTS or visible[:1] in FORMULA_STARTS
    return f"'{text}" if text and dangerous else text
