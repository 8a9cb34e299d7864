"""Terms with dates of their own: from the first day of their version to its last, each term has a value, and only one.

Before it are the rows of a table as they were read, after it faults. A term without a value on some day would be missed
only when a case needs it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby, pairwise

from credit_service.errors import RuleNotInForce, RuleOverlap
from credit_service.rulebook.faults import FaultLog, RuleFault, to_place
from credit_service.rulebook.rule_types import Entered, RuleEntry
from credit_service.rulebook.versions import RuleVersion


def note_gaps(rows: Iterable[Entered], version: RuleVersion, log: FaultLog) -> None:
    """Note days without a value, and days with two, for every id of a table; rows of one id follow each other."""
    entries = sorted((row.entry for row in rows), key=lambda entry: (entry.rule_id, entry.from_on or date.min))
    for rule_id, group in groupby(entries, key=lambda entry: entry.rule_id):
        chain = list(group)
        if chain[0].from_on is not None and chain[0].from_on > version.from_on:
            _note_gap(chain[0], f"“{rule_id}”在{version.from_on}至{chain[0].from_on}前没有规定", log)
        last = chain[-1].to_on
        if last is not None and (version.to_on is None or last < version.to_on):
            _note_gap(chain[-1], f"“{rule_id}”在{last}之后没有规定", log)
        for earlier, later in pairwise(chain):
            _compare(rule_id, earlier, later, log)


def _compare(rule_id: str, earlier: RuleEntry, later: RuleEntry, log: FaultLog) -> None:
    begins = later.from_on or date.min
    if earlier.to_on is None or earlier.to_on >= begins:
        message = f"“{rule_id}”的施行期与第{earlier.line}行重叠"
        log.add(RuleFault(later.file, later.line, RuleOverlap.code, message, "请为前一行写明to，使两行首尾相接。"))
    elif earlier.to_on + timedelta(days=1) < begins:
        _note_gap(later, f"“{rule_id}”在{earlier.to_on}之后、{begins}之前没有规定", log)


def _note_gap(entry: RuleEntry, message: str, log: FaultLog) -> None:
    remedy = "请使各行的from、to首尾相接，并与规则版本的施行期一致。"
    log.add(RuleFault(entry.file, entry.line, RuleNotInForce.code, message, remedy, after=(to_place(entry.file),)))
