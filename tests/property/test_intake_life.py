"""Whatever is sent, sent again, mended, released, withdrawn, and wherever the machine stops: the books agree.

The walk keeps a plain list of what departments did and compares it, after every step, with the ledger, the warehouse
and the inbox.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from unittest import mock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from property.examples import examples

from credit_service.bootstrap import build_service
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.domain.clock import FixedClock
from credit_service.errors import IllegalTransition
from credit_service.pipeline import batch_life, check_batch, ingest
from credit_service.pipeline.batch_life import release_batch, withdraw_batch, withdraw_record
from credit_service.pipeline.ingest import ingest_file
from credit_service.pipeline.rebuild import rebuild, reconcile
from credit_service.settings import Settings
from credit_service.warehouse.session import Session
from tests.integration.batch_desk import CLERK, DAY, SECOND, Desk, Honour

GOOD = st.builds(Honour, st.integers(1, 6), st.sampled_from(("甲", "乙", "丙")))
BAD = st.builds(Honour, st.integers(1, 6), st.just("甲"), st.just("去年"))
HELD = [Honour(n, day="去年") for n in range(1, 30)]
"""So many faulty rows that the batch waits for a second person."""
KILL_POINTS: tuple[tuple[object, str], ...] = (
    (check_batch, "open_batch"),
    (check_batch, "build_records"),
    (ingest, "judge_whole"),
    # Between warehouse and ledger.
    (ingest, "counts_of"),
    (batch_life, "store_received"),
)
BETWEEN_STORES = (Session, "mirror_retractions")


JUDGED_ANEW = {BatchStatus.WITHDRAWN, BatchStatus.REFUSED}
"""The same bytes of a batch in one of these states, sent again, are not just told again."""


class Crash(BaseException):
    """The machine stops: nothing catches it."""


@dataclass
class Sent:
    """What the walk remembers of one batch."""

    honours: tuple[Honour, ...]
    received: int
    learned: int
    name: str
    status: BatchStatus = BatchStatus.RECEIVED
    withdrawn: dict[int | None, int] = field(default_factory=dict)
    """Row (None: the whole batch) → the minute it was withdrawn."""

    def good(self) -> dict[int, Honour]:
        """Return the rows that are accepted, by row number; a repeated act is a fault of the later row."""
        seen: set[int] = set()
        rows = {}
        for row, honour in enumerate(self.honours, start=2):
            if honour.day != "去年" and honour.serial not in seen:
                rows[row] = honour
            seen.add(honour.serial)
        return rows

    def has_faults(self) -> bool:
        return len(self.good()) < len(self.honours) or not self.status.has_rows

    def dead_at(self, row: int) -> int | None:
        return min((self.withdrawn[key] for key in (None, row) if key in self.withdrawn), default=None)


class Life(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name)
        self.desk = Desk(build_service(Settings(home=path / "live"), FixedClock(DAY)), path)
        self.minute = 0
        self.sent: dict[str, Sent] = {}

    def teardown(self) -> None:
        self.desk.service.office.ledger.close()
        self.folder.cleanup()

    # --- what people do ---------------------------------------------------------------------------------------------

    @rule(honours=st.lists(GOOD | BAD, min_size=1, max_size=4), name=st.sampled_from("ab"))
    def send(self, honours: list[Honour], name: str) -> None:
        self._send(honours, name)

    @rule(name=st.sampled_from("ab"))
    def send_what_looks_wrong(self, name: str) -> None:
        self._send(HELD, name)

    @precondition(lambda self: self.sent)
    @rule(place=st.integers(0, 9))
    def send_again(self, place: int) -> None:
        self._send(list(self._pick(place)[1].honours), "again")

    @rule(honours=st.lists(GOOD, min_size=1, max_size=3), point=st.sampled_from(KILL_POINTS))
    def send_and_stop(self, honours: list[Honour], point: tuple[object, str]) -> None:
        with self._crashing(point):
            self._send(honours, "stopped")

    @precondition(lambda self: self._in(BatchStatus.CHECKED))
    @rule(place=st.integers(0, 9), point=st.none() | st.sampled_from(KILL_POINTS))
    def release(self, place: int, point: tuple[object, str] | None) -> None:
        self._tick()
        batch_id, sent = self._pick(place, BatchStatus.CHECKED)
        sent.status, sent.learned = BatchStatus.STORED, self.minute
        self._mend(sent)
        with self._crashing(point):
            release_batch(self.now.service.office, batch_id, SECOND, "核对无误")

    @precondition(lambda self: self._in(BatchStatus.STORED, BatchStatus.CORRECTED))
    @rule(place=st.integers(0, 9), crash=st.none() | st.just(BETWEEN_STORES))
    def withdraw(self, place: int, crash: tuple[object, str] | None) -> None:
        self._tick()
        batch_id, sent = self._pick(place, BatchStatus.STORED, BatchStatus.CORRECTED)
        sent.status = BatchStatus.WITHDRAWN
        sent.withdrawn[None] = self.minute
        with self._crashing(crash):
            withdraw_batch(self.now.service.office, batch_id, CLERK, "报错")

    @precondition(lambda self: self._in(BatchStatus.STORED, BatchStatus.CORRECTED))
    @rule(place=st.integers(0, 9), row=st.integers(0, 3), crash=st.none() | st.just(BETWEEN_STORES))
    def withdraw_one(self, place: int, row: int, crash: tuple[object, str] | None) -> None:
        self._tick()
        batch_id, sent = self._pick(place, BatchStatus.STORED, BatchStatus.CORRECTED)
        rows = sorted(sent.good())
        if not rows:
            return
        chosen = rows[row % len(rows)]
        record_id = f"{batch_id}-{chosen:07d}"
        if chosen in sent.withdrawn:
            try:
                withdraw_record(self.now.service.office, record_id, CLERK, "报错")
            except IllegalTransition:
                return
            raise AssertionError(record_id)
        sent.withdrawn[chosen] = self.minute
        with self._crashing(crash):
            withdraw_record(self.now.service.office, record_id, CLERK, "报错")

    @rule()
    def throw_the_warehouse_away(self) -> None:
        rebuild(self.now.service.office)

    # --- what must hold ---------------------------------------------------------------------------------------------

    @invariant()
    def what_holds_is_what_the_reports_say(self) -> None:
        if not hasattr(self, "sent"):
            return
        for minute in {self.minute, self.minute // 2}:
            at = DAY + timedelta(minutes=minute, seconds=30)
            expected = self._expected(minute)
            assert self.now.holding(at) == expected, minute

    @invariant()
    def the_books_agree(self) -> None:
        if not hasattr(self, "sent"):
            return
        office = self.now.service.office
        with office.ledger.reading() as uow:
            batches = uow.batches.list_newest(None, 1000)
            assert uow.audit.verify().broken_at is None
        assert {batch.batch_id: batch.status for batch in batches} == {
            batch_id: sent.status for batch_id, sent in self.sent.items()
        }
        with office.warehouse.open() as session:
            held = session.verify_batches()
        for batch in batches:
            path = office.places.inbox / batch.sha256[:2] / batch.sha256
            assert sha256(path.read_bytes()).hexdigest() == batch.sha256
            assert batch.rows == batch.accepted + batch.rejected + batch.blank
            if batch.status.has_rows:
                assert held[batch.batch_id] == batch.records_digest
                assert batch.accepted == len(self.sent[batch.batch_id].good())
        assert set(held) == {batch.batch_id for batch in batches if batch.status.has_rows}

    # --- the plain reading ------------------------------------------------------------------------------------------

    def _expected(self, minute: int) -> dict[str, str]:
        holding: dict[str, str] = {}
        for serial in range(1, 30):
            reports = []
            for sent in sorted(self.sent.values(), key=lambda one: one.learned):
                rows = [row for row, honour in sent.good().items() if honour.serial == serial]
                alive = [row for row in rows if (dead := sent.dead_at(row)) is None or dead > minute]
                if sent.status.has_rows and sent.learned <= minute and alive:
                    reports.append(sent.good()[alive[0]])
            if reports:
                honour = reports[-1]
                holding[f"示文明〔2026〕{serial}号"] = honour.text
        return holding

    # --- the machinery ----------------------------------------------------------------------------------------------

    @property
    def now(self) -> Desk:
        clock = FixedClock(DAY + timedelta(minutes=self.minute))
        return Desk(self.desk.service.at(clock), self.desk.folder)

    def _tick(self) -> None:
        self.minute += 1

    def _in(self, *statuses: BatchStatus) -> bool:
        return any(sent.status in statuses for sent in self.sent.values())

    def _pick(self, place: int, *statuses: BatchStatus) -> tuple[str, Sent]:
        fitting = [item for item in self.sent.items() if not statuses or item[1].status in statuses]
        return fitting[place % len(fitting)]

    def _send(self, honours: list[Honour], name: str) -> None:
        self._tick()
        submission = self.now.submission(honours, f"{name}.csv")
        with self.now.service.office.ledger.reading() as uow:
            known = uow.batches.find_same(submission.agency_code, sha256(submission.source.read_bytes()).hexdigest())
        try:
            outcome = ingest_file(self.now.service.office, submission)
        except Crash:
            self._remember(honours, name, known)
            raise
        assert outcome.repeated == (known is not None and known.status not in JUDGED_ANEW)
        self._remember(honours, name, known)

    def _remember(self, honours: list[Honour], name: str, known: Batch | None) -> None:
        """Note a batch that is new, and what it mends; of one that is known nothing changes."""
        if known is not None and known.status not in JUDGED_ANEW:
            return
        with self.now.service.office.ledger.reading() as uow:
            newest = uow.batches.list_newest(None, 1)[0]
        status = BatchStatus.CHECKED if len(honours) >= 20 else BatchStatus.STORED
        if known is not None and known.status is BatchStatus.REFUSED:
            sent = self.sent[known.batch_id]
            sent.status, sent.learned = status, self.minute
        else:
            sent = self.sent[newest.batch_id] = Sent(tuple(honours), self.minute, self.minute, name, status)
        if status is BatchStatus.STORED:
            self._mend(sent)

    def _mend(self, sent: Sent) -> None:
        """Note that the newest earlier batch of the same name that had faults is mended by a stored one."""
        earlier = [
            one
            for one in self.sent.values()
            if one.name == sent.name
            and one.received < sent.received
            and one.has_faults()
            and one.status is not BatchStatus.WITHDRAWN
        ]
        for one in earlier[-1:]:
            if one.status is BatchStatus.STORED:
                one.status = BatchStatus.CORRECTED
            elif one.status is BatchStatus.CHECKED:
                one.status = BatchStatus.REFUSED

    @contextmanager
    def _crashing(self, point: tuple[object, str] | None):
        """Let the machine stop where it is told, and start it again: it first compares its books."""
        if point is None:
            yield
            return

        def crash(*_: object, **__: object) -> None:
            raise Crash

        try:
            with mock.patch.object(*point, crash):
                yield
        except Crash:
            reconcile(self.now.service.office)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=examples(7, 40), stateful_step_count=14, deadline=None)
