"""``credit ingest``, ``templates``, ``sample``, ``batches``: getting files in."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import Service, build_service
from credit_service.cli.output import JsonFlag, err, exit_code, out, print_json, print_table, progress_bar
from credit_service.domain.batch import FindingSeverity
from credit_service.errors import CreditServiceError, UnreadableFile
from credit_service.lookup.batches import list_batches
from credit_service.lookup.templates import list_templates
from credit_service.pipeline.ingest import IngestOutcome, Submission, ingest_file
from credit_service.pipeline.sample import SampleRequest, write_sample_file

SHOWN_FINDINGS = 40
"""Findings printed for people; all of them are in ``--json`` and in the error workbook."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ingest")(ingest)
    app.command("templates")(templates)
    app.command("batches")(batches)
    app.command("sample")(sample)


def ingest(
    files: Annotated[list[str], typer.Argument(help="一个或多个文件，可用通配符。")],
    agency: Annotated[str, typer.Option("--agency", help="报送单位的统一社会信用代码。")],
    by: Annotated[str, typer.Option("--by", help="报送人，记入审计。")] = "cli",
    as_json: JsonFlag = False,
) -> None:
    """接收、校验并入库一个或多个文件；合格的入库，不合格的逐行说明原因和改法。"""
    service = build_service()
    paths = _expand(files)
    outcomes: list[dict[str, object]] = []
    faults: list[CreditServiceError] = []
    for path in paths:
        try:
            outcome = _ingest_one(service, Submission(path, path.name, agency, by), shown=not as_json)
        except CreditServiceError as fault:
            if len(paths) == 1:
                raise
            faults.append(fault)
            outcomes.append({"file": path.name, "error": fault.to_dict()})
            if not as_json:
                err.print(f"[bold red]✗ {escape(path.name)}[/] {escape(str(fault))}")
            continue
        outcomes.append(outcome.to_dict())
        if not as_json:
            print_outcome(outcome)
    if as_json:
        print_json(outcomes[0] if len(paths) == 1 else {"batches": outcomes})
    if faults:
        raise SystemExit(exit_code(faults[0]))


def print_outcome(outcome: IngestOutcome) -> None:
    """Print what became of one file, for people."""
    batch = outcome.batch
    again = "（此前已入库，未重复入库）" if outcome.repeated else ""
    out.print(
        f"[bold green]✓ {escape(batch.file_name)}[/] {outcome.template_title} 批次 {batch.batch_id}{again}\n"
        f"  收到 {batch.rows} 行：合格 {batch.accepted}，不合格 {batch.rejected}，空行 {batch.blank}"
    )
    errors = [finding for finding in outcome.findings if finding.severity is not FindingSeverity.NOTE]
    if errors:
        print_table(
            "问题清单",
            ("行", "列", "原值", "级别", "说明", "建议"),
            [(f.row, f.column, f.value[:40], f.severity.label, f.message, f.remedy) for f in errors[:SHOWN_FINDINGS]],
        )
    if len(errors) > SHOWN_FINDINGS:
        out.print(f"  另有 {len(errors) - SHOWN_FINDINGS} 条：加 --json 或在部门页面下载错误工作簿查看全部。")


def templates(as_json: JsonFlag = False) -> None:
    """列出可报送的数据模板。"""
    found = list_templates(build_service().reading_room)
    if as_json:
        print_json(
            {
                "templates": [
                    {
                        "template": t.template_id,
                        "title": t.title,
                        "catalogue_class": t.catalogue_class,
                        "columns": [{"header": c.header, "required": c.required} for c in t.columns],
                        "source": t.source,
                        "status": t.status,
                    }
                    for t in found
                ]
            }
        )
        return
    rows = [(t.template_id, t.title, t.catalogue_class, len(t.columns), t.status) for t in found]
    print_table("报送模板", ("编号", "名称", "目录类别", "列数", "依据状态"), rows)


def batches(
    agency: Annotated[str | None, typer.Option("--agency", help="只看某单位。")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 50,
    as_json: JsonFlag = False,
) -> None:
    """列出最近的批次。"""
    found = list_batches(build_service().reading_room, agency, limit)
    rows = [
        {
            "batch_id": b.batch_id,
            "file": b.file_name,
            "status": b.status.value,
            "template": b.template,
            "rows": b.rows,
            "accepted": b.accepted,
            "rejected": b.rejected,
            "received_at": b.received_at.isoformat(),
        }
        for b in found
    ]
    if as_json:
        print_json({"batches": rows})
    elif rows:
        print_table(
            "批次",
            ("批次", "文件", "状态", "模板", "行数", "合格", "不合格", "接收时间"),
            [tuple(r.values()) for r in rows],
        )
    else:
        out.print("还没有批次。用 credit ingest 文件 --agency 单位代码 报送第一批。")


def sample(
    template: Annotated[str, typer.Argument(help="模板编号，见 credit templates。")],
    target: Annotated[Path, typer.Argument(help="写到哪个文件；后缀 .csv .xlsx .jsonl 决定格式。")],
    rows: Annotated[int, typer.Option("--rows", min=0)] = 1000,
    seed: Annotated[int, typer.Option("--seed")] = 1,
    fault_percent: Annotated[int, typer.Option("--fault-percent", min=0, max=100, help="有错误的行占百分之几。")] = 2,
    encoding: Annotated[str, typer.Option("--encoding", help="utf-8、utf-8-sig 或 gb18030（仅 CSV）。")] = "utf-8",
    as_json: JsonFlag = False,
) -> None:
    """生成任意规模的测试数据（名称均为虚构并标明“测试”）及预期结果。"""
    service = build_service()
    with progress_bar(f"生成 {target.name}", shown=not as_json) as bar:
        written = write_sample_file(
            service.office,
            SampleRequest(template, target, rows, seed, fault_percent, encoding),
            lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total or None),
        )
    if as_json:
        print_json(written)
    else:
        out.print(
            f"[green]✓[/] {target}：{written['rows']} 行，其中应拒收 {written['rejected']} 行；"
            f"预期结果见 {written['expected']}"
        )


def _ingest_one(service: Service, submission: Submission, *, shown: bool) -> IngestOutcome:
    with progress_bar(f"校验 {submission.file_name}", shown=shown) as bar:
        return ingest_file(
            service.office,
            submission,
            lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total or None),
        )


def _expand(patterns: list[str]) -> list[Path]:
    paths: list[Path] = []
    for pattern in patterns:
        # A shell that does not expand globs (a service file, Windows) leaves the pattern to us.
        found = sorted(Path(name) for name in glob.glob(pattern)) if glob.has_magic(pattern) else [Path(pattern)]  # noqa: PTH207
        paths.extend(found)
    missing = [path for path in paths if not path.is_file()]
    if missing or not paths:
        message = "找不到文件，或者不是文件：" + "、".join(str(path) for path in missing or [Path(p) for p in patterns])
        raise UnreadableFile(message, remedy="请核对路径和文件名。")
    return paths
