"""Conditions in Chinese words: nothing added, nothing lost, no code left."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from credit_service.rulebook.aggregates import AggregateKind
from credit_service.rulebook.candidate_types import Count, Per
from credit_service.rulebook.field_words import FIELD_WORDS, TRUTH_WORDS, say_fen, say_member, say_points, say_truth
from credit_service.rulebook.fields import (
    JUDGED_SCOPE,
    RECORD_SCOPE,
    FieldSpec,
    ValueType,
    standing_scope,
    subject_scope,
)
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.parse_condition import parse_condition, parse_operand
from credit_service.rulebook.words import say_condition, say_count

RULES = Path(__file__).parents[3] / "rules"
GRADES = ("A", "B", "C", "D")
SCOPES = (JUDGED_SCOPE, standing_scope(GRADES), subject_scope(GRADES, [FieldSpec("counted", ValueType.INT)]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind = penalty AND fine_fen >= 100000000", "种类为行政处罚，并且罚款不低于100万元"),
        ("100000000 <= fine_fen", "罚款不低于100万元"),
        ("fine_fen + confiscated_fen > 150", "罚款加没收金额高于1.50元"),
        ("fine_fen - (confiscated_fen + 100) > 0", "罚款减（没收金额加1元）高于0元"),
        ("2 * (fine_fen + 1) > yuan(3)", "（罚款加0.01元）的2倍高于3元"),
        ("div_half_up(fine_fen, 3) < 5", "罚款的3分之一（四舍五入）低于0.05元"),
        ("kind IN (penalty)", "种类为行政处罚"),
        ("kind IN (penalty, tax_serious)", "种类为行政处罚、重大税收违法失信主体之一"),
        ("NOT kind IN (penalty, tax_serious)", "种类不在行政处罚、重大税收违法失信主体之列"),
        ("NOT kind = penalty", "种类不为行政处罚"),
        ("NOT fine_fen < 100", "罚款不低于1元"),
        ("NOT simple_procedure", "不适用简易程序"),
        ("penalty_fine", "处罚种类含罚款"),
        ("NOT penalty_fine", "处罚种类不含罚款"),
        ("penalty_fine OR penalty_warning", "处罚种类含有罚款、警告之一"),
        ("NOT (penalty_fine OR penalty_warning)", "处罚种类不含罚款、警告"),
        ("NOT penalty_fine AND NOT penalty_warning AND consent", "处罚种类不含罚款、警告，并且本人同意公示"),
        ("penalty_fine AND penalty_warning", "处罚种类含罚款，并且处罚种类含警告"),
        ("consent AND (penalty_fine OR fine_fen > 0)", "本人同意公示，并且（处罚种类含罚款，或者罚款高于0元）"),
        ("NOT (consent AND penalty_fine)", "不符合“本人同意公示，并且处罚种类含罚款”这一条件"),
        ("decided_on > as_of", "认定日期晚于评价日"),
        ("repaired_on <= as_of", "修复日期不晚于评价日"),
        ("repaired_on IS NULL", "没有修复日期"),
        ("repaired_on IS NOT NULL", "有修复日期"),
        ("months(decided_on, as_of) < 24", "自认定日期至评价日不满24个月"),
        ("days(decided_on, as_of) >= 30", "自认定日期至评价日已满30天"),
        ("weight > 0 AND category <> 3", "衰减后的权重（百万分之）多于0，并且专项治理事项的序号不为3"),
    ],
)
def test_a_condition_in_words(text, words):
    assert say_condition(parse_condition(text, JUDGED_SCOPE)) == words


def test_is_not_says_that_an_empty_value_does_not_count():
    said = say_condition(parse_condition("severity <> minor", JUDGED_SCOPE))
    assert said == "有严重程度且严重程度不为轻微"


def test_points_and_grades_are_said_as_the_public_knows_them():
    scope = standing_scope(GRADES)
    assert say_condition(parse_condition("points < 605000 AND grade IN (C, D)", scope)) == (
        "得分低于60.5分，并且等级为C级、D级之一"
    )


def test_a_count_is_said_with_the_words_of_its_rule():
    node = parse_condition("counted = 0", SCOPES[2])
    assert say_condition(node, {"counted": "最近二年的罚款数"}) == "“最近二年的罚款数”为0"
    assert say_condition(node) == "“counted”为0"


@pytest.mark.parametrize(
    ("fen", "words"), [(0, "0元"), (5, "0.05元"), (100, "1元"), (10**6, "1万元"), (10**10, "1亿元"), (-150, "负1.50元")]
)
def test_an_amount_is_said_in_yuan(fen, words):
    assert say_fen(fen) == words


@pytest.mark.parametrize(("points", "words"), [(0, "0分"), (-5, "-0.0005分"), (605000, "60.5分"), (10**6, "100分")])
def test_points_are_said_with_the_decimals_they_have(points, words):
    assert say_points(points) == words


def test_every_name_and_every_value_a_condition_may_use_has_words():
    for spec in {spec.name: spec for scope in (RECORD_SCOPE, *SCOPES) for spec in scope.fields}.values():
        if spec.name == "counted":
            continue
        if spec.type is ValueType.BOOL:
            assert spec.bit or spec.name in TRUTH_WORDS, spec.name
            assert say_truth(spec, yes=True) != say_truth(spec, yes=False)
        else:
            assert spec.name in FIELD_WORDS, spec.name
        for member in spec.members:
            assert re.search("[\u4e00-\u9fff]", say_member(member, spec.name)), (spec.name, member)


def test_every_condition_in_force_is_said_without_code():
    rulebook = load_rulebook(RULES, date(2026, 9, 30))
    names = {count.name: count.entry.text for count in rulebook.candidates.counts}
    groups = (rulebook.severity, rulebook.scoring.exclusions, rulebook.candidates.counts, rulebook.candidates.rules)
    conditions = [
        node
        for group in groups
        for rule in group
        for node in (rule.when, getattr(rule, "supports", None))
        if node is not None
    ]
    assert conditions
    for node in conditions:
        assert not re.search("[a-z_]{2,}", say_condition(node, names)), say_condition(node, names)


@pytest.mark.parametrize(
    ("kind", "of", "per", "words"),
    [
        ("count", None, "subject", "种类为行政处罚"),
        ("count", None, "category", "在同一事项中，种类为行政处罚"),
        ("any", None, "subject", "有没有这样的记录：种类为行政处罚"),
        ("sum", "fine_fen + confiscated_fen", "subject", "（罚款加没收金额）的合计，只看这样的记录：种类为行政处罚"),
        ("latest", "decided_on", "subject", "认定日期的最近一日，只看这样的记录：种类为行政处罚"),
    ],
)
def test_a_count_is_said_with_what_it_takes(kind, of, per, words):
    entry = load_rulebook(RULES, date(2026, 9, 30)).candidates.counts[0].entry
    value = parse_operand(of, JUDGED_SCOPE) if of else None
    when = parse_condition("kind = penalty", JUDGED_SCOPE)
    assert say_count(Count("x_y", when, entry, AggregateKind(kind), value, Per(per))) == words
