"""The same act, reported again, is the same act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

ROW = {
    "subject_name": "某公司（测试）",
    "subject_kind": "organisation",
    "uscc_code": "91350100M000100Y43",
    "document_no": "罚〔2024〕1号",
    "topic": "甲",
    "decided_on": date(2024, 1, 1),
}


def key_of(desk: Callable[..., Any], template: str, row: dict[str, object], **changes: object):
    return desk(template).build(row, **changes).records["act_key"].item()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"document_no": "罚[2024]1号"}, True),
        ({"document_no": "罚（2024）1号"}, True),
        ({"topic": "乙"}, True),
        ({"decided_on": date(2024, 1, 2)}, True),
        ({"subject_name": "改名后的公司（测试）"}, True),
        ({"document_no": "罚〔2024〕2号"}, False),
        ({"uscc_code": "91110000600037341L"}, False),
    ],
)
def test_penalty_is_known_by_number_and_subject(desk: Callable[..., Any], change: dict[str, object], *, same: bool):
    assert (key_of(desk, "penalty_org", ROW | change) == key_of(desk, "penalty_org", ROW)) is same


def test_batch_and_hour_do_not_matter(desk: Callable[..., Any]):
    assert key_of(desk, "penalty_org", ROW, batch_id="BFFFFFFFFFFFFFFFF") == key_of(desk, "penalty_org", ROW)


def test_another_agency_reports_another_act(desk: Callable[..., Any]):
    assert key_of(desk, "penalty_org", ROW, agency_code="x") != key_of(desk, "penalty_org", ROW)


@pytest.mark.parametrize("change", [{"topic": "乙"}, {"decided_on": date(2024, 1, 2)}])
def test_without_a_number_day_and_topic_tell_acts_apart(desk: Callable[..., Any], change: dict[str, object]):
    row = ROW | {"document_no": None}
    assert key_of(desk, "penalty_org", row | change) != key_of(desk, "penalty_org", row)


def test_two_honours_of_one_document_are_two_acts(desk: Callable[..., Any]):
    assert key_of(desk, "red_org", ROW | {"topic": "乙"}) != key_of(desk, "red_org", ROW)
