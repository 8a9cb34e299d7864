"""The reading room: what questions are answered from.

Built once by `bootstrap`; look-ups take it as their first argument. It can change nothing but the access log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from credit_service.domain.clock import Clock, legal_day
from credit_service.domain.places import Places
from credit_service.domain.template import Template
from credit_service.intake.templates import load_templates
from credit_service.registry.keys import Keys
from credit_service.registry.unit_of_work import Ledger
from credit_service.rulebook.load import load_rulebook
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.connection import Warehouse


@dataclass(frozen=True)
class ReadingRoom:
    """Where questions are answered."""

    ledger: Ledger
    warehouse: Warehouse
    keys: Keys
    clock: Clock
    places: Places
    public_url: str

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.clock.now())

    def rulebook(self, as_of: date) -> Rulebook:
        """Return the rules in force on a day."""
        return _rulebook(self.places.rules, as_of)

    def templates(self) -> tuple[Template, ...]:
        """Return every upload template."""
        return _templates(self.places.templates)


_rulebook = lru_cache(maxsize=32)(load_rulebook)
_templates = lru_cache(maxsize=4)(load_templates)
