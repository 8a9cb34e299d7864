"""Every kind of content under every ending that is not its own, and content that is no table at all."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from hostile.case import Case, fixed
from hostile.forms import pack, to_csv, to_json, to_jsonl, to_ods, to_ods_rows, to_xls, to_xlsx
from hostile.tables import taxpayers

ENDINGS = ("csv", "tsv", "txt", "xls", "xlsx", "xlsm", "ods", "json", "jsonl", "zip", "pdf", "")


def cases() -> Iterator[Case]:
    for number, ending in enumerate(ENDINGS):
        grid = taxpayers(2, 900 + 3 * number)
        contents = {
            "csv": to_csv(grid),
            "gbk": to_csv(grid, "gb18030", "\t"),
            "utf16": to_csv(grid, "utf-16", "\t"),
            "json": to_json(grid),
            "jsonl": to_jsonl(grid),
            "xlsx": to_xlsx(grid),
            "xls": to_xls(grid),
            "ods": to_ods({"数据": to_ods_rows(grid)}),
            "zip": pack({"a.csv": to_csv(grid)}),
        }
        for kind, content in contents.items():
            if kind != ending:
                yield fixed(f"ending/{kind}-as-{ending or 'nothing'}", content, f"报送.{ending}" if ending else "报送")
    for kind, content in {
        "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
        "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "jpeg": b"\xff\xd8\xff\xe0" + bytes(100),
        "gif": b"GIF89a" + bytes(100),
        "bmp": b"BM" + bytes(range(256)) * 4,
        "rar": b"Rar!\x1a\x07\x00" + bytes(100),
        "7z": b"7z\xbc\xaf\x27\x1c" + bytes(100),
        "gzip": gzip.compress(to_csv(taxpayers(2)), mtime=0),
        "parquet": b"PAR1" + bytes(100),
        "duckdb": bytes(8) + b"DUCK" + bytes(4_000),
        "sqlite": b"SQLite format 3\x00" + bytes(1_000),
        "elf": b"\x7fELF\x02\x01\x01" + bytes(200),
        "html-table": "<html><table><tr><td>纳税人</td></tr></table></html>".encode(),
        "html-with-mark": b"\xef\xbb\xbf<html><table>",
        "xml-spreadsheet": b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "mhtml": b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n<html>",
        "rtf": rb"{\rtf1\ansi " + "表格".encode() + b"}",
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        "yaml": "- 纳税人: 甲\n  代码: 1\n".encode(),
        "docx": pack({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<w/>"}),
        "pptx": pack({"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<p/>"}),
        "xlsb": pack({"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}),
        "jar": pack({"META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n", "A.class": b"\xca\xfe\xba\xbe" + bytes(50)}),
        "epub": pack({"mimetype": b"application/epub+zip", "x.html": b"<html>"}),
    }.items():
        yield fixed(f"not-a-table/{kind}", content, "报送.xlsx")
