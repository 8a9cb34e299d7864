"""``credit governance``: what became of dishonest records in a period, by item, region or department, and the index."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.bulletin import parse_period
from credit_service.lookup.governance import GovernanceBoard, end_of_day, find_newest_period, get_governance_board
from credit_service.lookup.governance_lines import Breakdown, GovernanceLine, Selection
from credit_service.lookup.governance_table import list_headings, to_json
from credit_service.lookup.governance_words import (
    explain_changes,
    say_feedback,
    say_index,
    say_left_out,
    say_movements,
    say_refusal,
    say_value,
    to_decimal,
    to_ratio,
)
from credit_service.lookup.governance_workbook import write_workbook
from credit_service.lookup.quality_workbook import Imprint

HEADINGS = ("指数", "期初", "新增", "整改", "修复", "撤销", "期满", "期末", "逾期", "列入/移出", "措施应采取", "已反馈")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("governance")(governance)


def governance(
    period: Annotated[
        str | None, typer.Option("--period", help="期别：2026Q3、2026-09、2026H2 或 2026；不给则是最近收到数据的季度。")
    ] = None,
    by: Annotated[
        Breakdown, typer.Option("--by", help="按事项、区域、部门分列，或 cell（三者交叉）。")
    ] = Breakdown.CATEGORY,
    category: Annotated[
        int | None, typer.Option("--category", help="只看某一事项（序号，0 为综合）。", min=0, max=99)
    ] = None,
    district: Annotated[str | None, typer.Option("--district", help="只看某一区域（六位行政区划代码）。")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="只看某一报送部门（统一社会信用代码）。")] = None,
    known_on: Annotated[
        datetime | None,
        typer.Option("--known-on", formats=["%Y-%m-%d"], help="只用该日（含）以前已知的数据；不给则是现在。"),
    ] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为治理统计表（Excel）。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """专项治理情况：各事项、区域、部门的新增、整改、修复、逾期、列入移出，和治理指数及其依据。"""
    service = build_service()
    room = service.reading_room
    chosen = parse_period(period) if period is not None else find_newest_period(room)
    known_at = end_of_day(known_on.date()) if known_on is not None else None
    board = get_governance_board(room, chosen, Selection(by, category, district, agency), known_at)
    if xlsx is not None:
        _save(service, board, xlsx)
    if as_json:
        print_json({**to_json(board), "xlsx": None if xlsx is None else str(xlsx)})
        return
    _print_board(board)
    if xlsx is not None:
        out.print(f"[green]✓[/] 治理统计表已写入 {xlsx}")


def _save(service: Service, board: GovernanceBoard, target: Path) -> None:
    district = service.office.district
    target.write_bytes(write_workbook(board, Imprint(district.name, district.issuer, service.office.now())))


def _print_board(board: GovernanceBoard) -> None:
    shown = [line for line in board.lines if not line.counts.is_empty]
    rows = [_to_row(board, line) for line in (*shown, board.whole)]
    title = f"{board.period.label}专项治理情况（按{board.selection.by.label}）"
    print_table(title, (*list_headings(board), *HEADINGS), rows)
    idle = len(board.lines) - len(shown)
    if idle:
        out.print(f"  另有{idle}个{board.selection.by.label}本期没有在管记录，没有列出。")
    if board.is_open:
        out.print(f"  {board.period.label}尚未结束，数字还会变化。")
    _print_reasons(board)


def _to_row(board: GovernanceBoard, line: GovernanceLine) -> tuple[object, ...]:
    counts = line.counts
    names = (*line.names, *[""] * (len(board.selection.by.dimensions) - len(line.names)))
    ended = (counts.mended, counts.repaired, counts.removed, counts.expired)
    measures = (counts.owed, say_feedback(counts))
    stock = (counts.closing, counts.overdue, say_movements(counts))
    return (*names, say_index(line.now.index), counts.opening, counts.new, *ended, *stock, *measures)


def _print_reasons(board: GovernanceBoard) -> None:
    index = board.whole.now.index
    out.print(f"  合计指数：{say_index(index)}  {say_refusal(board.whole.now, board.rule)}")
    for reason in index.reasons:
        told = say_left_out(reason)
        if reason.points is not None:
            weighed = f"权重{to_ratio(reason.weight_in_use)}＝{to_decimal(reason.contribution)}"
            told = f"{to_decimal(reason.points)}分 × {weighed}"
        numbers = "" if reason.numerator is None else f"（{reason.numerator}/{reason.denominator}）"
        value = "" if reason.numerator is None else f" {say_value(reason)}"
        out.print(f"    · {reason.part.name}{value}{numbers}：{told}  依据 {reason.part.entry.rule_id}")
    out.print(f"  变化：{explain_changes(board.whole)[-1].text}")
