"""The queue worker on real stores: in order, past what is refused or broken, and stopped without a trace."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.batch import BatchStatus
from credit_service.domain.clock import FixedClock
from credit_service.errors import WarehouseBusy
from credit_service.pipeline import worker as working
from credit_service.pipeline.batch_life import release_batch
from credit_service.pipeline.receive import receive_submission
from credit_service.pipeline.worker import QueueWorker, WorkPhase
from credit_service.settings import Settings
from credit_service.warehouse.connection import Warehouse
from tests.integration.batch_desk import DAY, SECOND, Desk, Honour

WAIT_SECONDS = 60


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(build_service(Settings(home=tmp_path / "live"), FixedClock(DAY)), tmp_path)


def receive(desk: Desk, hour: int, honours: list[Honour], name: str) -> str:
    later = desk.on(0, hour)
    return receive_submission(later.service.office, later.submission(honours, name)).batches[0].batch_id


def receive_raw(desk: Desk, hour: int, content: bytes, name: str) -> str:
    later = desk.on(0, hour)
    submission = later.submission([], name)
    submission.source.write_bytes(content)
    return receive_submission(later.service.office, submission).batches[0].batch_id


def status(desk: Desk, batch_id: str) -> BatchStatus:
    with desk.service.office.ledger.reading() as uow:
        return uow.batches.get(batch_id).status


def wait_for(condition) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_batches_are_stored_in_the_order_received_and_a_refused_one_stops_nobody(desk: Desk):
    first = receive(desk, 1, [Honour(1)], "一.csv")
    refused = receive_raw(desk, 2, b"a,b\n1,2\n", "不认识.csv")
    last = receive(desk, 3, [Honour(2)], "二.csv")
    worked = list(QueueWorker(desk.service.office).drain())
    assert [one.batch.batch_id for one in worked] == [first, refused, last]
    assert [one.to_dict()["status"] for one in worked] == ["stored", "refused", "stored"]
    assert worked[1].to_dict()["error"]["code"] == "unknown_template"
    assert list(QueueWorker(desk.service.office).drain()) == []


def test_a_file_that_trips_a_bug_stays_in_the_queue_and_stops_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    broken = receive(desk, 1, [Honour(1)], "一.csv")
    fine = receive(desk, 2, [Honour(2)], "二.csv")
    store = working.store_received

    def trip(office, batch, progress=None):
        if batch.batch_id == broken:
            message = "小王 110101199003070000"
            raise ZeroDivisionError(message)
        return store(office, batch, progress)

    monkeypatch.setattr(working, "store_received", trip)
    worker = QueueWorker(desk.service.office)
    worked = list(worker.drain())
    assert [(one.batch.batch_id, one.is_broken) for one in worked] == [(broken, True), (fine, False)]
    assert status(desk, broken) is BatchStatus.RECEIVED
    assert worker.step() is None, "it is not tried again and again"
    monkeypatch.undo()
    assert [one.batch.batch_id for one in QueueWorker(desk.service.office).drain()] == [broken]


def test_a_fault_is_logged_without_what_stood_in_the_cells(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    receive(desk, 1, [Honour(1)], "一.csv")

    def trip(*_: object) -> None:
        message = "小王 110101199003070000"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(working, "store_received", trip)
    list(QueueWorker(desk.service.office).drain())
    logged = capsys.readouterr()
    assert "queue.check_broke" in logged.out + logged.err
    assert "小王" not in logged.out + logged.err


def test_a_busy_warehouse_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    batch_id = receive(desk, 1, [Honour(1)], "一.csv")
    monkeypatch.setattr(working, "LOOK_EVERY_SECONDS", 0.01)
    real, tries = Warehouse.open, []

    def busy_at_first(self: Warehouse):
        tries.append(1)
        if len(tries) < 3:
            message = "忙"
            raise WarehouseBusy(message)
        return real(self)

    monkeypatch.setattr(Warehouse, "open", busy_at_first)
    worker = QueueWorker(desk.service.office)
    worker.start()
    wait_for(lambda: status(desk, batch_id) is BatchStatus.STORED)
    worker.stop_and_wait()
    assert len(tries) >= 3
    assert desk.counts()["records"] == 1


def test_who_calls_is_heard_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(working, "LOOK_EVERY_SECONDS", 3600)
    worker = QueueWorker(desk.service.office)
    worker.start()
    time.sleep(0.3)
    batch_id = receive(desk, 1, [Honour(1)], "一.csv")
    worker.call()
    wait_for(lambda: status(desk, batch_id) is BatchStatus.STORED)
    worker.stop_and_wait()


def test_a_worker_stopped_in_the_middle_leaves_nothing_half_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    batch_id = receive(desk, 1, [Honour(n) for n in range(1, 50)], "一.csv")
    worker = QueueWorker(desk.service.office)
    note = worker._note

    def stop_first(*told: object) -> None:
        assert worker.board.find(batch_id).phase is WorkPhase.CHECKING
        worker.stop()
        note(*told)

    monkeypatch.setattr(worker, "_note", stop_first)
    assert list(worker.drain()) == []
    assert worker.board.find(batch_id) is None
    assert status(desk, batch_id) is BatchStatus.RECEIVED
    assert desk.counts()["records"] == 0
    assert len(list(QueueWorker(desk.service.office).drain())) == 1
    assert desk.counts()["records"] == 49


def test_a_released_batch_that_could_not_be_stored_then_is_stored_by_the_worker(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    held = receive(desk, 1, [Honour(n, day="去年" if n % 4 else "2026-08-01") for n in range(1, 41)], "乱.csv")
    assert [one.outcome.batch.status for one in QueueWorker(desk.service.office).drain()] == [BatchStatus.CHECKED]
    assert list(QueueWorker(desk.service.office).drain()) == [], "a held batch waits for a person"

    def busy(_: Warehouse) -> None:
        message = "忙"
        raise WarehouseBusy(message)

    with monkeypatch.context() as patch, pytest.raises(WarehouseBusy):
        patch.setattr(Warehouse, "open", busy)
        release_batch(desk.service.office, held, SECOND, "核对无误")
    list(QueueWorker(desk.service.office).drain())
    assert status(desk, held) is BatchStatus.STORED
    assert desk.counts()["records"] == 10


def test_two_workers_side_by_side_store_everything_once(desk: Desk):
    ids = [receive(desk, n, [Honour(n * 10 + k) for k in range(5)], f"{n}.csv") for n in range(1, 7)]
    workers = [QueueWorker(desk.service.office) for _ in range(2)]
    threads = [threading.Thread(target=lambda worker=worker: list(worker.drain())) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    assert {status(desk, batch_id) for batch_id in ids} == {BatchStatus.STORED}
    assert desk.counts()["records"] == 30
