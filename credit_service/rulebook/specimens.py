"""Entries that stand in no file: parts that rule files may have although none has them yet.

Before it stand the readers; after it their notes (`field_forms`) know these parts too, so that `file_schema` describes
them. Nothing that is read here reaches a rulebook.
"""

from __future__ import annotations

from collections.abc import Mapping

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.field_forms import ITEM, Place
from credit_service.rulebook.read_terms import read_override
from credit_service.rulebook.rule_types import STATUSES
from credit_service.rulebook.section import Section
from credit_service.rulebook.untranslatable import UNTRANSLATABLE, read_provision
from credit_service.rulebook.versions import RULE_FILE, RuleVersion
from credit_service.rulebook.yaml_text import YamlMap, YamlText


def read_specimens(version: RuleVersion, log: FaultLog) -> None:
    """Read one entry of each part that a version of this kind may have and often has not."""
    words = {"id": "x", "text": "x", "why": "x", "law": next(iter(version.laws)), "status": STATUSES[0]}
    read_provision(_make(words, version, log, (version.kind, RULE_FILE, UNTRANSLATABLE, ITEM)), version)
    if version.kind == "calendar":
        cells = {"day": "2026-01-01", "is_workday": "true", "law": words["law"], "status": words["status"]}
        read_override(_make(cells, version, log, (version.kind, "overrides.csv")), version)


def _make(words: Mapping[str, str], version: RuleVersion, log: FaultLog, place: Place) -> Section:
    tree = YamlMap({key: YamlText(word, 1) for key, word in words.items()}, 1)
    return Section(tree, version.file, log, place)
