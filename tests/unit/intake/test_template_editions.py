"""The column sets of other years and offices: each is recognised by itself and keeps what its columns mean."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from credit_service.domain.template import CellType
from credit_service.errors import MissingColumns, RuleSyntax
from credit_service.intake.headers import header_key
from credit_service.intake.parsed import Preview, PreviewRow
from credit_service.intake.recognise import recognise_tables
from credit_service.intake.templates import find_template, list_editions, load_templates

DIRECTORY = Path(__file__).parents[3] / "data" / "reference" / "templates"
TEMPLATES = load_templates(DIRECTORY)
EVERY = list(list_editions(TEMPLATES))
NAMES = [template.name for template in EVERY]
WITHOUT_CODES = {"licence_org", "penalty_org"}
"""Without a single code column these cannot be told from the persons' template, and ask for its columns."""
BASE = """
id: small
title: 小模板
record_kind: penalty
catalogue_class: C03
source: 测试
status: unconfirmed
unique_by: [名称]
columns:
  - {header: 名称, type: text, field: subject_name, required: 'true', aliases: [单位名称]}
  - {header: 类别, type: enum, field: subject_kind, required: 'true', choices: {甲: organisation, 乙: person}}
  - {header: 代码, type: uscc, field: uscc_code, required_when: {column: 类别, values: [organisation]}}
  - {header: 日期, type: date, field: decided_on, required: 'true'}
editions:
  - id: old
    title: 旧模板
    subject_kind: organisation
    source: 测试
    status: unconfirmed
    columns:
      - 单位名称
      - {header: 代码甲, same_as: 代码, aliases: []}
      - 日期
"""


def recognise(headers):
    rows = (PreviewRow(1, 1, tuple(headers)),)
    return recognise_tables([Preview("", "", rows)], TEMPLATES)[0].template.name


def get(name):
    found = find_template(TEMPLATES, name)
    assert found is not None
    return found


def load(tmp_path, text):
    (tmp_path / "small.yaml").write_text(text, encoding="utf-8")
    return load_templates(tmp_path)[0]


@pytest.mark.parametrize("name", NAMES)
def test_every_column_set_is_recognised_by_its_own_header(name):
    headers = [column.header for column in get(name).columns]
    assert recognise(headers) == name


@pytest.mark.parametrize("name", NAMES)
def test_order_and_further_columns_do_not_matter(name):
    headers = [column.header for column in get(name).columns]
    mixed = random.Random(7).sample([*headers, "填报人", "联系电话"], len(headers) + 2)  # noqa: S311
    assert recognise(mixed) == name


@pytest.mark.parametrize("name", NAMES)
def test_field_codes_do_as_headers(name):
    assert recognise([column.code or column.header for column in get(name).columns]) == name


@pytest.mark.parametrize("name", sorted(set(NAMES) - WITHOUT_CODES))
def test_the_required_columns_are_enough(name):
    template = get(name)
    headers = [column.header for column in template.columns if column.required]
    assert recognise([*headers, *(group[0] for group in template.any_of)]) == name


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_required_column_is_asked_for(name):
    template = get(name)
    lacking = next(column.header for column in template.columns if column.required)
    headers = [column.header for column in template.columns if column.header != lacking]
    try:
        assert recognise(headers) != name
    except MissingColumns as refusal:
        assert refusal.attributes["missing"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("penalty_org", 29),
        ("penalty_org.department_2019", 33),
        ("penalty_person.department_2019", 26),
        ("licence_org.department_2019", 28),
        ("licence_person.department_2019", 21),
        ("black_org", 11),
        ("red_org", 11),
        ("black_person", 7),
        ("star_person.department_2019", 9),
        ("sector_grade", 8),
    ],
)
def test_the_column_counts_of_the_published_sets(name, columns):
    assert len(get(name).columns) == columns


