"""Agencies, accounts, keys and sign-ins: rows to domain classes and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.agency import Account, Agency, ApiKey, Role
from credit_service.errors import NotSignedIn, UnknownAgency
from credit_service.registry.repository import Repository
from credit_service.registry.tables import (
    AccountRow,
    AgencyRow,
    ApiKeyRow,
    SignInFailureRow,
    WebSessionRow,
    table_of,
)

AGENCY = table_of(AgencyRow)
ACCOUNT = table_of(AccountRow)
API_KEY = table_of(ApiKeyRow)
WEB_SESSION = table_of(WebSessionRow)
SIGN_IN_FAILURE = table_of(SignInFailureRow)
FAILURES_KEPT = timedelta(days=1)


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
            NotSignedIn: There is none of this name.
        """
        account = self.find(account_id)
        if account is None:
            message = "没有这个账号。"
            raise NotSignedIn(message, remedy="请核对登录名，或联系系统管理员。")
        return account

    def find(self, account_id: str) -> Account | None:
        """Return an account, or None."""
        row = self._first(sa.select(ACCOUNT).where(ACCOUNT.c.account_id == account_id))
        return None if row is None else _to_account(row)

    def list_all(self) -> list[Account]:
        """Return every account, by name."""
        return [_to_account(row) for row in self._all(sa.select(ACCOUNT).order_by(ACCOUNT.c.account_id))]

    def disable(self, account_id: str, at: datetime) -> None:
        """End an account and its sign-ins at once; an account is never deleted, because acts name it."""
        enabled = ACCOUNT.c.disabled_at.is_(None)
        self._run(sa.update(ACCOUNT).where(ACCOUNT.c.account_id == account_id, enabled).values(disabled_at=at))
        self._run(sa.delete(WEB_SESSION).where(WEB_SESSION.c.account_id == account_id))


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


class WebSessions(Repository):
    """Sign-ins of people, and refused ones."""

    def add(self, token_hash: str, account_id: str, csrf: str, term: tuple[datetime, datetime]) -> None:
        """Open a sign-in for a term (from, until); those that have run out are taken away."""
        from_at, until_at = term
        self._run(sa.delete(WEB_SESSION).where(WEB_SESSION.c.expires_at <= from_at))
        self._run(
            sa.insert(WEB_SESSION).values(
                token_hash=token_hash, account_id=account_id, csrf=csrf, created_at=from_at, expires_at=until_at
            )
        )

    def find(self, token_hash: str, now: datetime) -> tuple[str, str] | None:
        """Return (account id, CSRF token) of a sign-in that still holds, or None."""
        row = self._first(
            sa.select(WEB_SESSION).where(WEB_SESSION.c.token_hash == token_hash, WEB_SESSION.c.expires_at > now)
        )
        return None if row is None else (row["account_id"], row["csrf"])

    def end(self, token_hash: str) -> None:
        """End a sign-in."""
        self._run(sa.delete(WEB_SESSION).where(WEB_SESSION.c.token_hash == token_hash))

    def add_failure(self, account_id: str, at: datetime) -> None:
        """Count a refused sign-in; refusals older than a day are forgotten."""
        self._run(sa.delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.at < at - FAILURES_KEPT))
        self._run(sa.insert(SIGN_IN_FAILURE).values(name_hash=_name_hash(account_id), at=at))

    def count_failures(self, account_id: str, since: datetime) -> int:
        """Return how often a name was refused since an instant."""
        statement = (
            sa.select(sa.func.count())
            .select_from(SIGN_IN_FAILURE)
            .where(SIGN_IN_FAILURE.c.name_hash == _name_hash(account_id), SIGN_IN_FAILURE.c.at >= since)
        )
        return int(self._run(statement).scalar_one())


def _name_hash(account_id: str) -> str:
    return sha256(account_id.encode()).hexdigest()


def _to_agency(row: RowMapping) -> Agency:
    return Agency(**{**row, "templates": tuple(row["templates"]), "authorities": tuple(row["authorities"] or ())})


def _to_account(row: RowMapping) -> Account:
    return Account(**{**row, "role": Role(row["role"])})


def _to_key(row: RowMapping) -> ApiKey:
    return ApiKey(**{**row, "scopes": tuple(row["scopes"])})
