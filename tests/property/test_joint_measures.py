"""Random lives of listings and tasks: nothing is applied without a listing, and reconciliation misses nothing.

The machine works through the real ledger. Beside it a notebook of plain events is kept, from which a slow, obvious
reference says what reconciliation has to find, today and on any earlier day.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from property.examples import examples as choose

from credit_service.domain.listing import ActKind, Case, is_effective
from credit_service.domain.measure import TASKED, FeedbackKind, TaskState, is_active
from credit_service.domain.score import ListKind
from credit_service.errors import DecisionError
from credit_service.measures.reconcile import FindingKind
from credit_service.pipeline.measure_desk import FeedbackRequest, give_feedback
from credit_service.registry.unit_of_work import Ledger
from tests.integration.measure_world import START, MeasureWorld, rulebook

LAST = date(2026, 12, 1)


@lru_cache(maxsize=1)
def settled() -> Path:
    """Return a ledger with agencies: making one takes longer than a run."""
    folder = Path(tempfile.mkdtemp(prefix="credit-measures-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ledger = Ledger(f"sqlite:///{folder / 'settled.sqlite'}")
    ledger.create()
    MeasureWorld(ledger).settle()
    ledger.close()
    return folder / "settled.sqlite"


@dataclass
class Note:
    """What the notebook says of one task."""

    case: Case
    measure: str
    agency: str
    nature: str
    asked_on: date
    due_on: date | None
    removed_on: date | None = None
    """The day its listing was suspended or ended by an act; the end of its term is known by itself."""
    said: list[tuple[FeedbackKind, date, date]] = field(default_factory=list)
    """(kind, day, day it was written down)."""


class Measuring(RuleBasedStateMachine):
    """Officials, agencies and the calendar."""

    @initialize()
    def open(self) -> None:
        source = settled()
        self.path = source.with_name(f"{uuid.uuid4().hex}.sqlite")
        shutil.copy(source, self.path)
        self.ledger = Ledger(f"sqlite:///{self.path}")
        self.world = MeasureWorld(self.ledger, START)
        self.cases: list[Case] = []
        self.suspended: set[str] = set()
        self.notes: dict[str, Note] = {}
        self.begin(ListKind.BLACK)

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            self.ledger.close()
            self.path.unlink(missing_ok=True)

    def note_new(self, case: Case) -> None:
        for use in self.world.uses(case):
            if use.task is not None and use.task.task_id not in self.notes:
                task = use.task
                assert task.asked_on == self.world.today
                self.notes[task.task_id] = Note(
                    case, task.measure, task.agency_code, use.owed.nature, task.asked_on, task.due_on
                )

    @precondition(lambda self: len(self.cases) < 3 and self.world.today < date(2026, 9, 1))
    @rule(kind=st.sampled_from([ListKind.BLACK, ListKind.BLACK, ListKind.RED]))
    def begin(self, kind: ListKind) -> None:
        case = self.world.list_somebody(kind)
        self.cases.append(case)
        self.note_new(case)

    @staticmethod
    def pick(data: st.DataObject, cases: list[Case]) -> Case:
        return cases[data.draw(st.integers(0, len(cases) - 1))]

    def open_cases(self) -> list[Case]:
        return [case for case in self.cases if case.ended_on is None]

    @precondition(lambda self: self.open_cases())
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        case = self.pick(data, self.open_cases())
        is_over = case.max_until_on is not None and self.world.today > case.max_until_on
        moved = self.world.end(case, ActKind.EXPIRE if is_over else ActKind.REVOKE)
        self.cases[self.cases.index(case)] = moved
        self.note_removal(case, self.world.today)

    @precondition(lambda self: [c for c in self.open_cases() if c.case_id not in self.suspended])
    @rule(data=st.data())
    def suspend(self, data: st.DataObject) -> None:
        running = [case for case in self.open_cases() if case.case_id not in self.suspended]
        case = self.pick(data, running)
        self.world.suspend(case)
        self.suspended.add(case.case_id)
        self.note_removal(case, self.world.today)

    @precondition(lambda self: [c for c in self.open_cases() if c.case_id in self.suspended])
    @rule(data=st.data())
    def resume(self, data: st.DataObject) -> None:
        case = self.pick(data, [c for c in self.open_cases() if c.case_id in self.suspended])
        self.world.resume(case)
        self.suspended.discard(case.case_id)
        self.note_new(case)

    def note_removal(self, case: Case, on: date) -> None:
        for note in self.notes.values():
            if note.case.case_id == case.case_id and note.removed_on is None and final(note, date.max) is None:
                note.removed_on = on

    @precondition(lambda self: self.notes)
    @rule(data=st.data(), kind=st.sampled_from(FeedbackKind), back=st.integers(-1, 12), basis=st.booleans())
    def feed_back(self, data: st.DataObject, kind: FeedbackKind, back: int, *, basis: bool) -> None:
        task_id = data.draw(st.sampled_from(sorted(self.notes)))
        note = self.notes[task_id]
        on = self.world.today - timedelta(days=back)
        request = FeedbackRequest(
            task_id=task_id,
            kind=kind,
            actor=self.world.clerk(note.agency),
            on=on,
            what="已执行（测试）",
            basis="《测试法》第三条" if basis else "",
            document_no="测执〔2026〕1号",
        )
        allowed = may_say(note, kind, on, self.world.today, basis=basis)
        try:
            give_feedback(self.world.office, request)
        except DecisionError:
            assert not allowed
            return
        assert allowed
        if basis and kind is not FeedbackKind.LIFTED:
            note.nature = "based"
        note.said.append((kind, on, self.world.today))

    @rule(days=st.integers(1, 25))
    def pass_days(self, days: int) -> None:
        self.world.today = min(LAST, self.world.today + timedelta(days=days))

    @invariant()
    def every_active_measure_has_an_effective_listing(self) -> None:
        if not hasattr(self, "world"):
            return
        today = self.world.today
        with self.ledger.reading() as uow:
            for case in self.cases:
                for use in uow.measure_tasks.list_uses(case_id=case.case_id):
                    if is_active(use, today):
                        assert is_effective(uow.cases.get(case.case_id), today)
                        assert case.case_id not in self.suspended
                        assert not use.needs_statute

    @invariant()
    def reconciliation_finds_what_the_reference_finds(self) -> None:
        if not hasattr(self, "world"):
            return
        for day in {self.world.today, self.world.today - timedelta(days=9)}:
            found = self.world.reconcile(self.cases, day)
            told = sorted(
                (one.kind.value, one.task_id, one.since_on, one.age_workdays, one.is_overdue)
                for one in found.findings
                if one.kind is not FindingKind.UNASSIGNED
            )
            assert told == sorted(self.expect(day))
            self.sums_agree(found, day)

    def sums_agree(self, found, day: date) -> None:
        asked = [note for note in self.notes.values() if note.asked_on <= day]
        assert sum(tally.asked for tally in found.agencies) == len(asked)
        for tally in found.agencies:
            parts = tally.waiting + tally.active + tally.not_applicable + tally.lifting + tally.lifted
            assert parts == tally.asked
            own = [one for one in found.findings if one.agency_code == tally.agency_code]
            assert tally.found == len(own)
        assert sum(tally.found for tally in found.agencies) == len(found.findings)
        unasked = {(one.case_id, one.measure) for one in found.findings if one.kind is FindingKind.UNASSIGNED}
        with self.ledger.reading() as uow:
            natures = {m.slug: m.nature for m in rulebook().measures}
            named = uow.measure_bodies.by_measure()
        assert all(natures[measure] in TASKED and measure not in named for _, measure in unasked)

    def expect(self, day: date) -> list[tuple[str, str, date, int, bool]]:
        """What has to be found on a day, counted out day by day."""
        wanted = []
        for task_id, note in self.notes.items():
            if note.asked_on > day:
                continue
            removed_on = self.removed_by(note, day)
            said = [one for one in note.said if one[2] <= day]
            ending = final(note, day)
            done = next((one for one in said if one[0] is FeedbackKind.DONE), None)
            if ending is None and removed_on is not None and removed_on <= day:
                due = self.after(removed_on, rulebook().deadlines["measure_lift_workdays"])
                wanted.append(("not_lifted", task_id, removed_on, self.workdays(removed_on, day), day > due))
            elif ending is None and done is None and note.due_on is not None and day > note.due_on:
                wanted.append(("not_fed_back", task_id, note.due_on, self.workdays(note.due_on, day), True))
            if done is not None and removed_on is not None and done[2] >= removed_on:
                late = done[1] >= removed_on
                since = done[1] if late else done[2]
                kind = "done_after_removal" if late else "told_after_removal"
                wanted.append((kind, task_id, since, self.workdays(since, day), late))
        return wanted

    def removed_by(self, note: Note, day: date) -> date | None:
        """Return the first day without a listing behind a task, as far as it is known on a day."""
        days = [] if note.removed_on is None or note.removed_on > day else [note.removed_on]
        over = note.case.max_until_on
        closed_on = next((told for kind, _, told in note.said if kind in FINAL and told <= day), None)
        if over is not None and (closed_on is None or closed_on > over):
            days.append(over + timedelta(days=1))
        return min(days, default=None)

    def workdays(self, since: date, day: date) -> int:
        count, at = 0, since
        while at < day:
            at += timedelta(days=1)
            count += self.world.is_workday(at)
        return count

    def after(self, start: date, workdays: int) -> date:
        at = start
        while workdays:
            at += timedelta(days=1)
            workdays -= self.world.is_workday(at)
        return at


FINAL = {FeedbackKind.LIFTED, FeedbackKind.NOT_APPLICABLE}


def final(note: Note, day: date) -> TaskState | None:
    """Return how a task ended by a day, or None."""
    for kind, _, told_on in note.said:
        if told_on <= day and kind is FeedbackKind.LIFTED:
            return TaskState.LIFTED
        if told_on <= day and kind is FeedbackKind.NOT_APPLICABLE:
            return TaskState.NOT_APPLICABLE
    return None


def may_say(note: Note, kind: FeedbackKind, on: date, today: date, *, basis: bool) -> bool:
    """Return whether an agency may say something today."""
    if final(note, today) is not None or on > today or on < note.asked_on:
        return False
    kinds = [one[0] for one in note.said]
    over = note.case.max_until_on
    is_removed = note.removed_on is not None or (over is not None and today > over)
    if kind is FeedbackKind.ACCEPT:
        return not kinds and not is_removed
    if kind is FeedbackKind.LIFTED:
        return is_removed or FeedbackKind.DONE in kinds
    if FeedbackKind.DONE in kinds:
        return False
    return kind is FeedbackKind.NOT_APPLICABLE or note.nature != "reduces_rights" or basis


Measuring.TestCase.settings = settings(max_examples=choose(8, 12), stateful_step_count=20, deadline=None)
TestMeasuring = Measuring.TestCase
