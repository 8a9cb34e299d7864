"""The workbook a department gets back: its own rows with the faults marked."""

from __future__ import annotations

import openpyxl
from openpyxl.utils.escape import unescape

from credit_service.intake import report
from credit_service.intake.findings import finding_frame, to_findings
from credit_service.intake.read_batch import open_reader
from credit_service.intake.report import LIST_HEADER, ReportOrder, write_report_xlsx
from credit_service.intake.report_stamp import LIST_SHEET, find_reported_batch, make_stamp

BATCH = "B0123456789ABCDEF"
CODE = "行政相对人代码_1(统一社会信用代码)"


def make(desk, path):
    received = desk.receive(path)
    outcome = desk.read(path)
    target = desk.directory / "report.xlsx"
    order = ReportOrder(BATCH, received, desk.template("penalty_org"), to_findings(outcome.findings))
    write_report_xlsx(order, target)
    return outcome, openpyxl.load_workbook(target)


def test_findings_survive_the_way_through_domain_objects(desk):
    findings = desk.read(desk.write_csv(desk.penalties(2, r1={CODE: "1"}))).findings
    assert finding_frame(to_findings(findings)).equals(findings)


def test_own_rows_stand_at_their_own_row_numbers_with_red_cells(desk):
    grid = [["测试市行政处罚信息表"], *desk.grid(desk.penalties(3, r2={CODE: "123", "备注": "=1+1"}))]
    _, book = make(desk, desk.write_xlsx(grid))
    assert book.sheetnames == [LIST_SHEET, "数据"]
    sheet = book["数据"]
    place = desk.headers().index(CODE) + 1
    assert sheet.cell(1, 1).value == "测试市行政处罚信息表"
    assert sheet.cell(2, place).value == CODE
    wrong = sheet.cell(4, place)
    assert (wrong.value, wrong.fill.start_color.rgb) == ("123", "FFFFC7CE")
    assert "应为18位" in wrong.comment.text
    assert sheet.cell(3, place).comment is None
    note = sheet.cell(4, desk.headers().index("备注") + 1)
    assert (note.value, note.data_type) == ("=1+1", "s")


def test_the_list_has_every_finding(desk):
    outcome, book = make(desk, desk.write_csv(desk.penalties(2, r1={CODE: "123", "违法事实": ""})))
    rows = list(book[LIST_SHEET].iter_rows(values_only=True))
    assert rows[0] == (*LIST_HEADER, make_stamp(BATCH))
    assert len(rows) - 1 == outcome.findings.height == 2
    assert {row[0] for row in rows[1:]} == {2}


def test_the_list_goes_on_in_the_next_sheet(desk, monkeypatch):
    monkeypatch.setattr(report, "LIST_ROWS", 2)
    outcome, book = make(desk, desk.write_csv(desk.penalties(5, r1={CODE: "1"}, r2={CODE: "2"}, r3={CODE: "3"})))
    lists = [name for name in book.sheetnames if name.startswith(LIST_SHEET)]
    assert lists == [LIST_SHEET, f"{LIST_SHEET}2"]
    told = [row[0] for name in lists for row in book[name].iter_rows(min_row=2, values_only=True)]
    assert told == outcome.findings["row"].to_list() == [2, 3, 4]


def test_an_empty_required_cell_is_red_too(desk):
    _, book = make(desk, desk.write_csv(desk.penalties(1, r1={"违法事实": ""})))
    cell = book["原表"].cell(2, desk.headers().index("违法事实") + 1)
    assert cell.fill.start_color.rgb == "FFFFC7CE"
    assert cell.comment is not None


def test_an_unreadable_line_stands_whole_in_the_first_cell(desk):
    lines = desk.write_csv(desk.penalties(2)).read_bytes().split(b"\r\n")
    _, book = make(desk, desk.write_bytes(b"\r\n".join([lines[0], b"only,two", lines[2]])))
    cell = book["原表"].cell(2, 1)
    assert cell.value == "only,two"
    assert cell.fill.start_color.rgb == "FFFFC7CE"


def test_the_marked_workbook_can_be_sent_again(desk):
    """Mended or not, the sheet of own rows is read as the same rows again."""
    rows = desk.penalties(3, r2={"违法事实": ""})
    outcome, book = make(desk, desk.write_csv(rows))
    again = desk.read(desk.directory / "report.xlsx")
    assert again.good_rows() == outcome.good_rows()
    assert again.places() == outcome.places()
    assert again.places("note") == {(1, "", "sheet-skipped")}
    reading = desk.open(desk.directory / "report.xlsx")
    assert reading.report_of == BATCH
    book.close()


def test_a_file_of_another_sheet_names_no_batch(desk):
    path = desk.write_xlsx([[make_stamp(BATCH)], *desk.grid(desk.penalties(1))])
    assert find_reported_batch(open_reader(desk.receive(path)).previews()) is None


def test_whatever_a_cell_holds_comes_back_as_the_same_text(desk):
    texts = [
        "=1+1",
        "a&b<c>\"'",
        "_x0041_",
        "\ud7ff\uffff\x07",
        "https://测试.cn",
        "007",
        "长" * 40_000,
        "两行\n下一行",
    ]
    rows = desk.penalties(len(texts) + 1, r1={"违法事实": ""})
    for row, text in zip(rows[1:], texts, strict=True):
        row["备注"] = text
    _, book = make(desk, desk.write_csv(rows))
    column = desk.headers().index("备注") + 1
    cells = [book["原表"].cell(row, column) for row in range(3, 3 + len(texts))]
    assert {cell.data_type for cell in cells} == {"s"}
    told = [unescape(cell.value) for cell in cells]
    assert told == [text[:32_767] for text in texts]
