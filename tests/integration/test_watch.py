"""A watched folder on real stores: what is taken, what is left alone, where it ends up."""

from __future__ import annotations

import os
import zipfile
from functools import partial
from pathlib import Path

import pytest

from credit_service.bootstrap import build_service
from credit_service.domain.clock import FixedClock
from credit_service.errors import PathUnusable, UnknownAgency, WarehouseBusy
from credit_service.lookup.batches import write_error_workbook
from credit_service.pipeline import watch, watch_report
from credit_service.pipeline.watch import LOCK, WatchedFolder
from credit_service.pipeline.watch_report import WatchedResult
from credit_service.settings import Settings
from credit_service.warehouse.connection import Warehouse
from tests.integration.batch_desk import DAY, OFFICE, OTHER, Desk, Honour

FIVE = [Honour(n) for n in range(1, 6)]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(build_service(Settings(home=tmp_path / "live"), FixedClock(DAY)), tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


def open_watch(desk: Desk, folder: Path, agency_code: str | None = OFFICE) -> WatchedFolder:
    return WatchedFolder(
        desk.service.office, folder, agency_code, partial(write_error_workbook, desk.service.reading_room)
    )


def look_twice(watched: WatchedFolder) -> list[WatchedResult]:
    assert list(watched.look()) == [], "at the first look nobody knows whether a file still grows"
    return list(watched.look())


def put(desk: Desk, folder: Path, honours: list[Honour], name: str) -> Path:
    return desk.write(honours, "draft").rename(folder / name)


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != LOCK)


def test_a_stored_file_lies_beside_a_text_and_a_workbook_that_say_what_to_mend(desk: Desk, folder: Path):
    put(desk, folder, [*FIVE, Honour(6, day="去年")], "九月.csv")
    [result] = look_twice(open_watch(desk, folder))
    batch_id = result.outcomes[0].batch.batch_id
    assert result.result == "stored"
    assert names(folder) == [
        f"已入库/九月_{batch_id}.csv",
        f"已入库/九月_{batch_id}.errors.xlsx",
        f"已入库/九月_{batch_id}.说明.txt",
    ]
    text = result.moved_to.with_suffix(".说明.txt").read_text(encoding="utf-8-sig")
    assert "收到 6 行：合格 5，退回 1" in text
    assert f"九月_{batch_id}.errors.xlsx" in text
    assert desk.counts()["records"] == 5


def test_a_refused_and_a_held_file_go_where_their_name_says(desk: Desk, folder: Path):
    (folder / "空.csv").write_bytes(b"")
    put(desk, folder, [Honour(n, day="去年" if n % 4 else "2026-08-01") for n in range(1, 41)], "乱.csv")
    results = {result.path.name: result for result in look_twice(open_watch(desk, folder))}
    assert {name: result.result for name, result in results.items()} == {"空.csv": "refused", "乱.csv": "held"}
    assert results["空.csv"].moved_to.parent == folder / "退回"
    held = results["乱.csv"].moved_to
    assert held.parent == folder / "待确认"
    assert "核对并放行" in held.with_suffix(".说明.txt").read_text(encoding="utf-8-sig")
    assert held.with_suffix(".errors.xlsx").exists()
    assert desk.counts()["records"] == 0


def test_a_growing_file_is_left_until_it_has_stopped(desk: Desk, folder: Path):
    path = put(desk, folder, FIVE, "大.csv")
    watched = open_watch(desk, folder)
    list(watched.look())
    with path.open("ab") as more:
        more.write(b"\r\n")
    assert list(watched.look()) == []
    assert [result.result for result in watched.look()] == ["stored"]


def test_a_file_somebody_has_open_for_writing_is_left_although_it_rests(desk: Desk, folder: Path):
    path = put(desk, folder, FIVE, "大.csv")
    watched = open_watch(desk, folder)
    with path.open("ab"):
        assert look_twice(watched) == []
    assert [result.result for result in watched.look()] == ["stored"]


