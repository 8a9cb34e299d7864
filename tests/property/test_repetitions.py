"""Whatever happens in whatever order, every assessment repeats bit for bit, also in a warehouse made new.

Penalties are sent, sent again with other facts, withdrawn; rules are adopted for days to come and corrected; days past
and to come are assessed; the clock moves, or stands still.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from integration.adoption_world import CLERK, EVENTS, TODAY, AdoptionWorld, Penalty, copy_rules, open_adoption_world
from property.examples import examples

from credit_service.errors import CreditServiceError
from credit_service.pipeline.assess import AssessOutcome, assess
from credit_service.pipeline.batch_life import withdraw_batch
from credit_service.pipeline.rebuild import rebuild
from credit_service.pipeline.repeat import repeat_assessment

KINDS = ("警告", "罚款", "吊销许可证件")
_POINTS = {1: -1, 2: -2, 3: -4}
penalties = st.builds(
    Penalty,
    company=st.integers(1, 3),
    number=st.integers(1, 4),
    decided_on=st.integers(-200, 2).map(lambda days: TODAY + timedelta(days=days)),
    kind=st.sampled_from(KINDS),
)
days = st.integers(-190, 20).map(lambda number: TODAY + timedelta(days=number))


class Repetitions(RuleBasedStateMachine):
    """A world in which anything may be learned at any time."""

    world: AdoptionWorld

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.runs: dict[str, AssessOutcome] = {}
        self.stored: dict[str, dict[str, list[tuple[object, ...]]]] = {}
        self.batches: list[str] = []

    @initialize()
    def open(self) -> None:
        folder = Path(self._folder.name)
        self.world = open_adoption_world(folder, copy_rules(folder))

    def teardown(self) -> None:
        if self.runs:
            self._prove()
            outcome = rebuild(self.world.service.office)
            assert (outcome.differing, outcome.lost) == ((), ())
            assert {run_id: self.world.rows(run_id) for run_id in self.runs} == self.stored
            self._prove()
        self.world.service.office.ledger.close()
        self._folder.cleanup()

    def _prove(self) -> None:
        for run_id in self.runs:
            repetition = repeat_assessment(self.world.service.office, run_id)
            assert repetition.is_identical, repetition.to_dict()
            assert (repetition.same_facts, repetition.same_rules, repetition.same_sql) == (True, True, True)

    @rule(sent=st.lists(penalties, min_size=1, max_size=3, unique_by=lambda one: one.number))
    def send(self, sent: list[Penalty]) -> None:
        # A decision of a day to come is refused row by row; that is another story.
        lawful = [replace(one, decided_on=min(one.decided_on, TODAY)) for one in sent]
        self.batches.append(self.world.ingest(*lawful))

    @precondition(lambda self: self.batches)
    @rule(place=st.integers(0, 9))
    def withdraw(self, place: int) -> None:
        batch_id = self.batches.pop(place % len(self.batches))
        withdraw_batch(
            self.world.service.office, batch_id, replace(CLERK, agency_code=self.world.agency_code), "报错了"
        )

    @rule(points=st.sampled_from(sorted(_POINTS)), ahead=st.integers(0, 15))
    def adopt(self, points: int, ahead: int) -> None:
        self.world.set_points(_POINTS[points])
        try:
            self.world.adopt(self.world.service.office.today() + timedelta(days=ahead), EVENTS)
        except CreditServiceError as refused:
            # Rules that are in force already, or were never changed, are not adopted again.
            assert refused.code in {"illegal_transition", "unknown_indicator"}, refused

    @rule(minutes=st.integers(0, 5), passing=st.integers(0, 2))
    def wait(self, minutes: int, passing: int) -> None:
        self.world.move(days=passing, minutes=minutes)

    @rule(day=days)
    def assess(self, day) -> None:
        run = assess(self.world.service.office, day)
        self.runs[run.run_id] = run
        self.stored[run.run_id] = self.world.rows(run.run_id)

    @invariant()
    def nothing_stored_has_changed(self) -> None:
        assert {run_id: self.world.rows(run_id) for run_id in self.runs} == self.stored


TestRepetitions = Repetitions.TestCase
TestRepetitions.settings = settings(
    max_examples=examples(2, 12), stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
