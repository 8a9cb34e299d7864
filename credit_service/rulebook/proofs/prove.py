"""All proofs of one rulebook, each only where what it reads was read without fault.

Before it is a rulebook whose parts exist and name each other rightly, after it faults and limits in the log: a rulebook
with a fault is not adopted. A proof over a part that could not be read would find gaps that are none, so it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath

from credit_service.domain.category import Edition
from credit_service.errors import RuleNotMonotone, RuleOutsideBounds, RuleUnproved, RuleUnreachable
from credit_service.rulebook.arithmetic import Clock
from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.proofs.candidate_reach import prove_reach
from credit_service.rulebook.proofs.candidate_trend import prove_trend
from credit_service.rulebook.proofs.exclusion_proof import prove_exclusions
from credit_service.rulebook.proofs.finding import refusing_tangles
from credit_service.rulebook.proofs.judged import build_judged
from credit_service.rulebook.proofs.list_proof import prove_lists
from credit_service.rulebook.proofs.points_proof import prove_points
from credit_service.rulebook.proofs.publicity_proof import prove_list_terms, prove_publicity
from credit_service.rulebook.proofs.severity_proof import prove_severity
from credit_service.rulebook.proofs.word_proof import prove_classification
from credit_service.rulebook.schema import Rulebook

Proof = Callable[[Rulebook, FaultLog], None]
_OWN = frozenset({RuleUnreachable.code, RuleNotMonotone.code, RuleOutsideBounds.code, RuleUnproved.code})
"""Faults only proofs find: what they are about was read rightly."""


def _prove_candidates(rulebook: Rulebook, log: FaultLog) -> None:
    rules = rulebook.candidates.rules
    if rules:
        with refusing_tangles(log, rules[0].entry, "建议规则对记录的条件"):
            judged = build_judged(rulebook)
            prove_reach(rulebook, judged, log)
            prove_trend(rulebook, judged, log)


PROOFS: tuple[tuple[tuple[str, ...], Proof], ...] = (
    (("severity", "scoring"), prove_severity),
    (("scoring",), prove_exclusions),
    (("scoring",), prove_points),
    (("categories",), prove_classification),
    (("publicity",), prove_publicity),
    (("lists",), prove_list_terms),
    (("lists", "measures", "scoring", "governance"), prove_lists),
    (("candidates", "lists", "scoring", "categories", "governance"), _prove_candidates),
)
"""What each proof reads, by kind of rule."""


@dataclass(frozen=True)
class Question:
    """One rulebook to be proved; two with the same text and the same rows in force have the same answer."""

    hash: str
    rule_ids: frozenset[str]
    items: tuple[str, ...]
    day: date | None
    """The day of the rulebook, where some rule has dates of its own in its condition."""
    clean: frozenset[str]
    """Kinds of rules that were read without fault."""
    rulebook: Rulebook = field(compare=False, repr=False)


def prove_rulebook(rulebook: Rulebook, editions: Iterable[Edition], files: Mapping[str, str], log: FaultLog) -> None:
    """Note everything that is wrong with a rulebook whatever the facts.

    Args:
        rulebook: The rules of one day.
        editions: Every edition in force: what one of them can reach is not unreachable.
        files: The rule.yaml of each kind.
        log: What reading has found so far; faults and limits are added.
    """
    joined = replace(rulebook, edition=join_editions(rulebook.edition, editions))
    spoilt = {PurePosixPath(fault.file).parent for fault in log.faults if fault.code not in _OWN}
    question = Question(
        hash=rulebook.hash,
        rule_ids=frozenset(rulebook.entries),
        items=tuple(item.slug for item in joined.edition.categories),
        day=rulebook.as_of if any(rule.clock is Clock.DECIDED_ON for rule in rulebook.severity) else None,
        clean=frozenset(kind for kind, file in files.items() if PurePosixPath(file).parent not in spoilt),
        rulebook=joined,
    )
    found = answer(question)
    for fault in found.faults:
        log.add(fault)
    log.limits += [limit for limit in found.limits if limit not in log.limits]


@lru_cache(maxsize=64)
def answer(question: Question) -> FaultLog:
    """Return what the proofs find; asked again, as for each of many worked cases, they need not go through it again."""
    found = FaultLog()
    for kinds, prove in PROOFS:
        if question.clean.issuperset(kinds):
            prove(question.rulebook, found)
    return found


def join_editions(edition: Edition, others: Iterable[Edition]) -> Edition:
    """Return an edition that also has the items only others have, under numbers of their own."""
    known = {item.slug: item for item in edition.categories}
    for other in others:
        for item in other.categories:
            if item.slug not in known:
                known[item.slug] = replace(item, number=max((old.number for old in known.values()), default=0) + 1)
    return replace(edition, categories=tuple(known.values()))
