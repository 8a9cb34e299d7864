"""A draft of the rules, read and checked before anything is asked of it.

Before it lies a directory as an author left it; after it a rulebook, or every fault with file and line. Worked cases
that the draft's rules do not bear out do not stop a comparison: that they must follow the rules is asked at adoption.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_service.errors import RulebookFaulty
from credit_service.lookup.impact_types import DraftFault
from credit_service.lookup.rules import check_rulebook
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.versions import RuleVersion, find_versions

_CASES = re.compile(r"/cases(\.yaml|/[^/]*)$")
"""Where worked cases lie, beside the rule or in a folder of their own."""


@dataclass(frozen=True)
class DraftRules:
    """A draft that can be read."""

    rulebook: Rulebook
    case_faults: tuple[DraftFault, ...]
    later: tuple[str, ...]
    """Versions that begin after the day."""


def read_draft(rules_dir: Path, as_of: date) -> DraftRules:
    """Return the rules of a draft on a day.

    Args:
        rules_dir: A directory like ``rules/``.
        as_of: The day of the question.

    Raises:
        RulebookFaulty: The draft has faults; ``faults`` lists them all with file and line.
        RuleNotInForce: The draft has no rules for that day.
    """
    faults = check_rulebook(rules_dir).faults
    serious = [fault for fault in faults if not _CASES.search(fault.file)]
    if serious:
        raise _refuse(serious)
    return DraftRules(
        rulebook=load_rulebook(rules_dir, as_of),
        case_faults=tuple(DraftFault(fault.file, fault.line, fault.message) for fault in faults),
        later=tuple(_list_later(rules_dir, as_of)),
    )


def _refuse(faults: Iterable[RuleFault]) -> RulebookFaulty:
    listed = [fault.to_dict() for fault in faults]
    message = f"草案有{len(listed)}处错误，没有比较。"
    return RulebookFaulty(message, remedy="请按所列文件和行改正后重试。", faults=listed)


def _list_later(rules_dir: Path, as_of: date) -> Iterable[str]:
    for version in find_versions(rules_dir, FaultLog()):
        if version.from_on > as_of:
            yield _name_later(version)


def _name_later(version: RuleVersion) -> str:
    return f"{version.name} {version.version}（{version.from_on}起施行）"
