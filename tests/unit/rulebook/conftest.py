"""A copy of the rules that a test may spoil."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

RULES = Path(__file__).parents[3] / "rules"


@pytest.fixture
def rules_dir(tmp_path: Path) -> Path:
    """Return a fresh copy of ``rules/`` without the worked cases, which would fail with the rule they show."""
    return Path(
        shutil.copytree(RULES, tmp_path / "rules", ignore=shutil.ignore_patterns("cases.yaml", "cases", "*.sql"))
    )


@pytest.fixture
def spoil(rules_dir: Path) -> Callable[[str, str, str], int]:
    """Return a function that replaces text in a rule file and returns the line it stood on."""

    def replace(file: str, old: str, new: str) -> int:
        path = rules_dir / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, f"{old!r} is not in {file}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return text[: text.index(old)].count("\n") + 1

    return replace
