"""Batches handed in by other agencies' systems: submit, follow, read the findings, try out, take back.

A submission ends with the bytes in the inbox and the batches in the queue (202); what becomes of them is told at the
status address. A key sees its own agency's batches only; a foreign one is answered like an unknown one.
"""

from __future__ import annotations

import base64
import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, ApiKey, Role
from credit_service.domain.batch import Batch, BatchStatus
from credit_service.errors import BatchNotFound, CreditServiceError, CursorExpired, IllegalTransition
from credit_service.lookup.batch_pages import (
    FIRST_PLACE,
    FindingPlace,
    find_effects,
    find_findings,
    list_kin,
)
from credit_service.lookup.batches import find_template, get_batch
from credit_service.pipeline.batch_life import withdraw_batch
from credit_service.pipeline.preview import PreviewOutcome, preview_submission
from credit_service.pipeline.receive import receive_submission
from credit_service.pipeline.worker import check_refused_again
from credit_service.web.agency.access import problems
from credit_service.web.agency.batch_models import (
    BatchAnswer,
    BatchLinks,
    FindingAnswer,
    FindingsAnswer,
    PreviewAnswer,
    PreviewedFile,
    ProgressAnswer,
    RefusedFile,
    SubmittedAnswer,
    SubmittedBatch,
    Withdraw,
    WithdrawAnswer,
)
from credit_service.web.agency.submission_body import REQUEST_BODY, KeyOfSender, SentFile, read_submission
from credit_service.web.dependencies import SMALL_BODY, UPLOAD_BODY, call_worker, find_progress

router = APIRouter(prefix="/api/v1", tags=["报送"])

PREVIEW_BODY = 20 * 1024 * 1024
"""A trial answers in the same request, so it takes small files only; bytes."""
FINDINGS_PER_PAGE = 1_000
Sent = Annotated[SentFile, Depends(read_submission)]


@router.post(
    "/batches",
    status_code=202,
    summary="报送数据文件",
    description="接收一个数据文件（或 ZIP 中的几个），排队检查入库；在答复的 url 查询结果。"
    "同一单位的同一文件再次报送是同一批次。建议每次报送带 Idempotency-Key，网络中断后原样重发即可。",
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
    openapi_extra=REQUEST_BODY,
    max_body_size=UPLOAD_BODY,
)
def submit_batch(request: Request, response: Response, sent: Sent) -> SubmittedAnswer:
    """Take a file in; its rows are checked by the worker."""
    office = _service(request).office
    receipt = receive_submission(office, sent.to_submission())
    check_refused_again(office, receipt.batches)
    call_worker(request)
    batches = [
        SubmittedBatch(batch_id=batch.batch_id, file=batch.file_name, url=_url(request, batch.batch_id))
        for batch in receipt.batches
    ]
    response.headers["Location"] = batches[0].url
    return SubmittedAnswer(batches=batches, refused=[_to_refused(name, fault) for name, fault in receipt.refused])


@router.post(
    "/batches/preview",
    summary="试算，不入库",
    description="检查一个文件（不超过20 MB）并答复将会怎样：逐行问题、将新增和更正的数据、会引起的名单建议。"
    "不留下任何数据。",
    responses=problems(400, 401, 403, 404, 413, 422, 429, 503),
    openapi_extra=REQUEST_BODY,
    max_body_size=PREVIEW_BODY,
)
def preview_batch(request: Request, sent: Sent) -> PreviewAnswer:
    """Say what would become of a file; nothing is kept."""
    preview = preview_submission(_service(request).office, sent.to_submission())
    return PreviewAnswer(
        files=[_to_previewed(outcome) for outcome in preview.outcomes],
        refused=[_to_refused(name, fault) for name, fault in preview.refused],
    )


@router.get(
    "/batches/{batch_id}",
    summary="查询批次的处理结果",
    description="status 为 received 时仍在排队或检查，请隔几秒再查。",
    responses=problems(401, 403, 404, 422, 429, 503),
)
def show_batch(request: Request, batch_id: str, key: KeyOfSender) -> BatchAnswer:
    """Return what became of a batch so far."""
    room = _service(request).reading_room
    batch = _get_own(request, batch_id, key)
    _, corrections = list_kin(room, batch)
    template = find_template(room, batch.template)
    effects = find_effects(room, batch)
    is_waiting = batch.status is BatchStatus.RECEIVED
    progress = find_progress(request, batch_id) if is_waiting else None
    url = _url(request, batch_id)
    return BatchAnswer.model_validate(
        {
            "batch_id": batch_id,
            "status": batch.status.value,
            "status_label": batch.status.label,
            "file": batch.file_name,
            "received_at": batch.received_at,
            "stored_at": batch.stored_at,
            "template": batch.template,
            "template_title": template.title if template else "",
            "rows": batch.rows,
            "accepted": batch.accepted,
            "rejected": batch.rejected,
            "blank": batch.blank,
            "effects": effects.to_dict() if effects else None,
            "unusual": [reason.to_dict() for reason in batch.list_unusual()],
            "refusal": batch.refusal,
            "corrects": batch.corrects,
            "corrected_by": [copy.batch_id for copy in corrections],
            "progress": ProgressAnswer(done=progress.done, total=progress.total) if progress else None,
            "links": BatchLinks(self=url, findings=f"{url}/findings", page=_page(request, batch_id)),
        }
    )


