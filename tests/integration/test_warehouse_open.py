"""Opening: one process at a time, one schema, and a clear word when it cannot be."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread, Timer

import duckdb
import pytest

from credit_service.errors import SchemaDrift, WarehouseBusy, WarehouseDamaged
from credit_service.warehouse.connection import Warehouse
from credit_service.warehouse.limits import WarehouseLimits

HOLD = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.readline()"


@contextmanager
def held_by_another_process(path: Path) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with Warehouse(path).open():
        pass
    return path


def test_held_file_is_busy_and_says_by_whom(path: Path):
    with held_by_another_process(path) as process:
        with pytest.raises(WarehouseBusy) as refusal, Warehouse(path, WarehouseLimits(lock_seconds=0.2)).open():
            pass
        assert f"进程号 {process.pid}" in refusal.value.message
        assert refusal.value.remedy


def test_file_let_go_in_time_opens(path: Path):
    with held_by_another_process(path) as process:
        Timer(0.3, process.kill).start()
        with Warehouse(path, WarehouseLimits(lock_seconds=10)).open() as session:
            assert session.applied() == {}


def test_file_is_let_go_when_the_last_session_ends(path: Path):
    warehouse = Warehouse(path)
    with warehouse.open(), warehouse.open():
        pass
    with held_by_another_process(path):
        pass


def test_sessions_of_one_process_see_what_is_committed(path: Path):
    warehouse = Warehouse(path)
    with warehouse.open() as writer, warehouse.open() as reader:
        writer.connection.sql("BEGIN TRANSACTION")
        writer.connection.sql("INSERT INTO rejections VALUES ('B', 1, '', '', '', '', '', '', '')")
        assert reader.run_query("SELECT count(*) FROM rejections").item() == 0
        writer.connection.sql("COMMIT")
        assert reader.run_query("SELECT count(*) FROM rejections").item() == 1


def test_second_writer_of_a_process_is_told_to_wait(path: Path):
    warehouse = Warehouse(path, WarehouseLimits(turn_seconds=0.1))
    refusals = []

    def write() -> None:
        with warehouse.open() as session:
            try:
                session.drop_batch("B1")
            except WarehouseBusy as refusal:
                refusals.append(refusal)

    with warehouse.open() as session, session.write_turn():
        thread = Thread(target=write)
        thread.start()
        thread.join()
    assert len(refusals) == 1


def test_file_of_another_version_is_refused(path: Path):
    with duckdb.connect(str(path)) as connection:
        connection.sql("UPDATE schema_version SET version = 99")
    with pytest.raises(SchemaDrift, match="rebuild"), Warehouse(path).open():
        pass


def test_refused_file_is_not_kept_locked(path: Path):
    with duckdb.connect(str(path)) as connection:
        connection.sql("UPDATE schema_version SET version = 99")
    with pytest.raises(SchemaDrift), Warehouse(path).open():
        pass
    with held_by_another_process(path):
        pass


def test_damaged_file_says_rebuild(path: Path):
    path.write_bytes(b"\0" * 100_000)
    with pytest.raises(WarehouseDamaged, match="rebuild"), Warehouse(path).open():
        pass


def test_discarded_file_opens_empty(path: Path):
    warehouse = Warehouse(path)
    with warehouse.open() as session:
        session.connection.sql("INSERT INTO rejections VALUES ('B', 1, '', '', '', '', '', '', '')")
    warehouse.discard()
    with warehouse.open() as session:
        assert session.run_query("SELECT count(*) FROM rejections").item() == 0


def test_damaged_file_can_be_discarded(path: Path):
    path.write_bytes(b"\0" * 100_000)
    warehouse = Warehouse(path)
    warehouse.discard()
    with warehouse.open() as session:
        assert session.applied() == {}


def test_file_in_use_is_not_discarded(path: Path):
    warehouse = Warehouse(path, WarehouseLimits(lock_seconds=0.1))
    with warehouse.open(), pytest.raises(WarehouseBusy):
        warehouse.discard()
    with held_by_another_process(path), pytest.raises(WarehouseBusy):
        warehouse.discard()
    assert path.exists()


def test_broken_instance_is_dropped_and_opened_anew(path: Path):
    warehouse = Warehouse(path)
    message = "FATAL Error: database has been invalidated"
    with pytest.raises(WarehouseDamaged), warehouse.open() as other, warehouse.open():
        raise duckdb.FatalException(message)
    with pytest.raises(duckdb.Error):
        other.applied()
    with warehouse.open() as session:
        assert session.applied() == {}


def test_fault_of_our_own_sql_is_no_storage_error(path: Path):
    with pytest.raises(duckdb.CatalogException), Warehouse(path).open() as session:
        session.run_query("SELECT * FROM nowhere")
