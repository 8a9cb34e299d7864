"""``credit worker`` and ``credit watch`` as processes: what a kill in the middle and a stop leave behind."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from credit_service.bootstrap import Service, build_service
from credit_service.pipeline.receive import Submission, receive_submission
from credit_service.settings import Settings
from tests.functional.conftest import ROOT, CreditHome
from tests.integration.batch_desk import HEADERS, OFFICE, Honour

ROWS = 200_000
"""So many that a process is still at it when it is killed."""
WAIT_SECONDS = 120


@pytest.fixture(scope="module")
def big_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("big") / "大批次.csv"
    with path.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([HEADERS, *(Honour(n).cells() for n in range(1, ROWS + 1))])
    return path


@pytest.fixture
def service(fresh_home: CreditHome) -> Service:
    return build_service(Settings(home=fresh_home.path))


@contextmanager
def started(home: CreditHome, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a command beside the test, and end it with the test."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_")}
    command = [sys.executable, "-m", "credit_service", *map(str, arguments)]
    running = subprocess.Popen(
        command,
        env=environment | {"CREDIT_HOME": str(home.path)},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield running
    finally:
        running.kill()
        running.communicate()


def open_files(pid: int) -> set[str]:
    """Return what a process has open; handles that are closed while one looks are left out."""
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            found.add(str(handle.readlink()))
    return found


def wait_until_at_work(running: subprocess.Popen[str], home: CreditHome) -> None:
    """Wait until a process has the warehouse open, which it has only while it stores."""
    warehouse = str(home.path / "warehouse.duckdb")
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        assert running.poll() is None, "ended before it was looked for"
        if warehouse in open_files(running.pid):
            time.sleep(0.3)
            return
        time.sleep(0.01)
    pytest.fail("never began")


def received(service: Service, path: Path) -> str:
    return receive_submission(service.office, Submission(path, path.name, OFFICE, "clerk")).batches[0].batch_id


def states(service: Service) -> list[str]:
    with service.office.ledger.reading() as uow:
        return [batch.status.value for batch in uow.batches.list_newest(None, 9)]


def records(service: Service) -> int:
    with service.office.warehouse.open() as session:
        return session.run_query("SELECT count(*) FROM records").item()


def test_a_worker_killed_in_the_middle_loses_and_doubles_nothing(
    fresh_home: CreditHome, service: Service, big_file: Path
):
    batch_id = received(service, big_file)
    with started(fresh_home, "worker") as running:
        wait_until_at_work(running, fresh_home)
        running.send_signal(signal.SIGKILL)
        running.wait(WAIT_SECONDS)
    assert states(service) == ["received"]
    assert records(service) == 0
    answer = fresh_home.run("worker", "--once", "--json")
    assert answer.code == 0, answer.stderr
    [line] = answer.stdout.splitlines()
    told = json.loads(line)
    assert (told["batch_id"], told["status"], told["accepted"], told["repeated"]) == (batch_id, "stored", ROWS, False)
    assert records(service) == ROWS
    assert fresh_home.run("worker", "--once", "--json").stdout == ""


def test_a_worker_asked_to_stop_rolls_back_and_leaves_well(fresh_home: CreditHome, service: Service, big_file: Path):
    received(service, big_file)
    with started(fresh_home, "worker") as running:
        wait_until_at_work(running, fresh_home)
        asked_at = time.monotonic()
        running.send_signal(signal.SIGTERM)
        assert running.wait(WAIT_SECONDS) == 0
    assert time.monotonic() - asked_at < 60
    assert states(service) == ["received"]
    assert records(service) == 0


def test_a_worker_waits_for_new_batches_and_tells_of_each(fresh_home: CreditHome, service: Service, tmp_path: Path):
    small = tmp_path / "小.csv"
    with small.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([HEADERS, Honour(1).cells()])
    with started(fresh_home, "worker", "--json") as running:
        batch_id = received(service, small)
        told = json.loads(running.stdout.readline())
        assert (told["batch_id"], told["status"], told["rows"]) == (batch_id, "stored", 1)
        running.send_signal(signal.SIGTERM)
        assert running.wait(WAIT_SECONDS) == 0


def test_a_worker_waits_while_another_process_holds_the_warehouse(
    fresh_home: CreditHome, service: Service, tmp_path: Path
):
    small = tmp_path / "小.csv"
    with small.open("w", encoding="utf-8", newline="") as target:
        csv.writer(target).writerows([HEADERS, Honour(1).cells()])
    batch_id = received(service, small)
    with started(fresh_home, "worker", "--json") as running:
        with service.office.warehouse.open():
            assert "queue.waits" in running.stderr.readline()
            assert states(service) == ["received"]
        # Nothing but the batch is on standard output.
        assert json.loads(running.stdout.readline())["batch_id"] == batch_id
    assert states(service) == ["stored"]


def test_a_refused_file_does_not_make_the_worker_fail(fresh_home: CreditHome, service: Service, tmp_path: Path):
    (tmp_path / "不认识.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    received(service, tmp_path / "不认识.csv")
    answer = fresh_home.run("worker", "--once")
    assert answer.code == 0
    assert "整批退回" in answer.stdout
    assert states(service) == ["refused"]


def test_a_watcher_killed_in_the_middle_loses_and_doubles_nothing(
    fresh_home: CreditHome, service: Service, big_file: Path, tmp_path: Path
):
    folder = tmp_path / "in"
    folder.mkdir()
    os.link(big_file, folder / "大批次.csv")
    command = ("watch", folder, "--agency", OFFICE, "--interval", "0.2", "--json")
    with started(fresh_home, *command) as running:
        wait_until_at_work(running, fresh_home)
        running.send_signal(signal.SIGKILL)
        running.wait(WAIT_SECONDS)
    assert (folder / "大批次.csv").exists()
    assert states(service) == ["received"]
    answer = fresh_home.run(*command, "--once")
    assert answer.code == 0, answer.stderr
    told = json.loads(answer.stdout.splitlines()[0])
    assert (told["result"], told["batches"][0]["accepted"]) == ("stored", ROWS)
    assert Path(told["moved_to"]).parent == folder / "已入库"
    assert states(service) == ["stored"]
    assert records(service) == ROWS
    assert fresh_home.run(*command, "--once").stdout == ""


def test_a_second_watcher_of_a_folder_is_turned_away(fresh_home: CreditHome, service: Service, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    with started(fresh_home, "watch", folder, "--agency", OFFICE) as running:
        deadline = time.monotonic() + WAIT_SECONDS
        while not (folder / ".credit-watch.lock").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        answer = fresh_home.run("watch", folder, "--agency", OFFICE, "--once", "--json")
        assert answer.code == 70
        assert answer.json()["error"]["code"] == "path_unusable"
        running.send_signal(signal.SIGTERM)
        assert running.wait(WAIT_SECONDS) == 0


def test_watching_tells_people_where_each_file_went(fresh_home: CreditHome, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "空.csv").write_bytes(b"")
    answer = fresh_home.run("watch", folder, "--agency", OFFICE, "--once", "--interval", "0.1")
    assert answer.code == 0
    assert "空.csv → 退回/空_" in answer.stdout
