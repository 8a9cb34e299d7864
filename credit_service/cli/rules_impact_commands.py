"""``credit rules impact``: what a draft of the rules would change, before anybody adopts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, err, fail, out, print_json, print_table
from credit_service.cli.rules_commands import app
from credit_service.errors import RulebookFaulty
from credit_service.lookup.impact import EXAMPLES, ImpactQuestion, compare_draft
from credit_service.lookup.impact_page import render_report
from credit_service.lookup.impact_print import print_impact
from credit_service.lookup.impact_scores import BANDS
from credit_service.lookup.impact_types import LISTS, Example, Impact
from credit_service.lookup.impact_words import SCOPE, say_persons, say_points, summarise, to_json
from credit_service.lookup.impact_workbook import write_workbook

SHOWN = 12
"""Rows of a dimension that are printed; the report and the workbook have more."""
CASES_SHOWN = 3


@app.command("impact")
def impact(
    draft: Annotated[
        Path, typer.Option("--draft", help="草案目录，结构与 rules/ 相同。", exists=True, file_okay=False)
    ],
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="比较哪一天；不给则今天。")
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=50, help="每个名单、每个方向举几个例子。")
    ] = EXAMPLES,
    html: Annotated[Path | None, typer.Option("--html", help="另存为报告（网页，单个文件，可打印）。")] = None,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="另存为报告（PDF）。")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="另存为工作簿（Excel，含图）。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """把规则草案与现行规则放在真实数据上比较：谁会进出各名单，得分怎样变化，举例说明原因。不保存任何结果。"""
    service = build_service()
    question = ImpactQuestion(draft, as_of.date() if as_of else None, examples)
    try:
        with _steps(shown=not as_json) as tick:
            found = compare_draft(service.reading_room, question, tick)
    except RulebookFaulty as fault:
        _refuse(fault, as_json=as_json)
    if html is not None:
        html.write_bytes(render_report(found, service.office.district.name))
    if pdf is not None:
        templates = service.office.places.publication_templates
        pdf.write_bytes(print_impact(found, service.office.district.name, templates))
    if xlsx is not None:
        xlsx.write_bytes(write_workbook(found, service.office.district.name))
    if as_json:
        print_json({**to_json(found), "html": _name(html), "pdf": _name(pdf), "xlsx": _name(xlsx)})
        return
    _print(found)
    _say_saved(html, pdf, xlsx)


@contextmanager
def _steps(*, shown: bool) -> Iterator[Any]:
    """Show on standard error how many steps are done."""
    columns = (
        TextColumn("正在比较"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f} 步"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not shown) as bar:
        task = bar.add_task("", total=1)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _refuse(fault: RulebookFaulty, *, as_json: bool) -> None:
    if not as_json:
        rows = [
            (one["file"], one["line"], one["message"], one["remedy"])
            for one in fault.attributes.get("faults", ())  # type: ignore[attr-defined]
        ]
        print_table("草案中的错误", ("文件", "行", "说明", "改法"), rows)
    fail(fault, as_json=as_json)


def _print(found: Impact) -> None:
    out.print(f"草案 {found.after.hash[:12]} 与现行规则 {found.before.hash[:12]}，截至{found.as_of}，")
    out.print(f"{found.records:,} 条记录、{found.subjects:,} 个主体（其中评分 {found.scored:,} 家）。")
    for line in summarise(found):
        out.print(f"  · {line}", markup=False)
    if not found.is_same and found.records:
        _print_lists(found)
        _print_dimensions(found)
        _print_scores(found)
        for example in found.examples:
            _print_example(example)
    if found.case_faults:
        rows = [(fault.file, fault.line, fault.message) for fault in found.case_faults[:CASES_SHOWN]]
        more = (
            f"（{len(found.case_faults)}处，列出{CASES_SHOWN}处；全部见 CREDIT_RULES=草案目录 credit rules check）"
            if len(found.case_faults) > CASES_SHOWN
            else ""
        )
        print_table(f"采用前必须更正的案例{more}", ("文件", "行", "说明"), rows)
    out.print(SCOPE, style="dim", markup=False)


def _print_lists(found: Impact) -> None:
    rows = []
    for line, person in zip(found.organisations, found.persons, strict=True):
        flow = line.flow
        shares = (flow.before, f"+{flow.entering:,}", f"−{flow.leaving:,}", flow.after)
        rows.append((line.label, *shares, f"+{say_persons(person.flow.entering)} −{say_persons(person.flow.leaving)}"))
    print_table("各名单（建议列入的家数）", ("名单", "现行", "新增", "移出", "草案", "自然人"), rows)


def _print_dimensions(found: Impact) -> None:
    for dimension in found.dimensions:
        rows: list[tuple[object, ...]] = []
        for kind in LISTS:
            moving = [line for line in dimension.of_list(kind) if line.flow.moved]
            for line in moving[:SHOWN]:
                flow = line.flow
                rows.append(
                    (kind.label, line.label, flow.before, f"+{flow.entering:,}", f"−{flow.leaving:,}", flow.after)
                )
            if len(moving) > SHOWN:
                rows.append((kind.label, f"…另有{len(moving) - SHOWN}行，见报告或工作簿", "", "", "", ""))
        if rows:
            print_table(f"按{dimension.title}", ("名单", dimension.title, "现行", "新增", "移出", "草案"), rows)
            out.print(f"  {dimension.note}", style="dim", markup=False)


def _print_scores(found: Impact) -> None:
    moved = [shift for shift in found.shifts if shift.has_moved]
    if not moved:
        return
    rows = [
        (
            shift.name,
            shift.scored,
            shift.moved,
            say_points(shift.lowest),
            say_points(shift.highest),
            shift.worse,
            shift.better,
        )
        for shift in moved
    ]
    print_table("得分和等级", ("类别", "评分家数", "得分有变", "最多降", "最多升", "等级变差", "等级变好"), rows)
    whole = found.whole
    if whole is None:
        return
    moves = [(m.before or "无", m.after or "无", m.subjects) for m in whole.moves if not m.is_same]
    print_table("综合等级的变化", ("现行", "草案", "家数"), moves)
    most = max(*whole.bands, 1)
    bands = [
        (band, number, "█" * -(-30 * number // most)) for band, number in zip(BANDS, whole.bands, strict=True) if number
    ]
    print_table("综合得分的变化", ("变化", "家数", ""), bands)


def _print_example(example: Example) -> None:
    way = "新增" if example.enters else "移出"
    out.print(f"\n[bold]{way} {example.list_kind.label}[/] {example.list_type} · {example.category}")
    out.print(f"  {example.name} {example.code or '（无代码）'} {example.kind}", markup=False)
    side = "草案提出" if example.enters else "现行规则提出、草案不再提出"
    out.print(f"  {side}：{example.rule.text}（{example.rule.rule}，{example.rule.source}）", markup=False)
    if example.asked_before != example.asked_after:
        out.print(f"  现行条件：{example.asked_before or '没有这条规则'}", markup=False)
        out.print(f"  草案条件：{example.asked_after or '没有这条规则'}", markup=False)
    for pair in example.scores:
        before = f"{say_points(pair.points_before)} {pair.grade_before or ''}".strip()
        after = f"{say_points(pair.points_after)} {pair.grade_after or ''}".strip()
        out.print(f"  {pair.name}：{before} → {after}", markup=False)
    for record in example.records:
        out.print(
            f"  {record.decided_on} {record.kind}（批次{record.batch_id}第{record.row}行）："
            f"{say_points(record.points_before)}分 {record.rule_before.rule} → "
            f"{say_points(record.points_after)}分 {record.rule_after.rule}",
            markup=False,
        )


def _say_saved(html: Path | None, pdf: Path | None, xlsx: Path | None) -> None:
    for path, what in ((html, "报告"), (pdf, "报告"), (xlsx, "工作簿")):
        if path is not None:
            out.print(f"[green]✓[/] {what}已写入 {path}")


def _name(path: Path | None) -> str | None:
    return None if path is None else str(path)
