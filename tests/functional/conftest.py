"""Journeys from outside: the real commands, in processes of their own, on homes of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from functional.warm import warm_program

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Answer:
    """What a command said."""

    code: int
    stdout: str
    stderr: str

    def json(self) -> dict[str, object]:
        return json.loads(self.stdout)


@dataclass(frozen=True)
class CreditHome:
    """One home and the commands on it."""

    path: Path

    def run(self, *arguments: object, password: str = "", cwd: Path = ROOT, **settings: object) -> Answer:
        """Run a command in a process forked from the loaded program; ``settings`` are ``CREDIT_`` ones."""
        return Answer(*warm_program().run([*map(str, arguments)], self._environment(password, settings), cwd))

    def run_afresh(self, *arguments: object, password: str = "", cwd: Path = ROOT) -> Answer:
        """Run a command as a person does, Python and all its imports included."""
        command = [sys.executable, "-m", "credit_service", *map(str, arguments)]
        done = subprocess.run(
            command,
            env=self._environment(password, {}),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def _environment(self, password: str, settings: Mapping[str, object]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CREDIT_")}
        given = {f"CREDIT_{name.upper()}": str(value) for name, value in settings.items()}
        return kept | {"CREDIT_HOME": str(self.path)} | ({"CREDIT_PASSWORD": password} if password else {}) | given


@dataclass(frozen=True)
class PlayedDemo:
    """A home on which the demo was played, with what it said."""

    home: CreditHome
    outcome: dict[str, object]

    def password(self, role: str) -> str:
        return next(a["password"] for a in self.outcome["accounts"] if a["account_id"] == f"demo-{role}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> PlayedDemo:
    home = CreditHome(tmp_path_factory.mktemp("demo") / "live")
    answer = home.run_afresh("demo", "--json")
    assert answer.code == 0, answer.stdout[-2000:] + answer.stderr[-4000:]
    return PlayedDemo(home, answer.json())


@pytest.fixture(scope="session")
def founded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which the rules have been checked and adopted, and nothing else has happened."""
    home = CreditHome(tmp_path_factory.mktemp("founded") / "live")
    answer = home.run("batches", "--json")
    assert answer.code == 0, answer.stdout[-2000:] + answer.stderr[-4000:]
    return home.path


@pytest.fixture
def fresh_home(tmp_path: Path, founded_home: Path) -> CreditHome:
    """Return a home of the test's own; checking the rules once more for each would cost minutes."""
    shutil.copytree(founded_home, tmp_path / "live")
    return CreditHome(tmp_path / "live")


@pytest.fixture
def agency_code() -> Callable[[str], str]:
    def find(short_name: str) -> str:
        lines = (ROOT / "data/reference/agencies.csv").read_text(encoding="utf-8").splitlines()[1:]
        return next(line.split(",")[0] for line in lines if line.split(",")[2] == short_name)

    return find
