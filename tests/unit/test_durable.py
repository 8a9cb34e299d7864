"""Files that are on the disk for certain: what shows is whole, and what fails shows nothing."""

import os
import stat
from pathlib import Path

import pytest

from credit_service.durable import keep_by_hash, sync_folder, write_new_file

DIGEST = "ab" * 32


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was flushed so far, in order: the name of each folder, and ``file`` for a file."""
    done: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name if is_folder else "file")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return done


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_bytes_are_flushed_then_named_then_both_folders_are(tmp_path: Path, synced: list[str], mode: int):
    keep_by_hash(tmp_path / "store", DIGEST, b"content", mode=mode)
    place = tmp_path / "store" / "ab" / DIGEST
    assert place.read_bytes() == b"content"
    assert synced == ["file", "ab", "store"]
    assert stat.S_IMODE(place.stat().st_mode) == mode
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert list(place.parent.iterdir()) == [place]


def test_what_is_kept_is_never_written_again(tmp_path: Path, synced: list[str]):
    keep_by_hash(tmp_path, DIGEST, b"first")
    synced.clear()
    keep_by_hash(tmp_path, DIGEST, b"second")
    assert (tmp_path / "ab" / DIGEST).read_bytes() == b"first"
    assert synced == []


def test_a_full_disk_shows_nothing_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        keep_by_hash(tmp_path, DIGEST, b"content")
    assert list((tmp_path / "ab").iterdir()) == []


def test_a_new_file_is_flushed_read_only_and_never_overwritten(tmp_path: Path, synced: list[str]):
    path = tmp_path / "page.html"
    write_new_file(path, b"first")
    sync_folder(tmp_path)
    assert synced == ["file", tmp_path.name]
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    with pytest.raises(FileExistsError):
        write_new_file(path, b"second")
    assert path.read_bytes() == b"first"
