"""What an adoption changed: its rules beside those that were in force for its first day until then, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from credit_service.domain.adoption import INSTALLER, Adoption, AdoptionKind, AdoptionState
from credit_service.errors import SelectionUnknown
from credit_service.lookup.adoptions import AdoptionView, list_adoptions
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.diff import RuleChange, compare_rulebooks


@dataclass(frozen=True)
class AdoptionDifferences:
    """One adoption, or proposal, beside what it replaces."""

    view: AdoptionView
    before: Adoption | None
    """None for the founding act, which replaces nothing that was recorded."""
    changes: tuple[RuleChange, ...]


def name_people(room: ReadingRoom) -> dict[str, str]:
    """Return display names by account id; the set-up is no person and is called so."""
    with room.ledger.reading() as uow:
        names = {account.account_id: account.display_name for account in uow.accounts.list_all()}
    return {INSTALLER: "建库程序"} | names


def get_differences(room: ReadingRoom, number: int) -> AdoptionDifferences:
    """Return what an adoption changed, or a proposal would change, on its first day.

    Raises:
        SelectionUnknown: There is no adoption of this number.
        RulebookDamaged: One of the two kept copies is not what it was.
    """
    view = next((one for one in list_adoptions(room) if one.adoption.number == number), None)
    if view is None:
        message = f"没有编号为{number}的规则库采用记录。"
        raise SelectionUnknown(message, remedy="请从采用记录中选择。", number=number)
    one = view.adoption
    if one.kind is AdoptionKind.FOUNDING:
        return AdoptionDifferences(view, None, ())
    # What was adopted is compared with what held until that instant; what waits, with what holds now.
    known_at = None
    if one.state is AdoptionState.ADOPTED and one.confirmed_at is not None:
        known_at = one.confirmed_at - timedelta(microseconds=1)
    before = room.adoption(one.from_on, known_at)
    changes = compare_rulebooks(room.load(before, one.from_on), room.load(one, one.from_on))
    return AdoptionDifferences(view, before, changes)
