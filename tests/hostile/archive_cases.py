"""Archives that are bombs, broken, nested, or full of names that want to be paths."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from hostile.case import Case, fixed
from hostile.forms import pack, to_csv, to_json, to_sheet_xml, to_workbook_parts, to_xlsx
from hostile.tables import taxpayers

MEGABYTE = 1024**2


def cases() -> Iterator[Case]:
    yield from _bombs()
    yield from _structures()
    yield from _members()
    yield from _names()


def _good(first: int = 1) -> bytes:
    return to_csv(taxpayers(2, first))


def _zip(name: str, parts: dict[str, bytes | str]) -> Case:
    return Case(f"zip/{name}", lambda: pack(parts), "报送.zip")


def _bombs() -> Iterator[Case]:
    flat = bytes(64 * MEGABYTE)
    sheet = to_workbook_parts({"数据": to_sheet_xml(taxpayers(2))})
    yield Case("bomb/flat", lambda: pack({"a.csv": flat}), "报送.zip")
    yield Case("bomb/flat-beside-good", lambda: pack({"a.csv": _good(), "b.csv": flat}), "报送.zip")
    yield Case(
        "bomb/in-a-sheet", lambda: pack({**sheet, "xl/worksheets/sheet1.xml": b" " * 64 * MEGABYTE}), "报送.xlsx"
    )
    yield Case("bomb/in-shared-strings", lambda: pack({**sheet, "xl/sharedStrings.xml": flat}), "报送.xlsx")
    yield Case("bomb/in-an-unknown-part", lambda: pack({**sheet, "xl/media/x.bin": flat}), "报送.xlsx")
    yield Case("bomb/nested", lambda: pack({"a.zip": pack({"b.zip": pack({"c.csv": flat})})}), "报送.zip")
    yield Case(
        "bomb/nested-workbook", lambda: pack({"a.csv": _good(5), "a.xlsx": pack({**sheet, "x": flat})}), "报送.zip"
    )
    yield Case(
        "bomb/just-under-the-ratio", lambda: pack({**sheet, "docProps/x.xml": b" " * 15 * MEGABYTE}), "报送.xlsx"
    )
    yield Case(
        "bomb/sixteen-of-fifteen-megabytes",
        lambda: pack({f"{n}.csv": b"x" * (15 * MEGABYTE + n) for n in range(16)}),
        "报送.zip",
    )
    yield Case("bomb/overlapping", lambda: _overlapping(200), "报送.zip")
    yield Case("bomb/overlapping-in-a-workbook", lambda: _overlapping(20, sheet), "报送.xlsx")
    yield Case("bomb/quine-like", lambda: pack({"a.zip": pack({"a.zip": pack({"a.zip": b"PK\x03\x04"})})}), "报送.zip")
    yield Case("bomb/size-lies", lambda: _lying_size(64 * MEGABYTE), "报送.zip")
    yield Case("bomb/size-says-terabytes", _terabytes, "报送.zip")
    yield _zip("six-thousand-members", {f"{n}.csv": b"x" for n in range(6_000)})
    yield _zip("five-hundred-and-one-members", {f"{n}.csv": b"x" for n in range(501)})


def _overlapping(times: int, first: dict[str, bytes | str] | None = None) -> bytes:
    """Return an archive whose directory names one body many times."""
    whole = pack({**(first or {}), "0.csv": b"x" * 200_000})
    at, end = whole.rindex(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    entry = whole[at:end]
    more = b"".join(entry.replace(b"0.csv", f"{n % 10}.cs{chr(97 + n // 10)}".encode()) for n in range(1, times))
    count = struct.unpack_from("<H", whole, end + 10)[0] + times - 1
    start = whole.index(b"PK\x01\x02")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, end - start + len(more), start, 0)
    return whole[:end] + more + tail


def _lying_size(real: int) -> bytes:
    """Return an archive whose only member is far larger than its headers say."""
    whole = bytearray(pack({"a.csv": bytes(real)}))
    directory = whole.index(b"PK\x01\x02")
    whole[22:26] = whole[directory + 24 : directory + 28] = struct.pack("<I", 100)
    return bytes(whole)


def _terabytes() -> bytes:
    whole = bytearray(pack({"a.csv": b"a,b\n"}))
    directory = whole.index(b"PK\x01\x02")
    whole[22:26] = whole[directory + 24 : directory + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(whole)


def _structures() -> Iterator[Case]:
    whole = pack({"a.csv": _good(10), "b.csv": _good(20)}, zipfile.ZIP_STORED)
    directory, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    yield fixed("zip/plain", whole, "报送.zip")
    yield fixed("zip/empty", b"PK\x05\x06" + bytes(18), "报送.zip")
    yield fixed("zip/without-directory", whole[:directory], "报送.zip")
    yield fixed("zip/without-end", whole[:end], "报送.zip")
    yield fixed("zip/signature-only", b"PK\x03\x04", "报送.zip")
    yield fixed("zip/signature-and-text", b"PK\x03\x04 is how I begin,b\n1,2\n", "报送.csv")
    yield fixed("zip/junk-before", b"junk" * 100 + whole, "报送.zip")
    yield fixed("zip/program-before", b"MZ" + bytes(1_000) + whole, "报送.exe")
    yield fixed("zip/junk-behind", whole + b"junk" * 100, "报送.zip")
    yield fixed("zip/long-comment", whole[:-2] + struct.pack("<H", 60_000) + b"c" * 60_000, "报送.zip")
    yield fixed("zip/directory-offset-wrong", whole[: end + 16] + b"\xff\xff\xff\x7f" + whole[end + 20 :], "报送.zip")
    yield fixed("zip/count-wrong", whole[: end + 8] + b"\xff\x7f\xff\x7f" + whole[end + 12 :], "报送.zip")
    yield fixed("zip/checksum-wrong", whole.replace(_good(10), _good(10).replace(b"A", b"B")), "报送.zip")
    local = bytearray(whole)
    local[30:35] = b"x.csv"
    yield fixed("zip/names-disagree", bytes(local), "报送.zip")
    for label, method in (("deflate64", 9), ("ppmd", 98), ("aes", 99), ("unknown", 77)):
        packed = bytearray(whole)
        packed[8] = packed[directory + 10] = method
        yield fixed(f"zip/method-{label}", bytes(packed), "报送.zip")
    locked = bytearray(whole)
    locked[6] |= 1
    locked[directory + 8] |= 1
    yield fixed("zip/one-locked", bytes(locked), "报送.zip")
    yield fixed("zip/broken-deflate", _broken_deflate(), "报送.zip")
    book = to_xlsx(taxpayers(3, 30))
    for name, content in (("zip", whole), ("xlsx", book)):
        for cut in (
            1,
            3,
            4,
            10,
            29,
            30,
            40,
            100,
            *(len(content) * n // 16 for n in range(2, 16)),
            len(content) - 22,
            len(content) - 1,
        ):
            yield fixed(f"{name}/cut-at-{cut}", content[:cut], f"报送.{name}")
    for cut in range(1, 16):
        flipped = bytearray(book)
        flipped[len(book) * cut // 16] ^= 0x55
        yield fixed(f"xlsx/bits-flipped-at-{cut}-of-16", bytes(flipped), "报送.xlsx")


def _broken_deflate() -> bytes:
    whole = bytearray(pack({"a.csv": bytes(range(256)) * 10, "b.csv": _good(40)}))
    whole[40:60] = bytes(20)
    return bytes(whole)


def _members() -> Iterator[Case]:
    book = to_xlsx(taxpayers(2, 50))
    yield _zip(
        "good-and-bad",
        {
            "好.csv": _good(60),
            "坏.xlsx": book[:300],
            "图.png": b"\x89PNG\r\n",
            "空.csv": b"",
            "说明.txt": "请查收".encode(),
        },
    )
    yield _zip("same-file-twice", {"一.csv": _good(61), "二.csv": _good(61)})
    yield _zip(
        "all-kinds",
        {
            "a.csv": _good(62),
            "b.xlsx": book,
            "c.json": to_json(taxpayers(2, 64)),
            "d.csv": to_csv(taxpayers(2, 66), "gb18030"),
        },
    )
    yield _zip("only-junk", {"__MACOSX/._a.csv": b"x", ".DS_Store": b"x"})
    yield _zip("only-folders", {"a/": b"", "b/c/": b""})
    yield _zip("nested-beside-good", {"a.zip": pack({"x.csv": _good(67)}), "b.csv": _good(68)})
    yield _zip("office-file-without-workbook", {"[Content_Types].xml": b"<x/>", "_rels/.rels": b"<x/>"})
    yield _zip(
        "programs",
        {"a.exe": b"MZ\x90\x00" + bytes(range(32)) * 20, "b.sh": b"#!/bin/sh\nrm -rf /\n", "c.js": b"alert(1)"},
    )
    yield _zip(
        "database",
        {
            "a.duckdb": b"\x00" * 8 + b"DUCK" + bytes(4_000),
            "b.parquet": b"PAR1" + bytes(50),
            "c.sqlite": b"SQLite format 3\x00" + bytes(900),
        },
    )
    yield fixed("zip/symbolic-link", _link(), "报送.zip")


def _link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("a.csv")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("b.csv", _good(70))
    return buffer.getvalue()


def _names() -> Iterator[Case]:
    names = {
        "up": "../../../../etc/cron.d/x",
        "up-windows": "..\\..\\..\\windows\\system32\\x.csv",
        "absolute": "/etc/passwd",
        "drive": "C:\\windows\\x.csv",
        "network": "\\\\host\\share\\x.csv",
        "reserved": "CON",
        "reserved-with-ending": "NUL.csv",
        "dots": "...",
        "blanks": "   .csv",
        "newline": "a\r\nb.csv",
        "escape": "\x1b[2Ja.csv",
        "bidi": "\u202evsc.exe",
        "zero-width": "a\u200bb.csv",
        "full-width-slash": "..／..／a.csv",
        "very-long": "长" * 400 + ".csv",
        "quotes": "\"';--.csv",
        "markup": "<img src=x onerror=alert(1)>.csv",
        "percent": "%2e%2e%2fa.csv",
        "colon": "a.csv:stream",
        "wildcard": "*?.csv",
    }
    for number, (label, name) in enumerate(names.items()):
        yield _zip(f"name-{label}", {name: _good(100 + number)})
        yield fixed(f"name/{label}", _good(200 + number), name)
    yield fixed("name/nul", _good(300), "a\x00b.csv")
    yield fixed("name/surrogate", _good(301), "a\ud800.csv")
    yield fixed("name/empty", _good(302), "")
    yield fixed("zip/name-nul", _renamed(b"a\x00b.csv"), "报送.zip")
    yield fixed("zip/name-gbk", _renamed("行政处罚.csv".encode("gbk")), "报送.zip")
    yield fixed("zip/name-any-bytes", _renamed(bytes(range(128, 160))), "报送.zip")
    yield fixed("zip/name-false-utf8", _renamed(b"\xff\xfe\xfd.csv", flag=0x800), "报送.zip")
    yield fixed("zip/name-empty", _renamed(b""), "报送.zip")


def _renamed(name: bytes, flag: int = 0) -> bytes:
    content = _good(310 + len(name))
    fields = (20, flag, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name), 0)
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", *fields) + name + content
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, *fields, 0, 0, 0, 0, 0) + name
    return local + entry + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)
