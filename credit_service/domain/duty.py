"""What departments owe: reports at regular times, and each decision within a term.

Before it lies ``data/reference/duties.yaml`` as `intake.duties` reads it; after it `lookup.quality` compares duties
with the batches received. It knows no batch and no store.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from credit_service.domain.month import Month, to_month


class Frequency(StrEnum):
    """How often a duty falls due."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    AS_NEEDED = "as_needed"
    """As it happens: no month is owed, only the term of each decision."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"monthly": "每月", "quarterly": "每季度", "as_needed": "发生即报"}[self.value]


@dataclass(frozen=True)
class Duty:
    """What a department owes: at least one batch of any of these templates in each month or quarter."""

    duty_id: str
    name: str
    templates: tuple[str, ...]
    frequency: Frequency
    from_on: date
    agencies: tuple[str, ...]
    """Codes of the departments; empty means every department whose permission names one of the templates."""
    source: str
    status: str

    def binds(self, agency_code: str, permitted: tuple[str, ...]) -> bool:
        """Return whether a department owes it; a permission for everything (empty) is no duty by itself."""
        return agency_code in self.agencies if self.agencies else any(name in permitted for name in self.templates)

    def months_due(self, month: Month) -> tuple[Month, ...]:
        """Return the months whose batches fulfil what falls due in a month; empty where nothing falls due.

        A quarter falls due in its last month. What began in the middle of a month or quarter is owed for all of it.
        """
        if self.frequency is Frequency.AS_NEEDED or to_month(self.from_on) > month:
            return ()
        if self.frequency is Frequency.MONTHLY:
            return (month,)
        return month.back_to(3) if month.number % 3 == 0 else ()


@dataclass(frozen=True)
class Term:
    """Within how many working days of the decision a row is to be reported, for decisions from a day on."""

    days: int | None
    """None where rows have no term."""
    from_on: date
    source: str
    status: str


@dataclass(frozen=True)
class DutyBook:
    """Duties and terms of one installation, as ``data/reference/duties.yaml`` states them."""

    duties: tuple[Duty, ...]
    by_template: dict[str, Term]
    by_kind: dict[str, Term]
    default: Term

    def term_of(self, template_id: str, record_kind: str) -> Term:
        """Return the term of a template's rows: the template's own, else its kind's, else the default."""
        return self.by_template.get(template_id) or self.by_kind.get(record_kind, self.default)


class DutyState(StrEnum):
    """How a duty stands."""

    MET = "met"
    NIL = "nil"
    """Met by a declaration that there was nothing."""
    MISSING = "missing"
    OPEN = "open"
    """Not yet met; the month is not over."""

    @property
    def label(self) -> str:
        """Chinese name."""
        return {"met": "已报", "nil": "空报", "missing": "未报", "open": "待报"}[self.value]


@dataclass(frozen=True)
class DutyStanding:
    """One duty that falls due in a month."""

    duty: Duty
    state: DutyState


def judge_duty(reports: int, nil_reports: int, month: Month, today: date) -> DutyState:
    """Return how a duty stands that falls due in a month.

    Args:
        reports: Batches that count for it and stand, nil reports among them; withdrawn ones fulfil nothing.
        nil_reports: Those of them that declare nothing.
        month: The month in which it falls due.
        today: The legal day of the question.
    """
    if reports:
        return DutyState.NIL if reports == nil_reports else DutyState.MET
    return DutyState.OPEN if today <= month.last_on else DutyState.MISSING
