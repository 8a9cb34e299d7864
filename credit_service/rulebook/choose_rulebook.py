"""Which rulebook somebody means: a day, a directory of rules, or one version of one rule.

Before it stands what was typed, after it a rulebook for `diff`. The rules of a day are those that were adopted for it,
which the ledger knows and this room does not: here it is only read that a day is meant.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from credit_service.errors import UnknownIndicator
from credit_service.rulebook.faults import FaultLog, suggest
from credit_service.rulebook.load import build_rulebook, load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.versions import KINDS, RuleVersion, check_begun, find_in_force, find_versions

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def find_day(wanted: str) -> date | None:
    """Return the day that is meant, ``YYYY-MM-DD``, or None where it is something else.

    Raises:
        UnknownIndicator: There is no such day.
    """
    return _to_day(wanted) if _DAY.fullmatch(wanted) else None


def choose_rulebook(rules_dir: Path, wanted: str, as_of: date) -> Rulebook:
    """Return the rulebook that is meant.

    Args:
        rules_dir: The directory ``rules/`` that versions are looked up in.
        wanted: A version, ``kind/rule/version``, or another directory like ``rules/``.
        as_of: The day for a directory and for a version, which stands among the other rules of that day.

    Raises:
        UnknownIndicator: There is nothing of that name.
        RulebookError: The rules have a fault, or none are in force on the day.
    """
    if wanted.count("/") == 2 and wanted.partition("/")[0] in KINDS:
        return _build_with(rules_dir, wanted, as_of)
    if not Path(wanted).is_dir():
        message = f"“{wanted}”不是日期、规则版本，也不是目录。"
        remedy = "请写日期（2026-04-01）、版本（publicity/terms/order36）或者规则目录。"
        raise UnknownIndicator(message, remedy=remedy, wanted=wanted)
    return load_rulebook(Path(wanted), as_of)


def _to_day(wanted: str) -> date:
    try:
        return date.fromisoformat(wanted)
    except ValueError as fault:
        message = f"没有“{wanted}”这一天。"
        raise UnknownIndicator(message, remedy="请写YYYY-MM-DD格式的日期。", wanted=wanted) from fault


def _build_with(rules_dir: Path, wanted: str, as_of: date) -> Rulebook:
    """Return the rules of a day with one version put in the place of whatever holds for its rule."""
    log = FaultLog()
    versions = find_versions(rules_dir, log)
    log.raise_first()
    by_name = {f"{version.name}/{version.version}": version for version in versions}
    if wanted not in by_name:
        message = f"没有规则版本“{wanted}”。"
        raise UnknownIndicator(message, remedy=suggest(wanted, by_name), wanted=wanted)
    chosen = by_name[wanted]
    check_begun(versions, as_of)
    others = [version for version in find_in_force(versions, as_of) if not _gives_way(version, chosen)]
    edition = chosen.section.text("edition") if chosen.kind == "governance" else None
    rulebook = None
    with log.catching():
        rulebook = build_rulebook([*others, chosen], as_of, edition, log)
    log.raise_first()
    if rulebook is None:  # pragma: no cover - a refusal was raised above.
        raise AssertionError
    return rulebook


def _gives_way(version: RuleVersion, chosen: RuleVersion) -> bool:
    """Return whether a version leaves its place to the chosen one; several editions of the items stand side by side."""
    return version.name == chosen.name if chosen.kind == "governance" else version.kind == chosen.kind
