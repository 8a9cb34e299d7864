"""The worked cases beside the rules, on every engine: facts in, the outcome the law expects out."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from credit_service.rulebook.cases import find_differences, read_cases
from credit_service.rulebook.faults import FaultLog

ROOT = Path(__file__).parents[2]
LOG = FaultLog()
CASES = [
    case for path in sorted((ROOT / "rules").glob("*/*/*/cases.yaml")) for case in read_cases(path, str(path), LOG)
]


def test_every_case_can_be_read():
    assert LOG.faults == []
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_comes_out_as_the_law_expects(case, engine, rules):
    rulebook = rules(case.as_of)
    assert find_differences(rulebook, case, engine(rulebook, case.facts, case.as_of)) == []


def test_case_names_are_unique():
    names = [case.name for case in CASES]
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
