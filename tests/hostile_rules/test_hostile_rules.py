"""Hostile rule files are refused with file, line, what was expected and the nearest spelling, within bounds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hostile_rules.case import Case
from hostile_rules.corpus import CASES

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory) -> dict[str, dict[str, object]]:
    """Return what the loader said of each case; every case ran under the limits the worker sets."""
    work = tmp_path_factory.mktemp("hostile_rules")
    run = subprocess.run(
        [sys.executable, "-m", "hostile_rules.worker", str(ROOT / "rules"), str(work)],
        cwd=ROOT / "tests",
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return {verdict["case"]: verdict for verdict in map(json.loads, run.stdout.splitlines())}


def test_no_two_cases_have_one_name():
    assert len({case.name for case in CASES}) == len(CASES) > 150


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.xdist_group("hostile_rules")
def test_a_hostile_rule_file_is_refused_where_it_is_hostile(verdicts, case: Case):
    verdict = verdicts[case.name]
    assert verdict["refused_as"].startswith(("rule_", "unknown_")), verdict
    file = f"rules/{case.fault_file or case.file}"
    fitting = [
        (message, remedy)
        for found, line, message, remedy in verdict["faults"]
        if found == file and line == verdict["line"] and case.words in message and case.nearest in remedy
    ]
    assert fitting, verdict


@pytest.mark.xdist_group("hostile_rules")
def test_what_is_said_can_be_written_and_is_short(verdicts):
    for verdict in verdicts.values():
        for _, _, message, remedy in verdict["faults"]:
            assert f"{message}{remedy}".encode().isascii() is False
            assert len(message) + len(remedy) < 1500, verdict["case"]
            assert (message + remedy).replace("\n", " ").isprintable(), message
