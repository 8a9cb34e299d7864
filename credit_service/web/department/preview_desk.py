"""The preview desk: files somebody wants to try out lie here for at most an hour, then they are gone.

Before it a form was uploaded; after it the clerk submits the same bytes without uploading them again, or lets it be.
They lie in a private folder of the home, outside the inbox; neither ledger nor warehouse hears of them. What is kept
belongs to one sign-in, and nobody else can open it. The desk is in the memory of one process: after a restart the
clerk chooses the file again, and what the last process left on disk is swept away.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock, Thread, Timer

import structlog
from fastapi import Request
from starlette.datastructures import UploadFile

from credit_service.errors import BatchNotFound, CreditServiceError, StorageError, UnreadableFile
from credit_service.pipeline.office import Office
from credit_service.pipeline.preview import Preview, preview_submission
from credit_service.pipeline.receive import Submission
from credit_service.pipeline.sign_in import SignedIn
from credit_service.web.department.chosen_files import NamedFile, lay_down

_LOG = structlog.get_logger(__name__)

KEPT_SECONDS = 3600.0
KEPT_PER_SIGN_IN = 3
"""Who tries out more loses the oldest."""


@dataclass
class KeptPreview:
    """Files of one sign-in and what would become of them; complete once ``is_done`` is set."""

    token: str
    owner: str = field(repr=False)
    folder: Path
    files: tuple[NamedFile, ...]
    corrects: str | None
    kept_at: float
    is_done: Event = field(default_factory=Event)
    preview: Preview = field(default_factory=lambda: Preview((), ()))
    fault: CreditServiceError | None = None
    """Why nothing could be tried out, where a store failed."""
    done: int = 0
    total: int = 0
    timer: Timer | None = None
    """Ends the keeping."""


class PreviewDesk:
    """Keeps files for a while and tries them out, one after the other."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._folder = office.places.home / "previews"
        self._lock = Lock()
        self._turn = Lock()
        self._kept: dict[str, KeptPreview] = {}
        self._sweep()

    def keep(self, person: SignedIn, uploads: Sequence[UploadFile], corrects: str | None) -> KeptPreview:
        """Keep the files of a form and begin to try them out in the background."""
        self._sweep()
        token = secrets.token_urlsafe(24)
        folder = self._folder / secrets.token_hex(8)
        folder.mkdir(mode=0o700, parents=True)
        kept = KeptPreview(token, person.token, folder, lay_down(uploads, folder), corrects, time.monotonic())
        with self._lock:
            self._kept[token] = kept
            own = sorted((one for one in self._kept.values() if one.owner == person.token), key=lambda one: one.kept_at)
        for old in own[:-KEPT_PER_SIGN_IN]:
            self.discard(old)
        kept.timer = Timer(KEPT_SECONDS, self.discard, (kept,))
        kept.timer.daemon = True
        kept.timer.start()
        account = person.account
        Thread(
            target=self._try_out, args=(kept, account.agency_code, account.account_id), name="preview", daemon=True
        ).start()
        return kept

    def get(self, person: SignedIn, token: str) -> KeptPreview:
        """Return what a sign-in keeps under a token.

        Raises:
            BatchNotFound: It is used, too old, or somebody else's.
        """
        with self._lock:
            kept = self._kept.get(token)
        if kept is None or kept.owner != person.token:
            message = "这次试算的结果已经不在了：已正式报送、已放弃，或超过一小时。"
            raise BatchNotFound(message, remedy="请在“数据报送”页面重新选择文件。")
        return kept

    def discard(self, kept: KeptPreview) -> None:
        """Forget files; nothing of them stays."""
        with self._lock:
            self._kept.pop(kept.token, None)
        if kept.timer is not None:
            kept.timer.cancel()
        shutil.rmtree(kept.folder, ignore_errors=True)

    def _try_out(self, kept: KeptPreview, agency_code: str, account_id: str) -> None:
        try:
            with self._turn:
                self._preview_all(kept, agency_code, account_id)
        except StorageError as fault:
            kept.fault = fault
        except Exception as fault:  # noqa: BLE001 - the thread is the outermost layer; the page has to say something.
            _LOG.error("preview.broke", kind=type(fault).__name__)
            message = "试算时程序出现故障，没有结果。"
            kept.fault = UnreadableFile(message, remedy="可以直接报送：检查报告会逐行说明；如仍出错请联系系统管理员。")
        finally:
            kept.is_done.set()

    def _preview_all(self, kept: KeptPreview, agency_code: str, account_id: str) -> None:
        def tell(done: int, total: int) -> None:
            kept.done, kept.total = done, total

        for file in kept.files:
            submission = Submission(file.path, file.name, agency_code, account_id, corrects=kept.corrects)
            try:
                found = preview_submission(self._office, submission, tell)
            except StorageError:
                raise
            except CreditServiceError as fault:
                found = Preview((), ((file.name, fault),))
            kept.preview = Preview((*kept.preview.outcomes, *found.outcomes), (*kept.preview.refused, *found.refused))

    def _sweep(self) -> None:
        """Remove what an earlier process left behind, once it is older than anything may be."""
        if not self._folder.is_dir():
            return
        oldest = time.time() - KEPT_SECONDS
        for folder in self._folder.iterdir():
            if folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def find_previews(request: Request) -> PreviewDesk:
    """Return the preview desk of this application."""
    desk: PreviewDesk = request.app.state.previews
    return desk