def test_the_order_of_the_departments_penalty_template():
    headers = [column.header for column in get("penalty_org.department_2019").columns]
    assert headers[:9] == [
        "行政相对人",
        "统一社会信用代码",
        "组织机构代码",
        "工商注册号",
        "税务登记号",
        "法定代表人或负责人",
        "证件类型",
        "证件号码",
        "处罚名称",
    ]
    assert headers[-3:] == ["处罚机构统一社会信用代码", "数据来源单位", "数据来源统一社会信用代码"]


@pytest.mark.parametrize(
    "codes",
    [
        "CF_WSH CF_CFMC CF_CFLB1 CF_CFLB2 CF_SY CF_YJ CF_XDR_MC CF_XDR_SHXYM CF_XDR_ZDM CF_XDR_GSDJ CF_XDR_SWDJ "
        "CF_XDR_SFZ CF_FR CF_JG CF_JDRQ CF_XZJG CF_ZT DFBM SJC BZ",
        "XK_WSH XK_XMMC XK_SPLB XK_NR XK_XDR XK_XDR_SHXYM XK_XDR_ZDM XK_XDR_GSDJ XK_XDR_SWDJ XK_XDR_SFZ XK_FR XK_JDRQ "
        "XK_JZQ XK_XZJG XK_ZT DFBM SJC BZ",
    ],
)
def test_the_exchange_codes_of_2016(codes):
    assert recognise(codes.split()).endswith("_org.publicity_2016")


def test_the_courts_json_keys():
    keys = "datatype,iname,sexname,age,casecode,gistcid,areaname,courtname,regdate,publishdate"
    assert recognise(keys.split(",")) == "judgment_default.court_json"


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ("编号,纳税人识别号,纳税人名称,信用级别,评价年度,税务机关", "tax_a"),
        ("纳税人识别号,纳税人名称,评价年度,税务机关", "tax_a"),
        ("序号,纳税人名称,统一社会信用代码(纳税人识别号),年度,主管税务机关", "tax_a"),
        ("序号,当事人名称,主要违法违规行为,行政处罚内容,作出决定机关", "penalty_org.nfra"),
        ("序号,当事人名称,行政处罚决定书文号,主要违法违规行为,行政处罚内容,作出决定机关", "penalty_org.nfra"),
        ("名称/姓名,证件号,失信领域,列入文号,列入事由,列入日期,认定机关,公布期限", "black_province"),
        ("车牌号,道路运输证号,行政处罚决定书文号,违法时间,处罚决定日期,罚款金额,执法机构", "overload"),
        (
            "企业名称,统一社会信用代码,案号,执行单位,地域名称,执行依据文号,发布时间,立案时间,有效期限",
            "judgment_default.city",
        ),
        ("姓名,身份证号,案号,执行单位,地域名称,执行依据文号,发布时间,立案时间,有效期限", "judgment_default.city"),
        ("纳税人名称,识别号,法定代表人,财务负责人,案件性质,主要违法事实,法律依据及处理处罚,案件上报期", "tax_serious"),
        ("机构名称,企业地址,不良行为的具体情形,处罚依据,处罚结果,记录日期,登记地点,处罚截止日期", "procurement"),
        ("名称,统一社会信用代码,承诺类型,事由,日期,受理单位,履约状态", "commitment"),
    ],
)
def test_layouts_as_they_are_published(headers, name):
    assert recognise(headers.split(",")) == name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("没收违法所得、没收非法财务的金额（万元）", "没收违法所得、没收非法财物的金额(万元)"),
        ("行政处罚决定书文号 ", "行政处罚决定书文号"),
        ("行政处罚决定书编号", "行政处罚决定书文号"),
        ("公示截至期", "公示截止期"),
        ("行政相对方名称", "行政相对人名称"),
        ("法人代表", "法定代表人"),
    ],
)
def test_known_misspellings_are_read(written, meant):
    headers = [written if c.header == meant else c.header for c in get("penalty_org").columns]
    table = recognise_tables([Preview("", "", (PreviewRow(1, 1, tuple(headers)),))], TEMPLATES)[0]
    assert table.position_of(meant) == headers.index(written)


