"""``credit rules book`` from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "credit_service", "rules", "book", *words], capture_output=True, text=True, check=False
    )


def test_both_files_are_written_and_told(tmp_path: Path):
    pdf, html = tmp_path / "规则.pdf", tmp_path / "规则.html"
    run = _run("--pdf", str(pdf), "--html", str(html), "--as-of", "2026-09-30", "--json")
    answer = json.loads(run.stdout)
    assert run.returncode == 0, run.stderr
    assert answer["files"] == [str(pdf), str(html)]
    assert answer["as_of"] == "2026-09-30"
    assert {chapter["kind"] for chapter in answer["chapters"]} >= {"scoring", "lists", "governance", "candidates"}
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "points.penalty.general" in html.read_text(encoding="utf-8")


def test_a_day_without_rules_ends_with_the_exit_code_of_rules():
    run = _run("--html", "/dev/null", "--as-of", "2020-01-01", "--json")
    assert run.returncode == 20
    assert json.loads(run.stdout)["error"]["code"] == "rule_not_in_force"


def test_without_a_file_it_says_what_to_write():
    assert _run().returncode == 2
