"""Names of codes for people: list types, categories, measures, accounts."""

from __future__ import annotations

from datetime import date

from credit_service.domain.category import GENERAL
from credit_service.domain.listing import Case
from credit_service.domain.objection import ObjectionMark
from credit_service.domain.query import StandingListing
from credit_service.lookup.reading_room import ReadingRoom


def category_name(room: ReadingRoom, number: int, as_of: date) -> str:
    """Return the Chinese name of a category in the edition in force on a day."""
    if number == GENERAL:
        return "综合"
    categories = room.rulebook(as_of).edition.categories
    return next((category.name for category in categories if category.number == number), str(number))


def list_type_name(room: ReadingRoom, list_type: str, as_of: date) -> str:
    """Return the Chinese name of a list type."""
    return room.rulebook(as_of).list_type(list_type).name


def to_standing_listing(
    room: ReadingRoom, case: Case, measures: tuple[str, ...], objection: ObjectionMark | None = None
) -> StandingListing:
    """Return an effective case as look-ups and pages show it."""
    return StandingListing(
        case_id=case.case_id,
        list_kind=case.list_kind.value,
        list_type=case.list_type,
        list_type_name=list_type_name(room, case.list_type, room.today()),
        category=case.category,
        fact=case.fact,
        basis=case.list_basis,
        decision_no=case.decision_no or "",
        authority_name=case.authority_name,
        decided_on=case.decided_on or case.proposed_on,
        until_on=case.max_until_on,
        measures=measures,
        objection=objection,
    )
