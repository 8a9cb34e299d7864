"""``credit assess``, ``explain``, ``rebuild``: scoring and saying why."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.output import EXIT_CODES, JsonFlag, out, print_json, print_table
from credit_service.domain.record import RecordKind, Severity
from credit_service.domain.score import POINT, ListKind, Reason
from credit_service.errors import StorageError
from credit_service.lookup.explain import Explanation, explain_subject
from credit_service.pipeline.assess import assess as assess_chapter
from credit_service.pipeline.office import Office
from credit_service.pipeline.rebuild import rebuild as rebuild_chapter
from credit_service.pipeline.rebuild import reconcile
from credit_service.pipeline.repeat import Repetition, repeat_assessment

FIRST_YEAR, LAST_YEAR = 1949, 2199
AsOf = Annotated[datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="评价基准日，默认今天。")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("assess")(assess)
    app.command("explain")(explain)
    app.command("rebuild")(rebuild)


def to_day(value: datetime | None) -> date | None:
    """Return the day a command was given.

    Raises:
        typer.BadParameter: No rule file may name such a year, so none can be in force.
    """
    if value is None:
        return None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        message = f"日期应当在{FIRST_YEAR}年至{LAST_YEAR}年之间"
        raise typer.BadParameter(message)
    return value.replace(tzinfo=UTC).date()


def assess(
    as_of: AsOf = None,
    repeat: Annotated[
        str, typer.Option("--repeat", help="不做新评价，而是按当时采用的规则和已知的数据重做一次评价，与留存结果比对。")
    ] = "",
    as_json: JsonFlag = False,
) -> None:
    """按基准日对全部主体分事项评价，提出红、黑、关注名单建议。"""
    service = build_service()
    if repeat:
        _repeat(service.office, repeat, as_json=as_json)
        return
    outcome = assess_chapter(service.office, to_day(as_of) or service.office.today())
    if as_json:
        print_json(outcome.to_dict())
        return
    out.print(
        f"[bold green]✓ 评价完成[/] {outcome.run_id} 基准日 {outcome.as_of}\n"
        f"  记录 {outcome.records}，主体 {outcome.subjects}，评分 {outcome.scores}，规则 {outcome.rulebook[:12]}\n  "
        + "，".join(f"{kind.label} {outcome.candidates.get(kind.value, 0)}" for kind in ListKind)
    )
    receipt = outcome.receipt
    out.print(
        f"  回执：采用编号 {receipt.adoption}，SQL {receipt.sql_hash[:12]}，"
        f"数据 {(receipt.facts_digest or '')[:12]}，结果 {(receipt.result_digest or '')[:12]}"
    )
    if outcome.as_of > service.office.today():
        out.print("  基准日在将来：只推算，不提出建议。")
    rows = [(c.case_id, c.list_kind.label, c.subject_name, c.fact) for c in outcome.proposed]
    if rows:
        print_table("新提出的建议（系统只建议，由人决定）", ("编号", "名单", "主体", "理由"), rows)


def _repeat(office: Office, run_id: str, *, as_json: bool) -> None:
    """Do an assessment again and say whether it is the stored one; where it is not, leave with the stores' code."""
    repetition = repeat_assessment(office, run_id)
    if as_json:
        print_json(repetition.to_dict())
    else:
        _print_repetition(repetition)
    if not repetition.is_identical:
        raise SystemExit(EXIT_CODES[StorageError])


def _print_repetition(repetition: Repetition) -> None:
    receipt = repetition.receipt
    mark = "[green]✓ 逐位一致[/]" if repetition.is_identical else "[red]✗ 与留存结果不同[/]"
    out.print(
        f"{mark} {receipt.run_id} 基准日 {receipt.as_of}，已知至 {receipt.known_at:%Y-%m-%d %H:%M:%S} UTC，"
        f"采用编号 {receipt.adoption or '（采用制度之前）'}"
    )
    words = {True: "一致", False: "不同", None: "回执未载"}
    rows = [
        ("规则", repetition.same_rules),
        ("仓库结构", repetition.same_schema),
        ("编译器", repetition.same_compiler),
        ("SQL", repetition.same_sql),
        ("数据", repetition.same_facts),
        ("结果", repetition.same_result),
    ]
    print_table("与回执比对", ("项目", "比对"), [(name, words[same]) for name, same in rows])
    if not repetition.is_stored:
        out.print("  数据仓库中没有该次评价的结果，只比对了摘要；credit rebuild 会重做全部评价。")
    differences = [(d.table, d.only_stored, d.only_repeated, "、".join(d.examples)) for d in repetition.differences]
    if differences:
        print_table("结果的差别", ("表", "仅留存有", "仅重做有", "主体举例"), differences)


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
            f"重做评价 {len(outcome.repeated)} 次，其中结果与回执不同 {len(outcome.differing)} 次；"
            f"规则已变而未重做 {len(outcome.lost)} 次。"
        )
