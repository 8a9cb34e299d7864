"""Adoptions of rulebooks and the SQL compiled of them.

Adoptions are ended once, never altered or deleted; that two persons act, that nothing is retroactive and that time goes
forward is held once more by the table's constraints.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.adoption import Adoption, AdoptionKind, CompiledText
from credit_service.errors import RulebookNotAdopted
from credit_service.registry.repository import Repository
from credit_service.registry.rulebook_tables import RulebookAdoptionRow, RulebookCompilationRow, RulebookSqlRow
from credit_service.registry.tables import table_of

ADOPTION = table_of(RulebookAdoptionRow)
COMPILATION = table_of(RulebookCompilationRow)
SQL = table_of(RulebookSqlRow)
_FOUNDING = ADOPTION.c.kind == AdoptionKind.FOUNDING.value


class Adoptions(Repository):
    """Proposals of rulebooks, in the order they were made."""

    def add(self, adoption: Adoption) -> Adoption:
        """Write down a proposal, or the founding act; return it with its number.

        Raises:
            IllegalTransition: It is confirmed already, the same rules wait already, or it is a second founding.
        """
        values = asdict(adoption) | {"kind": adoption.kind.value, "accepted": list(adoption.accepted)}
        del values["number"]
        done = self._run(sa.insert(ADOPTION).values(**values).returning(ADOPTION.c.number))
        return replace(adoption, number=int(done.scalar_one()))

    def confirm(self, number: int, by: str, at: datetime, on: date) -> Adoption:
        """Confirm a proposal.

        Raises:
            SamePerson: Whoever proposed it confirms it.
            IllegalTransition: It has ended before, begins in the past, or is not compiled.
            ClockReversed: The instant is one that an assessment has known already.
        """
        confirmed = sa.update(ADOPTION).where(ADOPTION.c.number == number)
        self._run(confirmed.values(confirmed_by=by, confirmed_at=at, confirmed_on=on))
        return self.get(number)

    def withdraw(self, number: int, by: str, at: datetime, reason: str) -> Adoption:
        """Withdraw a proposal that nobody has confirmed.

        Raises:
            IllegalTransition: It has ended before.
        """
        withdrawn = sa.update(ADOPTION).where(ADOPTION.c.number == number)
        self._run(withdrawn.values(withdrawn_by=by, withdrawn_at=at, withdraw_reason=reason))
        return self.get(number)

    def get(self, number: int) -> Adoption:
        """Return an adoption.

        Raises:
            RulebookNotAdopted: There is none of this number.
        """
        row = self._first(sa.select(ADOPTION).where(ADOPTION.c.number == number))
        if row is None:
            message = f"没有编号为{number}的规则库采用记录。"
            raise RulebookNotAdopted(message, remedy="请用 credit rules adoptions 查看。")
        return _to_adoption(row)

    def find_in_force(self, as_of: date, known_at: datetime | None = None) -> Adoption | None:
        """Return the adoption in force on a day as known at an instant, or None where the ledger has none at all.

        The one that began last; of those that begin on one day the one confirmed last. The founding act is known at
        every instant: before it nobody had recorded what was in force. Days before everything belong to it, too.
        """
        begun = (ADOPTION.c.from_on <= as_of) & ADOPTION.c.confirmed_at.is_not(None)
        if known_at is not None:
            begun &= ADOPTION.c.confirmed_at <= known_at
        founding_last = sa.case((_FOUNDING, 1), else_=0)
        order = (founding_last, ADOPTION.c.from_on.desc(), ADOPTION.c.confirmed_at.desc())
        row = self._first(sa.select(ADOPTION).where(sa.or_(_FOUNDING, begun)).order_by(*order))
        return None if row is None else _to_adoption(row)

    def find_newest_confirmed(self) -> datetime | None:
        """Return the latest instant at which anything was adopted, or None."""
        newest = sa.select(ADOPTION.c.confirmed_at).where(ADOPTION.c.confirmed_at.is_not(None))
        row = self._first(newest.order_by(ADOPTION.c.confirmed_at.desc()))
        return None if row is None else row["confirmed_at"]

    def has_any(self) -> bool:
        """Return whether anything was adopted or proposed."""
        return self._first(sa.select(ADOPTION.c.number)) is not None

    def list_all(self) -> list[Adoption]:
        """Return every adoption and proposal, newest first."""
        return [_to_adoption(row) for row in self._all(sa.select(ADOPTION).order_by(ADOPTION.c.number.desc()))]

    def list_named(self, prefix: str) -> list[Adoption]:
        """Return the adoptions whose rulebook's hash begins with a text, newest first."""
        named = ADOPTION.c.rulebook.startswith(prefix, autoescape=True)
        return [
            _to_adoption(row) for row in self._all(sa.select(ADOPTION).where(named).order_by(ADOPTION.c.number.desc()))
        ]

    def add_text(self, text: CompiledText) -> bool:
        """Store what a compiler made; return False where it is there already.

        Raises:
            IllegalTransition: The same compiler made another text of the same rules before.
        """
        known = self._first(
            sa.select(COMPILATION.c.sql_hash).where(
                COMPILATION.c.adoption == text.adoption,
                COMPILATION.c.target == text.target,
                COMPILATION.c.compiler == text.compiler,
                COMPILATION.c.from_on == text.from_on,
            )
        )
        if known is not None and known["sql_hash"] == text.sql_hash:
            return False
        if self._first(sa.select(SQL.c.sql_hash).where(SQL.c.sql_hash == text.sql_hash)) is None:
            self._run(sa.insert(SQL).values(sql_hash=text.sql_hash, sql=text.sql))
        values = asdict(text)
        del values["sql"]
        self._run(sa.insert(COMPILATION).values(**values))
        return True

    def has_text(self, adoption: int, target: str, compiler: str, sql_hash: str) -> bool:
        """Return whether a compiler's text is stored with an adoption, whatever day it begins."""
        found = sa.select(COMPILATION.c.sql_hash).where(
            COMPILATION.c.adoption == adoption,
            COMPILATION.c.target == target,
            COMPILATION.c.compiler == compiler,
            COMPILATION.c.sql_hash == sql_hash,
        )
        return self._first(found) is not None

    def list_texts(self, adoption: int, target: str | None = None) -> list[CompiledText]:
        """Return the texts of an adoption, of one engine where it is named, by engine and day, the newest last."""
        joined = sa.select(COMPILATION, SQL.c.sql).join(SQL, SQL.c.sql_hash == COMPILATION.c.sql_hash)
        chosen = joined.where(COMPILATION.c.adoption == adoption)
        if target is not None:
            chosen = chosen.where(COMPILATION.c.target == target)
        order = (COMPILATION.c.target, COMPILATION.c.from_on, COMPILATION.c.compiled_at)
        return [CompiledText(**row) for row in self._all(chosen.order_by(*order))]


def _to_adoption(row: RowMapping) -> Adoption:
    return Adoption(**{**row, "kind": AdoptionKind(row["kind"]), "accepted": tuple(row["accepted"])})
