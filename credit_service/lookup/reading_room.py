"""The reading room: what questions are answered from.

Built once by `bootstrap`; look-ups take it as their first argument. It can change nothing but the access log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from credit_service.domain.adoption import Adoption
from credit_service.domain.clock import Clock, legal_day
from credit_service.domain.places import Places
from credit_service.domain.template import Template
from credit_service.errors import RulebookNotAdopted
from credit_service.intake.templates import load_templates
from credit_service.registry.keys import Keys
from credit_service.registry.unit_of_work import Ledger
from credit_service.rulebook.kept import load_kept
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

    def adoption(self, as_of: date, known_at: datetime | None = None) -> Adoption:
        """Return by which act rules are in force on a day, as adopted by an instant (ever where it is None).

        Raises:
            RulebookNotAdopted: Nothing was ever adopted, because the rules on disk had faults.
        """
        with self.ledger.reading() as uow:
            adoption = uow.adoptions.find_in_force(as_of, known_at)
        if adoption is None:
            message = "还没有采用任何规则库。"
            raise RulebookNotAdopted(message, remedy="请用 credit rules check 查看规则文件的问题，改正后重新启动服务。")
        return adoption

    def load(self, adoption: Adoption, as_of: date) -> Rulebook:
        """Return the rules of an adoption as they stand on a day.

        Raises:
            RuleNotInForce: A kind of rule has no version in force on that day.
            RulebookDamaged: The kept copy is not what was adopted.
        """
        return load_kept(self.places.rulebooks, adoption.rulebook, as_of)

    def rulebook(self, as_of: date, known_at: datetime | None = None) -> Rulebook:
        """Return the rules in force on a day, as adopted by an instant (ever where it is None).

        Raises:
            RulebookNotAdopted: Nothing was ever adopted, because the rules on disk had faults.
            RuleNotInForce: A kind of rule has no version in force on that day.
            RulebookDamaged: The kept copy is not what was adopted.
        """
        return self.load(self.adoption(as_of, known_at), as_of)

    def templates(self) -> tuple[Template, ...]:
        """Return every upload template."""
        return _templates(self.places.templates)


_templates = lru_cache(maxsize=4)(load_templates)
