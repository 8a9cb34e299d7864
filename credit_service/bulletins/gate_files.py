"""Whether the rendered files are complete, agree with one another, and are safe to open.

Before this module lie the bytes of an issue; after it a list of failures for `gate`. It deliberately knows no case.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from credit_service.bulletins.outline import page_url
from credit_service.bulletins.render_csv import defuse_cell
from credit_service.bulletins.rendered_text import count_sheet_entries, has_formula, read_page, read_sheets, read_table
from credit_service.domain.bulletin import Bulletin

REQUIRED_FILES = (
    "index.html",
    "bulletin.pdf",
    "bulletin.xlsx",
    "entries.csv",
    "bulletin.json",
    "datapackage.json",
    "entry.atom",
)


@dataclass(frozen=True)
class GateFailure:
    """One failed check; ``case_id`` is empty where no single case is concerned."""

    check: str
    case_id: str
    message: str


def check_files(bulletin: Bulletin, files: Mapping[str, bytes]) -> tuple[GateFailure, ...]:
    """Return what is wrong with the files of an issue."""
    missing = [name for name in REQUIRED_FILES if not files.get(name)]
    failures = [GateFailure("files", "", f"缺少文件 {name} 或文件为空") for name in missing]
    failures += _check_imprint(bulletin)
    if missing:
        return tuple(failures)
    try:
        failures += [
            *_check_page(bulletin, files["index.html"]),
            *_check_document(bulletin, files["bulletin.json"]),
            *_check_table(bulletin, files["entries.csv"]),
            *_check_workbook(bulletin, files["bulletin.xlsx"]),
            *_check_package(files),
        ]
    except (ValueError, KeyError, OSError) as error:
        failures.append(GateFailure("files", "", f"有文件的内容与其类型不符（{type(error).__name__}）"))
    if not files["bulletin.pdf"].startswith(b"%PDF-"):
        failures.append(GateFailure("files", "", "bulletin.pdf 不是 PDF 文件"))
    if page_url(bulletin.public_url, bulletin.bulletin_id) not in files["entry.atom"].decode(errors="replace"):
        failures.append(GateFailure("files", "", "entry.atom 没有指向本期公告的网址"))
    return tuple(failures)


def _check_imprint(bulletin: Bulletin) -> Iterator[GateFailure]:
    """Yield what the title, number and period lack."""
    if bulletin.period.label not in bulletin.title or f"第{bulletin.serial}期" not in bulletin.title:
        yield GateFailure("imprint", "", "标题没有写明期次和总期号")
    if bulletin.serial < 1 or not bulletin.bulletin_id.startswith(bulletin.period.code):
        yield GateFailure("imprint", "", "公告编号或总期号与期次不符")
    parts = (bulletin.issuer, bulletin.objection_channel, bulletin.rulebook, bulletin.public_url)
    if not all(part.strip() for part in parts):
        yield GateFailure("imprint", "", "缺少发布单位、异议渠道、规则库版本或公告网址")


def _shown(bulletin: Bulletin) -> list[str]:
    """Return the cases of the entries in print order."""
    return [entry.case_id for entry in (*bulletin.red, *bulletin.black)]


def _check_page(bulletin: Bulletin, content: bytes) -> Iterator[GateFailure]:
    """Yield what is wrong with the page."""
    page = read_page(content)
    if page.entries != _shown(bulletin):
        yield GateFailure("count", "", f"网页有{len(page.entries)}个条目，应有{len(_shown(bulletin))}个")
    text = "".join(page.texts)
    if bulletin.title not in text or bulletin.period.label not in text:
        yield GateFailure("imprint", "", "网页没有标题或期次")
    if page.foreign:
        found = "、".join(dict.fromkeys(page.foreign))
        yield GateFailure("self_contained", "", f"网页引用外部资源或含有脚本（{found}）")


def _check_document(bulletin: Bulletin, content: bytes) -> Iterator[GateFailure]:
    """Yield what is wrong with ``bulletin.json``."""
    document = json.loads(content)
    found = [entry["case_id"] for entry in (*document["red"], *document["black"])]
    if found != _shown(bulletin):
        yield GateFailure("count", "", f"bulletin.json 有{len(found)}个条目，应有{len(_shown(bulletin))}个")
    if document["title"] != bulletin.title or document["serial"] != bulletin.serial:
        yield GateFailure("imprint", "", "bulletin.json 的标题或期号不符")


def _check_table(bulletin: Bulletin, content: bytes) -> Iterator[GateFailure]:
    """Yield what is wrong with ``entries.csv``."""
    rows = read_table(content)
    if ["".join(row[:1]).removeprefix("'") for row in rows] != _shown(bulletin):
        yield GateFailure("count", "", f"entries.csv 有{len(rows)}个条目，应有{len(_shown(bulletin))}个")
    if any(defuse_cell(cell) != cell for row in rows for cell in row):
        yield GateFailure("formula", "", "entries.csv 有单元格会被当作公式执行")


def _check_workbook(bulletin: Bulletin, content: bytes) -> Iterator[GateFailure]:
    """Yield what is wrong with the workbook; an empty list has one row that says so."""
    parts = read_sheets(content)
    expected = [max(len(entries), 1) for entries in (bulletin.red, bulletin.black)]
    found = [count_sheet_entries(parts, sheet) for sheet in (2, 3)]
    if found != expected:
        yield GateFailure(
            "count", "", f"bulletin.xlsx 红榜、黑榜有{found[0]}行和{found[1]}行，应有{expected[0]}行和{expected[1]}行"
        )
    if has_formula(parts):
        yield GateFailure("formula", "", "bulletin.xlsx 含有公式或外部链接")


def _check_package(files: Mapping[str, bytes]) -> Iterator[GateFailure]:
    """Yield where the data package describes other bytes than those beside it."""
    for resource in json.loads(files["datapackage.json"])["resources"]:
        content = files.get(resource["path"], b"")
        if resource["hash"] != f"sha256:{hashlib.sha256(content).hexdigest()}":
            yield GateFailure("package", "", f"datapackage.json 中 {resource['path']} 的校验值不符")
