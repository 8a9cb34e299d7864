"""Signing in: one proof after the other, and a sign-in only when all of them held.

Password (or identity provider) first, then, for whoever has an authenticator, its code. What was wrong is not said
beyond what the next step gives away anyhow. Refusals of a name make everybody who uses the name wait longer and longer;
refusals from an address close the address for a while. Tokens are kept as SHA-256 only.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from credit_service.domain.agency import Account, Agency
from credit_service.domain.sign_in import (
    SecondFactor,
    SecondFactorRule,
    SignInDuty,
    SignInMethod,
    Visitor,
    WebSession,
    find_pause_end,
)
from credit_service.errors import CodeRefused, NotSignedIn, SignInPaused
from credit_service.identity.one_time import find_step, hash_recovery_code, is_recovery_code
from credit_service.identity.passwords import is_password
from credit_service.pipeline.office import Office
from credit_service.registry.sessions import SignInStep
from credit_service.registry.unit_of_work import UnitOfWork

STEP_TERM = timedelta(minutes=5)
"""How long the second proof is waited for."""
TRIES_PER_STEP = 5
ADDRESS_WINDOW = timedelta(minutes=15)
REFUSALS_PER_ADDRESS = 60
"""A whole office may share one address."""
TOUCH_EVERY = timedelta(minutes=1)
WAITS_FOR_CODE = "code"


@dataclass(frozen=True)
class SignedIn:
    """A person at the desk: the token is the cookie's value, ``csrf`` goes into every form."""

    token: str = field(repr=False)
    account: Account
    agency: Agency
    csrf: str = field(repr=False)
    session_id: str = ""
    method: SignInMethod = SignInMethod.PASSWORD
    owes: SignInDuty | None = None
    """What must be done before anything else."""
    is_advised: bool = False
    """The role should have a second factor and has none."""
    is_due: bool = False
    """Its use was not noted for a while."""


@dataclass(frozen=True)
class CodeWanted:
    """The first proof held; the token stands for it until the code comes."""

    token: str = field(repr=False)


def sign_in(office: Office, account_id: str, password: str, visitor: Visitor = Visitor()) -> SignedIn | CodeWanted:  # noqa: B008 - frozen
    """Check a password; open a sign-in, or ask for the code where the account has an authenticator.

    Raises:
        SignInPaused: The name or the address was refused too often; the password was not looked at.
        NotSignedIn: The name or the password is wrong, or the account is disabled; which one is not said.
    """
    with office.ledger.reading() as uow:
        account = uow.accounts.find(account_id)
        _check_pause(uow, account_id, visitor, office.now())
    # Checking takes a tenth of a second on purpose; nobody else's writing waits for it.
    matches = is_password(password, account.password_hash if account else None)
    now = office.now()
    with office.ledger.unit_of_work() as uow:
        # Asked again: of many tries at once only as many count as one after the other.
        _check_pause(uow, account_id, visitor, now)
        account = uow.accounts.find(account_id)
        if account is None or not account.is_active or not matches:
            uow.sign_in_failures.add(account_id, visitor.address, now)
            uow.audit.append("anonymous", "sign_in.refused", "account", now, {})
            uow.commit()
            message = "登录名或密码不正确，或账号已停用。"
            raise NotSignedIn(
                message, remedy="请核对后重试；连续出错后须等待，次数越多等待越久。忘记密码请联系系统管理员。"
            )
        answer = go_on(office, uow, account, SignInMethod.PASSWORD, visitor)
        uow.commit()
    return answer


def go_on(
    office: Office, uow: UnitOfWork, account: Account, method: SignInMethod, visitor: Visitor
) -> SignedIn | CodeWanted:
    """Open a sign-in after the first proof, or wait for the second; the caller commits."""
    if not uow.second_factors.has(account.account_id):
        return open_session(office, uow, account, method, visitor)
    now = office.now()
    token = secrets.token_urlsafe(32)
    step = SignInStep(digest(token), WAITS_FOR_CODE, account.account_id, f"{method.value} 0", now, now + STEP_TERM)
    uow.sign_in_steps.add(step)
    return CodeWanted(token)


