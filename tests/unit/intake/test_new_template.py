"""A template nobody thought of before is read, checked, generated into a workbook and made a record by data alone."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from credit_service.intake.template_workbook import render_template_workbook
from credit_service.intake.templates import load_templates
from credit_service.normalise.build_records import BuildContext, build_records

REFERENCE = Path(__file__).parents[3] / "data" / "reference"
NEW = """
id: heritage
title: 文物保护失信名单
record_kind: serious_list
catalogue_class: C06
subject_kind: organisation
source: 测试
status: unconfirmed
unique_by: [列名文号]
not_future: [列名日]
kind_when:
  - {column: 名单, value: red, record_kind: honour, catalogue_class: C11}
columns:
  - {header: 单位, type: text, field: subject_name, required: 'true', width: '50'}
  - {header: 社会信用代码, type: uscc, field: uscc_code, required: 'true'}
  - {header: 名单, type: enum, required: 'true', choices: {黑: black, 红: red}}
  - {header: 列名文号, type: text, field: document_no, required: 'true'}
  - {header: 列名日, type: date, field: decided_on, required: 'true'}
  - {header: 缘由, type: text, field: fact, required: 'true'}
  - {header: 决定单位代码, type: uscc, field: authority_code}
editions:
  - id: old
    title: 文物保护失信名单（旧表）
    source: 测试
    status: unconfirmed
    columns:
      - {header: 名, same_as: 单位}
      - {header: 码, same_as: 社会信用代码}
      - {header: 榜, same_as: 名单}
      - {header: 号, same_as: 列名文号}
      - {header: 日, same_as: 列名日}
      - {header: 由, same_as: 缘由}
"""


def test_a_new_template_needs_no_code(desk, tmp_path):
    (tmp_path / "heritage.yaml").write_text(NEW, encoding="utf-8")
    templates = (*desk.templates, *load_templates(tmp_path))
    own = replace(desk, templates=templates)
    code = desk.penalty(1)["行政相对人代码_1(统一社会信用代码)"]
    rows = [
        {"名": "测试公司", "码": code, "榜": "黑", "号": "测文〔2026〕1号", "日": "2026-05-01", "由": "损毁文物"},
        {"名": "测试公司", "码": code, "榜": "红", "号": "测文〔2026〕2号", "日": "2026-05-01", "由": "捐献文物"},
        {"名": "测试公司", "码": code, "榜": "灰", "号": "测文〔2026〕3号", "日": "2099-05-01", "由": "损毁文物"},
    ]
    path = desk.write_csv(rows)
    reading, outcome = own.open(path), own.read(path)
    assert (reading.template.name, outcome.good_rows()) == ("heritage.old", [2, 3])
    assert outcome.places() == {(4, "榜", "enum"), (4, "日", "future-date")}
    context = BuildContext("B1", "11", reading.template, datetime(2026, 9, 30, tzinfo=UTC), b"key")
    records = build_records(outcome.accepted, context).records
    assert records.select("kind", "catalogue_class").rows() == [("serious_list", "C06"), ("honour", "C11")]
    assert records["subject_id"].to_list() == [f"uscc:{code}"] * 2
    assert records["template"].unique().to_list() == ["heritage"]


def test_a_new_template_has_a_blank_workbook(tmp_path):
    (tmp_path / "heritage.yaml").write_text(NEW, encoding="utf-8")
    (template,) = load_templates(tmp_path)
    assert render_template_workbook(template, {}).startswith(b"PK")
    assert render_template_workbook(template.editions[0], {"日": "2026/05/01"}).startswith(b"PK")


def test_the_tables_of_norms_state_their_sources_and_their_examples_fit():
    for name in ("header_misspellings.csv", "document_numbers.csv", "amount_limits.csv"):
        rows = list(csv.DictReader(io.StringIO((REFERENCE / name).read_text("utf-8"))))
        assert rows
        assert all(row["source"] and row["status"] in {"confirmed", "unconfirmed"} for row in rows), name
    for row in csv.DictReader(io.StringIO((REFERENCE / "document_numbers.csv").read_text("utf-8"))):
        assert pl.Series([row["example"]]).str.contains(row["pattern"]).item(), row["form"]
