"""How two rulebooks differ, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_service.rulebook.choose_rulebook import choose_rulebook
from credit_service.rulebook.diff import RuleChange, compare_rulebooks
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class RuleDifferences:
    """Two rulebooks, and every rule that is not the same in both."""

    before: Rulebook
    after: Rulebook
    changes: tuple[RuleChange, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules diff``."""
        return {
            "before": {"as_of": self.before.as_of.isoformat(), "rulebook": self.before.hash},
            "after": {"as_of": self.after.as_of.isoformat(), "rulebook": self.after.hash},
            "changes": [change.to_dict() for change in self.changes],
        }


def find_differences(rules_dir: Path, wanted: tuple[str, str], as_of: date) -> RuleDifferences:
    """Return how two rulebooks differ; each is a day, a version of a rule or a directory.

    Raises:
        RulebookError: One of them does not exist, has a fault, or is not in force.
    """
    before, after = (choose_rulebook(rules_dir, one, as_of) for one in wanted)
    return RuleDifferences(before, after, compare_rulebooks(before, after))
