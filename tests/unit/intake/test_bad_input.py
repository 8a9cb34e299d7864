"""Every kind of bad input a department is known to send: a clear error at its place, and no good row lost beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest

from credit_service.domain.identifier import DUMMY_USCC, registration_check
from credit_service.errors import MissingColumns, OutsideCatalogue, UnknownTemplate, UnreadableFile

CODE = "行政相对人代码_1(统一社会信用代码)"
DECIDED = "处罚决定日期"
NUMBER = "行政处罚决定书文号"
BIG5 = "繁體中文測試資料標題，沒有人能夠可靠地讀取這個檔案的內容與說明\n".encode("big5")


def test_a_clean_file_is_accepted_whole(desk):
    outcome = desk.read(desk.write_csv(desk.penalties(3)))
    assert outcome.good_rows() == [2, 3, 4]
    assert outcome.findings.is_empty()
    assert outcome.accepted.columns == ["row", "sheet", *desk.headers()]


def test_accepted_cells_are_typed(desk):
    row = desk.read(desk.write_csv([desk.penalty(1, 处罚类别="罚款;没收违法所得", **SEIZED)])).accepted.row(
        0, named=True
    )
    assert row["行政相对人类别"] == "organisation"
    assert row["处罚类别"] == ["fine", "confiscation"]
    assert (row["罚款金额(万元)"], row["没收违法所得、没收非法财物的金额(万元)"]) == (500_000, 123_456_700)
    assert row[DECIDED] == date(2026, 9, 1)
    assert row["备注"] is None


SEIZED = {"没收违法所得、没收非法财物的金额(万元)": "123.4567"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "，"])
def test_every_supported_encoding_and_delimiter_gives_the_same_rows(desk, encoding, delimiter):
    rows = desk.penalties(2, r1={"违法事实": "菌落总数超标"}, r2={"违法事实": "菌落总数超标"})
    outcome = desk.read(desk.write_csv(rows, encoding, delimiter))
    assert outcome.good_rows() == [2, 3]
    assert outcome.accepted["违法事实"].to_list() == ["菌落总数超标"] * 2


def test_wrong_encoding_asks_instead_of_guessing(desk):
    with pytest.raises(UnreadableFile) as refusal:
        desk.open(desk.write_bytes("名称,コード\nテスト,１\n".encode("shift-jis") + BIG5 * 4))
    assert "编码" in refusal.value.message
    assert "UTF-8" in refusal.value.remedy


def test_one_line_in_another_encoding_is_a_finding_of_that_line(desk):
    content = desk.write_csv(desk.penalties(3)).read_bytes().split(b"\r\n")
    content[2] = content[2].decode().encode("gb18030")
    outcome = desk.read(desk.write_bytes(b"\r\n".join(content)))
    assert outcome.places() == {(3, "", "encoding")}
    assert outcome.good_rows() == [2, 4]


def test_broken_utf16_is_refused(desk):
    content = desk.write_csv(desk.penalties(1), "utf-16").read_bytes()
    with pytest.raises(UnreadableFile):
        desk.open(desk.write_bytes(content[:-1]))


def test_missing_columns_are_named_with_the_near_miss(desk):
    rows = [{("处罚决定的日期" if k == DECIDED else k): v for k, v in desk.penalty(1).items()}]
    with pytest.raises(MissingColumns) as refusal:
        desk.open(desk.write_csv(rows))
    assert refusal.value.attributes["missing"] == [DECIDED]
    assert f"“处罚决定的日期”是否即“{DECIDED}”？" in refusal.value.remedy


def test_a_missing_column_that_most_rows_need_is_refused(desk):
    rows = [{k: v for k, v in row.items() if k != CODE} for row in desk.penalties(3)]
    with pytest.raises(MissingColumns) as refusal:
        desk.open(desk.write_csv(rows))
    assert refusal.value.attributes["missing"] == [CODE]


def test_two_title_rows_above_the_header(desk):
    grid = [
        ["测试市行政处罚信息表"],
        ["填报单位：测试局", "", "2026年9月"],
        *desk.grid(desk.penalties(2, r2={DECIDED: "下周"})),
    ]
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.good_rows() == [4]
    assert outcome.places() == {(5, DECIDED, "date-format")}


def test_title_rows_in_a_text_file(desk):
    content = desk.write_csv(desk.penalties(2)).read_bytes()
    outcome = desk.read(desk.write_bytes("测试市行政处罚信息表,,,\r\n填报单位：测试局\r\n".encode() + content))
    assert outcome.good_rows() == [4, 5]


def test_merged_cells_are_faults_of_the_rows_they_cover(desk):
    grid = desk.grid(desk.penalties(4))
    place = desk.headers().index("处罚机关")
    merged = desk.write_xlsx(grid, lambda _book, sheet: sheet.merge_range(2, place, 3, place, "测试市市场监督管理局"))
    outcome = desk.read(merged)
    assert outcome.good_rows() == [2, 3, 5]
    assert outcome.places() == {(4, "处罚机关", "merged-cell")}
    assert "第3行至第4行" in outcome.message("merged-cell")


@pytest.mark.parametrize("content", [b"", b"\r\n \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_refused(desk, content):
    with pytest.raises(UnreadableFile, match="空"):
        desk.receive(desk.write_bytes(content))


def test_a_workbook_without_content_is_refused(desk):
    with pytest.raises(UnreadableFile, match="没有数据"):
        desk.open(desk.write_xlsx([]))


def test_a_header_without_rows_is_a_warning(desk):
    path = desk.write_bytes(desk.write_csv(desk.penalties(1)).read_bytes().split(b"\r\n")[0] + b"\r\n")
    outcome = desk.read(path)
    assert outcome.rows == 0
    assert outcome.places("warning") == {(1, "", "no-rows")}


def test_a_file_of_no_template_names_the_nearest(desk):
    with pytest.raises(UnknownTemplate) as refusal:
        desk.open(desk.write_csv([{"单位名称": "甲", "统一社会信用代码": "乙", "水费": "1", "电费": "2"}]))
    assert "最接近的是" in refusal.value.message
    assert refusal.value.attributes["missing"]


def test_a_file_of_another_kind_altogether(desk):
    with pytest.raises(UnknownTemplate, match="没有找到任何已知模板的表头"):
        desk.open(desk.write_bytes("甲,乙,丙\n1,2,3\n".encode()))


def test_a_code_typed_as_an_excel_number_is_never_mended(desk):
    rows = desk.penalties(3)
    grid = desk.grid(rows)
    grid[2][desk.headers().index(CODE)] = 919901010000001234
    outcome = desk.read(desk.write_xlsx(grid))
    assert outcome.good_rows() == [2, 4]
    assert outcome.places() == {(3, CODE, "number-cell")}
    assert "已被Excel当作数字" in outcome.message("number-cell")
    assert outcome.findings["value"][0] == "919901010000001000"


@pytest.mark.parametrize(
    "written",
    [
        "2026-09-01",
        "2026/9/1",
        "2026.9.1",
        "20260901",
        "2026年9月1日",
        "2026年09月01日",
        "46266",
        "2026-09-01 00:00:00",
        "2026/09/01T08:30",
        "２０２６－０９－０１",
        "２０２６年９月１日",
        "2026 / 9 / 1",
    ],
)
def test_dates_in_many_spellings(desk, written):
    outcome = desk.read(desk.write_csv([desk.penalty(1, **{DECIDED: written})]))
    assert outcome.accepted[DECIDED].to_list() == [date(2026, 9, 1)]


def test_dates_of_excel(desk):
    grid = desk.grid(desk.penalties(2))
    place = desk.headers().index(DECIDED)
    grid[2][place] = 46266

    def edit(book, sheet):
        sheet.write_datetime(1, place, datetime(2026, 9, 1), book.add_format({"num_format": "yyyy/m/d"}))  # noqa: DTZ001 - Excel knows no zones.

    assert desk.read(desk.write_xlsx(grid, edit)).accepted[DECIDED].to_list() == [date(2026, 9, 1)] * 2


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2026年09月", "没有日"),
        ("2026.9", "没有日"),
        ("26-9-1", "只有两位"),
        ("9/1/2026", "写在最后"),
        ("2026-02-30", "不是日历上有的日期"),
        ("9999-12-31", "年份不在"),
        ("长期", "不是日期"),
        ("٢٠٢٦-٠٩-٠١", "不是日期"),
    ],
)
def test_dates_that_could_be_read_in_two_ways_are_refused(desk, written, reason):
    outcome = desk.read(desk.write_csv(desk.penalties(2, r1={DECIDED: written})))
    assert outcome.places() == {(2, DECIDED, "date-format")}
    assert reason in outcome.message("date-format")
    assert outcome.good_rows() == [3]


def test_full_width_codes_are_read(desk):
    code = desk.penalty(1)[CODE]
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in code)
    outcome = desk.read(desk.write_csv([desk.penalty(1, **{CODE: wide, "罚款金额(万元)": "０．５"})]))
    assert outcome.accepted[CODE].to_list() == [code]
    assert outcome.accepted["罚款金额(万元)"].to_list() == [500_000]


def test_a_wrong_check_digit_names_the_right_one(desk):
    code = desk.penalty(1)[CODE]
    wrong = code[:17] + ("0" if code[17] != "0" else "1")
    outcome = desk.read(desk.write_csv(desk.penalties(2, r1={CODE: wrong})))
    assert outcome.places() == {(2, CODE, "uscc-check-digit")}
    assert outcome.message("uscc-check-digit") == f"第2行“{CODE}”：校验码不符，末位应为“{code[17]}”。"
    assert outcome.good_rows() == [3]


def test_a_decision_of_tomorrow_is_refused(desk):
    outcome = desk.read(desk.write_csv(desk.penalties(3, r1={DECIDED: "2026-11-03"}, r2={DECIDED: "2026-11-02"})))
    assert outcome.places() == {(2, DECIDED, "future-date")}
    assert outcome.good_rows() == [3, 4]


def test_an_end_before_its_start_is_refused(desk):
    outcome = desk.read(
        desk.write_csv(desk.penalties(3, r1={"处罚有效期": "2026-08-31"}, r2={"处罚有效期": "2026-09-01"}))
    )
    assert outcome.places() == {(2, "处罚有效期", "date-order")}
    assert outcome.good_rows() == [3, 4]


def test_a_repeated_document_names_the_first_row(desk):
    rows = desk.penalties(4)
    rows[3] = dict(rows[1])
    outcome = desk.read(desk.write_csv(rows))
    assert {(row, rule) for row, _, rule in outcome.places()} == {(5, "duplicate-in-file")}
    assert "与第3行重复" in outcome.message("duplicate-in-file")
    assert outcome.good_rows() == [2, 3, 4]


def test_one_decision_against_two_parties_is_no_duplicate(desk):
    assert desk.read(desk.write_csv(desk.penalties(2, r2={NUMBER: "测市监罚〔2026〕1号"}))).good_rows() == [2, 3]


def test_a_duplicate_is_found_across_sheets_and_widths(desk):
    rows = desk.penalties(2)
    again = desk.penalty(1, **{NUMBER: " 测市监罚〔２０２６〕１号"})

    def add_sheet(book, _sheet):
        second = book.add_worksheet("续")
        for index, cells in enumerate(desk.grid([again])):
            second.write_row(index, 0, cells)

    outcome = desk.read(desk.write_xlsx(desk.grid(rows), add_sheet))
    assert outcome.accepted.select("sheet", "row").rows() == [("数据", 2), ("数据", 3)]
    assert "工作表“续”第2行" in outcome.message("duplicate-in-file")
    assert "工作表“数据”第2行" in outcome.message("duplicate-in-file")


def test_a_topic_outside_the_catalogue_is_refused(desk):
    outcome = desk.read(desk.write_csv(desk.penalties(2, r1={"违法行为类型": "行人闯红灯"})))
    assert outcome.places() == {(2, "违法行为类型", "outside-catalogue")}
    assert "目录外信息" in outcome.message("outside-catalogue")
    assert outcome.good_rows() == [3]


def test_facts_that_only_mention_a_complaint_are_kept_and_marked(desk):
    outcome = desk.read(desk.write_csv([desk.penalty(1, 违法事实="经群众信访反映，现场检查属实。")]))
    assert outcome.good_rows() == [2]
    assert outcome.places("warning") == {(2, "违法事实", "catalogue-doubt")}


def test_a_column_that_may_not_be_collected_refuses_the_file(desk):
    with pytest.raises(OutsideCatalogue) as refusal:
        desk.open(desk.write_csv([desk.penalty(1) | {"法定代表人血型": "A"}]))
    assert "法定代表人血型" in refusal.value.message


def test_a_kind_of_information_outside_the_catalogue_refuses_the_file(desk):
    narrow = replace(desk, context=replace(desk.context, catalogue=frozenset({"C11"})))
    with pytest.raises(OutsideCatalogue, match="C03"):
        narrow.open(desk.write_csv(desk.penalties(1)))


@pytest.mark.parametrize(
    ("changes", "column", "rule"),
    [
        ({"违法事实": ""}, "违法事实", "required"),
        ({"违法事实": "\u3000 "}, "违法事实", "required"),
        ({"罚款金额(万元)": ""}, "罚款金额(万元)", "required-when"),
        ({"处罚类别": "吊销许可证", "罚款金额(万元)": ""}, "暂扣或吊销证照名称及编号", "required-when"),
        ({"证件号码": "A1234567", "证件类型": ""}, "证件号码", "forbidden-when"),
        ({"处罚类别": "口头教育"}, "处罚类别", "enum"),
        ({"行政相对人类别": "公司"}, "行政相对人类别", "enum"),
        ({"罚款金额(万元)": "-1"}, "罚款金额(万元)", "amount-range"),
        ({"罚款金额(万元)": "1" + "0" * 30}, "罚款金额(万元)", "amount-range"),
        ({"罚款金额(万元)": "0.1234567"}, "罚款金额(万元)", "amount-decimals"),
        ({"罚款金额(万元)": "5万元"}, "罚款金额(万元)", "amount-format"),
        ({CODE: "9199010100000001"}, CODE, "uscc-format"),
        ({CODE: "9199010100000001OX"}, CODE, "uscc-format"),
        ({CODE: "0" * 18}, CODE, "dummy-code"),
        ({CODE: DUMMY_USCC}, CODE, "dummy-code"),
        ({"行政相对人代码_2(工商注册号)": "12345"}, "行政相对人代码_2(工商注册号)", "registration-format"),
        ({"行政相对人代码_3(组织机构代码)": "12345678-0"}, "行政相对人代码_3(组织机构代码)", "org-code-check-digit"),
        ({"法定代表人身份证号": "990101801301123"}, "法定代表人身份证号", "person-id-format"),
        ({"备注": "字" * 513}, "备注", "width"),
        ({"备注": "甲\u202e乙"}, "备注", "suspicious-character"),
        ({"备注": "甲\x00乙"}, "备注", "suspicious-character"),
        ({"处罚机关统一社会信用代码": "11990101"}, "处罚机关统一社会信用代码", "uscc-format"),
    ],
)
def test_each_row_rule_rejects_its_row_and_no_other(desk, changes, column, rule):
    outcome = desk.read(desk.write_csv(desk.penalties(3, r2=changes)))
    assert (3, column, rule) in outcome.places()
    assert {row for row, _, _ in outcome.places()} == {3}
    assert outcome.good_rows() == [2, 4]


def test_several_faults_of_a_row_are_told_together(desk):
    row = desk.penalty(1, **{CODE: "1", DECIDED: "昨天", "违法事实": "", "处罚类别": "骂"})
    outcome = desk.read(desk.write_csv([row]))
    found = {(column, rule) for _, column, rule in outcome.places()}
    assert found == {(CODE, "uscc-format"), (DECIDED, "date-format"), ("违法事实", "required"), ("处罚类别", "enum")}
    assert outcome.rejected == 1


def test_every_finding_has_a_remedy_and_a_place(desk):
    row = desk.penalty(1, **{CODE: "1", DECIDED: "昨天", "违法事实": "", "罚款金额(万元)": "x"})
    findings = desk.read(desk.write_csv([row])).findings
    assert findings["remedy"].str.len_chars().min() > 5
    assert findings["message"].str.starts_with("第2行“").all()


def test_dummy_code_of_an_individual_business_needs_its_registration(desk):
    business = {"行政相对人类别": "个体工商户", CODE: DUMMY_USCC, "法定代表人": ""}
    number = {"行政相对人代码_2(工商注册号)": "99010100000001" + registration_check("99010100000001")}
    outcome = desk.read(desk.write_csv(desk.penalties(2, r1=business, r2=business | number)))
    assert outcome.places() == {(2, CODE, "dummy-code")}
    assert outcome.accepted[CODE].to_list() == [DUMMY_USCC]


def test_text_that_looks_like_a_formula_is_only_text(desk):
    outcome = desk.read(desk.write_csv([desk.penalty(1, 备注="=HYPERLINK(1)")]))
    assert outcome.accepted["备注"].to_list() == ["=HYPERLINK(1)"]


def test_all_faults_are_told_however_many(desk):
    line = desk.write_csv([desk.penalty(1)]).read_bytes().split(b"\r\n")
    rows = b"\r\n".join([line[0], *([line[1].replace("罚款,".encode(), "口头教育,".encode())] * 12_000)])
    outcome = desk.read(desk.write_bytes(rows))
    by_rule = dict(outcome.findings.group_by("rule").len().iter_rows())
    assert by_rule["enum"] == 12_000
    assert outcome.rejected == 12_000
    assert outcome.findings.filter(pl.col("rule") == "enum")["row"].to_list() == list(range(2, 12_002))
