"""The officials' desk: the queue of cases, and one case with its reasons, its evidence and what may come next.

The acts themselves are in `acts`.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from credit_service.domain.agency import Role
from credit_service.domain.listing import ActKind, CaseFilter, CaseState, SuspensionGround
from credit_service.domain.paper import PaperKind
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import ListKind
from credit_service.errors import CreditServiceError
from credit_service.lookup.cases import filter_cases, find_exhibit, get_case_view
from credit_service.lookup.papers import find_act_numbers, get_case_papers
from credit_service.pipeline.decide import ROLE_OF_ACT
from credit_service.pipeline.evidence import read_exhibit
from credit_service.pipeline.papers import MAY_SEE_NAMES, find_issuers
from credit_service.pipeline.standins import list_leaves
from credit_service.web.dependencies import SMALL_BODY, CaseVisit, Visit
from credit_service.web.errors import status_of
from credit_service.web.review.forms import FormGround, TypedAct, build_forms

router = APIRouter(max_body_size=SMALL_BODY)

QUEUE_LIMIT = 200


class AskedCases(BaseModel):
    """What an address asks for; what it names wrongly is not restricted."""

    list_kind: str = Field("", max_length=20)
    state: str = Field("", max_length=20)
    category: str = Field("", max_length=2, pattern="^[0-9]*$")
    q: str = Field("", max_length=100)
    only: str = Field("", max_length=20)
    """mine, contested or suspended."""

    def to_filter(self, own_id: str) -> CaseFilter:
        """Return the question to the ledger."""
        return CaseFilter(
            list_kind=next((member for member in ListKind if member.value == self.list_kind), None),
            state=next((member for member in CaseState if member.value == self.state), None),
            category=int(self.category) if self.category else None,
            reviewer_id=own_id if self.only == "mine" else "",
            text=self.q.strip(),
            is_contested=self.only == "contested",
            is_suspended=self.only == "suspended",
        )


@router.get("/review", response_class=HTMLResponse)
def show_queue(visit: CaseVisit, asked: Annotated[AskedCases, Query()]) -> Response:
    """Show the cases asked for; unknown filters show all."""
    found = filter_cases(visit.room, asked.to_filter(visit.actor.actor_id), QUEUE_LIMIT)
    categories = visit.room.rulebook(visit.room.today()).edition.categories
    context = {
        "cases": found,
        "list_kinds": tuple(ListKind),
        "states": tuple(CaseState),
        "categories": [(category.number, category.name) for category in categories],
        "asked": asked,
        "limit": QUEUE_LIMIT,
    }
    return visit.page("review/queue.html", context)


@router.get("/review/cases/{case_id}", response_class=HTMLResponse)
def show_case(visit: CaseVisit, case_id: str, done: str = "") -> Response:
    """Show one case and a form for each act that may come next."""
    return render_case(visit, case_id, done=done)


@router.get("/review/cases/{case_id}/exhibits/{digest}")
def download_exhibit(visit: CaseVisit, case_id: str, digest: str) -> Response:
    """Send one piece of evidence of a case, as it was handed in; nothing of it is shown in the browser."""
    exhibit = find_exhibit(visit.room, case_id, digest)
    name = quote(exhibit.file_name)
    return Response(
        read_exhibit(visit.office, exhibit.sha256),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


def render_case(
    visit: Visit,
    case_id: str,
    *,
    done: str = "",
    fault: CreditServiceError | None = None,
    typed: TypedAct | None = None,
) -> Response:
    """Return the page of a case: what it rests on, what was done, and a form for each act this visitor may do next."""
    view = get_case_view(visit.room, case_id)
    leaves = list_leaves(visit.office, visit.actor)
    roles_now = {visit.person.account.role, *(leave.role for leave in leaves)}
    by_hand = [act for act in view.next_acts if act.kind in ROLE_OF_ACT]
    papers = get_case_papers(visit.room, view.case)
    ground = FormGround(visit.office.today(), view.case.list_kind, typed)
    forms = build_forms(by_hand, ground, find_act_numbers(papers))
    others = [(form.title, [member for member in Role if member in ROLE_OF_ACT[form.kind]]) for form in forms]
    context = {
        "view": view,
        "case": view.case,
        "forms": [form for form in forms if roles_now & ROLE_OF_ACT[form.kind]],
        "others": [(title, roles) for title, roles in others if not roles_now.intersection(roles)],
        "principals": [(leave.account_id, leave.display_name) for leave in leaves],
        "typed_for": typed.for_id if typed else "",
        "waiting": _WAITING.get(view.case.state, "由系统自动进行，不需要人工办理。"),
        "done": next((member for member in ActKind if member.value == done), None),
        "fault": fault,
        "papers": papers,
        "issuers": {kind: [member for member in Role if member in find_issuers(kind)] for kind in PaperKind},
        "role": visit.person.account.role,
        "may_read_all": visit.person.account.role in MAY_SEE_NAMES,
        "today": visit.office.today(),
        "measure_names": {item.slug: item.name for item in visit.room.rulebook(visit.room.today()).measures},
        "grounds": {member.value: member.label for member in SuspensionGround},
        "kinds": {member.value: member.label for member in RecordKind},
        "severities": {member.value: member.label for member in Severity},
    }
    return visit.page("review/case.html", context, status=status_of(fault) if fault else 200)


_WAITING = {
    CaseState.DECISION_SERVED: "已生效，将在下一期公告中公示。",
    CaseState.DECLINED: "案件已结束：不予列入。",
    CaseState.ENDED: "已移出名单，案件结束。",
}
