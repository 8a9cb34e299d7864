"""When the repair of one record opens, and by which rule.

Before it a record as the rules read it (`judge`); after it `outlook` and applications for repair.
"""

from __future__ import annotations

from datetime import date

from credit_service.domain.score import ListKind
from credit_service.rulebook.judge import Judged, add_months, find_accepting_list
from credit_service.rulebook.repair_types import LawfulAct, Wait
from credit_service.rulebook.schema import Rulebook


def find_acts(rulebook: Rulebook, row: Judged) -> tuple[LawfulAct, ...]:
    """Return what can be done about a record, at most one act where the rules are without fault."""
    return tuple(act for act in rulebook.acts if act.kind == row.fact.kind and act.severity in {"*", row.severity})


def find_opening(rulebook: Rulebook, row: Judged, wait: Wait) -> date | None:
    """Return the first day of an act that must wait, or None where nothing says when it opens.

    Args:
        rulebook: The rules of the day.
        row: The record as they read it.
        wait: What must have passed; of `Wait.NONE` the day of the question is the first.
    """
    if wait is Wait.NONE:
        return row.as_of
    if wait is Wait.PUBLICITY:
        return row.windows.min_until
    accepting = find_accepting_list(rulebook, row.fact, ListKind.BLACK)
    if accepting is None:
        return None
    return add_months(row.fact.decided_on, rulebook.list_type(accepting).min_months)
