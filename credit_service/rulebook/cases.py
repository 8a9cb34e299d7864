"""Worked cases: facts and the outcome the law expects, kept beside the rule they show.

Before it lie ``cases.yaml`` and ``cases/*.yaml`` of a version directory, after it facts for either engine and a
comparison with what the engine said. The same cases are run by `check` on the referee, by the spec tests on every
engine, and are printed in the public rulebook. The reading is in `read_case`, questions without records are answered
in `answer_cases`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from credit_service.domain.category import GENERAL
from credit_service.rulebook.case_types import WHOLE, Case, ExpectedCandidate, WorkedCase
from credit_service.rulebook.case_words import (
    name_item,
    say_candidates,
    say_consequence,
    say_score,
    say_subject,
    say_value,
)
from credit_service.rulebook.fact import EvaluatedCandidate, Evaluation
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.read_case import PERSON_PREFIX, read_case_file
from credit_service.rulebook.read_file import read_rule_bytes
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.section import Section
from credit_service.rulebook.yaml_text import MAX_BYTES, parse_yaml

CASES_FILE = "cases.yaml"
CASES_FOLDER = "cases"
T = TypeVar("T")


def find_case_files(rules_dir: Path) -> list[Path]:
    """Return every file of worked cases below ``rules/``, sorted."""
    return sorted([*rules_dir.glob(f"*/*/*/{CASES_FILE}"), *rules_dir.glob(f"*/*/*/{CASES_FOLDER}/*.yaml")])


def read_all_cases(rules_dir: Path, log: FaultLog) -> tuple[Case, ...]:
    """Return every case below ``rules/``, in the order of files and lines; faults go to the log."""
    found: list[Case] = []
    for path in find_case_files(rules_dir):
        found += read_cases(path, f"{rules_dir.name}/{path.relative_to(rules_dir).as_posix()}", log)
    return tuple(found)


def read_cases(path: Path, file: str, log: FaultLog) -> tuple[Case, ...]:
    """Return the cases of one file; faults go to the log."""
    found: tuple[Case, ...] = ()
    with log.catching():
        root = path.parents[file.count("/") - 1]
        tree = parse_yaml(read_rule_bytes(path, root, file, MAX_BYTES), file)
        found = read_case_file(Section(tree, file, log), log)
    return found


def list_worked(cases: Iterable[Case]) -> tuple[WorkedCase, ...]:
    """Return the cases with facts, which the engines are asked about."""
    return tuple(case for case in cases if isinstance(case, WorkedCase))


def find_differences(rulebook: Rulebook, case: WorkedCase, found: Evaluation) -> list[str]:
    """Return in words where an engine's outcome differs from what a case expects; empty when it agrees.

    Raises:
        KeyError: The case names an item that the edition does not have.
    """
    numbers = {item.slug: item.number for item in rulebook.edition.categories} | {WHOLE: GENERAL}
    scores = {(score.subject_id, score.category): (score.points, score.grade) for score in found.scores}
    judged = {reason.record_id: reason for reason in found.judged}
    items = {item.slug: item.name for item in rulebook.edition.categories}
    slugs = {number: slug for slug, number in numbers.items()}
    differences: list[str] = []

    def compare(what: str, expected: T, actual: T, say: Callable[[T], str]) -> None:
        if expected != actual:
            differences.append(f"{what}：应为{say(expected)}，实为{say(actual)}")

    for want in case.scores:
        key = (want.subject_id, numbers[want.category])
        what = f"{say_subject(want.subject_id)}在{name_item(want.category, items)}的分值和等级"
        compare(what, (want.points, want.grade), scores.get(key), say_score)
    for subject_id in case.unscored:
        if any(key[0] == subject_id for key in scores):
            differences.append(f"{say_subject(subject_id)}的评分：应为没有评分，实为有评分")
    for what, wanted, name in (
        ("严重程度", case.severities, "severity"),
        ("适用的规则", case.rules, "rule"),
        ("所属事项", case.categories, "category"),
        ("计分权重", case.weights, "weight"),
    ):
        for record_id, expected in (wanted or {}).items():
            actual = getattr(judged[record_id], name) if record_id in judged else None
            if isinstance(actual, int) and name == "category":
                actual = slugs[actual]
            if expected != actual:
                said = (say_value(name, expected, items), say_value(name, actual, items))
                differences.append(f"{record_id}的{what}：应为{said[0]}，实为{said[1]}")
    if case.candidates is not None:
        wanted_keys = sorted((c.subject_id, c.list_type, numbers[c.category], c.record_ids) for c in case.candidates)
        keys = sorted(_key(candidate) for candidate in found.candidates)
        compare("建议名单", wanted_keys, keys, lambda value: say_candidates(value, rulebook))
        for candidate in case.candidates:
            differences += _find_consequences_wrong(rulebook, case, candidate)
    return differences


def _key(candidate: EvaluatedCandidate) -> tuple[str, str, int, tuple[str, ...]]:
    return candidate.subject_id, candidate.list_type, candidate.category, candidate.record_ids


def _find_consequences_wrong(rulebook: Rulebook, case: WorkedCase, want: ExpectedCandidate) -> list[str]:
    """Compare what a listing would bring: measures, its last day, and whether it may be shown."""
    list_type = next((one for one in rulebook.list_types if one.id == want.list_type), None)
    if list_type is None:
        return [f"名单类型“{want.list_type}”不存在"]
    is_person = want.subject_id.startswith(f"{PERSON_PREFIX}:")
    actual = {
        "措施": (want.measures, list_type.measures),
        "期满日": (want.until_on, add_months(case.as_of, list_type.term_months)),
        "公示": (want.is_public, list_type.publish_person if is_person else list_type.publish_organisation),
    }
    return [
        f"{say_subject(want.subject_id)}列入{list_type.name}后的{what}："
        f"应为{say_consequence(expected)}，实为{say_consequence(found)}"
        for what, (expected, found) in actual.items()
        if expected is not None and expected != found
    ]
