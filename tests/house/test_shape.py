"""Files, functions and words keep to the house."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "credit_service").rglob("*.py"))
BANNED = re.compile(r"(^|_)(process|handle|manage|util|utils|helper|common|misc|info)(_|$)")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_is_small_and_speaks_the_house_words(module):
    text = module.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert not BANNED.search(module.stem)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert isinstance(node, ast.ClassDef) or length <= 60, f"{node.name} has {length} lines"
            assert not BANNED.search(node.name.lower()), node.name


def test_no_place_of_a_machine_is_named():
    # Built from pieces so that this test does not find itself.
    pattern = re.compile("|".join(["/wo" + "rk/", "/ro" + "ot/", "/tm" + "p/[a-z]"]))
    offenders = [
        path
        for folder in ("credit_service", "tests", "docs", "rules", "data/reference", "benchmarks", ".ci")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        and path.suffix in {".py", ".md", ".yaml", ".csv", ".html", ".typ", ".sql", ""}
        and pattern.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert offenders == []
