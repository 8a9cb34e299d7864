"""Worked cases: what is misspelt is refused with its line, and what is wrong is found, whichever part it is."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from credit_service.listing.deadlines import build_workdays
from credit_service.rulebook.answer_cases import QUESTIONS, find_answers_wrong, needs_calendar
from credit_service.rulebook.case_types import AskedCase, WorkedCase
from credit_service.rulebook.cases import find_differences, read_cases
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)

WORKED = """\
about: fake_drugs
cases:
  - name: 三次吊销
    as_of: 2026-09-30
    facts:
      - {id: r1, subject: 甲, kind: penalty, topic: 销售假药, decided_on: 2026-08-03, penalty: [revocation]}
      - {id: r2, subject: 甲, kind: penalty, topic: 销售假药, decided_on: 2026-08-10, penalty: [revocation]}
      - {id: r3, subject: 甲, kind: penalty, topic: 销售假药, decided_on: 2026-08-17, penalty: [revocation]}
      - {id: r4, subject: 某人, subject_kind: person, kind: penalty, topic: 销售假药, decided_on: 2026-08-17}
    expect:
      unscored: [某人]
      scores: [{subject: 甲, category: fake_drugs, points: "55", grade: D}]
      severity: {r1: serious}
      rules: {r1: points.penalty.serious}
      categories: {r1: fake_drugs}
      weights: {r1: 1000000}
      candidates:
        - {subject: 甲, list_type: samr_serious, category: fake_drugs, records: [r1, r2, r3],
           measures: [market_entry_ban, key_supervision, fiscal_fund_limit, honours_limit, preference_limit,
           credit_reporting],
           until_on: 2029-09-30, is_public: "true"}
"""
ASKED = """\
cases:
  - name: 异议
    as_of: 2026-09-30
    ask: term
    given: {key: objection_workdays, from: 2026-09-30}
    expect: {value: "3", until: 2026-10-10}
