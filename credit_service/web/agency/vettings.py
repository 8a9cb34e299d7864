"""Vettings asked for by other agencies' systems: hand in a list of nominees, follow it, read the result.

A list is answered with 202 and an address; the result is what the journal holds, and stays under its own address. A key
sees its own agency's vettings only. Every vetting is a look-up with a purpose, so the key needs the scope of look-ups
beside that of handing in files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from credit_service.bootstrap import Service
from credit_service.domain.agency import ApiKey
from credit_service.lookup.vettings import get_kept
from credit_service.pipeline.vet_nominees import VettingRequest
from credit_service.web.agency.access import need_scope, problems
from credit_service.web.agency.models import ItemError, described
from credit_service.web.agency.submission_body import REQUEST_BODY, SentFile, read_submission
from credit_service.web.department.vetting_desk import VettingJob, find_vettings
from credit_service.web.dependencies import UPLOAD_BODY

router = APIRouter(prefix="/api/v1", tags=["评先评优"])

KeyOfAsker = Annotated[ApiKey, Depends(need_scope("checks"))]
Sent = Annotated[SentFile, Depends(read_submission)]


class VettingStatus(BaseModel):
    """How far a vetting is."""

    model_config = described("一次审查的进度；status 为 done 时在 result 读取结果，为 failed 时 error 说明原因。")

    status: Literal["running", "done", "failed"]
    url: str
    vetting_id: str | None = Field(description="完成后的审查编号，长期有效。")
    result: str | None
    done: int = Field(description="已读取的行数。")
    total: int = Field(description="估计的行数，0 为未知。")
    error: ItemError | None


class VettingResult(BaseModel):
    """A result as it was told."""

    model_config = described("审查结果：回执、逐个对象的结果和理由、退回的行。与审计记录一致，不会改变。")

    vetting_id: str
    award: str
    award_name: str
    as_of: date
    counts: dict[str, int] = Field(description="received＝passed＋failed＋unclear＋faulty＋blank。")
    lines: list[dict[str, Any]] = Field(
        description="每个对象：verdict 为 passed、failed 或 unclear，reasons 为全部理由。"
    )
    findings: list[dict[str, Any]] = Field(description="退回的行和提示。")


@dataclass(frozen=True)
class AskedFor:
    """What a list is vetted for."""

    award: Annotated[str, Query(min_length=1, max_length=100, description="奖项的编号或名称，如 civilised_unit。")]
    purpose: Annotated[
        str, Query(min_length=1, max_length=200, pattern=r"\S", description="用途：评选表彰的名称或文号。")
    ]
    as_of: Annotated[date | None, Query(description="审查日；不写为今天。")] = None


@router.post(
    "/vettings",
    status_code=202,
    summary="审查推荐对象",
    description="接收一份推荐名单（XLSX、CSV、JSON，至多10万行），逐个审查；在答复的 url 查询进度。"
    "自然人须有本人同意书编号。每次审查都留存用途和查询记录。",
    responses=problems(400, 401, 403, 404, 413, 422, 429, 503),
    openapi_extra=REQUEST_BODY,
    max_body_size=UPLOAD_BODY,
)
def submit_vetting(
    request: Request,
    response: Response,
    key: KeyOfAsker,
    sent: Sent,
    asked_for: Annotated[AskedFor, Depends()],
) -> VettingStatus:
    """Take a list in; it is vetted in the background."""
    service = _service(request)
    asked = VettingRequest(
        award=asked_for.award,
        as_of=asked_for.as_of or service.office.today(),
        agency_code=key.agency_code,
        actor_id=key.key_id,
        purpose=asked_for.purpose,
        source=sent.path,
        file_name=sent.name,
    )
    status = _to_status(request, find_vettings(request).begin(asked))
    response.headers["Location"] = status.url
    return status


@router.get(
    "/vettings/jobs/{token}",
    summary="查询审查进度",
    description="status 为 running 时请隔几秒再查。服务重新启动后，没有完成的审查须重新提交。",
    responses=problems(401, 403, 404, 422, 429, 503),
)
def show_job(request: Request, token: str, key: KeyOfAsker) -> VettingStatus:
    """Return how far a vetting is."""
    return _to_status(request, find_vettings(request).get(key.agency_code, token))


@router.get(
    "/vettings/{vetting_id}",
    summary="读取审查结果",
    description="与当时答复的完全相同；保存的结果与审计记录不一致的，不予答复。",
    response_model=VettingResult,
    responses=problems(401, 403, 404, 422, 429, 503),
)
def show_result(request: Request, vetting_id: str, key: KeyOfAsker) -> Response:
    """Return a result, bit for bit."""
    kept = get_kept(_service(request).reading_room, vetting_id, key.agency_code)
    return StreamingResponse(kept.to_json(), media_type="application/json")


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _to_status(request: Request, job: VettingJob) -> VettingStatus:
    base = f"{_service(request).office.public_url.rstrip('/')}/api/v1/vettings"
    is_done, fault = job.is_done.is_set(), job.fault
    return VettingStatus(
        status="failed" if fault else "done" if is_done else "running",
        url=f"{base}/jobs/{job.token}",
        vetting_id=job.vetting_id or None,
        result=f"{base}/{job.vetting_id}" if job.vetting_id else None,
        done=job.done,
        total=job.total,
        error=ItemError(code=fault.code, message=fault.message, remedy=fault.remedy) if fault else None,
    )