def is_code_wanted(office: Office, token: str) -> bool:
    """Return whether a sign-in still waits for its code."""
    with office.ledger.reading() as uow:
        return uow.sign_in_steps.find(digest(token), WAITS_FOR_CODE, office.now()) is not None


def give_code(office: Office, token: str, typed: str, visitor: Visitor = Visitor()) -> SignedIn:  # noqa: B008 - frozen
    """Check the second proof, a code of the authenticator or a recovery code, and open the sign-in.

    Raises:
        NotSignedIn: The first proof is too old, or too many codes were wrong: begin again.
        SignInPaused: The name or the address was refused too often.
        CodeRefused: The code is wrong, or was used before.
    """
    now = office.now()
    with office.ledger.unit_of_work() as uow:
        step = uow.sign_in_steps.find(digest(token), WAITS_FOR_CODE, now)
        account = uow.accounts.find(step.account_id) if step and step.account_id else None
        factor = uow.second_factors.find(account.account_id) if account and account.is_active else None
        if step is None or account is None or factor is None:
            raise _step_over()
        _check_pause(uow, account.account_id, visitor, now)
        method, _, tries = step.detail.partition(" ")
        proof = use_code(office, uow, factor, typed, now)
        if proof is None:
            _refuse_code(uow, step, int(tries) + 1, visitor, now)
        uow.sign_in_steps.end(step.token_hash)
        signed_in = open_session(office, uow, account, SignInMethod(f"{method}_{proof}"), visitor)
        uow.commit()
    return signed_in


def use_code(office: Office, uow: UnitOfWork, factor: SecondFactor, typed: str, now: datetime) -> str | None:
    """Use a code up; return ``code`` or ``recovery`` for what it was, or None where it does not hold."""
    if is_recovery_code(typed):
        hashed = hash_recovery_code(typed, office.keys.hash_key)
        return "recovery" if uow.second_factors.use_recovery_code(factor, hashed, now) else None
    step = find_step(factor.secret, typed, now, factor.last_step)
    if step is None:
        return None
    uow.second_factors.use_step(factor, step)
    return "code"


def _refuse_code(uow: UnitOfWork, step: SignInStep, tries: int, visitor: Visitor, now: datetime) -> None:
    account_id = str(step.account_id)
    uow.sign_in_failures.add(account_id, visitor.address, now)
    uow.audit.append("anonymous", "sign_in.code_refused", account_id, now, {"tries": tries})
    if tries >= TRIES_PER_STEP:
        uow.sign_in_steps.end(step.token_hash)
    else:
        uow.sign_in_steps.note(step, f"{step.detail.partition(' ')[0]} {tries}")
    uow.commit()
    if tries >= TRIES_PER_STEP:
        raise _step_over()
    message = "动态码或恢复码不正确，或已经用过。"
    raise CodeRefused(message, remedy="请输入应用中新出现的6位数字（每30秒一个，每个只能用一次），或没有用过的恢复码。")


def _step_over() -> NotSignedIn:
    message = "登录没有完成：等待动态码已超过5分钟，或出错次数过多。"
    return NotSignedIn(message, remedy="请从登录名和密码重新开始。")


def open_session(office: Office, uow: UnitOfWork, account: Account, method: SignInMethod, visitor: Visitor) -> SignedIn:
    """Open a sign-in, always under a new token; the caller commits."""
    now = office.now()
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(24)
    session = WebSession(
        token_hash=digest(token),
        session_id="S" + secrets.token_hex(6).upper(),
        account_id=account.account_id,
        csrf=csrf,
        created_at=now,
        seen_at=now,
        expires_at=now + office.sign_in.term,
        method=method,
        visitor=visitor,
    )
    uow.sessions.add(session)
    uow.sign_in_failures.forgive(account.account_id)
    uow.audit.append(account.account_id, "sign_in", account.account_id, now, {"method": method.value})
    return _to_signed_in(office, uow, token, session, account)


def find_signed_in(office: Office, token: str) -> SignedIn | None:
    """Return who holds a sign-in token, or None when it is unknown, ended, unused for too long or expired."""
    now = office.now()
    # Every page asks this, and pages that follow a batch every second: it must not wait for who writes just now.
    with office.ledger.reading() as uow:
        session = uow.sessions.find(digest(token))
        if session is None or session.is_over(now, office.sign_in.idle):
            return None
        account = uow.accounts.find(session.account_id)
        if account is None or not account.is_active:
            return None
        return _to_signed_in(office, uow, token, session, account)


