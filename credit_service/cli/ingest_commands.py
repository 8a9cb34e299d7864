"""``credit ingest``, ``sample``: getting files in."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.markup import escape

from credit_service.bootstrap import Service, build_service
from credit_service.cli.output import JsonFlag, err, exit_code, out, print_json, print_table, progress_bar, to_ticks
from credit_service.domain.batch import Batch, Effects, FindingSeverity, Unusual
from credit_service.errors import CreditServiceError, UnreadableFile
from credit_service.lookup.batches import write_error_workbook
from credit_service.pipeline.ingest import IngestOutcome, Submission, ingest_submission
from credit_service.pipeline.preview import PreviewOutcome, preview_submission
from credit_service.pipeline.sample import SampleRequest, write_sample_file

SHOWN_FINDINGS = 40
"""Findings printed for people; all of them are in ``--json`` and in the error workbook."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("ingest")(ingest)
    app.command("sample")(sample)


def ingest(
    files: Annotated[list[str], typer.Argument(help="一个或多个文件，可用通配符；ZIP 中的文件逐个报送。")],
    agency: Annotated[str, typer.Option("--agency", help="报送单位的统一社会信用代码。")],
    by: Annotated[str, typer.Option("--by", help="报送人，记入审计。")] = "cli",
    corrects: Annotated[str | None, typer.Option("--corrects", help="这是哪个批次的更正文件。")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只试算：会入库、退回、更正什么，会引起哪些建议；不入库。")
    ] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="同时把标红的工作簿写到哪个 .xlsx 文件；只用于单个文件。")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """接收、校验并入库一个或多个文件；合格的入库，不合格的逐行说明原因和改法。"""
    service = build_service()
    paths = _expand(files)
    if report is not None and (len(paths) != 1 or dry_run):
        message = "--report 只能与一个文件同用，也不能与 --dry-run 同用"
        raise typer.BadParameter(message, param_hint="--report")
    answers: list[dict[str, object]] = []
    faults: list[CreditServiceError] = []
    for path in paths:
        submission = Submission(path, path.name, agency, by, corrects)
        try:
            refused = (_preview if dry_run else _ingest)(service, submission, answers, shown=not as_json)
        except CreditServiceError as told:
            refused = [(path.name, told)]
        if len(paths) == 1 and len(refused) == 1 and not answers:
            raise refused[0][1]
        if report is not None:
            _report(service, answers, report)
        for name, fault in refused:
            faults.append(fault)
            answers.append({"file": name, "error": fault.to_dict()})
            if not as_json:
                err.print(f"[bold red]✗ {escape(name)}[/] {escape(str(fault))}")
    if as_json:
        print_json(answers[0] if len(answers) == 1 else {"batches": answers})
    if faults:
        raise SystemExit(exit_code(faults[0]))


Refused = Sequence[tuple[str, CreditServiceError]]


def _ingest(service: Service, submission: Submission, answers: list[dict[str, object]], *, shown: bool) -> Refused:
    with progress_bar(f"校验 {submission.file_name}", shown=shown) as bar:
        report = ingest_submission(service.office, submission, to_ticks(bar))
    for outcome in report.outcomes:
        answers.append(outcome.to_dict())
        if shown:
            print_outcome(outcome)
    return report.refused


def _report(service: Service, answers: list[dict[str, object]], target: Path) -> None:
    """Write the workbook of the one batch a file became; a ZIP of several has one for each, to be asked for."""
    if len(answers) != 1:
        err.print("压缩包中有几个文件，请用 credit batch report 逐批导出。")
        return
    write_error_workbook(service.reading_room, str(answers[0]["batch_id"]), target)
    answers[0]["report"] = str(target)


def _preview(service: Service, submission: Submission, answers: list[dict[str, object]], *, shown: bool) -> Refused:
    with progress_bar(f"试算 {submission.file_name}", shown=shown) as bar:
        report = preview_submission(service.office, submission, to_ticks(bar))
    for outcome in report.outcomes:
        answers.append(outcome.to_dict())
        if shown:
            print_preview(outcome)
    return report.refused


def print_outcome(outcome: IngestOutcome) -> None:
    """Print what became of one file, for people."""
    batch = outcome.batch
    again = "（此前已报送，未重复入库）" if outcome.repeated else ""
    sign = "[bold yellow]… 待确认[/]" if outcome.unusual else "[bold green]✓[/]"
    out.print(
        f"{sign} [bold]{escape(batch.file_name)}[/] {outcome.template_title} 批次 {batch.batch_id}{again}\n"
        f"  收到 {batch.rows} 行：合格 {batch.accepted}，不合格 {batch.rejected}，空行 {batch.blank}"
    )
    _print_whole(batch, outcome.effects, outcome.unusual)
    if outcome.unusual:
        out.print(f"  核对无误的，由另一人运行 credit batch release {batch.batch_id} --reason … --by … 后入库。")
    print_findings(outcome.findings)


def print_preview(outcome: PreviewOutcome) -> None:
    """Print what would become of one file, for people."""
    batch = outcome.batch
    known = "（同样的文件此前已报送，再报不会有变化）" if outcome.known else ""
    out.print(
        f"[bold cyan]试算，没有入库[/] [bold]{escape(batch.file_name)}[/] {outcome.template_title}{known}\n"
        f"  收到 {batch.rows} 行：将入库 {batch.accepted}，将退回 {batch.rejected}，空行 {batch.blank}"
    )
    _print_whole(batch, outcome.effects, outcome.unusual)
    for title, found in (("入库后将新增的建议", outcome.caused), ("入库后将不再成立的建议", outcome.ended)):
        if found:
            rows = [(c.list_kind.label, c.list_type, c.category, c.subject_name, c.rule) for c in found]
            print_table(title, ("名单", "名单种类", "事项", "主体", "规则"), rows[:SHOWN_FINDINGS])
            if len(rows) > SHOWN_FINDINGS:
                out.print(f"  共 {len(rows)} 条，另有 {len(rows) - SHOWN_FINDINGS} 条见 --json。")
    print_findings(outcome.findings)


def _print_whole(batch: Batch, effects: Effects, unusual: Sequence[Unusual]) -> None:
    if batch.corrects:
        out.print(f"  是批次 {batch.corrects} 的更正文件。")
    if effects.replaced or effects.unchanged:
        out.print(f"  新增 {effects.new}，更正 {effects.replaced}，与库中相同 {effects.unchanged}")
    for one in unusual:
        out.print(f"  [yellow]整批异常：{escape(one.message)}[/]\n    {escape(one.remedy)}")


def print_findings(findings: pl.DataFrame) -> None:
    """Print the first findings as a table, and how many there are in all."""
    told = findings.filter(findings["severity"] != FindingSeverity.NOTE.value)
    rows = [
        (f["row"], f["column"], f["value"][:40], FindingSeverity(f["severity"]).label, f["message"], f["remedy"])
        for f in told.head(SHOWN_FINDINGS).iter_rows(named=True)
    ]
    if rows:
        print_table("问题清单", ("行", "列", "原值", "级别", "说明", "建议"), rows)
    if told.height > SHOWN_FINDINGS:
        more = told.height - SHOWN_FINDINGS
        out.print(f"  另有 {more} 条：加 --json 看全部，或用 credit batch report 导出标红的工作簿。")


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
            to_ticks(bar),
        )
    if as_json:
        print_json(written)
    else:
        out.print(
            f"[green]✓[/] {target}：{written['rows']} 行，其中应拒收 {written['rejected']} 行；"
            f"预期结果见 {written['expected']}"
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
