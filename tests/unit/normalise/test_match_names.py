"""Suggestions on a labelled set: no match across contradicting codes, and what is found of the rest."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from credit_service.domain.resolution import Likelihood, Suggestion, identifiers_contradict
from credit_service.normalise.identifiers import person_subject_id
from credit_service.normalise.match_names import compare, suggest
from credit_service.normalise.name_parts import NameWords, load_name_words, read_parts, spell

from .identity_pairs import (
    LEADERS,
    Pair,
    Truth,
    company,
    make_number_pairs,
    make_pairs,
    nobody,
    organisation,
    registration,
    subject,
)

PARTS = Path(__file__).resolve().parents[3] / "data" / "reference" / "name_parts.csv"
EXPECTED = {
    ("bracket_width", "LIKELY"): 110,
    ("branch", None): 110,
    ("code_inside_code", "LIKELY"): 60,
    ("contradicting_codes", None): 150,
    ("full_name", "LIKELY"): 60,
    ("homophone", "WEAK"): 55,
    ("homophone", None): 55,
    ("letter_width", "LIKELY"): 90,
    ("namesake", "WEAK"): 110,
    ("one_character_firm", None): 80,
    ("one_character_mistyped", "POSSIBLE"): 80,
    ("other_trade", None): 60,
    ("rename", "LIKELY"): 110,
    ("shop_namesake", "POSSIBLE"): 80,
    ("short_name", "LIKELY"): 110,
    ("sibling", None): 60,
}
"""How often each kind of pair is suggested how strongly; a change of the matching shows here."""


@pytest.fixture(scope="module")
def words() -> NameWords:
    return load_name_words(PARTS)


@pytest.fixture(scope="module")
def judged(words: NameWords) -> list[tuple[Pair, Suggestion | None]]:
    return [(pair, compare(pair.asked, pair.known, words)) for pair in make_pairs()]


def test_the_set_is_large_and_labelled_both_ways(judged: list[tuple[Pair, Suggestion | None]]):
    labels = Counter(pair.is_same for pair, _ in judged)
    assert len(judged) + len(make_number_pairs()) > 1_500
    assert min(labels.values()) > 600


def test_contradicting_codes_are_never_suggested(judged: list[tuple[Pair, Suggestion | None]]):
    contradicting = [
        one for pair, one in judged if identifiers_contradict(pair.asked.subject_id, pair.known.subject_id)
    ]
    assert len(contradicting) == 150
    assert not any(contradicting)


def test_what_is_called_likely_is_right_and_nearly_all_that_can_be_known_is_found(
    judged: list[tuple[Pair, Suggestion | None]],
):
    likely = [pair for pair, one in judged if one is not None and one.likelihood is Likelihood.LIKELY]
    wrong = [pair for pair in likely if not pair.is_same]
    found = sum(pair.is_same for pair in likely)
    knowable = sum(pair.truth is Truth.SAME for pair, _ in judged)
    assert wrong == []
    assert found == knowable == 540


def test_every_true_pair_is_on_the_desk(judged: list[tuple[Pair, Suggestion | None]]):
    assert [pair for pair, one in judged if pair.is_same and one is None] == []


def test_each_kind_is_suggested_as_expected(judged: list[tuple[Pair, Suggestion | None]]):
    found = Counter((pair.kind, one.likelihood.name if one else None) for pair, one in judged)
    assert dict(found) == EXPECTED


def test_every_suggestion_says_why_in_words(judged: list[tuple[Pair, Suggestion | None]]):
    assert all(one.reasons and one.in_words() for _, one in judged if one is not None)


def test_numbers_of_a_person_meet_in_any_form_and_no_others():
    key = b"k" * 32
    for one, other, is_same in make_number_pairs():
        assert (person_subject_id(key, one) == person_subject_id(key, other)) is is_same


def test_the_order_is_that_of_likelihood_whatever_the_order_given(words: NameWords):
    name = "示范区晨光商贸有限公司"
    asked = subject(nobody(1), name, leader=LEADERS[0], region="990101")
    known = [
        subject(company(1), name, leader=LEADERS[1]),
        subject(company(2), name, leader=LEADERS[0]),
        subject(company(3), "示范区辰光商贸有限公司"),
        subject(company(4), "虚构实业有限公司", leader=LEADERS[0], region="990101"),
        subject(company(5), "无关食品有限公司"),
    ]
    found = suggest(asked, known, words)
    assert [one.subject.subject_id for one in found] == [company(2), company(1), company(3), company(4)]
    assert suggest(asked, known[::-1], words) == found


def test_namesakes_in_the_register_are_left_out(words: NameWords):
    name = "示范区晨光商贸有限公司"
    known = [subject(company(1), name), subject(company(2), name)]
    asked = subject(nobody(1), name)
    assert [one.likelihood for one in suggest(asked, known, words)] == [Likelihood.POSSIBLE] * 2
    (left,) = suggest(asked, known, words, excluded={company(1)})
    assert (left.subject.subject_id, left.likelihood) == (company(2), Likelihood.LIKELY)


def test_a_former_name_is_said_with_its_days(words: NameWords):
    known = subject(company(1), "示范区朝阳实业有限公司", "示范区晨光商贸有限公司", leader=LEADERS[0])
    one = compare(subject(nobody(1), "示范区晨光商贸有限公司", leader=LEADERS[0]), known, words)
    assert one is not None
    assert "曾用名“示范区晨光商贸有限公司”（2025-01-01至2025-06-01）" in one.reasons[0]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (company(1), company(2), True),
        (company(1), company(1), False),
        (organisation(1), company(1), False),
        (organisation(1), company(2), True),
        (company(2), organisation(1), True),
        (registration(1), registration(2), True),
        (registration(1), company(1), False),
        (organisation(1), registration(1), False),
        (nobody(1), nobody(2), False),
        (nobody(1), company(1), False),
    ],
)
def test_codes_contradict_each_other_or_do_not(one: str, other: str, *, expected: bool):
    assert identifiers_contradict(one, other) is expected


@pytest.mark.parametrize(
    ("name", "region", "core", "form"),
    [
        ("示范区晨光商贸有限公司", "示范区", "晨光商贸", "有限公司"),
        ("河南省郑州市金水区晨光商贸有限责任公司", "河南省郑州市金水区", "晨光商贸", "有限责任公司"),
        ("广西壮族自治区南宁市晨光店", "广西壮族自治区南宁市", "晨光店", ""),
        ("北京晨光集团", "北京", "晨光", "集团"),
        ("晨光（河南）商贸股份有限公司", "", "晨光商贸", "股份有限公司"),
        ("阳光社区便民超市", "", "阳光社区便民超市", ""),
        ("晨光城市建设有限公司", "", "晨光城市建设", "有限公司"),
        ("公司", "", "公司", ""),
        ("", "", "", ""),
    ],
)
def test_a_name_is_taken_apart(words: NameWords, name: str, region: str, core: str, form: str):
    parts = read_parts(name, words)
    assert (parts.region, parts.core, parts.form) == (region, core, form)


@pytest.mark.parametrize(
    ("name", "is_branch"),
    [
        ("示范区晨光商贸有限公司第一分公司", True),
        ("示范银行股份有限公司东街支行", True),
        ("示范区晨光商贸有限公司（营业部）", False),
        ("示范区晨光商贸有限公司", False),
    ],
)
def test_a_branch_is_known(words: NameWords, name: str, *, is_branch: bool):
    assert read_parts(name, words).is_branch is is_branch


def test_spelling_is_one_for_all_widths():
    assert spell(" 晨光 (Ａ)•商贸【B】") == "晨光（a）·商贸（b）"
