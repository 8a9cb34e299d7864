"""Organisations without a code: the same one of the same sender is known again, namesakes never meet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

ROW = {
    "subject_name": "示范区晨光商贸有限公司（测试）",
    "subject_kind": "organisation",
    "document_no": "罚〔2026〕1号",
    "topic": "甲",
    "decided_on": date(2026, 1, 1),
}
LED = ROW | {"legal_representative": "欧阳测试"}
OTHER_ACT = {"document_no": "罚〔2026〕2号", "decided_on": date(2026, 2, 2)}


def ids(desk: Callable[..., Any], *rows: dict[str, object], column: str = "subject_id", **changes: object) -> list[str]:
    return desk("penalty_org").build(*rows, **changes).records[column].to_list()


def test_its_later_records_share_its_id_in_any_batch(desk: Callable[..., Any]):
    (first,) = ids(desk, LED)
    assert first.startswith("none:")
    assert len(first) == 37
    assert ids(desk, LED | OTHER_ACT, batch_id="B9999999999999999") == [first]


@pytest.mark.parametrize(
    "spelling",
    [
        {"subject_name": "示范区晨光商贸有限公司(测试)"},
        {"subject_name": " 示范区 晨光商贸有限公司（测试）"},
        {"legal_representative": "欧阳 测试"},
        {"legal_representative": "欧阳测试\u3000"},
    ],
)
def test_spelling_does_not_matter(desk: Callable[..., Any], spelling: dict[str, object]):
    assert ids(desk, LED | spelling | OTHER_ACT) == ids(desk, LED)


@pytest.mark.parametrize(
    "other",
    [
        {"subject_name": "示范区辰光商贸有限公司（测试）"},
        {"legal_representative": "张测试"},
        {"legal_representative": None},
        {"subject_kind": "individual_business"},
    ],
)
def test_namesakes_do_not_meet(desk: Callable[..., Any], other: dict[str, object]):
    assert ids(desk, LED | other | OTHER_ACT) != ids(desk, LED)


def test_two_senders_never_share_an_id(desk: Callable[..., Any]):
    assert ids(desk, LED, agency_code="11990101MB00000023") != ids(desk, LED)


def test_a_name_alone_is_not_enough(desk: Callable[..., Any]):
    assert ids(desk, ROW) != ids(desk, ROW | OTHER_ACT)


def test_an_act_sent_again_is_known_again(desk: Callable[..., Any]):
    again = {"batch_id": "B9999999999999999"}
    assert ids(desk, ROW, **again) == ids(desk, ROW)
    assert ids(desk, ROW, column="act_key", **again) == ids(desk, ROW, column="act_key")


def test_a_corrected_representative_is_a_correction_of_the_same_act(desk: Callable[..., Any]):
    mended = LED | {"legal_representative": "欧阳测试甲"}
    assert ids(desk, mended, column="act_key") == ids(desk, LED, column="act_key")
    assert ids(desk, mended) != ids(desk, LED)


def test_without_any_second_fact_each_record_stands_alone(desk: Callable[..., Any]):
    plain = ROW | {"document_no": None}
    built = desk("penalty_org").build(plain, plain).records
    assert built["subject_id"].to_list() == [f"none:{record}" for record in built["record_id"]]
    assert built["act_key"].n_unique() == 2


def test_a_representative_is_kept_as_a_keyed_hash_only(desk: Callable[..., Any]):
    records = desk("penalty_org").build(LED, LED | {"uscc_code": "91350100M000100Y43"}).records
    (key,) = set(records["representative_key"])
    assert len(key) == 32
    assert "欧阳" not in str(records.rows())
    other = desk("penalty_org").build(LED, hash_key=b"1" * 32).records
    assert other["representative_key"].item() != key


def test_persons_have_no_representative(desk: Callable[..., Any]):
    person = LED | {"subject_kind": "person", "person_id_type": "id_card", "person_id": "11010519491231002X"}
    assert desk("penalty_org").build(person).records["representative_key"].to_list() == [None]
