"""``credit batches`` and ``credit batch …``: what became of files, and what people do to a batch afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.ingest_commands import print_findings, print_outcome
from credit_service.cli.output import JsonFlag, out, print_json, print_table, progress_bar, to_ticks
from credit_service.domain.batch import Batch
from credit_service.lookup.batch_story import get_batch_story
from credit_service.lookup.batches import list_batches, write_error_workbook
from credit_service.pipeline.batch_life import WithdrawOutcome, release_batch, withdraw_batch, withdraw_record

app = typer.Typer(help="批次报送之后：查看、导出报告、放行、撤回。", no_args_is_help=True)

BatchId = Annotated[str, typer.Argument(help="批次号，见 credit batches。")]
By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
Reason = Annotated[str, typer.Option("--reason", help="理由，记入台账和审计。")]


def register(parent: typer.Typer) -> None:
    """Add the commands of this module."""
    parent.command("batches")(batches)


def batches(
    agency: Annotated[str | None, typer.Option("--agency", help="只看某单位。")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    as_json: JsonFlag = False,
) -> None:
    """列出最近的批次。"""
    found = list_batches(build_service().reading_room, agency, limit)
    if as_json:
        print_json({"batches": [batch_object(batch) for batch in found]})
    elif found:
        rows = [
            (b.batch_id, b.file_name, b.status.label, b.template, b.rows, b.accepted, b.rejected, b.received_at)
            for b in found
        ]
        print_table("批次", ("批次", "文件", "状态", "模板", "行数", "合格", "不合格", "接收时间"), rows)
    else:
        out.print("还没有批次。用 credit ingest 文件 --agency 单位代码 报送第一批。")


@app.command("show")
def show(batch_id: BatchId, as_json: JsonFlag = False) -> None:
    """显示一个批次：结果、更正与撤回、全部问题。"""
    story = get_batch_story(build_service().reading_room, batch_id)
    if as_json:
        print_json(
            {
                **batch_object(story.batch),
                "effects": story.effects.to_dict(),
                "unusual": [one.to_dict() for one in story.unusual],
                "refusal": story.batch.refusal,
                "corrected_by": [batch.batch_id for batch in story.corrections],
                "retractions": [
                    {
                        "record_id": one.record_id,
                        "at": one.retracted_at.isoformat(),
                        "reason": one.reason,
                        "actor": one.actor_id,
                    }
                    for one in story.retractions
                ],
                "findings": story.findings.to_dicts(),
            }
        )
        return
    batch = story.batch
    out.print(
        f"[bold]{escape(batch.file_name)}[/] {story.template_title or '未识别'} — {batch.status.label}\n"
        f"  收到 {batch.rows} 行：合格 {batch.accepted}，不合格 {batch.rejected}，空行 {batch.blank}；"
        f"新增 {story.effects.new}，更正 {story.effects.replaced}，与库中相同 {story.effects.unchanged}"
    )
    for line in _story_lines(batch, [one.batch_id for one in story.corrections]):
        out.print(f"  {escape(line)}")
    for one in story.unusual:
        out.print(f"  [yellow]整批异常：{escape(one.message)}[/] {escape(one.remedy)}")
    for retraction in story.retractions:
        what = retraction.record_id or "整批"
        out.print(f"  撤回 {what}：{escape(retraction.reason)}（{retraction.actor_id}，{retraction.retracted_at}）")
    print_findings(story.findings)


@app.command("report")
def report(
    batch_id: BatchId,
    target: Annotated[Path, typer.Argument(help="写到哪个 .xlsx 文件。")],
    as_json: JsonFlag = False,
) -> None:
    """导出标红的工作簿：原表各行、批注和问题清单；改好后整个文件重新报送即可。"""
    write_error_workbook(build_service().reading_room, batch_id, target)
    if as_json:
        print_json({"batch_id": batch_id, "file": str(target)})
    else:
        out.print(f"[green]✓[/] {target}")


@app.command("release")
def release(batch_id: BatchId, by: By, reason: Reason, as_json: JsonFlag = False) -> None:
    """放行一个因整批异常而待确认的批次：由报送人以外的人核对后说明理由。"""
    service = build_service()
    with acting(service, by) as actor, progress_bar(f"入库 {batch_id}", shown=not as_json) as bar:
        outcome = release_batch(service.office, batch_id, actor, reason, to_ticks(bar))
    if as_json:
        print_json(outcome.to_dict())
    else:
        print_outcome(outcome)


@app.command("withdraw")
def withdraw(batch_id: BatchId, by: By, reason: Reason, as_json: JsonFlag = False) -> None:
    """撤回整个批次：它的记录即时失效，被它更正过的原记录恢复。"""
    service = build_service()
    with acting(service, by) as actor:
        _tell_withdrawn(withdraw_batch(service.office, batch_id, actor, reason), as_json=as_json)


@app.command("withdraw-record")
def withdraw_one(
    record_id: Annotated[str, typer.Argument(help="记录编号（批次号-行号）。")],
    by: By,
    reason: Reason,
    as_json: JsonFlag = False,
) -> None:
    """撤回一条记录：即时失效，被它更正过的原记录恢复。"""
    service = build_service()
    with acting(service, by) as actor:
        _tell_withdrawn(withdraw_record(service.office, record_id, actor, reason), as_json=as_json)


def batch_object(batch: Batch) -> dict[str, object]:
    """Return a batch as the documented JSON object."""
    return {
        "batch_id": batch.batch_id,
        "file": batch.file_name,
        "container": batch.container_name,
        "status": batch.status.value,
        "template": batch.template,
        "rows": batch.rows,
        "accepted": batch.accepted,
        "rejected": batch.rejected,
        "received_at": batch.received_at.isoformat(),
        "corrects": batch.corrects,
    }


def _story_lines(batch: Batch, corrected_by: list[str]) -> list[str]:
    lines = []
    if batch.refusal:
        lines.append(f"退回原因：{batch.refusal}")
    if batch.container_name:
        lines.append(f"来自压缩包：{batch.container_name}")
    if batch.corrects:
        lines.append(f"更正的批次：{batch.corrects}")
    if corrected_by:
        lines.append(f"已由批次更正：{'、'.join(corrected_by)}")
    if batch.override_reason:
        lines.append(f"异常放行：{batch.override_reason}（{batch.override_by}）")
    return lines


def _tell_withdrawn(outcome: WithdrawOutcome, *, as_json: bool) -> None:
    if as_json:
        print_json(outcome.to_dict())
        return
    what = f"记录 {outcome.record_id}" if outcome.record_id else f"批次 {outcome.batch.batch_id}"
    out.print(f"[green]✓[/] 已撤回{what}，{outcome.records} 条记录失效。")
    if outcome.cases:
        out.print(f"  [yellow]以下在办案件以这些记录为依据，请审核人员处理：{'、'.join(outcome.cases)}[/]")
