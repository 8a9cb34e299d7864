"""What people do to their own account: choose a password, enrol and give up an authenticator, end sign-ins.

Each of it needs a proof given now, not only a sign-in given earlier; wrong proofs count like refused sign-ins.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from credit_service.domain.sign_in import AccountAct, AccountActKind, SecondFactor, SignInMethod, Visitor, WebSession
from credit_service.errors import AccountActRefused, CodeRefused, PasswordRefused, WeakPassword
from credit_service.identity.one_time import (
    find_step,
    hash_recovery_code,
    make_recovery_codes,
    make_secret,
    to_enrolment_address,
)
from credit_service.identity.passwords import check_new_password, hash_password, is_password, load_frequent_passwords
from credit_service.pipeline.office import Office
from credit_service.pipeline.sign_in import SignedIn, check_pause, count_refusal, digest, open_session

FREQUENT_PASSWORDS = "frequent_passwords.txt"
ISSUER = "诚信建设红黑榜"
"""How the account is called in the authenticator."""


@dataclass(frozen=True)
class Enrolment:
    """An authenticator to be read in: the secret as text and as an address for the picture."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True)
class SecondFactorState:
    """What a person sees of the own second factor."""

    factor: SecondFactor | None
    pending: Enrolment | None


def prove_password(office: Office, signed_in: SignedIn, password: str, visitor: Visitor) -> None:
    """Ask for the own password once more; who came by the identity provider has proved enough.

    Raises:
        PasswordRefused: It is wrong; where nothing was typed nothing is counted.
        SignInPaused: It was wrong too often.
    """
    if signed_in.method.value.startswith(SignInMethod.PROVIDER.value):
        return
    if not password:
        message = "没有输入您自己的密码，没有办理。"
        raise PasswordRefused(message, remedy="请输入您自己登录本系统的密码。")
    check_pause(office, signed_in.account.account_id, visitor)
    if not is_password(password, signed_in.account.password_hash):
        count_refusal(office, signed_in.account, "password.refused", visitor)
        message = "您的密码不正确，没有办理。"
        raise PasswordRefused(message, remedy="请重新输入您自己登录本系统的密码。")


def change_password(office: Office, signed_in: SignedIn, current: str, new: str, visitor: Visitor) -> SignedIn:
    """Choose another password; every sign-in ends, and the one in hand goes on under a new token.

    Raises:
        PasswordRefused: The current password is wrong.
        WeakPassword: The new one is guessed early, or is the current one.
    """
    account = signed_in.account
    prove_password(office, signed_in, current, visitor)
    check_new_password(new, account.account_id, load_frequent_passwords(office.places.reference / FREQUENT_PASSWORDS))
    if is_password(new, account.password_hash):
        message = "新密码与现在的密码相同，没有修改。"
        raise WeakPassword(message, remedy="请换一个没有用过的密码。")
    hashed = hash_password(new)
    with office.ledger.unit_of_work() as uow:
        now = office.now()
        act = uow.account_acts.add(
            AccountAct(account.account_id, AccountActKind.CHANGE_PASSWORD, account.account_id, now)
        )
        uow.accounts.set_password(account.account_id, hashed, act, must_change=False)
        ended = uow.sessions.end_of(account.account_id)
        uow.audit.append(account.account_id, "password.changed", account.account_id, now, {"sign_ins_ended": ended})
        fresh = open_session(office, uow, uow.accounts.get(account.account_id), signed_in.method, visitor)
        uow.commit()
    return fresh


def get_factor_state(office: Office, signed_in: SignedIn) -> SecondFactorState:
    """Return the authenticator in force, or the one that waits for its first code."""
    account_id = signed_in.account.account_id
    with office.ledger.reading() as uow:
        factor = uow.second_factors.find(account_id)
        pending = None if factor else uow.second_factors.find_pending(account_id)
    return SecondFactorState(factor, _to_enrolment(pending) if pending else None)


def begin_enrolment(office: Office, signed_in: SignedIn, password: str, visitor: Visitor) -> Enrolment:
    """Make a secret for an authenticator; it is in force only after its first code.

    Raises:
        PasswordRefused: The password is wrong.
        AccountActRefused: The account has an authenticator; it is given up first.
    """
    prove_password(office, signed_in, password, visitor)
    account_id = signed_in.account.account_id
    with office.ledger.unit_of_work() as uow:
        if uow.second_factors.has(account_id):
            message = "您的账号已经绑定动态码，没有重复绑定。"
            raise AccountActRefused(message, remedy="要换手机，请先凭密码和动态码解除，再重新绑定。")
        uow.second_factors.begin(account_id, make_secret(), office.now())
        uow.audit.append(account_id, "second_factor.begun", account_id, office.now(), {})
        pending = uow.second_factors.find_pending(account_id)
        uow.commit()
    if pending is None:
        message = "an authenticator begun is pending"
        raise AssertionError(message)
    return _to_enrolment(pending)


