"""Parts that rule files may have although none of them has: read once, so that the notes of readers know them too.

Before it stand the versions in force with the entries below laid over them; after it `field_forms` knows every field,
and `file_schema` describes it. Nothing that is read here reaches a rulebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from credit_service.errors import RulebookError
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.load import build_rulebook
from credit_service.rulebook.read_terms import read_override
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion
from credit_service.rulebook.yaml_text import YamlList, YamlMap, YamlText, YamlTree, parse_yaml

_ENTRY = "law: %s, status: confirmed, text: x"
_EVERYWHERE = "untranslatable: [{id: specimen, why: x, %s}]\n"
_PARTS = {
    "scoring": "decay: {kind: half_life, since: min_until, half_life_days: {minor: 1, general: 1, serious: 1},"
    " unit: millionth, truncate: floor}\n"
    'category_caps: [{id: specimen.cap, category: "", max: "1", %s}]\n',
    "severity": "history: [{id: earlier_specimen, when: kind = penalty, window: {days: 30}, same: [kind], %s}]\n",
    "candidates": "counts: [{id: specimen_count, when: is_adverse, window: {days: 30}, take: sum, of: fine_fen, %s}]\n",
}
"""By kind: what is laid over a version of it; lists are put behind those that are there."""


def read_specimens(in_force: Sequence[RuleVersion], as_of: date, log: FaultLog) -> None:
    """Read the versions in force once more with every part they may have; what they then mean is of no interest."""
    try:
        with log.catching():
            build_rulebook([_overlay(version, log) for version in in_force], as_of, None, log)
    except RulebookError as error:
        message = "the specimens fit no rulebook"
        raise AssertionError(message) from error
    for version in in_force:
        if version.kind == "calendar":
            cells = {"day": "2026-01-01", "is_workday": "true", "law": next(iter(version.laws)), "status": "confirmed"}
            read_override(_make_row(cells, version, log), version)


def _overlay(version: RuleVersion, log: FaultLog) -> RuleVersion:
    entry = _ENTRY % next(iter(version.laws))
    text = _EVERYWHERE % entry + (_PARTS[version.kind] % entry if version.kind in _PARTS else "")
    items: dict[str, YamlTree] = dict(version.section.tree.items)
    for key, part in parse_yaml(text.encode(), version.file).items.items():
        before = items.get(key)
        both = isinstance(before, YamlList) and isinstance(part, YamlList)
        items[key] = YamlList((*before.items, *part.items), before.line) if both else part  # type: ignore[union-attr]
    section = Section(YamlMap(items, version.section.line), version.file, log)
    return replace(version, section=section)


def _make_row(cells: Mapping[str, str], version: RuleVersion, log: FaultLog) -> Section:
    tree = YamlMap({key: YamlText(word, 1) for key, word in cells.items()}, 1)
    return Section(tree, version.file, log, (version.kind, "overrides.csv"))