@router.get(
    "/batches/{batch_id}/findings",
    summary="读取批次的全部问题",
    description="按行分页，每页最多1000条，没有遗漏；照 next 或响应头 Link（rel=next）取下一页，直到为空。",
    responses=problems(401, 403, 404, 409, 410, 422, 429, 503),
)
def show_findings(
    request: Request,
    response: Response,
    batch_id: str,
    key: KeyOfSender,
    cursor: Annotated[str, Query(max_length=2_000, description="上一页答复中的位置；第一页不填。")] = "",
) -> FindingsAnswer:
    """Return one page of a batch's findings."""
    batch = _get_own(request, batch_id, key)
    if batch.status is BatchStatus.RECEIVED:
        message = f"批次“{batch_id}”还没有检查完，暂时没有问题清单。"
        raise IllegalTransition(message, remedy="请隔几秒再查批次的 status，不再是 received 时再取。")
    place = _to_place(cursor) if cursor else FIRST_PLACE
    findings, after = find_findings(_service(request).reading_room, batch, place, FINDINGS_PER_PAGE)
    following = None
    if after is not None:
        following = f"{_url(request, batch_id)}/findings?{urlencode({'cursor': _to_cursor(after)})}"
        response.headers["Link"] = f'<{following}>; rel="next"'
    return FindingsAnswer(
        findings=[FindingAnswer.model_validate(finding.to_dict()) for finding in findings], next=following
    )


@router.post(
    "/batches/{batch_id}/withdraw",
    summary="撤回批次",
    description="本批的记录从现在起不再有效，被它更正过的原记录恢复有效；历史仍可查询。尚未入库的不再入库。",
    responses=problems(400, 401, 403, 404, 409, 413, 422, 429, 503),
    max_body_size=SMALL_BODY,
)
def withdraw(request: Request, batch_id: str, body: Withdraw, key: KeyOfSender) -> WithdrawAnswer:
    """Take a batch back."""
    _get_own(request, batch_id, key)
    actor = Actor(key.key_id, "接口密钥", key.agency_code, Role.SUBMITTER)
    outcome = withdraw_batch(_service(request).office, batch_id, actor, body.reason)
    return WithdrawAnswer(
        batch_id=batch_id, status=outcome.batch.status.value, records=outcome.records, cases=list(outcome.cases)
    )


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


def _get_own(request: Request, batch_id: str, key: ApiKey) -> Batch:
    batch = get_batch(_service(request).reading_room, batch_id)
    if batch.agency_code != key.agency_code:
        message = f"没有编号为“{batch_id}”的批次。"
        raise BatchNotFound(message, remedy="请从本部门的批次列表中选择。")
    return batch


def _base(request: Request) -> str:
    return _service(request).office.public_url.rstrip("/")


def _url(request: Request, batch_id: str) -> str:
    return f"{_base(request)}/api/v1/batches/{batch_id}"


def _page(request: Request, batch_id: str) -> str:
    return f"{_base(request)}/department/batches/{batch_id}"


def _to_refused(name: str, fault: CreditServiceError) -> RefusedFile:
    return RefusedFile(file=name, code=fault.code, message=fault.message, remedy=fault.remedy)


def _to_previewed(outcome: PreviewOutcome) -> PreviewedFile:
    told = {**outcome.to_dict(), "template_title": outcome.template_title}
    return PreviewedFile.model_validate(told)


def _to_cursor(place: FindingPlace) -> str:
    text = json.dumps([place.sheet, place.row, place.skip], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _to_place(cursor: str) -> FindingPlace:
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        told = None
    if isinstance(told, list) and len(told) == 3 and isinstance(told[0], str) and all(map(_is_count, told[1:])):
        return FindingPlace(*told)
    message = "cursor 不是本接口给出的位置。"
    raise CursorExpired(message, remedy="请从第一页（不带 cursor）重新读取，照 next 取下一页。")


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**53
