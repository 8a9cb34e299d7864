"""What a subject could lawfully do to leave a list, or to reach the red one, and when: found by running the engine.

Before it are a subject's facts and the rules; after it the officials' page and ``credit outlook``. Acts are those the
rules name (`rule_types.LawfulAct`): repair, fulfil, ask to leave, or wait. An option is worth its acts: with fewer of
them the goal is reached later or not at all. It promises nothing: the authority decides, and the rules are taken as
they are today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations

from credit_service.domain.score import ListKind
from credit_service.rulebook.evaluate import judge_all, propose
from credit_service.rulebook.fact import EvaluatedCandidate, Fact
from credit_service.rulebook.judge import Judged, add_months
from credit_service.rulebook.repair_opening import find_acts, find_opening
from credit_service.rulebook.repair_types import LawfulAct
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.turning_days import list_terms, turning_days

HORIZON_MONTHS = 60
"""How far ahead is looked; the longest term of any list is as long."""
LAST_YEAR = 9990
"""From here on the calendar ends before the horizon does."""
MOST_ACTS = 3
"""Sets of so many acts are tried one by one; beside them, what is left of all acts when the needless are taken away."""
MOST_TRIED = 8
"""Records of which sets are tried, the heaviest first; of the others the needless are taken away one by one."""
MOST_READINGS = 60_000
"""Records read in the search for sets, at most: then what was found so far is told, the fastest of all among it."""
MOST_EQUAL = 3
"""Sets of one size that reach the goal on the same day, at most."""


@dataclass(frozen=True)
class Goal:
    """To be proposed for a list no more (``reach`` False), or to be proposed for it (True).

    ``list_type`` empty: any of the kind, in any category.
    """

    list_kind: ListKind
    list_type: str = ""
    category: int = 0
    reach: bool = False

    def is_met(self, candidates: Iterable[EvaluatedCandidate]) -> bool:
        """Return whether these candidates are what is wished for."""
        found = any(
            one.list_kind == self.list_kind.value
            and (not self.list_type or (one.list_type, one.category) == (self.list_type, self.category))
            for one in candidates
        )
        return found is self.reach


@dataclass(frozen=True, order=True)
class Step:
    """One act on one record, possible from a day on."""

    from_on: date
    record_id: str
    act: LawfulAct


@dataclass(frozen=True)
class Option:
    """A set of acts, each done by the day named, and the first day on which the goal is then reached."""

    on: date
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Options:
    """The options for one goal, fewest acts first; empty where nothing lawful reaches it within the horizon."""

    goal: Goal
    options: tuple[Option, ...]
    until_on: date
    """So far ahead was looked."""


def find_options(rulebook: Rulebook, facts: Sequence[Fact], as_of: date, goal: Goal) -> Options:
    """Return the smallest sets of acts that reach a goal, with the day each reaches it.

    Args:
        rulebook: The rules of today; later rules are not known.
        facts: Everything known of the subject, and of nobody else.
        as_of: Today.
        goal: What is wished for.
    """
    search = _Search(rulebook, facts, as_of, goal)
    every = search.steps()
    best = search.first_day(every, as_of, search.until)
    if best is None:
        return Options(goal, (), search.until)
    kept = search.without_needless([step for step in every if step.from_on <= best], best)
    tried = sorted({*every[:MOST_TRIED], *kept[:MOST_TRIED]})
    found: list[Option] = []
    for size in range(MOST_ACTS + 1):
        found += search.fastest(tried, size, min((option.on for option in found), default=None))
    if not any(option.on == best for option in found):
        found.append(Option(best, kept))
    return Options(goal, tuple(found), search.until)


class _Search:
    """One goal, tried out on the referee."""

    def __init__(self, rulebook: Rulebook, facts: Sequence[Fact], as_of: date, goal: Goal) -> None:
        self.rulebook, self.facts, self.as_of, self.goal = rulebook, facts, as_of, goal
        self.until = add_months(as_of, HORIZON_MONTHS) if as_of.year < LAST_YEAR else as_of
        self.terms = list_terms(rulebook)
        self.rows = judge_all(rulebook, facts, as_of)
        self.read = 0
        self._met: dict[tuple[frozenset[str], date], bool] = {}

    def steps(self) -> list[Step]:
        """Return every act open to the subject, the records that weigh most first."""
        rows = [row for row in self.rows if row.is_usable and row.is_adverse]
        rows.sort(key=lambda row: (not row.veto, row.points, row.fact.record_id))
        return [step for row in rows for step in self._step_of(row)]

    def fastest(self, steps: Sequence[Step], size: int, before: date | None) -> list[Option]:
        """Return the sets of a size that reach the goal first, earlier than a day; of equals the first few."""
        found: list[Option] = []
        last = self.until if before is None else before - timedelta(days=1)
        for chosen in sorted(combinations(steps, size), key=lambda one: (_start(one, self.as_of), one)):
            if self.read > MOST_READINGS:
                break
            day = self.first_day(chosen, _start(chosen, self.as_of), last)
            if day is not None and day <= last:
                found = [*(option for option in found if option.on == day), Option(day, chosen)][:MOST_EQUAL]
                last = day
        return found

    def first_day(self, steps: Sequence[Step], start: date, last: date) -> date | None:
        """Return the first day between two on which the goal is reached with the acts possible by then, or None."""
        if start > last:
            return None
        turning = turning_days(self._judge(steps, start), self.terms, start, last)
        days = sorted({start, *turning, *(step.from_on for step in steps if start <= step.from_on <= last)})
        for day, following in zip(days, [*days[1:], last + timedelta(days=1)], strict=True):
            until = following - timedelta(days=1)
            if self._is_met(steps, day):
                return day
            if until > day and self._is_met(steps, until):
                return self._first_within(steps, day, until)
        return None

    def without_needless(self, steps: Sequence[Step], day: date) -> tuple[Step, ...]:
        """Return what is left when every act is taken away that the day does not need."""
        kept = list(steps)
        for step in sorted(steps, reverse=True):
            fewer = [one for one in kept if one is not step]
            if self.first_day(fewer, day, day) is not None:
                kept = fewer
        return tuple(sorted(kept))

    def _first_within(self, steps: Sequence[Step], before: date, reached: date) -> date:
        """Return the first day the goal is reached, between one where it is not and one where it is."""
        while (reached - before).days > 1:
            middle = before + (reached - before) // 2
            if self._is_met(steps, middle):
                reached = middle
            else:
                before = middle
        return reached

    def _is_met(self, steps: Sequence[Step], day: date) -> bool:
        key = (frozenset(step.record_id for step in steps if step.from_on <= day), day)
        if key not in self._met:
            self._met[key] = self.goal.is_met(propose(self.rulebook, self._judge(steps, day)))
        return self._met[key]

    def _judge(self, steps: Sequence[Step], day: date) -> list[Judged]:
        """Return the records as the rules would read them on a day, with the acts done that are possible by then."""
        self.read += len(self.facts)
        done = {step.record_id for step in steps if step.from_on <= day}
        told = [replace(fact, repaired_on=day) if fact.record_id in done else fact for fact in self.facts]
        return judge_all(self.rulebook, told, day)

    def _step_of(self, row: Judged) -> Iterator[Step]:
        for act in find_acts(self.rulebook, row):
            from_on = find_opening(self.rulebook, row, act.wait)
            if from_on is not None and from_on <= self.until:
                yield Step(max(from_on, self.as_of), row.fact.record_id, act)


def _start(steps: Sequence[Step], as_of: date) -> date:
    return max((step.from_on for step in steps), default=as_of)
