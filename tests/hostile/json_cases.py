"""JSON that is broken, deep, doubled, or of another shape than rows."""

from __future__ import annotations

import json
from collections.abc import Iterator

from hostile.case import Case, fixed
from hostile.forms import to_json, to_jsonl, to_objects
from hostile.tables import FINE, REMARK, penalties


def cases() -> Iterator[Case]:
    yield from _arrays()
    yield from _numbers()
    yield from _lines()


def _arrays() -> Iterator[Case]:
    good = to_json(penalties(3, 100))
    rows = to_objects(penalties(3, 110))
    made = {
        "empty-array": b"[]",
        "empty-object": b"{}",
        "empty-rows": b'{"rows": []}',
        "rows-is-a-number": b'{"rows": 3}',
        "rows-is-null": b'{"rows": null}',
        "rows-twice": b'{"rows": [{"a": 1}], "rows": [{"a": 2}]}',
        "rows-behind-other-keys": json.dumps({"batch": {"n": [1, 2]}, "rows": rows}, ensure_ascii=False).encode(),
        "array-of-arrays": json.dumps(penalties(3, 120), ensure_ascii=False).encode(),
        "array-of-numbers": b"[1, 2, 3]",
        "array-of-nulls": b"[null, null]",
        "object-of-columns": json.dumps({key: ["x"] for key in rows[0]}, ensure_ascii=False).encode(),
        "one-object": json.dumps(rows[0], ensure_ascii=False).encode(),
        "string": b'["x"]',
        "trailing-comma": good[:-1] + b",]",
        "missing-comma": good.replace(b"}, {", b"} {"),
        "single-quotes": good.replace(b'"', b"'"),
        "comment": b"/* x */" + good,
        "second-array": good + good,
        "garbage-behind": good + b" xyz",
        "deep-array": b"[" * 100_000,
        "deep-array-closed": b"[" * 50_000 + b"]" * 50_000,
        "deep-object": b'{"a":' * 100_000,
        "deep-in-a-row": b'[{"a": ' + b"[" * 20_000 + b"]" * 20_000 + b"}]",
        "empty-arrays": b"[" + b"[]," * 500_000 + b"[]]",
        "empty-objects": b"[" + b"{}," * 500_000 + b"{}]",
        "one-huge-row": b'[{"a": "' + b"x" * 9_000_000 + b'"}]',
        "control-character": good.replace(b"0.5", b"0.\x015"),
        "nul": good.replace(b"0.5", b"\x00"),
        "bad-escape": good.replace(b"0.5", b"\\x41"),
        "utf16": b"\xff\xfe" + good.decode().encode("utf-16-le"),
        "utf16-broken": b"\xff\xfe" + good.decode().encode("utf-16-le")[:-1],
        "gb18030": good.decode().encode("gb18030"),
        "bom": b"\xef\xbb\xbf" + good,
        "broken-utf8": good[:200] + b"\xff\xfe" + good[200:],
        "many-keys": json.dumps([{f"k{n}": n for n in range(2_000)}]).encode(),
        "different-keys": json.dumps([{f"k{n}": n} for n in range(2_000)]).encode(),
        "script": b"var rows = " + good,
    }
    for label, content in made.items():
        yield fixed(f"json/{label}", content, "报送.json")
    for cut in range(1, 10):
        yield fixed(f"json/cut-at-{cut}0-percent", good[: len(good) * cut // 10], "报送.json")


def _numbers() -> Iterator[Case]:
    for label, written in {
        "nan": "NaN",
        "infinity": "Infinity",
        "minus-infinity": "-Infinity",
        "1e400": "1e400",
        "minus-1e400": "-1e400",
        "ten-thousand-digits": "1" * 10_000,
        "many-decimals": "0." + "3" * 300,
        "negative": "-5",
        "leading-zero": "007",
        "true": "true",
        "null": "null",
        "list": '["1", "2"]',
        "nested": '{"a": 1}',
        "hex": "0x10",
    }.items():
        content = to_json(penalties(3, 130)).decode()
        yield fixed(
            f"json/number-{label}", content.replace(f'"{FINE}": "0.5"', f'"{FINE}": {written}', 1).encode(), "报送.json"
        )


def _lines() -> Iterator[Case]:
    lines = to_jsonl(penalties(3, 140)).decode().split("\n")
    for label, line in {
        "broken": '{"broken',
        "array": "[1, 2]",
        "number": "7",
        "null": "null",
        "text": "合计3行",
        "two-on-a-line": lines[1] + lines[2],
        "duplicate-key": lines[1][:-1] + f', "{REMARK}": "x"}}',
        "duplicate-key-by-blank": lines[1][:-1] + f', "{REMARK} ": "x"}}',
        "nested": lines[1][:-1] + ', "x": {"y": [1]}}',
        "deep": '{"a": ' + "[" * 5_000 + "]" * 5_000 + "}",
        "lone-surrogate": lines[1].replace("张测试", "\\ud800"),
        "lone-surrogate-key": lines[1][:-1] + ', "\\udfff": "x"}',
        "lone-surrogate-in-a-broken-row": '{"a": ["\\ud800", 1]}',
        "two-lone-surrogate-keys": lines[1][:-1] + ', "\\ud800": "x", "\\ud801": "y"}',
        "late-key": lines[1][:-1] + ', "另": "x"}',
        "empty-key": lines[1][:-1] + ', "": "x"}',
        "missing-keys": "{}",
        "blank": "   ",
    }.items():
        yield fixed(f"jsonl/{label}", "\n".join([lines[0], line, lines[2]]).encode(), "报送.jsonl")
        yield fixed(f"jsonl/{label}-first", "\n".join([line, lines[0]]).encode(), "报送.jsonl")
    yield fixed("jsonl/carriage-returns", "\r\n".join(lines).encode(), "报送.jsonl")
    yield fixed("jsonl/line-separator-inside", "\n".join(lines).replace("张测试", "张\u2028试").encode(), "报送.jsonl")
    yield fixed("jsonl/comma-at-line-ends", ",\n".join(lines).encode(), "报送.jsonl")
