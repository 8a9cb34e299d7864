"""A plain sheet read many rows at a time gives what the reader of the whole format gives, cell for cell."""

from __future__ import annotations

import pytest
from hostile import forms
from hypothesis import given, settings
from hypothesis import strategies as st

from credit_service.intake import plain_sheet, sheet_child
from credit_service.intake.sheet_cells import SheetChunk

STYLES = (
    f'<styleSheet xmlns="{forms.MAIN}"><numFmts><numFmt numFmtId="176" formatCode="0.00_ "/>'
    '<numFmt numFmtId="177" formatCode="yyyy-mm-dd"/></numFmts><cellXfs>'
    '<xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="177"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)
SHARED = ["甲", " 乙 ", "a&amp;b&lt;c&gt;", "长" * 50, "#N/A", "line\nline"]
TEXTS = ["甲", "x y", "&amp;&quot;&apos;", " ", "\t甲 ", "甲　", "#REF!", "1e5", "", "&#65;", "_x0041_", "是\r\n否"]
NUMBERS = ["0", "1", "-12.50", "1.199E+17", "919901010000001234", "3e-7", "45000", "0.1", "123456789012", "-0"]


def write(path, rows, before="", after=""):
    """Write rows given as (number, attributes, cells); a cell is (position, kind, content)."""
    made = "".join(
        f'<row r="{number}"{attributes}>' + "".join(cell(number, *one) for one in cells) + "</row>"
        for number, attributes, cells in rows
    )
    parts = forms.to_workbook_parts({"数据": ""})
    parts["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{forms.MAIN}">{before}<sheetData>{made}</sheetData>{after}</worksheet>'
    )
    links = str(parts["xl/_rels/workbook.xml.rels"])
    more = "".join(
        f'<Relationship Id="rId{name}" Type="{forms.RELS}/{name}" Target="{name}.xml"/>'
        for name in ("styles", "sharedStrings")
    )
    parts["xl/_rels/workbook.xml.rels"] = links.replace("</Relationships>", f"{more}</Relationships>")
    parts["xl/styles.xml"] = STYLES
    items = "".join(f'<si><t xml:space="preserve">{text}</t></si>' for text in SHARED)
    parts["xl/sharedStrings.xml"] = f'<sst xmlns="{forms.MAIN}">{items}</sst>'
    path.write_bytes(forms.pack(parts))


def cell(row, position, kind, content):
    place = f'r="{forms.column_letters(position)}{row}"'
    return {
        "text": f'<c {place} t="inlineStr"><is><t>{content}</t></is></c>',
        "kept": f'<c {place} s="1" t="inlineStr"><is><t xml:space="preserve">{content}</t></is></c>',
        "shared": f'<c {place} s="1" t="s"><v>{content}</v></c>',
        "number": f"<c {place}><v>{content}</v></c>",
        "money": f'<c {place} s="1"><v>{content}</v></c>',
        "day": f'<c {place} s="3"><v>{content}</v></c>',
        "truth": f'<c {place} t="b"><v>{content}</v></c>',
        "error": f'<c {place} t="e"><v>#DIV/0!</v></c>',
        "formula": f'<c {place} t="str"><f>A1</f><v>甲</v></c>',
        "styled": f'<c {place} s="1"/>',
    }[kind]


def read(path, header_row=1, width=4):
    """Return all that the process would say of a sheet, its rows in one piece and trimmed as every check begins."""
    book = sheet_child._Workbook(path)
    first = list(book.previews(3))
    ask = {"sheet": "数据", "header_row": header_row, "width": width, "code_columns": [1], "with_workbook": True}
    notes, rows, faults, blank, was_plain = [], {}, [], 0, "数据" in book._plain
    for told in book.chunks(ask):
        if not isinstance(told, SheetChunk):
            notes += told["notes"]
            continue
        faults += told.faults
        blank += told.blank
        for number, *cells in told.frame.iter_rows():
            texts = [(text or "").strip() for text in cells]
            blank += not any(texts)
            if any(texts):
                rows[number] = texts
    for sheet in first:
        sheet["rows"] = [[text.strip() for text in row] for row in sheet["rows"]]
    return (first, notes, rows, sorted(faults), blank), was_plain


def both(path, monkeypatch, **ask):
    """Return what is read the plain way, after seeing that the other way tells the same."""
    quick, was_plain = read(path, **ask)
    with monkeypatch.context() as patch:
        patch.setattr(sheet_child, "open_plain", lambda *_: None)
        slow, _ = read(path, **ask)
    assert quick == slow
    return quick, was_plain


KINDS = st.one_of(
    st.tuples(st.sampled_from(["text", "kept"]), st.sampled_from(TEXTS)),
    st.tuples(st.just("shared"), st.integers(0, len(SHARED) - 1).map(str)),
    st.tuples(st.sampled_from(["number", "money"]), st.sampled_from(NUMBERS)),
    st.tuples(st.just("truth"), st.sampled_from(["0", "1"])),
    st.tuples(st.just("styled"), st.just("")),
)
RARE = st.tuples(st.sampled_from(["error", "formula", "day"]), st.just("45000"))
CELLS = st.dictionaries(st.integers(0, 5), st.one_of(KINDS, KINDS, KINDS, RARE), max_size=6)
ROWS = st.dictionaries(
    st.integers(1, 12), st.tuples(st.sampled_from(["", "", "", ' spans="1:6"', ' hidden="1"']), CELLS), max_size=9
)


@given(rows=ROWS, block=st.sampled_from([300, 700, 5000]))
@settings(max_examples=80, deadline=None)
def test_both_readers_tell_the_same(tmp_path_factory, rows, block):
    path = tmp_path_factory.mktemp("plain") / "a.xlsx"
    write(path, [(n, rows[n][0], [(at, *rows[n][1][at]) for at in sorted(rows[n][1])]) for n in sorted(rows)])
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(plain_sheet, "BLOCK_BYTES", block)
        both(path, monkeypatch)


def test_an_exported_sheet_is_read_the_plain_way(tmp_path, monkeypatch):
    rows = [(n, "", [(0, "text", "甲"), (1, "number", "12"), (3, "shared", "2")]) for n in (1, 2, 3, 7)]
    write(tmp_path / "a.xlsx", rows, before='<cols><col min="2" max="2" hidden="1"/></cols>')
    (_, notes, read_rows, faults, blank), was_plain = both(tmp_path / "a.xlsx", monkeypatch)
    assert was_plain
    assert [note[1] for note in notes] == ["hidden-columns"]
    assert read_rows[7] == ["甲", "12", "", "a&b<c>"]
    assert [fault[:3] for fault in faults] == [(2, 1, "number-cell"), (3, 1, "number-cell"), (7, 1, "number-cell")]
    assert blank == 3


@pytest.mark.parametrize(
    ("attributes", "cells", "after"),
    [
        (' hidden="1"', [(0, "text", "甲")], ""),
        ("", [(0, "error", "")], ""),
        ("", [(0, "formula", "")], ""),
        ("", [(0, "day", "45000")], ""),
        ("", [(0, "text", "甲")], '<mergeCells><mergeCell ref="A5:B6"/></mergeCells>'),
    ],
)
def test_what_is_not_plain_late_in_a_sheet_is_told_like_early(tmp_path, monkeypatch, attributes, cells, after):
    monkeypatch.setattr(plain_sheet, "BLOCK_BYTES", 400)
    rows = [(n, "", [(0, "text", "甲"), (1, "text", "乙")]) for n in range(1, 30)]
    rows[20] = (21, attributes, cells)
    write(tmp_path / "a.xlsx", rows, after=after)
    (_, _, read_rows, _, _), was_plain = both(tmp_path / "a.xlsx", monkeypatch)
    assert was_plain is not bool(after)
    assert len(read_rows) == 28 - (cells[0][1] == "error")


@pytest.mark.parametrize(
    "row",
    [
        '<row r="4"><c r ="XX4"><v>1</v></c></row>',
        '<row r="4"><c r="A5"><v>1</v></c></row>',
        '<row r="2"><c r="A2"><v>1</v></c></row>',
        "<row><c><v>1</v></c></row>",
        '<row r="4"><c r="B4"><v>1</v></c><c r="A4"><v>1</v></c></row>',
        '<row r="4"><c r="A4"><v>1<!-- --></v></c></row>',
        '<row r="4"><c r="A4" t="s"><v>99</v></c></row>',
        '<row r="4"><c r="A4"><v>NaN</v></c></row>',
        '<row r="4"><c r="A4" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c></row>',
        '<row r="4"> <c r="A4"><v>1</v></c></row>',
    ],
)
def test_an_unusual_spelling_is_left_to_the_other_reader(tmp_path, row):
    write(tmp_path / "a.xlsx", [(n, "", [(0, "text", "甲")]) for n in (1, 2, 3)])
    xml = forms.to_sheet_xml([["甲"], ["乙"], ["丙"]]).replace("</sheetData>", f"{row}</sheetData>")
    with pytest.raises(plain_sheet.NotPlain):
        list(plain_sheet.PlainSheet(xml.encode(), None, frozenset()).blocks())
