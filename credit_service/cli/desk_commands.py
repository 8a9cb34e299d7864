"""``credit account``, ``key``, ``agency``: who may come in. No secret has a default and none is shown twice."""

from __future__ import annotations

from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.acting import ask_password
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Agency, Role
from credit_service.pipeline.accounts import (
    SCOPES,
    NewAccount,
    add_account,
    add_key,
    list_accounts,
    list_keys,
    revoke_key,
)
from credit_service.pipeline.agencies import add_agency, list_agencies

accounts = typer.Typer(help="登录账号。", no_args_is_help=True)
keys = typer.Typer(help="其他单位系统的接口密钥。", no_args_is_help=True)
agencies = typer.Typer(help="部门和单位。", no_args_is_help=True)


@accounts.command("add")
def account_add(
    account_id: Annotated[str, typer.Argument(help="登录名。")],
    agency: Annotated[str, typer.Option("--agency", help="所属单位代码。")],
    role: Annotated[Role, typer.Option("--role", help="角色。")],
    name: Annotated[str, typer.Option("--name", help="姓名或岗位，显示在办理记录中。")] = "",
    as_json: JsonFlag = False,
) -> None:
    """新增账号；密码取自环境变量 CREDIT_PASSWORD，没有则提示输入两遍。"""
    password = ask_password("密码（至少12个字符）", is_new=True)
    added = add_account(build_service().office, NewAccount(account_id, name or account_id, agency, role, password))
    answer = {"account_id": added.account_id, "agency_code": added.agency_code, "role": added.role.value}
    if as_json:
        print_json(answer)
    else:
        out.print(f"[green]✓[/] 账号 {added.account_id}（{added.role.label}）已建立。")


@accounts.command("list")
def account_list(as_json: JsonFlag = False) -> None:
    """列出账号。"""
    found = list_accounts(build_service().office)
    rows = [
        {"account_id": a.account_id, "name": a.display_name, "agency_code": a.agency_code, "role": a.role.value}
        for a in found
    ]
    if as_json:
        print_json({"accounts": rows})
    elif rows:
        print_table("账号", ("登录名", "姓名", "单位", "角色"), [tuple(row.values()) for row in rows])
    else:
        out.print("还没有账号。用 credit account add 登录名 --agency 单位代码 --role 角色 建立第一个。")


@keys.command("add")
def key_add(
    agency: Annotated[str, typer.Option("--agency", help="单位代码。")],
    scope: Annotated[list[str], typer.Option("--scope", help="权限，可多次给出。")] = list(SCOPES),  # noqa: B006 -- typer copies it
    as_json: JsonFlag = False,
) -> None:
    """发放接口密钥；密钥只显示这一次。"""
    issued = add_key(build_service().office, agency, tuple(scope))
    if as_json:
        print_json({"key_id": issued.key.key_id, "secret": issued.secret, "scopes": list(issued.key.scopes)})
    else:
        out.print(f"[green]✓[/] 密钥编号 {issued.key.key_id}，密钥（只显示一次，请妥善保存）：\n{issued.secret}")


@keys.command("list")
def key_list(as_json: JsonFlag = False) -> None:
    """列出接口密钥（不含密钥本身）。"""
    rows = [
        {
            "key_id": k.key_id,
            "agency_code": k.agency_code,
            "scopes": list(k.scopes),
            "revoked_at": k.revoked_at.isoformat() if k.revoked_at else None,
        }
        for k in list_keys(build_service().office)
    ]
    if as_json:
        print_json({"keys": rows})
    else:
        print_table("接口密钥", ("编号", "单位", "权限", "停用时间"), [tuple(row.values()) for row in rows])


@keys.command("revoke")
def key_revoke(key_id: Annotated[str, typer.Argument(help="密钥编号。")], as_json: JsonFlag = False) -> None:
    """停用接口密钥，立即生效。"""
    revoke_key(build_service().office, key_id)
    if as_json:
        print_json({"key_id": key_id, "revoked": True})
    else:
        out.print(f"[green]✓[/] 密钥 {key_id} 已停用。")


@agencies.command("list")
def agency_list(as_json: JsonFlag = False) -> None:
    """列出单位。"""
    rows = [
        {"agency_code": a.agency_code, "name": a.name, "short_name": a.short_name, "templates": list(a.templates)}
        for a in list_agencies(build_service().office)
    ]
    if as_json:
        print_json({"agencies": rows})
    else:
        print_table(
            "单位",
            ("代码", "名称", "简称", "可报送模板"),
            [(r["agency_code"], r["name"], r["short_name"], "、".join(r["templates"]) or "全部") for r in rows],
        )


@agencies.command("add")
def agency_add(
    code: Annotated[str, typer.Argument(help="统一社会信用代码。")],
    name: Annotated[str, typer.Argument(help="全称。")],
    short_name: Annotated[str, typer.Option("--short-name")] = "",
    region: Annotated[str, typer.Option("--region", help="行政区划代码。")] = "",
    template: Annotated[list[str], typer.Option("--template", help="可报送的模板，可多次给出；不给为全部。")] = [],  # noqa: B006 -- typer copies it
    as_json: JsonFlag = False,
) -> None:
    """登记单位。"""
    agency = Agency(code.upper(), name, short_name or name, region or code[2:8], tuple(template))
    add_agency(build_service().office, agency)
    if as_json:
        print_json({"agency_code": agency.agency_code, "name": agency.name})
    else:
        out.print(f"[green]✓[/] 已登记 {agency.name}。")
