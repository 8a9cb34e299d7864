"""Accounts and keys: who may come in, and by which door.

Passwords are kept as argon2 hashes, keys as SHA-256 only; each secret is shown once. Nothing has a default password.
How people sign in is `sign_in`, what is done to accounts later `account_acts`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace

from credit_service.domain.agency import Account, Actor, ApiKey, Role
from credit_service.domain.sign_in import AccountAct, AccountActKind
from credit_service.errors import AccountExists, FormIncomplete, KeyUnknown, NotSignedIn
from credit_service.identity.passwords import (
    check_new_password,
    hash_password,
    load_frequent_passwords,
    make_initial_password,
)
from credit_service.pipeline.account_acts import check_in_charge
from credit_service.pipeline.office import Office
from credit_service.pipeline.own_account import FREQUENT_PASSWORDS
from credit_service.pipeline.sign_in import digest

SCOPES = ("checks", "bulletins", "batches", "measures", "objections", "repairs")
RESERVED = frozenset({"console", "system", "anonymous", "installer", "demo"})
"""Names the service itself acts under."""
INSTALLER = Actor("system", "系统", "", Role.ADMINISTRATOR)
"""Who adds accounts, agencies and keys where nobody signed in."""


@dataclass(frozen=True)
class IssuedKey:
    """A new API key with its secret, shown this once."""

    key: ApiKey
    secret: str = field(repr=False)


@dataclass(frozen=True)
class NewAccount:
    """What an administrator fills in."""

    account_id: str
    display_name: str
    agency_code: str
    role: Role
    password: str = field(default="", repr=False)
    is_initial: bool = False
    """The password is known to somebody else and is good for choosing another only."""


def add_account(office: Office, new: NewAccount, actor: Actor = INSTALLER) -> Account:
    """Register a person.

    Raises:
        WeakPassword: The password is guessed early or repeats the name.
        AccountExists: The sign-in name is taken or reserved.
        FormIncomplete: It is no name.
        UnknownAgency: The agency is not registered.
        ScopeDenied: The actor is no administrator.
    """
    check_in_charge(actor)
    _check_name(new.account_id)
    common = load_frequent_passwords(office.places.reference / FREQUENT_PASSWORDS)
    check_new_password(new.password, new.account_id, common)
    account = Account(
        account_id=new.account_id,
        display_name=new.display_name,
        agency_code=new.agency_code,
        role=new.role,
        password_hash=hash_password(new.password),
        created_at=office.now(),
        must_change_password=new.is_initial,
    )
    with office.ledger.unit_of_work() as uow:
        uow.agencies.get(new.agency_code)
        if uow.accounts.find(new.account_id) is not None:
            message = f"登录名“{new.account_id}”已被使用。"
            raise AccountExists(message, remedy="请换一个登录名。")
        uow.accounts.add(account)
        role = new.role.value
        uow.account_acts.add(
            AccountAct(new.account_id, AccountActKind.ADD, actor.actor_id, account.created_at, became=role)
        )
        uow.audit.append(actor.actor_id, "account.added", new.account_id, account.created_at, {"role": role})
        uow.commit()
    return account


def open_account(office: Office, new: NewAccount, actor: Actor) -> tuple[Account, str]:
    """Register a person under a random initial password; return it too, shown this once.

    Raises:
        AccountExists: The sign-in name is taken or reserved.
        FormIncomplete: It is no name.
        UnknownAgency: The agency is not registered.
        ScopeDenied: The actor is no administrator.
    """
    password = make_initial_password()
    return add_account(office, replace(new, password=password, is_initial=True), actor), password


def _check_name(name: str) -> None:
    if not name.strip() or name != "".join(name.split()) or not name.isprintable() or len(name) > 64:
        message = "登录名不能为空、含空格或超过64个字符。"
        raise FormIncomplete(message, remedy="请用字母、数字或汉字组成登录名。")
    if name.casefold() in RESERVED:
        message = f"登录名“{name}”由系统保留。"
        raise AccountExists(message, remedy="请换一个登录名。")


def list_accounts(office: Office) -> list[Account]:
    """Return every account, by name."""
    with office.ledger.unit_of_work() as uow:
        return uow.accounts.list_all()


def as_actor(account: Account) -> Actor:
    """Return the account as the one who acts."""
    return Actor(account.account_id, account.display_name, account.agency_code, account.role)


def add_key(office: Office, agency_code: str, scopes: tuple[str, ...], actor: Actor = INSTALLER) -> IssuedKey:
    """Issue an API key of 256 random bits to an agency.

    Raises:
        UnknownAgency: The agency is not registered.
        FormIncomplete: No scope, or an unknown one, is asked for.
        ScopeDenied: The actor is no administrator.
    """
    check_in_charge(actor)
    if not scopes or not set(scopes) <= set(SCOPES):
        message = f"接口密钥的权限应为{'、'.join(SCOPES)}中的一项或几项。"
        raise FormIncomplete(message, remedy="请选择至少一项权限。")
    secret = "ck_" + secrets.token_urlsafe(32)
    key = ApiKey("K" + secrets.token_hex(6).upper(), agency_code, digest(secret), scopes, office.now())
    with office.ledger.unit_of_work() as uow:
        uow.agencies.get(agency_code)
        uow.keys.add(key)
        uow.audit.append(actor.actor_id, "key.issued", key.key_id, key.created_at, {"scopes": list(scopes)})
        uow.commit()
    return IssuedKey(key, secret)


def get_key(office: Office, secret: str) -> ApiKey:
    """Return the key a secret belongs to.

    Raises:
        NotSignedIn: The secret is unknown or revoked.
    """
    with office.ledger.reading() as uow:
        key = uow.keys.find_by_hash(digest(secret))
    if key is None or key.revoked_at is not None:
        message = "接口密钥无效或已停用。"
        raise NotSignedIn(message, remedy="请在请求头中写明 Authorization: Bearer <密钥>；没有密钥请联系系统管理员。")
    return key


def list_keys(office: Office) -> list[ApiKey]:
    """Return every key, without secrets."""
    with office.ledger.unit_of_work() as uow:
        return uow.keys.list_all()


def revoke_key(office: Office, key_id: str, actor: Actor = INSTALLER) -> None:
    """End a key at once.

    Raises:
        KeyUnknown: No key has this number.
        ScopeDenied: The actor is no administrator.
    """
    check_in_charge(actor)
    with office.ledger.unit_of_work() as uow:
        if all(key.key_id != key_id for key in uow.keys.list_all()):
            message = f"没有编号为“{key_id}”的接口密钥，没有停用任何密钥。"
            raise KeyUnknown(message, remedy="请用 credit key list 核对编号。")
        uow.keys.revoke(key_id, office.now())
        uow.audit.append(actor.actor_id, "key.revoked", key_id, office.now(), {})
        uow.commit()
