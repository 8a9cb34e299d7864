"""What kind of file the bytes are, judged by content and never by name, before any parser opens them.

Before this module `receive` has written the bytes to disk; after it `receive` gives them their place in the inbox.
Archives are measured here (number of parts, size when unpacked, ratio, overlaps), so that no parser ever meets a zip
bomb. What a workbook asks of memory cannot be told from its size; `parse_xlsx` bounds that.
"""

from __future__ import annotations

import codecs
import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final, NoReturn

from credit_service.errors import UnreadableFile

HEAD_BYTES: Final = 65_536
MAX_PARTS: Final = 5_000
MAX_FILES: Final = 500
"""Data files in one ZIP."""
MAX_UNPACKED_BYTES: Final = 4 * 1024**3
MAX_RATIO: Final = 250
"""Real sheets pack 5 to 60 times; a gigabyte of blanks packs a thousand times."""
RATIO_FROM_BYTES: Final = 16 * 1024**2
BLOCK: Final = 1 << 20

_RESAVE: Final = "请用Excel或WPS打开后另存为“Excel工作簿(.xlsx)”或“CSV UTF-8”再报送。"
_SIGNATURES: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"%PDF", "PDF文档", "请报送表格原件，不要报送PDF。"),
    (b"\x89PNG", "图片", "请报送表格原件，不要报送截图或照片。"),
    (b"\xff\xd8\xff", "图片", "请报送表格原件，不要报送截图或照片。"),
    (b"GIF8", "图片", "请报送表格原件，不要报送截图或照片。"),
    (b"Rar!", "RAR压缩包", "请解压后逐个报送其中的表格。"),
    (b"7z\xbc\xaf", "7z压缩包", "请解压后逐个报送其中的表格。"),
    (b"\x1f\x8b", "gzip压缩包", "请解压后逐个报送其中的表格。"),
    (b"PAR1", "Parquet文件", _RESAVE),
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UTF16: Final = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_CONTROL: Final = bytes(set(range(32)) - {9, 10, 13, 26, 0})
_WIDE_CELL: Final = re.compile(
    rb"""r=["'](?:[A-Z]{3}|[J-Z][A-Z])\d{1,7}["'](?:[^>]*[^>/])?>\s*<(?:\w+:)?(?:v|is|f)\b"""
)
"""A cell with content beyond column IZ; cells that only carry a format do no harm."""
_JUNK: Final = re.compile(
    r"(?:.*/)?(?:__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|~\$[^/]*|)", re.IGNORECASE
)
_LOCAL_HEADER_BYTES: Final = 30
_JSON_VALUE: Final = re.compile(r"""\[\s*(?:[\[{"\]\-\d]|true|false|null|$)""")
_ROWS_KEY: Final = re.compile(r""""rows"\s*:\s*\[""")
_JSON_OBJECT: Final = re.compile(r"""\{\s*(?:["}]|$)""")


