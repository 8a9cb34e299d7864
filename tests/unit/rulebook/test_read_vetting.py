"""A vetting rule that goes further than the law, or could never hold, never loads."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from credit_service.domain.subject import SubjectKind
from credit_service.domain.vetting import Effect, Stage
from credit_service.errors import RulebookError
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.vetting_types import STATUTORY

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)
PLACE = Path("vetting/awards/2026.1/rule.yaml")


@pytest.fixture(scope="module")
def copied(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("rules") / "rules"
    shutil.copytree(RULES, target)
    return target


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "    kinds: [abnormal_operation]\n    subjects: [organisation",
            "    kinds: [abnormal_operation]\n    subjects: [person, organisation",
            "不是法定名单",
        ),
        ("    stage: open\n", "    stage: opening\n", "opening"),
        (
            "    stage: open\n    subjects: [organisation, individual_business]\n    awards: []\n    effect: note",
            "    stage: open\n    subjects: [organisation, individual_business]\n    awards: []\n    effect: bar",
            "尚未送达",
        ),
        (
            "    list_kind: watch\n    stage: effective\n    subjects: [organisation, individual_business]",
            "    list_kind: watch\n    stage: effective\n    subjects: [organisation, person]",
            "自然人只看已送达",
        ),
        ("    list_kind: watch\n", "    list_kind: red\n", "red"),
        ("    kinds: [broken_commitment]\n", "    kinds: [honour]\n", "不是失信记录"),
        ("within: red_recent_fine_years", "within: red_recent_fine_year", "red_recent_fine_years"),
        ("within: red_recent_fine_years", "within: objection_workdays", "没有名为"),
        ("when: severity = serious", "when: decided_on > as_of", "decided_on"),
        ("when: severity = serious", "when: points < 60", "points"),
        ("awards: [civilised_unit, integrity_star]", "awards: [civilized_unit]", "civilised_unit"),
        ("words: [],", "words: [先进],", "恰有一个奖项"),
        ("effect: bar", "effect: block", "block"),
        ("id: vetting.abnormal\n", "id: vetting.serious_list\n", "vetting.serious_list"),
        ("    law: L4\n", "", "没有写明来源"),
        ("consent: {id", "consents: {id", "consent"),
    ],
)
def test_a_fault_is_refused_with_its_place(copied, old, new, words):
    path = copied / PLACE
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
    assert "vetting/awards/2026.1/" in told


def test_the_rule_keeps_within_the_law():
    rule = load_rulebook(RULES, DAY, is_proved=True).vetting
    touching = [one for one in rule.conditions if SubjectKind.PERSON in one.subjects]
    assert touching
    assert all(set(one.kinds) <= STATUTORY for one in touching)
    assert all(one.effect is Effect.NOTE for one in rule.listings if one.stage is Stage.OPEN)
    assert all(entry.law.title for entry in rule.entries)


def test_an_honours_name_finds_its_award():
    rule = load_rulebook(RULES, DAY, is_proved=True).vetting
    named = {
        name: rule.name_award(name).id for name in ("市级文明单位", "诚信之星", "全国道德模范提名奖", "先进集体", "")
    }
    assert list(named.values()) == ["civilised_unit", "integrity_star", "virtue_model", "other_award", "other_award"]
    assert rule.find_award("文明单位") is rule.find_award("civilised_unit")
    assert rule.find_award("没有") is None


def test_terms_of_years_are_windows_of_months():
    rule = load_rulebook(RULES, DAY, is_proved=True).vetting
    assert rule.get_condition("vetting.recent_fine").months == 24
