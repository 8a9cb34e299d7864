"""The office: the stores, rules, keys and clock a chapter of the pipeline works with.

Built once by `bootstrap`; chapters take it as their first argument. It holds collaborators and does no work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from credit_service.domain.clock import Clock, IsWorkday, legal_day
from credit_service.domain.district import District
from credit_service.domain.places import Places
from credit_service.domain.template import Template
from credit_service.intake.templates import load_templates
from credit_service.intake.thresholds import Thresholds, load_thresholds
from credit_service.listing.deadlines import build_workdays
from credit_service.registry.keys import Keys
from credit_service.registry.unit_of_work import Ledger
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.connection import Warehouse


@dataclass(frozen=True)
class Office:
    """Where the work is done."""

    ledger: Ledger
    warehouse: Warehouse
    keys: Keys
    clock: Clock
    places: Places
    district: District
    public_url: str

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return self.clock.now()

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.clock.now())

    def rulebook(self, as_of: date) -> Rulebook:
        """Return the rules in force on a day.

        Raises:
            RuleNotInForce: A kind of rule has no version in force on that day.
        """
        return _rulebook(self.places.rules, as_of)

    def templates(self) -> tuple[Template, ...]:
        """Return every upload template."""
        return _templates(self.places.templates)

    def thresholds(self) -> Thresholds:
        """Return the limits beyond which a batch looks wrong as a whole."""
        return _thresholds(self.places.reference / "thresholds.yaml")

    def is_workday(self) -> IsWorkday:
        """Return the calendar of working days under today's rules."""
        return build_workdays(self.rulebook(self.today()).holiday_overrides)


# Published rule versions and templates are never edited, so one reading per process is enough.
_rulebook = lru_cache(maxsize=32)(load_rulebook)
_templates = lru_cache(maxsize=4)(load_templates)
_thresholds = lru_cache(maxsize=4)(load_thresholds)
