"""JSON and JSON Lines: digits stay as written, a broken line is a fault of that line."""

from __future__ import annotations

import json

import pytest

from credit_service.errors import UnreadableFile
from credit_service.intake import decode, parse_json
from credit_service.intake.json_rows import iter_json_rows
from credit_service.intake.parse_json import JsonReader


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"rows": rows}])
def test_an_array_is_numbered_from_one(desk, wrap):
    rows = desk.penalties(2, r2={"罚款金额(万元)": 0.5, "处罚类别": ["罚款", "警告"], "备注": None})
    outcome = desk.read(desk.write_bytes(json.dumps(wrap(rows), ensure_ascii=False).encode()))
    assert outcome.good_rows() == [1, 2]
    assert outcome.accepted["处罚类别"].to_list()[1] == ["fine", "warning"]


def test_long_decimals_are_not_rounded(desk):
    text = json.dumps([desk.penalty(1, **{"罚款金额(万元)": 7})], ensure_ascii=False)
    text = text.replace('"罚款金额(万元)": 7', '"罚款金额(万元)": 12345678.123456')
    assert desk.read(desk.write_bytes(text.encode())).accepted["罚款金额(万元)"].to_list() == [12_345_678_123_456]


def test_broken_lines_are_faults_of_their_line(desk):
    good = [json.dumps(row, ensure_ascii=False) for row in desk.penalties(2)]
    lines = [good[0], "{broken", "", "[1]", '{"行政相对人名称": {"a": 1}}', '{"备注": "1", "备注": "2"}', good[1]]
    outcome = desk.read(desk.write_bytes("\n".join(lines).encode()))
    assert outcome.good_rows() == [1, 7]
    assert (outcome.rejected, outcome.blank) == (4, 1)
    assert {(row, rule) for row, _, rule in outcome.places()} == {
        (2, "malformed-line"),
        (4, "malformed-line"),
        (5, "malformed-line"),
        (6, "malformed-line"),
    }


def test_a_key_that_first_appears_late_is_a_fault_of_its_line(desk, monkeypatch):
    monkeypatch.setattr(parse_json, "HEADER_SAMPLE", 2)
    rows = desk.penalties(3)
    rows[2]["新键"] = "1"
    outcome = desk.read(desk.write_bytes("\n".join(json.dumps(row) for row in rows).encode()))
    assert outcome.places() == {(3, "", "unknown-key")}
    assert outcome.good_rows() == [1, 2]


@pytest.mark.parametrize(
    "content", [b'[{"a": 1},', b'{"rows": 3}', b'[{"a":1,"a":2}]', b"[" * 50_000, b'{"a":' * 50_000]
)
def test_a_broken_array_is_refused_with_its_place(desk, content):
    with pytest.raises(UnreadableFile):
        desk.open(desk.write_bytes(content))


def test_a_lone_surrogate_is_a_suspicious_character(desk):
    text = json.dumps([desk.penalty(1, 备注="x\ud800y")])
    outcome = desk.read(desk.write_bytes(text.encode()))
    assert outcome.places() == {(1, "备注", "suspicious-character")}


def test_field_codes_are_headers_too(desk):
    template = desk.template("penalty_org")
    codes = {column.header: column.code for column in template.columns}
    row = {codes[header]: value for header, value in desk.penalty(1).items()}
    assert desk.read(desk.write_bytes(json.dumps([row]).encode())).good_rows() == [1]


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"说明": {"n": [1, 23]}, "rows": rows, "end": 456}])
def test_an_array_in_one_line_is_read_wherever_its_pieces_end(tmp_path, monkeypatch, piece, wrap):
    monkeypatch.setattr(decode, "PROBE_BYTES", piece)
    rows = [{"名": f"甲{n}", "数": n, "空": None, "是": True} for n in range(30)]
    path = tmp_path / "array"
    path.write_bytes(json.dumps(wrap(rows), ensure_ascii=False).encode())
    values = list(iter_json_rows(decode.read_text(path, decode.Encoding("utf-8", 0, b"\n"))))
    assert values == [{**row, "数": str(row["数"])} for row in rows]


def test_an_array_longer_than_any_line_of_text_is_read(tmp_path):
    row = json.dumps({"名": "甲" * 1_000}, ensure_ascii=False)
    path = tmp_path / "array"
    path.write_bytes(("[" + ",".join([row] * 4_000) + "]").encode())
    assert path.stat().st_size > decode.MAX_LINE_BYTES
    assert JsonReader(path, "json").estimated_rows == 4_000


def test_a_file_of_which_no_row_can_be_read_says_why(desk):
    with pytest.raises(UnreadableFile, match="第1行：这一行不是一个JSON对象"):
        desk.open(desk.write_bytes(b"[[1, 2], [3, 4]]"))


def test_blanks_around_a_key_do_not_matter_but_a_key_twice_does(desk):
    row = {f" {header} ": value for header, value in desk.penalty(1).items()}
    twice = {**desk.penalty(2), "备注 ": "x"}
    outcome = desk.read(desk.write_bytes("\n".join(json.dumps(one) for one in (row, twice)).encode()))
    assert outcome.good_rows() == [1]
    assert outcome.places() == {(2, "", "malformed-line")}
