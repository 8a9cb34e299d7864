"""Released bulletins, re-evaluated at the moment they are read.

An issue's files never change; what is shown of them does: an entry whose listing has ended since is left out of the
page, and the issue's documents, which still hold it, are withheld until the next issue.

Source: 信用修复管理办法 (repair ends publication everywhere).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from credit_service.bulletins.release import check_release
from credit_service.bulletins.render_atom import render_feed
from credit_service.domain.bulletin import Release
from credit_service.domain.listing import is_effective
from credit_service.errors import BulletinNotFound
from credit_service.lookup.reading_room import ReadingRoom

BULLETIN_JSON = "bulletin.json"


@dataclass(frozen=True)
class BulletinView:
    """One issue as it may be shown now."""

    release: Release
    bulletin: dict[str, object]
    """The content of ``bulletin.json`` without the entries that no longer hold."""
    removed: int
    """How many entries have left since the issue was released."""


@dataclass(frozen=True)
class ReleasedBytes:
    """One downloadable file of an issue."""

    path: Path
    media_type: str


def list_releases(room: ReadingRoom) -> list[Release]:
    """Return every released issue, newest first."""
    with room.ledger.reading() as uow:
        return uow.publications.list_all()


def find_faults(room: ReadingRoom, release: Release) -> tuple[str, ...]:
    """Return what differs between an issue's files and the bytes that were released; empty when nothing does."""
    return check_release(room.places.issued, release)


def get_bulletin_view(room: ReadingRoom, bulletin_id: str) -> BulletinView:
    """Return an issue re-evaluated now.

    Raises:
        BulletinNotFound: No issue has this number.
    """
    release = _get_release(room, bulletin_id)
    content = json.loads((room.places.issued / bulletin_id / BULLETIN_JSON).read_text(encoding="utf-8"))
    standing = _standing(room, release)
    for part in ("red", "black"):
        content[part] = [entry for entry in content[part] if entry["case_id"] in standing]
    return BulletinView(release, content, len(set(release.case_ids) - standing))


def get_release_file(room: ReadingRoom, bulletin_id: str, name: str) -> ReleasedBytes:
    """Return one file of an issue.

    Raises:
        BulletinNotFound: No issue or file has this name, or the file still shows somebody who has left a list.
    """
    release = _get_release(room, bulletin_id)
    file = next((file for file in release.files if file.name == name), None)
    if file is None:
        message = f"公告“{bulletin_id}”没有名为“{name}”的文件。"
        raise BulletinNotFound(message, remedy="请从公告页面选择下载。")
    left = set(release.case_ids) - _standing(room, release)
    if left:
        message = f"本期文件所载条目中有{len(left)}条已移出或修复，依法停止公示，原文件不再提供下载。"
        raise BulletinNotFound(message, remedy="请在网页上查看当前有效的条目，或下载最新一期公告。")
    return ReleasedBytes(room.places.issued / bulletin_id / name, file.media_type)


def feed(room: ReadingRoom) -> bytes:
    """Return the Atom feed of all issues; it names no subject."""
    return render_feed(list_releases(room), room.public_url)


def _get_release(room: ReadingRoom, bulletin_id: str) -> Release:
    with room.ledger.reading() as uow:
        return uow.publications.get(bulletin_id)


def _standing(room: ReadingRoom, release: Release) -> set[str]:
    """Return the cases of an issue whose listings hold today."""
    today = room.today()
    with room.ledger.reading() as uow:
        cases = [uow.cases.get(case_id) for case_id in release.case_ids]
    return {case.case_id for case in cases if is_effective(case, today)}
