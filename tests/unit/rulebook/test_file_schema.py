"""The schemas say what the readers ask for: every shipped file fits, and what one refuses the other refuses too."""

from __future__ import annotations

import copy
import csv
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
import yaml
from spec.test_abilities import ABILITIES, make_changes
from unit.rulebook.yaml_core import read_core

from credit_service.errors import RulebookError
from credit_service.rulebook import load
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.file_schema import build_schemas, find_schema_of
from credit_service.rulebook.versions import RuleVersion, find_in_force, find_versions

RULES = Path(__file__).parents[3] / "rules"
DAY = date(2026, 9, 30)
FILES = sorted(path.relative_to(RULES).as_posix() for path in [*RULES.rglob("*.yaml"), *RULES.rglob("*.csv")])


@cache
def schemas() -> dict[str, Any]:
    return build_schemas(RULES)


@cache
def validator(file: str) -> Any:
    return jsonschema_rs.validator_for(schemas()[find_schema_of(file)], validate_formats=True)


@cache
def read(file: str) -> Any:
    return read_file(RULES / file)


def read_file(path: Path) -> Any:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(lines)]
    return read_core(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES)
def test_every_shipped_file_fits_its_schema(file):
    assert [f"{e.instance_path}: {e.message}" for e in validator(file).iter_errors(read(file))] == []


@pytest.mark.parametrize("ability", ABILITIES, ids=lambda path: path.name)
def test_what_the_engine_can_do_fits_the_schemas_too(tmp_path, ability):
    """Parts of rule files that no shipped one has are described as well."""
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules, ignore=shutil.ignore_patterns("cases*", "*.sql"))
    make_changes(ability, rules)
    for path in [path for path in rules.rglob("*.*") if path.suffix in {".yaml", ".csv"}]:
        file = path.relative_to(rules).as_posix()
        if path.read_bytes() != (RULES / file).read_bytes():
            tree = read_file(path)
            assert [f"{e.instance_path}: {e.message}" for e in validator(file).iter_errors(tree)] == []


