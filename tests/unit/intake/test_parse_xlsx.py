"""Workbooks: what Excel did to a cell is told; sheets, columns and rows keep their places."""

from __future__ import annotations

import gc
import struct

import pytest
from hostile import forms

from credit_service.errors import UnknownTemplate, UnreadableFile
from credit_service.intake import parse_xlsx
from credit_service.intake.parse_xlsx import WorkbookReader
from credit_service.intake.parsed import Layout


def test_a_formula_that_ended_in_an_error_is_a_fault(desk):
    place = desk.headers().index("违法事实")

    def edit(_book, sheet):
        sheet.write_formula(2, place, "=1/0", None, "#DIV/0!")
        sheet.write_formula(3, place, '="经"&"查"', None, "经查")

    outcome = desk.read(desk.write_xlsx(desk.grid(desk.penalties(3)), edit))
    assert outcome.places() == {(3, "违法事实", "formula-error")}
    assert "#DIV/0!" in outcome.message("formula-error")
    assert outcome.accepted["违法事实"].to_list() == ["经抽检，菌落总数超标。", "经查"]


def test_empty_rows_and_columns_at_the_edges_keep_the_row_numbers(desk):
    grid = [[], [], *([["", "", *row] for row in desk.grid(desk.penalties(2))])]
    grid.insert(4, [])
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.good_rows() == [4, 6]
    assert outcome.blank == 1


def test_amounts_of_excel_are_exact(desk):
    grid = desk.grid(desk.penalties(3))
    place = desk.headers().index("罚款金额(万元)")
    grid[1][place], grid[2][place], grid[3][place] = 0.1 + 0.2, 1_000_000, 1e-06
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.accepted["罚款金额(万元)"].to_list() == [300_000, 1_000_000_000_000, 1]


def test_a_long_number_outside_code_columns_has_lost_its_end_too(desk):
    grid = desk.grid(desk.penalties(1))
    grid[1][desk.headers().index("备注")] = 12345678901234567890
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.places() == {(2, "备注", "number-cell")}


def test_sheets_without_a_template_are_noted(desk):
    def edit(book, _sheet):
        book.add_worksheet("填表说明").write(0, 0, "请如实填写")

    outcome = desk.read(desk.write_xlsx(desk.grid(desk.penalties(1)), edit))
    assert outcome.good_rows() == [2]
    assert outcome.places("note") == {(1, "", "sheet-skipped")}
    assert "填表说明" in outcome.message("sheet-skipped")


def test_sheets_of_two_kinds_are_refused(desk):
    def edit(book, _sheet):
        book.add_worksheet("红名单").write_row(0, 0, desk.headers("red_org"))

    with pytest.raises(UnknownTemplate, match="不同种类"):
        desk.open(desk.write_xlsx(desk.grid(desk.penalties(1)), edit))


def test_content_under_no_header_is_a_warning(desk):
    grid = desk.grid(desk.penalties(2))
    grid[1].append("旁注")
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.good_rows() == [2, 3]
    assert outcome.places("warning") == {(2, "", "cell-without-header")}


def test_a_damaged_workbook_is_refused(tmp_path):
    path = tmp_path / "broken"
    path.write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(UnreadableFile, match="损坏"):
        WorkbookReader(path).previews()


def test_hidden_rows_columns_and_sheets_are_read_and_noted(desk):
    def edit(book, sheet):
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_row(3, None, None, {"hidden": True})
        sheet.set_column(4, 5, None, None, {"hidden": True})
        second = book.add_worksheet("藏")
        second.hide()
        for index, cells in enumerate(desk.grid([desk.penalty(9)])):
            second.write_row(index, 0, cells)

    outcome = desk.read(desk.write_xlsx(desk.grid(desk.penalties(4)), edit))
    assert outcome.accepted.select("sheet", "row").rows() == [
        ("数据", 2),
        ("数据", 3),
        ("数据", 4),
        ("数据", 5),
        ("藏", 2),
    ]
    assert outcome.places("note") == {(3, "", "hidden-rows"), (1, "", "hidden-columns"), (1, "", "hidden-sheet")}
    assert "2行是隐藏或被筛选掉的（3至4）" in outcome.message("hidden-rows")
    assert "第5至6列" in outcome.message("hidden-columns")


def test_macros_and_links_are_noted_and_left_alone(desk):
    parts = forms.to_workbook_parts({"数据": forms.to_sheet_xml(desk.grid(desk.penalties(1)))})
    parts |= {"xl/vbaProject.bin": b"macro", "xl/externalLinks/externalLink1.xml": "<x/>", "xl/connections.xml": "<x/>"}
    outcome = desk.read(desk.write_bytes(forms.pack(parts), "upload.xlsm"))
    assert outcome.good_rows() == [2]
    assert {rule for _, _, rule in outcome.places("note")} == {"macros", "external-links", "data-connections"}


def test_the_last_row_of_a_merged_area_is_covered_too(desk):
    grid = desk.grid(desk.penalties(2))
    place = desk.headers().index("处罚机关")
    merged = desk.write_xlsx(grid, lambda _book, sheet: sheet.merge_range(1, place, 2, place, "测试市市场监督管理局"))
    assert desk.read(merged).places() == {(3, "处罚机关", "merged-cell")}


def test_a_message_of_an_error_pasted_as_text_is_a_fault(desk):
    outcome = desk.read(desk.write_xlsx(desk.grid(desk.penalties(2, r1={"备注": "#N/A"}))))
    assert outcome.places() == {(2, "备注", "formula-error")}


