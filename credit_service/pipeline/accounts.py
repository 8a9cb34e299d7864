"""Accounts and keys: who may come in, and by which door.

Passwords are kept as argon2 hashes, keys and sign-in tokens as SHA-256 only; each secret is shown once. Nothing has a
default password.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256

from pwdlib import PasswordHash

from credit_service.domain.agency import Account, Actor, Agency, ApiKey, Role
from credit_service.errors import AccountExists, KeyUnknown, NotSignedIn, WeakPassword
from credit_service.pipeline.office import Office

MINIMUM_PASSWORD = 12
SIGN_IN_TERM = timedelta(hours=8)
SCOPES = ("checks", "bulletins", "batches", "repairs")
_HASHER = PasswordHash.recommended()


@dataclass(frozen=True)
class SignedIn:
    """A person at the desk: the token is the cookie's value, ``csrf`` goes into every form."""

    token: str
    account: Account
    agency: Agency
    csrf: str


@dataclass(frozen=True)
class IssuedKey:
    """A new API key with its secret, shown this once."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class NewAccount:
    """What an administrator fills in."""

    account_id: str
    display_name: str
    agency_code: str
    role: Role
    password: str


def add_account(office: Office, new: NewAccount) -> Account:
    """Register a person.

    Raises:
        WeakPassword: The password has fewer than 12 characters or repeats the name.
        AccountExists: The sign-in name is taken.
        UnknownAgency: The agency is not registered.
    """
    if len(new.password) < MINIMUM_PASSWORD or new.account_id.lower() in new.password.lower():
        message = f"密码不合要求：至少{MINIMUM_PASSWORD}个字符，且不得包含登录名。"
        raise WeakPassword(message, remedy="请换一个更长的密码，例如由几个不相关的词组成。")
    account = Account(
        account_id=new.account_id,
        display_name=new.display_name,
        agency_code=new.agency_code,
        role=new.role,
        password_hash=_HASHER.hash(new.password),
        created_at=office.now(),
    )
    with office.ledger.unit_of_work() as uow:
        uow.agencies.get(new.agency_code)
        if uow.accounts.find(new.account_id) is not None:
            message = f"登录名“{new.account_id}”已被使用。"
            raise AccountExists(message, remedy="请换一个登录名。")
        uow.accounts.add(account)
        uow.audit.append("system", "account.added", new.account_id, account.created_at, {"role": new.role.value})
        uow.commit()
    return account


def list_accounts(office: Office) -> list[Account]:
    """Return every account, by name."""
    with office.ledger.unit_of_work() as uow:
        return uow.accounts.list_all()


def sign_in(office: Office, account_id: str, password: str) -> SignedIn:
    """Check a password and open a sign-in of eight hours.

    Raises:
        NotSignedIn: The name or the password is wrong, or the account is disabled or locked; which one is not said.
    """
    now = office.now()
    with office.ledger.reading() as uow:
        account = uow.accounts.find(account_id)
    # Checking takes a tenth of a second on purpose; nobody else's writing waits for it.
    matches = _HASHER.verify(password, account.password_hash if account else _nobody())
    with office.ledger.unit_of_work() as uow:
        failures = uow.sessions.count_failures(account_id, now - timedelta(minutes=15))
        if account is None or account.disabled_at is not None or failures >= 5 or not matches:
            uow.sessions.add_failure(account_id, now)
            uow.audit.append("anonymous", "sign_in.refused", "account", now, {})
            uow.commit()
            message = "登录名或密码不正确，或账号已停用、暂时锁定。"
            raise NotSignedIn(message, remedy="请核对后重试；连续输错5次将锁定15分钟。忘记密码请联系系统管理员。")
        token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
        uow.sessions.add(_digest(token), account_id, csrf, (now, now + SIGN_IN_TERM))
        uow.audit.append(account_id, "sign_in", account_id, now, {})
        agency = uow.agencies.get(account.agency_code)
        uow.commit()
    return SignedIn(token, account, agency, csrf)


def find_signed_in(office: Office, token: str) -> SignedIn | None:
    """Return who holds a sign-in token, or None when it is unknown, ended or expired."""
    # Every page asks this, and pages that follow a batch every second: it must not wait for who writes just now.
    with office.ledger.reading() as uow:
        found = uow.sessions.find(_digest(token), office.now())
        if found is None:
            return None
        account_id, csrf = found
        account = uow.accounts.find(account_id)
        if account is None or account.disabled_at is not None:
            return None
        return SignedIn(token, account, uow.agencies.get(account.agency_code), csrf)


def sign_out(office: Office, token: str) -> None:
    """End a sign-in."""
    with office.ledger.unit_of_work() as uow:
        uow.sessions.end(_digest(token))
        uow.commit()


def as_actor(account: Account) -> Actor:
    """Return the account as the one who acts."""
    return Actor(account.account_id, account.display_name, account.agency_code, account.role)


def add_key(office: Office, agency_code: str, scopes: tuple[str, ...]) -> IssuedKey:
    """Issue an API key of 256 random bits to an agency.

    Raises:
        UnknownAgency: The agency is not registered.
    """
    secret = "ck_" + secrets.token_urlsafe(32)
    key = ApiKey("K" + secrets.token_hex(6).upper(), agency_code, _digest(secret), scopes, office.now())
    with office.ledger.unit_of_work() as uow:
        uow.agencies.get(agency_code)
        uow.keys.add(key)
        uow.audit.append("system", "key.issued", key.key_id, key.created_at, {"scopes": list(scopes)})
        uow.commit()
    return IssuedKey(key, secret)


def get_key(office: Office, secret: str) -> ApiKey:
    """Return the key a secret belongs to.

    Raises:
        NotSignedIn: The secret is unknown or revoked.
    """
    with office.ledger.reading() as uow:
        key = uow.keys.find_by_hash(_digest(secret))
    if key is None or key.revoked_at is not None:
        message = "接口密钥无效或已停用。"
        raise NotSignedIn(message, remedy="请在请求头中写明 Authorization: Bearer <密钥>；没有密钥请联系系统管理员。")
    return key


def list_keys(office: Office) -> list[ApiKey]:
    """Return every key, without secrets."""
    with office.ledger.unit_of_work() as uow:
        return uow.keys.list_all()


def revoke_key(office: Office, key_id: str) -> None:
    """End a key at once.

    Raises:
        KeyUnknown: No key has this number.
    """
    with office.ledger.unit_of_work() as uow:
        if all(key.key_id != key_id for key in uow.keys.list_all()):
            message = f"没有编号为“{key_id}”的接口密钥，没有停用任何密钥。"
            raise KeyUnknown(message, remedy="请用 credit key list 核对编号。")
        uow.keys.revoke(key_id, office.now())
        uow.audit.append("system", "key.revoked", key_id, office.now(), {})
        uow.commit()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Return a hash nobody knows the password of.

    A wrong name must cost the same time as a wrong password, or names could be guessed by the clock.
    """
    return _HASHER.hash(secrets.token_urlsafe(16))


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
