"""Text that is not quite text: encodings, delimiters, quotes, widths, line ends, sizes."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path

from hostile.case import Case, fixed
from hostile.forms import to_csv
from hostile.tables import NAME, REMARK, penalties, taxpayers

GIGABYTE = 1024**3


def cases() -> Iterator[Case]:
    yield from _empty()
    yield from _encodings()
    yield from _delimiters()
    yield from _quotes()
    yield from _shapes()
    yield from _line_ends()
    yield from _sizes()


def _lines(count: int = 3, first: int = 1) -> list[str]:
    return to_csv(taxpayers(count, first)).decode().split("\r\n")


def _with(position: int, line: str) -> bytes:
    lines = _lines()
    lines[position] = line
    return "\r\n".join(lines).encode()


def _empty() -> Iterator[Case]:
    nothing = {
        "no-bytes": b"",
        "one-blank": b" ",
        "one-newline": b"\n",
        "crlf-only": b"\r\n" * 100,
        "tabs-and-blanks": b" \t \t\n" * 50,
        "bom-only-utf8": codecs.BOM_UTF8,
        "bom-only-utf16le": codecs.BOM_UTF16_LE,
        "bom-only-utf16be": codecs.BOM_UTF16_BE,
        "nul-only": bytes(1000),
        "full-width-blanks": "\u3000\n".encode() * 20,
        "no-break-blanks": "\u00a0\n".encode() * 20,
        "commas-only": b",,,,\n" * 30,
        "one-comma": b",",
        "one-letter": b"a",
        "one-quote": b'"',
        "ctrl-z": b"\x1a",
        "header-only": (_lines()[0] + "\r\n").encode(),
        "header-without-newline": _lines(first=2)[0].encode() + b" ",
        "header-and-blanks": (_lines()[0] + "\r\n" + "\r\n , , , , ,\r\n" * 5).encode(),
        "header-twice": (_lines()[0] + "\r\n" + _lines()[0] + "\r\n" + _lines()[1]).encode(),
        "rows-without-header": "\r\n".join(_lines(5)[1:]).encode(),
        "header-on-row-20": ("说明\r\n" * 19 + "\r\n".join(_lines())).encode(),
        "header-on-row-21": ("说明\r\n" * 20 + "\r\n".join(_lines())).encode(),
    }
    for name, content in nothing.items():
        yield fixed(f"empty/{name}", content)


def _encodings() -> Iterator[Case]:
    text = "\r\n".join(_lines(4, 10))
    gbk, utf8 = text.encode("gb18030"), text.encode()
    lines = text.split("\r\n")
    utf16 = text.encode("utf-16-le")
    made = {
        "gb18030": gbk,
        "utf8-bom-twice": codecs.BOM_UTF8 * 2 + utf8,
        "bom-in-the-middle": _with(2, _lines()[2].replace("测试市", "测试\ufeff市")),
        "utf16le": codecs.BOM_UTF16_LE + utf16,
        "utf16be": codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        "utf16le-without-mark": utf16,
        "utf16be-without-mark": text.encode("utf-16-be"),
        "utf16-odd-byte": codecs.BOM_UTF16_LE + utf16 + b"\x00",
        "utf16-lone-surrogate": codecs.BOM_UTF16_LE + utf16 + b"\x00\xd8\x41\x00",
        "utf16-wrong-mark": codecs.BOM_UTF16_BE + utf16,
        "utf32le": codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
        "utf32be": codecs.BOM_UTF32_BE + text.encode("utf-32-be"),
        "utf8-mark-on-gb18030": codecs.BOM_UTF8 + gbk,
        "utf16-mark-on-utf8": codecs.BOM_UTF16_LE + utf8,
        "big5": "繁體中文測試資料標題，沒有人能夠可靠地讀取這個檔案的內容與說明\n".encode("big5") * 4,
        "shift-jis": "名称,コード\nテスト,１\n日本語の表です\n".encode("shift-jis") * 3,
        "latin1": "Größe,Straße,Übung\nä,ö,ü\n".encode("latin-1") * 3,
        "utf7": text.encode("utf-7"),
        "ebcdic": "a,b,c\n".encode("cp037") * 20,
        "one-line-gbk-in-utf8": "\r\n".join(lines[:2]).encode() + b"\r\n" + lines[2].encode("gbk") + b"\r\n",
        "one-line-utf8-in-gbk": b"\r\n".join([*(line.encode("gbk") for line in lines[:3]), lines[3].encode()]),
        "half-and-half": utf8 + b"\r\n" + gbk,
        "header-gbk-rows-utf8": lines[0].encode("gbk") + b"\r\n" + "\r\n".join(lines[1:]).encode(),
        "header-utf8-rows-gbk": lines[0].encode() + b"\r\n" + "\r\n".join(lines[1:]).encode("gbk"),
        "truncated-character": utf8[: utf8.rindex("税".encode()) + 1],
        "overlong-utf8": utf8 + b"\r\n\xc0\xaf,\xc0\x80,x,A,2025,y",
        "surrogates-in-utf8": utf8 + b"\r\n1,\xed\xa0\x80,x,A,2025,y",
        "all-bytes": bytes(range(256)) * 10,
        "high-bytes": bytes(range(128, 256)) * 40,
        "random-like": bytes((n * 7919 + n // 3) % 256 for n in range(5000)),
        "mojibake": text.encode().decode("gb18030", errors="replace").encode(),
        "private-use": _with(2, _lines()[2].replace("公司", "\ue000\uf8ff")),
        "replacement-marks": _with(1, _lines()[1].replace("测试市", "\ufffd\ufffd")),
    }
    for name, content in made.items():
        yield fixed(f"encoding/{name}", content)


def _delimiters() -> Iterator[Case]:
    for label, delimiter in (("semicolon", ";"), ("tab", "\t"), ("full-width", "，"), ("bar", "|")):
        yield fixed(f"delimiter/{label}", to_csv(taxpayers(3, 20), "utf-8", delimiter))
    for label, delimiter in (
        ("colon", ":"),
        ("caret", "^"),
        ("blank", " "),
        ("unit-separator", "\x1f"),
        ("tilde", "~"),
    ):
        yield fixed(f"delimiter/unknown-{label}", to_csv(taxpayers(3, 30), "utf-8", delimiter))
    lines = _lines(3, 40)
    yield fixed(
        "delimiter/changes-half-way", "\r\n".join([*lines[:2], *(x.replace(",", ";") for x in lines[2:])]).encode()
    )
    yield fixed("delimiter/header-differs", "\r\n".join([lines[0].replace(",", ";"), *lines[1:]]).encode())
    yield fixed("delimiter/sep-line", ("sep=,\r\n" + "\r\n".join(lines)).encode())
    yield fixed("delimiter/two-at-a-time", "\r\n".join(line.replace(",", ",,") for line in lines).encode())
    yield fixed("delimiter/trailing", "\r\n".join(line and line + "," for line in lines).encode())


def _quotes() -> Iterator[Case]:
    good = _lines()[2]
    name = "测试市第2公司"
    made = {
        "unclosed-first": '"' + good,
        "unclosed-middle": good.replace(name, '"' + name),
        "unclosed-last": good + '"',
        "stray-inside": good.replace("第2", '第"2'),
        "text-after-quote": good.replace(name, f'"{name}"后'),
        "doubled": good.replace(name, f'"""{name}"""'),
        "single": good.replace(name, f"'{name}'"),
        "chinese": good.replace(name, f"“{name}”"),
        "line-break-inside": good.replace(name, f'"{name}\r\n（二）"'),
        "backslash-escape": good.replace(name, f'"{name}\\"x"'),
        "quoted-delimiter": good.replace(name, f'"{name},分"'),
        "everything-quoted": ",".join(f'"{cell}"' for cell in good.split(",")),
        "odd-count": good.replace(name, '"""'),
    }
    for label, line in made.items():
        yield fixed(f"quotes/{label}", _with(2, line))
    yield fixed(
        "quotes/open-over-all", ("\r\n".join(_lines()[:2]) + '\r\n"' + "\r\n".join(_lines(900, 5)[1:])).encode()
    )
    yield fixed("quotes/ten-thousand", _with(2, '"' * 10_000))
    yield fixed("quotes/every-line-open", "\r\n".join(['"' + x if n else x for n, x in enumerate(_lines(50))]).encode())
    yield fixed("quotes/header-over-two-lines", _with(0, _lines()[0].replace("纳税人名称", '"纳税人\r\n名称"')))


