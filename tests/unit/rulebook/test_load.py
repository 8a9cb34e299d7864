"""Which rules are in force on a day, and what the rulebook tells the other rooms."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from credit_service.domain.score import ListKind
from credit_service.errors import RuleNotInForce, RuleOverlap, UnknownIndicator
from credit_service.rulebook.load import load_rulebook

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)
rulebook = load_rulebook(RULES, DAY)


def test_the_edition_in_use_is_the_nineteen_of_2018():
    assert rulebook.edition.edition == "2018"
    assert [item.number for item in rulebook.edition.categories] == list(range(1, 20))


def test_another_edition_can_be_asked_for():
    other = load_rulebook(RULES, DAY, edition="2020")
    assert len(other.edition.categories) == 10
    assert other.hash != rulebook.hash


def test_an_edition_that_does_not_exist_is_an_error():
    with pytest.raises(RuleNotInForce):
        load_rulebook(RULES, DAY, edition="1999")


def test_a_day_outside_every_version_is_an_error():
    with pytest.raises(RuleNotInForce):
        load_rulebook(RULES, date(2015, 1, 1))


@pytest.mark.parametrize(("day", "months"), [(date(2026, 3, 31), 36), (date(2026, 4, 1), 12)])
def test_the_version_changes_on_the_day_the_next_begins(day, months):
    terms = {term.severity: term.max_months for term in load_rulebook(RULES, day).publicity}
    assert terms["general"] == months


def test_an_open_version_is_closed_by_the_next(rules_dir, spoil):
    spoil("publicity/terms/order58/rule.yaml", ", to: 2026-03-31", "")
    assert dict(load_rulebook(rules_dir, date(2026, 3, 31)).versions)["publicity/terms"] == "order58"
    assert dict(load_rulebook(rules_dir, date(2026, 4, 1)).versions)["publicity/terms"] == "order36"


def test_two_editions_in_use_are_refused(rules_dir, spoil):
    spoil("governance/items_2020/1/rule.yaml", "in_use: false", "in_use: true")
    with pytest.raises(RuleOverlap):
        load_rulebook(rules_dir, DAY)


def test_the_hash_names_the_text_in_force(rules_dir, spoil):
    assert load_rulebook(rules_dir, DAY).hash == rulebook.hash
    spoil("publicity/terms/order58/rule.yaml", "已废止", "废止")
    assert load_rulebook(rules_dir, DAY).hash == rulebook.hash, "a version not in force does not count"
    spoil("scoring/points/2026.1/events.csv", "national,5,", "national,6,")
    assert load_rulebook(rules_dir, DAY).hash != rulebook.hash


def test_an_entry_holds_only_between_its_own_dates(rules_dir):
    path = rules_dir / "catalogue/information/2024/forbidden.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    dated = [lines[0] + ",from,to", lines[1] + ",2026-10-01,", lines[2] + ",,2026-09-30", lines[3] + ",,2026-09-29"]
    path.write_text("\n".join(dated) + "\n", encoding="utf-8")
    assert [pattern for pattern, _, _ in load_rulebook(rules_dir, DAY).forbidden_topics] == ["拆迁"]


def test_every_black_list_type_has_a_sufficient_basis_and_ends():
    black = [list_type for list_type in rulebook.list_types if list_type.list_kind is ListKind.BLACK]
    assert len(black) >= 6
    assert all(list_type.has_sufficient_basis and list_type.ground and list_type.term_months for list_type in black)


def test_the_empty_list_type_is_the_watch_list():
    assert rulebook.list_type("") == rulebook.list_type("watch")
    with pytest.raises(UnknownIndicator):
        rulebook.list_type("nobody")


def test_measures_of_a_list_are_catalogue_entries():
    assert len([m for m in rulebook.measures if m.nature != "incentive"]) == 14
    assert len([m for m in rulebook.measures if m.nature == "incentive"]) == 11
    for list_type in rulebook.list_types:
        assert [measure.slug for measure in rulebook.list_measures(list_type.id)] == list(list_type.measures)


def test_terms_and_catalogue_are_there():
    assert rulebook.deadlines["statement_workdays"] == 5
    assert rulebook.deadlines["repair_result_workdays"] == 10
    assert rulebook.catalogue_classes == {f"C{place:02d}" for place in range(1, 14)}
    assert ("信访", "信访未经立法不得纳入信用记录") in {topic[:2] for topic in rulebook.forbidden_topics}


def test_every_rule_can_be_traced_to_law_and_line():
    source = rulebook.rule_source("points.penalty.general")
    assert source.title
    assert source.file.startswith("rules/scoring/points/2026.1/events.csv:")
    with pytest.raises(UnknownIndicator):
        rulebook.rule_source("points.penalty.unknown")
