"""``credit demo``: the main job on the committed samples, told as it happens."""

from __future__ import annotations

import typer

from credit_service.bootstrap import build_service, find_places
from credit_service.cli.output import JsonFlag, out, print_json, print_table
from credit_service.pipeline.demo import DemoOutcome, play_demo


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("demo")(demo)


def demo(as_json: JsonFlag = False) -> None:
    """用随附样例从头到尾演示：报送、校验、评价、认定、公告、查询。"""

    def tell(line: str) -> None:
        if not as_json:
            out.print(line, markup=False)

    outcome = play_demo(find_places(), lambda: build_service().office, tell)
    if as_json:
        print_json(outcome.to_dict())
    else:
        print_demo(outcome)


def print_demo(outcome: DemoOutcome) -> None:
    """Print what the demo did and what to open now."""
    print_table("读入", ("文件", "模板", "收到", "合格", "不合格"), outcome.files)
    published = outcome.published
    print_table("认定", ("名单", "建议", "决定列入", "决定不予列入"), outcome.lists)
    out.print(
        f"公告：{published.release.title}（红榜 {published.red}，黑榜 {published.black}，"
        f"依法不公开 {published.withheld}）\n  {published.path}\n演示账号（密码随机生成，只显示这一次）："
    )
    for account, role, password in outcome.accounts:
        out.print(f"  {account}  {role}  {password}", markup=False)
    out.print(f"接口密钥：{outcome.key}", markup=False)
    out.print("\n[bold green]现在运行 make serve，然后打开 http://127.0.0.1:8000[/]")
