"""``credit worker``: works through the queue of received files, in a process of its own."""

from __future__ import annotations

import json
import signal
from types import FrameType
from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import build_service
from credit_service.cli.output import err, out
from credit_service.pipeline.worker import QueueWorker, WorkedBatch

LinesFlag = Annotated[bool, typer.Option("--json", help="每批输出一行 JSON，供程序读取。")]


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("worker")(worker)


def worker(
    once: Annotated[bool, typer.Option("--once", help="处理完现有的批次即退出；默认一直运行，等待新的批次。")] = False,
    as_json: LinesFlag = False,
) -> None:
    """依次检查并入库已接收的批次；收到 SIGTERM 或 Ctrl+C 时停下，没做完的留在队列里。"""
    works = QueueWorker(build_service().office)

    def stop(_number: int, _frame: FrameType | None) -> None:
        works.stop()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    broken = False

    def tell(worked: WorkedBatch) -> None:
        nonlocal broken
        broken = broken or worked.is_broken
        _print_worked(worked, as_json=as_json)

    if once:
        for worked in works.drain():
            tell(worked)
    else:
        if not as_json:
            err.print("等待新的批次（Ctrl+C 停止）……")
        works.run(tell)
    if broken:
        raise SystemExit(1)


def _print_worked(worked: WorkedBatch, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(worked.to_dict(), ensure_ascii=False, default=str))
        return
    batch = worked.outcome.batch if worked.outcome is not None else worked.batch
    name = f"{escape(batch.file_name)} 批次 {batch.batch_id}"
    if worked.refusal is not None:
        out.print(f"[bold red]✗ 整批退回[/] {name}：{escape(str(worked.refusal))}")
    elif worked.outcome is None:
        out.print(f"[bold red]✗ 程序故障，留在队列里[/] {name}：请把运行日志交给开发者。")
    else:
        counts = f"收到 {batch.rows} 行：合格 {batch.accepted}，不合格 {batch.rejected}"
        sign = "[bold yellow]… 待确认[/]" if worked.outcome.unusual else "[bold green]✓ 已入库[/]"
        out.print(f"{sign} {name} {counts}")
