"""Reader of what the law permits for terms: the lowest and the highest months, each with its source.

Before it lies the table ``bounds`` of a publicity or lists rule, after it `rule_types.TermBounds`. Whether the terms
keep to it is asked in `proofs.publicity_proof`.
"""

from __future__ import annotations

from credit_service.rulebook.faults import FaultLog
from credit_service.rulebook.read_terms import find_repeats, read_rows
from credit_service.rulebook.rule_types import TermBounds
from credit_service.rulebook.section import Section
from credit_service.rulebook.versions import RuleVersion, read_entry

_MONTHS = (0, 120)


def read_bounds(version: RuleVersion, key: str, log: FaultLog) -> tuple[TermBounds, ...]:
    """Return the bounds of a rule's terms; ``key`` names the column that says what a row is about."""

    def read(row: Section) -> TermBounds:
        return TermBounds(
            of=row.text(key),
            least_min=row.optional_integer("least_min_months", *_MONTHS),
            most_min=row.optional_integer("most_min_months", *_MONTHS),
            most_term=row.optional_integer("most_term_months", *_MONTHS),
            most_max=row.optional_integer("most_max_months", *_MONTHS),
            entry=read_entry(row, version),
        )

    rows = read_rows(version.table("bounds", log), read, log)
    find_repeats([row.entry for row in rows], log)
    return rows
