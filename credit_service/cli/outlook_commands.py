"""``credit outlook``: how close a subject is to which list, and what it could lawfully do."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import build_service
from credit_service.cli.assess_commands import AsOf, to_day
from credit_service.cli.output import JsonFlag, out, print_json
from credit_service.domain.score import POINT, ListKind
from credit_service.lookup.outlook import GoalView, NearMiss, OptionView, find_outlook


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("outlook")(outlook)


def outlook(
    subject: Annotated[str, typer.Argument(help="主体编号或代码，例如 uscc:… 或18位代码。")],
    as_of: AsOf = None,
    as_json: JsonFlag = False,
) -> None:
    """说明一个主体离哪个名单还差多少，以及依法可以怎样退出或进入：修复、履行、申请移出或等待期满。"""
    found = find_outlook(build_service().reading_room, subject, to_day(as_of))
    if as_json:
        print_json(found.to_dict())
        return
    out.print(f"[bold]{found.subject}[/] 基准日 {found.as_of}")
    for near in found.near_misses:
        out.print(f"  临界：{say_near_miss(near)}", markup=False)
    for goal in found.goals:
        out.print(f"  [bold]{'进入' if goal.reach else '退出'}“{escape(goal.name)}”[/] {goal.category_name}".rstrip())
        for option in goal.options:
            out.print(f"    {say_option(option)}", markup=False)
        if not goal.options:
            out.print(f"    至{goal.until_on}没有可行的办法：{_say_none(goal)}", markup=False)
    out.print("  以上按今天的规则推算，以认定机关的决定为准。", markup=False)


def say_near_miss(near: NearMiss) -> str:
    """Return a near miss in words."""
    more = "再加" if near.list_kind is ListKind.RED else "再减"
    return f"{near.category_name}现为{near.points / POINT:g}分，{more}{near.missing / POINT:g}分即：{near.text}"


def say_option(option: OptionView) -> str:
    """Return an option in words."""
    acts = "；".join(
        f"{step.label}（{step.topic}，{step.decided_on}决定，{step.from_on}起可办）" for step in option.steps
    )
    then = f"（届时仍在建议范围：{'、'.join(option.remaining)}）" if option.remaining else ""
    return f"{option.on}：{acts or '不需要办理，期满自动'}{then}"


def _say_none(goal: GoalView) -> str:
    return "红名单须先有有效荣誉，且满足规则的其他条件。" if goal.reach else "记录在期限内一直有效。"