def _shapes() -> Iterator[Case]:
    good = _lines()[2]
    made = {
        "one-short": good.rsplit(",", 1)[0],
        "one-long": good + ",多",
        "one-cell": "合计",
        "hundred-long": good + "," * 100,
        "empty-row": "",
        "hollow-row": ",,,,,",
        "hollow-but-wide": "," * 40,
        "blank-cells": " ,\u3000,\t,\u00a0, , ",
    }
    for label, line in made.items():
        yield fixed(f"shape/{label}", _with(2, line))
    header = _lines()[0]
    yield fixed("shape/duplicate-header", _with(0, header.replace("税务机关", "纳税人名称")))
    yield fixed("shape/duplicate-header-by-width", _with(0, header.replace("税务机关", "纳税人 名称")))
    yield fixed("shape/missing-required-header", _with(0, header.replace("纳税人名称", "随便")))
    yield fixed("shape/header-misspelt", _with(0, header.replace("纳税人识别号", "纳税人识别码")))
    yield fixed("shape/forbidden-column", _with(0, header + ",血型"))
    yield fixed("shape/extra-column", "\r\n".join(x and f"{x},x" for x in _lines(3, 7)).encode())
    yield fixed("shape/header-reversed", "\r\n".join(",".join(reversed(x.split(","))) for x in _lines(3, 8)).encode())
    yield fixed("shape/transposed", to_csv([list(row) for row in zip(*taxpayers(5), strict=True)]))
    yield fixed("shape/header-full-width", _with(0, header.replace("纳税人名称", "　纳税人名称（必填）＊")))
    yield fixed("shape/header-with-zero-width", _with(0, header.replace("纳税人名称", "纳税\u200b人名称")))
    yield fixed("shape/header-with-bidi", _with(0, header.replace("纳税人名称", "\u202e称名人税纳")))
    yield fixed("shape/header-with-nul", _with(0, header.replace("纳税人名称", "纳税人\x00名称")))
    yield fixed("shape/two-tables", ("\r\n".join(_lines(2)) + "\r\n" + to_csv(penalties(1)).decode()).encode())
    yield fixed("shape/total-row", ("\r\n".join(_lines(3, 9)) + "合计,3\r\n").encode())
    yield fixed("shape/unknown-table", "甲,乙,丙\n1,2,3\n".encode())
    yield fixed("shape/prose", "关于报送九月份行政处罚信息的通知\n各有关单位：\n请于月底前报送。\n".encode())