def test_two_rows_of_one_number_are_refused_because_one_would_be_lost(desk):
    sheet = forms.to_sheet_xml(desk.grid(desk.penalties(2))).replace('<row r="3">', '<row r="2">')
    with pytest.raises(UnreadableFile, match="损坏"):
        desk.read(desk.write_bytes(forms.pack(forms.to_workbook_parts({"数据": sheet}))))


def test_a_prefix_before_every_tag_changes_nothing(desk):
    grid = desk.grid(desk.penalties(2))
    grid[2][desk.headers().index("违法事实")] = (
        f'<c r="{forms.column_letters(desk.headers().index("违法事实"))}3" t="e"><v>#REF!</v></c>'
    )
    sheet = forms.to_sheet_xml(grid).replace('<row r="2">', '<row r="2" hidden="1">')
    for tag in ("worksheet", "sheetData", "row", "c", "v", "is", "t"):
        sheet = (
            sheet.replace(f"<{tag} ", f"<x:{tag} ")
            .replace(f"<{tag}>", f"<x:{tag}>")
            .replace(f"</{tag}>", f"</x:{tag}>")
        )
    sheet = sheet.replace(f'xmlns="{forms.MAIN}"', f'xmlns:x="{forms.MAIN}"')
    outcome = desk.read(desk.write_bytes(forms.pack(forms.to_workbook_parts({"数据": sheet}))))
    assert outcome.places() == {(3, "违法事实", "formula-error")}
    assert outcome.places("note") == {(2, "", "hidden-rows")}


def test_an_old_workbook_is_read_like_a_new_one(desk):
    place = desk.headers().index("违法事实")
    extra = forms.to_record(0x208, struct.pack("<6H2H", 1, 0, 30, 255, 0, 0, 0x20, 0))
    extra += forms.to_record(0x205, struct.pack("<3H2B", 2, place, 0, 0x07, 1))
    extra += forms.to_record(0x203, struct.pack("<3Hd", 3, 2, 0, 9.19901010000001e17))
    outcome = desk.read(desk.write_bytes(forms.to_xls(desk.grid(desk.penalties(3)), extra)))
    assert outcome.good_rows() == [2]
    assert outcome.places() == {(3, "违法事实", "formula-error"), (4, desk.headers()[2], "number-cell")}
    assert "#DIV/0!" in outcome.message("formula-error")
    assert outcome.places("note") == {(2, "", "hidden-rows")}


def test_an_open_document_is_read_like_a_workbook(desk):
    header, first, second = desk.grid(desk.penalties(2))
    first[desk.headers().index("备注")] = "甲<text:tab/>乙"
    rows = forms.to_ods_rows([header, first, second]).replace("&lt;text:tab/&gt;", "<text:tab/>")
    covered = '<table:table-row table:visibility="filter">' + "<table:covered-table-cell/>" * 2
    covered += '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    outcome = desk.read(desk.write_bytes(forms.to_ods({"数据": rows + covered})))
    assert outcome.good_rows() == [2, 3]
    assert {(row, rule) for row, _, rule in outcome.places() if rule == "merged-cell"} == {(4, "merged-cell")}
    assert outcome.places("note") == {(4, "", "hidden-rows"), (2, "", "tab-dropped")}


def test_a_workbook_that_asks_for_too_much_memory_ends_its_own_process_only(desk):
    far = '<row r="1048576"><c r="XFC1048576" t="n" ><v >1</v></c></row></sheetData>'
    sheet = forms.to_sheet_xml(desk.grid(desk.penalties(1))).replace("</sheetData>", far.replace("r=", "r ="))
    path = desk.directory / "far.xlsx"
    path.write_bytes(forms.pack(forms.to_workbook_parts({"数据": sheet})))
    with pytest.raises(UnreadableFile, match="超出安全限度"):
        WorkbookReader(path).previews()


def test_time_is_bounded(desk, monkeypatch):
    monkeypatch.setattr(parse_xlsx, "CPU_SECONDS", 1)
    path = desk.directory / "large.xlsx"
    grid = forms.to_sheet_xml([["x"] * 40] * 20_000).replace("<row ", '<row hidden="1" ', 1)
    path.write_bytes(forms.pack(forms.to_workbook_parts({f"表{n}": grid for n in range(4)})))
    with pytest.raises(UnreadableFile, match="超出安全限度"):
        WorkbookReader(path).previews()


def test_a_fault_of_the_reader_s_own_process_is_a_bug_and_not_the_clerk_s(desk):
    reader = WorkbookReader(desk.write_xlsx(desk.grid(desk.penalties(1))))
    with pytest.raises(RuntimeError, match="sheet_child"):
        list(reader._ask({"sheet": "数据", "header_row": 1, "width": 3, "with_workbook": True, "code_columns": 5}))


def test_rows_may_be_left_unread_and_read_again(desk):
    reader = WorkbookReader(desk.write_xlsx(desk.grid(desk.penalties(3))))
    header = reader.previews()[0].rows[0].cells
    layout = Layout("数据", "", 1, header)
    first = next(iter(reader.chunks(layout)))
    again = list(reader.chunks(layout))
    assert [chunk.rows for chunk in again] == [first.rows] == [3]


def test_no_process_outlives_its_reader(desk):
    reader = WorkbookReader(desk.write_xlsx(desk.grid(desk.penalties(1))))
    reader.previews()
    process = reader._child._process
    assert process.poll() is None
    del reader
    gc.collect()
    assert process.poll() is not None
