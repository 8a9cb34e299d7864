"""Facts to compare engines on: the worked cases beside the rules, and boundary records drawn from a fixed seed.

Subjects are independent of each other, so cases of one day go into one run, each with names of its own, and the referee
may be asked subject by subject (it is quadratic, and meant to be).
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random

from credit_service.domain.record import PenaltyKind, RecordKind
from credit_service.rulebook.case_types import WorkedCase
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Evaluation, Fact
from credit_service.rulebook.fields import HONOUR_LEVELS
from credit_service.rulebook.judge import add_months
from credit_service.rulebook.schema import Rulebook

ROOT = Path(__file__).parents[2]
LEARNED = datetime(2026, 1, 1, tzinfo=UTC)
KNOWN = LEARNED + timedelta(days=2)
"""An instant at which some records are not yet, and some no longer, known."""
MONTHS = (0, 1, 3, 6, 12, 24, 36, 60)
FEN = (0, 0, 1, 50_000, 499_999, 500_000, 99_999_999, 100_000_000, 100_000_001, 10**15)
MASKS = (0, *(kind.value for kind in PenaltyKind), 2047)
FAR = (date(1949, 10, 1), date(2000, 2, 29), date(2024, 2, 29), date(2099, 12, 31))
KINDS = (*RecordKind, *(RecordKind.PENALTY,) * 8, *(RecordKind.HONOUR, RecordKind.TAX_A) * 3)
SUBJECTS = (*("organisation",) * 5, "individual_business", "person")
_PREFIXES = {"organisation": "uscc", "individual_business": "reg", "person": "psn"}


def draw_facts(seed: int, count: int, as_of: date) -> list[Fact]:
    """Return records on and beside every edge the rules have: days, month ends, amounts, empty values, repeats."""
    chance = Random(seed)  # noqa: S311 - the same records each time, not secrets
    topics = _read_topics()
    return [_draw_fact(chance, place, as_of, topics) for place in range(count)]


def _draw_fact(chance: Random, place: int, as_of: date, topics: Sequence[str]) -> Fact:
    # A few subjects have hundreds of records, most have some, many have one.
    subject = int(chance.random() ** 2 * 1500)
    subject_kind = SUBJECTS[subject % len(SUBJECTS)]
    learned = LEARNED + timedelta(days=chance.randrange(5))
    repeated = chance.random() < 0.1
    return Fact(
        record_id=f"r{place:06d}",
        kind=chance.choice(KINDS).value,
        subject_id=f"{_PREFIXES[subject_kind]}:{subject:06d}",
        subject_kind=subject_kind,
        topic=chance.choice(topics),
        decided_on=_draw_day(chance, as_of),
        act_key=f"{subject}-{chance.randrange(3)}" if repeated else f"r{place:06d}",
        learned_at=learned,
        superseded_at=chance.choice((None, None, None, None, learned + timedelta(days=1))),
        fact=chance.choice(topics) if chance.random() < 0.2 else "",
        authority_name=chance.choice(("", "税务局", "市场监督管理局", "交通运输局", "人民法院")),
        batch_id=f"B{place % 7}",
        row=place,
        penalty_mask=chance.choice(MASKS) | chance.choice(MASKS),
        fine_fen=chance.choice(FEN),
        confiscated_fen=chance.choice(FEN),
        amount_fen=chance.choice(FEN),
        honour_level=chance.choice(HONOUR_LEVELS),
        simple_procedure=chance.random() < 0.3,
        ends_on=chance.choice((None, _draw_day(chance, as_of), _draw_day(chance, as_of), date(2099, 12, 31))),
        repaired_on=chance.choice((None, None, None, None, None, _draw_day(chance, as_of))),
        revoked_on=chance.choice((None, None, None, None, None, None, _draw_day(chance, as_of))),
        consent=chance.random() < 0.5,
        is_minor=subject_kind == "person" and chance.random() < 0.1,
    )


def _draw_day(chance: Random, as_of: date) -> date:
    """Return a day: beside an edge, the end or start of some month, anywhere in five years, or far away."""
    edge = add_months(as_of, chance.choice((-1, -1, -1, 1)) * chance.choice(MONTHS))
    where = chance.random()
    if where < 0.5:
        return edge + timedelta(days=chance.randint(-2, 2))
    if where < 0.65:
        return edge.replace(day=1) - timedelta(days=chance.randint(0, 3))
    if where < 0.97:
        return as_of - timedelta(days=chance.randint(-40, 1900))
    return chance.choice(FAR)


def _read_topics() -> list[str]:
    with (ROOT / "data" / "reference" / "sample_topics.csv").open(encoding="utf-8", newline="") as lines:
        named = {row["topic"] for row in csv.DictReader(lines)}
    return sorted(named | {"", "守合同重信用", "诚信企业", "其他", "100%'\\\"假药"})


def gather_by_day(cases: Iterable[WorkedCase]) -> dict[tuple[date, str | None], dict[str, WorkedCase]]:
    """Return the cases that one run can answer: by day and edition, each under the mark its names will bear."""
    runs: dict[tuple[date, str | None], dict[str, WorkedCase]] = defaultdict(dict)
    for place, case in enumerate(cases):
        runs[case.as_of, case.head.edition][f"c{place:04d}"] = case
    return dict(runs)


def mark_facts(mark: str, facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts with subjects, records and acts that no other case has."""
    return [
        replace(
            fact,
            record_id=f"{mark}/{fact.record_id}",
            act_key=f"{mark}/{fact.act_key}",
            subject_id=fact.subject_id.replace(":", f":{mark}/", 1),
        )
        for fact in facts
    ]


def take_marked(mark: str, found: Evaluation) -> Evaluation:
    """Return what was found of one case, with the names it has in its file."""
    parts: dict[str, tuple[object, ...]] = {}
    for field in fields(found):
        rows = [row for row in getattr(found, field.name) if f":{mark}/" in row.subject_id]
        parts[field.name] = tuple(_strip(mark, row) for row in rows)
    return Evaluation(**parts)


def _strip(mark: str, row: object) -> object:
    changed: dict[str, object] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        if isinstance(value, str):
            changed[field.name] = value.replace(f"{mark}/", "")
        elif isinstance(value, tuple):
            changed[field.name] = tuple(str(item).replace(f"{mark}/", "") for item in value)
    return replace(row, **changed)


def evaluate_by_subject(
    rulebook: Rulebook, facts: Sequence[Fact], as_of: date, known_at: datetime | None = None
) -> Evaluation:
    """Ask the referee subject by subject and put the answers together."""
    ordered = sorted(facts, key=lambda fact: fact.subject_id)
    answers = [
        evaluate(rulebook, list(own), as_of, known_at) for _, own in groupby(ordered, key=lambda fact: fact.subject_id)
    ]
    by_record = {"reasons", "judged"}
    parts = {}
    for field in fields(Evaluation):
        rows = [row for answer in answers for row in getattr(answer, field.name)]
        parts[field.name] = tuple(
            sorted(rows, key=lambda row: row.record_id) if field.name in by_record else sorted(rows)
        )
    return Evaluation(**parts)
