"""What an administrator does to the accounts of others: role, standing, password, second factor, waiting, identity.

Every act is written down with who did it, before it takes effect, and never altered. Nobody does any of it to the own
account; the last administrator stays; and nobody alone both resets a password and removes a second factor, which would
be enough to act in another's name. The ledger's triggers hold the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from credit_service.domain.agency import Account, Actor, Role
from credit_service.domain.sign_in import AccountAct, AccountActKind
from credit_service.errors import (
    AccountActRefused,
    FormIncomplete,
    LastAdministrator,
    OwnAccount,
    SamePerson,
    ScopeDenied,
)
from credit_service.identity.passwords import hash_password, make_initial_password
from credit_service.pipeline.office import Office
from credit_service.registry.unit_of_work import UnitOfWork

CONSOLE = Actor("console", "控制台", "", Role.ADMINISTRATOR)
"""Who acts where nobody signed in: the operator at the machine itself."""
REASON_LENGTH = 500
_RESETS = frozenset({AccountActKind.RESET_PASSWORD, AccountActKind.CHANGE_PASSWORD})
_FACTORS = frozenset({AccountActKind.REMOVE_FACTOR, AccountActKind.ENROL_FACTOR})


def change_role(office: Office, actor: Actor, account_id: str, role: Role, reason: str) -> Account:
    """Give somebody another role; the sign-ins under the old one end.

    Raises:
        OwnAccount: It is the own account.
        LastAdministrator: Nobody else is an administrator.
        AccountActRefused: The person has this role.
    """
    with _acting(office, actor, account_id) as (uow, account):
        if account.role is role:
            message = f"“{account_id}”的角色已经是“{role.label}”。"
            raise AccountActRefused(message, remedy="请选择另一个角色。")
        _keep_administrator(uow, account)
        _write(
            office,
            uow,
            actor,
            AccountActKind.ROLE,
            account_id,
            was=account.role.value,
            became=role.value,
            reason=reason,
        )
        uow.accounts.set_role(account_id, role)
        uow.sessions.end_of(account_id)
        changed = uow.accounts.get(account_id)
        uow.commit()
    return changed


def disable_account(office: Office, actor: Actor, account_id: str, reason: str) -> None:
    """End an account and its sign-ins at once.

    Raises:
        OwnAccount: It is the own account.
        LastAdministrator: Nobody else is an administrator.
        AccountActRefused: It is disabled.
    """
    with _acting(office, actor, account_id) as (uow, account):
        if not account.is_active:
            message = f"账号“{account_id}”已经停用。"
            raise AccountActRefused(message, remedy="不需要再停用。")
        _keep_administrator(uow, account)
        _write(office, uow, actor, AccountActKind.DISABLE, account_id, reason=reason)
        uow.accounts.disable(account_id, office.now())
        uow.sessions.end_of(account_id)
        uow.commit()


def enable_account(office: Office, actor: Actor, account_id: str, reason: str) -> None:
    """Let a disabled account in again.

    Raises:
        OwnAccount: It is the own account.
        AccountActRefused: It is not disabled.
    """
    with _acting(office, actor, account_id) as (uow, account):
        if account.is_active:
            message = f"账号“{account_id}”没有停用。"
            raise AccountActRefused(message, remedy="不需要恢复。")
        _write(office, uow, actor, AccountActKind.ENABLE, account_id, reason=reason)
        uow.accounts.enable(account_id)
        uow.commit()


def reset_password(office: Office, actor: Actor, account_id: str, reason: str) -> str:
    """Give somebody a random password, good for choosing another; return it, shown this once.

    Raises:
        OwnAccount: It is the own account; that is changed with the current password.
        SamePerson: The same person removed the second factor, and none was enrolled since.
    """
    password = make_initial_password()
    hashed = hash_password(password)
    with _acting(office, actor, account_id) as (uow, _account):
        _keep_apart(uow, actor, account_id, _FACTORS, AccountActKind.REMOVE_FACTOR)
        number = _write(office, uow, actor, AccountActKind.RESET_PASSWORD, account_id, reason=reason)
        uow.accounts.set_password(account_id, hashed, number, must_change=True)
        uow.sessions.end_of(account_id)
        uow.sign_in_failures.forgive(account_id)
        uow.commit()
    return password


def remove_factor(office: Office, actor: Actor, account_id: str, reason: str) -> None:
    """Remove somebody's authenticator, whose device is lost; the sign-ins end.

    Raises:
        OwnAccount: It is the own account; that is given up with password and code.
        SamePerson: The same person reset the password, and it was not changed since.
        AccountActRefused: There is none.
    """
    with _acting(office, actor, account_id) as (uow, _account):
        factor = uow.second_factors.find(account_id)
        if factor is None:
            message = f"账号“{account_id}”没有绑定动态码。"
            raise AccountActRefused(message, remedy="不需要解除。")
        _keep_apart(uow, actor, account_id, _RESETS, AccountActKind.RESET_PASSWORD)
        now = office.now()
        _write(office, uow, actor, AccountActKind.REMOVE_FACTOR, account_id, reason=reason)
        uow.second_factors.remove(factor, actor.actor_id, now)
        uow.sessions.end_of(account_id)
        uow.commit()


def unlock_account(office: Office, actor: Actor, account_id: str, reason: str) -> int:
    """Let somebody try again at once after refused sign-ins; return how many were forgiven."""
    with _acting(office, actor, account_id) as (uow, _account):
        _write(office, uow, actor, AccountActKind.UNLOCK, account_id, reason=reason)
        forgiven = uow.sign_in_failures.forgive(account_id)
        uow.commit()
    return forgiven


def link_identity(office: Office, actor: Actor, account_id: str, subject: str) -> None:
    """Say which person at the identity provider an account is.

    Raises:
        FormIncomplete: No provider is set, or the identifier is empty.
        AccountActRefused: One of both is linked already.
    """
    provider = office.sign_in.provider
    subject = subject.strip()
    if provider is None or not subject or len(subject) > 255:
        message = "没有设置统一身份认证，或身份标识为空、过长。"
        raise FormIncomplete(message, remedy="身份标识（sub）由统一身份认证平台给出，本人登录被拒绝时页面上会显示。")
    with _acting(office, actor, account_id) as (uow, _account):
        if uow.identity_links.find(provider.issuer, subject) or uow.identity_links.find_of(account_id):
            message = "这个身份或这个账号已有关联。"
            raise AccountActRefused(message, remedy="请先取消原来的关联。")
        _write(office, uow, actor, AccountActKind.LINK, account_id, became=provider.issuer)
        uow.identity_links.add(account_id, (provider.issuer, subject), actor.actor_id, office.now())
        uow.commit()


def unlink_identity(office: Office, actor: Actor, account_id: str, reason: str) -> None:
    """End the link of an account to the identity provider, and the sign-ins.

    Raises:
        AccountActRefused: There is none.
    """
    with _acting(office, actor, account_id) as (uow, _account):
        link = uow.identity_links.find_of(account_id)
        if link is None:
            message = "这个账号没有关联统一身份。"
            raise AccountActRefused(message, remedy="不需要取消。")
        _write(office, uow, actor, AccountActKind.UNLINK, account_id, was=link.issuer, reason=reason)
        uow.identity_links.end(link, actor.actor_id, office.now())
        uow.sessions.end_of(account_id)
        uow.commit()


def check_in_charge(actor: Actor) -> None:
    """Let only administrators do anything to accounts, agencies and keys.

    Raises:
        ScopeDenied: The actor is none.
    """
    if actor.role is not Role.ADMINISTRATOR:
        message = f"只有系统管理员可以办理（您的角色是“{actor.role.label}”）。"
        raise ScopeDenied(message, remedy="请联系系统管理员。")


@contextmanager
def _acting(office: Office, actor: Actor, account_id: str) -> Iterator[tuple[UnitOfWork, Account]]:
    check_in_charge(actor)
    if actor.actor_id == account_id:
        message = "不能对自己的账号办理这一项。"
        raise OwnAccount(message, remedy="自己的密码、动态码在“我的账号”中办理；其余请另一名系统管理员办理。")
    with office.ledger.unit_of_work() as uow:
        yield uow, uow.accounts.get(account_id)


def _write(
    office: Office,
    uow: UnitOfWork,
    actor: Actor,
    kind: AccountActKind,
    account_id: str,
    **said: str,
) -> int:
    facts = {"was": said.get("was", ""), "became": said.get("became", "")}
    reason = said.get("reason", "").strip()[:REASON_LENGTH]
    number = uow.account_acts.add(AccountAct(account_id, kind, actor.actor_id, office.now(), **facts, reason=reason))
    uow.audit.append(actor.actor_id, f"account.{kind.value}", account_id, office.now(), facts)
    return number


def _keep_administrator(uow: UnitOfWork, account: Account) -> None:
    others = (
        one for one in uow.accounts.list_all() if one.role is Role.ADMINISTRATOR and one.is_active and one != account
    )
    if account.role is Role.ADMINISTRATOR and account.is_active and not any(others):
        message = f"“{account.account_id}”是最后一个可用的系统管理员账号，不能停用或改作别的角色。"
        raise LastAdministrator(message, remedy="请先开设（或恢复）另一个系统管理员账号。")


def _keep_apart(
    uow: UnitOfWork, actor: Actor, account_id: str, kinds: frozenset[AccountActKind], other: AccountActKind
) -> None:
    newest = uow.account_acts.find_newest(account_id, kinds)
    if newest is not None and newest.kind is other and newest.done_by == actor.actor_id:
        message = f"您已为“{account_id}”办理“{other.label}”，不能再由您办理另一项：那样一个人就能以他人名义办理。"
        remedy = "请另一名系统管理员办理，或等本人重新设好前一项；只有一名管理员时，请停用该账号、另开新账号。"
        raise SamePerson(message, remedy=remedy)
