"""One slip is told once: what seems wrong only because of it stands apart, and hides nothing of the other files."""

from __future__ import annotations

from datetime import date

import pytest

from credit_service.errors import RuleNotInForce
from credit_service.rulebook.check import check_rules
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.load import load_rulebook

CANDIDATES = "candidates/proposals/2026.1/rule.yaml"
SEVERITY = "severity/levels/2025.1/rule.yaml"
SCORING = "scoring/points/2026.1/rule.yaml"
EVENTS = "scoring/points/2026.1/events.csv"
KINDS = "scoring/points/2026.1/kinds.csv"
ORDER36 = "publicity/terms/order36/rule.yaml"


@pytest.mark.parametrize(
    ("slip", "root", "follow_on"),
    [
        (
            (CANDIDATES, "  - id: open_adverse\n    when: is_adverse", "  - id: open_adverse\n    when: is_advers"),
            "is_advers",
            "open_adverse",
        ),
        ((CANDIDATES, "supports: is_listing AND", "supports: is_lsting AND"), "is_lsting", "candidate.black.listed"),
        ((CANDIDATES, "since: decided_on", "since: decide_on"), "decide_on", "recent_fines"),
        ((EVENTS, "penalty,general,,-5", "penlty,general,,-5"), "penlty", "0行分值"),
        ((SCORING, "grade: D", "grade: Dd"), "Dd", "最低一等"),
        ((ORDER36, "severity: general", "severity: genral"), "genral", "各须有且只有一条"),
        ((KINDS, ",penalty,", ",penlty,"), "penlty", "penalty"),
        ((ORDER36, "kind: publicity", "kind: publicty"), "publicty", "没有生效"),
        ((SEVERITY, "levels:\n", "levels: [\n"), "语法错误", "没有可读的“severity”"),
    ],
)
def test_one_slip_is_one_fault(rules_dir, spoil, slip, root, follow_on):
    spoil(*slip)
    report = check_rules(rules_dir)
    assert [root in fault.message for fault in report.faults] == [True], report.faults
    assert any(follow_on in fault.message for fault in report.follow_ons), report.follow_ons
    assert not set(report.faults) & set(report.follow_ons)
    assert report.to_dict()["follow_ons"] == [fault.to_dict() for fault in report.follow_ons]


def test_two_slips_are_two_faults_though_one_lies_where_the_other_is_missed(rules_dir, spoil):
    spoil(EVENTS, "penalty,general,,-5", "penlty,general,,-5")
    spoil(EVENTS, ",national,5,", ",national,five,")
    said = " ".join(fault.message for fault in check_rules(rules_dir).faults)
    assert "penlty" in said
    assert "five" in said


def test_a_gap_where_everything_could_be_read_is_a_fault_of_its_own(rules_dir, spoil):
    spoil(EVENTS, "points.penalty.general,penalty,general,,-5", "points.penalty.general,penalty,minor,,-5")
    report = check_rules(rules_dir)
    assert any("0行分值" in fault.message for fault in report.faults)
    assert report.follow_ons == ()


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (SEVERITY, "levels:\n", "levels: [\n"),
        (SEVERITY, "kind: severity\n", ""),
        (SCORING, "scale:\n", "scal:\n"),
        (SCORING, "grades: ", "grades: {"),
        (ORDER36, "terms:\n", "terms: {\n"),
    ],
)
def test_a_broken_file_hides_nothing_of_the_others(rules_dir, spoil, file, old, new):
    spoil(file, old, new)
    others = {
        CANDIDATES: ("is_adverse AND is_usable", "is_advers AND is_usable", "is_advers"),
        "lists/list_types/2026.1/rule.yaml": ("list_kind: black", "list_kind: blak", "blak"),
        "measures/joint_measures/2024.1/measures.csv": (",black,", ",blak,", "blak"),
        "governance_index/index/2026.1/rule.yaml": ("mode: half_up", "mode: half_op", "half_op"),
        "publicity/terms/order58/rule.yaml": ("severity: minor", "severity: miner", "miner"),
    }
    for other, (right, wrong, _) in others.items():
        spoil(other, right, wrong)
    faults = check_rules(rules_dir).faults
    for other, (_, _, word) in others.items():
        assert any(f.file == f"rules/{other}" and word in f.message for f in faults), (other, faults)
    assert any(fault.file == f"rules/{file}" for fault in faults)


def test_a_misspelt_day_of_a_window_is_told_with_the_nearest(rules_dir, spoil):
    line = spoil(CANDIDATES, "since: decided_on", "since: decide_on")
    (fault,) = check_rules(rules_dir).faults
    assert (fault.line, fault.code, fault.remedy) == (line, "unknown_indicator", "是否应为“decided_on”？")


def test_faults_that_only_point_at_each_other_are_all_told():
    log = FaultLog()
    one = RuleFault("rules/a/b/1/rule.yaml", 1, "rule_syntax", "x", after=("rules/a/b/1",))
    log.add_unread(one)
    assert log.list_roots() == [one]
    assert log.list_follow_ons() == []


def test_the_first_error_of_a_run_is_a_root(rules_dir, spoil):
    spoil(CANDIDATES, "  - id: open_adverse\n    when: is_adverse", "  - id: zz_open\n    when: is_advers")
    with pytest.raises(Exception, match="is_advers"):
        load_rulebook(rules_dir, date(2026, 9, 30))


def test_before_the_first_rules_the_day_and_the_first_day_are_named(rules_dir):
    with pytest.raises(RuleNotInForce) as caught:
        load_rulebook(rules_dir, date(2020, 1, 1))
    assert "2020-01-01还没有规则" in caught.value.message
    assert "2025-06-22" in caught.value.message
    assert "2025-06-22" in (caught.value.remedy or "")
    assert "governance" not in caught.value.message
    load_rulebook(rules_dir, date(2025, 6, 22))
