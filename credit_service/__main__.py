"""The command line's front door: ``credit`` and ``python -m credit_service``.

The only place that knows both the commands and the web: ``credit serve`` is added here.
"""

from __future__ import annotations

import socket
from typing import Annotated

import typer

from credit_service.cli.app import app, run
from credit_service.cli.output import JsonFlag, out, print_json


@app.command("serve")
def serve(
    host: Annotated[str, typer.Option("--host", help="监听地址。")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="端口。")] = 8000,
    work: Annotated[
        bool, typer.Option("--worker/--no-worker", help="是否同时检查入库；另有 credit worker 运行时可以不要。")
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """启动网站和接口，并依次检查入库收到的文件；先核对数据仓库与台账是否一致。"""
    # Every other command starts sooner without the web.
    import uvicorn  # noqa: PLC0415

    from credit_service.bootstrap import build_service  # noqa: PLC0415
    from credit_service.pipeline.rebuild import mend_warehouse  # noqa: PLC0415
    from credit_service.pipeline.serving import hold_home  # noqa: PLC0415
    from credit_service.pipeline.worker import QueueWorker  # noqa: PLC0415
    from credit_service.web.app import create_app  # noqa: PLC0415

    service = build_service()
    listener = socket.create_server((host, port))
    # What waits in the queue is the worker's: a huge file must not keep the doors shut.
    outcome = mend_warehouse(service.office)
    if as_json:
        print_json({"url": f"http://{host}:{port}", **outcome.to_dict()})
    elif outcome.restored or outcome.dropped:
        out.print(f"[yellow]核对完成：重新入库 {len(outcome.restored)} 批，清除 {len(outcome.dropped)} 批。[/]")
    if not as_json:
        out.print(f"[bold green]打开 http://{host}:{port}[/]  （Ctrl+C 停止）")
    worker = QueueWorker(service.office) if work else None
    config = uvicorn.Config(create_app(service, worker), log_level="warning", server_header=False)
    with hold_home(service.office.places):
        if worker is not None:
            worker.start()
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            if worker is not None:
                worker.stop_and_wait()


def main() -> None:
    """Run one command and leave with its exit code."""
    run()


if __name__ == "__main__":
    main()
