"""Who a row without a word about it is about: codes first, then the name, and in doubt a person."""

from __future__ import annotations

import polars as pl
import pytest

from credit_service.normalise.subject_kinds import tell_subject_kinds
from credit_service.normalise.targets import TARGETS

ENDINGS = ("公司", "支行", "店", "事务所")
PERSON_ID = "11010519491231002X"


def kind_of(template_kind: str | None = None, endings: tuple[str, ...] = ENDINGS, **cells: str) -> str:
    row = {name: [cells.get(name)] for name in TARGETS}
    rows = pl.DataFrame(row, schema=TARGETS)
    return rows.select(tell_subject_kinds(rows, template_kind, endings)).item()


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"subject_kind": "individual_business", "subject_name": "张三"}, "individual_business"),
        ({"uscc_code": "91990101MA00000001", "person_id": PERSON_ID}, "organisation"),
        ({"org_code": "123456789", "subject_name": "张三"}, "organisation"),
        ({"person_id": PERSON_ID, "subject_name": "测试公司"}, "person"),
        ({"subject_code": PERSON_ID}, "person"),
        ({"subject_code": PERSON_ID.lower()}, "person"),
        ({"subject_code": "999999800101002"}, "person"),
        ({"subject_code": "91990101MA00000001"}, "organisation"),
        ({"subject_name": "测试银行股份有限公司"}, "organisation"),
        ({"subject_name": "测试会计师事务所（特殊普通合伙）"}, "organisation"),
        ({"subject_name": "测试公司(曾用名：甲公司) (吊销)"}, "organisation"),
        ({"subject_name": "张三（时任测试银行示范支行行长）"}, "person"),
        ({"subject_name": "时任测试银行示范支行行长张三"}, "person"),
        ({"subject_name": "测试银行示范支行、张三"}, "person"),
        ({"subject_name": "李小店"}, "person"),
        ({"subject_name": "张三"}, "person"),
        ({}, "person"),
    ],
)
def test_what_tells_the_kind(cells, kind):
    assert kind_of(**cells) == kind


def test_the_template_counts_before_codes():
    assert kind_of("person", uscc_code="91990101MA00000001") == "person"


def test_without_endings_a_nameless_row_is_an_organisations():
    assert kind_of(endings=(), subject_name="张三") == "organisation"
