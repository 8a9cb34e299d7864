"""Delimited text: no line is lost, whatever its quotes and widths, and wherever a block ends."""

from __future__ import annotations

import pytest

from credit_service.errors import UnreadableFile
from credit_service.intake import decode
from credit_service.intake.parse_csv import CsvReader
from credit_service.intake.parsed import Layout

TEXT = (
    "标题,,\r\n"
    'a,"b\r\nB",c\r\n'
    "1,2,3\r\n"
    "\r\n"
    ",,\r\n"
    '"x","多\r\n行",z\r\n'
    "1,2\r\n"
    "1,2,3,4\r\n"
    '"open,2,3\r\n'
    "7,8,9\r\n"
    'q"q,"",w\r\n'
    '"a,b","say ""hi""",\r\n'
    '"last\r\nrow",1,2\r\n'
    '"never,closed'
)


def read_all(path, text: str, layout: Layout, encoding: str = "utf-8"):
    path.write_bytes(text.encode(encoding))
    reader = CsvReader(path)
    records, faults, blank, rows = [], [], 0, 0
    for chunk in reader.chunks(layout):
        records += [tuple(cell or "" for cell in row) for row in chunk.frame.rows()]
        faults += [(fault.row, fault.rule, fault.text) for fault in chunk.faults]
        blank += chunk.blank
        rows += chunk.rows
    assert rows == len(records) + len(faults) + blank
    return records, sorted(faults), blank


@pytest.mark.parametrize("block_bytes", [7, 20, 33, 1 << 20])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_records_faults_and_blanks_wherever_a_block_ends(tmp_path, monkeypatch, block_bytes, encoding):
    monkeypatch.setattr(decode, "BLOCK_BYTES", block_bytes)
    records, faults, blank = read_all(tmp_path / "f", TEXT, Layout("", ",", 3, ("a", "b", "c")), encoding)
    assert records == [
        (4, "1", "2", "3"),
        (6, "", "", ""),
        (7, "x", "多\n行", "z"),
        (12, "7", "8", "9"),
        (13, 'q"q', "", "w"),
        (14, "a,b", 'say "hi"', ""),
        (15, "last\nrow", "1", "2"),
    ]
    assert faults == [
        (9, "ragged-line", "1,2"),
        (10, "ragged-line", "1,2,3,4"),
        (11, "unclosed-quote", '"open,2,3'),
        (17, "unclosed-quote", '"never,closed'),
    ]
    assert blank == 1


def test_an_unclosed_quote_never_swallows_the_good_lines_after_it(tmp_path):
    text = 'h1,h2,h3\n"open,2,3\n4,5,6\n7,8,9\n10,"11",12\n'
    records, faults, _ = read_all(tmp_path / "f", text, Layout("", ",", 1, ("h1", "h2", "h3")))
    assert [record[0] for record in records] == [3, 4, 5]
    assert [fault[:2] for fault in faults] == [(2, "unclosed-quote")]


def test_a_file_in_which_every_record_spans_two_lines(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "BLOCK_BYTES", 64)
    text = "a,b\n" + "".join(f'{n},"x\ny{n}"\n' for n in range(700))
    records, faults, blank = read_all(tmp_path / "f", text, Layout("", ",", 1, ("a", "b")))
    assert [record[1] for record in records] == [str(n) for n in range(700)]
    assert (faults, blank) == ([], 0)


def test_a_cell_that_begins_with_a_line_break(tmp_path):
    text = 'a,b\n"\nx",1\n2,3\n'
    records, faults, blank = read_all(tmp_path / "f", text, Layout("", ",", 1, ("a", "b")))
    assert records == [(2, "\nx", "1"), (4, "2", "3")]
    assert (faults, blank) == ([], 0)


def test_line_ends_of_an_old_macintosh(tmp_path):
    records, _, _ = read_all(tmp_path / "f", "a,b\r1,2\r3,4\r", Layout("", ",", 1, ("a", "b")))
    assert records == [(2, "1", "2"), (3, "3", "4")]


def test_a_stray_carriage_return_stays_in_its_cell(tmp_path):
    records, _, _ = read_all(tmp_path / "f", "a,b\n1,x\ry\n3,4\n", Layout("", ",", 1, ("a", "b")))
    assert records == [(2, "1", "x\ry"), (3, "3", "4")]


def test_full_width_commas_separate_and_a_unit_separator_is_kept(tmp_path):
    text = "a，b\n1，2\n3，x\x1fy\n"
    records, _, _ = read_all(tmp_path / "f", text, Layout("", "，", 1, ("a", "b")))
    assert records == [(2, "1", "2"), (3, "3", "x\x1fy")]


def test_every_delimiter_that_occurs_is_previewed(tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"a;b,c\n1;2,3\n")
    previews = {preview.delimiter: preview.rows[0].cells for preview in CsvReader(path).previews()}
    assert previews == {",": ("a;b", "c"), ";": ("a", "b,c")}


def test_a_header_cell_over_two_lines(tmp_path):
    path = tmp_path / "f"
    path.write_bytes('a,"b\n(万元)",c\n1,2,3\n'.encode())
    head = CsvReader(path).previews()[0].rows[0]
    assert (head.row, head.last_row, head.cells) == (1, 2, ("a", "b\n(万元)", "c"))


def test_an_endless_line_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(decode, "MAX_LINE_BYTES", 1_000)
    path = tmp_path / "f"
    path.write_bytes(b"a,b\n" + b"x" * 5_000)
    with pytest.raises(UnreadableFile, match="一行超过"):
        CsvReader(path)


def test_gb18030_is_recognised_behind_an_ascii_header(tmp_path):
    text = "CF_XDR_MC,CF_WSH\n" + "测试公司,测罚1号\n" * 3
    records, _, _ = read_all(tmp_path / "f", text, Layout("", ",", 1, ("a", "b")), "gb18030")
    assert records[0] == (2, "测试公司", "测罚1号")


def test_a_lone_carriage_return_that_joins_two_rows_is_told_as_what_it_is(tmp_path):
    records, faults, _ = read_all(tmp_path / "f", "a,b\n1,2\r3,4\n5,6\n", Layout("", ",", 1, ("a", "b")))
    assert records == [(3, "5", "6")]
    assert faults == [(2, "stray-line-break", "1,2\r3,4")]


def test_a_line_in_utf8_inside_a_gb18030_file_is_a_fault_and_no_mojibake(tmp_path):
    path = tmp_path / "f"
    good = "测试公司,测罚一号\n".encode("gb18030")
    path.write_bytes(good * 3 + "测试公司,测罚二号\n".encode() + good)
    chunks = list(CsvReader(path).chunks(Layout("", ",", 1, ("a", "b"))))
    assert [fault.row for chunk in chunks for fault in chunk.faults] == [4]
    assert chunks[0].faults[0].text == "测试公司,测罚二号"
    assert [row for chunk in chunks for row in chunk.frame["row"]] == [2, 3, 5]
