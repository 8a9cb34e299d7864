"""Rules of which the first that holds applies: is each of them ever the first?

Before it are the worlds and the conditions in order, after it faults that name the earlier rules in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.nodes import Condition
from credit_service.rulebook.proofs.diagrams import NEVER
from credit_service.rulebook.proofs.finding import UNREACHABLE, name_places, note_fault
from credit_service.rulebook.proofs.worlds import Worlds
from credit_service.rulebook.rule_types import RuleEntry

IN_ORDER = "请调整先后次序，或者删除本条。"


@dataclass(frozen=True)
class Ordered:
    """One rule in its order; without a condition it holds for whatever is left."""

    when: Condition | None
    entry: RuleEntry


def note_unreachable(rules: Sequence[Ordered], worlds: Worlds, given: int, log: FaultLog) -> list[int]:
    """Note every rule that is never the first to hold.

    Returns:
        For each rule the worlds in which it applies.
    """
    diagrams, taken = worlds.diagrams, NEVER
    held: list[int] = []
    applied: list[int] = []
    for place, rule in enumerate(rules):
        holds_in = diagrams.both(given, worlds.where(rule.when))
        applies = diagrams.without(holds_in, taken)
        if applies == NEVER:
            _note(rules, place, [*held, holds_in], worlds, log)
        taken = diagrams.either(taken, holds_in)
        held.append(holds_in)
        applied.append(applies)
    return applied


def _note(rules: Sequence[Ordered], place: int, held: Sequence[int], worlds: Worlds, log: FaultLog) -> None:
    rule, own = rules[place], held[place]
    if own == NEVER:
        message = f"规则“{rule.entry.rule_id}”永远不会适用：条件自相矛盾，或者没有这样的记录"
        note_fault(log, rule.entry, UNREACHABLE, message, "请改正条件，或者删除本条。")
        return
    entries = [rules[earlier].entry for earlier in find_covering(own, held[:place], worlds)]
    together = "合起来" if len(entries) > 1 else ""
    message = f"规则“{rule.entry.rule_id}”永远不会适用：凡符合它的，都已先由{name_places(entries)}{together}处理"
    note_fault(log, rule.entry, UNREACHABLE, message, IN_ORDER)


def find_covering(own: int, earlier: Sequence[int], worlds: Worlds) -> list[int]:
    """Return places of earlier sets that together take all of one: a single one, or no more than needed."""
    diagrams = worlds.diagrams
    for place, taken in enumerate(earlier):
        if diagrams.without(own, taken) == NEVER:
            return [place]
    needed = list(range(len(earlier)))
    for place in reversed(range(len(earlier))):
        left = own
        for other in needed:
            if other != place:
                left = diagrams.without(left, earlier[other])
        if left == NEVER:
            needed.remove(place)
    return needed
