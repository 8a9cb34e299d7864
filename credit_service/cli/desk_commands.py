"""``credit key`` and ``agency``: which systems and departments may come in. No secret is shown twice."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.agency import Agency
from credit_service.pipeline.accounts import SCOPES, add_key, list_keys, revoke_key
from credit_service.pipeline.agencies import add_agency, change_agency, list_agencies

AUTHORITY_HELP = "可代报的作出机关代码，可多次给出；* 表示不限，不给表示只报本单位。"

keys = typer.Typer(help="其他单位系统的接口密钥。", no_args_is_help=True)
agencies = typer.Typer(help="部门和单位。", no_args_is_help=True)


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
    authority: Annotated[list[str], typer.Option("--authority", help=AUTHORITY_HELP)] = [],  # noqa: B006 -- as above
    as_json: JsonFlag = False,
) -> None:
    """登记单位。"""
    agency = Agency(code.upper(), name, short_name or name, region or code[2:8], tuple(template), tuple(authority))
    add_agency(build_service().office, agency)
    if as_json:
        print_json({"agency_code": agency.agency_code, "name": agency.name})
    else:
        out.print(f"[green]✓[/] 已登记 {agency.name}。")


@agencies.command("change")
def agency_change(
    code: Annotated[str, typer.Argument(help="统一社会信用代码。")],
    name: Annotated[str | None, typer.Option("--name", help="新的全称。")] = None,
    short_name: Annotated[str | None, typer.Option("--short-name", help="新的简称。")] = None,
    template: Annotated[
        list[str] | None, typer.Option("--template", help="可报送的模板，可多次给出；“全部”为不限。")
    ] = None,
    authority: Annotated[list[str] | None, typer.Option("--authority", help=AUTHORITY_HELP)] = None,
    as_json: JsonFlag = False,
) -> None:
    """修改单位的名称或报送范围；没有给出的不变，从下一批起生效。"""
    office = build_service().office
    before = next((agency for agency in list_agencies(office) if agency.agency_code == code.upper()), None)
    agency = before or Agency(code.upper(), name or "—", short_name or name or "—", code[2:8])
    changed = replace(
        agency,
        name=name or agency.name,
        short_name=short_name or agency.short_name,
        templates=agency.templates if template is None else tuple(one for one in template if one != "全部"),
        authorities=agency.authorities if authority is None else tuple(authority),
    )
    change_agency(office, changed)
    if as_json:
        print_json({"agency_code": changed.agency_code, "name": changed.name, **changed.permit})
    else:
        out.print(f"[green]✓[/] 已保存 {changed.name}。")
