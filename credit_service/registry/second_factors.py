"""Authenticators with their recovery codes, acts on accounts, and links to an identity provider.

Secrets are encrypted with the vault's key and tied to their account; recovery codes are kept as keyed hashes. What is
used up stays used up: the tables' triggers hold it, whatever program writes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from credit_service.domain.sign_in import AccountAct, AccountActKind, IdentityLink, SecondFactor
from credit_service.errors import KeyMissing
from credit_service.registry.keys import Keys
from credit_service.registry.repository import Repository
from credit_service.registry.sign_in_tables import AccountActRow, IdentityLinkRow, RecoveryCodeRow, SecondFactorRow
from credit_service.registry.tables import table_of
from credit_service.registry.vault import Vault

FACTOR = table_of(SecondFactorRow)
RECOVERY_CODE = table_of(RecoveryCodeRow)
ACCOUNT_ACT = table_of(AccountActRow)
IDENTITY_LINK = table_of(IdentityLinkRow)


class SecondFactors(Repository):
    """Authenticators."""

    def __init__(self, connection: Connection, keys: Keys | None) -> None:
        super().__init__(connection)
        self._vault = None if keys is None else Vault(keys)

    def begin(self, account_id: str, secret: str, at: datetime) -> None:
        """Enrol an authenticator, pending until its first code; one pending before is given up.

        Raises:
            KeyMissing: The ledger was opened without keys.
        """
        vault = self._get_vault()
        pending = (*_running(account_id), FACTOR.c.confirmed_at.is_(None))
        self._run(sa.update(FACTOR).where(*pending).values(removed_at=at, removed_by=account_id))
        sealed = vault.encrypt(secret, _place(account_id))
        values = {"account_id": account_id, "secret_enc": sealed, "key_id": vault.key_id, "enrolled_at": at}
        self._run(sa.insert(FACTOR).values(**values))

    def confirm(self, factor: SecondFactor, step: int, at: datetime, code_hashes: Sequence[str]) -> None:
        """Put a pending authenticator in force by its first code, with recovery codes."""
        chosen = FACTOR.c.number == factor.number
        self._run(sa.update(FACTOR).where(chosen).values(confirmed_at=at, last_step=step))
        self._run(
            sa.insert(RECOVERY_CODE),
            [{"code_hash": one, "factor": factor.number, "used_at": None} for one in code_hashes],
        )

    def find(self, account_id: str) -> SecondFactor | None:
        """Return the authenticator in force, or None."""
        return self._find(account_id, FACTOR.c.confirmed_at.is_not(None))

    def find_pending(self, account_id: str) -> SecondFactor | None:
        """Return the authenticator that waits for its first code, or None."""
        return self._find(account_id, FACTOR.c.confirmed_at.is_(None))

    def has(self, account_id: str) -> bool:
        """Return whether an account has an authenticator in force; nothing is decrypted."""
        return self._first(sa.select(FACTOR.c.number).where(*_running(account_id), _CONFIRMED)) is not None

    def list_holders(self) -> dict[str, datetime]:
        """Return since when accounts have an authenticator in force."""
        rows = self._all(
            sa.select(FACTOR.c.account_id, FACTOR.c.confirmed_at).where(FACTOR.c.removed_at.is_(None), _CONFIRMED)
        )
        return {row["account_id"]: row["confirmed_at"] for row in rows}

    def use_step(self, factor: SecondFactor, step: int) -> None:
        """Note that a code of this time step was accepted; the ledger refuses one used before."""
        self._run(sa.update(FACTOR).where(FACTOR.c.number == factor.number).values(last_step=step))

    def use_recovery_code(self, factor: SecondFactor, code_hash: str, at: datetime) -> bool:
        """Use a recovery code up; return whether it was one of this authenticator's and unused."""
        unused = (RECOVERY_CODE.c.code_hash == code_hash, RECOVERY_CODE.c.factor == factor.number)
        statement = sa.update(RECOVERY_CODE).where(*unused, RECOVERY_CODE.c.used_at.is_(None)).values(used_at=at)
        return self._run(statement).rowcount == 1

    def remove(self, factor: SecondFactor, by: str, at: datetime, step: int | None = None) -> None:
        """Take an authenticator out of force; the act that says so was written before.

        Args:
            factor: The authenticator in force.
            by: Who removes it.
            at: When; the same instant as the act.
            step: Where the person gives it up: the time step of the code shown for it.
        """
        values: dict[str, object] = {"removed_at": at, "removed_by": by}
        if step is not None:
            values["last_step"] = step
        self._run(sa.update(FACTOR).where(FACTOR.c.number == factor.number).values(**values))

    def _find(self, account_id: str, condition: sa.ColumnElement[bool]) -> SecondFactor | None:
        row = self._first(sa.select(FACTOR).where(*_running(account_id), condition))
        if row is None:
            return None
        secret = self._get_vault().decrypt(row["secret_enc"], _place(account_id), row["key_id"])
        unused = (RECOVERY_CODE.c.factor == row["number"], RECOVERY_CODE.c.used_at.is_(None))
        left = self._run(sa.select(sa.func.count()).select_from(RECOVERY_CODE).where(*unused)).scalar_one()
        times = (row["enrolled_at"], row["confirmed_at"], row["last_step"])
        return SecondFactor(row["number"], account_id, secret, *times, recovery_left=int(left))

    def _get_vault(self) -> Vault:
        if self._vault is None:
            message = "台账打开时没有密钥，不能读写动态码的密钥。"
            raise KeyMissing(message, remedy="请用与台账配套的密钥文件启动服务。")
        return self._vault


