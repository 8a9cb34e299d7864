"""The tables of sign-ins: what people have proved, which proofs are used up, and what was done to accounts.

They only store, as those of `tables`; their law is in ``migrations`` alone.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from credit_service.registry.columns import Row, instant, text


class WebSessionRow(Row, table=True):
    """A sign-in of a person, by the SHA-256 of its token."""

    __tablename__ = "web_session"
    token_hash: str = Field(primary_key=True)
    session_id: str = Field(unique=True)
    account_id: str = Field(foreign_key="account.account_id", index=True)
    csrf: str
    created_at: datetime = instant()
    seen_at: datetime = instant()
    expires_at: datetime = instant()
    method: str
    address: str
    client: str = text()


class SignInFailureRow(Row, table=True):
    """A refused sign-in; the name is kept as a hash, because people type passwords into the wrong field."""

    __tablename__ = "sign_in_failure"
    seq: int | None = Field(default=None, primary_key=True)
    name_hash: str = Field(index=True)
    at: datetime = instant()
    address: str | None = Field(default=None, index=True)


class SignInStepRow(Row, table=True):
    """A sign-in half done, by the SHA-256 of its token: the first proof held, the second is waited for.

    Or a visitor sent to the identity provider: then ``detail`` holds what has to come back, encrypted.
    """

    __tablename__ = "sign_in_step"
    token_hash: str = Field(primary_key=True)
    kind: str
    account_id: str | None = Field(default=None, foreign_key="account.account_id")
    detail: str = text()
    created_at: datetime = instant()
    expires_at: datetime = instant()


class SecondFactorRow(Row, table=True):
    """One authenticator of one account, its secret encrypted; replaced or removed once, never deleted."""

    __tablename__ = "second_factor"
    number: int | None = Field(default=None, primary_key=True)
    account_id: str = Field(foreign_key="account.account_id", index=True)
    secret_enc: bytes
    key_id: str
    enrolled_at: datetime = instant()
    confirmed_at: datetime | None = instant(nullable=True)
    last_step: int | None = Field(default=None, sa_type=sa.BigInteger, nullable=True)
    removed_at: datetime | None = instant(nullable=True)
    removed_by: str | None = None


class RecoveryCodeRow(Row, table=True):
    """One recovery code, by its keyed hash; used once."""

    __tablename__ = "recovery_code"
    code_hash: str = Field(primary_key=True)
    factor: int = Field(foreign_key="second_factor.number", index=True)
    used_at: datetime | None = instant(nullable=True)


class AccountActRow(Row, table=True):
    """One act on an account; never altered, never deleted."""

    __tablename__ = "account_act"
    number: int | None = Field(default=None, primary_key=True)
    account_id: str = Field(foreign_key="account.account_id", index=True)
    kind: str
    was: str
    became: str
    reason: str = text()
    done_by: str
    done_at: datetime = instant()


class IdentityLinkRow(Row, table=True):
    """Which person at an identity provider an account is; ended once, never altered, never deleted."""

    __tablename__ = "identity_link"
    number: int | None = Field(default=None, primary_key=True)
    account_id: str = Field(foreign_key="account.account_id", index=True)
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime = instant()
    ended_by: str | None = None
    ended_at: datetime | None = instant(nullable=True)
