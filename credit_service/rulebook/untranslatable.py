"""What the law says and the rule language cannot: written down, not approximated, accepted by name before adoption.

Before it lies the ``untranslatable`` list of any rule.yaml; after it entries of the rulebook, which the public page
prints and which block adoption until somebody has accepted each of them. The engine ignores them: that is the point.
"""

from __future__ import annotations

from collections.abc import Collection

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.read_terms import read_rows
from credit_service.rulebook.rule_types import Untranslatable
from credit_service.rulebook.schema import Rulebook
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

UNTRANSLATABLE = "untranslatable"


def read_untranslatable(version: RuleVersion, log: FaultLog) -> tuple[Untranslatable, ...]:
    """Return what a rule file says cannot be expressed; most files say nothing."""
    return read_rows(version.section.optional_sections(UNTRANSLATABLE), lambda part: read_provision(part, version), log)


def read_provision(part: Section, version: RuleVersion) -> Untranslatable:
    """Return one provision.

    Raises:
        Refusal: A field is missing or wrong.
    """
    part.text("text")
    return Untranslatable(version.name, part.text("why"), read_entry(part, version))


def find_unaccepted(rulebook: Rulebook, accepted: Collection[str]) -> tuple[Untranslatable, ...]:
    """Return the entries nobody has accepted by name: while there is one, the rulebook must not be adopted.

    Args:
        rulebook: The rules to be adopted.
        accepted: The ids that were accepted.
    """
    return tuple(item for item in rulebook.untranslatable if item.entry.rule_id not in accepted)
