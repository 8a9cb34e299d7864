"""Every check of a row has a title that officials read instead of its id."""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "data" / "reference" / "check_rules.csv"
OF_HEADERS = {
    "header-misspelt",
    "no-rows",
    "sheet-skipped",
    "extra-column",
    "unit-assumed",
    "unit-differs",
    "duplicate-in-file",
    "merged-cell",
}
"""Said of a table or found by comparing rows, and so not made with one of the classes looked for."""


def _titles() -> dict[str, str]:
    with TABLE.open(encoding="utf-8-sig", newline="") as lines:
        return {row["rule"]: row["title"] for row in csv.DictReader(lines)}


def _ids_of_intake() -> set[str]:
    """Return what `Rule`, `Verdict`, `CellFault` and `LineFault` are made with, by their place or name of argument."""
    places = {"Rule": 0, "Verdict": 1, "LineFault": 2, "CellFault": 2, "ReaderNote": 1, "TableNote": 1}
    found: set[str] = set()
    for path in sorted((ROOT / "credit_service" / "intake").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            given = {word.arg: word.value for word in node.keywords}
            place = places.get(node.func.id)
            if place is None:
                continue
            rule = given.get("rule", node.args[place] if len(node.args) > place else None)
            if isinstance(rule, ast.Constant) and isinstance(rule.value, str):
                found.add(rule.value)
    return found


def test_the_scan_finds_checks():
    assert {"required", "authority-not-permitted", "document-number-form", "person-id-old"} <= _ids_of_intake()


def test_every_check_has_a_title():
    assert (_ids_of_intake() | OF_HEADERS) - set(_titles()) == set()


def test_titles_are_chinese_and_short():
    assert [
        rule for rule, title in _titles().items() if not re.search("[\u4e00-\u9fff]", title) or len(title) > 30
    ] == []
