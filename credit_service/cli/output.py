"""How commands speak: to people in Chinese with tables and bars, to programs in one JSON object, and by exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from credit_service.errors import (
    AccessError,
    CreditServiceError,
    DecisionError,
    LookupFailure,
    PublicationError,
    RulebookError,
    StorageError,
    SubmissionError,
)

EXIT_CODES: dict[type[CreditServiceError], int] = {
    SubmissionError: 10,
    RulebookError: 20,
    DecisionError: 30,
    PublicationError: 40,
    LookupFailure: 50,
    AccessError: 60,
    StorageError: 70,
}
"""Exit code of each family of errors; 2 is wrong usage, 1 a bug. The one table for the command line."""

USAGE = 2
"""Exit code of a command that was typed wrongly."""

STOPPED = 130
"""Exit code of a command that somebody stopped with Ctrl+C."""

JsonFlag = Annotated[bool, typer.Option("--json", help="只输出一个 JSON 对象，供程序读取。")]

# Where nobody's terminal says how wide it is (a pipe, a log), lines keep to a width that tables fit in.
WIDTH = None if sys.stdout.isatty() else 140
out = Console(highlight=False, width=WIDTH)
err = Console(stderr=True, highlight=False, width=None if sys.stderr.isatty() else 140)


def exit_code(fault: CreditServiceError) -> int:
    """Return the exit code of an error's family."""
    return next(code for family, code in EXIT_CODES.items() if isinstance(fault, family))


def print_json(answer: object) -> None:
    """Print one JSON object on standard output."""
    typer.echo(json.dumps(answer, ensure_ascii=False, default=_plain, indent=2))


def fail(fault: CreditServiceError, *, as_json: bool) -> NoReturn:
    """Tell what went wrong and leave with the family's exit code."""
    if as_json:
        print_json({"error": fault.to_dict()})
    else:
        err.print(f"[bold red]✗[/] {escape(fault.message)}")
        if fault.remedy:
            err.print(f"  [yellow]怎么办：[/]{escape(fault.remedy)}")
    raise SystemExit(exit_code(fault))


def print_table(title: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table for people."""
    table = Table(title=title, title_justify="left", header_style="bold")
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*[escape(str("" if cell is None else cell)) for cell in row])
    out.print(table)


@contextmanager
def progress_bar(title: str, *, shown: bool) -> Iterator[Progress]:
    """Show a progress bar on standard error while long work runs."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} 行"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not shown) as bar:
        bar.add_task(title, total=None)
        yield bar


def to_ticks(bar: Progress) -> Callable[[int, int], None]:
    """Return what long work calls with (rows done, rows in all; 0 where unknown) to move the bar."""

    def tick(done: int, total: int) -> None:
        bar.update(bar.task_ids[0], completed=done, total=total or None)

    return tick


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
