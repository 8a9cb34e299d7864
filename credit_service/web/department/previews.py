"""Trying a file out: what would be stored, refused, replaced, held, and proposed; then submit the very same bytes.

The desk (`preview_desk`) does the work in the background; the page waits a moment for it and otherwise shows how far
it is. Submitting goes on in `receiving`, as an upload does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from credit_service.errors import UnreadableFile
from credit_service.lookup.batch_pages import cut_findings
from credit_service.lookup.check_rules import list_rule_titles
from credit_service.web.department.finding_table import FindingQuery, fetch_table
from credit_service.web.department.preview_desk import KeptPreview, find_previews
from credit_service.web.department.receiving import answer_taken, take_in
from credit_service.web.department.uploads import show_refused
from credit_service.web.dependencies import SMALL_BODY, UploadVisit, Visit, check_form_token, redirect_to

router = APIRouter(max_body_size=SMALL_BODY)

PATIENCE_SECONDS = 1.5
"""A small file is tried out within this time, and its page comes complete at once."""
SHOWN_CANDIDATES = 200


@router.get("/department/previews/{token}", response_class=HTMLResponse)
def show_preview(
    visit: UploadVisit,
    token: str,
    query: Annotated[FindingQuery, Depends()],
    file: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> Response:
    """Show what would become of the files, or how far the trial is."""
    kept = find_previews(visit.request).get(visit.person, token)
    if not kept.is_done.wait(PATIENCE_SECONDS):
        return visit.page("department/preview_waiting.html", {"kept": kept})
    outcomes = kept.preview.outcomes
    place = min(file, max(len(outcomes) - 1, 0))
    outcome = outcomes[place] if outcomes else None
    context = {
        "kept": kept,
        "outcome": outcome,
        "place": place,
        "table": outcome
        and fetch_table(
            partial(cut_findings, outcome.findings), query, f"/department/previews/{token}", {"file": str(place)}
        ),
        "shown_candidates": SHOWN_CANDIDATES,
        "category_names": _name_categories(visit),
        "rule_titles": list_rule_titles(visit.room),
    }
    return visit.page("department/preview.html", context)


@router.get("/department/previews/{token}/progress", response_class=HTMLResponse)
def show_progress(visit: UploadVisit, token: str) -> Response:
    """Show how far the trial is; when it is over the page is fetched anew."""
    kept = find_previews(visit.request).get(visit.person, token)
    answer = visit.page("department/preview_progress.html", {"kept": kept})
    if kept.is_done.is_set():
        answer.headers["HX-Redirect"] = f"/department/previews/{token}"
    return answer


@router.get("/department/previews/{token}/preview.json")
def download_preview(visit: UploadVisit, token: str) -> Response:
    """Send the whole result, all findings and candidates, as ``credit ingest --dry-run --json`` prints it."""
    kept = find_previews(visit.request).get(visit.person, token)
    if not kept.is_done.wait(PATIENCE_SECONDS):
        return redirect_to(f"/department/previews/{token}")
    return StreamingResponse(
        _stream(kept),
        media_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="preview.json"'},
    )


@router.post(
    "/department/previews/{token}/submit", response_class=HTMLResponse, dependencies=[Depends(check_form_token)]
)
def submit_previewed(visit: UploadVisit, token: str) -> Response:
    """Take in the very bytes that were tried out."""
    desk = find_previews(visit.request)
    kept = desk.get(visit.person, token)
    if not kept.is_done.is_set():
        message = "试算还没有结束，没有报送。"
        raise UnreadableFile(message, remedy="请稍候，等试算结果出来后再报送。")
    taken = take_in(visit, kept.files, kept.corrects)
    desk.discard(kept)
    return answer_taken(visit, taken) or show_refused(visit, taken)


@router.post("/department/previews/{token}/discard", dependencies=[Depends(check_form_token)])
def discard_previewed(visit: UploadVisit, token: str) -> Response:
    """Forget the files."""
    desk = find_previews(visit.request)
    desk.discard(desk.get(visit.person, token))
    return redirect_to("/department")


def _name_categories(visit: Visit) -> dict[int, str]:
    edition = visit.room.rulebook(visit.room.today()).edition
    return {category.number: category.name for category in edition.categories}


def _stream(kept: KeptPreview) -> Iterator[str]:
    yield '{"files": ['
    for place, outcome in enumerate(kept.preview.outcomes):
        yield (", " if place else "") + json.dumps(outcome.to_dict(), ensure_ascii=False)
    refused = [{"file": name, "error": fault.to_dict()} for name, fault in kept.preview.refused]
    yield '], "refused": ' + json.dumps(refused, ensure_ascii=False) + "}"
