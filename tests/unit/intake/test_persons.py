"""Persons in department files: their documents are checked, and nothing of them shows in a finding."""

from __future__ import annotations

import pytest

from credit_service.domain.identifier import person_id_check
from credit_service.domain.template import CellType


def make_person_id(serial: int) -> str:
    body = f"99999918990101{serial:03d}"
    return body + person_id_check(body)


def star(desk, serial: int, **changes):
    row = dict.fromkeys(desk.headers("star_person"), "")
    row |= {
        "身份证号": make_person_id(serial),
        "姓名": "欧阳测试",
        "荣誉名称": "诚信之星",
        "认定文号": f"测文明委〔2026〕{serial}号",
        "荣誉等级": "市级",
        "认定日期": "2026-05-01",
        "认定部门全称": "测试市文明办（测试）",
        "荣誉内容": "拾金不昧",
        "本人同意公示(是/否)": "是",
        "同意书编号": f"T{serial}",
    }
    return row | changes


def default(desk, serial: int, **changes):
    row = dict.fromkeys(desk.headers("judgment_default"), "")
    row |= {
        "姓名或名称": "张测试",
        "身份证号码/组织机构代码": make_person_id(serial),
        "执行法院": "测试市示范区人民法院（测试）",
        "执行依据文号": "（2026）测0101民初1号",
        "立案时间": "2026-01-05",
        "案号": f"（2026）测0101执{serial}号",
        "被执行人的履行情况": "全部未履行",
        "失信被执行人行为具体情形": "有履行能力而拒不履行",
        "发布时间": "2026-03-01",
    }
    return row | changes


def text_of(outcome) -> str:
    return outcome.findings.write_csv()


def test_a_correct_person_is_accepted(desk):
    outcome = desk.read(
        desk.write_csv([star(desk, 1), star(desk, 2, **{"本人同意公示(是/否)": "否", "同意书编号": ""})])
    )
    assert outcome.good_rows() == [2, 3]
    assert outcome.accepted["本人同意公示(是/否)"].to_list() == [True, False]
    assert outcome.accepted["荣誉等级"].to_list() == ["city", "city"]


def test_consent_without_its_form_is_refused(desk):
    outcome = desk.read(desk.write_csv([star(desk, 1, 同意书编号="")]))
    assert outcome.places() == {(2, "同意书编号", "required-when")}


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda number: number[:17] + ("0" if number[17] != "0" else "1"), "person-id-check-digit"),
        (lambda number: number[:6] + "991301" + number[14:17], "person-id-format"),
        (lambda number: number[:10] + "0230" + number[14:], "person-id-format"),
        (lambda number: number[:16], "person-id-format"),
    ],
)
def test_wrong_numbers_are_masked_in_findings(desk, spoil, rule):
    wrong = spoil(make_person_id(1))
    outcome = desk.read(desk.write_csv([star(desk, 1, 身份证号=wrong, 姓名="欧阳测试" * 20)]))
    assert {(column, found) for _, column, found in outcome.places()} == {("身份证号", rule), ("姓名", "width")}
    assert wrong not in text_of(outcome)
    assert wrong[4:12] not in text_of(outcome)
    assert "欧阳测" not in text_of(outcome)
    assert wrong[:3] + "*" * (len(wrong) - 4) + wrong[-1] in text_of(outcome)


def test_an_unreadable_line_shows_no_name_and_no_number(desk):
    lines = desk.write_csv([star(desk, 1), star(desk, 2)]).read_bytes().split(b"\r\n")
    outcome = desk.read(desk.write_bytes(b"\r\n".join([lines[0], lines[1] + b",more", lines[2]])))
    assert outcome.places() == {(2, "", "ragged-line")}
    assert make_person_id(1) not in text_of(outcome)
    assert "欧阳测试" not in text_of(outcome)
    assert "欧阳**" in text_of(outcome)
    assert outcome.good_rows() == [3]


def test_a_passport_is_not_checked_as_a_citizen_number(desk):
    row = dict.fromkeys(desk.headers("penalty_person"), "")
    row |= {header: value for header, value in desk.penalty(1).items() if header in row}
    row |= {"行政相对人名称": "测试人", "行政相对人类别": "自然人", "证件类型": "护照号", "证件号码": "e1234567"}
    card = row | {"证件类型": "身份证", "证件号码": "E1234567", "行政处罚决定书文号": "测2号"}
    outcome = desk.read(desk.write_csv([row, card]))
    assert outcome.places() == {(3, "证件号码", "person-id-format")}
    assert outcome.accepted.select("证件类型", "证件号码").rows() == [("passport", "e1234567")]


def test_a_person_may_stand_in_the_full_penalty_template(desk):
    code = "行政相对人代码_1(统一社会信用代码)"
    person = {
        "行政相对人类别": "自然人",
        code: "",
        "法定代表人": "",
        "证件类型": "身份证",
        "证件号码": make_person_id(3),
    }
    outcome = desk.read(desk.write_csv(desk.penalties(3, r2=person, r3=person | {"证件号码": ""})))
    assert outcome.good_rows() == [2, 3]
    assert outcome.places() == {(4, "证件号码", "required-when")}


def test_codes_of_court_lists_are_told_apart(desk):
    organisation = desk.penalty(7)["行政相对人代码_1(统一社会信用代码)"]
    code = "身份证号码/组织机构代码"
    rows = [
        default(desk, 1),
        default(desk, 2, **{code: organisation, "姓名或名称": "测试公司", "被执行人类别": "法人"}),
        default(desk, 3, **{code: organisation[8:16] + "-" + organisation[16], "被执行人类别": ""}),
        default(desk, 4, **{"被执行人类别": "法人"}),
        default(desk, 5, **{code: make_person_id(5)[:17] + "a", "被执行人类别": "自然人"}),
        default(desk, 6, **{code: organisation[:17] + ("0" if organisation[17] != "0" else "1")}),
    ]
    outcome = desk.read(desk.write_csv(rows))
    assert outcome.places() == {
        (5, code, "code-kind-conflict"),
        (6, code, "person-id-format"),
        (7, code, "uscc-check-digit"),
    }
    assert outcome.accepted[code].to_list() == [make_person_id(1), organisation, organisation[8:17]]


def test_names_in_court_lists_are_masked_unless_of_an_organisation(desk):
    long = "测" * 201
    outcome = desk.read(
        desk.write_csv([default(desk, 1, 姓名或名称=long), default(desk, 2, 姓名或名称=long, 被执行人类别="法人")])
    )
    values = dict(outcome.findings.filter(outcome.findings["rule"] == "width").select("row", "value").iter_rows())
    assert values[2] == "测" + "*" * 200
    assert values[3].startswith("测测测")


def test_every_column_of_a_person_number_is_marked_personal(templates):
    for template in templates:
        for column in template.columns:
            if column.type in {CellType.PERSON_ID, CellType.SUBJECT_CODE}:
                assert column.personal, (template.template_id, column.header)
