"""A rule file that nothing reads is found: it would be believed to hold."""

from __future__ import annotations

import shutil

import pytest

from credit_service.rulebook.check import check_rules

VERSION = "publicity/terms/order36"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("publicity/rule.yaml", "不会被读取"),
        (f"{VERSION}/rule.yml", "不会被读取"),
        (f"{VERSION}/RULE.YAML", "不会被读取"),
        (f"{VERSION}/cases/more/x.yaml", "不会被读取"),
        ("publicty/terms/order36/rule.yaml", "没有“publicty”类规则"),
        (f"{VERSION}/spare.csv", "没有规则用到"),
        ("publicity/terms/order99/terms.csv", "没有规则用到"),
    ],
)
def test_a_file_out_of_place_is_named(rules_dir, place, words):
    path = rules_dir / place
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(rules_dir / VERSION / "rule.yaml", path)
    found = [fault for fault in check_rules(rules_dir).faults if fault.file == f"rules/{place}"]
    assert any(words in fault.message for fault in found)


@pytest.mark.parametrize("place", ["publicity/terms/linked", f"{VERSION}/linked.csv"])
def test_a_link_is_named(rules_dir, place):
    (rules_dir / place).symlink_to(rules_dir / VERSION)
    faults = [fault for fault in check_rules(rules_dir).faults if fault.file.startswith(f"rules/{place}")]
    assert any("链接" in fault.message for fault in faults)


@pytest.mark.parametrize(
    ("new", "words"), [("../other.csv", "CSV文件名"), ("bounds.csv\n  spare: bounds.csv", "未知字段“spare”")]
)
def test_a_table_that_is_none_or_that_nobody_asks_for_is_a_fault(rules_dir, spoil, new, words):
    spoil(f"{VERSION}/rule.yaml", "bounds.csv", new)
    faults = [fault for fault in check_rules(rules_dir).faults if fault.file == f"rules/{VERSION}/rule.yaml"]
    assert any(words in fault.message for fault in faults)
