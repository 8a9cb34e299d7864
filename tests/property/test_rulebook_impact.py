"""A comparison of two rulebooks says exactly what two assessments say, whichever side is called the draft."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from threading import RLock

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from property.examples import examples

from credit_service.rulebook.compile_sql import CompiledScoring, compile_scoring
from credit_service.rulebook.evaluate import evaluate
from credit_service.rulebook.fact import Evaluation, Fact
from credit_service.rulebook.impact import ComparisonPlan, plan_comparison
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.impact import ComparisonFrames, ExampleLimits, run_comparison
from credit_service.warehouse.limits import WarehouseLimits
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.session import Session

ROOT = Path(__file__).parents[2]


def _import(name: str, path: Path):
    where = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(where)
    where.loader.exec_module(module)
    return module


duckdb_engine = _import("duckdb_engine", ROOT / "tests" / "spec" / "duckdb_engine.py")
facts_on = _import("engines", Path(__file__).with_name("test_rulebook_engines.py")).facts_on

DAY = date(2026, 9, 30)
rulebook = load_rulebook(ROOT / "rules", DAY)
BANDS = ((300_000, 5), (200_000, 4), (100_000, 3), (50_000, 2), (1, 1), (0, 0))


def _doubled(book: Rulebook) -> Rulebook:
    events = tuple(replace(event, points=2 * event.points) for event in book.scoring.events)
    return replace(book, scoring=replace(book.scoring, events=events))


def _stricter(book: Rulebook) -> Rulebook:
    *better, last = book.scoring.grades
    grades = (*(replace(grade, min_points=grade.min_points + 50_000) for grade in better), last)
    return replace(book, scoring=replace(book.scoring, grades=grades))


def _fewer_words(book: Rulebook) -> Rulebook:
    words = book.classification.keywords
    return replace(book, classification=replace(book.classification, keywords=words[len(words) // 2 :]))


def _without_last_rule(book: Rulebook) -> Rulebook:
    return replace(book, candidates=replace(book.candidates, rules=book.candidates.rules[:-1]))


def _shorter(book: Rulebook) -> Rulebook:
    return replace(book, publicity=tuple(replace(term, max_months=term.min_months + 1) for term in book.publicity))


DRAFTS = {make.__name__: make(rulebook) for make in (_doubled, _stricter, _fewer_words, _without_last_rule, _shorter)}
BOOKS = {"": rulebook, **DRAFTS}


def judge(book: Rulebook, facts: Iterable[Fact]) -> Evaluation:
    return evaluate(book, list(facts), DAY, duckdb_engine.LATER)


@cache
def compiled_of(name: str) -> CompiledScoring:
    return compile_scoring(BOOKS[name])


@cache
def plan_of(before: str, after: str) -> ComparisonPlan:
    return plan_comparison(compiled_of(before), compiled_of(after))


def compare(facts: Iterable[Fact], before: str, after: str, subjects: int = 5) -> ComparisonFrames:
    with duckdb_engine.open_with_facts(list(facts)) as connection:
        session = Session(connection, RLock(), Path(), WarehouseLimits())
        run = AssessmentRun("", DAY, duckdb_engine.LATER, "")
        frames = run_comparison(
            session, run, plan_of(before, after), ExampleLimits(subjects=subjects), lambda _done, _total: None
        )
        for stored in ("scores", "candidates", "reasons", "assessment_runs"):
            assert connection.sql(f"SELECT count(*) FROM {stored}").fetchall() == [(0,)]
        assert connection.sql("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall() == []
        return frames


def keys_of(found: Evaluation, dimension: str) -> set[tuple[str, str, bool, str]]:
    """Return (list kind, value, is a person, subject) of every candidate."""
    value = {
        "list": lambda c: "",
        "type": lambda c: c.list_type,
        "category": lambda c: str(c.category),
        "rule": lambda c: c.rule,
    }[dimension]
    return {(c.list_kind, value(c), c.subject_id.startswith("psn:"), c.subject_id) for c in found.candidates}


def expected_flows(before: Evaluation, after: Evaluation, dimension: str) -> dict[tuple[str, str, bool], list[int]]:
    was, becomes = keys_of(before, dimension), keys_of(after, dimension)
    flows: dict[tuple[str, str, bool], list[int]] = {}
    for place, group in enumerate((becomes - was, was - becomes, was & becomes)):
        for kind, value, is_person, _subject in group:
            flows.setdefault((kind, value, is_person), [0, 0, 0])[place] += 1
    return flows


def flows_of(frames: ComparisonFrames, dimension: str) -> dict[tuple[str, str, bool], list[int]]:
    rows = frames.flows.filter(pl.col("dimension") == dimension).iter_rows(named=True)
    return {
        (row["list_kind"], row["key"], row["is_person"]): [row["entering"], row["leaving"], row["staying"]]
        for row in rows
    }


def band_of(shift: int) -> int:
    band = next(band for least, band in BANDS if abs(shift) >= least)
    return band if shift > 0 else -band


@settings(max_examples=15)
@given(facts_on(DAY), st.sampled_from(sorted(DRAFTS)))
def test_flows_are_the_set_differences_of_two_assessments(facts, draft):
    frames = compare(facts, "", draft)
    before, after = judge(rulebook, facts), judge(DRAFTS[draft], facts)
    for dimension in ("list", "type"):
        assert flows_of(frames, dimension) == expected_flows(before, after, dimension)
    for dimension in ("category", "rule"):
        expected = {key: flow for key, flow in expected_flows(before, after, dimension).items() if not key[2]}
        assert flows_of(frames, dimension) == expected


@settings(max_examples=15)
@given(facts_on(DAY), st.sampled_from(sorted(DRAFTS)))
def test_grades_and_points_move_as_in_two_assessments(facts, draft):
    frames = compare(facts, "", draft)
    before = {(s.subject_id, s.category): s for s in judge(rulebook, facts).scores}
    after = {(s.subject_id, s.category): s for s in judge(DRAFTS[draft], facts).scores}
    expected: Counter[tuple[object, ...]] = Counter()
    for key in {*before, *after}:
        old, new = before.get(key), after.get(key)
        band = band_of(new.points - old.points) if old and new else None
        expected[key[1], old and old.grade, new and new.grade, band] += 1
    columns = ("category", "grade_before", "grade_after", "band")
    found = {tuple(row[name] for name in columns): row["subjects"] for row in frames.scores.iter_rows(named=True)}
    assert found == expected


@settings(max_examples=examples(5, 20))
@given(facts_on(DAY), st.sampled_from(sorted(BOOKS)))
def test_a_rulebook_beside_itself_moves_nobody(facts, name):
    frames = compare(facts, name, name)
    assert frames.flows.select(pl.col("entering").sum(), pl.col("leaving").sum()).row(0) == (0, 0)
    assert frames.examples.is_empty()
    assert frames.example_records.is_empty()
    assert set(frames.scores["band"]) <= {0}
    assert (frames.scores["grade_before"] == frames.scores["grade_after"]).all()


@settings(max_examples=15)
@given(facts_on(DAY), st.sampled_from(sorted(DRAFTS)))
def test_who_enters_one_way_leaves_the_other(facts, draft):
    there, back = compare(facts, "", draft), compare(facts, draft, "")

    def moving(frames: ComparisonFrames, first: str, second: str) -> set[tuple[object, ...]]:
        rows = frames.flows.filter(pl.col("entering") + pl.col("leaving") > 0)
        return set(rows.select("dimension", "list_kind", "key", "is_person", first, second).rows())

    assert moving(there, "entering", "leaving") == moving(back, "leaving", "entering")
    mirrored = back.scores.select(
        "category",
        pl.col("grade_after").alias("grade_before"),
        pl.col("grade_before").alias("grade_after"),
        -pl.col("band"),
        "subjects",
    )
    assert set(there.scores.select(mirrored.columns).rows()) == set(mirrored.rows())


@settings(max_examples=15)
@given(facts_on(DAY), st.sampled_from(sorted(DRAFTS)), st.randoms(use_true_random=False), st.integers(0, 2))
def test_examples_are_few_never_persons_and_the_same_every_time(facts, draft, random, subjects):
    frames = compare(facts, "", draft, subjects)
    again = compare(random.sample(facts, len(facts)), "", draft, subjects)
    assert frames.examples.equals(again.examples)
    assert frames.example_records.equals(again.example_records)
    named = {
        *frames.examples["subject_id"],
        *frames.example_scores["subject_id"],
        *frames.example_records["subject_id"],
    }
    assert not [subject for subject in named if subject.startswith("psn:")]
    per_group = Counter(frames.examples.select("list_kind", "enters").rows())
    assert all(number <= subjects for number in per_group.values())
    was, becomes = (
        {(c.list_kind, c.subject_id) for c in judge(book, facts).candidates} for book in (rulebook, DRAFTS[draft])
    )
    for row in frames.examples.iter_rows(named=True):
        key = row["list_kind"], row["subject_id"]
        assert key in (becomes - was if row["enters"] else was - becomes)
