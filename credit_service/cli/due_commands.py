"""``credit dues`` and ``credit months``: what has to be done by when, and how a month went."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.due import Due
from credit_service.domain.month import parse_month
from credit_service.domain.score import ListKind
from credit_service.lookup.dues import get_due_board
from credit_service.lookup.months import find_last_month, get_month_board
from credit_service.lookup.months_workbook import (
    DURATION_HEADINGS,
    duration_rows,
    flow_headings,
    flow_rows,
    trend_rows,
    write_workbook,
)

DURATION_KEYS = ("step", "done", "term", "median", "longest", "in_time", "late")
TREND_KEYS = ("month", "into", "out_of", "declined")


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("dues")(dues)
    app.command("months")(months)


def dues(
    late: Annotated[bool, typer.Option("--late", help="只列逾期的。")] = False,
    as_json: JsonFlag = False,
) -> None:
    """列出在办事项的期限：逾期的在前，各注明起算日、期限和依据。"""
    board = get_due_board(build_service().reading_room)
    shown = board.late if late else board.dues
    if as_json:
        counts = {state.value: count for state, count in board.counts.items()}
        print_json({"today": board.today, "counts": counts, "dues": [to_object(due) for due in shown]})
    elif shown:
        rows = [
            (
                due.state.label,
                due.overdue_workdays or "",
                due.due_on or "—",
                due.label,
                due.object_id,
                due.title,
                due.who,
            )
            for due in shown
        ]
        print_table("期限", ("状态", "逾期工作日", "截止", "事项", "编号", "对象", "承办"), rows)
    else:
        out.print("没有逾期的事项。" if late else "没有在办的事项。")


def months(
    month: Annotated[str | None, typer.Option("--month", help="月份，如 2026-09；不给则是上一个月。")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为月度表（Excel）。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """一个月的办理情况：流转、各环节时长与期限、近十二个月列入与移出。"""
    service = build_service()
    chosen = parse_month(month) if month is not None else find_last_month(service.office.today())
    board = get_month_board(service.reading_room, chosen)
    title = f"{service.office.district.name}名单办理月度表（{chosen.label}）"
    if xlsx is not None:
        xlsx.write_bytes(write_workbook(board, title))
    if as_json:
        print_json(
            {
                "month": chosen.code,
                "flow": {line.kind.value: {kind.value: line.counts[kind] for kind in ListKind} for line in board.flow},
                "durations": [dict(zip(DURATION_KEYS, row, strict=True)) for row in duration_rows(board)],
                "outcomes": [
                    {"about": one.label, "received": one.received, "ended": dict(one.outcomes), "late": one.late}
                    for one in board.outcomes
                ],
                "trend": [dict(zip(TREND_KEYS, row, strict=True)) for row in trend_rows(board)],
                "xlsx": None if xlsx is None else str(xlsx),
            }
        )
        return
    print_table(title, flow_headings(), [row for row in flow_rows(board) if row[-1]])
    print_table(
        "办理时长（工作日）", DURATION_HEADINGS, [["—" if c is None else c for c in r] for r in duration_rows(board)]
    )
    if xlsx is not None:
        out.print(f"[green]✓[/] 月度表已写入 {xlsx}")


def to_object(due: Due) -> dict[str, object]:
    """Return a duty as the documented JSON object."""
    return {
        "duty": due.duty,
        "label": due.label,
        "about": due.about,
        "id": due.object_id,
        "title": due.title,
        "who": due.who,
        "start_on": due.start_on,
        "term": due.term,
        "due_on": due.due_on,
        "state": due.state.value,
        "overdue_workdays": due.overdue_workdays,
        "law": due.law,
    }