@pytest.mark.parametrize(
    ("name", "header", "written"),
    [
        ("black_province", "失信领域", "失信的领域"),
        ("penalty_org.department_2019", "处罚名称", "处罚的名称"),
        ("penalty_org.publicity_2016", "处罚名称", "处罚案名称"),
        ("tax_serious", "案件上报期", "案件的上报期"),
        ("commitment", "履约状态", "履约的状态"),
        ("sector_grade", "评定结果", "评定的结果"),
        ("penalty_org", "处罚决定日期", "处罚决定之日期"),
    ],
)
def test_a_near_miss_is_asked_about(name, header, written):
    headers = [written if column.header == header else column.header for column in get(name).columns]
    with pytest.raises(MissingColumns) as refusal:
        recognise(headers)
    assert f"“{written}”是否即“{header}”？" in refusal.value.remedy


def test_a_misspelt_header_is_told(desk):
    row = {("公示截至期" if header == "公示截止期" else header): cell for header, cell in desk.penalty(1).items()}
    outcome = desk.read(desk.write_csv([row]))
    assert outcome.places("note") == {(1, "公示截至期", "header-misspelt")}
    assert outcome.good_rows() == [2]


def test_a_sum_without_a_unit_in_a_template_in_yuan_is_marked(desk):
    headers = [column.header for column in get("overload").columns]
    row = dict.fromkeys(("罚款金额" if header == "罚款金额(元)" else header for header in headers), "")
    outcome = desk.read(desk.write_csv([row | {"罚款金额": "500"}]))
    assert (1, "罚款金额", "unit-assumed") in outcome.places("warning")


def test_a_misspelling_never_takes_the_name_of_another_column():
    for template in EVERY:
        own = {header_key(n).key: c.header for c in template.columns for n in (c.header, c.code, *c.aliases) if n}
        taken = {own.get(header_key(n).key, c.header) for c in template.columns for n in c.misspellings}
        assert taken <= {column.header for column in template.columns}


def test_conditions_follow_their_columns_and_fall_away_with_them(tmp_path):
    edition = load(tmp_path, BASE).editions[0]
    assert (edition.template_id, edition.name, edition.subject_kind) == ("small", "small.old", "organisation")
    assert edition.column("代码甲").required_when is None
    assert edition.column("单位名称").aliases == ("名称",)
    assert edition.unique_by == ("单位名称",)


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("same_as: 代码", "same_as: 编码", "编码"),
        ("      - 日期", "      - 时日", "时日"),
        ("      - 日期", "      - 日期\n      - 日期", "日期"),
        ("    title: 旧模板", "    titel: 旧模板", "titel"),
        ("aliases: []}", "aliases: [], widht: '3'}", "widht"),
    ],
)
def test_a_wrong_edition_is_refused(tmp_path, old, new, word):
    assert old in BASE
    with pytest.raises(RuleSyntax, match=r"small\.yaml") as refusal:
        load(tmp_path, BASE.replace(old, new, 1))
    assert word in refusal.value.message


def test_every_set_names_a_day_or_says_that_it_has_none():
    for template in EVERY:
        days = [column for column in template.columns if column.field in {"decided_on", "year"} and column.required]
        assert bool(days) is not template.is_undated, template.name


def test_persons_numbers_and_names_are_marked_personal():
    for template in EVERY:
        for column in template.columns:
            is_number = column.type in {CellType.PERSON_ID, CellType.SUBJECT_CODE} or "证件号码" in column.header
            if is_number or (template.subject_kind == "person" and column.field == "subject_name"):
                assert column.personal, (template.name, column.header)


def test_every_set_states_its_source():
    for template in EVERY:
        assert template.source
        assert template.status in {"confirmed", "unconfirmed"}
