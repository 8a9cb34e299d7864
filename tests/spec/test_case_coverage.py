"""Enough worked cases, and about what matters: counted from facts and outcomes, not from what a case calls itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.rulebook.case_types import AskedCase, Case, WorkedCase
from credit_service.rulebook.cases import CASES_FILE, CASES_FOLDER, read_all_cases
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.judge import Judged, judge
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook

RULES = Path(__file__).parents[2] / "rules"
DAY = date(2026, 9, 30)
CASES = read_all_cases(RULES, FaultLog())
EDITIONS = {edition: load_rulebook(RULES, DAY, edition) for edition in ("2018", "2020")}
RULEBOOK = EDITIONS["2018"]
ITEMS = [(edition, item.slug) for edition, rules in EDITIONS.items() for item in rules.edition.categories]
LIST_TYPES = [list_type.id for list_type in RULEBOOK.list_types]
LEAST_PER_ITEM, LEAST_PER_LIST = 4, 8


def _about(slug: str, edition: str = "2018") -> list[Case]:
    return [case for case in CASES if slug in case.head.about and (case.head.edition or "2018") == edition]


def _worked(cases: Iterable[Case]) -> list[WorkedCase]:
    return [case for case in cases if isinstance(case, WorkedCase)]


def _judged(case: WorkedCase, rulebook: Rulebook) -> list[Judged]:
    return [judge(rulebook, fact, case.as_of, repeated=False) for fact in case.facts]


def _ends(row: Judged) -> set[date]:
    windows = row.windows
    return {day for day in (windows.min_until, windows.max_until, windows.active_until) if day is not None}


def _supports(case: WorkedCase, list_type: str) -> set[str]:
    wanted = [candidate for candidate in case.candidates or () if candidate.list_type == list_type]
    return {record_id for candidate in wanted for record_id in candidate.record_ids}


@pytest.mark.parametrize(("edition", "slug"), ITEMS)
def test_every_item_has_cases_with_points_boundary_day_and_repair(edition, slug):
    cases = _about(slug, edition)
    worked = _worked(cases)
    rows = [(case, row) for case in worked for row in _judged(case, EDITIONS[edition])]
    assert len(cases) >= LEAST_PER_ITEM
    assert any(case.categories for case in worked), "which records belong to it"
    assert any(case.scores for case in worked), "points and grade"
    assert any(abs((end - case.as_of).days) <= 1 for case, row in rows for end in _ends(row)), "a boundary day"
    assert any(row.fact.repaired_on is not None and not row.is_usable for _, row in rows), "repair"


@pytest.mark.parametrize("slug", [item.slug for item in RULEBOOK.edition.categories])
def test_every_word_and_kind_of_an_item_is_shown_by_a_case(slug):
    topics = [f"{f.topic} {f.fact}" for case in _worked(_about(slug)) for f in case.facts]
    kinds = {fact.kind for case in _worked(_about(slug)) for fact in case.facts}
    unseen = [
        word.keyword
        for word in RULEBOOK.classification.keywords
        if word.category == slug and not any(word.keyword in topic for topic in topics)
    ]
    assert unseen == []
    assert {kind.kind for kind in RULEBOOK.classification.kinds if kind.category == slug} <= kinds


@pytest.mark.parametrize("slug", [i.slug for i in EDITIONS["2020"].edition.categories if i.slug.startswith("unseen")])
def test_an_item_whose_name_is_not_known_takes_no_record(slug):
    assert all(slug not in (case.categories or {}).values() for case in _worked(_about(slug, "2020")))
    assert any(isinstance(case, AskedCase) and case.question == "item" for case in _about(slug, "2020"))


@pytest.mark.parametrize("list_type", LIST_TYPES)
def test_every_list_type_has_enough_cases_about_what_matters(list_type):
    cases = _about(list_type)
    worked = _worked(cases)
    kind = RULEBOOK.list_type(list_type).list_kind
    facts = [fact for case in worked for fact in case.facts]
    assert len(cases) >= LEAST_PER_LIST
    assert any(c.measures for case in worked for c in case.candidates or () if c.list_type == list_type), "measures"
    assert any(c.until_on for case in worked for c in case.candidates or () if c.list_type == list_type), "term"
    assert any(fact.repaired_on is not None for fact in facts), "repair"
    assert any(fact.revoked_on is not None for fact in facts), "revocation"
    assert any(fact.subject_kind == SubjectKind.PERSON for fact in facts), "a person"
    assert any(fact.is_minor for fact in facts), "a minor"
    assert any(not _supports(case, list_type) for case in worked), "not accepted"
    if kind is not ListKind.RED:
        assert any(fact.kind in {"honour", "tax_a"} for fact in facts), "red and black exclude each other"
    elif list_type != "moral_model":
        assert any(row.is_listing for case in worked for row in _judged(case, RULEBOOK)), "red and black"


@pytest.mark.parametrize("list_type", [name for name in LIST_TYPES if name != "watch"])
def test_last_day_supports_a_list_and_the_next_day_does_not(list_type):
    last = after = False
    for case in _worked(_about(list_type)):
        supporting = _supports(case, list_type)
        for row in _judged(case, RULEBOOK):
            end = row.windows.active_until
            last = last or (end == case.as_of and row.fact.record_id in supporting)
            after = after or (end == case.as_of - timedelta(days=1) and row.fact.record_id not in supporting)
    assert last
    assert after


def test_watch_list_ends_the_day_the_grade_recovers():
    days = {case.as_of: case for case in _worked(_about("watch"))}
    before, after = days[date(2026, 11, 14)], days[date(2026, 11, 15)]
    assert before.facts == after.facts
    assert _supports(before, "watch")
    assert not _supports(after, "watch")


def test_every_version_whose_rules_have_outcomes_has_cases():
    versions = {path.parent for path in RULES.glob("*/*/*/rule.yaml")}
    without = [
        path.relative_to(RULES).as_posix()
        for path in sorted(versions)
        if not (path / CASES_FILE).is_file() and not list((path / CASES_FOLDER).glob("*.yaml"))
    ]
    assert without == []


def test_what_a_case_is_about_exists():
    known = {item.slug for rules in EDITIONS.values() for item in rules.edition.categories}
    known |= {rule_id for rules in EDITIONS.values() for rule_id in rules.entries}
    assert {name for case in CASES for name in case.head.about} - known == set()