def test_every_schema_is_one():
    for schema in schemas().values():
        jsonschema_rs.meta.validate(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def _list_undescribed(schema: dict[str, Any], place: str = "") -> Iterator[str]:
    for key, field in schema.get("properties", {}).items():
        if not field.get("description"):
            yield f"{place}/{key}"
        yield from _list_undescribed(field, f"{place}/{key}")
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", [])]
    for part in inner:
        if isinstance(part, dict):
            yield from _list_undescribed(part, place)


def test_every_field_is_explained_in_chinese():
    assert [field for name, schema in schemas().items() for field in _list_undescribed(schema, name)] == []


class Change(NamedTuple):
    """One thing done to a shipped file."""

    file: str
    where: tuple[str | int, ...]
    what: str
    value: object


ODD: tuple[tuple[str, object], ...] = (
    ("null", None),
    ("map", {"x": "y"}),
    ("list of maps", [{"x": "y"}]),
    ("odd word", "？？"),
    ("negative", -1),
    ("huge", 10**16),
    ("day", "2026-02-30"),
    ("far day", "9999-12-31"),
    ("five decimals", "0.12345"),
    ("unit", "3个月"),
)
GONE, EXTRA = "without it", "and a field nobody knows"


def _walk(node: Any, where: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every place of a tree; of a list only the first and the last item, which stand for the others."""
    yield where, node
    if isinstance(node, dict):
        for key, inner in node.items():
            yield from _walk(inner, (*where, key))
    elif isinstance(node, list):
        for place in sorted({0, len(node) - 1} & set(range(len(node)))):
            yield from _walk(node[place], (*where, place))


def _list_changes(file: str) -> Iterator[Change]:
    for where, node in _walk(read(file)):
        if isinstance(node, dict):
            yield Change(file, where, EXTRA, None)
        if where and isinstance(where[-1], str):
            yield Change(file, where, GONE, None)
            # Each field meets two of the odd values, each kind of field all of them.
            first = sum(map(ord, "".join(map(str, where)))) % len(ODD)
            for what, value in (ODD + ODD)[first : first + 2]:
                yield Change(file, where, what, value)


def _apply(change: Change) -> Any:
    tree = copy.deepcopy(read(change.file))
    if change.what == EXTRA:
        node = tree
        for step in change.where:
            node = node[step]
        node["unheard_of"] = "x"
        return tree
    node = tree
    for step in change.where[:-1]:
        node = node[step]
    if change.what == GONE:
        del node[change.where[-1]]
    else:
        node[change.where[-1]] = copy.deepcopy(change.value)
    return tree


_SHAPE = re.compile(r"缺少|未知字段|应当是|不可用|没有写明|每一项")
_BEYOND = re.compile(
    r"^条件|所在目录|来源“.*没有在laws|案例|排在前面|荣誉须属于|^字段“awards”|依据层级|以单位|同一目录|unless|计数名"
)
"""What no schema can say: conditions, references, what depends on another field."""


class Judge:
    """The loader's verdict on one changed file, beside every other file as shipped."""

    def __init__(self, file: str, folder: Path) -> None:
        self.path = folder / "rules" / file
        self.path.parent.mkdir(parents=True)
        for table in (RULES / file).parent.glob("*.csv"):
            shutil.copy(table, self.path.parent)
        self.file = f"rules/{file}"
        self.others = [version for version in find_versions(RULES, FaultLog()) if version.file != f"rules/{file}"]

    def remember(self, patch: pytest.MonkeyPatch) -> None:
        """Read the files that do not change once, and look at no two files together: one is asked about."""
        for name in [name for name in vars(load) if name.startswith("read_")]:
            patch.setattr(load, name, self._once(name, getattr(load, name)))
        for name in [name for name in vars(load) if name.startswith(("check_", "cross_", "prove_"))]:
            patch.setattr(load, name, lambda *_: None)
        patch.setattr(load, "_hash", lambda _: "")

    def _once(self, name: str, reader: Callable[..., Any]) -> Callable[..., Any]:
        known: dict[str, Any] = {}

        def read_once(version: RuleVersion, *more: Any) -> Any:
            if version.file == self.file or version.file not in known:
                known[version.file] = reader(version, *more)
            return known[version.file]

        return read_once

    def faults(self, tree: Any) -> list[str]:
        """Return what the loader says against the file."""
        self.path.write_text(yaml.safe_dump(tree, allow_unicode=True, sort_keys=False), encoding="utf-8")
        log = FaultLog()
        versions = find_versions(self.path.parents[3], log)
        if not log.faults:
            try:
                with log.catching():
                    load.build_rulebook(
                        find_in_force(sorted([*self.others, *versions], key=_order), DAY), DAY, None, log
                    )
            except RulebookError as error:
                return [error.message]
        return [fault.message for fault in log.faults if fault.file.endswith(self.path.parent.name + "/rule.yaml")]


def _order(version: RuleVersion) -> tuple[str, date, str]:
    return version.name, version.from_on, version.version


IN_FORCE = [file for file in FILES if file.endswith("rule.yaml") and "order58" not in file and "2024.1" not in file]


@pytest.mark.parametrize("file", IN_FORCE)
def test_what_is_done_to_a_file_is_judged_alike(tmp_path, monkeypatch, file):
    judge = Judge(file, tmp_path)
    judge.remember(monkeypatch)
    seen: dict[tuple[str, ...], int] = {}
    disagreements = []
    for change in _list_changes(file):
        # The same field of several entries is one question, and of the odd values a few per field are enough.
        key = (*(str(step) for step in change.where if isinstance(step, str)), change.what)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1 or (change.where[:1] == ("laws",) and change.where[1:2] != tuple(read(file)["laws"])[:1]):
            continue
        tree = _apply(change)
        refused = not validator(file).is_valid(tree)
        against = judge.faults(tree)
        shape = [words for words in against if _SHAPE.search(words) and not _BEYOND.search(words)]
        if refused and not against:
            disagreements.append((change, "only the schema refuses"))
        if shape and not refused:
            disagreements.append((change, shape[0]))
    assert disagreements == []
