"""Checks against norms kept as data: permissions, document numbers, sums, old citizen numbers, use scopes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from credit_service.domain.identifier import org_code_check, registration_check, uscc_check
from credit_service.errors import RuleSyntax
from credit_service.intake.template_norms import read_norms

NUMBER = "行政处罚决定书文号"
FINE = "罚款金额(万元)"
AUTHORITY = "处罚机关统一社会信用代码"
CODE = "行政相对人代码_1(统一社会信用代码)"
OTHER = "11990101990100042N"


def read(desk, **changes):
    return desk.read(desk.write_csv([desk.penalty(1, **changes)]))


def test_the_act_of_another_authority_is_refused(desk):
    outcome = read(desk, **{AUTHORITY: OTHER})
    assert outcome.places() == {(2, AUTHORITY, "authority-not-permitted")}
    assert "市场监管局" in outcome.message("authority-not-permitted")


@pytest.mark.parametrize("authorities", [(OTHER,), ("*",)])
def test_an_agency_may_report_for_authorities_it_was_given(desk, authorities):
    context = replace(desk.context, agency=replace(desk.context.agency, authorities=authorities))
    assert read(replace(desk, context=context), **{AUTHORITY: OTHER}).good_rows() == [2]


@pytest.mark.parametrize(
    "number",
    [
        "测市监罚〔2026〕1号",
        "测市监处罚[2026]0101-12号",
        "测公（治）行罚决字【2026】第00012号",
        "（2026）测0101执12号",
        "(2026)测0101民初1234号之一",
        "测金罚决字〔2026〕12号",
        "测市监罚(2025)12号",
    ],
)
def test_document_numbers_as_offices_write_them(desk, number):
    assert read(desk, **{NUMBER: number}).findings.is_empty()


@pytest.mark.parametrize("number", ["12", "测市监罚", "2026-001", "决定书", "测市监罚〔2026〕号"])
def test_what_is_no_document_number_is_marked_and_kept(desk, number):
    outcome = read(desk, **{NUMBER: number})
    assert outcome.places("warning") == {(2, NUMBER, "document-number-form")}
    assert outcome.good_rows() == [2]


def test_a_number_of_a_later_year_than_the_decision_is_marked(desk):
    outcome = read(desk, **{NUMBER: "测市监罚〔2027〕1号"})
    assert outcome.places("warning") == {(2, NUMBER, "document-number-year")}


def test_a_fine_of_nothing_is_refused(desk):
    assert read(desk, **{FINE: "0"}).places() == {(2, FINE, "amount-zero")}
    assert read(desk, **{FINE: "0.00"}).places() == {(2, FINE, "amount-zero")}


def test_nothing_may_stand_where_nothing_was_fined(desk):
    assert read(desk, 处罚类别="警告", **{FINE: "0"}).good_rows() == [2]


@pytest.mark.parametrize(("fine", "is_marked"), [("1000", False), ("1000.000001", True), ("5000", True)])
def test_a_fine_far_above_the_usual_asks_for_its_unit(desk, fine, is_marked):
    outcome = read(desk, **{FINE: fine})
    assert outcome.places("warning") == ({(2, FINE, "amount-doubt")} if is_marked else set())
    assert outcome.good_rows() == [2]


def test_the_departments_template_has_a_ceiling(desk):
    edition = desk.template("penalty_org").editions[1]
    row = dict.fromkeys((column.header for column in edition.columns), "") | {
        "行政相对人": "测试市食品有限公司",
        "统一社会信用代码": desk.penalty(1)[CODE],
        "法定代表人或负责人": "张测试",
        "证件类型": "身份证",
        "证件号码": "99999918990101001X",
        "处罚名称": "生产不合格食品案",
        "文书号": "测市监罚〔2026〕1号",
        "处罚日期": "2026-09-01",
        "处罚机构": "测试市市场监督管理局（测试）",
        "处罚类型1": "罚款",
        "处罚类型2": "没收违法所得",
        "处罚事由": "不合格",
        "处罚依据": "食品安全法",
        "处罚结果": "罚款",
        "罚款金额(单位万元)": "10001",
        "信息使用范围": "1",
    }
    outcome = desk.read(desk.write_csv([row, row | {"罚款金额(单位万元)": "5", "文书号": "测市监罚〔2026〕2号"}]))
    assert outcome.places() == {(2, "罚款金额(单位万元)", "amount-range")}
    assert (3, "信息使用范围", "value-remark") in outcome.places("warning")
    accepted = outcome.accepted.row(0, named=True)
    assert (accepted["处罚类型1"], accepted["处罚类型2"]) == (["fine"], ["confiscation"])


def old_number(born: str = "800101") -> str:
    """Return a citizen number of 15 digits that is no registration number."""
    number = f"999999{born}00"
    return number + str((int(registration_check(number)) + 1) % 10)


def test_an_old_citizen_number_is_kept_and_marked(desk):
    header = "法定代表人身份证号"
    outcome = read(desk, **{header: old_number()})
    assert outcome.good_rows() == [2]
    assert outcome.places("warning") == {(2, header, "person-id-old")}
    assert old_number() not in outcome.findings.write_csv()


def test_an_old_number_without_a_real_birthday_is_refused(desk):
    header = "法定代表人身份证号"
    assert read(desk, **{header: old_number("801301")}).places() == {(2, header, "person-id-format")}


def test_an_old_number_that_is_a_registration_number_too_needs_its_kind(desk):
    number = "99999980010100"
    both = number + registration_check(number)
    row = dict.fromkeys(desk.headers("black_province"), "") | {
        "名称/姓名": "张测试",
        "证件号": both,
        "失信领域": "201",
        "列入文号": "测文〔2026〕1号",
        "列入事由": "测试",
        "列入日期": "2026-05-01",
        "认定机关": "测试市盐业局（测试）",
    }
    outcome = desk.read(desk.write_csv([row, row | {"主体类别": "自然人", "列入文号": "测文〔2026〕2号"}]))
    assert outcome.places() == {(2, "证件号", "ambiguous-code")}
    assert outcome.places("warning") == {(3, "证件号", "person-id-old")}


@pytest.mark.parametrize("first", ["A1", "N1", "N2", "N3", "Y1"])
def test_codes_of_the_army_of_villages_and_of_others_are_accepted(desk, first):
    body = f"{first}990101" + "00000019"
    code = body + org_code_check(body[8:])
    assert read(desk, **{CODE: code + uscc_check(code)}).good_rows() == [2]


def test_an_undated_table_is_read_and_every_row_marked(desk):
    headers = ["序号", "当事人名称", "行政处罚决定书文号", "主要违法违规行为", "行政处罚内容", "作出决定机关"]
    row = dict(
        zip(
            headers,
            ["1", "测试银行股份有限公司", "测金罚决字〔2026〕1号", "违规放贷", "罚款50万元", "测试局"],
            strict=True,
        )
    )
    outcome = desk.read(desk.write_csv([row]))
    assert outcome.good_rows() == [2]
    assert outcome.places("warning") == {(2, "作出决定日期", "decision-day-unknown")}


def test_forbidden_matters_are_looked_for_in_dishonesty_only(desk):
    honour = dict.fromkeys(desk.headers("red_org"), "") | {
        "统一社会信用代码": desk.penalty(1)[CODE],
        "荣誉名称": "信访工作先进集体",
        "认定文号": "测文明委〔2026〕1号",
        "机构名称": "测试公司",
        "认定日期": "2026-05-01",
        "认定部门全称": "测试市信访局（测试）",
        "荣誉内容": "信访工作成绩突出",
    }
    assert desk.read(desk.write_csv([honour])).findings.is_empty()
    assert read(desk, 违法行为类型="信访").places() == {(2, "违法行为类型", "outside-catalogue")}


def test_a_broken_table_of_norms_is_refused(tmp_path: Path):
    (tmp_path / "document_numbers.csv").write_text("kinds,pattern\npenalty,[\n", encoding="utf-8")
    with pytest.raises(RuleSyntax):
        read_norms(tmp_path)
