"""Released bulletins, re-evaluated at the moment they are read.

An issue's files never change; what is shown of them does. An entry whose listing has ended or is suspended is left out
of the page, and the issue's files, which still hold it, are replaced by a corrected rendering of the same issue. An
entry with a pending objection says so.

Source: 信用修复管理办法 (repair ends publication everywhere).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from credit_service.bulletins.corrected import render_corrected
from credit_service.bulletins.manifest import find_media_type
from credit_service.bulletins.release import check_release
from credit_service.bulletins.render_atom import render_feed
from credit_service.domain.bulletin import Release
from credit_service.domain.listing import is_effective
from credit_service.errors import BulletinNotFound
from credit_service.lookup.reading_room import ReadingRoom

BULLETIN_JSON = "bulletin.json"
KEPT = 16
"""Corrected issues kept in memory: never on disk, where a later correction would leave names behind."""


@dataclass(frozen=True)
class BulletinView:
    """One issue as it may be shown now."""

    release: Release
    bulletin: dict[str, object]
    """The content of ``bulletin.json`` without the entries that no longer hold; ``objection_since`` of each other."""
    removed: int
    """How many entries have left since the issue was released."""


@dataclass(frozen=True)
class ReleasedBytes:
    """One downloadable file of an issue: as it was released, or rendered anew without those who left."""

    media_type: str
    path: Path | None = None
    content: bytes | None = None

    @property
    def is_corrected(self) -> bool:
        """Whether it is not the file that was released."""
        return self.content is not None


@dataclass(frozen=True)
class _Standing:
    """What became of the cases of an issue."""

    gone: frozenset[str]
    cleared: frozenset[str]
    """Cases that should never have been listed."""
    marked: dict[str, str]
    """Since when an objection is pending, as ISO dates, by case."""


def list_releases(room: ReadingRoom) -> list[Release]:
    """Return every released issue, newest first."""
    with room.ledger.reading() as uow:
        return uow.publications.list_all()


def find_faults(room: ReadingRoom, release: Release) -> tuple[str, ...]:
    """Return what differs between an issue's files and the bytes that were released; empty when nothing does."""
    return check_release(room.places.issued, release)


def count_removed(room: ReadingRoom, release: Release) -> int:
    """Return how many entries of an issue no longer hold."""
    return len(_find_standing(room, release).gone)


def get_bulletin_view(room: ReadingRoom, bulletin_id: str) -> BulletinView:
    """Return an issue re-evaluated now.

    Raises:
        BulletinNotFound: No issue has this number.
    """
    release = _get_release(room, bulletin_id)
    content: dict[str, Any] = json.loads(_read_released(room, bulletin_id))
    standing = _find_standing(room, release)
    for part in ("red", "black"):
        content[part] = [
            {**entry, "objection_since": standing.marked.get(entry["case_id"])}
            for entry in content[part]
            if entry["case_id"] not in standing.gone
        ]
    left = [entry for entry in content["left"] if entry["case_id"] not in standing.cleared]
    removed = len(standing.gone) + len(content["left"]) - len(left)
    return BulletinView(release, {**content, "left": left}, removed)


def get_release_file(room: ReadingRoom, bulletin_id: str, name: str) -> ReleasedBytes:
    """Return one file of an issue; where somebody in it has left a list, as a corrected rendering without them.

    Raises:
        BulletinNotFound: No issue or file has this name.
        RedactionIncomplete: The corrected rendering did not pass the search for who left.
    """
    release = _get_release(room, bulletin_id)
    file = next((file for file in release.files if file.name == name), None)
    if file is None:
        message = f"公告“{bulletin_id}”没有名为“{name}”的文件。"
        raise BulletinNotFound(message, remedy="请从公告页面选择下载。")
    standing = _find_standing(room, release)
    named = {entry["case_id"] for entry in json.loads(_read_released(room, bulletin_id))["left"]}
    cleared = standing.cleared & named
    if not standing.gone and not cleared:
        return ReleasedBytes(file.media_type, path=room.places.issued / bulletin_id / name)
    folder = room.places.issued / bulletin_id
    # One at a time: whoever asks for the second form at once waits for the first instead of rendering all again.
    with _RENDERING:
        files = _render(folder, standing.gone, cleared, room.places.publication_templates)
    if name not in files:
        message = f"公告“{bulletin_id}”的“{name}”含有已移出的条目，不再提供。"
        raise BulletinNotFound(message, remedy="请在网页上查看当前有效的条目，或下载其他格式。")
    return ReleasedBytes(find_media_type(name), content=files[name])


_RENDERING = Lock()


@lru_cache(maxsize=KEPT)
def _render(folder: Path, gone: frozenset[str], cleared: frozenset[str], templates: Path) -> dict[str, bytes]:
    return render_corrected((folder / BULLETIN_JSON).read_bytes(), gone, cleared, templates)


def feed(room: ReadingRoom) -> bytes:
    """Return the Atom feed of all issues; it names no subject."""
    return render_feed(list_releases(room), room.public_url)


def _get_release(room: ReadingRoom, bulletin_id: str) -> Release:
    with room.ledger.reading() as uow:
        return uow.publications.get(bulletin_id)


def _read_released(room: ReadingRoom, bulletin_id: str) -> str:
    return (room.places.issued / bulletin_id / BULLETIN_JSON).read_text(encoding="utf-8")


def _find_standing(room: ReadingRoom, release: Release) -> _Standing:
    """Return which cases of an issue hold today, and which carry the mark of an objection."""
    today = room.today()
    with room.ledger.reading() as uow:
        cases = [uow.cases.get(case_id) for case_id in release.case_ids]
        marks = uow.objections.find_marks("case", release.case_ids)
        cleared = uow.objections.list_cleared_cases()
    return _Standing(
        gone=frozenset(case.case_id for case in cases if not is_effective(case, today)),
        cleared=cleared,
        marked={case_id: mark.since.isoformat() for case_id, mark in marks.items()},
    )
