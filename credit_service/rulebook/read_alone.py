"""One rule version read by itself, where the rulebook it belongs to cannot be built: its faults are told all the same.

Before it lies a version whose neighbours are missing or could not be read, after it faults in the log for `check`. What
needs several kinds of rules at once is not looked at, and nothing that is read here is ever used.
"""

from __future__ import annotations

from collections.abc import Callable

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.read_bounds import read_bounds
from credit_service.rulebook.read_candidates import read_candidates
from credit_service.rulebook.read_index import read_index
from credit_service.rulebook.read_lists import read_lists
from credit_service.rulebook.read_repair import read_acts, read_papers
from credit_service.rulebook.read_scoring import GRADES, read_classification, read_scoring
from credit_service.rulebook.read_severity import read_history, read_severity
from credit_service.rulebook.read_terms import (
    read_calendar,
    read_catalogue,
    read_deadlines,
    read_edition,
    read_measures,
    read_proportions,
    read_publicity,
)
from credit_service.rulebook.untranslatable import read_untranslatable
from credit_service.rulebook.versions import RuleVersion

_READERS: dict[str, tuple[Callable[[RuleVersion, FaultLog], object], ...]] = {
    "governance": (read_edition,),
    "governance_index": (read_index,),
    "catalogue": (read_catalogue,),
    "lists": (read_lists, lambda version, log: read_bounds(version, "list_type", log)),
    "measures": (read_measures, read_proportions),
    "severity": (lambda version, log: read_severity(version, read_history(version, log), log),),
    "publicity": (read_publicity, lambda version, log: read_bounds(version, "severity", log)),
    "scoring": (read_scoring,),
    # Of which grades the scoring rule has some, nobody may know.
    "candidates": (lambda version, log: read_candidates(version, GRADES, log),),
    "categories": (read_classification,),
    "repair": (read_deadlines, read_acts, read_papers),
    "deadlines": (read_deadlines,),
    "calendar": (read_calendar,),
}


def read_alone(version: RuleVersion, log: FaultLog) -> None:
    """Note every fault of a version that can be seen without the other rules; vetting needs terms and is left out."""
    if version.kind not in _READERS:
        return
    with log.catching():
        for read in (*_READERS[version.kind], read_untranslatable):
            read(version, log)
        version.finish()
