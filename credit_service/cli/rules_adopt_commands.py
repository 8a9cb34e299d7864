"""``credit rules propose … show-sql``: how rules on disk come into force, by two persons."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ACTOR_HELP, acting
from credit_service.cli.assess_commands import to_day
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.cli.rules_commands import app
from credit_service.errors import RulebookFaulty
from credit_service.lookup.adoptions import AdoptionView, check_copies, list_adoptions, list_texts
from credit_service.pipeline.adopt import ProposalRequest, confirm_rulebook, propose_rulebook, withdraw_rulebook

By = Annotated[str, typer.Option("--by", help=ACTOR_HELP)]
Name = Annotated[str, typer.Argument(help="规则库哈希，写前8位以上即可，见 credit rules adoptions。")]


@app.command("propose")
def propose(
    from_on: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="生效日，不得早于确认之日。")],
    reason: Annotated[str, typer.Option("--reason", help="采用的理由，例如依据的文件。")],
    by: By,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="逐项接受：规则无法表达的条款编号，或就地修改的已采用版本的文件；可写多次。"),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """把 rules/ 提请采用：全部校验、编译并留存，等待第二人确认；有任何问题都不采用，现行规则不变。"""
    service = build_service()
    day = to_day(from_on) or service.office.today()
    with acting(service, by) as actor:
        try:
            proposed = propose_rulebook(service.office, ProposalRequest(actor, day, reason, tuple(accept or ())))
        except RulebookFaulty as fault:
            _print_faults(fault, as_json=as_json)
            raise
    one = proposed.adoption
    if as_json:
        print_json(
            {
                "number": one.number,
                "rulebook": one.rulebook,
                "from_on": one.from_on,
                "accepted": list(one.accepted),
                "edited": list(proposed.edited),
                "unconfirmed": one.unconfirmed,
                "targets": list(proposed.targets),
                "not_compiled": list(proposed.not_compiled),
            }
        )
        return
    out.print(
        f"[green]✓[/] 已提出：规则库 {one.rulebook[:12]} 自 {one.from_on} 起生效，等待第二人确认：\n"
        f"  credit rules confirm {one.rulebook[:12]} --by 决定人员\n"
        f"  已编译 {'、'.join(proposed.targets)}；待客户确认的条目 {one.unconfirmed} 项；"
        f"逐项接受 {len(one.accepted)} 项。"
    )
    if proposed.not_compiled:
        out.print(f"  [yellow]没有编译[/] {'、'.join(proposed.not_compiled)}：规则用到了该引擎尚无写法的表达。")
    for path in proposed.edited:
        out.print(f"  就地修改 {path}", markup=False)


@app.command("confirm")
def confirm(name: Name, by: By, as_json: JsonFlag = False) -> None:
    """由第二人确认采用一部规则库，自提出的日期起生效。"""
    service = build_service()
    with acting(service, by) as actor:
        one = confirm_rulebook(service.office, name, actor)
    if as_json:
        print_json({"number": one.number, "rulebook": one.rulebook, "from_on": one.from_on, "state": one.state.value})
        return
    out.print(f"[green]✓[/] 已采用：规则库 {one.rulebook[:12]}，{one.proposed_by} 提出，{one.confirmed_by} 确认。")
    out.print(f"  自 {one.from_on} 起生效；此前的评价、决定不受影响。")


@app.command("withdraw")
def withdraw(
    name: Name,
    reason: Annotated[str, typer.Option("--reason", help="撤回的理由。")],
    by: By,
    as_json: JsonFlag = False,
) -> None:
    """撤回尚未确认的规则库。"""
    service = build_service()
    with acting(service, by) as actor:
        one = withdraw_rulebook(service.office, name, actor, reason)
    if as_json:
        print_json({"number": one.number, "rulebook": one.rulebook, "state": one.state.value})
    else:
        out.print(f"[green]✓[/] 已撤回：规则库 {one.rulebook[:12]}，不再等待确认。")


@app.command("adoptions")
def adoptions(as_json: JsonFlag = False) -> None:
    """列出历次采用的规则库，并逐字节核对留存的副本。"""
    room = build_service().reading_room
    views = list_adoptions(room)
    if as_json:
        print_json({"adoptions": [view.to_dict() for view in views], "checked": list(check_copies(room))})
        return
    headers = ("编号", "规则库", "方式", "状态", "生效日", "至", "提出", "确认", "待确认条目", "理由")
    print_table("规则库的采用", headers, [_row(view) for view in views])
    out.print(f"[green]✓[/] 留存的 {len(check_copies(room))} 部规则库与采用时逐字节一致。")


@app.command("show-sql")
def show_sql(
    name: Annotated[
        str, typer.Argument(help="规则库、某日规则或SQL的哈希，写前8位以上即可，见 credit rules adoptions。")
    ],
    target: Annotated[str, typer.Option("--target", help="引擎：duckdb、spark。")] = "duckdb",
    as_json: JsonFlag = False,
) -> None:
    """显示采用规则库时编译并留存的 SQL。"""
    texts = list_texts(build_service().reading_room, name, target)
    if as_json:
        print_json(
            {
                "texts": [
                    {
                        "from_on": t.from_on,
                        "rulebook": t.rulebook,
                        "compiler": t.compiler,
                        "sql_hash": t.sql_hash,
                        "sql": t.sql,
                    }
                    for t in texts
                ]
            }
        )
        return
    for text in texts:
        out.print(f"-- {text.target} 自 {text.from_on} 起 {text.sql_hash}\n-- {text.compiler}", markup=False)
        typer.echo(text.sql)


def _print_faults(fault: RulebookFaulty, *, as_json: bool) -> None:
    """Print every fault for people; programs find them in the error."""
    faults = fault.attributes.get("faults")
    if not as_json and isinstance(faults, list):
        rows = [(f["file"], f["line"], f["code"], f["message"], f["remedy"]) for f in faults]
        print_table("问题", ("文件", "行", "代码", "说明", "改法"), rows)


def _row(view: AdoptionView) -> tuple[object, ...]:
    one = view.adoption
    state = f"{one.state.label}（现行）" if view.in_force else one.state.label
    return (
        one.number,
        one.rulebook[:12],
        one.kind.label,
        state,
        one.from_on,
        view.until_on or "",
        one.proposed_by,
        one.confirmed_by or one.withdrawn_by or "",
        one.unconfirmed,
        one.reason,
    )
