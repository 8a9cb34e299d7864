"""The machine stops while a file goes in, at any moment: what was received is stored once, whole, and nothing else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import pytest
from functional.conftest import CreditHome

ROWS = 6_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory, founded_home: Path) -> tuple[Path, dict[str, int], float]:
    """Return a file, what becomes of its rows, and how long an undisturbed run takes.

    The home was founded before: otherwise most kills would come while the rules are checked, before the file is read.
    """
    folder = tmp_path_factory.mktemp("sample")
    path, calm = folder / "penalties.csv", CreditHome(folder / "calm")
    shutil.copytree(founded_home, calm.path)
    assert calm.run("sample", "penalty_org", path, "--rows", ROWS, "--seed", 7).code == 0
    started = time.monotonic()
    assert calm.run_afresh("ingest", path, "--agency", AGENCY).code == 0
    took = time.monotonic() - started
    return path, _books(calm.path), took


AGENCY = "119901019901000261"


def test_a_killed_ingest_loses_and_doubles_nothing(sample, fresh_home: CreditHome):
    path, expected, took = sample
    home = fresh_home.path
    chance = Random(20261128)  # noqa: S311 - moments, not secrets.
    stored = 0
    for _ in range(8):
        process = subprocess.Popen(
            _command("ingest", path, "--agency", AGENCY), env=_environment(home), stdout=-3, stderr=-3
        )
        time.sleep(chance.uniform(0.2, 1.0) * took)
        process.send_signal(signal.SIGKILL)
        process.wait()
        told = fresh_home.run("rebuild", "--reconcile")
        assert told.code == 0, told.stdout + told.stderr
        books = _books(home)
        assert books in ({}, expected), "half of a file is stored"
        stored += books == expected
    assert fresh_home.run("ingest", path, "--agency", AGENCY).code == 0
    assert _books(home) == expected
    assert _leftovers(home) == [], "a torn copy stays in the inbox"
    assert stored, "no run got far enough to be received: the kills came too early to prove anything"


def _books(home: Path) -> dict[str, int]:
    from credit_service.bootstrap import build_service
    from credit_service.settings import Settings

    office = build_service(Settings(home=home)).office
    with office.ledger.reading() as uow:
        batches = uow.batches.list_newest(None, 9)
        assert uow.audit.verify().broken_at is None
    office.ledger.close()
    with office.warehouse.open() as session:
        counted = {
            name: session.run_query(f"SELECT count(*) FROM {name}").item()
            for name in ("applied", "records", "rejections")
        }
    counted["distinct"] = _distinct(office)
    if not batches:
        assert set(counted.values()) == {0}
        return {}
    assert len(batches) == 1
    assert batches[0].rows == batches[0].accepted + batches[0].rejected + batches[0].blank == ROWS
    return counted


def _distinct(office) -> int:
    with office.warehouse.open() as session:
        return session.run_query("SELECT count(DISTINCT record_id) FROM records").item()


def _leftovers(home: Path) -> list[Path]:
    return [
        path for path in (home / "inbox").rglob(".*") if path.is_file() and time.time() - path.stat().st_mtime > 3600
    ]


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "credit_service", *map(str, arguments)]


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_")}
    return {**kept, "CREDIT_HOME": str(home)}
