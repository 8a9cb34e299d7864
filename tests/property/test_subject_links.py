"""Random judgements, undoings and SQL of another program: two contradicting valid identifiers never become one subject.

The machine judges through the ledger as `pipeline.resolve` does and mirrors into a real warehouse. After every step it
holds that nobody has met whom a valid code or the register of namesakes keeps apart, that an undoing restored what was,
and that what an assessment of an earlier instant sees has not changed.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import combinations
from pathlib import Path

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from credit_service.domain.identifier import org_code_check, registration_check, uscc_check
from credit_service.domain.resolution import Judgement, Verdict, identifiers_contradict
from credit_service.errors import DecisionError
from credit_service.registry.unit_of_work import Ledger
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.links import find_end, mirror_links

START = datetime(2026, 9, 30, tzinfo=UTC)


def company(number: int) -> str:
    body = f"91990101{number:08d}{org_code_check(f'{number:08d}')}"
    return f"uscc:{body}{uscc_check(body)}"


def organisation(number: int) -> str:
    return f"org:{number:08d}{org_code_check(f'{number:08d}')}"


def registration(number: int) -> str:
    return f"reg:990101{number:08d}{registration_check(f'990101{number:08d}')}"


SUBJECTS = (
    *(company(number) for number in (1, 2)),
    *(organisation(number) for number in (1, 2)),
    *(registration(number) for number in (1, 2)),
    "none:a",
    "none:b",
    "none:c",
    "psn:00000000000000000000000000000001",
)
RAW = (
    "INSERT INTO subject_judgement (from_subject_id, verdict, to_subject_id, reason, evidence, judged_by, judged_at) "
    "VALUES (:one, :verdict, :other, 'x', '', 'x', :at)"
)

TAMPERING = ("UPDATE subject_judgement SET to_subject_id = :id", "DELETE FROM subject_judgement")


@lru_cache(maxsize=1)
def fresh_home() -> Path:
    """Return a folder with an empty, migrated ledger and an empty warehouse: making them takes longer than a run."""
    folder = Path(tempfile.mkdtemp(prefix="credit-links-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ledger = Ledger(f"sqlite:///{folder / 'fresh.sqlite'}")
    ledger.create()
    ledger.close()
    return folder


class Judging(RuleBasedStateMachine):
    """People and a stray program at one ledger."""

    @initialize()
    def open(self) -> None:
        home = fresh_home()
        self.path = home / f"{uuid.uuid4().hex}.sqlite"
        shutil.copyfile(home / "fresh.sqlite", self.path)
        self.ledger, self.door = Ledger(f"sqlite:///{self.path}"), sa.create_engine(f"sqlite:///{self.path}")
        self.doors = ExitStack()
        self.session = self.doors.enter_context(Warehouse(home / "warehouse.duckdb").open())
        self.now = START
        self.running: list[Judgement] = []
        self.seen: dict[datetime, dict[str, str]] = {}

    def teardown(self) -> None:
        if hasattr(self, "path"):
            self.doors.close()
            self.ledger.close()
            self.door.dispose()
            self.path.unlink()

    @rule(one=st.sampled_from(SUBJECTS), other=st.sampled_from((*SUBJECTS, None)), verdict=st.sampled_from(Verdict))
    def judge(self, one: str, other: str | None, verdict: Verdict) -> None:
        self._judge(one, other, verdict)

    @rule(one=st.sampled_from(SUBJECTS[2:9]), other=st.sampled_from(SUBJECTS[:6]))
    def link(self, one: str, other: str) -> None:
        self._judge(one, other, Verdict.SAME)

    def _judge(self, one: str, other: str | None, verdict: Verdict) -> None:
        self.now += timedelta(minutes=1)
        try:
            with self.ledger.unit_of_work() as uow:
                kept = uow.resolutions.add(Judgement(one, verdict, other, "理由", "reviewer", self.now))
                uow.commit()
        except DecisionError:
            return
        self.running.append(kept)

    @rule(one=st.sampled_from(SUBJECTS), other=st.sampled_from(SUBJECTS), verdict=st.sampled_from(("same", "not_same")))
    def stray_program(self, one: str, other: str, verdict: str) -> None:
        """Its SQL is held to the same law."""
        self.now += timedelta(minutes=1)
        try:
            with self.door.begin() as connection:
                at = self.now.strftime("%Y-%m-%d %H:%M:%S.%f")
                connection.execute(sa.text(RAW), {"one": one, "other": other, "verdict": verdict, "at": at})
        except sa.exc.IntegrityError:
            return
        with self.ledger.reading() as uow:
            self.running.append(uow.resolutions.list_newest(1)[0])

    @precondition(lambda self: self.running)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        """Undoing brings back what held for the subject before."""
        undone = data.draw(st.sampled_from(self.running))
        self.now += timedelta(minutes=1)
        with self.ledger.unit_of_work() as uow:
            uow.resolutions.undo(undone.number, "decider", self.now, "认错了")
            uow.commit()
        self.running.remove(undone)
        if undone.verdict is Verdict.SAME:
            with self.ledger.reading() as uow:
                assert uow.resolutions.find_end(undone.from_subject_id) == undone.from_subject_id

    @rule(
        statement=st.sampled_from(("UPDATE subject_judgement SET to_subject_id = :id", "DELETE FROM subject_judgement"))
    )
    def tamper(self, statement: str) -> None:
        if self.running:
            try:
                with self.door.begin() as connection:
                    connection.execute(sa.text(statement), {"id": SUBJECTS[0]} if ":id" in statement else {})
            except sa.exc.IntegrityError:
                return
            message = "a judgement was altered or deleted"
            raise AssertionError(message)

    @rule()
    def assess(self) -> None:
        """An assessment of this instant sees what holds now; every earlier one still sees what it saw."""
        self.now += timedelta(minutes=1)
        with self.ledger.unit_of_work() as uow:
            links = uow.resolutions.list_links()
        mirror_links(self.session, links)
        assert not mirror_links(self.session, links), "mirroring twice writes once"
        assert {at: self._links(at) for at in self.seen} == self.seen
        self.seen[self.now] = self._links(self.now)
        assert self.seen[self.now] == {
            one.from_subject_id: one.to_subject_id for one in self.running if one.verdict is Verdict.SAME
        }

    @invariant()
    def nobody_meets_who_is_kept_apart(self) -> None:
        if not hasattr(self, "ledger"):
            return
        with self.ledger.reading() as uow:
            ends = {subject: uow.resolutions.find_end(subject) for subject in SUBJECTS}
            running = uow.resolutions.list_running()
        assert {one.number for one in running} == {one.number for one in self.running}
        assert all(ends[end] == end for end in ends.values()), "a chain"
        met = [(one, other) for one, other in combinations(SUBJECTS, 2) if ends[one] == ends[other]]
        assert not [pair for pair in met if identifiers_contradict(*pair)]
        assert not [pair for pair in met if any(one.startswith("psn:") for one in pair)]
        apart = {
            frozenset((one.from_subject_id, one.to_subject_id)) for one in running if one.verdict is Verdict.NOT_SAME
        }
        assert not [pair for pair in met if frozenset(pair) in apart]

    def _links(self, known_at: datetime) -> dict[str, str]:
        ends = {subject: find_end(self.session, subject, known_at) for subject in SUBJECTS[2:9]}
        return {subject: end for subject, end in ends.items() if end != subject}


Judging.TestCase.settings = settings(max_examples=12, stateful_step_count=25)
TestJudging = Judging.TestCase
