"""``credit rules compile``: the rules on disk as SQL for an engine."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from credit_service.bootstrap import find_places
from credit_service.cli.output import JsonFlag, print_json
from credit_service.cli.rules_commands import app
from credit_service.domain.clock import SystemClock, legal_day
from credit_service.lookup.compiled_rules import Engine, compile_rules


@app.command("compile")
def compile_(
    target: Annotated[Engine, typer.Option("--target", help="执行的引擎。")] = Engine.DUCKDB,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], metavar="日期", help="按哪一天生效的规则；不写为今天。"),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """把规则编译成 SQL 并显示，不采用、不保存；加 --json 另有判定表和各步的参数。"""
    day = as_of.date() if as_of else legal_day(SystemClock().now())
    made = compile_rules(find_places().rules, day, target)
    if as_json:
        print_json(made.to_dict())
    else:
        typer.echo(made.sql, nl=False)
