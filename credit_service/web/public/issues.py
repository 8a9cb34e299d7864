"""Bulletins for anybody: the list, one issue as it holds now, its files and the feed."""

from __future__ import annotations

from typing import Annotated, Any, cast

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, HTMLResponse, Response

from credit_service.lookup.bulletins import feed, get_bulletin_view, get_release_file, list_releases
from credit_service.web.dependencies import SMALL_BODY, AnyVisit
from credit_service.web.paging import Slice, cut

router = APIRouter(max_body_size=SMALL_BODY)

ENTRIES_PER_PAGE = 100
FILE_LABELS = {
    "bulletin.pdf": "PDF 文件",
    "bulletin.xlsx": "Excel 表格",
    "entries.csv": "CSV 数据",
    "bulletin.json": "JSON 数据",
    "index.html": "网页存档",
    "datapackage.json": "数据包说明",
    "entry.atom": "Atom 条目",
    "manifest.json": "校验清单",
}
"""What readers call the files of an issue, in the order shown; others are for programs only."""

PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/bulletins", response_class=HTMLResponse)
def show_bulletins(visit: AnyVisit) -> Response:
    """Show every released issue, newest first."""
    return visit.page("public/bulletins.html", {"releases": list_releases(visit.room)})


@router.get("/bulletins/{bulletin_id}", response_class=HTMLResponse)
def show_bulletin(visit: AnyVisit, bulletin_id: str, red: PageNumber = 1, black: PageNumber = 1) -> Response:
    """Show one issue, each entry re-evaluated now."""
    view = get_bulletin_view(visit.room, bulletin_id)
    bulletin = cast(dict[str, Any], view.bulletin)
    slices: dict[str, Slice[dict[str, Any]]] = {
        "red": cut(bulletin["red"], red, ENTRIES_PER_PAGE),
        "black": cut(bulletin["black"], black, ENTRIES_PER_PAGE),
    }
    files = {file.name: file for file in view.release.files}
    return visit.page(
        "public/bulletin.html",
        {
            "release": view.release,
            "bulletin": bulletin,
            "removed": view.removed,
            "lists": slices,
            "files": [(label, files[name]) for name, label in FILE_LABELS.items() if name in files],
            "withheld": sum(part["count"] for part in bulletin["withheld"]),
        },
    )


@router.get("/bulletins/{bulletin_id}/files/{name}")
def download_file(visit: AnyVisit, bulletin_id: str, name: str) -> Response:
    """Send one file of an issue as it was released, or without the entries that have ended since."""
    released = get_release_file(visit.room, bulletin_id, name)
    disposition = "inline" if name.endswith(".pdf") else "attachment"
    if released.path is not None:
        return FileResponse(
            released.path,
            media_type=released.media_type,
            filename=f"{bulletin_id}-{name}",
            content_disposition_type=disposition,
        )
    file_name = f"{bulletin_id}-corrected-{name}"
    headers = {"Content-Disposition": f'{disposition}; filename="{file_name}"', "X-Robots-Tag": "noindex"}
    return Response(released.content, media_type=released.media_type, headers=headers)


@router.get("/feed.atom")
def show_feed(visit: AnyVisit) -> Response:
    """Send the feed of issues."""
    return Response(feed(visit.room), media_type="application/atom+xml; charset=utf-8")
