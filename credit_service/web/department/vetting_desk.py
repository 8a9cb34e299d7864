"""The vetting desk: lists of nominees somebody handed in are vetted in the background, one after the other.

Before it a form or an API call was uploaded; after it the result is kept and journalled by the pipeline, and this desk
only remembers which job became which vetting. It is in the memory of one process: after a restart an unfinished job is
gone and the list has to be handed in again. The list itself is thrown away as soon as it was vetted.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock, Thread

import structlog
from fastapi import Request

from credit_service.errors import CreditServiceError, UnreadableFile, VettingNotFound
from credit_service.pipeline.office import Office
from credit_service.pipeline.vet import vet_file
from credit_service.pipeline.vet_nominees import VettingRequest

_LOG = structlog.get_logger(__name__)

KEPT_SECONDS = 3600.0
WAITING_PER_AGENCY = 3
"""Who hands in more waits until one is done."""


@dataclass
class VettingJob:
    """One vetting on its way; complete once ``is_done`` is set."""

    token: str
    owner: str
    """Code of the agency that asked; nobody else sees it."""
    request: VettingRequest = field(repr=False)
    begun_at: float
    is_done: Event = field(default_factory=Event)
    vetting_id: str = ""
    fault: CreditServiceError | None = None
    done: int = 0
    total: int = 0


class VettingDesk:
    """Vets lists one after the other."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = Lock()
        self._turn = Lock()
        self._jobs: dict[str, VettingJob] = {}

    def begin(self, request: VettingRequest) -> VettingJob:
        """Take a list, copy it aside, and begin to vet it.

        Raises:
            UnreadableFile: The agency has as many lists waiting as it may.
        """
        now = time.monotonic()
        with self._lock:
            self._jobs = {token: job for token, job in self._jobs.items() if now - job.begun_at < KEPT_SECONDS}
            own = [job for job in self._jobs.values() if job.owner == request.agency_code and not job.is_done.is_set()]
            if len(own) >= WAITING_PER_AGENCY:
                message = f"本单位已有{len(own)}份名单正在审查。"
                raise UnreadableFile(message, remedy="请等其中一份审查完再提交。")
            job = VettingJob(secrets.token_urlsafe(24), request.agency_code, request, now)
            self._jobs[job.token] = job
        folder = Path(tempfile.mkdtemp(prefix="vetting-desk-"))
        if request.source is not None:
            # The caller's copy is gone with its request.
            job.request = replace(request, source=folder / "file")
            shutil.copyfile(request.source, folder / "file")
        Thread(target=self._vet, args=(job, folder), name="vetting", daemon=True).start()
        return job

    def get(self, agency_code: str, token: str) -> VettingJob:
        """Return a job of an agency.

        Raises:
            VettingNotFound: It is too old, another agency's, or from before a restart.
        """
        with self._lock:
            job = self._jobs.get(token)
        if job is None or job.owner != agency_code:
            message = "没有这次审查：编号有误，或者服务重新启动过，或者已超过一小时。"
            raise VettingNotFound(message, remedy="已完成的请在审查列表中查看；没有完成的请重新提交名单。")
        return job

    def _vet(self, job: VettingJob, folder: Path) -> None:
        def tell(done: int, total: int) -> None:
            job.done, job.total = done, total

        try:
            with self._turn:
                job.vetting_id = vet_file(self._office, job.request, tell).vetting_id
        except CreditServiceError as fault:
            job.fault = fault
        except Exception as fault:  # noqa: BLE001 - the thread is the outermost layer; the page has to say something.
            _LOG.error("vetting.broke", kind=type(fault).__name__)
            message = "审查时程序出现故障，没有结果。"
            job.fault = UnreadableFile(message, remedy="请重新提交；如仍出错请联系系统管理员。")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            job.is_done.set()


def find_vettings(request: Request) -> VettingDesk:
    """Return the vetting desk of this application."""
    desk: VettingDesk = request.app.state.vettings
    return desk
