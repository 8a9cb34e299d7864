"""Every process collects the same tests in the same order; else they cannot be run side by side."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _collect(seed: str) -> list[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "-q",
        "-p",
        "no:cacheprovider",
        "tests/unit",
        "tests/spec",
    ]
    told = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False
    )
    return [line for line in told.stdout.splitlines() if "::" in line]


def test_the_order_of_tests_does_not_depend_on_the_process():
    first = _collect("1")
    assert first
    assert _collect("2") == first
