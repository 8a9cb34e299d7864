"""A rule of the governance index that would reward what is worse, or forgets something, never loads."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from credit_service.errors import RulebookError
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)
RULE, KINDS = "rule.yaml", "kinds.csv"
FOUR = 'month: "{0}", quarter: "{0}", half: "{0}", year: "{0}"'


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(RULES, target)
    return target


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (RULE, 'weight: "0.35"', 'weight: "0.36"', "权重之和应当为1"),
        (RULE, "numerator: [mended, repaired]", "numerator: [mended, overdue]", "加在一起"),
        (RULE, "numerator: [overdue]", "numerator: [mended]", "方向不对"),
        (RULE, "numerator: [overdue]", "numerator: [overdew]", "overdue"),
        (RULE, "denominator: [new]", "denominator: [closing]", "不能用在denominator"),
        (RULE, "numerator: [fed_back]", "numerator: [fed_back, fed_back]", "不重复"),
        (RULE, f"full_at: {{{FOUR.format('1')}}}", f"full_at: {{{FOUR.format('0')}}}", "方向不对"),
        (RULE, ', year: "0.6"}', "}", "缺少字段“year”"),
        (RULE, "    min: 5\n", "    min: 1\n", "min"),
        (RULE, "mode: half_up", "mode: half_even", "half_even"),
        (RULE, "missing_part: redistribute", "missing_part: zero", "missing_part"),
        (RULE, "subject_kind = person AND simple_procedure", "subject_kind = persona", "persona"),
        (RULE, "id: governance.repeat\n", "id: governance.public\n", "governance.public"),
        (RULE, "    law: L3\n", "", "没有写明来源"),
        (KINDS, "governance.kind.wage_arrears,wage_arrears", "governance.kind.wage_arrears,honour", "wage_arrears"),
        (KINDS, ",false,180,行政处罚", ",false,0,行政处罚", "overdue_days"),
    ],
)
def test_a_fault_is_refused_with_its_place(copied, file, old, new, words):
    path = copied / "governance_index" / "index" / "2026.1" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        with pytest.raises(RulebookError) as caught:
            load_rulebook(copied, DAY)
    finally:
        path.write_text(text, encoding="utf-8")
    told = f"{caught.value.message}{caught.value.remedy}"
    assert words in told
    assert "governance_index/index/2026.1/" in told


def test_every_adverse_kind_has_a_term_and_every_part_a_source():
    rule = load_rulebook(RULES, DAY).governance_index
    assert {term.kind for term in rule.kinds} >= {"penalty", "abnormal_operation", "judgment_default"}
    assert [term.kind for term in rule.kinds if term.ends_mended] == ["abnormal_operation"]
    assert sum(part.weight for part in rule.parts) == 10_000
    assert all(entry.law.title for entry in rule.entries)
    assert {part.entry.status for part in rule.parts} == {"unconfirmed"}
