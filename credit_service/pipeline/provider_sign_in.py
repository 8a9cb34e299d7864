"""Signing in by way of an identity provider: sent there, and back with a code for a token.

State and nonce are made for each attempt and used once; the PKCE verifier stays in the visitor's own browser, the
ledger keeps its challenge, so that nobody else's browser can finish what this one began. Who the token names must have
been linked to an account by an administrator: no account is ever made or guessed here.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache

from credit_service.domain.sign_in import ProviderClient, SignInMethod, Visitor
from credit_service.errors import IdentityRefused
from credit_service.identity.provider import Provider, to_challenge
from credit_service.pipeline.office import Office
from credit_service.pipeline.sign_in import CodeWanted, SignedIn, check_pause, digest, go_on
from credit_service.registry.sessions import SignInStep

ATTEMPT_TERM = timedelta(minutes=10)
WAITS_FOR_PROVIDER = "provider"
_AGAIN = "请从登录页面重新开始。"


@dataclass(frozen=True)
class Departure:
    """Where to send somebody, and what the browser must bring back."""

    address: str
    verifier: str = field(repr=False)


def begin_provider_sign_in(office: Office, next_path: str) -> Departure:
    """Begin an attempt.

    Raises:
        IdentityRefused: No provider is set.
        ProviderUnreachable: The provider does not answer.
    """
    provider = _get_provider(office)
    now = office.now()
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = to_challenge(verifier)
    address = provider.to_address(state, nonce, challenge, now)
    detail = json.dumps({"challenge": challenge, "nonce": nonce, "next": next_path})
    with office.ledger.unit_of_work() as uow:
        uow.sign_in_steps.add(SignInStep(digest(state), WAITS_FOR_PROVIDER, None, detail, now, now + ATTEMPT_TERM))
        uow.commit()
    return Departure(address, verifier)


def finish_provider_sign_in(
    office: Office, returned: tuple[str, str], verifier: str, visitor: Visitor
) -> tuple[SignedIn | CodeWanted, str]:
    """Finish an attempt; return the sign-in, or the wish for a code, and where the person wanted to go.

    Args:
        office: The office.
        returned: (state, code) as the provider sent them back; an empty code means that it refused.
        verifier: What the browser kept.
        visitor: Where the person is.

    Raises:
        IdentityRefused: State, browser, code or token do not hold, or nobody was linked to the person.
        ProviderUnreachable: The provider does not answer.
        SignInPaused: The account or the address was refused too often.
    """
    provider = _get_provider(office)
    state, code = returned
    try:
        nonce, next_path = _take_attempt(office, state, verifier)
        _need_code(code)
        subject = provider.find_subject(code, verifier, nonce, office.now())
        answer = _enter(office, provider.client, subject, visitor)
    except IdentityRefused as fault:
        _note_refusal(office, fault, visitor)
        raise
    return answer, next_path


def _need_code(code: str) -> None:
    if not code:
        message = "统一身份认证没有确认您的身份，或您取消了登录。"
        raise IdentityRefused(message, remedy=_AGAIN, check="provider")


def _take_attempt(office: Office, state: str, verifier: str) -> tuple[str, str]:
    now = office.now()
    with office.ledger.unit_of_work() as uow:
        step = uow.sign_in_steps.find(digest(state), WAITS_FOR_PROVIDER, now)
        # Used up first: whatever follows, the same state never comes in again.
        is_first = uow.sign_in_steps.end(digest(state))
        uow.commit()
    if step is None or not is_first:
        message = "这次登录已经用过、已超时，或不是从本网站开始的。"
        raise IdentityRefused(message, remedy=_AGAIN, check="state")
    kept = json.loads(step.detail)
    if not hmac.compare_digest(to_challenge(verifier), kept["challenge"]):
        message = "这次登录不是从这个浏览器开始的。"
        raise IdentityRefused(message, remedy=_AGAIN, check="browser")
    return str(kept["nonce"]), str(kept["next"])


def _enter(office: Office, client: ProviderClient, subject: str, visitor: Visitor) -> SignedIn | CodeWanted:
    with office.ledger.reading() as uow:
        link = uow.identity_links.find(client.issuer, subject)
    if link is None:
        message = f"您的统一身份（标识 {subject}）还没有关联到本系统的账号。"
        remedy = "请把这个标识告诉系统管理员，由其关联到您的账号；其间请用密码登录。本系统不自动开设账号。"
        raise IdentityRefused(message, remedy=remedy, check="link")
    check_pause(office, link.account_id, visitor)
    with office.ledger.unit_of_work() as uow:
        account = uow.accounts.find(link.account_id)
        if account is None or not account.is_active:
            message = "您的账号已停用。"
            raise IdentityRefused(message, remedy="请联系系统管理员。", check="account")
        answer = go_on(office, uow, account, SignInMethod.PROVIDER, visitor)
        uow.commit()
    return answer


def _note_refusal(office: Office, fault: IdentityRefused, visitor: Visitor) -> None:
    with office.ledger.unit_of_work() as uow:
        # Counted for the address only: nobody may keep somebody else out by names typed nowhere.
        uow.sign_in_failures.add(f"provider {visitor.address}", visitor.address, office.now())
        check = str(fault.attributes.get("check", ""))
        uow.audit.append("anonymous", "sign_in.provider_refused", "account", office.now(), {"check": check})
        uow.commit()


def _get_provider(office: Office) -> Provider:
    client = office.sign_in.provider
    if client is None:
        message = "本系统没有设置统一身份认证。"
        raise IdentityRefused(message, remedy="请用登录名和密码登录。", check="unset")
    return _open_provider(client)


# One for each client, so that its description and keys are read once an hour and not at each sign-in.
_open_provider = lru_cache(maxsize=8)(Provider)
