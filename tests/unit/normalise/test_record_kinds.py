"""Records of templates in which a column says what kind of fact a row states."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from credit_service.domain.template import CellType, Column, KindWhen, Template
from credit_service.normalise.build_records import BuildContext, build_records

TEMPLATE = Template(
    template_id="commitment",
    title="信用承诺",
    record_kind="commitment",
    catalogue_class="C08",
    subject_kind="organisation",
    columns=(
        Column("名称", CellType.TEXT, "subject_name"),
        Column("代码", CellType.USCC, "uscc_code"),
        Column("类别1", CellType.ENUM_SET, "penalty_kinds", choices=(("罚款", "fine"),)),
        Column("类别2", CellType.ENUM_SET, "penalty_kinds", choices=(("警告", "warning"),)),
        Column("日期", CellType.DATE, "decided_on"),
        Column("状态", CellType.ENUM, choices=(("违约", "broken"), ("履约", "kept"))),
    ),
    kind_when=(KindWhen("状态", "broken", "broken_commitment", "C10"),),
)
CONTEXT = BuildContext("B1", "11", TEMPLATE, datetime(2026, 9, 30, 20, tzinfo=UTC), b"key")


def build(context: BuildContext = CONTEXT, **changes: object) -> dict[str, object]:
    row = {
        "row": 2,
        "sheet": "",
        "名称": "测试公司",
        "代码": None,
        "类别1": None,
        "类别2": None,
        "日期": None,
        "状态": None,
    }
    types = {"日期": pl.Date(), "类别1": pl.List(pl.String()), "类别2": pl.List(pl.String())}
    columns = {n: types.get(n, pl.Int64() if n == "row" else pl.String()) for n in (*row, *changes)}
    accepted = pl.DataFrame([row | changes], schema=columns)
    return build_records(accepted, context).records.row(0, named=True)


@pytest.mark.parametrize(
    ("state", "kind", "catalogue_class"),
    [("broken", "broken_commitment", "C10"), ("kept", "commitment", "C08"), (None, "commitment", "C08")],
)
def test_a_column_tells_the_kind(state, kind, catalogue_class):
    record = build(状态=state, 日期=date(2026, 5, 1))
    assert (record["kind"], record["catalogue_class"]) == (kind, catalogue_class)


def test_the_kind_of_a_row_is_part_of_the_act():
    kept, broken = (build(状态=state, 日期=date(2026, 5, 1)) for state in ("kept", "broken"))
    assert kept["act_key"] != broken["act_key"]


def test_two_columns_of_penalty_kinds_are_one_mask():
    assert build(类别1=["fine"], 类别2=["warning"], 日期=date(2026, 5, 1))["penalty_mask"] == 5
    assert build(类别2=["warning"], 日期=date(2026, 5, 1))["penalty_mask"] == 1
    assert build(日期=date(2026, 5, 1))["penalty_mask"] == 0


def test_a_row_without_a_day_gets_the_legal_day_of_receipt():
    assert build()["decided_on"] == date(2026, 10, 1)


def test_a_name_without_an_organisations_words_is_kept_as_a_persons():
    context = replace(CONTEXT, template=replace(TEMPLATE, subject_kind=None, organisation_endings=("公司",)))
    assert build(context)["subject_kind"] == "organisation"
    person = build(context, 名称="张三")
    assert (person["subject_kind"], person["subject_name"]) == ("person", "张*")


def test_a_person_named_with_an_office_is_withheld_from_the_texts_too():
    columns = (*TEMPLATE.columns, Column("事实", CellType.TEXT, "fact"))
    template = replace(TEMPLATE, subject_kind=None, organisation_endings=("支行",), columns=columns)
    text = "对张三警告，对李四罚款"
    person = build(replace(CONTEXT, template=template), 名称="张三（时任测试银行示范支行行长）、李四", 事实=text)
    assert person["subject_kind"] == "person"
    assert "张三" not in str(person)
    assert "李四" not in str(person)
