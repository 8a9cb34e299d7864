"""``credit quality``: how well each department reports, by month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.month import parse_month
from credit_service.lookup.quality import QualityBoard, find_newest_month, get_quality_board
from credit_service.lookup.quality_advice import advise
from credit_service.lookup.quality_table import rank_agencies, to_json
from credit_service.lookup.quality_workbook import Imprint, write_workbook

HEADINGS = ("名次", "单位", "报送", "合格", "合规率", "及时率", "迟报", "错报", "重复", "空报", "未报", "整批退回")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("quality")(quality)


def quality(
    month: Annotated[str | None, typer.Option("--month", help="月份，如 2026-09；不给则是最近收到数据的月份。")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="只看某单位（统一社会信用代码）。")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为月度表（Excel）。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """各单位每月的报送质量：合规率、及时率、迟报、错报、重复、空报、未报。"""
    service = build_service()
    room = service.reading_room
    chosen = parse_month(month) if month is not None else find_newest_month(room, agency)
    board = get_quality_board(room, chosen, agency)
    if xlsx is not None:
        _save(service, board, xlsx)
    if as_json:
        print_json({**to_json(board), "xlsx": None if xlsx is None else str(xlsx)})
        return
    _print_board(board)
    if agency is not None:
        for advice in advise(board, board.agencies[0]):
            out.print(f"  {'[red]![/]' if advice.is_urgent else '·'} {advice.text}")
    if xlsx is not None:
        out.print(f"[green]✓[/] 月度表已写入 {xlsx}")


def _save(service: Service, board: QualityBoard, target: Path) -> None:
    district = service.office.district
    target.write_bytes(write_workbook(board, Imprint(district.name, district.issuer, service.office.now())))


def _print_board(board: QualityBoard) -> None:
    rows = []
    for place, line in ((one.place, one.line) for one in rank_agencies(board)):
        counts = line.counts
        shares = (counts.compliance.label, counts.timeliness.label)
        faults = (counts.late, counts.wrong, counts.repeated, counts.nil_reports, line.now.missing, counts.refused)
        # A department alone has no place among others.
        shown = place if place and len(board.agencies) > 1 else "—"
        rows.append((shown, line.agency.short_name, counts.sent, counts.accepted, *shares, *faults))
    if not rows:
        out.print("还没有单位报送，也没有到期的报送义务。用 credit ingest 文件 --agency 单位代码 报送第一批。")
        return
    order = "（按合规率排列）" if len(rows) > 1 else ""
    print_table(f"{board.month.label}报送质量{order}", HEADINGS, rows)
    if board.is_open:
        out.print(f"  {board.month.label}尚未结束，数字还会变化。")
    if board.unknown_years:
        years = "、".join(f"{year}年" for year in board.unknown_years)
        out.print(f"  {years}的节假日安排尚未录入 rules/calendar/，涉及的行未计算时限。")
