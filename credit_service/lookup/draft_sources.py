"""Where a draft of the rules comes from: a ZIP, the rules on disk, or a rulebook that waits for its second person.

Before it somebody chose one; after it a directory that `impact` compares, for as long as one question is asked of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_service.domain.adoption import AdoptionState
from credit_service.errors import RulebookNotAdopted
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.kept import check_kept
from credit_service.rulebook.unpack_draft import unpack_draft

ON_DISK = "disk"
"""Key of the rules on disk."""


@dataclass(frozen=True)
class OfferedDraft:
    """A draft that is already here."""

    key: str
    """`ON_DISK`, or the hash of a proposed rulebook."""
    label: str
    from_on: date | None
    """The day a proposal would be in force from."""


def list_offered(room: ReadingRoom) -> tuple[OfferedDraft, ...]:
    """Return the drafts that need no upload: the rules on disk, then what waits for confirmation, newest first."""
    with room.ledger.reading() as uow:
        adoptions = uow.adoptions.list_all()
    waiting = [one for one in adoptions if one.state is AdoptionState.PROPOSED]
    waiting.sort(key=lambda one: one.proposed_at, reverse=True)
    proposed = (
        OfferedDraft(one.rulebook, f"待确认：{one.reason}（{one.from_on}起，{one.rulebook[:12]}）", one.from_on)
        for one in waiting
    )
    return OfferedDraft(ON_DISK, "服务器上的规则目录（rules/，尚未提请采用的改动）", None), *proposed


@contextmanager
def open_draft(room: ReadingRoom, key: str, archive: Path | None) -> Iterator[Path]:
    """Give the directory that stands for ``rules/`` for the length of the block.

    Args:
        room: Where questions are answered.
        key: Key of an offered draft; not looked at where there is an archive.
        archive: A ZIP, or None.

    Raises:
        UnreadableFile: The archive cannot be used.
        RulebookNotAdopted: No draft with this key is offered; it may have been confirmed or withdrawn meanwhile.
        RulebookDamaged: The kept copy is not what was proposed.
    """
    if archive is not None:
        with tempfile.TemporaryDirectory(prefix="draft-") as folder:
            yield unpack_draft(archive, Path(folder))
    elif key == ON_DISK:
        yield room.places.rules
    elif key in {offered.key for offered in list_offered(room)}:
        yield check_kept(room.places.rulebooks, key)
    else:
        message = "没有这份待确认的规则库，可能已经确认或撤回。"
        raise RulebookNotAdopted(message, remedy="请刷新页面后重新选择。")
