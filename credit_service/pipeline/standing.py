"""Whether every case stands where its acts have put it: worked out anew from the acts and the rules they name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from credit_service.domain.clock import IsWorkday, legal_day
from credit_service.domain.listing import Act, Case
from credit_service.errors import DecisionError
from credit_service.listing.deadlines import build_workdays
from credit_service.listing.replay import replay
from credit_service.listing.terms import ProcedureTerms
from credit_service.pipeline.decide import procedure_terms
from credit_service.pipeline.office import Office
from credit_service.rulebook.kept import load_kept
from credit_service.rulebook.schema import Rulebook


@dataclass(frozen=True)
class StandingCheck:
    """What comes out of recomputing every case."""

    cases: int
    unknown: tuple[str, ...]
    """Cases with an act recorded before acts named their rules: they cannot be recomputed."""
    differing: tuple[str, ...]
    """Cases that do not stand where their acts put them."""


def check_standing(office: Office) -> StandingCheck:
    """Recompute every case from its acts and compare it with what is stored.

    Raises:
        RulebookDamaged: Kept rules are not what was adopted.
    """
    with office.ledger.reading() as uow:
        cases = uow.cases.list_all()
        acts = uow.acts.list_by_case()
    books: dict[tuple[str, date], tuple[Rulebook, IsWorkday]] = {}

    def find_terms(case: Case, act: Act) -> tuple[ProcedureTerms, IsWorkday]:
        key = (act.rulebook, legal_day(act.at))
        if key not in books:
            book = load_kept(office.places.rulebooks, *key)
            books[key] = (book, build_workdays(book.holiday_overrides))
        book, is_workday = books[key]
        return procedure_terms(book, case), is_workday

    unknown, differing = [], []
    for case in cases:
        done = acts.get(case.case_id, [])
        if any(not act.rulebook for act in done[1:]):
            unknown.append(case.case_id)
        elif not _agrees(case, done, find_terms):
            differing.append(case.case_id)
    return StandingCheck(len(cases), tuple(unknown), tuple(differing))


def _agrees(case: Case, acts: list[Act], find_terms: Callable[[Case, Act], tuple[ProcedureTerms, IsWorkday]]) -> bool:
    try:
        return replay(case, acts, find_terms) == case
    except DecisionError:
        return False