"""


def _read(tmp_path: Path, text: str) -> tuple[list[WorkedCase | AskedCase], FaultLog]:
    log = FaultLog()
    path = tmp_path / "rules" / "scoring" / "points" / "1" / "cases.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return list(read_cases(path, "rules/scoring/points/1/cases.yaml", log)), log


@pytest.fixture(scope="module")
def rulebook():
    return load_rulebook(RULES, DAY)


def _differences(tmp_path, rulebook, text):
    cases, log = _read(tmp_path, text)
    assert log.faults == []
    case = cases[0]
    assert isinstance(case, WorkedCase)
    return find_differences(rulebook, case, evaluate(rulebook, case.facts, case.as_of))


def test_a_right_case_has_no_difference(tmp_path, rulebook):
    assert _differences(tmp_path, rulebook, WORKED) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('points: "55"', 'points: "55.0001"', "分值"),
        ("grade: D", "grade: C", "等级"),
        ("unscored: [某人]", "unscored: [甲]", "评分"),
        ("severity: {r1: serious}", "severity: {r1: general}", "严重程度"),
        ("severity: {r1: serious}", "severity: {r9: serious}", "严重程度"),
        ("points.penalty.serious", "points.penalty.general", "适用的规则"),
        ("categories: {r1: fake_drugs}", "categories: {r1: whole}", "所属事项"),
        ("weights: {r1: 1000000}", "weights: {r1: 999999}", "计分权重"),
        ("list_type: samr_serious", "list_type: tax_serious", "建议名单"),
        ("list_type: samr_serious", "list_type: no_such", "不存在"),
        ("category: fake_drugs, records", "category: whole, records", "建议名单"),
        ("records: [r1, r2, r3]", "records: [r1, r2]", "建议名单"),
        ("measures: [market_entry_ban,", "measures: [", "措施"),
        ("until_on: 2029-09-30", "until_on: 2029-09-29", "期满日"),
        ('is_public: "true"', 'is_public: "false"', "公示"),
    ],
)
def test_a_wrong_part_of_an_outcome_is_found(tmp_path, rulebook, old, new, words):
    assert WORKED.count(old) == 1
    differences = _differences(tmp_path, rulebook, WORKED.replace(old, new))
    assert any(words in difference for difference in differences), differences


def test_candidates_that_are_stated_are_all_there_are(tmp_path, rulebook):
    text = WORKED[: WORKED.index("      candidates:")] + "      candidates: []\n"
    assert any("建议名单" in difference for difference in _differences(tmp_path, rulebook, text))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("about: fake_drugs", "abut: fake_drugs", 1, "about"),
        ("    as_of: 2026-09-30\n    facts", "    as_off: 2026-09-30\n    facts", 3, "as_of"),
        (
            "kind: penalty, topic: 销售假药, decided_on: 2026-08-03",
            "kind: penaltyy, decided_on: 2026-08-03",
            6,
            "penalty",
        ),
        ("penalty: [revocation]}\n      - {id: r2", "penalty: [revokation]}\n      - {id: r2", 6, "revo"),
        ("      severity: {r1: serious}", "      severty: {r1: serious}", 13, "severity"),
        ("weights: {r1: 1000000}", "weights: {r1: 1000001}", 16, "1000000"),
        ("subject: 甲, list_type", "subject: 丁, list_type", 18, "甲"),
        ("decided_on: 2026-08-10", "decided_on: 2026-02-30", 7, "日期"),
    ],
)
def test_what_is_misspelt_is_refused_with_its_line(tmp_path, old, new, line, words):
    assert WORKED.count(old) == 1
    _, log = _read(tmp_path, WORKED.replace(old, new))
    assert any(f.line == line and words in f"{f.message}{f.remedy}" for f in log.faults), log.faults


def test_a_question_is_answered_and_a_wrong_answer_found(tmp_path, rulebook):
    (right,), log = _read(tmp_path, ASKED)
    (wrong,), _ = _read(tmp_path, ASKED.replace("2026-10-10", "2026-10-09"))
    assert log.faults == []
    assert isinstance(right, AskedCase)
    assert isinstance(wrong, AskedCase)
    assert find_answers_wrong(rulebook, right, build_workdays) == []
    assert find_answers_wrong(rulebook, wrong, build_workdays) == ["until：应为2026-10-09，实为2026-10-10"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'points: "55", grade: D',
            'points: "60", grade: C',
            "甲在假药（fake_drugs）的分值和等级：应为60分、C级，实为55分、D级",
        ),
        ("scores: [{subject: 甲,", "scores: [{subject: 某人,", "应为55分、D级，实为没有评分"),
        ("unscored: [某人]", "unscored: [甲]", "甲的评分：应为没有评分，实为有评分"),
        ("{r1: serious}", "{r1: general}", "r1的严重程度：应为一般（general），实为严重（serious）"),
        ("categories: {r1: fake_drugs}", "categories: {r1: whole}", "应为综合（whole），实为"),
        ("weights: {r1: 1000000}", "weights: {r1: 0}", "应为百万分之0，实为百万分之1000000"),
        ("records: [r1, r2, r3]", "records: [r1, r2]", "，依据r1、r2），实为甲列入"),
        ("until_on: 2029-09-30", "until_on: 2029-09-29", "期满日：应为2029-09-29，实为2029-09-30"),
        ('is_public: "true"', 'is_public: "false"', "公示：应为不公开，实为公开"),
        ("measures: [market_entry_ban,", "measures: [", "措施：应为key_supervision、"),
    ],
)
def test_a_difference_is_told_in_words(tmp_path, rulebook, old, new, said):
    differences = _differences(tmp_path, rulebook, WORKED.replace(old, new))
    assert said in " ".join(differences)
    assert not any(re.search(r"['\[]|None|True|False", difference) for difference in differences), differences


def test_what_a_question_lacks_is_told_in_words(tmp_path, rulebook):
    (lacking,), _ = _read(tmp_path, ASKED.replace("key: objection_workdays, ", ""))
    (odd,), _ = _read(tmp_path, ASKED.replace("objection_workdays", "no_such_workdays"))
    assert find_answers_wrong(rulebook, lacking, build_workdays) == ["问题“term”的given缺少“key”"]
    (said,) = find_answers_wrong(rulebook, odd, build_workdays)
    assert "key: no_such_workdays" in said


def test_without_a_calendar_a_term_is_not_guessed(tmp_path, rulebook):
    (case,), _ = _read(tmp_path, ASKED)
    assert needs_calendar(case)
    assert isinstance(case, AskedCase)
    assert find_answers_wrong(rulebook, case, None) != []
    without, with_it = check_rules(RULES), check_rules(RULES, build_workdays)
    assert without.cases < with_it.cases


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ask: term", "ask: terms", "term"),
        ("given: {key:", "given: {keyy:", "key"),
        ("expect: {value:", "expect: {valu:", "value"),
    ],
)
def test_a_question_that_is_misspelt_is_refused(tmp_path, old, new, words):
    _, log = _read(tmp_path, ASKED.replace(old, new))
    assert any(words in f"{fault.message}{fault.remedy}" for fault in log.faults), log.faults


def test_every_question_is_asked_somewhere():
    asked = set()
    log = FaultLog()
    for path in [*RULES.glob("*/*/*/cases.yaml"), *RULES.glob("*/*/*/cases/*.yaml")]:
        file = f"rules/{path.relative_to(RULES).as_posix()}"
        asked |= {case.question for case in read_cases(path, file, log) if isinstance(case, AskedCase)}
    assert set(QUESTIONS) - asked == set()


def test_the_examples_of_the_handbook_hold(tmp_path, rulebook):
    text = (RULES.parent / "docs" / "rule-cases.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (worked,), log = _read(tmp_path, blocks[0])
    (asked,), other = _read(tmp_path, blocks[1])
    assert (log.faults, other.faults) == ([], [])
    assert isinstance(worked, WorkedCase)
    assert isinstance(asked, AskedCase)
    assert find_differences(rulebook, worked, evaluate(rulebook, worked.facts, worked.as_of)) == []
    assert find_answers_wrong(rulebook, asked, build_workdays) == []


def test_the_handbook_names_every_question_and_its_answers():
    text = (RULES.parent / "docs" / "rule-cases.md").read_text(encoding="utf-8")
    wanted = {name: question for name, question in QUESTIONS.items() if not name.startswith("governance_")}
    missing = [f"{name}.{one}" for name, q in wanted.items() for one in (*q.given, *q.answers) if one not in text]
    assert missing == []
    assert all(f"`{name}`" in text for name in QUESTIONS)
