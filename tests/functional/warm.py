"""Commands without the wait for imports: a process that has loaded the program forks one of its own for each command.

A command still runs in a process of its own, from ``main()`` to its exit code, with its own environment, folder, output
and no terminal. What loading alone can break is seen by the tests that start Python afresh (`CreditHome.run_afresh`).

Run as a program it is that process: it reads one JSON order per line from a pipe and answers each with two lines, the
number of the process and, when that has ended, its exit code.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
"""Seconds a command may take."""


class WarmProgram:
    """The loaded program, as the tests see it; used by one test at a time."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._folder = TemporaryDirectory(prefix="warm-")
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        paths = [str(ROOT), str(ROOT / "tests"), *sys.path]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_")}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(orders), str(answers)],
            env=environment | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(orders, answers),
        )
        os.close(orders)
        os.close(answers)
        self._lines = os.fdopen(self._answers, encoding="utf-8", closefd=True)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str], cwd: Path) -> tuple[int, str, str]:
        """Run one command; return its exit code and what it said on both outputs.

        Raises:
            TimeoutError: It took longer than anybody waits.
        """
        with self._lock, TemporaryDirectory(dir=self._folder.name) as folder:
            said = [Path(folder) / "stdout", Path(folder) / "stderr"]
            order = {"argv": list(arguments), "environment": dict(environment), "cwd": str(cwd)}
            os.write(self._orders, (json.dumps({**order, "said": [str(path) for path in said]}) + "\n").encode())
            number = int(self._read(PATIENCE))
            try:
                code = int(self._read(PATIENCE))
            except TimeoutError:
                os.kill(number, signal.SIGKILL)
                self._read(PATIENCE)
                raise
            return code, *(path.read_text(encoding="utf-8") for path in said)

    def close(self) -> None:
        """Let the program go."""
        os.close(self._orders)
        self._process.wait(PATIENCE)
        self._lines.close()
        self._folder.cleanup()

    def _read(self, seconds: float) -> str:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._answers, selectors.EVENT_READ)
            if not waiting.select(seconds):
                raise TimeoutError
        line = self._lines.readline()
        assert line, "the loaded program is gone"
        return line


@cache
def warm_program() -> WarmProgram:
    """Return the loaded program of this test session."""
    program = WarmProgram()
    atexit.register(program.close)
    return program


def serve(orders: IO[str], answers: IO[str]) -> None:
    """Fork a process for each order until nobody orders any more."""
    for line in orders:
        number = os.fork()
        if number == 0:
            order = json.loads(line)
            orders.close()
            answers.close()
            _become(order)
        answers.write(f"{number}\n")
        answers.flush()
        _, status = os.waitpid(number, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


def _become(order: dict[str, object]) -> None:
    """Run the command of an order and leave with its exit code."""
    for descriptor, path in zip((1, 2), order["said"], strict=True):
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["cwd"])
    sys.argv = ["credit", *order["argv"]]
    code = 1
    try:
        importlib.import_module("credit_service.__main__").main()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does: print it and leave with 1.
        traceback.print_exc()
    with contextlib.suppress(BaseException):
        atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _load() -> None:
    """Import every command, as the commands themselves would."""
    importlib.import_module("credit_service.__main__")
    for path in sorted((ROOT / "credit_service" / "cli").glob("*_commands.py")):
        importlib.import_module(f"credit_service.cli.{path.stem}")


if __name__ == "__main__":
    _load()
    numbers = [int(number) for number in sys.argv[1:]]
    with os.fdopen(numbers[0], encoding="utf-8") as ordered, os.fdopen(numbers[1], "w", encoding="utf-8") as answered:
        serve(ordered, answered)
