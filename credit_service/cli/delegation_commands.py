"""``credit delegation …``: who may act in whose place while somebody is absent."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.pipeline.standins import NewDelegation, end_delegation, give_delegation, list_delegations

app = typer.Typer(help="代行授权：审核、决定人员不在岗时由谁代行。", no_args_is_help=True)


@app.command("add")
def add(
    from_id: Annotated[str, typer.Argument(help="不在岗的人的登录名。")],
    to_id: Annotated[str, typer.Argument(help="代行人的登录名。")],
    from_on: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="起始日（含）。")],
    until_on: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="终止日（含）。")],
    reason: Annotated[str, typer.Option("--reason", help="理由。")],
    by: Annotated[str, typer.Option("--by", help=ACTOR_HELP)],
    as_json: JsonFlag = False,
) -> None:
    """登记一项代行授权；由本人或系统管理员办理，不溯及既往。"""
    service = build_service()
    with acting(service, by) as actor:
        new = NewDelegation(from_id, to_id, from_on.date(), until_on.date(), reason)
        given = give_delegation(service.office, new, actor)
    if as_json:
        print_json({"number": given.number, "from": from_id, "to": to_id, "until_on": given.until_on})
    else:
        out.print(f"[green]✓[/] 授权{given.number}：{to_id} 自{given.from_on}至{given.until_on}代行 {from_id} 的职责。")


@app.command("end")
def end(
    number: Annotated[int, typer.Argument(help="授权编号，见 credit delegation list。")],
    by: Annotated[str, typer.Option("--by", help=ACTOR_HELP)],
    as_json: JsonFlag = False,
) -> None:
    """提前终止一项代行授权。"""
    service = build_service()
    with acting(service, by) as actor:
        end_delegation(service.office, number, actor)
    if as_json:
        print_json({"number": number, "ended": True})
    else:
        out.print(f"[green]✓[/] 授权{number}已终止。")


@app.command("list")
def list_all(as_json: JsonFlag = False) -> None:
    """列出代行授权，新的在前。"""
    found = list_delegations(build_service().office)
    rows = [
        {
            "number": one.number,
            "from": one.from_id,
            "to": one.to_id,
            "from_on": one.from_on,
            "until_on": one.until_on,
            "reason": one.reason,
            "given_by": one.given_by,
            "ended_by": one.ended_by,
        }
        for one in found
    ]
    if as_json:
        print_json({"delegations": rows})
    elif rows:
        heads = ("编号", "本人", "代行人", "起", "止", "理由", "登记人", "终止人")
        print_table("代行授权", heads, [tuple(row.values()) for row in rows])
    else:
        out.print("没有代行授权。用 credit delegation add 登记。")
