"""``credit watch``: a folder that other systems and clerks put files into."""

from __future__ import annotations

import json
import signal
import time
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import build_service
from credit_service.cli.output import err, out
from credit_service.cli.worker_commands import LinesFlag
from credit_service.lookup.batches import write_error_workbook
from credit_service.pipeline.watch import WatchedFolder
from credit_service.pipeline.watch_report import WatchedResult

_BLINK_SECONDS = 0.2


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("watch")(watch)


def watch(
    folder: Annotated[Path, typer.Argument(help="看守的目录。")],
    agency: Annotated[
        str | None,
        typer.Option("--agency", help="直接放在目录里的文件属于哪个单位；不给则只看以单位代码命名的子目录。"),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="看两遍，收下已写完的文件后退出；默认一直看守。")] = False,
    interval: Annotated[float, typer.Option("--interval", min=0.1, max=3600, help="每隔几秒看一遍。")] = 2.0,
    as_json: LinesFlag = False,
) -> None:
    """看守一个目录：写完的文件自动接收入库，移入“已入库”“待确认”或“退回”，旁边附报告。"""
    service = build_service()
    watched = WatchedFolder(
        service.office, folder, agency.upper() if agency else None, partial(write_error_workbook, service.reading_room)
    )

    def stop(_number: int, _frame: FrameType | None) -> None:
        watched.is_stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    told: dict[Path, str] = {}
    with watched.held():
        if not as_json:
            err.print(f"看守 {escape(str(folder))}（Ctrl+C 停止）……")
        looks = 0
        while not watched.is_stopping:
            for result in watched.look():
                _print_result(result, told, as_json=as_json)
            looks += 1
            if once and looks == 2:
                break
            _wait(watched, interval)


def _wait(watched: WatchedFolder, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not watched.is_stopping and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _BLINK_SECONDS))


def _print_result(result: WatchedResult, told: dict[Path, str], *, as_json: bool) -> None:
    """Print what became of a file; that it still waits for the same thing is said once."""
    if result.moved_to is None:
        why = str(result.waits_for or "还在写入")
        if told.get(result.path) == why:
            return
        told[result.path] = why
    else:
        told.pop(result.path, None)
    if as_json:
        typer.echo(json.dumps(result.to_dict(), ensure_ascii=False, default=str))
    elif result.moved_to is None:
        out.print(f"[yellow]… 留在原处[/] {escape(result.path.name)}：{escape(told[result.path])}")
    else:
        signs = {"stored": "[bold green]✓[/]", "held": "[bold yellow]…[/]", "refused": "[bold red]✗[/]"}
        moved = Path(result.moved_to.parent.name) / result.moved_to.name
        out.print(f"{signs[result.result]} {escape(result.path.name)} → {escape(str(moved))}")
