"""From acts alone to where a case stands: what the ledger stores must be nothing else.

Pure: the acts come from the ledger, the terms each act was done under from the rules it names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import MISSING, fields, replace

from credit_service.domain.clock import IsWorkday
from credit_service.domain.listing import Act, Case, CaseState
from credit_service.listing.terms import ProcedureTerms
from credit_service.listing.transitions import apply_act

_SOURCE = frozenset({"source_agency", "source_decision_no", "source_decided_on", "source_ends_on"})
TermsOfAct = Callable[[Case, Act], tuple[ProcedureTerms, IsWorkday]]
"""Answers under which terms, and by which calendar, an act was done."""


def to_proposal(case: Case) -> Case:
    """Return a case as it was proposed: with what it has been proposed with, and nothing that acts have added."""
    added = {
        field.name: field.default
        for field in fields(case)
        if field.default is not MISSING and field.name not in _SOURCE | {"adult_on", "consent_no"}
    }
    return replace(case, state=CaseState.PROPOSED, **added)


def replay(case: Case, acts: Sequence[Act], terms_of: TermsOfAct) -> Case:
    """Return where a case stands by its acts alone.

    Args:
        case: The case as stored; only what it was proposed with is used.
        acts: Every act on it in order, the proposal first.
        terms_of: Terms and calendar of each act.

    Raises:
        DecisionError: An act was never lawful; the leaf says why.
    """
    moved = to_proposal(case)
    for act in acts[1:]:
        terms, is_workday = terms_of(moved, act)
        moved = apply_act(moved, act, terms, is_workday)
    return moved
