"""Laws with the words they rest on, and the day to look them up again."""

from __future__ import annotations

from datetime import date

import pytest

from credit_service.errors import RuleSyntax
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.read_laws import hash_excerpt

DAY = date(2026, 9, 30)
FILE = "publicity/terms/order36/rule.yaml"
ARTICLE = "    article: 公示期限\n"
WORDS = "一般失信信息最短公示期为三个月"


def _law(*lines: str) -> str:
    return ARTICLE + "".join(f"    {line}\n" for line in lines)


def test_a_law_carries_its_words_and_when_they_were_looked_up(rules_dir, spoil):
    spoil(FILE, ARTICLE, _law(f"excerpt: {WORDS}", f"sha256: {hash_excerpt(WORDS)}", "checked_on: 2026-05-01"))
    law = load_rulebook(rules_dir, DAY).publicity[0].entry.law
    assert (law.excerpt, law.sha256, law.checked_on) == (WORDS, hash_excerpt(WORDS), date(2026, 5, 1))


def test_changed_words_of_a_law_are_refused_with_the_hash_they_would_have(rules_dir, spoil):
    line = spoil(FILE, ARTICLE, _law(f"excerpt: {WORDS}半", f"sha256: {hash_excerpt(WORDS)}")) + 1
    with pytest.raises(RuleSyntax) as caught:
        load_rulebook(rules_dir, DAY)
    assert caught.value.attributes["line"] == line
    assert hash_excerpt(WORDS + "半") in caught.value.remedy


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ((f"sha256: {hash_excerpt(WORDS)}",), "没有写excerpt"),
        ((f"excerpt: {WORDS}", "sha256: 1234"), "SHA-256"),
        (("check_again_months: 6",), "没有写checked_on"),
        (("checked_on: 2026-05-01", "check_again_months: 6", "check_again_on: 2026-06-01"), "只能写一项"),
        (("checked_on: 2026-05-01", "check_again_on: 2026-05-01"), "晚于"),
        (("checked_on: 五月一日",), "YYYY-MM-DD"),
        (("checkd_on: 2026-05-01",), "未知字段"),
    ],
)
def test_a_law_that_contradicts_itself_is_refused(rules_dir, spoil, lines, words):
    spoil(FILE, ARTICLE, _law(*lines))
    assert any(words in fault.message for fault in check_rules(rules_dir).faults)


@pytest.mark.parametrize(
    ("lines", "due_on"),
    [
        (("checked_on: 2026-05-31", "check_again_months: 4"), date(2026, 9, 30)),
        (("checked_on: 2026-05-01", "check_again_on: 2026-09-30"), date(2026, 9, 30)),
        (("check_again_on: 2026-09-01",), date(2026, 9, 1)),
    ],
)
def test_a_law_is_due_on_its_day_and_is_no_fault(rules_dir, spoil, lines, due_on):
    spoil(FILE, ARTICLE, _law(*lines))
    report = check_rules(rules_dir, as_of=DAY)
    assert report.faults == ()
    assert [(law.file, law.name, law.due_on) for law in report.due_laws] == [(f"rules/{FILE}", "L1", due_on)]
    assert report.to_dict()["due_laws"][0]["due_on"] == due_on.isoformat()
    assert check_rules(rules_dir, as_of=date(2026, 8, 31)).due_laws == ()


def test_a_law_of_a_version_that_has_ended_is_not_due(rules_dir, spoil):
    spoil("publicity/terms/order58/rule.yaml", "    url:", "    check_again_on: 2026-01-01\n    url:")
    assert check_rules(rules_dir, as_of=DAY).due_laws == ()
    assert len(check_rules(rules_dir, as_of=date(2026, 3, 31)).due_laws) == 1
