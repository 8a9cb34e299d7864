"""What the engine can do and the rules in force do not use (yet): each on a copy of the rules, on every engine.

An ability is a directory below ``abilities``: ``changes.yaml`` says which words of the rules are replaced, and
``cases.yaml`` what must come out then.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from credit_service.rulebook.case_types import WorkedCase
from credit_service.rulebook.cases import find_differences, list_worked, read_cases
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.section import Section
from credit_service.rulebook.yaml_text import parse_yaml

RULES = Path(__file__).parents[2] / "rules"
LOG = FaultLog()
ABILITIES = sorted(path for path in (Path(__file__).parent / "abilities").iterdir() if path.is_dir())
CASES = [(path, case) for path in ABILITIES for case in list_worked(read_cases(path / "cases.yaml", path.name, LOG))]
_loaded: dict[tuple[str, date], Rulebook] = {}


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, date], Rulebook]:
    """Return a function that gives the rules of a day with an ability's changes made."""
    copies: dict[Path, Path] = {}

    def load(ability: Path, as_of: date) -> Rulebook:
        if ability not in copies:
            copies[ability] = tmp_path_factory.mktemp(ability.name) / "rules"
            shutil.copytree(RULES, copies[ability], ignore=shutil.ignore_patterns("cases.yaml", "cases", "*.sql"))
            make_changes(ability, copies[ability])
        if (ability.name, as_of) not in _loaded:
            _loaded[ability.name, as_of] = load_rulebook(copies[ability], as_of)
        return _loaded[ability.name, as_of]

    return load


def make_changes(ability: Path, rules: Path) -> None:
    """Replace the words an ability replaces; each must be there exactly once."""
    section = Section(parse_yaml((ability / "changes.yaml").read_bytes(), ability.name), ability.name, LOG)
    for change in section.sections("changes"):
        path = rules / change.text("file")
        if change.has("add_columns"):
            columns = change.texts("add_columns")
            head, *rows = path.read_text(encoding="utf-8").splitlines()
            lines = [",".join((head, *columns)), *(row + "," * len(columns) for row in rows)]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            continue
        text, old, new = path.read_text(encoding="utf-8"), raw(change, "old"), raw(change, "new")
        assert text.count(old) == 1, f"{ability.name}: {old!r} stands {text.count(old)} times in {path.name}"
        path.write_text(text.replace(old, new), encoding="utf-8")


def raw(change: Section, key: str) -> str:
    """Return a text with the spaces it begins and ends with."""
    change.text(key)
    return change.tree.items[key].text


def test_every_ability_has_readable_cases():
    assert LOG.faults == []
    assert {path for path, _ in CASES} == set(ABILITIES)
    assert len(ABILITIES) >= 14


@pytest.mark.parametrize(("ability", "case"), CASES, ids=lambda value: value.name)
def test_an_ability_does_what_its_cases_say(ability: Path, case: WorkedCase, engine, changed):
    rulebook = changed(ability, case.as_of)
    assert find_differences(rulebook, case, engine(rulebook, case.facts, case.as_of)) == []
