"""What is wrong with the rulebook, and what in it still waits for the customer's confirmation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from credit_service.listing.deadlines import build_workdays
from credit_service.rulebook.check import RulesReport, check_rules


def check_rulebook(rules_dir: Path, as_of: date | None = None) -> RulesReport:
    """Check every rule file; all faults come back together with file and line, and laws that are due on a day."""
    return check_rules(rules_dir, build_workdays, as_of)
