"""``credit check``, ``sql``, ``audit``: questions that change nothing but the access log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.query import Purpose
from credit_service.lookup.audit import verify_audit
from credit_service.lookup.query import describe_snapshot, run_sql
from credit_service.lookup.subject import CheckRequest, check_subject
from credit_service.pipeline.standing import check_standing


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("check")(check)
    app.command("sql")(sql)
    app.command("audit")(audit)


def check(
    identifier: Annotated[str, typer.Argument(help="统一社会信用代码、注册号、组织机构代码或公民身份号码。")],
    agency: Annotated[str, typer.Option("--agency", help="查询单位代码。")],
    purpose: Annotated[Purpose, typer.Option("--purpose", help="查询目的。")],
    case_no: Annotated[str, typer.Option("--case-no", help="办理事项编号，留存备查。")],
    as_json: JsonFlag = False,
) -> None:
    """查询一个主体当前的信用状态，查询记录依法留存。"""
    room = build_service().reading_room
    standing = check_subject(room, CheckRequest(identifier, purpose, case_no, "cli", agency))
    if as_json:
        print_json(asdict(standing))
        return
    name = standing.name or standing.identifier
    out.print(f"[bold]{name}[/] 截至 {standing.as_of:%Y-%m-%d %H:%M} UTC，{len(standing.listings)} 条有效名单信息")
    for listing in standing.listings:
        measures = "、".join(listing.measures)
        mark = f"（异议处理中，自{listing.objection.since}）" if listing.objection else ""
        out.print(f"  {listing.list_type_name}{mark}：{listing.fact}")
        out.print(f"    依据 {listing.basis}；至 {listing.until_on or '长期'}；措施 {measures}")


def sql(
    query: Annotated[str | None, typer.Argument(help="一条 SELECT；不给则列出可查的表。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """在只读、脱敏的快照上查询（沙箱内运行，限时、限量）。"""
    room = build_service().reading_room
    if query is None:
        notes = describe_snapshot(room)
        if as_json:
            print_json({"tables": [asdict(note) for note in notes]})
        else:
            for note in notes:
                print_table(note.name, ("列", "类型", "说明"), note.columns)
        return
    result = run_sql(room, query)
    if as_json:
        print_json(asdict(result))
    else:
        print_table(f"{len(result.rows)} 行" + ("（已截断）" if result.truncated else ""), result.columns, result.rows)


def audit(as_json: JsonFlag = False) -> None:
    """核验审计链是否完整，各案件的状态是否正是其办理行为的结果。"""
    service = build_service()
    report, standing = verify_audit(service.reading_room), check_standing(service.office)
    if as_json:
        print_json({**asdict(report), "standing": asdict(standing)})
    else:
        mark = "[green]✓ 完整[/]" if report.intact else f"[red]✗ 第 {report.first_broken} 行起不符[/]"
        out.print(f"审计 {report.rows} 行：{mark}")
        differing = "、".join(standing.differing)
        mark = f"[red]✗ 与办理行为不符：{differing}[/]" if differing else "[green]✓ 均为其办理行为的结果[/]"
        unknown = f"；{len(standing.unknown)} 件有早期行为未记规则库，无法推算" if standing.unknown else ""
        out.print(f"案件 {standing.cases} 件：{mark}{unknown}")
    if not report.intact or standing.differing:
        raise SystemExit(70)
