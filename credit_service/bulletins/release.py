"""The act of publishing: one folder per issue, there whole or not at all, and never changed afterwards.

Before this module lie bytes that passed the gate. They are written and flushed beside the target under a hidden name,
and one rename shows them. What a crash left behind is cleared by the next release; a lock keeps two releases apart.
After it the web serves the folder and the ledger takes note. It deliberately checks nothing: `gate` did.
"""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from credit_service.bulletins.manifest import MANIFEST_NAME, render_manifest, to_release
from credit_service.domain.bulletin import Bulletin, Release
from credit_service.durable import sync_folder, write_new_file
from credit_service.errors import ReleaseExists, SchemaDrift

_BULLETIN_ID = re.compile(r"\d{4}(?:Q[1-4]|H[12]|-(?:0[1-9]|1[0-2]))?(?:-C[2-9]|-C[1-9]\d)?")
_FILE_NAME = re.compile(r"[a-z][a-z0-9]*\.[a-z]{2,5}")
_UNFINISHED = ".unfinished-"
_LOCK = ".lock"


def choose_bulletin_id(period_code: str, issued_dir: Path, *, correction: bool = False) -> str:
    """Return the number of an issue: the period's code, or for a correction the code with the next suffix (2026Q3-C2).

    Raises:
        ReleaseExists: The period has an issue and no correction was asked for.
    """
    released = {release.bulletin_id for release in find_releases(issued_dir)}
    if period_code not in released:
        return period_code
    if not correction:
        raise _release_exists(period_code)
    number = 2
    while f"{period_code}-C{number}" in released:
        number += 1
    return f"{period_code}-C{number}"


def release_bulletin(bulletin: Bulletin, files: Mapping[str, bytes], issued_dir: Path) -> Release:
    """Write an issue and show it by one rename into ``issued_dir/<bulletin_id>/``.

    Until the rename nothing is visible under the issue's name; after it every byte is on disk. The manifest is added.

    Raises:
        ReleaseExists: The issue is already released.
        ValueError: The number of the issue or the name of a file is not fit for a path.
    """
    for name in (*files, bulletin.bulletin_id):
        pattern = _BULLETIN_ID if name == bulletin.bulletin_id else _FILE_NAME
        if not pattern.fullmatch(name):
            message = f"公告编号或文件名“{name}”不符合规定。"
            raise ValueError(message)
    issued_dir.mkdir(parents=True, exist_ok=True)
    target = issued_dir / bulletin.bulletin_id
    manifest = render_manifest(bulletin, files)
    with _locked(issued_dir):
        if target.exists():
            raise _release_exists(bulletin.bulletin_id)
        _clear_unfinished(issued_dir)
        unfinished = issued_dir / f"{_UNFINISHED}{bulletin.bulletin_id}"
        unfinished.mkdir()
        for name, content in {**files, MANIFEST_NAME: manifest}.items():
            write_new_file(unfinished / name, content)
        sync_folder(unfinished)
        unfinished.rename(target)
        sync_folder(issued_dir)
    return to_release(manifest)


def find_release(issued_dir: Path, bulletin_id: str) -> Release | None:
    """Return one release, or None where there is none.

    Raises:
        SchemaDrift: Its manifest is missing or unreadable.
    """
    if not _BULLETIN_ID.fullmatch(bulletin_id) or not (issued_dir / bulletin_id).is_dir():
        return None
    return _read_release(issued_dir / bulletin_id)


def find_releases(issued_dir: Path) -> tuple[Release, ...]:
    """Return all releases, newest first.

    Raises:
        SchemaDrift: A manifest is missing or unreadable.
    """
    if not issued_dir.is_dir():
        return ()
    folders = (path for path in issued_dir.iterdir() if path.is_dir() and _BULLETIN_ID.fullmatch(path.name))
    found = (_read_release(folder) for folder in folders)
    return tuple(sorted(found, key=lambda release: (release.issued_at, release.bulletin_id), reverse=True))


def check_release(issued_dir: Path, release: Release) -> tuple[str, ...]:
    """Return what differs between a release and its folder, in Chinese; empty when every byte is as released."""
    folder = issued_dir / release.bulletin_id
    faults: list[str] = []
    for file in release.files:
        path = folder / file.name
        if not path.is_file():
            faults.append(f"缺少文件 {file.name}")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != file.sha256:
            faults.append(f"文件 {file.name} 与发布时不一致")
    expected = {file.name for file in release.files} | {MANIFEST_NAME}
    if folder.is_dir():
        faults += [f"多出文件 {path.name}" for path in sorted(folder.iterdir()) if path.name not in expected]
    return tuple(faults)


def _read_release(folder: Path) -> Release:
    """Read the manifest of a released folder."""
    try:
        return to_release((folder / MANIFEST_NAME).read_bytes())
    except (OSError, ValueError) as error:
        message = f"已发布的公告 {folder.name} 的发布清单缺失或无法读取。"
        remedy = "请从备份恢复该文件夹；已发布的内容不得手工修改。"
        raise SchemaDrift(message, remedy=remedy, bulletin_id=folder.name) from error


def _release_exists(bulletin_id: str) -> ReleaseExists:
    """Return the error for an issue that is already there."""
    message = f"公告 {bulletin_id} 已经发布，已发布的期次不得覆盖。"
    return ReleaseExists(message, remedy="如需更正，请发布更正期次。", bulletin_id=bulletin_id)


@contextmanager
def _locked(issued_dir: Path) -> Iterator[None]:
    """Hold the one lock of releases; it falls by itself when the process ends."""
    with (issued_dir / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear_unfinished(issued_dir: Path) -> None:
    """Remove what a crashed release left; the lock makes sure that nobody is writing there."""
    for leftover in issued_dir.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(leftover)
