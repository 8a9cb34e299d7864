"""``credit rules …``: the rulebook's own tools."""

from __future__ import annotations

import typer

from credit_service.bootstrap import find_places
from credit_service.cli.output import EXIT_CODES, JsonFlag, out, print_json, print_table
from credit_service.cli.tree import RulesGroup
from credit_service.domain.clock import SystemClock, legal_day
from credit_service.errors import RulebookError
from credit_service.lookup.rules import check_rulebook

app = typer.Typer(cls=RulesGroup, help="规则库。", no_args_is_help=True)


@app.callback()
def rules() -> None:
    """规则库：校验。"""


@app.command("check")
def check(as_json: JsonFlag = False) -> None:
    """校验全部规则文件，列出待客户确认的条目、不能用规则语言表达的规定、应再核对的法律依据。"""
    report = check_rulebook(find_places().rules, legal_day(SystemClock().now()))
    if as_json:
        print_json(report.to_dict())
    else:
        tail = f"（另有{len(report.follow_ons)}处随之而来）" if report.follow_ons else ""
        if report.faults:
            rows = [(f.file, f.line, f.code, f.message, f.remedy) for f in report.faults]
            print_table("问题", ("文件", "行", "代码", "说明", "改法"), rows)
            if report.follow_ons:
                follow_ons = [(f.file, f.line, f.message) for f in report.follow_ons]
                print_table("随上列问题而来，改正后再看", ("文件", "行", "说明"), follow_ons)
        out.print(
            f"{report.files} 个文件，{report.cases} 个案例，"
            f"{len(report.faults)} 处问题{tail}，{len(report.unconfirmed)} 项待确认，"
            f"{len(report.limits)} 项未能逐一证明。"
        )
        for limit in report.limits:
            out.print(f"  未能逐一证明 {limit.file}:{limit.line} {limit.message}", markup=False)
        for entry in report.unconfirmed:
            note = f"（{entry.note}）" if entry.note else ""
            out.print(f"  待确认 {entry.file}:{entry.line} {entry.rule_id} {entry.text}{note}", markup=False)
        for entry in report.untranslatable:
            out.print(
                f"  不能表达 {entry.file}:{entry.line} {entry.rule_id} {entry.text}（{entry.note}）", markup=False
            )
        for law in report.due_laws:
            out.print(f"  应再核对 {law.file}:{law.line} {law.name} {law.title}（{law.due_on}起）", markup=False)
    if report.faults:
        raise SystemExit(EXIT_CODES[RulebookError])
