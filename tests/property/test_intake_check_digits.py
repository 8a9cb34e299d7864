"""The vectorised check digits and the single-value ones of the domain are the same function."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credit_service.domain import identifier
from credit_service.intake import check_digits

USCC_BODY = st.text(identifier.USCC_ALPHABET, min_size=17, max_size=17)
ORG_BODY = st.text(identifier.ORG_ALPHABET, min_size=8, max_size=8)
DIGITS = st.text("0123456789", min_size=17, max_size=17)
BORN = st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8))
ANYTHING = st.text("0123456789ABIOSVXYZ甲１", max_size=19)
PAIRS = {
    "uscc": (check_digits.is_valid_uscc, identifier.is_valid_uscc),
    "org": (check_digits.is_valid_org_code, identifier.is_valid_org_code),
    "registration": (check_digits.is_valid_registration, identifier.is_valid_registration),
    "person": (check_digits.is_valid_person_id, identifier.is_valid_person_id),
    "old_person": (check_digits.is_valid_old_person_id, identifier.is_valid_old_person_id),
}
CODES = st.one_of(
    USCC_BODY.map(lambda body: body + identifier.uscc_check(body)),
    st.tuples(USCC_BODY, st.sampled_from(identifier.USCC_ALPHABET)).map("".join),
    ORG_BODY.map(lambda body: body + identifier.org_code_check(body)),
    st.tuples(ORG_BODY, st.sampled_from("0123456789X")).map("".join),
    DIGITS.map(lambda body: body[:14] + identifier.registration_check(body[:14])),
    DIGITS.map(lambda body: body[:15]),
    st.tuples(DIGITS, BORN).map(lambda parts: parts[0][:6] + parts[1][2:] + parts[0][:3]),
    DIGITS.map(lambda body: body + identifier.person_id_check(body)),
    st.tuples(DIGITS, BORN)
    .map(lambda parts: parts[0][:6] + parts[1] + parts[0][:3])
    .map(lambda body: body + identifier.person_id_check(body)),
    ANYTHING,
)


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=50)
@given(codes=st.lists(st.one_of(CODES, st.none()), max_size=40))
@example(codes=["00000000000000000X", "0" * 18, "91350100M000100Y43", "11010519491231002X", "", None])
@example(codes=["999999" + "00000101" + "001" + identifier.person_id_check("99999900000101001")])
def test_columns_and_single_values_agree(name, codes):
    column, single = PAIRS[name]
    answers = column(pl.Series(codes, dtype=pl.String)).to_list()
    assert answers == [None if code is None else single(code) for code in codes]


@pytest.mark.parametrize("first", "ANY")
def test_codes_that_start_with_a_letter_are_valid_when_the_check_holds(first):
    body = first + "1990101" + "000000018"
    code = body + identifier.uscc_check(body)
    assert check_digits.is_valid_uscc(pl.Series([code])).to_list() == [True]
