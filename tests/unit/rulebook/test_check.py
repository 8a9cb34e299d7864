"""`check_rules` finds what is wrong, all of it, with file and line, and never lets a faulty rulebook load."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from credit_service.errors import RulebookError
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.cross_checks import cross_check
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook

DAY = date(2026, 9, 30)
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
LISTS = "lists/list_types/2026.1/rule.yaml"
ACCEPTS = "lists/list_types/2026.1/accepts.csv"
SEVERITY = "severity/levels/2025.1/rule.yaml"
CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
MEASURES = "measures/joint_measures/2024.1/measures.csv"
WORDS = "categories/classification/2026.1/keywords.csv"
ORDER36 = "publicity/terms/order36/rule.yaml"


class Planted(NamedTuple):
    """A fault put into a rule file, and what must be said of it."""

    title: str
    file: str
    old: str
    new: str
    code: str
    words: str


PLANTED = (
    Planted("no source", SEVERITY, "    law: L3\n", "", "rule_without_source", "没有写明来源"),
    Planted(
        "no source in a table",
        MEASURES,
        ",black,,L1,unconfirmed,\n",
        ",black,,,unconfirmed,\n",
        "rule_without_source",
        "来源",
    ),
    Planted("unknown source", SEVERITY, "law: L3", "law: L9", "unknown_indicator", "L9"),
    Planted("unknown field", SEVERITY, "fine_fen >= 100000000", "fine_fn >= 100000000", "unknown_indicator", "fine_fn"),
    Planted(
        "unknown member", SEVERITY, "kind = abnormal_operation", "kind = abnormal", "unknown_indicator", "abnormal"
    ),
    Planted("mixed units", SEVERITY, "fine_fen >= 100000000", "fine_fen >= decided_on", "rule_syntax", "单位"),
    Planted(
        "not over empty", SCORING, "when: revoked_on <= as_of", "when: NOT revoked_on <= as_of", "rule_syntax", "NOT"
    ),
    Planted("syntax of a condition", CANDIDATES, "when: grade = D", "when: grade = = D", "rule_syntax", "条件"),
    Planted(
        "unknown measure",
        LISTS,
        "measures: [exit_ban, key_supervision",
        "measures: [exit_ben, key_supervision",
        "unknown_indicator",
        "exit_ben",
    ),
    Planted(
        "incentive on a black list",
        LISTS,
        "measures: [exit_ban, key_supervision",
        "measures: [green_channel, key_supervision",
        "unknown_indicator",
        "不适用",
    ),
    Planted(
        "no list basis",
        LISTS,
        "    legal_basis: 《中华人民共和国政府采购法》第七十七条\n",
        "",
        "rule_without_source",
        "法定依据",
    ),
    Planted("weak list basis", LISTS, "    authorised_by: 国办发〔2020〕49号\n", "", "rule_without_source", "不足"),
    Planted(
        "no basis to publish",
        LISTS,
        "    publication_basis: 《中华人民共和国政府采购法》第七十七条\n",
        "",
        "rule_without_source",
        "公示依据",
    ),
    Planted(
        "unknown category",
        LISTS,
        "categories: [wage_arrears]",
        "categories: [wage_arears]",
        "unknown_indicator",
        "wage_arears",
    ),
    Planted(
        "unknown category of a word",
        WORDS,
        "word.telecom_fraud.1,telecom_fraud",
        "word.telecom_fraud.1,telecom_fraut",
        "unknown_indicator",
        "telecom_fraut",
    ),
    Planted("id used twice", WORDS, "word.telecom_fraud.2,", "word.telecom_fraud.1,", "rule_overlap", "已在"),
    Planted("unknown list type", ACCEPTS, "accept.tax_a,tax_a,", "accept.tax_a,tax_b,", "unknown_indicator", "tax_b"),
    Planted(
        "listing without list type",
        ACCEPTS,
        "accept.listed_other,serious_other,serious_list,,,",
        "accept.listed_other,serious_other,serious_list,,海关,",
        "rule_syntax",
        "不限关键词",
    ),
    Planted(
        "points missing",
        EVENTS,
        "points.penalty.general,penalty,general,,-5",
        "points.penalty.general,penalty,minor,,-5",
        "rule_syntax",
        "恰好一行",
    ),
    Planted("honour that costs", EVENTS, "honour,,national,5,", "honour,,national,-5,", "rule_syntax", "正负号"),
    Planted("points no number", EVENTS, ",national,5,", ",national,five,", "rule_syntax", "分值"),
    Planted("ragged row", EVENTS, "points.tax_a,tax_a,,*,5,", "points.tax_a,tax_a,,*,5,5,", "rule_syntax", "列"),
    Planted(
        "unknown yaml field",
        SEVERITY,
        "    severity: minor\n",
        "    severity: minor\n    severty: minor\n",
        "unknown_indicator",
        "severty",
    ),
    Planted("tag", SCORING, 'cap: "120"', "cap: !!int 120", "rule_syntax", "标签"),
    Planted("anchor", SCORING, "scale:", "scale: &anchor", "rule_syntax", "锚点"),
    Planted("repeated key", SCORING, 'floor: "0"', 'base: "0"', "rule_syntax", "重复"),
    Planted("yaml syntax", SCORING, "  cap: ", "cap ", "rule_syntax", "语法"),
    Planted("no date", SCORING, "{from: 2025-06-22}", "{from: 2025-06-31}", "rule_syntax", "日期"),
    Planted("grades in disorder", SCORING, 'min: "90"', 'min: "70"', "rule_syntax", "等级"),
    Planted("another rounding", SCORING, "mode: half_up", "mode: half_even", "unknown_indicator", "half_even"),
    Planted(
        "persons scored",
        SCORING,
        "[organisation, individual_business]",
        "[organisation, person]",
        "unknown_indicator",
        "person",
    ),
    Planted(
        "shortest over longest",
        ORDER36,
        "min_months: 12, max_months: 36",
        "min_months: 37, max_months: 36",
        "rule_syntax",
        "最短",
    ),
    Planted("severity without term", ORDER36, "severity: minor", "severity: general", "rule_syntax", "各须有"),
    Planted(
        "red beside black",
        CANDIDATES,
        "unless: [candidate.black.listed, candidate.black.grade, candidate.watch.category, candidate.watch.whole]",
        "unless: [candidate.black.grade]",
        "rule_syntax",
        "unless缺少",
    ),
    Planted(
        "looks forward",
        CANDIDATES,
        "unless: [candidate.black.listed, candidate.black.grade]",
        "unless: [candidate.red.person]",
        "unknown_indicator",
        "排在前面",
    ),
    Planted("count with a taken name", CANDIDATES, "id: recent_fines", "id: whole_grade", "rule_syntax", "同名"),
    Planted(
        "unit of a deadline",
        "deadlines/henan/2019/deadlines.csv",
        "statement_workdays,列入前陈述申辩期,5,workdays",
        "statement_workdays,列入前陈述申辩期,5,days",
        "rule_syntax",
        "单位",
    ),
    Planted("overlap", ORDER36, "{from: 2026-04-01}", "{from: 2026-03-31}", "rule_overlap", "重叠"),
    Planted("gap", ORDER36, "{from: 2026-04-01}", "{from: 2026-04-02}", "rule_not_in_force", "空档"),
)


def test_the_rules_as_they_are_have_no_fault(rules_dir):
    report = check_rules(rules_dir)
    assert report.faults == ()
    assert report.unconfirmed, "much of the law is still to be confirmed, and must be said"
    assert report.files > 20


def test_the_worked_cases_are_run():
    report = check_rules(Path(__file__).parents[3] / "rules")
    assert report.faults == ()
    assert report.cases >= 40


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.title)
def test_a_planted_fault_is_found_with_file_and_line(rules_dir, spoil, planted):
    line = spoil(planted.file, planted.old, planted.new)
    faults = check_rules(rules_dir).faults
    found = [fault for fault in faults if planted.words in fault.message and fault.code == planted.code]
    kind = planted.file.split("/")[0]
    near = [fault for fault in found if fault.file.startswith(f"rules/{kind}/")]
    assert near, faults
    # A fault of a table as a whole, such as a missing row, has no line of its own; others point into the entry.
    assert near[0].line == 1 or abs(near[0].line - line) <= 20
    with pytest.raises(RulebookError):
        load_rulebook(rules_dir, DAY)


def test_every_fault_is_reported_at_once(rules_dir, spoil):
    spoil(SEVERITY, "fine_fen >= 100000000", "fine_fn >= 100000000")
    spoil(SEVERITY, "kind = broken_commitment", "kind = broken")
    spoil(LISTS, "categories: [wage_arrears]", "categories: [wage_arears]")
    spoil(WORDS, "word.telecom_fraud.2,", "word.telecom_fraud.1,")
    messages = " ".join(fault.message for fault in check_rules(rules_dir).faults)
    assert all(word in messages for word in ("fine_fn", "broken", "wage_arears", "word.telecom_fraud.1"))


def test_a_worked_case_that_no_longer_holds_is_a_fault(rules_dir, spoil):
    shutil.copy(
        Path(__file__).parents[3] / "rules/scoring/points/2026.1/cases.yaml", rules_dir / "scoring/points/2026.1"
    )
    spoil(EVENTS, "points.penalty.general,penalty,general,,-5", "points.penalty.general,penalty,general,,-6")
    faults = check_rules(rules_dir).faults
    assert faults
    assert all(fault.file.endswith("cases.yaml") for fault in faults)


def test_a_file_nobody_reads_is_a_fault(rules_dir):
    (rules_dir / "scoring" / "stray.yaml").write_text("a: 1\n", encoding="utf-8")
    assert any("不会被读取" in fault.message for fault in check_rules(rules_dir).faults)


def test_a_kind_without_rules_is_a_fault(rules_dir):
    shutil.rmtree(rules_dir / "measures")
    assert any("measures" in fault.file for fault in check_rules(rules_dir).faults)


def test_points_that_could_leave_64_bits_are_refused():
    """The text of a table cannot hold so many digits; a rulebook made otherwise must not pass either."""
    rulebook = load_rulebook(Path(__file__).parents[3] / "rules", DAY)
    events = tuple(replace(event, points=event.points * 10**9) for event in rulebook.scoring.events)
    log = FaultLog()
    files = {kind: f"rules/{kind}" for kind in ("lists", "scoring")}
    cross_check(replace(rulebook, scoring=replace(rulebook.scoring, events=events)), files, log)
    assert any("64位" in fault.message for fault in log.faults)
