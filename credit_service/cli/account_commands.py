"""``credit account``: who may sign in. No secret has a default and none is shown twice.

Whoever can run commands at the machine is trusted with accounts, for somebody has to make the first one; the ledger
notes ``console``, or the administrator named with ``--by``, who then signs in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, TypeVar

import typer

from credit_service.bootstrap import Service, build_service
from credit_service.cli.acting import acting, ask_password, signed_in_for_now
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Actor, Role
from credit_service.domain.sign_in import Visitor
from credit_service.lookup.accounts import get_account_view, list_account_lines
from credit_service.pipeline.account_acts import (
    CONSOLE,
    change_role,
    disable_account,
    enable_account,
    link_identity,
    remove_factor,
    reset_password,
    unlink_identity,
    unlock_account,
)
from credit_service.pipeline.accounts import NewAccount, add_account
from credit_service.pipeline.own_account import change_password

Answer = TypeVar("Answer")

app = typer.Typer(help="登录账号。", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="登录名。")]
Reason = Annotated[str, typer.Option("--reason", help="理由：谁提出、如何核实本人。")]
By = Annotated[str, typer.Option("--by", help="办理的系统管理员登录名；不给则记为控制台（console）。")]


@app.command("add")
def account_add(
    account_id: Name,
    agency: Annotated[str, typer.Option("--agency", help="所属单位代码。")],
    role: Annotated[Role, typer.Option("--role", help="角色。")],
    name: Annotated[str, typer.Option("--name", help="姓名或岗位，显示在办理记录中。")] = "",
    initial: Annotated[
        bool, typer.Option("--initial", help="密码只是初始密码：本人首次登录须修改。替别人开设时使用。")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """新增账号；密码取自环境变量 CREDIT_PASSWORD，没有则提示输入两遍。"""
    password = ask_password("密码（至少12个字符）", is_new=True)
    new = NewAccount(account_id, name or account_id, agency, role, password, is_initial=initial)
    added = add_account(build_service().office, new)
    answer = {"account_id": added.account_id, "agency_code": added.agency_code, "role": added.role.value}
    if as_json:
        print_json(answer)
    else:
        out.print(f"[green]✓[/] 账号 {added.account_id}（{added.role.label}）已建立。")


@app.command("list")
def account_list(as_json: JsonFlag = False) -> None:
    """列出账号。"""
    lines = list_account_lines(build_service().reading_room)
    rows = [
        {
            "account_id": line.account.account_id,
            "name": line.account.display_name,
            "agency_code": line.account.agency_code,
            "role": line.account.role.value,
            "disabled_at": line.account.disabled_at,
            "second_factor": line.factor_since is not None,
            "paused_until": line.paused_until,
        }
        for line in lines
    ]
    if as_json:
        print_json({"accounts": rows})
    elif rows:
        titles = ("登录名", "姓名", "单位", "角色", "停用时间", "动态码", "登录等待至")
        print_table("账号", titles, [tuple(row.values()) for row in rows])
    else:
        out.print("还没有账号。用 credit account add 登录名 --agency 单位代码 --role 角色 建立第一个。")


@app.command("show")
def account_show(account_id: Name, as_json: JsonFlag = False) -> None:
    """一个账号的状态和全部办理记录。"""
    view = get_account_view(build_service().reading_room, account_id)
    account = view.line.account
    acts = [
        {
            "act": act.kind.value,
            "at": act.done_at,
            "by": act.done_by,
            "before": act.was,
            "after": act.became,
            "reason": act.reason,
        }
        for act in view.acts
    ]
    if as_json:
        facts = {
            "account_id": account.account_id,
            "name": account.display_name,
            "agency_code": account.agency_code,
            "role": account.role.value,
            "disabled_at": account.disabled_at,
            "initial_password": account.must_change_password,
            "second_factor": view.line.factor_since is not None,
            "paused_until": view.line.paused_until,
            "linked": view.link is not None,
            "sign_ins": len(view.sessions),
        }
        print_json(facts | {"acts": acts})
        return
    out.print(
        f"{account.account_id} {account.display_name}（{account.role.label}）{'' if account.is_active else '已停用'}"
    )
    titles = ("事项", "时间", "办理人", "原来", "现在", "理由")
    print_table(
        "办理记录",
        titles,
        [(act.kind.label, *list(row.values())[1:]) for act, row in zip(view.acts, acts, strict=True)],
    )


@app.command("password")
def account_password(account_id: Name, as_json: JsonFlag = False) -> None:
    """修改自己的密码：现在的取自 CREDIT_PASSWORD，新的取自 CREDIT_NEW_PASSWORD，没有则提示输入。"""
    service = build_service()
    with signed_in_for_now(service, account_id) as signed_in:
        current = ask_password("再输一遍现在的密码")
        new = ask_password("新密码（至少12个字符）", is_new=True, setting="CREDIT_NEW_PASSWORD")
        change_password(service.office, signed_in, current, new, Visitor())
    _tell({"account_id": account_id, "changed": True}, f"账号 {account_id} 的密码已修改，其他登录已全部退出。", as_json)


@app.command("role")
def account_role(
    account_id: Name,
    role: Annotated[Role, typer.Argument(help="新角色。")],
    reason: Reason,
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """变更角色；该账号的登录全部退出。"""
    _act(by, lambda service, actor: change_role(service.office, actor, account_id, role, reason))
    _tell({"account_id": account_id, "role": role.value}, f"账号 {account_id} 现在是{role.label}。", as_json)


@app.command("disable")
def account_disable(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """停用账号，立即生效；最后一个系统管理员不能停用。"""
    _act(by, lambda service, actor: disable_account(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "disabled": True}, f"账号 {account_id} 已停用。", as_json)


@app.command("enable")
def account_enable(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """恢复使用已停用的账号。"""
    _act(by, lambda service, actor: enable_account(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "disabled": False}, f"账号 {account_id} 已恢复使用。", as_json)


@app.command("reset-password")
def account_reset_password(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """重置密码；随机的初始密码只显示这一次，本人登录后须修改。"""
    password = _act(by, lambda service, actor: reset_password(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "password": password}, f"账号 {account_id} 的初始密码：{password}", as_json)


@app.command("remove-factor")
def account_remove_factor(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """解除动态码（手机丢失）；不能与重置密码由同一人办理。"""
    _act(by, lambda service, actor: remove_factor(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "second_factor": False}, f"账号 {account_id} 的动态码已解除。", as_json)


@app.command("unlock")
def account_unlock(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """解除登录等待，立即可以再试。"""
    forgiven = _act(by, lambda service, actor: unlock_account(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "forgiven": forgiven}, f"账号 {account_id} 可以立即登录。", as_json)


@app.command("link")
def account_link(
    account_id: Name,
    subject: Annotated[str, typer.Argument(help="统一身份认证给出的身份标识（sub）。")],
    by: By = "",
    as_json: JsonFlag = False,
) -> None:
    """把账号关联到统一身份认证中的一个人。"""
    _act(by, lambda service, actor: link_identity(service.office, actor, account_id, subject))
    _tell({"account_id": account_id, "linked": True}, f"账号 {account_id} 已关联。", as_json)


@app.command("unlink")
def account_unlink(account_id: Name, reason: Reason, by: By = "", as_json: JsonFlag = False) -> None:
    """取消统一身份关联。"""
    _act(by, lambda service, actor: unlink_identity(service.office, actor, account_id, reason))
    _tell({"account_id": account_id, "linked": False}, f"账号 {account_id} 的关联已取消。", as_json)


def _act(by: str, act: Callable[[Service, Actor], Answer]) -> Answer:
    service = build_service()
    with _in_charge(service, by) as actor:
        return act(service, actor)


@contextmanager
def _in_charge(service: Service, by: str) -> Iterator[Actor]:
    if not by:
        yield CONSOLE
        return
    with acting(service, by) as actor:
        yield actor


def _tell(answer: dict[str, object], text: str, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    else:
        out.print(f"[green]✓[/] {text}")
