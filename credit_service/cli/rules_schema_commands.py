"""``credit rules schema``: the JSON Schema of every file of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from credit_service.bootstrap import find_places
from credit_service.cli.output import JsonFlag, out, print_json
from credit_service.cli.rules_commands import app
from credit_service.lookup.rule_schemas import get_schema, list_schemas, write_schemas


@app.command("schema")
def schema(
    kind: Annotated[
        str, typer.Argument(metavar="[类]", help="例如 scoring、scoring.events（表格）、cases；不写则列出全部。")
    ] = "",
    write: Annotated[
        Path | None, typer.Option("--write", metavar="目录", help="把全部模式和VS Code设置写入这一目录。")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """规则文件的 JSON Schema（2020-12）：供编辑器补全和检查；依读取规则的程序生成。"""
    schemas = list_schemas(find_places().rules)
    if kind:
        print_json(get_schema(schemas, kind))
        return
    files = [str(path) for path in write_schemas(schemas, write)] if write else []
    if as_json:
        print_json(
            {"schemas": [{"name": name, "title": one["title"]} for name, one in schemas.items()], "files": files}
        )
        return
    for name, one in schemas.items():
        out.print(f"{name:<28}{one['title']}", markup=False)
    if files:
        out.print(f"已写入 {write}：{len(files)} 个文件。", markup=False)
