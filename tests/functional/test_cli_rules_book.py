"""``credit rules book`` from outside."""

from __future__ import annotations

from pathlib import Path

from functional.conftest import Answer, CreditHome


def _run(home: Path, *words: object) -> Answer:
    return CreditHome(home / "live").run("rules", "book", *words)


def test_both_files_are_written_and_told(tmp_path: Path):
    pdf, html = tmp_path / "规则.pdf", tmp_path / "规则.html"
    answer = _run(tmp_path, "--pdf", pdf, "--html", html, "--as-of", "2026-09-30", "--json")
    assert answer.code == 0, answer.stderr
    told = answer.json()
    assert told["files"] == [str(pdf), str(html)]
    assert told["as_of"] == "2026-09-30"
    assert {chapter["kind"] for chapter in told["chapters"]} >= {"scoring", "lists", "governance", "candidates"}
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert "points.penalty.general" in html.read_text(encoding="utf-8")


def test_a_day_without_rules_ends_with_the_exit_code_of_rules(tmp_path: Path):
    answer = _run(tmp_path, "--html", "/dev/null", "--as-of", "2020-01-01", "--json")
    assert answer.code == 20
    assert answer.json()["error"]["code"] == "rule_not_in_force"
    assert "2025-06-22" in answer.json()["error"]["remedy"]


def test_without_a_file_it_says_what_to_write(tmp_path: Path):
    assert _run(tmp_path).code == 2
