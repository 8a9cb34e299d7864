"""What differs between two rulebooks is said rule by rule, value by value, in words."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from credit_service.errors import UnknownIndicator
from credit_service.rulebook.choose_rulebook import choose_rulebook, find_day
from credit_service.rulebook.diff import _NOT_RULES, ChangeKind, _group, _Names, compare_rulebooks
from credit_service.rulebook.diff_words import GROUP_WORDS
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
SEVERITY = "severity/levels/2025.1/rule.yaml"
WORDS = "categories/classification/2026.1/keywords.csv"
rulebook = load_rulebook(RULES, DAY)


def _changes(rules_dir):
    return compare_rulebooks(rulebook, load_rulebook(rules_dir, DAY))


def test_a_rulebook_does_not_differ_from_itself():
    assert compare_rulebooks(rulebook, load_rulebook(RULES, DAY)) == ()


@pytest.mark.parametrize(
    ("planted", "rule", "said"),
    [
        (
            (EVENTS, "penalty,general,,-5", "penalty,general,,-6.5"),
            ("分值", "points.penalty.general"),
            ("分值", "-5分", "-6.5分"),
        ),
        ((SCORING, 'min: "75"', 'min: "80"'), ("等级", "grade.B"), ("最低分", "75分", "80分")),
        ((SCORING, 'cap: "120"', 'cap: "130"'), ("公共信用评分", "scoring"), ("最高分", "120分", "130分")),
        (
            (SEVERITY, "fine_fen >= 100000000", "fine_fen >= 50000000"),
            ("严重程度分级", "severity.huge_fine"),
            (
                "条件",
                "种类为行政处罚，并且不适用简易程序，并且罚款不低于100万元",
                "种类为行政处罚，并且不适用简易程序，并且罚款不低于50万元",
            ),
        ),
        (
            (
                "deadlines/henan/2019/deadlines.csv",
                "决定作出后报送公示,7,workdays,L2,unconfirmed",
                "决定作出后报送公示,7,workdays,L2,confirmed",
            ),
            ("办理时限", "upload_workdays"),
            ("确认状态", "待确认", "已确认"),
        ),
        (
            ("publicity/terms/order36/rule.yaml", "    article: 公示期限", "    article: 第九条"),
            ("公示期限", "publicity.general"),
            (
                "依据",
                "信用修复管理办法（国家发展改革委令第36号，2026年4月1日起施行）公示期限",
                "信用修复管理办法（国家发展改革委令第36号，2026年4月1日起施行）第九条",
            ),
        ),
    ],
)
def test_a_changed_value_is_said_before_and_after(rules_dir, spoil, planted, rule, said):
    spoil(*planted)
    found = {(change.group_words, change.rule_id): change for change in _changes(rules_dir)}
    change = found[rule]
    assert change.kind is ChangeKind.CHANGED
    assert said in [(value.name, value.before, value.after) for value in change.values]


def test_nothing_else_is_said_of_a_change(rules_dir, spoil):
    spoil(EVENTS, "penalty,general,,-5", "penalty,general,,-6")
    (change,) = _changes(rules_dir)
    assert len(change.values) == 1
    assert change.place_after == f"rules/{EVENTS}:3"


def test_a_line_that_only_moved_down_is_no_change(rules_dir, spoil):
    spoil(SEVERITY, "levels:\n", "# 说明\n\nlevels:\n")
    assert _changes(rules_dir) == ()


def test_a_removed_and_an_added_rule_are_named_with_their_words(rules_dir):
    path = rules_dir / WORDS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    added = "word.telecom_fraud.99,telecom_fraud,杀猪盘,L1,unconfirmed,\n"
    path.write_text("".join([lines[0], *lines[2:], added]), encoding="utf-8")
    found = {change.kind: change for change in _changes(rules_dir)}
    assert found[ChangeKind.REMOVED].rule_id == "word.telecom_fraud.1"
    assert found[ChangeKind.ADDED].rule_id == "word.telecom_fraud.99"
    assert ("关键词", "杀猪盘") in [(value.name, value.after) for value in found[ChangeKind.ADDED].values]
    assert len(found) == 2


def test_an_order_that_matters_is_compared_with_the_fewest_moves(rules_dir):
    path = rules_dir / WORDS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:2], *lines[3:5], lines[2], *lines[5:]]), encoding="utf-8")
    (change,) = _changes(rules_dir)
    assert (change.kind, change.rule_id) == (ChangeKind.MOVED, "word.telecom_fraud.2")
    assert change.values[0].after == "第4条，在“word.telecom_fraud.4”之后"


def test_an_order_without_meaning_is_not_compared(rules_dir):
    path = rules_dir / "deadlines/henan/2019/deadlines.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    assert _changes(rules_dir) == ()


def test_there_and_back_is_the_same_change_the_other_way_round():
    other = load_rulebook(RULES, date(2026, 3, 31))
    there, back = compare_rulebooks(other, rulebook), compare_rulebooks(rulebook, other)
    contrary = {ChangeKind.ADDED: ChangeKind.REMOVED, ChangeKind.REMOVED: ChangeKind.ADDED}
    assert there
    assert {(c.group, c.rule_id, contrary.get(c.kind, c.kind)) for c in there} == {
        (c.group, c.rule_id, c.kind) for c in back
    }
    assert {(v.before, v.after) for c in there for v in c.values} == {
        (v.after, v.before) for c in back for v in c.values
    }


def test_every_part_of_a_rulebook_has_a_name():
    parts = {part.name for part in fields(Rulebook)} - _NOT_RULES
    assert parts - GROUP_WORDS.keys() == set()


@pytest.mark.parametrize(("wanted", "term"), [("publicity/terms/order58", 36), ("publicity/terms/order36", 12)])
def test_a_rulebook_is_chosen_by_version(wanted, term):
    chosen = choose_rulebook(RULES, wanted, DAY)
    assert {row.severity: row.max_months for row in chosen.publicity}["general"] == term


def test_a_day_is_told_from_everything_else():
    assert find_day("2026-03-31") == date(2026, 3, 31)
    assert find_day("publicity/terms/order36") is None
    with pytest.raises(UnknownIndicator, match="没有“2026-02-30”这一天"):
        find_day("2026-02-30")


def test_a_rulebook_is_chosen_by_directory(rules_dir):
    assert choose_rulebook(RULES, str(rules_dir), DAY).hash == rulebook.hash


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("publicity/terms/order37", "order36"), ("nowhere", "目录")],
)
def test_what_is_no_rulebook_is_refused(wanted, words):
    with pytest.raises(UnknownIndicator) as caught:
        choose_rulebook(RULES, wanted, DAY)
    assert words in f"{caught.value.message}{caught.value.remedy}"


def test_no_value_of_any_rule_is_said_in_code():
    names = _Names(rulebook)
    said = {
        (group, name): names.say(group, name, value)
        for group, items in _group(rulebook).items()
        for item in items.values()
        for name, value in item.values.items()
        if name != "url"
    }
    assert {
        place: words for place, words in said.items() if re.search(r"(?<![\w./])[a-z]+_?[a-z]+(?![\w./])", words)
    } == {}
