"""Which rulebooks were adopted by whom from when, what waits for a second person, and the SQL compiled of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from credit_service.domain.adoption import Adoption, AdoptionState, CompiledText
from credit_service.errors import RulebookNotAdopted
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.rulebook.kept import check_kept

SHORTEST_NAME = 8
"""Characters of a hash that name something."""


@dataclass(frozen=True)
class AdoptionView:
    """One adoption as people see it."""

    adoption: Adoption
    until_on: date | None
    """The last day it is in force; None while no later one has been adopted, and where it never came into force."""
    in_force: bool
    """Whether it is the one in force today."""
    texts: tuple[CompiledText, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the documented JSON object of ``credit rules adoptions``."""
        one = self.adoption
        return {
            "number": one.number,
            "rulebook": one.rulebook,
            "kind": one.kind.value,
            "state": one.state.value,
            "in_force": self.in_force,
            "from_on": one.from_on,
            "until_on": self.until_on,
            "reason": one.reason,
            "proposed_by": one.proposed_by,
            "proposed_at": one.proposed_at.isoformat(),
            "confirmed_by": one.confirmed_by,
            "confirmed_at": one.confirmed_at.isoformat() if one.confirmed_at else None,
            "withdrawn_by": one.withdrawn_by,
            "withdraw_reason": one.withdraw_reason,
            "accepted": list(one.accepted),
            "unconfirmed": one.unconfirmed,
            "compiled": [
                {"target": text.target, "from_on": text.from_on, "compiler": text.compiler, "sql": text.sql_hash}
                for text in self.texts
            ],
        }


def list_adoptions(room: ReadingRoom) -> tuple[AdoptionView, ...]:
    """Return every adoption and proposal, newest first."""
    with room.ledger.reading() as uow:
        adoptions = uow.adoptions.list_all()
        current = uow.adoptions.find_in_force(room.today())
        texts = {one.number: tuple(uow.adoptions.list_texts(one.number or 0)) for one in adoptions}
    number = None if current is None else current.number
    ends = find_ends(adoptions)
    return tuple(
        AdoptionView(one, ends.get(one.number or 0), one.number == number, texts[one.number]) for one in adoptions
    )


def find_ends(adoptions: list[Adoption]) -> dict[int, date]:
    """Return, by number, the day before the next adoption begins; where two begin on one day the later act holds."""
    adopted = [one for one in adoptions if one.confirmed_at is not None and one.confirmed_on is not None]
    adopted.sort(key=lambda one: (one.from_on, one.confirmed_at))
    ends = {}
    for earlier, later in pairwise(adopted):
        if earlier.number is not None:
            ends[earlier.number] = date.fromordinal(later.from_on.toordinal() - 1)
    return ends


def get_adoption(room: ReadingRoom, name: str) -> Adoption:
    """Return the newest adoption or proposal whose hash begins with a name of eight characters or more.

    Raises:
        RulebookNotAdopted: There is none, or the name is too short to mean one.
    """
    with room.ledger.reading() as uow:
        named = uow.adoptions.list_named(name) if len(name) >= SHORTEST_NAME else []
    if len({one.rulebook for one in named}) != 1:
        message = f"没有哈希以“{name}”开头的规则库，或所写位数太少。"
        raise RulebookNotAdopted(message, remedy="请用 credit rules adoptions 查看，并写出哈希的前8位以上。")
    return next((one for one in named if one.state is AdoptionState.ADOPTED), named[0])


def list_texts(room: ReadingRoom, name: str, target: str) -> tuple[CompiledText, ...]:
    """Return the SQL compiled of a rulebook for an engine, one text per day from which it differs.

    Args:
        room: The reading room.
        name: The beginning of the hash of an adopted rulebook, of the rules of one day (which assessments, pages and
            ``credit rules compile`` show), or of the SQL itself.
        target: The engine.

    Raises:
        RulebookNotAdopted: There is no such rulebook, or it was not compiled for this engine.
    """
    adoption, texts = _find_texts(room, name)
    found = [text for text in texts if text.target == target]
    if not found:
        targets = "、".join(sorted({text.target for text in texts})) or "无"
        message = f"规则库 {adoption.rulebook[:12]} 没有为“{target}”编译。"
        raise RulebookNotAdopted(message, remedy=f"已编译的目标：{targets}。")
    return tuple(found)


def _find_texts(room: ReadingRoom, name: str) -> tuple[Adoption, list[CompiledText]]:
    """Return the adoption somebody means by a hash, with the texts that are meant."""
    with room.ledger.reading() as uow:
        adoptions = uow.adoptions.list_all()
        texts = {one.number: uow.adoptions.list_texts(one.number or 0) for one in adoptions}
    if len(name) >= SHORTEST_NAME:
        if any(one.rulebook.startswith(name) for one in adoptions):
            adoption = get_adoption(room, name)
            return adoption, texts[adoption.number]
        for one in adoptions:
            meant = [text for text in texts[one.number] if _is_named(text, name)]
            if meant:
                return one, meant
    there = "；".join(_name_hashes(one, texts[one.number]) for one in adoptions)
    message = f"没有哈希以“{name}”开头的规则库或SQL，或所写不足{SHORTEST_NAME}位。"
    raise RulebookNotAdopted(message, remedy=f"现有：{there or '无'}。")


def _is_named(text: CompiledText, name: str) -> bool:
    return text.rulebook.startswith(name) or text.sql_hash.startswith(name)


def _name_hashes(adoption: Adoption, texts: list[CompiledText]) -> str:
    days = dict.fromkeys(f"{text.from_on}起{text.rulebook[:12]}" for text in texts)
    of_days = f"（其中各日的规则：{'、'.join(days)}）" if days else ""
    return f"{adoption.state.label}的规则库{adoption.rulebook[:12]}{of_days}"


def check_copies(room: ReadingRoom) -> tuple[str, ...]:
    """Return the hashes of every adopted rulebook after comparing each kept copy with its hash.

    Raises:
        RulebookDamaged: A copy is missing or changed.
    """
    with room.ledger.reading() as uow:
        adopted = [one for one in uow.adoptions.list_all() if one.state is AdoptionState.ADOPTED]
    hashes = tuple(dict.fromkeys(one.rulebook for one in adopted))
    for rulebook in hashes:
        check_kept(room.places.rulebooks, rulebook)
    return hashes
