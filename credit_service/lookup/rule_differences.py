"""How two rulebooks differ, in words; the rules of a day are those adopted for it, whatever lies in ``rules/`` now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from credit_service.domain.adoption import Adoption
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.choose_rulebook import choose_rulebook, find_day
from credit_service.rulebook.diff import RuleChange, compare_rulebooks
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class DiffSide:
    """One of the two rulebooks, and where it was taken from."""

    wanted: str
    rulebook: Rulebook
    adoption: Adoption | None = None
    """By which act the rules of a day are in force; None for what was read from a directory."""

    @property
    def source(self) -> str:
        """Chinese words for where it was taken from."""
        if self.adoption is None:
            return f"“{self.wanted}”，按{self.rulebook.as_of}读自规则目录，不论是否已经采用"
        one = self.adoption
        named = f"规则库 {one.rulebook[:12]}（{one.kind.label}，自{one.from_on}起）"
        return f"{self.rulebook.as_of}有效的{named}，读自留存的副本"

    def to_dict(self) -> dict[str, object]:
        """Return what the documented JSON object says of a side."""
        return {
            "as_of": self.rulebook.as_of.isoformat(),
            "rulebook": self.rulebook.hash,
            "adoption": None if self.adoption is None else self.adoption.rulebook,
            "source": self.source,
        }


@dataclass(frozen=True)
class RuleDifferences:
    """Two rulebooks, and every rule that is not the same in both."""

    before: DiffSide
    after: DiffSide
    changes: tuple[RuleChange, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules diff``."""
        return {
            "before": self.before.to_dict(),
            "after": self.after.to_dict(),
            "changes": [change.to_dict() for change in self.changes],
        }


def find_differences(
    rules_dir: Path, wanted: tuple[str, str], as_of: date, open_room: Callable[[], ReadingRoom]
) -> RuleDifferences:
    """Return how two rulebooks differ; each is a day, a version of a rule or a directory.

    Args:
        rules_dir: The directory ``rules/`` that versions are looked up in.
        wanted: What is compared with what.
        as_of: The day for directories and versions.
        open_room: Opens the reading room, whose ledger knows the adoptions; only asked where a day is meant.

    Raises:
        RulebookError: One of them does not exist, has a fault, or is not in force.
        RulebookDamaged: The kept copy is not what was adopted.
    """
    before, after = (_find_side(rules_dir, one, as_of, open_room) for one in wanted)
    return RuleDifferences(before, after, compare_rulebooks(before.rulebook, after.rulebook))


def _find_side(rules_dir: Path, wanted: str, as_of: date, open_room: Callable[[], ReadingRoom]) -> DiffSide:
    day = find_day(wanted)
    if day is None:
        return DiffSide(wanted, choose_rulebook(rules_dir, wanted, as_of))
    room = open_room()
    adoption = room.adoption(day)
    return DiffSide(wanted, room.load(adoption, day), adoption)
