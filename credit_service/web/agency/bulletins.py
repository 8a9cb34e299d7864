"""Released bulletins for other agencies' systems."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from credit_service.bootstrap import Service
from credit_service.domain.agency import ApiKey
from credit_service.domain.bulletin import Release
from credit_service.lookup.bulletins import count_removed, list_releases
from credit_service.web.agency.access import PROBLEMS, need_scope
from credit_service.web.agency.models import BulletinAnswer, BulletinsAnswer, FileAnswer
from credit_service.web.dependencies import SMALL_BODY

router = APIRouter(prefix="/api/v1", tags=["公告"], max_body_size=SMALL_BODY)


@router.get(
    "/bulletins",
    summary="读取公告清单",
    description="返回已发布的红黑榜公告，新的在前；附件的 sha256 可用来核对下载是否完整。"
    "条目移出、撤销或中止以后，附件换成删去该条目的更正版。",
    responses={code: PROBLEMS[code] for code in (401, 403, 429, 503)},
)
def show_bulletins(request: Request, _key: Annotated[ApiKey, Depends(need_scope("bulletins"))]) -> BulletinsAnswer:
    """Return the released bulletins, newest first."""
    service: Service = request.app.state.service
    base = service.office.public_url.rstrip("/")
    room = service.reading_room
    return BulletinsAnswer(
        bulletins=[_to_answer(release, base, count_removed(room, release)) for release in list_releases(room)]
    )


def _to_answer(release: Release, base: str, removed: int) -> BulletinAnswer:
    url = f"{base}/bulletins/{release.bulletin_id}"
    return BulletinAnswer(
        bulletin_id=release.bulletin_id,
        period=release.period,
        serial=release.serial,
        title=release.title,
        issued_at=release.issued_at,
        manifest_sha256=release.manifest_sha256,
        url=url,
        removed=removed,
        files=[
            FileAnswer(
                name=file.name,
                media_type=file.media_type,
                size=None if removed else file.size,
                sha256=None if removed else file.sha256,
                url=f"{url}/files/{file.name}",
            )
            for file in release.files
        ],
    )
