"""``credit templates``: which tables departments may send, and blank ones to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from credit_service.bootstrap import build_service
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.domain.template import Template
from credit_service.lookup.templates import list_templates
from credit_service.pipeline.template_file import write_template_file


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("templates")(templates)


def templates(
    target: Annotated[Path | None, typer.Argument(help="与 --download 同用：写到哪个 .xlsx 文件。")] = None,
    download: Annotated[str | None, typer.Option("--download", help="下载哪个模板，填编号。")] = None,
    agency: Annotated[str | None, typer.Option("--agency", help="报送单位的代码；示例行写成该单位的。")] = None,
    as_json: JsonFlag = False,
) -> None:
    """列出可报送的数据模板；加 --download 编号 文件.xlsx 得到带下拉列表、说明和示例行的空白表。"""
    if (download is None) is not (target is None):
        message = "--download 编号 和 文件.xlsx 要同时给出。"
        raise typer.BadParameter(message)
    service = build_service()
    if download is not None and target is not None:
        written = write_template_file(service.office, download, target, agency)
        if as_json:
            print_json(written)
        else:
            out.print(f"[green]✓[/] {escape(str(target))}：{escape(str(written['title']))}，{written['columns']} 列")
        return
    found = list_templates(service.reading_room)
    if as_json:
        print_json({"templates": [_to_dict(t) | {"editions": [_to_dict(e) for e in t.editions]} for t in found]})
        return
    rows = [
        (each.name, each.title, each.catalogue_class, len(each.columns), each.status)
        for template in found
        for each in (template, *template.editions)
    ]
    print_table("报送模板", ("编号", "名称", "目录类别", "列数", "依据状态"), rows)
    out.print("下载空白表：credit templates --download 编号 文件.xlsx")


def _to_dict(template: Template) -> dict[str, object]:
    return {
        "template": template.name,
        "title": template.title,
        "catalogue_class": template.catalogue_class,
        "columns": [{"header": column.header, "required": column.required} for column in template.columns],
        "source": template.source,
        "status": template.status,
    }
