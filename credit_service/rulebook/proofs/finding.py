"""How the proofs speak: faults that stop a rulebook, and limits that are only said aloud."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from credit_service.errors import RuleNotMonotone, RuleOutsideBounds, RuleOverlap, RuleUnproved, RuleUnreachable
from credit_service.rulebook.faults import FaultLog, RuleFault
from credit_service.rulebook.proofs.diagrams import TooTangled
from credit_service.rulebook.rule_types import RuleEntry

UNREACHABLE = RuleUnreachable.code
NOT_MONOTONE = RuleNotMonotone.code
OUTSIDE = RuleOutsideBounds.code
CONFLICT = RuleOverlap.code
INEXACT = "含多字段算式，或者月数与天数混用，只在代表值上作了检验，未能穷尽"


def note_fault(log: FaultLog, entry: RuleEntry, code: str, message: str, remedy: str = "") -> None:
    """Note what a proof found at a rule."""
    log.add(RuleFault(entry.file, entry.line, code, message, remedy))


def note_limit(log: FaultLog, entry: RuleEntry, message: str) -> None:
    """Note once what a proof could not try for every case."""
    limit = RuleFault(entry.file, entry.line, RuleUnproved.code, message)
    if limit not in log.limits:
        log.limits.append(limit)


@contextmanager
def refusing_tangles(log: FaultLog, entry: RuleEntry, what: str) -> Iterator[None]:
    """Turn “too many cases” into a fault: what cannot be proved is not adopted."""
    try:
        yield
    except TooTangled:
        message = f"{what}情形过多，无法逐一证明有无矛盾、遗漏和倒挂"
        note_fault(log, entry, RuleUnproved.code, message, "请减少同一条件中互相比较的字段，或者拆成几条规则。")


def name_places(entries: Sequence[RuleEntry]) -> str:
    """Return rules by id and line, as a message names them."""
    return "、".join(f"“{entry.rule_id}”（第{entry.line}行）" for entry in entries)