def sniff_kind(path: Path) -> str:
    """Return csv, xlsx, xls, ods, json, jsonl, or zip (of such files) for a file's content.

    Raises:
        UnreadableFile: The content is of no supported kind, encrypted, damaged, or unpacks to far too much.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        _refuse("文件是空的，没有任何内容。", "请检查是否选错了文件，或保存时没有成功。")
    for signature, name, remedy in _SIGNATURES:
        if head.startswith(signature):
            _refuse(f"这是{name}，不是数据表格。", remedy)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _sniff_archive(path)
    if head.startswith(_OLE):
        return _sniff_ole(path)
    return _sniff_text(head)


def is_junk(name: str) -> bool:
    """Return whether a part of an archive is a folder, or one of the files that systems leave there unasked."""
    return name.endswith("/") or _JUNK.fullmatch(name) is not None


def _sniff_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_size(parts, path.stat().st_size)
            kind = _archive_kind(archive, parts)
            if kind != "zip":
                _check_workbook(archive, parts)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        message = "文件已损坏或没有传完整，压缩结构无法读取。"
        raise UnreadableFile(message, remedy="请重新打开原文件另存一份，再完整上传。") from error
    return kind


def _check_size(parts: Sequence[zipfile.ZipInfo], packed: int) -> None:
    if any(part.header_offset < 0 for part in parts):
        message = "a part begins before the archive"
        raise zipfile.BadZipFile(message)
    unpacked = sum(part.file_size for part in parts)
    too_dense = any(p.file_size > RATIO_FROM_BYTES and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or too_dense or _overlap(parts):
        _refuse(
            f"文件压缩异常：{packed}字节解开后有{unpacked}字节、{len(parts)}个部分，超出安全限度，没有打开。",
            "请把数据复制到新建的空白工作簿，只保留有内容的行，另存后再报送；压缩包请拆小后重新压缩。",
        )


def _overlap(parts: Sequence[zipfile.ZipInfo]) -> bool:
    """Return whether two parts share bytes of the archive: that is how a few kilobytes count many times over."""
    ordered = sorted(parts, key=lambda part: part.header_offset)
    return any(
        part.header_offset + _LOCAL_HEADER_BYTES + part.compress_size > following.header_offset
        for part, following in pairwise(ordered)
    )


def _archive_kind(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> str:
    names = archive.NameToInfo
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        _refuse("这是二进制Excel工作簿(.xlsb)，不支持。", _RESAVE)
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
        return "ods"
    if "word/document.xml" in names or "ppt/presentation.xml" in names or "mimetype" in names:
        _refuse("这是文字文档或演示文稿，不是数据表格。", "请报送表格原件。")
    if "[Content_Types].xml" in names:
        _refuse("这是Office文件，但里面没有工作簿，可能已损坏。", _RESAVE)
    files = sum(not is_junk(part.filename) for part in parts)
    if not files:
        _refuse("压缩包里没有任何文件。", "请检查是否选错了文件，把要报送的表格放进压缩包后再报送。")
    if files > MAX_FILES:
        _refuse(f"压缩包里有{files}个文件，超过{MAX_FILES}个，没有打开。", "请分成几个压缩包报送。")
    return "zip"


def _check_workbook(archive: zipfile.ZipFile, parts: Sequence[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        _refuse("文件设有密码，无法读取。", "请取消密码后另存一份再报送。")
    if len(archive.NameToInfo) != len(parts):
        _refuse("工作簿的内部结构不正常（有重名的部分），没有打开。", _RESAVE)
    for part in parts:
        _check_part(archive, part)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack one part without keeping it: its real size and checksum must be what the directory says."""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    is_xml = part.filename.endswith((".xml", ".rels"))
    with archive.open(part) as stream:
        tail = b""
        while block := stream.read(BLOCK):
            window = tail + block
            if is_xml and b"<!ENTITY" in window:
                _refuse("工作簿内含有不安全的XML声明（实体定义），没有打开。", _RESAVE)
            if is_sheet and _WIDE_CELL.search(window):
                _refuse(
                    "工作表在离数据很远的列误填了内容（超过260列），没有打开。",
                    "请删除数据区右侧多余的列（选中后右键“删除”），另存后再报送。",
                )
            tail = block[-128:]


def _sniff_ole(path: Path) -> str:
    wanted = {name: name.encode("utf-16-le") for name in ("EncryptedPackage", "Workbook", "Book", "WordDocument")}
    found: set[str] = set()
    with path.open("rb") as file:
        tail = b""
        while block := file.read(BLOCK):
            window = tail + block
            found |= {name for name, pattern in wanted.items() if pattern in window}
            tail = block[-64:]
    if "EncryptedPackage" in found:
        _refuse("文件设有密码，无法读取。", "请取消密码后另存一份再报送。")
    if "WordDocument" in found or not found & {"Workbook", "Book"}:
        _refuse("这是旧版Office文档，但不是Excel工作簿。", "请报送表格原件。")
    return "xls"


def _sniff_text(head: bytes) -> str:
    if head.startswith(_UTF32):
        _refuse("文件是UTF-32编码的文本，不支持。", _RESAVE)
    for mark, codec in _UTF16:
        if head.startswith(mark):
            return _sniff_form(head[2:].decode(codec, errors="ignore"))
    if head.count(0) > len(head) // 4:
        _refuse("文件像是没有标记的UTF-16文本或二进制文件，无法可靠地读取。", _RESAVE)
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 20:
        _refuse("文件不是文本，也不是Excel工作簿。", _RESAVE)
    # What tells the forms apart is ASCII in every encoding that is left.
    return _sniff_form(head.decode("utf-8-sig", errors="replace"))


def _sniff_form(head: str) -> str:
    body = head.lstrip()
    if body[:1] == "<":
        _refuse("这是网页或XML格式的表格（有的系统导出的“.xls”其实是网页）。", _RESAVE)
    if _JSON_VALUE.match(body):
        return "json"
    if _JSON_OBJECT.match(body):
        return _sniff_braces(body)
    return "csv"


def _sniff_braces(body: str) -> str:
    """Tell one JSON object from JSON Lines: in the latter the first line is an object by itself and another follows."""
    first, _, rest = body.partition("\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        if not rest:
            # One line longer than what was read: the whole file in one object, or the first of long rows.
            return "json" if _ROWS_KEY.search(body) else "jsonl"
        return "jsonl" if first.rstrip().endswith("}") or rest.lstrip().startswith("{") else "json"
    return "json" if "rows" in value and not rest.strip() else "jsonl"


def _refuse(message: str, remedy: str) -> NoReturn:
    raise UnreadableFile(message, remedy=remedy)
