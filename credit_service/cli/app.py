"""The tree of commands, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from typing import NoReturn

import structlog
import typer
from rich.markup import escape
from typer._click.exceptions import NoArgsIsHelpError, UsageError  # Typer has no other names for these.

from credit_service.cli.output import STOPPED, USAGE, err, fail, print_json
from credit_service.cli.tree import CreditGroup
from credit_service.cli.usage_words import explain_usage
from credit_service.errors import CreditServiceError, PathUnusable

# Every command is a line of `tree`, which loads it when it is called.
app = typer.Typer(
    cls=CreditGroup,
    name="credit",
    help="诚信建设“红黑榜”发布服务：归集、评价、认定、公告、查询。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def credit() -> None:
    """Take a command; without this a tree that has loaded one command would be taken for that command."""


def run() -> None:
    """Run the command of ``sys.argv``; an expected error ends with its family's exit code."""
    as_json = "--json" in sys.argv
    # Standard output belongs to the answer.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.stderr))
    try:
        code = app(prog_name="credit", standalone_mode=False)
    except CreditServiceError as fault:
        fail(fault, as_json=as_json)
    except UsageError as fault:
        _refuse(fault, as_json=as_json)
    except typer.Abort:
        err.print("[yellow]已中止，没有办理。[/]")
        raise SystemExit(STOPPED) from None
    except OSError as fault:
        message = f"文件、目录或端口无法使用：{fault.filename or ''}（{fault.strerror or fault}）。"
        fail(PathUnusable(message, remedy="请核对路径、权限和磁盘后重试。"), as_json=as_json)
    if isinstance(code, int) and code:
        raise SystemExit(code)


def _refuse(fault: UsageError, *, as_json: bool) -> NoReturn:
    """Tell what was typed wrongly; where only the name of a group was typed, its commands have been listed already."""
    told = explain_usage(fault)
    if as_json:
        print_json({"error": told.to_dict()})
    elif not isinstance(fault, NoArgsIsHelpError):
        err.print(f"[bold red]✗[/] {escape(told.message)}")
        err.print(f"  [yellow]怎么办：[/]{escape(told.remedy)}")
    raise SystemExit(USAGE)
