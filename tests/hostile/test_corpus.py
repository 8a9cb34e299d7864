"""Every hostile file ends in a clear error or in a report, in bounded time and memory, with nothing half-stored.

What becomes of each is pinned in ``expected.json``, so that a change of any outcome is seen and judged. After an
intended change: CREDIT_WRITE_GOLDEN=1 pytest tests/hostile, and read the difference.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from hostile.corpus import CASES

EXPECTED = Path(__file__).with_name("expected.json")
ROOT = Path(__file__).resolve().parents[2]
WORKERS = 2
WALL_SECONDS = 600
CASE_SECONDS = 45
"""Generous, because the machine may be busy; on an idle one no case takes ten."""
PEAK_MB = 1_024

Answers = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Read every case, in processes that a runaway cannot leave."""
    shares = [[case.name for case in CASES][part::WORKERS] for part in range(WORKERS)]
    with ThreadPoolExecutor(WORKERS) as pool:
        return {name: answer for share in pool.map(_read_share, shares) for name, answer in share.items()}


def _read_share(names: list[str]) -> Answers:
    told: Answers = {}
    left = names
    while left:
        finished = subprocess.run(
            [sys.executable, "-m", "hostile.worker"],
            input="\n".join(left),
            capture_output=True,
            text=True,
            check=False,
            timeout=WALL_SECONDS,
            env={"PYTHONPATH": f"{ROOT / 'tests'}{os.pathsep}{ROOT}", "PATH": os.environ.get("PATH", "")},
        )
        fresh = [json.loads(line) for line in finished.stdout.splitlines()]
        told |= {answer["case"]: answer for answer in fresh}
        left = left[len(fresh) :]
        if left:
            # The process died over this case; the others are read by a new one.
            told[left[0]] = {"outcome": f"DIED {finished.returncode}: {finished.stderr[-300:]}"}
            left = left[1:]
    return told


def test_the_corpus_is_large_and_its_files_differ(answers):
    assert len({case.name for case in CASES}) == len(CASES)
    assert len({answer.get("sha256") for answer in answers.values()}) >= 800


def test_every_file_ends_as_pinned(answers):
    outcomes = {case.name: answers[case.name]["outcome"] for case in CASES}
    if os.environ.get("CREDIT_WRITE_GOLDEN"):
        lines = [f"{json.dumps(name)}: {json.dumps(outcome, ensure_ascii=False)}" for name, outcome in outcomes.items()]
        EXPECTED.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    changed = {name: (outcomes.get(name), expected.get(name)) for name in outcomes | expected}
    assert {name: pair for name, pair in changed.items() if pair[0] != pair[1]} == {}


def test_no_file_crashes_its_reader(answers):
    assert {name: a["outcome"] for name, a in answers.items() if isinstance(a["outcome"], str)} == {}


def test_nothing_is_left_half_received(answers):
    assert [name for name, answer in answers.items() if answer["left_over"]] == []
    assert [name for name, a in answers.items() if {"receive", "unpack"} & set(a["outcome"]) and a["kept"]] == []


def test_time_and_memory_are_bounded(answers):
    assert {name: a["seconds"] for name, a in answers.items() if a["seconds"] > CASE_SECONDS} == {}
    assert {name: a["peak_mb"] for name, a in answers.items() if a["peak_mb"] > PEAK_MB} == {}