def note_use(office: Office, token: str) -> None:
    """Note that a sign-in is in use, so that it does not end for idleness."""
    with office.ledger.unit_of_work() as uow:
        uow.sessions.touch(digest(token), office.now())
        uow.commit()


def sign_out(office: Office, token: str) -> None:
    """End a sign-in."""
    with office.ledger.unit_of_work() as uow:
        session = uow.sessions.find(digest(token))
        uow.sessions.end(digest(token))
        if session is not None:
            uow.audit.append(session.account_id, "sign_out", session.account_id, office.now(), {})
        uow.commit()


def note_refused_form(office: Office, actor_id: str, page: str, why: str) -> None:
    """Write down that a form was sent with somebody's sign-in, but not from a page made for it."""
    with office.ledger.unit_of_work() as uow:
        uow.audit.append(actor_id, "form.refused", page, office.now(), {"why": why})
        uow.commit()


def count_refusal(office: Office, account: Account, action: str, visitor: Visitor) -> None:
    """Count a wrong proof given after signing in like one given before: a stolen sign-in must not be a way to guess."""
    with office.ledger.unit_of_work() as uow:
        uow.sign_in_failures.add(account.account_id, visitor.address, office.now())
        uow.audit.append(account.account_id, action, account.account_id, office.now(), {})
        uow.commit()


def check_pause(office: Office, account_id: str, visitor: Visitor) -> None:
    """Refuse to look at any proof while a name or an address has to wait.

    Raises:
        SignInPaused: Until when is said.
    """
    with office.ledger.reading() as uow:
        _check_pause(uow, account_id, visitor, office.now())


def _check_pause(uow: UnitOfWork, account_id: str, visitor: Visitor, now: datetime) -> None:
    until = find_pause_end(uow.sign_in_failures.list_of(account_id, now - timedelta(days=1)))
    if until is not None and until > now:
        seconds = int((until - now).total_seconds()) + 1
        wait = f"{seconds}秒" if seconds <= 90 else f"{-(-seconds // 60)}分钟"
        message = f"这个登录名连续出错次数较多，{wait}内不能登录。"
        remedy = "请稍后重试；急需办理或怀疑有人冒用，请联系系统管理员（可解除等待、重置密码）。"
        raise SignInPaused(message, remedy=remedy, retry_after=seconds)
    recent = now - ADDRESS_WINDOW
    if visitor.address and uow.sign_in_failures.count_from(visitor.address, recent) >= REFUSALS_PER_ADDRESS:
        message = "来自这个网络地址的登录出错次数过多，15分钟内不能登录。"
        raise SignInPaused(
            message, remedy="请稍后重试，或联系系统管理员。", retry_after=int(ADDRESS_WINDOW.total_seconds())
        )


def _to_signed_in(office: Office, uow: UnitOfWork, token: str, session: WebSession, account: Account) -> SignedIn:
    policy = office.sign_in
    lacks_factor = account.role in policy.roles and not uow.second_factors.has(account.account_id)
    owes = None
    if account.must_change_password and not session.method.value.startswith(SignInMethod.PROVIDER.value):
        owes = SignInDuty.CHANGE_PASSWORD
    elif lacks_factor and policy.rule is SecondFactorRule.REQUIRED:
        owes = SignInDuty.ENROL
    return SignedIn(
        token=token,
        account=account,
        agency=uow.agencies.get(account.agency_code),
        csrf=session.csrf,
        session_id=session.session_id,
        method=session.method,
        owes=owes,
        is_advised=lacks_factor,
        is_due=office.now() - session.seen_at >= TOUCH_EVERY,
    )


def require_complete(answer: SignedIn | CodeWanted) -> SignedIn:
    """Return a finished sign-in.

    Raises:
        CodeRefused: The code of the authenticator is still wanted.
    """
    if isinstance(answer, CodeWanted):
        message = "这个账号绑定了动态码，还需要动态码。"
        raise CodeRefused(message, remedy="请一并给出动态码。")
    return answer


def digest(secret: str) -> str:
    """Return what is kept of a token."""
    return sha256(secret.encode()).hexdigest()
