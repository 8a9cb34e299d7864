"""The office: the stores, rules, keys and clock a chapter of the pipeline works with.

Built once by `bootstrap`; chapters take it as their first argument. It holds collaborators and does no work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from credit_service.domain.adoption import Adoption
from credit_service.domain.clock import Clock, IsWorkday, legal_day
from credit_service.domain.district import District
from credit_service.domain.places import Places
from credit_service.domain.sign_in import SignInPolicy
from credit_service.domain.template import Template
from credit_service.errors import RulebookNotAdopted
from credit_service.intake.templates import load_templates
from credit_service.intake.thresholds import Thresholds, load_thresholds
from credit_service.listing.deadlines import build_workdays
from credit_service.registry.keys import Keys
from credit_service.registry.unit_of_work import Ledger
from credit_service.rulebook.kept import load_kept
from credit_service.rulebook.schema import Rulebook
from credit_service.warehouse.connection import Warehouse

TICK = timedelta(microseconds=1)
"""The least by which two instants differ."""


@dataclass(frozen=True)
class LawOfDay:
    """The rules in force on a legal day and what is read from them: once for one act, the same for all it brings."""

    day: date
    adopted: str
    """Hash of the kept rulebook, noted with every act."""
    rulebook: Rulebook
    is_workday: IsWorkday


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
    sign_in: SignInPolicy = field(default_factory=SignInPolicy)

    def now(self) -> datetime:
        """Return the instant, UTC."""
        return self.clock.now()

    def instant_of_learning(self) -> datetime:
        """Return now, or, where the clock stands or goes back, just after the newest assessment.

        Whatever is learned, withdrawn or adopted at this instant, no assessment made before knew it.
        """
        with self.ledger.reading() as uow:
            known = uow.runs.find_newest_known()
        return max(self.now(), known + TICK) if known else self.now()

    def today(self) -> date:
        """Return the legal day in Asia/Shanghai."""
        return legal_day(self.clock.now())

    def adoption(self, as_of: date, known_at: datetime | None = None) -> Adoption:
        """Return by which act rules are in force on a day, as known at an instant (everything where it is None).

        Raises:
            RulebookNotAdopted: Nothing was ever adopted, because the rules on disk had faults.
        """
        with self.ledger.reading() as uow:
            found = uow.adoptions.find_in_force(as_of, known_at)
        if found is None:
            message = "还没有采用任何规则库：建库时规则文件有问题，或尚未建库。"
            raise RulebookNotAdopted(message, remedy="请用 credit rules check 查看并改正，改正后再次执行本命令即启用。")
        return found

    def rulebook(self, as_of: date, known_at: datetime | None = None) -> Rulebook:
        """Return the rules in force on a day as adopted by an instant; the working directory means nothing here.

        Raises:
            RulebookNotAdopted: Nothing was ever adopted.
            RuleNotInForce: A kind of rule has no version in force on that day.
            RulebookDamaged: The kept copy is not what was adopted.
        """
        return load_kept(self.places.rulebooks, self.adoption(as_of, known_at).rulebook, as_of)

    def law_of_today(self) -> LawOfDay:
        """Return the rules in force today.

        Raises:
            RulebookNotAdopted: Nothing was ever adopted.
            RuleNotInForce: A kind of rule has no version in force today.
            RulebookDamaged: The kept copy is not what was adopted.
        """
        today = self.today()
        adopted = self.adoption(today).rulebook
        rulebook = load_kept(self.places.rulebooks, adopted, today)
        return LawOfDay(today, adopted, rulebook, build_workdays(rulebook.holiday_overrides))

    def templates(self) -> tuple[Template, ...]:
        """Return every upload template."""
        return _templates(self.places.templates)

    def nominee_templates(self) -> tuple[Template, ...]:
        """Return the templates of nominees for awards; no batch is ever of one of them."""
        return _templates(self.places.nominee_templates)

    def thresholds(self) -> Thresholds:
        """Return the limits beyond which a batch looks wrong as a whole."""
        return _thresholds(self.places.reference / "thresholds.yaml")

    def is_workday(self) -> IsWorkday:
        """Return the calendar of working days under today's rules."""
        return build_workdays(self.rulebook(self.today()).holiday_overrides)


# Templates are never edited while a process runs, so one reading is enough.
_templates = lru_cache(maxsize=4)(load_templates)
_thresholds = lru_cache(maxsize=4)(load_thresholds)
