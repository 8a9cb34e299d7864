"""Measures owed become tasks: one for each agency that carries a measure out in this district.

Before it stand the measures of a listing and the table of executing bodies; after it the tasks, for the ledger.
Measures of the market get none: whoever uses that information decides for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256

from credit_service.domain.measure import TASKED, MeasureOwed, MeasureTask
from credit_service.measures.terms import MeasureTerms

TaskKey = tuple[str, str, str]
"""(case, measure, agency)."""


def ask_agencies(
    owed: Iterable[MeasureOwed],
    bodies: Mapping[str, Sequence[str]],
    earlier: Iterable[MeasureTask],
    on: date,
    terms: MeasureTerms,
) -> tuple[MeasureTask, ...]:
    """Return the tasks that are missing on a day, by case, measure and agency.

    Args:
        owed: Measures of listings; those that do not run on the day, and those of the market, bring none.
        bodies: Codes of the agencies that carry each measure out.
        earlier: Tasks asked before; one that nobody asked to lift stands for its agency, after a lift it is asked anew.
        on: The day of asking.
        terms: What sets the day by which to answer.
    """
    rounds: dict[TaskKey, int] = {}
    standing: set[TaskKey] = set()
    for task in earlier:
        key = (task.case_id, task.measure, task.agency_code)
        rounds[key] = max(rounds.get(key, 0), task.round)
        if task.lift_asked_on is None:
            standing.add(key)
    tasks = []
    for one in sorted(owed, key=lambda measure: (measure.case_id, measure.measure)):
        if one.nature not in TASKED or not one.is_running(on):
            continue
        for agency_code in sorted(set(bodies.get(one.measure, ()))):
            key = (one.case_id, one.measure, agency_code)
            if key not in standing:
                tasks.append(_to_task(one, agency_code, rounds.get(key, 0) + 1, on, terms))
    return tuple(tasks)


def _to_task(owed: MeasureOwed, agency_code: str, turn: int, on: date, terms: MeasureTerms) -> MeasureTask:
    text = "\n".join((owed.case_id, owed.measure, agency_code, str(turn)))
    return MeasureTask(
        task_id="M" + sha256(text.encode()).hexdigest()[:12].upper(),
        case_id=owed.case_id,
        measure=owed.measure,
        agency_code=agency_code,
        round=turn,
        asked_on=on,
        due_on=terms.due_on(owed.nature, on),
    )
