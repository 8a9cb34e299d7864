"""Agencies, accounts and keys: rows to domain classes and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.agency import Account, Agency, ApiKey, Role
from credit_service.errors import AccountUnknown, UnknownAgency
from credit_service.registry.repository import Repository
from credit_service.registry.tables import AccountRow, AgencyRow, ApiKeyRow, table_of

AGENCY = table_of(AgencyRow)
ACCOUNT = table_of(AccountRow)
API_KEY = table_of(ApiKeyRow)


class Agencies(Repository):
    """The departments."""

    def add(self, agency: Agency) -> None:
        """Register a department."""
        lists = {"templates": list(agency.templates), "authorities": list(agency.authorities)}
        self._run(sa.insert(AGENCY).values(**asdict(agency) | lists))

    def fill_authorities(self, authorities: Mapping[str, Sequence[str]]) -> int:
        """Fill in, by code, whose acts agencies may report, where a ledger of the first schema does not know it yet."""
        rows = self._all(sa.select(AGENCY.c.agency_code).where(AGENCY.c.authorities.is_(None)))
        for code in [row["agency_code"] for row in rows]:
            known = list(authorities.get(code, ()))
            self._run(sa.update(AGENCY).where(AGENCY.c.agency_code == code).values(authorities=known))
        return len(rows)

    def get(self, agency_code: str) -> Agency:
        """Return a department.

        Raises:
            UnknownAgency: The code is not registered.
        """
        agency = self.find(agency_code)
        if agency is None:
            message = f"没有代码为“{agency_code}”的单位。"
            raise UnknownAgency(message, remedy="请核对统一社会信用代码；新单位请由系统管理员登记。")
        return agency

    def save(self, agency: Agency) -> None:
        """Change what a department is called and may submit; what was sent keeps the permit it was sent under."""
        values = {name: value for name, value in asdict(agency).items() if name != "agency_code"}
        lists = {"templates": list(agency.templates), "authorities": list(agency.authorities)}
        self._run(sa.update(AGENCY).where(AGENCY.c.agency_code == agency.agency_code).values(**values | lists))

    def find(self, agency_code: str) -> Agency | None:
        """Return a department, or None."""
        row = self._first(sa.select(AGENCY).where(AGENCY.c.agency_code == agency_code))
        return None if row is None else _to_agency(row)

    def list_all(self) -> list[Agency]:
        """Return every department, by code."""
        return [_to_agency(row) for row in self._all(sa.select(AGENCY).order_by(AGENCY.c.agency_code))]


class Accounts(Repository):
    """People who may sign in."""

    def add(self, account: Account) -> None:
        """Register a person."""
        self._run(sa.insert(ACCOUNT).values(**asdict(account) | {"role": account.role.value}))

    def get(self, account_id: str) -> Account:
        """Return an account.

        Raises:
            AccountUnknown: There is none of this name.
        """
        account = self.find(account_id)
        if account is None:
            message = "没有这个账号。"
            raise AccountUnknown(message, remedy="请核对登录名；全部账号见账号列表。")
        return account

    def find(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        row = self._first(sa.select(ACCOUNT).where(ACCOUNT.c.account_id == account_id))
        return None if row is None else _to_account(row)

    def list_all(self) -> list[Account]:
        """Return every account, by name."""
        return [_to_account(row) for row in self._all(sa.select(ACCOUNT).order_by(ACCOUNT.c.account_id))]

    def disable(self, account_id: str, at: datetime) -> None:
        """End an account; it is never deleted, because acts name it. The act that says so was written before."""
        enabled = ACCOUNT.c.disabled_at.is_(None)
        self._run(sa.update(ACCOUNT).where(ACCOUNT.c.account_id == account_id, enabled).values(disabled_at=at))

    def enable(self, account_id: str) -> None:
        """Let an account in again; the act that says so was written before."""
        self._run(sa.update(ACCOUNT).where(ACCOUNT.c.account_id == account_id).values(disabled_at=None))

    def set_role(self, account_id: str, role: Role) -> None:
        """Give an account another role; the act that says so was written before."""
        self._run(sa.update(ACCOUNT).where(ACCOUNT.c.account_id == account_id).values(role=role.value))

    def set_password(self, account_id: str, password_hash: str, act: int, *, must_change: bool) -> None:
        """Give an account another password, by the act of this number."""
        values = {"password_hash": password_hash, "must_change_password": must_change, "password_act": act}
        self._run(sa.update(ACCOUNT).where(ACCOUNT.c.account_id == account_id).values(**values))


class ApiKeys(Repository):
    """Keys of other systems."""

    def add(self, key: ApiKey) -> None:
        """Register a key by its hash."""
        self._run(sa.insert(API_KEY).values(**asdict(key) | {"scopes": list(key.scopes)}))

    def find_by_hash(self, key_hash: str) -> ApiKey | None:
        """Return the key with this hash, revoked ones included, or None."""
        row = self._first(sa.select(API_KEY).where(API_KEY.c.key_hash == key_hash))
        return None if row is None else _to_key(row)

    def list_all(self) -> list[ApiKey]:
        """Return every key, oldest first."""
        return [_to_key(row) for row in self._all(sa.select(API_KEY).order_by(API_KEY.c.created_at, API_KEY.c.key_id))]

    def revoke(self, key_id: str, at: datetime) -> None:
        """End a key; the first revocation counts."""
        valid = API_KEY.c.revoked_at.is_(None)
        self._run(sa.update(API_KEY).where(API_KEY.c.key_id == key_id, valid).values(revoked_at=at))


def _to_agency(row: RowMapping) -> Agency:
    return Agency(**{**row, "templates": tuple(row["templates"]), "authorities": tuple(row["authorities"] or ())})


def _to_account(row: RowMapping) -> Account:
    return Account(
        **{name: value for name, value in row.items() if name != "password_act"} | {"role": Role(row["role"])}
    )


def _to_key(row: RowMapping) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
