"""What a draft of the rules would change: who enters and leaves each list, whose points move, and why.

Before it lie a draft and the records; after it an `Impact` that pages, tables and reports show. Both sides are run over
the same facts in one reading of the warehouse (`warehouse.impact`); nothing is stored and nobody is proposed. Natural
persons are counted and never named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_service.domain.listing import is_effective
from credit_service.domain.subject import SubjectKind
from credit_service.lookup.draft_rules import DraftRules, read_draft
from credit_service.lookup.impact_examples import read_examples
from credit_service.lookup.impact_flows import read_dimensions, read_person_types, read_totals
from credit_service.lookup.impact_names import Names, find_names
from credit_service.lookup.impact_scores import list_grades, read_shifts
from credit_service.lookup.impact_types import Impact, RestingListings, RulebookMark
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.compile_sql import compile_scoring
from credit_service.rulebook.impact import plan_comparison
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.impact import ComparisonFrames, ExampleLimits, Tick, run_comparison
from credit_service.warehouse.run_query import AssessmentRun

EXAMPLES = 5


@dataclass(frozen=True)
class ImpactQuestion:
    """Which draft, for which day, with how many examples of each list and direction."""

    draft: Path
    as_of: date | None = None
    """None: today."""
    examples: int = EXAMPLES


def compare_draft(room: ReadingRoom, question: ImpactQuestion, tick: Tick = lambda _done, _total: None) -> Impact:
    """Compare a draft with the rules in force, over the facts known now.

    Args:
        room: Where questions are answered.
        question: What is asked.
        tick: Called with (steps done, steps in all).

    Raises:
        RulebookFaulty: The draft has faults; ``faults`` lists them all.
        RuleNotInForce: On that day no rules are in force, or the draft has none.
        WarehouseBusy: Another process holds the warehouse.
    """
    day = question.as_of or room.today()
    before = room.rulebook(day)
    draft = read_draft(question.draft, day)
    plan = plan_comparison(compile_scoring(before), compile_scoring(draft.rulebook))
    run = AssessmentRun("", day, room.clock.now(), "")
    with room.warehouse.open() as session:
        frames = run_comparison(session, run, plan, ExampleLimits(subjects=question.examples), tick)
    return _to_impact(room, run, before, draft, frames)


def _to_impact(
    room: ReadingRoom, run: AssessmentRun, before: Rulebook, draft: DraftRules, frames: ComparisonFrames
) -> Impact:
    after = draft.rulebook
    names = find_names(room, before, after)
    counts: Mapping[str, int] = frames.counts.row(0, named=True)
    return Impact(
        as_of=run.as_of,
        known_at=run.known_at,
        before=_mark(before),
        after=_mark(after),
        records=counts["records"],
        subjects=counts["subjects"],
        scored=counts["scored"],
        organisations=read_totals(frames.flows, is_person=False),
        persons=read_totals(frames.flows, is_person=True),
        person_types=read_person_types(frames.flows, names),
        dimensions=read_dimensions(frames.flows, names),
        grades=list_grades(before, after),
        shifts=read_shifts(frames.scores, before, after),
        examples=read_examples(frames, names),
        resting=tuple(_find_resting(room, before, after, names)),
        case_faults=draft.case_faults,
        later=draft.later,
    )


def _mark(rulebook: Rulebook) -> RulebookMark:
    return RulebookMark(rulebook.hash, rulebook.versions)


def _find_resting(room: ReadingRoom, before: Rulebook, after: Rulebook, names: Names) -> Iterable[RestingListings]:
    """Count the listings that hold today and whose rule, or list type, the draft no longer has."""
    today = room.today()
    with room.ledger.reading() as uow:
        cases = [case for case in uow.cases.list_effective(today) if is_effective(case, today)]
    kept = {list_type.id for list_type in after.list_types}
    found: Counter[tuple[bool, str, bool]] = Counter()
    for case in cases:
        is_person = case.subject_kind is SubjectKind.PERSON
        if case.rule in before.entries and case.rule not in after.entries:
            found[False, case.rule, is_person] += 1
        if case.list_type and case.list_type not in kept:
            found[True, case.list_type, is_person] += 1
    for is_list_type, rule in sorted({(is_list_type, rule) for is_list_type, rule, _ in found}):
        yield RestingListings(
            names.note(rule),
            is_list_type,
            organisations=found[is_list_type, rule, False],
            persons=found[is_list_type, rule, True],
        )
