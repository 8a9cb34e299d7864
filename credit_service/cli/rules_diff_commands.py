"""``credit rules diff``: how two rulebooks differ, in words."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from typing import Annotated

import typer

from credit_service.bootstrap import build_service, find_places
from credit_service.cli.output import JsonFlag, out, print_json
from credit_service.cli.rules_commands import app
from credit_service.domain.clock import SystemClock, legal_day
from credit_service.lookup.rule_differences import find_differences

_WHICH = "日期（2026-04-01，当日有效的已采用规则，读自留存的副本）、版本（publicity/terms/order36）或者规则目录。"

_SHOWN = {"added": "{0.after}", "removed": "{0.before}"} | dict.fromkeys(("changed", "moved"), "{0.before} → {0.after}")


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(metavar="甲", help=_WHICH)],
    after: Annotated[str, typer.Argument(metavar="乙", help=_WHICH)],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="日期", help="目录和版本按哪一天比较；不写为今天。"),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """逐条说明两套规则的不同：新增、删除、修改（改前、改后）、调整顺序。"""
    day = as_of.date() if as_of else legal_day(SystemClock().now())
    found = find_differences(find_places().rules, (before, after), day, lambda: build_service().reading_room)
    if as_json:
        print_json(found.to_dict())
        return
    out.print(f"甲：{found.before.source}\n乙：{found.after.source}", markup=False)
    for words, changes in groupby(found.changes, key=lambda change: change.group_words):
        out.print(f"[bold]{words}[/]")
        for change in changes:
            rule = "" if change.rule_id == change.group else f"{change.rule_id} {change.text}".strip()
            place = change.place_after or change.place_before
            out.print(f"  {change.kind.label} {rule}{f'（{place}）' if place else ''}", markup=False)
            for value in change.values:
                out.print(f"      {value.name}：{_SHOWN[change.kind.value].format(value)}", markup=False)
    out.print(f"共 {len(found.changes)} 处不同。" if found.changes else "两套规则没有不同。")
