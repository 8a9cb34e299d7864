"""The desk of drafts: a draft somebody uploads is compared in the background and the result kept for an hour.

Before it a form was uploaded; after it the person looks at the comparison and takes the report away. The draft is
thrown away as soon as it was compared; neither ledger nor warehouse hears of it. A result belongs to one sign-in, lies
in the memory of one process, and is gone after a restart: the same draft gives the same result again.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event, Lock, Thread, Timer

import structlog
from fastapi import Request
from starlette.datastructures import UploadFile

from credit_service.errors import CreditServiceError, RunNotFound, UnreadableFile
from credit_service.lookup.draft_sources import open_draft
from credit_service.lookup.impact import ImpactQuestion, compare_draft
from credit_service.lookup.impact_types import Impact
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.pipeline.sign_in import SignedIn

_LOG = structlog.get_logger(__name__)

KEPT_SECONDS = 3600.0
KEPT_PER_SIGN_IN = 3
"""Who compares more loses the oldest."""


@dataclass(frozen=True)
class ChosenDraft:
    """What somebody chose to compare."""

    name: str
    """What it is called on the page."""
    key: str
    """Of an offered draft; empty where one is uploaded."""
    upload: UploadFile | None
    as_of: date


@dataclass
class KeptImpact:
    """A comparison of one sign-in; complete once ``is_done`` is set."""

    token: str
    owner: str = field(repr=False)
    name: str
    """What the draft is called."""
    as_of: date
    kept_at: float
    is_done: Event = field(default_factory=Event)
    impact: Impact | None = None
    fault: CreditServiceError | None = None
    """Why there is no result."""
    done: int = 0
    total: int = 0
    timer: Timer | None = None
    """Ends the keeping."""

    @property
    def faults(self) -> tuple[Mapping[str, object], ...]:
        """Every fault of the draft with file and line, where it was refused for them."""
        listed = self.fault.attributes.get("faults", ()) if self.fault else ()
        return tuple(listed) if isinstance(listed, list | tuple) else ()


class ImpactDesk:
    """Compares drafts, one after the other, and keeps what was found for a while."""

    def __init__(self, room: ReadingRoom) -> None:
        self._room = room
        self._lock = Lock()
        self._turn = Lock()
        self._kept: dict[str, KeptImpact] = {}

    def compare(self, person: SignedIn, chosen: ChosenDraft) -> KeptImpact:
        """Take a draft and begin to compare it in the background."""
        kept = KeptImpact(secrets.token_urlsafe(24), person.token, chosen.name, chosen.as_of, time.monotonic())
        folder = Path(tempfile.mkdtemp(prefix="impact-"))
        archive = None if chosen.upload is None else folder / "draft.zip"
        if archive is not None and chosen.upload is not None:
            with archive.open("wb") as target:
                shutil.copyfileobj(chosen.upload.file, target)
        with self._lock:
            self._kept[kept.token] = kept
            own = sorted((one for one in self._kept.values() if one.owner == person.token), key=lambda one: one.kept_at)
        for old in own[:-KEPT_PER_SIGN_IN]:
            self.discard(old)
        kept.timer = Timer(KEPT_SECONDS, self.discard, (kept,))
        kept.timer.daemon = True
        kept.timer.start()
        work = (kept, chosen.key, archive, folder)
        Thread(target=self._work, args=work, name="impact", daemon=True).start()
        return kept

    def get(self, person: SignedIn, token: str) -> KeptImpact:
        """Return what a sign-in keeps under a token.

        Raises:
            RunNotFound: It is too old, was let go, or is somebody else's.
        """
        with self._lock:
            kept = self._kept.get(token)
        if kept is None or kept.owner != person.token:
            message = "这次比较的结果已经不在了：已放弃、已退出登录，或超过一小时。"
            raise RunNotFound(message, remedy="请重新上传草案；同一草案、同一数据的结果相同。")
        return kept

    def list_own(self, person: SignedIn) -> tuple[KeptImpact, ...]:
        """Return what a sign-in keeps, newest first."""
        with self._lock:
            own = [one for one in self._kept.values() if one.owner == person.token]
        return tuple(sorted(own, key=lambda one: one.kept_at, reverse=True))

    def discard(self, kept: KeptImpact) -> None:
        """Forget a result."""
        with self._lock:
            self._kept.pop(kept.token, None)
        if kept.timer is not None:
            kept.timer.cancel()

    def _work(self, kept: KeptImpact, key: str, archive: Path | None, folder: Path) -> None:
        def tell(done: int, total: int) -> None:
            kept.done, kept.total = done, total

        try:
            with self._turn, open_draft(self._room, key, archive) as rules:
                kept.impact = compare_draft(self._room, ImpactQuestion(rules, kept.as_of), tell)
        except CreditServiceError as fault:
            kept.fault = fault
        except Exception as fault:  # noqa: BLE001 - the thread is the outermost layer; the page has to say something.
            _LOG.error("impact.broke", kind=type(fault).__name__)
            message = "比较时程序出现故障，没有结果。"
            kept.fault = UnreadableFile(
                message, remedy="请重试；仍出现的，请把草案交系统管理员用 credit rules impact 检查。"
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            kept.is_done.set()


def find_impacts(request: Request) -> ImpactDesk:
    """Return the desk of drafts of this application."""
    desk: ImpactDesk = request.app.state.impacts
    return desk
