"""Which names are worth comparing: found in the database, on a warehouse of made-up names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from credit_service.domain.record import RECORD_FIELDS
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.find_names import Asked, find_by_name, find_comparable, find_subjects, list_unnamed
from credit_service.warehouse.one_subject import key_of
from credit_service.warehouse.session import Session

BLANKS: dict[str, object] = {"text": "", "int": 0, "bool": False}
LEARNED = datetime(2026, 9, 1)  # noqa: DTZ001 - the warehouse's instants are naive UTC
ASKED = Asked("none:a", "示范区晨光商贸有限公司", "晨光商贸")


def insert(session: Session, *rows: dict[str, object]) -> None:
    for number, row in enumerate(rows):
        known: dict[str, object] = {
            "record_id": f"B1-{number}",
            "batch_id": "B1",
            "subject_kind": "organisation",
            "decided_on": date(2026, 1, 1 + number % 28),
            "learned_at": LEARNED,
            "visible_at": LEARNED,
            **row,
        }
        values = [known.get(name, BLANKS.get(kind)) for name, kind in RECORD_FIELDS]
        names = ", ".join(f'"{name}"' for name, _ in RECORD_FIELDS)
        marks = ", ".join("?" for _ in values)
        session.connection.execute(
            f"INSERT INTO records ({names}, subject_key) VALUES ({marks}, {key_of('?')})",
            [*values, known["subject_id"]],
        )


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Warehouse(tmp_path / "warehouse.duckdb").open() as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "is_near"),
    [
        ("示范区晨光商贸有限公司", True),
        ("示范区 晨光商贸有限公司", True),
        ("晨光商贸有限公司", True),
        ("晨光商贸", True),
        ("测试市晨光商贸股份有限公司第一分公司", True),
        ("示范区辰光商贸有限公司", True),
        ("示范区晨光商贸有限公", True),
        ("示范区辰阳商贸有限公司", False),
        ("示范区晨光食品有限公司", False),
        ("商贸", False),
        ("", False),
    ],
)
def test_names_near_enough_are_found(session: Session, name: str, *, is_near: bool):
    insert(session, {"subject_id": "uscc:x", "subject_name": name})
    assert bool(find_comparable(session, [ASKED])["none:a"]) is is_near


def test_unnamed_organisations_and_persons_are_never_candidates(session: Session):
    insert(
        session,
        {"subject_id": "none:b", "subject_name": ASKED.name},
        {"subject_id": "psn:b", "subject_name": ASKED.name, "subject_kind": "person"},
        {"subject_id": "org:b", "subject_name": ASKED.name},
    )
    assert find_comparable(session, [ASKED]) == {"none:a": ["org:b"]}


def test_the_same_representative_in_the_same_city_is_found_last(session: Session):
    insert(
        session,
        {"subject_id": "none:a", "subject_name": ASKED.name, "representative_key": "k", "region_code": "990101"},
        {"subject_id": "uscc:far", "subject_name": "甲", "representative_key": "k", "region_code": "980101"},
        {"subject_id": "uscc:near", "subject_name": "乙", "representative_key": "k", "region_code": "990102"},
        {"subject_id": "uscc:same", "subject_name": ASKED.name},
    )
    assert find_comparable(session, [ASKED]) == {"none:a": ["uscc:same", "uscc:near"]}


def test_each_is_asked_for_itself_and_signs_in_names_are_only_signs(session: Session):
    insert(
        session,
        {"subject_id": "uscc:1", "subject_name": "晨光.*商贸（+）"},
        {"subject_id": "uscc:2", "subject_name": "无关的公司"},
    )
    asked = [
        Asked("none:1", "晨光.*商贸（+）", "晨光.*商贸"),
        Asked("none:2", "另一家", "另一家"),
        Asked("none:3", "", ""),
    ]
    assert find_comparable(session, asked) == {"none:1": ["uscc:1"], "none:2": [], "none:3": []}
    assert find_comparable(session, []) == {}


def test_former_names_come_after_the_present_one_and_those_withdrawn_not_at_all(session: Session):
    insert(
        session,
        {"subject_id": "uscc:1", "subject_name": "旧名", "learned_at": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"subject_id": "uscc:1", "subject_name": "新名", "region_code": "990101"},
        {"subject_id": "uscc:1", "subject_name": "错名", "batch_id": "B2"},
    )
    session.connection.sql("INSERT INTO retracted VALUES ('B2', NULL, TIMESTAMP '2026-09-02', '报错')")
    one = find_subjects(session, ["uscc:1", "uscc:none"])["uscc:1"]
    assert [span.name for span in one.names] == ["新名", "旧名"]
    assert one.region_codes == {"990101"}


def test_a_search_by_name_puts_exact_names_and_codes_first(session: Session):
    insert(
        session,
        {"subject_id": "none:a", "subject_name": "晨光"},
        {"subject_id": "uscc:b", "subject_name": "晨光商贸"},
        {"subject_id": "uscc:c", "subject_name": "晨光"},
    )
    assert find_by_name(session, "晨光", 9) == ["uscc:c", "none:a", "uscc:b"]
    assert find_by_name(session, "晨光", 1) == ["uscc:c"]


def test_the_queue_is_of_what_holds_and_is_not_judged(session: Session):
    insert(
        session,
        {"subject_id": "none:a", "subject_name": "甲"},
        {"subject_id": "none:a", "subject_name": "甲"},
        {"subject_id": "none:b", "subject_name": "乙"},
        {"subject_id": "none:c", "subject_name": "丙", "superseded_at": LEARNED},
        {"subject_id": "none:d", "subject_name": "丁", "visible_at": None},
        {"subject_id": "none:e", "subject_name": "戊"},
    )
    frame = list_unnamed(session, without=["none:e"], limit=1)
    assert frame.select("subject_id", "records", "total").rows() == [("none:a", 2, 2)]
    assert list_unnamed(session, without=["none:e"], limit=1, offset=1)["subject_id"].to_list() == ["none:b"]
