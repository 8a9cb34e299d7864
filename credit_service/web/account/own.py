"""One's own account: who one is here, which sign-ins hold, and ending them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from credit_service.pipeline.own_account import end_other_sessions, end_own_session, get_factor_state, list_own_sessions
from credit_service.web.dependencies import SMALL_BODY, AnyVisit, check_form_token, redirect_to

router = APIRouter(max_body_size=SMALL_BODY)

_DONE = {
    "password": "密码已修改，其他登录已全部退出。",
    "ended": "已结束该登录。",
    "gone": "该登录已不存在，可能已经退出或过期。",
    "others": "其他登录已全部结束。",
    "factor_removed": "已解除动态码。请尽快重新绑定。",
}


@router.get("/account", response_class=HTMLResponse)
def show_account(visit: AnyVisit, done: Annotated[str, Query(max_length=20)] = "") -> Response:
    """Show the own account with its sign-ins."""
    person = visit.somebody
    context = {
        "person": person,
        "sessions": list_own_sessions(visit.office, person),
        "factor": get_factor_state(visit.office, person).factor,
        "done": _DONE.get(done, ""),
        "idle_minutes": int(visit.office.sign_in.idle.total_seconds() // 60),
        "term_hours": int(visit.office.sign_in.term.total_seconds() // 3600),
    }
    return visit.page("account/own.html", context)


@router.post("/account/sessions/{session_id}/end", dependencies=[Depends(check_form_token)])
def submit_end(visit: AnyVisit, session_id: str) -> Response:
    """End one of the own sign-ins; another's is answered like one that is gone."""
    was_there = end_own_session(visit.office, visit.somebody, session_id)
    return redirect_to(f"/account?done={'ended' if was_there else 'gone'}")


@router.post("/account/sessions/end-others", dependencies=[Depends(check_form_token)])
def submit_end_others(visit: AnyVisit) -> Response:
    """End every own sign-in but this one."""
    end_other_sessions(visit.office, visit.somebody)
    return redirect_to("/account?done=others")
