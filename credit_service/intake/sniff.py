"""What kind of file the bytes are, judged by content and never by name, before any parser opens them.

Before this module `receive` has written the bytes to disk; after it `receive` gives them their place in the inbox.
Archives are measured here (number of parts, size when unpacked, ratio), so that no parser ever meets a zip bomb.
"""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final, NoReturn

from credit_service.errors import UnreadableFile

HEAD_BYTES: Final = 65_536
MAX_PARTS: Final = 5_000
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
_TEXT_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_CONTROL: Final = bytes(set(range(32)) - {9, 10, 13, 26, 0})
_WIDE_CELL: Final = re.compile(rb' r="(?:[A-Z]{3}|[J-Z][A-Z])\d')
_FAR_ROW: Final = re.compile(rb'<row [^>]{0,40}?r="(\d{6,7})"')
MIN_ROW_BYTES: Final = 20
"""A row with content takes more than this in the sheet's XML; far fewer bytes mean a stray cell a million rows down."""


def sniff_kind(path: Path) -> str:
    """Return csv, xlsx, xls, ods, json or jsonl for a file's content.

    Raises:
        UnreadableFile: The content is of no supported kind, encrypted, damaged, or unpacks to far too much.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        _refuse("文件是空的，没有任何内容。", "请检查是否选错了文件，或保存时没有成功。")
    for signature, name, remedy in _SIGNATURES:
        if head.startswith(signature):
            _refuse(f"这是{name}，不是数据表格。", remedy)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return _sniff_archive(path)
    if head.startswith(_OLE):
        return _sniff_ole(path)
    return _sniff_text(head)


def _sniff_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            _check_size(parts, path.stat().st_size)
            if any(part.flag_bits & 1 for part in parts):
                _refuse("文件设有密码，无法读取。", "请取消密码后另存一份再报送。")
            names = {part.filename for part in parts}
            kind = _archive_kind(archive, names)
            for part in parts:
                _check_part(archive, part)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        message = "文件已损坏或没有传完整，压缩结构无法读取。"
        raise UnreadableFile(message, remedy="请重新打开原文件另存一份，再完整上传。") from error
    return kind


def _check_size(parts: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    too_dense = any(p.file_size > RATIO_FROM_BYTES and p.file_size > MAX_RATIO * max(p.compress_size, 1) for p in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED_BYTES or too_dense:
        _refuse(
            f"文件压缩异常：{packed}字节解开后有{unpacked}字节、{len(parts)}个部分，超出安全限度，没有打开。",
            "请把数据复制到新建的空白工作簿，只保留有内容的行，另存后再报送。",
        )


def _archive_kind(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "xl/workbook.bin" in names:
        _refuse("这是二进制Excel工作簿(.xlsb)，不支持。", _RESAVE)
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype")[:200]:
        return "ods"
    if "word/document.xml" in names:
        _refuse("这是Word文档，不是数据表格。", "请报送表格原件。")
    _refuse("这是压缩包，不是数据表格。", "请解压后逐个报送其中的表格。")


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Unpack one part without keeping it: its real size and checksum must be what the directory says."""
    is_sheet = part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml")
    with archive.open(part) as stream:
        tail = b""
        while block := stream.read(BLOCK):
            if is_sheet:
                _check_extent(tail + block, part.file_size)
            tail = block[-64:]


def _check_extent(window: bytes, sheet_bytes: int) -> None:
    """Refuse a sheet with a stray cell far away: parsers fill the whole rectangle up to it."""
    farthest = max((int(row) for row in _FAR_ROW.findall(window)), default=0)
    if _WIDE_CELL.search(window) or farthest * MIN_ROW_BYTES > sheet_bytes:
        _refuse(
            "工作表在离数据很远的行或列误填了内容（超过234列，或隔了很多空行），没有打开。",
            "请删除数据区右侧和下方多余的列、行（选中后右键“删除”），另存后再报送。",
        )


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
    if head.startswith(_TEXT_BOMS):
        return "csv"
    body = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    nuls = head.count(0)
    if nuls > len(head) // 4:
        _refuse("文件像是没有标记的UTF-16文本或二进制文件，无法可靠地读取。", _RESAVE)
    if len(head) - len(head.translate(None, _CONTROL)) > len(head) // 20:
        _refuse("文件不是文本，也不是Excel工作簿。", _RESAVE)
    if body[:1] == b"<":
        _refuse("这是网页或XML格式的表格（有的系统导出的“.xls”其实是网页）。", _RESAVE)
    if body[:1] == b"[":
        return "json"
    if body[:1] == b"{":
        return _sniff_braces(body)
    return "csv"


def _sniff_braces(body: bytes) -> str:
    """Tell one JSON object from JSON Lines: in the latter the first line is an object by itself and another follows."""
    first, _, rest = body.partition(b"\n")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return "json"
    if isinstance(value, dict) and "rows" in value and not rest.strip():
        return "json"
    return "jsonl"


def _refuse(message: str, remedy: str) -> NoReturn:
    raise UnreadableFile(message, remedy=remedy)
