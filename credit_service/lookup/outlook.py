"""How close a subject is to which list, and what it could lawfully do: for officials and for the subject itself.

What the search on the referee finds (`rulebook.outlook`) is run once more on the engine that judges the subject, with
its own facts; what the two do not agree on is never shown. Nothing here is stored or published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from credit_service.domain.score import POINT, ListKind
from credit_service.errors import SubjectNotFound
from credit_service.lookup.explain import find_compiled, to_facts
from credit_service.lookup.names import list_type_name
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.lookup.subject import to_subject_id
from credit_service.rulebook.evaluate import judge_all, propose
from credit_service.rulebook.fact import EvaluatedCandidate, Fact
from credit_service.rulebook.outlook import Goal, Option, Options, Step, find_options
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.links import find_end
from credit_service.warehouse.run_query import AssessmentRun
from credit_service.warehouse.session import Session


@dataclass(frozen=True)
class NearMiss:
    """A list the subject is not proposed for, and the points that would change it."""

    list_kind: ListKind
    category: int
    category_name: str
    rule: str
    text: str
    points: int
    missing: int
    """Points in 10⁻⁴ to lose, or for the red list to gain."""


@dataclass(frozen=True)
class StepView:
    """One act on one record, as people read it."""

    record_id: str
    label: str
    text: str
    rule: str
    source: str
    from_on: date
    topic: str
    decided_on: date


@dataclass(frozen=True)
class OptionView:
    """Acts, all done by a day, after which the goal is reached; without acts: by waiting."""

    on: date
    steps: tuple[StepView, ...]
    remaining: tuple[str, ...]
    """Black and watch lists the subject would still, or then, be proposed for."""


@dataclass(frozen=True)
class GoalView:
    """One list to leave, or the red list to reach, with the ways there."""

    list_kind: ListKind
    list_type: str
    name: str
    category_name: str
    reach: bool
    options: tuple[OptionView, ...]
    until_on: date
    """So far ahead was looked; without options nothing lawful reaches the goal before."""


@dataclass(frozen=True)
class Outlook:
    """Everything `credit outlook` says of one subject."""

    subject: str
    as_of: date
    rulebook: str
    near_misses: tuple[NearMiss, ...]
    goals: tuple[GoalView, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit outlook``."""
        return {
            "subject": self.subject,
            "as_of": self.as_of.isoformat(),
            "rulebook": self.rulebook,
            "near_misses": [
                {
                    "list_kind": near.list_kind.value,
                    "category": near.category,
                    "rule": near.rule,
                    "points": near.points / POINT,
                    "missing": near.missing / POINT,
                }
                for near in self.near_misses
            ],
            "goals": [
                {
                    "list_kind": goal.list_kind.value,
                    "list_type": goal.list_type,
                    "reach": goal.reach,
                    "until_on": goal.until_on.isoformat(),
                    "options": [
                        {
                            "on": option.on.isoformat(),
                            "remaining": list(option.remaining),
                            "steps": [
                                {
                                    "record_id": step.record_id,
                                    "act": step.label,
                                    "from_on": step.from_on.isoformat(),
                                    "rule": step.rule,
                                    "source": step.source,
                                }
                                for step in option.steps
                            ],
                        }
                        for option in goal.options
                    ],
                }
                for goal in self.goals
            ],
        }


def find_outlook(room: ReadingRoom, subject: str, as_of: date | None = None) -> Outlook:
    """Return how close a subject is to which list and what it could do, as of a day (today where it is None).

    Args:
        room: Where questions are answered.
        subject: Its id or a public code.
        as_of: The day of the question.

    Raises:
        SubjectNotFound: The code is none, or no record is known about it.
        RuleNotInForce: No rules are in force on that day.
        WarehouseBusy: Another process holds the warehouse.
    """
    day = as_of or room.today()
    subject_id = subject if ":" in subject else to_subject_id(room, subject)
    # As of now, whatever the last assessment knew: what was repaired or withdrawn since must not be advised on.
    run = AssessmentRun("", day, room.clock.now(), "")
    rulebook = room.rulebook(day, run.known_at)
    with room.warehouse.open() as session:
        subject_id = find_end(session, subject_id, run.known_at)
        frame, _ = session.read_facts(run, find_compiled(rulebook), subject_id)
    facts = to_facts(frame)
    if not facts:
        message = f"{day}时没有该主体的信用记录。"
        raise SubjectNotFound(message, remedy="请核对代码；批次入库后才能推算。")
    # The search takes its time, and nobody else shall wait for the warehouse meanwhile.
    found = [find_options(rulebook, facts, day, goal) for goal in _goals(rulebook, facts, day)]
    with room.warehouse.open() as session:
        asked = _Asked(rulebook, session, run, subject_id)
        goals = tuple(asked.goal_view(room, one, facts) for one in found)
        near = tuple(asked.near_misses())
    return Outlook(subject_id, day, rulebook.hash, near, goals)


