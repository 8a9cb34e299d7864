"""The worlds of one judged record: what candidate rules and their counts ask about.

Before it is a rulebook, after it the records there can be, with what the rules say of each. A record that counts is one
no exclusion takes; of the rest nothing is presumed, because the same act may have been reported again.
"""

from __future__ import annotations

from dataclasses import dataclass

from credit_service.domain.record import RecordKind
from credit_service.rulebook.fields import JUDGED_SCOPE
from credit_service.rulebook.nodes import Condition, Field, Truth
from credit_service.rulebook.proofs.ties import (
    build_ground,
    is_kind,
    list_subject_kinds,
    say_windows,
    tie_record,
)
from credit_service.rulebook.proofs.worlds import Worlds
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class Judged:
    """Judged records: all worlds, those that can occur, and the ones of each kind and subject."""

    worlds: Worlds
    given: int
    kinds: dict[str, int]
    subjects: dict[str, int]

    def where(self, condition: Condition) -> int:
        """Return the records that fit a condition and can occur."""
        return self.worlds.diagrams.both(self.given, self.worlds.where(condition))

    def meets(self, condition: Condition, flag: str) -> bool:
        """Return whether some record fits a condition and a yes-or-no name."""
        return self.worlds.diagrams.both(self.where(condition), self.worlds.where(is_true(flag))) != 0


def is_true(name: str) -> Condition:
    """Return the condition that a yes-or-no name of a judged record says yes."""
    return Truth(Field(next(spec for spec in JUDGED_SCOPE.fields if spec.name == name)))


def build_judged(rulebook: Rulebook) -> Judged:
    """Return the judged records of a rulebook, with every condition candidate rules ask about them.

    Raises:
        TooTangled: There are more cases than the proofs go through.
    """
    scoring, candidates = rulebook.scoring, rulebook.candidates
    windows = say_windows(JUDGED_SCOPE, scoring)
    kinds = {rule.kind: is_kind(JUDGED_SCOPE, "kind", rule.kind) for rule in scoring.kinds}
    subjects = {name: is_kind(JUDGED_SCOPE, "subject_kind", name) for name in list_subject_kinds()}
    exclusions = [exclusion.when for exclusion in scoring.exclusions]
    flags = [is_true(name) for name in ("is_adverse", "is_honour", "is_listing", "is_usable")]
    asked = [*(count.when for count in candidates.counts), *(rule.supports for rule in candidates.rules)]
    conditions = [windows, *kinds.values(), *subjects.values(), *exclusions, *flags, *asked]
    worlds = Worlds(JUDGED_SCOPE, conditions, tie_record(scoring), build_ground(rulebook, (0, _last_item(rulebook))))
    given = worlds.where(windows)
    usable = worlds.where(is_true("is_usable"))
    for exclusion in exclusions:
        excluded = worlds.diagrams.both(usable, worlds.where(exclusion))
        given = worlds.diagrams.without(given, excluded)
    return Judged(
        worlds,
        given,
        {name: worlds.where(condition) for name, condition in kinds.items()},
        {name: worlds.where(condition) for name, condition in subjects.items()},
    )


def _last_item(rulebook: Rulebook) -> int:
    return max((item.number for item in rulebook.edition.categories), default=0)


def label_of(kind: str) -> str:
    """Return the Chinese name of a kind of record."""
    return RecordKind(kind).label
