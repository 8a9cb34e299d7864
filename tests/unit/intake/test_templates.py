"""The template files are sound, and a wrong one is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from credit_service.errors import RuleSyntax
from credit_service.intake.headers import header_key
from credit_service.intake.template_yaml import FastLoader, PureLoader, read_plain_yaml
from credit_service.intake.templates import load_templates

DIRECTORY = Path(__file__).parents[3] / "data" / "reference" / "templates"
IDS = [
    "abnormal",
    "black_org",
    "black_person",
    "black_province",
    "commitment",
    "judgment_default",
    "licence_org",
    "licence_person",
    "list_yichang",
    "overload",
    "penalty_org",
    "penalty_person",
    "procurement",
    "red_org",
    "sector_grade",
    "star_person",
    "tax_a",
    "tax_serious",
    "wage_arrears",
]
GOOD = """
id: small
title: 小模板
record_kind: penalty
catalogue_class: C03
subject_kind: organisation
source: 测试
status: unconfirmed
unique_by: [名称]
columns:
  - header: 名称
    type: text
    field: subject_name
    required: true
  - header: 类别
    type: enum
    field: subject_kind
    choices:
      '1': organisation
      是: individual_business
"""


def load(tmp_path: Path, text: str, name: str = "small.yaml"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return load_templates(tmp_path)


def test_every_template_is_there(templates):
    assert [template.template_id for template in templates] == IDS


def test_the_penalty_template_is_the_standard_of_29_columns(templates):
    template = next(t for t in templates if t.template_id == "penalty_org")
    assert len(template.columns) == 29
    assert template.column("罚款金额(万元)").code == "CF_NR_FK"
    assert all(column.code for column in template.columns)


def test_no_two_templates_have_the_same_columns(templates):
    sets = [frozenset(header_key(column.header).key for column in template.columns) for template in templates]
    assert len(set(sets)) == len(sets)


def test_scalars_stay_text(tmp_path):
    column = load(tmp_path, GOOD)[0].column("类别")
    assert column.choices == (("1", "organisation"), ("是", "individual_business"))


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("title: 小模板", "titel: 小模板", "titel"),
        ("    required: true", "    requierd: true", "requierd"),
        ("    required: true", "    required: maybe", "maybe"),
        ("    required: true", "    width: wide", "wide"),
        ("type: text", "type: string", "string"),
        ("field: subject_name", "field: subject", "subject"),
        ("record_kind: penalty", "record_kind: crime", "crime"),
        ("unique_by: [名称]", "unique_by: [文号]", "文号"),
        ("id: small", "id: other", "other"),
        ("status: unconfirmed", "status: perhaps", "perhaps"),
        ("title: 小模板", "title: &a 小模板", "锚点"),
        ("title: 小模板", "title: !!str 小模板", "标签"),
        ("title: 小模板", "title: 小模板\ntitle: 大模板", "重复"),
        ("  - header: 类别", "  - header: 名称（必填）", "名称"),
        ("source: 测试\n", "", "source"),
        ("      是: individual_business", "      是: [", "small.yaml"),
        ("    required: true", "    required_when: {column: 类别, values: [person]}", "person"),
        ("    required: true", "    positive_when: {column: 类别, values: [organisation]}", "金额"),
        ("      是: individual_business", "      是: individual_business\n    remarks: {person: 说明}", "person"),
        (
            "status: unconfirmed",
            "status: unconfirmed\nkind_when: [{column: 类别, value: x, record_kind: honour, catalogue_class: C11}]",
            "x",
        ),
        ("status: unconfirmed", "status: unconfirmed\nis_undated: yes", "yes"),
    ],
)
def test_a_wrong_template_is_refused_by_name(tmp_path, old, new, word):
    assert old in GOOD
    with pytest.raises(RuleSyntax, match=r"small\.yaml") as refusal:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert word in refusal.value.message


def test_an_empty_directory_is_refused(tmp_path):
    with pytest.raises(RuleSyntax):
        load_templates(tmp_path)


def test_sources_and_status_are_stated():
    for template in load_templates(DIRECTORY):
        assert template.source
        assert template.status in {"confirmed", "unconfirmed"}


@pytest.mark.parametrize("loader", [PureLoader, FastLoader] if yaml.__with_libyaml__ else [PureLoader])
def test_both_loaders_read_every_file_alike_and_refuse_the_same(tmp_path, loader):
    for path in sorted(DIRECTORY.glob("*.yaml")):
        assert read_plain_yaml(path, loader) == read_plain_yaml(path)
    for text in ("a: &x 1", "a: !!str 1", "a: 1\na: 2", "a: &x [1]\nb: *x", "a: ["):
        (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(yaml.YAMLError):
            read_plain_yaml(tmp_path / "bad.yaml", loader)
