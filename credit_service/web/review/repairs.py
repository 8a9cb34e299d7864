"""The officials' desk for credit repair: the queue, one application with its conditions and papers, the next act.

The gates of the law are in `listing.repairs`; a refusal is shown beside the form with everything typed kept.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi.responses import HTMLResponse, Response

from credit_service.domain.repair import Paper, RefusalGround, RepairActKind, RepairChannel, RepairState
from credit_service.errors import (
    AccessError,
    CreditServiceError,
    DecisionError,
    EvidenceMissing,
    LedgerConflict,
    LookupFailure,
    RepairNotFound,
    WarehouseBusy,
)
from credit_service.lookup.repairs import get_repair_view, list_overdue_receipts, list_repairs
from credit_service.pipeline.evidence import read_exhibit
from credit_service.pipeline.repairs import (
    MAY_APPLY_FOR,
    ROLE_OF_ACT,
    RepairRequest,
    apply_for_repair,
    perform_repair_act,
)
from credit_service.web.dependencies import (
    MAY_ACT,
    PAPERS_BODY,
    ActVisit,
    CaseVisit,
    EnterVisit,
    Visit,
    redirect_to,
)
from credit_service.web.errors import status_of
from credit_service.web.public.repair_form import ActForm, DeskForm, TypedRepair

router = APIRouter(max_body_size=PAPERS_BODY)

FINAL = frozenset({RepairActKind.NOT_ACCEPT, RepairActKind.GRANT, RepairActKind.REFUSE, RepairActKind.WITHDRAW})
Digest = Annotated[str, Path(max_length=64)]


@router.get("/review/repairs", response_class=HTMLResponse)
def show_repairs(visit: CaseVisit, state: str = "", own: str = "") -> Response:
    """Show the applications, filtered by state and by whether they are this agency's; unknown filters show all."""
    return _show_queue(visit, state=state, own=own)


@router.post("/review/repairs", response_class=HTMLResponse)
def enter_application(visit: EnterVisit, typed: DeskForm) -> Response:
    """Enter an application handed in at the desk; the receipt is shown once, to be given to the applicant."""
    try:
        receipt = apply_for_repair(visit.office, typed.to_application(RepairChannel.DESK), visit.actor)
    except (DecisionError, LookupFailure, WarehouseBusy) as fault:
        return _show_queue(visit, fault=fault, typed=typed)
    return visit.page("public/repair_received.html", {"receipt": receipt})


@router.get("/review/repairs/{repair_id}", response_class=HTMLResponse)
def show_repair(visit: CaseVisit, repair_id: str, done: str = "") -> Response:
    """Show one application and a form for each act that may come next."""
    return _show(visit, repair_id, done=done)


@router.post("/review/repairs/{repair_id}/acts", response_class=HTMLResponse)
def submit_act(visit: ActVisit, repair_id: str, typed: ActForm) -> Response:
    """Do one act, or show on the same page why it is refused."""
    try:
        kind = _to_kind(typed.get("kind"))
        request = RepairRequest(
            repair_id=repair_id,
            kind=kind,
            actor=visit.actor,
            on=_to_date(typed.get("on")),
            document_no=typed.get("document_no"),
            reason=typed.get("reason"),
            finding=typed.get("finding"),
            ground=typed.get("ground"),
            to_agency=typed.get("to_agency"),
            papers=typed.papers,
        )
        perform_repair_act(visit.office, request)
    except RepairNotFound:
        raise
    except (DecisionError, AccessError, LedgerConflict) as fault:
        return _show(visit, repair_id, fault=fault, typed=typed)
    return redirect_to(f"/review/repairs/{repair_id}?done={kind.value}")


@router.get("/review/repairs/{repair_id}/files/{sha256}")
def download_paper(visit: ActVisit, repair_id: str, sha256: Digest) -> Response:
    """Send one file of an application, to be saved and never shown by the browser itself."""
    view = get_repair_view(visit.room, repair_id)
    found = next((one for one in view.files if one.exhibit.sha256 == sha256), None)
    if found is None:
        message = "这件申请没有这份材料。"
        raise RepairNotFound(message, remedy="请从申请页面的材料列表中选择。")
    ending = found.exhibit.file_name.rsplit(".", 1)[-1]
    name = f"{repair_id}-{found.act}-{found.paper.value}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(read_exhibit(visit.office, sha256), media_type="application/octet-stream", headers=headers)


def _show_queue(
    visit: Visit,
    *,
    state: str = "",
    own: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedRepair | None = None,
) -> Response:
    wanted = next((member for member in RepairState if member.value == state), None)
    agency = visit.person.account.agency_code if own else None
    context = {
        "lines": list_repairs(visit.room, wanted, agency),
        "states": tuple(RepairState),
        "state": wanted,
        "own": bool(own),
        "overdue": list_overdue_receipts(visit.room),
        "may_enter": visit.person.account.role in MAY_APPLY_FOR,
        "fault": fault,
        "typed": typed or TypedRepair({}, ()),
    }
    return visit.page("review/repairs.html", context, status=status_of(fault) if fault else 200)


def _show(
    visit: Visit,
    repair_id: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedRepair | None = None,
) -> Response:
    view = get_repair_view(visit.room, repair_id)
    role = visit.person.account.role
    context = {
        "view": view,
        "repair": view.repair,
        "steps": [step for step in view.steps if role in ROLE_OF_ACT[step.kind]],
        "others": [step for step in view.steps if role not in ROLE_OF_ACT[step.kind]],
        "roles": ROLE_OF_ACT,
        "final": FINAL,
        "grounds": tuple(RefusalGround),
        "papers": tuple(Paper),
        "may_see_applicant": role in MAY_ACT,
        "today": visit.office.today(),
        "done": next((kind.label for kind in RepairActKind if kind.value == done), ""),
        "fault": fault,
        "typed": typed or TypedRepair({}, ()),
    }
    return visit.page("review/repair.html", context, status=status_of(fault) if fault else 200)


def _to_kind(kind: str) -> RepairActKind:
    found = next((member for member in ROLE_OF_ACT if member.value == kind), None)
    if found is None:
        message = "没有这种办理行为。"
        raise EvidenceMissing(message, remedy="请从页面上列出的下一步中选择。")
    return found


def _to_date(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as fault:
        message = "办理日期不是有效的日期。"
        raise EvidenceMissing(message, remedy="请按“2026-09-30”的格式填写。") from fault