def test_a_file_changed_while_it_was_received_is_taken_back_and_received_anew(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(desk, folder, FIVE[:3], "大.csv")
    watched = open_watch(desk, folder)
    receive = watch.receive_submission

    def receive_while_it_grows(office, submission):
        receipt = receive(office, submission)
        path.write_bytes(desk.write(FIVE, "whole").read_bytes())
        return receipt

    with monkeypatch.context() as patch:
        patch.setattr(watch, "receive_submission", receive_while_it_grows)
        [early] = look_twice(watched)
    assert (early.result, early.moved_to) == ("waiting", None)
    assert desk.counts()["records"] == 0
    assert list(watched.look()) == []
    assert [result.result for result in watched.look()] == ["stored"]
    assert desk.counts()["records"] == 5


@pytest.mark.parametrize("name", [".hidden.csv", "a.part", "A.TMP", "~$九月.xlsx", "x.csv.filepart"])
def test_hidden_and_unfinished_names_are_left_alone(desk: Desk, folder: Path, name: str):
    put(desk, folder, FIVE, name)
    assert look_twice(open_watch(desk, folder)) == []
    assert name in names(folder)


def test_links_and_foreign_folders_are_left_alone(desk: Desk, folder: Path, tmp_path: Path):
    secret = put(desk, tmp_path, FIVE, "secret.csv")
    (folder / "link.csv").symlink_to(secret)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    put(desk, elsewhere, FIVE, "a.csv")
    (folder / OTHER).symlink_to(elsewhere)
    (folder / "别的").mkdir()
    put(desk, folder / "别的", FIVE, "b.csv")
    assert look_twice(open_watch(desk, folder)) == []
    assert desk.counts()["records"] == 0


def test_a_subfolder_named_by_a_code_is_that_agencys(desk: Desk, folder: Path):
    own = folder / OTHER
    own.mkdir()
    put(desk, own, FIVE, "荣誉.csv")
    put(desk, folder, FIVE, "没人要.csv")
    [result] = look_twice(open_watch(desk, folder, None))
    assert result.agency_code == OTHER
    assert result.moved_to.parent == own / "已入库"
    assert (folder / "没人要.csv").exists(), "nobody said whose it is"


def test_the_same_name_twice_overwrites_nothing(desk: Desk, folder: Path):
    watched = open_watch(desk, folder)
    put(desk, folder, FIVE[:2], "九月.csv")
    look_twice(watched)
    put(desk, folder, FIVE, "九月.csv")
    look_twice(watched)
    assert len([name for name in names(folder) if name.endswith(".csv")]) == 2
    assert desk.counts()["records"] == 7
    assert len(desk.holding()) == 5


def test_the_same_bytes_again_are_the_same_batch(desk: Desk, folder: Path):
    watched = open_watch(desk, folder)
    for _ in range(2):
        put(desk, folder, FIVE, "九月.csv")
        [result] = look_twice(watched)
    assert result.outcomes[0].repeated
    assert len([name for name in names(folder) if name.endswith(".csv")]) == 1
    assert desk.counts()["records"] == 5


def test_an_archive_is_told_member_by_member(desk: Desk, folder: Path):
    with zipfile.ZipFile(folder / "一包.zip", "w") as archive:
        archive.write(desk.write([*FIVE, Honour(6, day="去年")], "a"), "甲.csv")
        archive.writestr("乙.pdf", b"%PDF-1.7")
    [result] = look_twice(open_watch(desk, folder))
    assert result.result == "refused"
    text = next(folder.rglob("*.txt")).read_text(encoding="utf-8-sig")
    assert "甲.csv" in text
    assert "乙.pdf" in text
    assert any(name.startswith("退回/甲_B") for name in names(folder))
    assert desk.counts()["records"] == 5


def test_a_busy_warehouse_leaves_the_file_until_it_is_free(desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch):
    put(desk, folder, FIVE, "九月.csv")
    watched = open_watch(desk, folder)

    def busy(_: Warehouse) -> None:
        message = "忙"
        raise WarehouseBusy(message)

    with monkeypatch.context() as patch:
        patch.setattr(Warehouse, "open", busy)
        [waiting] = look_twice(watched)
    assert waiting.result == "waiting"
    assert waiting.to_dict()["error"]["code"] == "warehouse_busy"
    assert names(folder) == ["九月.csv"]
    assert [result.result for result in watched.look()] == ["stored"]
    assert desk.counts()["records"] == 5


class Crash(BaseException):
    pass


def crash(*_: object, **__: object) -> None:
    raise Crash


@pytest.mark.parametrize(
    ("module", "point"),
    [(watch, "store_received"), (watch, "lay_out"), (watch_report, "_tell"), (watch_report, "sync_folder")],
    ids=["received", "stored", "between the reports", "moved"],
)
def test_a_crash_anywhere_loses_and_doubles_nothing(
    module, point: str, desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    put(desk, folder, [*FIVE, Honour(6, day="去年")], "九月.csv")
    with monkeypatch.context() as patch, pytest.raises(Crash):
        patch.setattr(module, point, crash)
        look_twice(open_watch(desk, folder))
    look_twice(open_watch(desk, folder))
    found = names(folder)
    assert [name.rpartition(".")[2] for name in found] == ["csv", "xlsx", "txt"]
    assert desk.counts()["records"] == 5
    with desk.service.office.ledger.reading() as uow:
        assert [batch.status.value for batch in uow.batches.list_newest(None, 9)] == ["stored"]


def test_a_file_that_trips_a_bug_is_left_alone_until_it_changes(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    path = put(desk, folder, FIVE[:1], "一.csv")
    put(desk, folder, FIVE[1:3], "二.csv")
    store = watch.store_received

    def trip(office, batch, progress=None):
        if batch.file_name == "一.csv":
            raise ZeroDivisionError
        return store(office, batch, progress)

    monkeypatch.setattr(watch, "store_received", trip)
    watched = open_watch(desk, folder)
    assert {result.path.name: result.result for result in look_twice(watched)} == {
        "一.csv": "waiting",
        "二.csv": "stored",
    }
    assert list(watched.look()) == []
    monkeypatch.undo()
    os.utime(path, (1, 1))
    assert [result.result for result in look_twice(watched)] == ["stored"]


def test_one_watcher_at_a_time(desk: Desk, folder: Path):
    with open_watch(desk, folder).held(), pytest.raises(PathUnusable, match="已有另一个"):
        open_watch(desk, folder).held().__enter__()
    with open_watch(desk, folder).held():
        assert LOCK in {path.name for path in folder.iterdir()}


def test_what_cannot_be_watched_is_said_before_anything_is_taken(desk: Desk, folder: Path):
    with pytest.raises(PathUnusable, match="不是目录"), open_watch(desk, folder / "none").held():
        pass
    with pytest.raises(UnknownAgency), open_watch(desk, folder, "X").held():
        pass


def test_a_very_long_name_still_finds_its_place(desk: Desk, folder: Path):
    put(desk, folder, FIVE, "九" * 80 + ".csv")
    [result] = look_twice(open_watch(desk, folder))
    assert result.result == "stored"
    assert len(result.moved_to.name.encode()) < 255
