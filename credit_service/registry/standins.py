"""Who may act in whose place, and for how long. A delegation is ended once, never altered or deleted."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime

import sqlalchemy as sa

from credit_service.domain.listing import Delegation
from credit_service.errors import DelegationMissing
from credit_service.registry.procedure_tables import DelegationRow
from credit_service.registry.repository import Repository
from credit_service.registry.tables import table_of

DELEGATION = table_of(DelegationRow)


class Delegations(Repository):
    """Delegations, in the order they were given."""

    def add(self, delegation: Delegation) -> Delegation:
        """Write down a delegation; return it with its number.

        Raises:
            SamePerson: Somebody would stand in for themselves, or give themselves the power of another.
            EvidenceMissing: It has no reason.
        """
        values = asdict(delegation)
        del values["number"]
        done = self._run(sa.insert(DELEGATION).values(**values).returning(DELEGATION.c.number))
        return replace(delegation, number=int(done.scalar_one()))

    def end(self, number: int, by: str, at: datetime) -> None:
        """End a delegation before its last day.

        Raises:
            DelegationMissing: There is none of this number.
            IllegalTransition: It has been ended before.
        """
        ended = sa.update(DELEGATION).where(DELEGATION.c.number == number).values(ended_by=by, ended_at=at)
        if self._run(ended).rowcount == 0:
            message = f"没有编号为{number}的代行授权。"
            raise DelegationMissing(message, remedy="请从授权列表中选择。")

    def list_for(self, to_id: str, day: date) -> list[Delegation]:
        """Return by whose leave an account may act in another's place on a day."""
        statement = sa.select(DELEGATION).where(
            DELEGATION.c.to_id == to_id,
            DELEGATION.c.from_on <= day,
            DELEGATION.c.until_on >= day,
            DELEGATION.c.ended_at.is_(None),
        )
        return [Delegation(**row) for row in self._all(statement.order_by(DELEGATION.c.number))]

    def list_all(self) -> list[Delegation]:
        """Return every delegation, newest first."""
        return [Delegation(**row) for row in self._all(sa.select(DELEGATION).order_by(DELEGATION.c.number.desc()))]
