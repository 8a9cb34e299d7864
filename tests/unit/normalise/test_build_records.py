"""Rows of every template become records of the one schema."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

from credit_service.domain.record import RECORD_FIELDS
from credit_service.normalise.build_records import RECORD_SCHEMA
from credit_service.normalise.record_schema import check_record_frame

COMPANY = {
    "subject_name": "示范区(测试)商贸有限公司",
    "subject_kind": "organisation",
    "uscc_code": "91350100M000100Y43",
    "document_no": "示市监罚[2024]12号",
    "topic": "违反食品安全管理规定",
    "fact": "销售超过保质期的食品",
    "penalty_kinds": ["fine", "warning"],
    "fine_fen": 5_000_000,
    "decided_on": date(2024, 2, 3),
    "ends_on": date(2099, 12, 31),
    "authority_name": "示范区市场监督管理局（测试）",
    "authority_code": "11100000000013127D",
}
PERSON = COMPANY | {
    "subject_name": "欧阳震华",
    "subject_kind": "person",
    "uscc_code": None,
    "person_id_type": "id_card",
    "person_id": "11010519491231002x",
}


def test_schema_is_the_domains_list_of_fields():
    types = {
        pl.String(): "text",
        pl.Int64(): "int",
        pl.Boolean(): "bool",
        pl.Date(): "date",
        pl.Datetime("us"): "instant",
    }
    assert [(name, types[dtype]) for name, dtype in RECORD_SCHEMA.items()] == [
        (name, kind.removesuffix("?")) for name, kind in RECORD_FIELDS
    ]


def test_company_record_says_what_the_row_said(desk: Callable[..., Any]):
    (record,) = desk("penalty_org").build(COMPANY).records.to_dicts()
    assert record["record_id"] == "B0123456789ABCDEF-0000002"
    assert record["subject_id"] == "uscc:91350100M000100Y43"
    assert record["subject_name"] == "示范区（测试）商贸有限公司"
    assert record["document_no"] == "示市监罚〔2024〕12号"
    assert (record["kind"], record["catalogue_class"]) == ("penalty", "C03")
    assert (record["penalty_mask"], record["fine_fen"], record["confiscated_fen"]) == (5, 5_000_000, 0)
    assert record["ends_on"] is None
    assert record["learned_at"] == datetime(2026, 9, 1, 20)  # noqa: DTZ001 - the frame's instants are naive UTC
    assert record["superseded_at"] is None


def test_person_leaves_under_hash_and_mask_only(desk: Callable[..., Any]):
    built = desk("penalty_org").build(PERSON | {"fact": "欧阳震华（11010519491231002X）未经许可经营"})
    (record,) = built.records.to_dicts()
    assert record["subject_id"].startswith("psn:")
    assert record["subject_name"] == "欧阳**"
    assert record["identifier_code"] is None
    assert record["region_code"] is None
    assert "震华" not in record["fact"]
    assert "19491231" not in record["fact"]


def test_person_goes_to_the_vault_once_in_full(desk: Callable[..., Any]):
    built = desk("penalty_org").build(PERSON, PERSON | {"document_no": "另一文号"}, COMPANY)
    assert built.persons.rows() == [(built.records["subject_id"][0], "欧阳震华", "11010519491231002X")]


def test_own_name_in_any_free_text_is_masked(desk: Callable[..., Any]):
    texts = dict.fromkeys(("topic", "document_no", "fact", "outcome", "basis"), "欧 阳震华")
    (record,) = desk("penalty_org").build(PERSON | texts).records.to_dicts()
    assert {record[name] for name in texts} == {"欧阳**"}


def test_citizen_number_in_a_companys_text_is_masked(desk: Callable[..., Any]):
    (record,) = (
        desk("penalty_org")
        .build(COMPANY | {"fact": "负责人证件１１０１０５１９４９１２３１００２Ｘ"})
        .records.to_dicts()
    )
    assert record["fact"] == "负责人证件110**************X"


def test_eighteen_digits_that_are_no_citizen_number_stay(desk: Callable[..., Any]):
    (record,) = desk("penalty_org").build(COMPANY | {"fact": "运单号123456789012345678"}).records.to_dicts()
    assert record["fact"] == "运单号123456789012345678"


def test_tax_grade_is_dated_on_the_last_day_of_its_year(desk: Callable[..., Any]):
    row = {"uscc_code": "91350100M000100Y43", "subject_name": "某公司（测试）", "year": 2025}
    (record,) = desk("tax_a").build(row).records.to_dicts()
    assert (record["decided_on"], record["topic"]) == (date(2025, 12, 31), "纳税信用A级")


@pytest.mark.parametrize(
    ("code", "kind", "subject"),
    [
        ("91350100M000100Y43", "organisation", "uscc:91350100M000100Y43"),
        ("110105194912310", "organisation", "reg:110105194912310"),
        ("13127000-X", "organisation", "org:13127000X"),
        ("11010519491231002X", "person", "psn:"),
    ],
)
def test_code_of_a_judgment_debtor_says_who_it_is(desk: Callable[..., Any], code: str, kind: str, subject: str):
    row = {"subject_name": "测试甲", "subject_code": code, "decided_on": date(2024, 1, 1)}
    (record,) = desk("judgment_default").build(row).records.to_dicts()
    assert record["subject_kind"] == kind
    assert record["subject_id"].startswith(subject)


def test_consent_of_a_star_is_kept(desk: Callable[..., Any]):
    row = {
        "subject_name": "张三",
        "person_id": "11010519491231002X",
        "topic": "诚信之星",
        "fact": "事迹",
        "honour_level": "city",
        "decided_on": date(2026, 1, 1),
        "consent": True,
        "consent_no": "同意〔2026〕1号",
    }
    (record,) = desk("star_person").build(row).records.to_dicts()
    assert (record["consent"], record["consent_no"], record["honour_level"]) == (True, "同意〔2026〕1号", "city")


def test_arrears_are_the_amount(desk: Callable[..., Any]):
    row = {"uscc_code": "91350100M000100Y43", "amount_fen": 123, "decided_on": date(2026, 1, 1)}
    assert desk("wage_arrears").build(row).records["amount_fen"].to_list() == [123]


def test_revoked_licence_carries_the_day_we_learned_it(desk: Callable[..., Any]):
    # 20:00 UTC on 1 September is already the 2nd in Asia/Shanghai.
    (record,) = desk("licence_org").build(COMPANY_LICENCE | {"status_code": "revoked"}).records.to_dicts()
    assert record["revoked_on"] == date(2026, 9, 2)


def test_rows_of_several_sheets_have_ids_of_their_own(desk: Callable[..., Any]):
    built = desk("penalty_org").build(
        COMPANY | {"row": 2, "sheet": "一季度"}, COMPANY | {"row": 2, "sheet": "二季度"}, multi_sheet=True
    )
    assert built.records["record_id"].n_unique() == 2


def test_empty_chunk_gives_empty_frames(desk: Callable[..., Any]):
    built = desk("penalty_org").build()
    assert (built.records.height, built.records.schema, built.persons.height) == (0, RECORD_SCHEMA, 0)


def test_frame_with_a_hole_is_refused(desk: Callable[..., Any]):
    records = desk("penalty_org").build(COMPANY).records
    with pytest.raises(ValueError, match="topic"):
        check_record_frame(records.with_columns(pl.lit(None, dtype=pl.String).alias("topic")))


def test_frame_of_another_type_is_refused(desk: Callable[..., Any]):
    records = desk("penalty_org").build(COMPANY).records
    with pytest.raises(TypeError, match="fine_fen"):
        check_record_frame(records.with_columns(pl.col("fine_fen").cast(pl.Float64)))


COMPANY_LICENCE = {
    "subject_name": "某公司（测试）",
    "subject_kind": "organisation",
    "uscc_code": "91350100M000100Y43",
    "document_no": "许〔2026〕1号",
    "topic": "食品经营许可",
    "decided_on": date(2026, 1, 1),
}
