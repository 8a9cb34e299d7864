"""Who a row without a word about it is about: codes first, then the name, and in doubt a person."""

from __future__ import annotations

import polars as pl
import pytest

from credit_service.normalise.subject_kinds import tell_subject_kinds
from credit_service.normalise.targets import TARGETS

WORDS = ("公司", "银行")
PERSON_ID = "11010519491231002X"


def kind_of(template_kind: str | None = None, words: tuple[str, ...] = WORDS, **cells: str) -> str:
    row = {name: [cells.get(name)] for name in TARGETS}
    rows = pl.DataFrame(row, schema=TARGETS)
    return rows.select(tell_subject_kinds(rows, template_kind, words)).item()


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
        ({"subject_name": "张三"}, "person"),
        ({}, "person"),
    ],
)
def test_what_tells_the_kind(cells, kind):
    assert kind_of(**cells) == kind


def test_the_template_counts_before_codes():
    assert kind_of("person", uscc_code="91990101MA00000001") == "person"


def test_without_words_a_nameless_row_is_an_organisations():
    assert kind_of(words=(), subject_name="张三") == "organisation"
