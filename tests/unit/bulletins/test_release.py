from __future__ import annotations

import json
import os
import runpy
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from types import SimpleNamespace

import pytest

from credit_service.bulletins.release import (
    check_release,
    choose_bulletin_id,
    find_release,
    find_releases,
    release_bulletin,
)
from credit_service.errors import ReleaseExists, SchemaDrift

world = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("world.py"))))
BULLETIN = world.make_bulletin([world.make_case(1), world.make_red(2)])
FILES = {"index.html": b"<p>1</p>", "entries.csv": b"a,b\r\n", "bulletin.json": b"{}"}


def test_released_folder_is_what_the_manifest_says(tmp_path: Path):
    release = release_bulletin(BULLETIN, FILES, tmp_path / "issued")
    folder = tmp_path / "issued" / "2026Q3"
    assert {path.name for path in folder.iterdir()} == {*FILES, "manifest.json"}
    assert release.case_ids == ("K0002", "K0001")
    assert check_release(tmp_path / "issued", release) == ()
    assert find_release(tmp_path / "issued", "2026Q3") == release
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["counts"]["red"] == manifest["counts"]["black"] == 1


def test_released_issue_is_never_overwritten(tmp_path: Path):
    first = release_bulletin(BULLETIN, FILES, tmp_path)
    with pytest.raises(ReleaseExists):
        release_bulletin(BULLETIN, {**FILES, "index.html": b"other"}, tmp_path)
    assert check_release(tmp_path, first) == ()


def test_failure_midway_shows_nothing_and_the_next_try_succeeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    flush = os.fsync
    flushed: list[int] = []

    def fail_on_the_third(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 3:
            raise OSError(28, "No space left on device")
        flush(descriptor)

    monkeypatch.setattr(os, "fsync", fail_on_the_third)
    with pytest.raises(OSError, match="No space"):
        release_bulletin(BULLETIN, FILES, tmp_path)
    assert find_releases(tmp_path) == ()
    assert not (tmp_path / "2026Q3").exists()
    monkeypatch.undo()
    release = release_bulletin(BULLETIN, FILES, tmp_path)
    assert check_release(tmp_path, release) == ()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["2026Q3"]


def _die_before_the_rename(issued_dir: Path) -> None:
    Path.rename = lambda *_: os._exit(9)  # type: ignore[method-assign, assignment]
    release_bulletin(BULLETIN, FILES, issued_dir)


def test_killed_release_shows_nothing_and_the_next_one_clears_up(tmp_path: Path):
    child = get_context("fork").Process(target=_die_before_the_rename, args=(tmp_path,))
    child.start()
    child.join()
    assert child.exitcode == 9
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == [".unfinished-2026Q3"]
    assert find_releases(tmp_path) == ()
    release_bulletin(BULLETIN, FILES, tmp_path)
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["2026Q3"]


def test_changed_file_is_noticed(tmp_path: Path):
    release = release_bulletin(BULLETIN, FILES, tmp_path)
    page = tmp_path / "2026Q3" / "index.html"
    page.chmod(0o644)
    page.write_bytes(b"<p>2</p>")
    (tmp_path / "2026Q3" / "entries.csv").unlink()
    (tmp_path / "2026Q3" / "note.txt").write_text("x", encoding="utf-8")
    faults = {"缺少文件 entries.csv", "文件 index.html 与发布时不一致", "多出文件 note.txt"}
    assert set(check_release(tmp_path, release)) == faults


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"format": "credit-bulletin-manifest/1"}'])
def test_broken_manifest_is_named(tmp_path: Path, content: bytes):
    (tmp_path / "2026Q3").mkdir()
    (tmp_path / "2026Q3" / "manifest.json").write_bytes(content)
    with pytest.raises(SchemaDrift, match="2026Q3"):
        find_releases(tmp_path)


@pytest.mark.parametrize("bulletin_id", ["../2026Q3", "2026Q5", "", "2026Q3/..", ".lock"])
def test_number_that_is_no_number_finds_nothing_and_releases_nothing(tmp_path: Path, bulletin_id: str):
    assert find_release(tmp_path, bulletin_id) is None
    with pytest.raises(ValueError, match="公告编号"):
        release_bulletin(replace(BULLETIN, bulletin_id=bulletin_id), FILES, tmp_path)


@pytest.mark.parametrize("name", ["../x.html", "x", "a/b.csv", ".html", "X.html"])
def test_file_name_that_leaves_the_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(ValueError, match="文件名"):
        release_bulletin(BULLETIN, {name: b""}, tmp_path)


def test_releases_come_newest_first(tmp_path: Path):
    later = replace(BULLETIN, bulletin_id="2026Q4", issued_at=world.ISSUED.replace(year=2027))
    release_bulletin(later, FILES, tmp_path)
    release_bulletin(BULLETIN, FILES, tmp_path)
    assert [release.bulletin_id for release in find_releases(tmp_path)] == ["2026Q4", "2026Q3"]


def test_correction_takes_the_next_number_and_only_when_asked(tmp_path: Path):
    assert choose_bulletin_id("2026Q3", tmp_path) == "2026Q3"
    release_bulletin(BULLETIN, FILES, tmp_path)
    with pytest.raises(ReleaseExists):
        choose_bulletin_id("2026Q3", tmp_path)
    number = choose_bulletin_id("2026Q3", tmp_path, correction=True)
    assert number == "2026Q3-C2"
    release_bulletin(replace(BULLETIN, bulletin_id=number), FILES, tmp_path)
    assert choose_bulletin_id("2026Q3", tmp_path, correction=True) == "2026Q3-C3"
