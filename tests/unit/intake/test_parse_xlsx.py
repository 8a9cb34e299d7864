"""Workbooks: what Excel did to a cell is told; sheets, columns and rows keep their places."""

from __future__ import annotations

import pytest

from credit_service.errors import UnknownTemplate, UnreadableFile
from credit_service.intake.parse_xlsx import WorkbookReader


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
