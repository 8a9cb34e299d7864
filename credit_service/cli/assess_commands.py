"""``credit assess``, ``explain``, ``rebuild``: scoring and saying why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import POINT, ListKind, Reason
from credit_service.lookup.explain import Explanation, explain_subject
from credit_service.pipeline.assess import assess as assess_chapter
from credit_service.pipeline.rebuild import rebuild as rebuild_chapter
from credit_service.pipeline.rebuild import reconcile

AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="评价基准日，默认今天。")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("assess")(assess)
    app.command("explain")(explain)
    app.command("rebuild")(rebuild)


def to_day(value: datetime | None) -> date | None:
    """Return the day a command was given."""
    return value.replace(tzinfo=UTC).date() if value else None


def assess(as_of: AsOf = None, as_json: JsonFlag = False) -> None:
    """按基准日对全部主体分事项评价，提出红、黑、关注名单建议。"""
    service = build_service()
    outcome = assess_chapter(service.office, to_day(as_of) or service.office.today())
    if as_json:
        print_json(outcome.to_dict())
        return
    out.print(
        f"[bold green]✓ 评价完成[/] {outcome.run_id} 基准日 {outcome.as_of}\n"
        f"  记录 {outcome.records}，主体 {outcome.subjects}，评分 {outcome.scores}，规则 {outcome.rulebook[:12]}\n  "
        + "，".join(f"{kind.label} {outcome.candidates.get(kind.value, 0)}" for kind in ListKind)
    )
    rows = [(c.case_id, c.list_kind.label, c.subject_name, c.fact) for c in outcome.proposed]
    if rows:
        print_table("新提出的建议（系统只建议，由人决定）", ("编号", "名单", "主体", "理由"), rows)


def explain(
    subject: Annotated[str, typer.Argument(help="主体编号或代码，例如 uscc:… 或18位代码。")],
    as_of: AsOf = None,
    as_json: JsonFlag = False,
) -> None:
    """说明一个主体的评分和建议从何而来，直到文件的行和依据条款。"""
    explanation = explain_subject(build_service().reading_room, subject, to_day(as_of))
    if as_json:
        print_json(explanation.to_dict())
    else:
        print_explanation(explanation)


def print_explanation(explanation: Explanation) -> None:
    """Print an explanation for people."""
    out.print(
        f"[bold]{explanation.name}[/] {explanation.subject}  "
        f"基准日 {explanation.as_of}  规则 {explanation.rulebook[:12]}"
    )
    if explanation.is_person:
        rows = [(r.decided_on, RecordKind(r.kind).label, f"{r.file} 第{r.row}行", r.note) for r in explanation.records]
        print_table("记录（依法不对自然人评分）", ("决定日", "类别", "来源", "说明"), rows)
    elif not explanation.categories:
        out.print("  没有计分记录。")
    for category in explanation.categories:
        print_table(
            f"{category.name}：{points(category.points)} 分，等级 {category.grade}",
            ("决定日", "程度", "原分", "权重", "计分", "规则", "依据", "来源", "说明"),
            [_reason_row(reason) for reason in category.reasons],
        )
    for candidate in explanation.candidates:
        out.print(
            f"  建议：{candidate.list_kind.label} {candidate.list_type} 规则 {candidate.rule}（{candidate.source}）"
        )


def _reason_row(reason: Reason) -> tuple[object, ...]:
    return (
        reason.decided_on,
        Severity(reason.severity).label if reason.severity else "",
        points(reason.points_before),
        f"{reason.weight / 10_000:.2f}%",
        points(reason.points),
        reason.rule,
        reason.source,
        f"{reason.file} 第{reason.row}行",
        reason.note,
    )


def points(units: int) -> str:
    """Return points of 10⁻⁴ as people write them."""
    sign, units = ("-" if units < 0 else ""), abs(units)
    whole, rest = divmod(units, POINT)
    return f"{sign}{whole}" + (f".{rest:04d}".rstrip("0") if rest else "")


def rebuild(
    check_only: Annotated[bool, typer.Option("--reconcile", help="只补齐与台账不一致的批次，不整库重建。")] = False,
    as_json: JsonFlag = False,
) -> None:
    """用收件箱、台账和规则重建数据仓库。"""
    office = build_service().office
    outcome = reconcile(office) if check_only else rebuild_chapter(office)
    if as_json:
        print_json(outcome.to_dict())
    else:
        out.print(
            f"[green]✓[/] 核对 {outcome.compared} 批，"
            f"重新入库 {len(outcome.restored)} 批，清除 {len(outcome.dropped)} 批；"
            f"重做评价 {len(outcome.repeated)} 次，规则已变而未重做 {len(outcome.lost)} 次。"
        )