def _line_ends() -> Iterator[Case]:
    lines = _lines(4, 50)[:-1]
    yield fixed("line-ends/lf", "\n".join(lines).encode())
    yield fixed("line-ends/cr", "\r".join(lines).encode())
    yield fixed("line-ends/cr-last", ("\r".join(lines) + "\r").encode())
    yield fixed("line-ends/crcrlf", "\r\r\n".join(lines).encode())
    yield fixed("line-ends/lfcr", "\n\r".join(lines).encode())
    yield fixed("line-ends/mixed", f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r{lines[3]}\r\n{lines[4]}".encode())
    yield fixed("line-ends/cr-then-lf", f"{lines[0]}\r{lines[1]}\r{lines[2]}\n{lines[3]}\n{lines[4]}".encode())
    for label, mark in (
        ("line-separator", "\u2028"),
        ("next-line", "\x85"),
        ("vertical-tab", "\x0b"),
        ("form-feed", "\x0c"),
    ):
        yield fixed(f"line-ends/{label}", mark.join(lines).encode())
        yield fixed(f"line-ends/{label}-inside", "\n".join(lines).replace("第51公司", f"第51{mark}公司").encode())


def _sizes() -> Iterator[Case]:
    yield Case("size/gigabyte-line", _gigabyte_line, writes_itself=True)
    yield Case(
        "size/hundred-thousand-columns", lambda: ",".join(f"列{n}" for n in range(100_000)).encode() + b"\n1,2\n"
    )
    yield Case("size/hundred-thousand-columns-in-a-row", lambda: _with(2, "x," * 100_000))
    yield Case("size/million-blank-lines", lambda: "\r\n".join(_lines()).encode() + b"\n" * 1_048_576)
    yield Case("size/million-hollow-lines", lambda: "\r\n".join(_lines()).encode() + b",,,,,\n" * 1_048_576)
    yield Case("size/nine-megabyte-cell", lambda: _with(2, _lines()[2] + "字" * 3_000_000))
    yield Case("size/one-megabyte-cell", lambda: _with(2, _lines()[2] + "字" * 350_000))
    yield Case("size/one-megabyte-quoted-cell", lambda: _with(2, _lines()[2] + ',"' + "字\n" * 100_000 + '"'))
    yield Case("size/thousand-columns", _thousand_columns)
    yield Case("size/megabyte-header-cell", lambda: b"a" * 1_000_000 + b"," + "\r\n".join(_lines()).encode())
    yield Case("size/faulty-rows", lambda: to_csv([*taxpayers(1), *[["x"] * 6] * 20_000]))
    yield Case("size/ragged-rows", lambda: to_csv([*taxpayers(1), *[["x"] * 5] * 20_000]))
    yield Case("size/same-row", lambda: to_csv([*taxpayers(1), *[taxpayers(1)[1]] * 20_000]))
    yield Case("size/remark-of-a-megabyte", lambda: to_csv(penalties(3, **{REMARK: "字" * 300_000})))
    yield Case("size/name-of-a-hundred-thousand", lambda: to_csv(penalties(3, **{NAME: "字" * 100_000})))


def _gigabyte_line(path: Path) -> None:
    """Write a line of a gigabyte: a beginning, an end, and a hole of zero bytes that takes no room on the disk."""
    with path.open("wb") as file:
        file.write("\r\n".join(_lines()).encode() + b"x" * 70_000)
        file.seek(GIGABYTE)
        file.write(b"y\n")


def _thousand_columns() -> bytes:
    """Return a table that is as wide as is still read, with as many small rows as make a block of text full."""
    rows = taxpayers(2)
    extra = [f"另{n}" for n in range(994)]
    return to_csv([[*rows[0], *extra], *([[*rows[1], *(["a"] * 994)]] * 5_000)])
