"""The worked cases beside the rules, on every engine: facts in, the outcome the law expects out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from credit_service.listing.deadlines import build_workdays
from credit_service.rulebook.answer_cases import find_answers_wrong
from credit_service.rulebook.case_types import AskedCase
from credit_service.rulebook.cases import find_differences, list_worked, read_all_cases
from credit_service.rulebook.faults import FaultLog

ROOT = Path(__file__).parents[2]
LOG = FaultLog()
EVERY = read_all_cases(ROOT / "rules", LOG)
CASES = list_worked(EVERY)
ASKED = [case for case in EVERY if isinstance(case, AskedCase)]


def test_every_case_can_be_read():
    assert LOG.faults == []
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_comes_out_as_the_law_expects(case, engine, rules):
    rulebook = rules(case.as_of, case.head.edition)
    assert find_differences(rulebook, case, engine(rulebook, case.facts, case.as_of)) == []


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case.head.name)
def test_question_is_answered_as_the_law_expects(case, rules):
    rulebook = rules(case.head.as_of, case.head.edition)
    assert find_answers_wrong(rulebook, case, build_workdays) == []


def test_case_names_are_unique():
    names = [case.head.name for case in EVERY]
    assert sorted(set(names)) == sorted(names)


def test_sample_topics_find_the_category_they_are_made_for(rules):
    """The generator's expected outcomes and the classification must not drift apart."""
    from datetime import UTC, date, datetime

    from credit_service.rulebook.fact import Fact
    from credit_service.rulebook.judge import judge

    rulebook = rules(date(2026, 9, 30))
    wrong = []
    with (ROOT / "data" / "reference" / "sample_topics.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            fact = Fact(
                record_id="r",
                kind="penalty",
                subject_id="uscc:x",
                subject_kind="organisation",
                topic=row["topic"],
                decided_on=date(2026, 9, 1),
                act_key="r",
                learned_at=datetime(2026, 9, 2, tzinfo=UTC),
            )
            found = judge(rulebook, fact, date(2026, 9, 30), repeated=False).category
            if found != int(row["category"]):
                wrong.append((row["topic"], int(row["category"]), found))
    assert wrong == []
