"""``credit publish`` and ``credit bulletins``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.lookup.bulletins import find_faults, list_releases
from credit_service.pipeline.publish import publish as publish_chapter


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("publish")(publish)
    app.command("bulletins")(bulletins)


def publish(
    period: Annotated[str, typer.Option("--period", help="期次：2026Q3、2026H2、2026-09 或 2026。")],
    by: Annotated[str, typer.Option("--by", help=ACTOR_HELP)],
    as_json: JsonFlag = False,
) -> None:
    """发布一期红黑榜公告；任何一项检查不过，整期不发布。"""
    service = build_service()
    with acting(service, by) as actor:
        outcome = publish_chapter(service.office, period, actor)
    if as_json:
        print_json(outcome.to_dict())
        return
    out.print(
        f"[bold green]✓ 已发布[/] {outcome.release.title}\n  红榜 {outcome.red}，黑榜 {outcome.black}，"
        f"依法不公开 {outcome.withheld}，移出 {outcome.left}\n  {outcome.path}"
    )


def bulletins(as_json: JsonFlag = False) -> None:
    """列出已发布的公告，并核对每个文件与发布时是否一致。"""
    room = build_service().reading_room
    rows: list[dict[str, Any]] = [
        {
            "bulletin_id": r.bulletin_id,
            "title": r.title,
            "issued_at": r.issued_at.isoformat(),
            "entries": len(r.case_ids),
            "faults": list(find_faults(room, r)),
        }
        for r in list_releases(room)
    ]
    if as_json:
        print_json({"bulletins": rows})
    elif rows:
        print_table(
            "公告", ("期号", "标题", "发布时间", "条目", "与发布时不一致之处"), [tuple(row.values()) for row in rows]
        )
    else:
        out.print("还没有发布过公告。")
