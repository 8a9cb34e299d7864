"""The tree of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys

import structlog
import typer

from credit_service.cli import (
    assess_commands,
    batch_commands,
    decide_commands,
    demo_commands,
    desk_commands,
    governance_commands,
    ingest_commands,
    outlook_commands,
    publish_commands,
    quality_commands,
    question_commands,
    repair_commands,
    rules_adopt_commands,
    rules_book_commands,
    rules_commands,
    rules_compile_commands,
    rules_diff_commands,
    rules_impact_commands,
    rules_schema_commands,
    subject_commands,
    template_commands,
    watch_commands,
    worker_commands,
)
from credit_service.cli.output import USAGE, fail, print_json
from credit_service.errors import CreditServiceError, PathUnusable

app = typer.Typer(
    name="credit",
    help="诚信建设“红黑榜”发布服务：归集、评价、认定、公告、查询。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (
    ingest_commands,
    batch_commands,
    worker_commands,
    watch_commands,
    assess_commands,
    outlook_commands,
    publish_commands,
    quality_commands,
    governance_commands,
    question_commands,
    demo_commands,
    template_commands,
):
    module.register(app)
app.add_typer(decide_commands.app, name="decide")
app.add_typer(repair_commands.app, name="repairs")
app.add_typer(subject_commands.app, name="subject")
# These add their commands to the one group by being imported.
RULES = (
    rules_book_commands,
    rules_diff_commands,
    rules_adopt_commands,
    rules_impact_commands,
    rules_schema_commands,
    rules_compile_commands,
)
app.add_typer(rules_commands.app, name="rules")
app.add_typer(desk_commands.accounts, name="account")
app.add_typer(desk_commands.keys, name="key")
app.add_typer(desk_commands.agencies, name="agency")


def run() -> None:
    """Run the command of ``sys.argv``; an expected error ends with its family's exit code."""
    as_json = "--json" in sys.argv
    # Standard output belongs to the answer.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    try:
        app()
    except CreditServiceError as fault:
        fail(fault, as_json=as_json)
    except OSError as fault:
        message = f"文件、目录或端口无法使用：{fault.filename or ''}（{fault.strerror or fault}）。"
        fail(PathUnusable(message, remedy="请核对路径、权限和磁盘后重试。"), as_json=as_json)
    except SystemExit as leaving:
        if leaving.code == USAGE and as_json:
            remedy = "具体原因见标准错误输出；运行同一命令加 --help 查看写法。"
            print_json({"error": {"code": "usage", "message": "命令写法不对。", "remedy": remedy}})
        raise