@dataclass(frozen=True)
class _Asked:
    """One question about one subject in an open warehouse."""

    rulebook: Rulebook
    session: Session
    run: AssessmentRun
    subject_id: str

    def near_misses(self) -> Iterable[NearMiss]:
        """Yield the lists the subject is close to."""
        frame = self.session.find_near_misses(self.run, find_compiled(self.rulebook), self.subject_id)
        for row in frame.iter_rows(named=True):
            entry = self.rulebook.find_rule(row["rule"])
            yield NearMiss(
                list_kind=ListKind(row["list_kind"]),
                category=row["category"],
                category_name=self.rulebook.category_name(row["category"]),
                rule=row["rule"],
                text=entry.text if entry else "",
                points=row["points"],
                missing=row["missing"],
            )

    def goal_view(self, room: ReadingRoom, found: Options, facts: list[Fact]) -> GoalView:
        """Return the ways to one goal that both engines agree on."""
        goal = found.goal
        by_id = {fact.record_id: fact for fact in facts}
        category = "" if goal.reach else self.rulebook.category_name(goal.category)
        name = list_type_name(room, goal.list_type, self.run.as_of) if goal.list_type else ""
        return GoalView(
            list_kind=goal.list_kind,
            list_type=goal.list_type,
            name=name or goal.list_kind.label,
            category_name=category,
            reach=goal.reach,
            options=tuple(self._to_view(goal, option, by_id) for option in found.options),
            until_on=found.until_on,
        )

    def _to_view(self, goal: Goal, option: Option, by_id: Mapping[str, Fact]) -> OptionView:
        """Return an option after it has been run on the compiled rules.

        Raises:
            RuntimeError: The engines disagree; that is a bug, and no answer to anybody.
        """
        repaired = {option.on: [step.record_id for step in option.steps]}
        run = replace(self.run, as_of=option.on)
        frame = self.session.propose_if(run, find_compiled(self.rulebook), self.subject_id, repaired)
        candidates = [
            EvaluatedCandidate(self.subject_id, list_kind, list_type, category, "", ())
            for list_kind, list_type, category in frame.iter_rows()
        ]
        if not goal.is_met(candidates):
            message = f"the engines disagree about {goal} on {option.on}"
            raise RuntimeError(message)
        adverse = [one.list_type for one in candidates if one.list_kind != ListKind.RED.value]
        names = sorted({self.rulebook.list_type(list_type).name for list_type in adverse})
        steps = tuple(_to_step(step, by_id[step.record_id]) for step in option.steps)
        return OptionView(option.on, steps, tuple(names))


def _goals(rulebook: Rulebook, facts: list[Fact], day: date) -> list[Goal]:
    """Return every list the subject is proposed for and would leave; without one, the red list where it has honours."""
    candidates = propose(rulebook, judge_all(rulebook, facts, day))
    goals = [
        Goal(ListKind(one.list_kind), one.list_type, one.category)
        for one in sorted(candidates)
        if one.list_kind != ListKind.RED.value
    ]
    if not any(one.list_kind == ListKind.RED.value for one in candidates):
        goals.append(Goal(ListKind.RED, reach=True))
    return goals


def _to_step(step: Step, fact: Fact) -> StepView:
    entry = step.act.entry
    return StepView(
        record_id=step.record_id,
        label=step.act.act.label,
        text=entry.text,
        rule=entry.rule_id,
        source=f"{entry.law.title} {entry.law.article}".strip(),
        from_on=step.from_on,
        topic=fact.topic,
        decided_on=fact.decided_on,
    )
