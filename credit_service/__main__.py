"""The command line's front door: ``credit`` and ``python -m credit_service``.

The only place that knows both the commands and the web: ``credit serve`` is added here.
"""

from __future__ import annotations

import socket
from typing import Annotated

import typer
import uvicorn

from credit_service.bootstrap import build_service
from credit_service.cli.app import app, run
from credit_service.cli.output import JsonFlag, out, print_json
from credit_service.pipeline.rebuild import reconcile
from credit_service.pipeline.serving import hold_home
from credit_service.web.app import create_app


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口。")] = 8000,
    as_json: JsonFlag = False,
) -> None:
    """启动网站和接口；先核对数据仓库与台账是否一致。"""
    service = build_service()
    listener = socket.create_server((host, port))
    outcome = reconcile(service.office)
    if as_json:
        print_json({"url": f"http://{host}:{port}", **outcome.to_dict()})
    elif outcome.restored or outcome.dropped:
        out.print(f"[yellow]核对完成：重新入库 {len(outcome.restored)} 批，清除 {len(outcome.dropped)} 批。[/]")
    if not as_json:
        out.print(f"[bold green]打开 http://{host}:{port}[/]  （Ctrl+C 停止）")
    config = uvicorn.Config(create_app(service), log_level="warning", server_header=False)
    with hold_home(service.office.places):
        uvicorn.Server(config).run(sockets=[listener])


def main() -> None:
    """Run one command and leave with its exit code."""
    run()


if __name__ == "__main__":
    main()