def confirm_enrolment(office: Office, signed_in: SignedIn, typed: str) -> tuple[str, ...]:
    """Put the authenticator in force by its first code; return the recovery codes, shown this once.

    Every other sign-in of the account ends: it was opened without the second proof.

    Raises:
        AccountActRefused: Nothing waits for a code.
        CodeRefused: The code is wrong.
    """
    account_id = signed_in.account.account_id
    codes = make_recovery_codes()
    with office.ledger.unit_of_work() as uow:
        now = office.now()
        pending = uow.second_factors.find_pending(account_id)
        if pending is None or uow.second_factors.has(account_id):
            message = "没有等待确认的绑定。"
            raise AccountActRefused(message, remedy="请先点“开始绑定”。")
        step = find_step(pending.secret, typed, now, None)
        if step is None:
            message = "动态码不正确，还没有绑定。"
            raise CodeRefused(message, remedy="请核对手机时间是否准确，再输入应用中现在显示的6位数字。")
        uow.second_factors.confirm(
            pending, step, now, [hash_recovery_code(code, office.keys.hash_key) for code in codes]
        )
        uow.account_acts.add(AccountAct(account_id, AccountActKind.ENROL_FACTOR, account_id, now))
        ended = uow.sessions.end_of(account_id, keep=digest(signed_in.token))
        uow.audit.append(account_id, "second_factor.enrolled", account_id, now, {"sign_ins_ended": ended})
        uow.commit()
    return codes


def give_up_factor(office: Office, signed_in: SignedIn, password: str, typed: str, visitor: Visitor) -> None:
    """Give the own authenticator up with password and code; a recovery code is not enough.

    Raises:
        PasswordRefused: The password is wrong.
        AccountActRefused: There is no authenticator.
        CodeRefused: The code is wrong or was used.
    """
    prove_password(office, signed_in, password, visitor)
    account_id = signed_in.account.account_id
    with office.ledger.unit_of_work() as uow:
        now = office.now()
        factor = uow.second_factors.find(account_id)
        if factor is None:
            message = "您的账号没有绑定动态码。"
            raise AccountActRefused(message, remedy="不需要解除。")
        step = find_step(factor.secret, typed, now, factor.last_step)
        if step is not None:
            uow.account_acts.add(AccountAct(account_id, AccountActKind.REMOVE_FACTOR, account_id, now))
            uow.second_factors.remove(factor, account_id, now, step)
            uow.audit.append(account_id, "second_factor.given_up", account_id, now, {})
            uow.commit()
    if step is None:
        count_refusal(office, signed_in.account, "second_factor.refused", visitor)
        message = "动态码不正确，或已经用过，没有解除。"
        raise CodeRefused(message, remedy="请等应用中出现新的6位数字再试；手机丢失的，请联系系统管理员解除。")


def list_own_sessions(office: Office, signed_in: SignedIn) -> list[WebSession]:
    """Return the own sign-ins that hold, newest first."""
    now = office.now()
    with office.ledger.reading() as uow:
        found = uow.sessions.list_of(signed_in.account.account_id)
    return [session for session in found if not session.is_over(now, office.sign_in.idle)]


def end_own_session(office: Office, signed_in: SignedIn, session_id: str) -> bool:
    """End one of the own sign-ins; return whether it was there. Another's is never found."""
    account_id = signed_in.account.account_id
    with office.ledger.unit_of_work() as uow:
        for session in uow.sessions.list_of(account_id):
            if session.session_id == session_id:
                uow.sessions.end(session.token_hash)
                uow.audit.append(account_id, "sign_in.ended", account_id, office.now(), {"session": session_id})
                uow.commit()
                return True
    return False


def end_other_sessions(office: Office, signed_in: SignedIn) -> int:
    """End every own sign-in but the one in hand; return how many."""
    account_id = signed_in.account.account_id
    with office.ledger.unit_of_work() as uow:
        ended = uow.sessions.end_of(account_id, keep=digest(signed_in.token))
        uow.audit.append(account_id, "sign_in.others_ended", account_id, office.now(), {"sign_ins_ended": ended})
        uow.commit()
    return ended


def _to_enrolment(pending: SecondFactor) -> Enrolment:
    return Enrolment(pending.secret, to_enrolment_address(pending.secret, pending.account_id, ISSUER))
