"""Receiving: bytes under their hash, once, and only of kinds that can be read."""

from __future__ import annotations

import io
import zipfile
from hashlib import sha256

import pytest

from credit_service.errors import UnreadableFile
from credit_service.intake import sniff
from credit_service.intake.receive import receive_file


def put(tmp_path, content: bytes):
    source = tmp_path / "source"
    source.write_bytes(content)
    return receive_file(source, "文件.csv", tmp_path / "inbox")


def pack(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_the_bytes_lie_under_their_hash(tmp_path):
    content = "甲,乙\n1,2\n".encode()
    received = put(tmp_path, content)
    digest = sha256(content).hexdigest()
    assert received.path == str(tmp_path / "inbox" / digest[:2] / digest)
    assert (received.sha256, received.size, received.kind, received.file_name) == (
        digest,
        len(content),
        "csv",
        "文件.csv",
    )
    assert (tmp_path / "inbox" / digest[:2] / digest).read_bytes() == content


def test_receiving_twice_leaves_one_file(tmp_path):
    assert put(tmp_path, b"a,b\n1,2\n") == put(tmp_path, b"a,b\n1,2\n")
    assert sum(path.is_file() for path in (tmp_path / "inbox").rglob("*")) == 1


def test_a_cut_off_copy_is_replaced(tmp_path):
    received = put(tmp_path, b"a,b\n1,2\n")
    (tmp_path / "inbox" / received.sha256[:2] / received.sha256).write_bytes(b"a,")
    put(tmp_path, b"a,b\n1,2\n")
    assert (tmp_path / "inbox" / received.sha256[:2] / received.sha256).read_bytes() == b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"a,b\n1,2\n", "csv"),
        ("名称,代码\n".encode("gb18030"), "csv"),
        ("名称,代码\n".encode("utf-16"), "csv"),
        (b'[{"a": 1}]', "json"),
        (b'{"rows": [{"a": 1}]}', "json"),
        (b'{\n "rows": []\n}', "json"),
        (b'\xef\xbb\xbf{"a": 1}\n{"a": 2}\n', "jsonl"),
        (b'{"a": 1}', "jsonl"),
        (pack({"xl/workbook.xml": b"<workbook/>"}), "xlsx"),
        (pack({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "ods"),
        (pack({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b'<c r="XFD1" s="1"/>'}), "xlsx"),
        (pack({"a.csv": b"1,2"}), "zip"),
        ('[{"a": 1}]'.encode("utf-16"), "json"),
        ('{"a": 1}'.encode("utf-16"), "jsonl"),
        (b'{broken\n{"a": 1}\n', "csv"),
        (b'{"a" broken}\n{"a": 1}\n', "jsonl"),
        ("[名称],[代码]\n1,2\n".encode(), "csv"),
        (b'{"rows": [{"a": "' + b"x" * 70_000 + b'"}]}', "json"),
        (b'{"a": "' + b"x" * 70_000 + b'"}\n{"a": 1}', "jsonl"),
    ],
)
def test_the_kind_comes_from_the_content(tmp_path, content, kind):
    assert put(tmp_path, content).kind == kind


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "空"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "图片"),
        (b"<html><table>", "网页"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08" * 20, "不是文本"),
        ("名,码\n".encode("utf-16-le") + b"a\x00b\x00" * 30, "UTF-16"),
        (pack({"__MACOSX/._a.csv": b"1,2", "表/": b"", "表/Thumbs.db": b"x"}), "压缩包里没有任何文件"),
        (pack({"word/document.xml": b"<w/>"}), "文字文档"),
        (pack({"xl/workbook.xml": b"<workbook/>" * 400})[:-30], "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "WordDocument".encode("utf-16-le"), "不是Excel"),
        (pack({"xl/workbook.xml": b"<x/>", "xl/worksheets/sheet1.xml": b'<c r="XFD1"><v>1</v></c>'}), "很远"),
        (pack({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "不安全"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(tmp_path, content, word):
    with pytest.raises(UnreadableFile, match=word) as refusal:
        put(tmp_path, content)
    assert refusal.value.remedy
    assert not [path for path in (tmp_path / "inbox").rglob("*") if path.is_file()]


def test_a_zip_bomb_is_not_opened(tmp_path):
    bomb = pack({"xl/workbook.xml": b"<x/>", "xl/sharedStrings.xml": bytes(sniff.RATIO_FROM_BYTES + 1)})
    with pytest.raises(UnreadableFile, match="压缩异常"):
        put(tmp_path, bomb)


def test_too_many_parts_are_not_opened(tmp_path):
    with pytest.raises(UnreadableFile, match="压缩异常"):
        put(tmp_path, pack({f"p{number}": b"" for number in range(sniff.MAX_PARTS + 1)}))
