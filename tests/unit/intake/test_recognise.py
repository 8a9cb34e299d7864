"""Headers as departments spell them; units that must never be mixed up; columns that ask 是否即….."""

from __future__ import annotations

import pytest

from credit_service.errors import MissingColumns, UnreadableFile
from credit_service.intake.headers import header_key

FINE = "罚款金额(万元)"


@pytest.mark.parametrize(
    "written",
    [
        "罚款金额（万元）",
        " 罚款金额(万元) ",
        "罚款金额 (万元) *",
        "罚款金额(单位：万元)",
        "*罚款金额（万元）（必填）",
        "罚款金额\n(万元)",
        "罚款　金额（万元）",
        "处罚金额(万元)",
        "CF_NR_FK",
        "cf_nr_fk",
    ],
)
def test_spellings_of_one_header(desk, written):
    rows = [{(written if k == FINE else k): v for k, v in desk.penalty(1).items()}]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.accepted[FINE].to_list() == [500_000]
    assert outcome.places("warning") == set()


def test_a_sum_in_yuan_is_never_read_as_ten_thousand(desk):
    rows = [{("罚款金额(元)" if k == FINE else k): v for k, v in desk.penalty(1, **{FINE: "5000"}).items()}]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.accepted[FINE].to_list() == [500_000]
    assert outcome.places("note") == {(1, "罚款金额(元)", "unit-differs")}


def test_a_sum_without_unit_is_read_as_the_template_says_and_marked(desk):
    rows = [{("罚款金额" if k == FINE else k): v for k, v in desk.penalty(1).items()}]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.accepted[FINE].to_list() == [500_000]
    assert outcome.places("warning") == {(1, "罚款金额", "unit-assumed")}


def test_an_unknown_unit_is_no_match(desk):
    rows = [{("罚款金额(亿元)" if k == FINE else k): v for k, v in desk.penalty(1).items()}]
    with pytest.raises(MissingColumns) as refusal:
        desk.open(desk.write_csv(rows))
    assert refusal.value.attributes["missing"] == [FINE]


def test_order_of_columns_does_not_matter(desk):
    rows = [dict(reversed(row.items())) for row in desk.penalties(2)]
    assert desk.read(desk.write_csv(rows)).good_rows() == [2, 3]


def test_extra_columns_are_noted_with_the_near_miss(desk):
    rows = [{("备住" if k == "备注" else k): v for k, v in desk.penalty(1).items()} | {"序号": "1"}]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.places("note") == {(1, "备住", "extra-column"), (1, "序号", "extra-column")}
    assert outcome.good_rows() == [2]


def test_a_header_that_stands_twice_is_refused(desk):
    head, row, _ = desk.write_csv(desk.penalties(1)).read_bytes().split(b"\r\n")
    doubled = head + ",处罚决定日期".encode() + b"\r\n" + row + b",2026-01-01\r\n"
    with pytest.raises(UnreadableFile, match="重复的列"):
        desk.open(desk.write_bytes(doubled))


def test_the_standard_header_wins_over_an_alias(desk):
    rows = [desk.penalty(1) | {"文书号": "别的文号"}]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.accepted["行政处罚决定书文号"].to_list() == ["测市监罚〔2026〕1号"]
    assert outcome.places("note") == {(1, "文书号", "extra-column")}


@pytest.mark.parametrize(
    "template_id", ["penalty_person", "licence_org", "tax_a", "star_person", "abnormal", "wage_arrears"]
)
def test_every_template_is_recognised_by_its_own_header(desk, template_id):
    headers = desk.headers(template_id)
    reading = desk.open(desk.write_csv([dict.fromkeys(headers, "x")]))
    assert reading.template.template_id == template_id


def test_names_of_old_header_sets(desk):
    old = {
        "机构名称": "单位名称",
        "认定部门全称": "认定单位",
        "荣誉名称": "荣誉称号",
        "认定日期": "认定时间",
    }
    rows = [dict.fromkeys((old.get(header, header) for header in desk.headers("red_org")), "x")]
    assert desk.open(desk.write_csv(rows)).template.template_id == "red_org"


def test_a_hundred_thousand_columns_are_refused_at_once(desk):
    with pytest.raises(UnreadableFile, match="100000列"):
        desk.open(desk.write_bytes(b",".join([b"x"] * 100_000) + b"\n"))


def test_header_key_keeps_the_unit_apart():
    assert header_key("罚款金额（单位：万元）") == header_key("罚款金额(万元)")
    assert header_key("罚款金额(元)").unit == "元"
    assert header_key("本人同意公示(是/否)").key == "本人同意公示"