_CONFIRMED = FACTOR.c.confirmed_at.is_not(None)


def _running(account_id: str) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    return FACTOR.c.account_id == account_id, FACTOR.c.removed_at.is_(None)


def _place(account_id: str) -> str:
    return f"second_factor.secret_enc:{account_id}"


class AccountActs(Repository):
    """What was done to accounts; it has no way to change or delete."""

    def add(self, act: AccountAct) -> int:
        """Write an act down and return its number."""
        result = self._run(sa.insert(ACCOUNT_ACT).values(**asdict(act) | {"kind": act.kind.value}))
        return int((result.inserted_primary_key or (0,))[0])

    def list_of(self, account_id: str) -> list[AccountAct]:
        """Return every act on an account, newest first."""
        statement = sa.select(ACCOUNT_ACT).where(ACCOUNT_ACT.c.account_id == account_id)
        return [_to_act(row) for row in self._all(statement.order_by(ACCOUNT_ACT.c.number.desc()))]

    def find_newest(self, account_id: str, kinds: frozenset[AccountActKind]) -> AccountAct | None:
        """Return the newest act of some kinds, or None."""
        chosen = (ACCOUNT_ACT.c.account_id == account_id, ACCOUNT_ACT.c.kind.in_([kind.value for kind in kinds]))
        row = self._first(sa.select(ACCOUNT_ACT).where(*chosen).order_by(ACCOUNT_ACT.c.number.desc()))
        return None if row is None else _to_act(row)


def _to_act(row: RowMapping) -> AccountAct:
    plain = {name: value for name, value in row.items() if name != "number"}
    return AccountAct(**plain | {"kind": AccountActKind(row["kind"])})


class IdentityLinks(Repository):
    """Which persons at identity providers accounts are."""

    def add(self, account_id: str, provider_subject: tuple[str, str], by: str, at: datetime) -> None:
        """Link an account to a person, given as (issuer, subject)."""
        issuer, subject = provider_subject
        values = {"account_id": account_id, "issuer": issuer, "subject": subject, "linked_by": by, "linked_at": at}
        self._run(sa.insert(IDENTITY_LINK).values(**values))

    def find(self, issuer: str, subject: str) -> IdentityLink | None:
        """Return the link of a person, or None."""
        return self._find(IDENTITY_LINK.c.issuer == issuer, IDENTITY_LINK.c.subject == subject)

    def find_of(self, account_id: str) -> IdentityLink | None:
        """Return the link of an account, or None."""
        return self._find(IDENTITY_LINK.c.account_id == account_id)

    def end(self, link: IdentityLink, by: str, at: datetime) -> None:
        """End a link."""
        chosen = IDENTITY_LINK.c.number == link.number
        self._run(sa.update(IDENTITY_LINK).where(chosen).values(ended_by=by, ended_at=at))

    def _find(self, *conditions: sa.ColumnElement[bool]) -> IdentityLink | None:
        running = sa.select(IDENTITY_LINK).where(*conditions, IDENTITY_LINK.c.ended_at.is_(None))
        row = self._first(running.order_by(IDENTITY_LINK.c.number.desc()))
        if row is None:
            return None
        return IdentityLink(**{name: row[name] for name in IdentityLink.__dataclass_fields__})
