"""Who a row is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from credit_service.domain.identifier import DUMMY_USCC, IdentifierKind
from credit_service.normalise.identifiers import normalise_person_number, person_subject_id

KEY = b"k" * 32
ROW = {"subject_name": "某某（测试）", "document_no": "1", "topic": "t", "decided_on": date(2024, 1, 1)}


@pytest.mark.parametrize(
    ("codes", "subject"),
    [
        ({"uscc_code": "91350100M000100Y43", "registration_code": "110105194912310"}, "uscc:91350100M000100Y43"),
        ({"uscc_code": DUMMY_USCC, "registration_code": "110105194912310"}, "reg:110105194912310"),
        ({"registration_code": "110105194912310", "org_code": "13127000X"}, "reg:110105194912310"),
        ({"org_code": "13127000X"}, "org:13127000X"),
    ],
)
def test_best_code_names_the_subject(desk: Callable[..., Any], codes: dict[str, str], subject: str):
    row = ROW | {"subject_kind": "individual_business"} | codes
    assert desk("penalty_org").build(row).records["subject_id"].to_list() == [subject]


def test_dummy_code_never_identifies(desk: Callable[..., Any]):
    row = ROW | {"subject_kind": "individual_business", "uscc_code": DUMMY_USCC}
    built = desk("penalty_org").build(row, row | {"document_no": "2"})
    assert built.records["subject_id"].n_unique() == 2
    assert built.records["identifier_code"].null_count() == 2


def test_persons_without_a_number_never_meet(desk: Callable[..., Any]):
    built = desk("penalty_org").build(ROW | {"subject_kind": "person"}, ROW | {"subject_kind": "person"})
    assert built.records["subject_id"].n_unique() == 2
    assert built.records["subject_id"].str.starts_with("psn:").all()


def test_number_of_another_document_is_another_kind(desk: Callable[..., Any]):
    person = ROW | {"subject_kind": "person", "person_id": "E12345678", "person_id_type": "passport"}
    (record,) = desk("penalty_person").build(person).records.to_dicts()
    assert record["identifier_kind"] == "other_person"
    assert record["subject_id"] == person_subject_id(b"0" * 32, "e1234 5678", IdentifierKind.OTHER_PERSON)
    assert record["adult_on"] is None


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002X",
        "11010519491231002x",
        " 110105 19491231 002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105491231002",
    ],
)
def test_spelling_of_a_number_does_not_matter(written: str):
    assert person_subject_id(KEY, written) == person_subject_id(KEY, "11010519491231002X")


def test_key_and_kind_matter():
    number = "11010519491231002X"
    assert person_subject_id(KEY, number) != person_subject_id(b"other", number)
    assert person_subject_id(KEY, number) != person_subject_id(KEY, number, IdentifierKind.OTHER_PERSON)


def test_fifteen_digits_of_a_passport_are_left_alone():
    assert normalise_person_number("110105491231002", IdentifierKind.OTHER_PERSON) == "110105491231002"
