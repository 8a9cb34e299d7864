"""How people prove who they are: what a sign-in must have, what it still owes, and what is done to accounts.

`identity` examines the proofs, `pipeline.sign_in` asks for them one after the other, the ledger remembers which were
used. Nothing here holds a secret in clear.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from credit_service.domain.agency import Role

DECIDING_ROLES = frozenset({Role.REVIEWER, Role.DECIDER, Role.PUBLISHER, Role.ADMINISTRATOR})
"""Whose acts change what is known of others: they should have a second factor."""


class SecondFactorRule(StrEnum):
    """What holds for the roles that should have a second factor."""

    OFFERED = "offered"
    """They are asked on every page until they have one."""
    REQUIRED = "required"
    """They may do nothing else until they have one."""


@dataclass(frozen=True)
class ProviderClient:
    """This service as a client of an OpenID Connect provider.

    **Source**: OpenID Connect Core 1.0 §3.1; RFC 7636 (PKCE).
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    scope: str = "openid"
    label: str = "统一身份认证"


@dataclass(frozen=True)
class SignInPolicy:
    """What the installation asks of everybody who signs in."""

    rule: SecondFactorRule = SecondFactorRule.OFFERED
    roles: frozenset[Role] = DECIDING_ROLES
    idle: timedelta = timedelta(minutes=30)
    """A sign-in nobody used for so long is over."""
    term: timedelta = timedelta(hours=8)
    """A sign-in is over after so long, however much it is used."""
    provider: ProviderClient | None = None


class SignInDuty(StrEnum):
    """What a signed-in person must do before anything else."""

    CHANGE_PASSWORD = "change_password"  # noqa: S105 - the name of a duty
    ENROL = "enrol"


class SignInMethod(StrEnum):
    """By which proofs somebody signed in."""

    PASSWORD = "password"  # noqa: S105 - the name of a proof
    PASSWORD_CODE = "password_code"  # noqa: S105 - as above
    PASSWORD_RECOVERY = "password_recovery"  # noqa: S105 - as above
    PROVIDER = "provider"
    PROVIDER_CODE = "provider_code"
    PROVIDER_RECOVERY = "provider_recovery"

    @property
    def label(self) -> str:
        """Chinese name of the proofs."""
        return {
            "password": "密码",
            "password_code": "密码和动态码",
            "password_recovery": "密码和恢复码",
            "provider": "统一身份认证",
            "provider_code": "统一身份认证和动态码",
            "provider_recovery": "统一身份认证和恢复码",
        }[self.value]


@dataclass(frozen=True)
class Visitor:
    """Where a sign-in comes from, as far as the server knows; kept only as long as the sign-in."""

    address: str = ""
    client: str = ""
    """What the browser calls itself, cut to 200 characters."""


@dataclass(frozen=True)
class WebSession:
    """A sign-in; its token is kept as a hash only, ``session_id`` names it on pages."""

    token_hash: str = field(repr=False)
    session_id: str
    account_id: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    method: SignInMethod
    visitor: Visitor = Visitor()

    def is_over(self, now: datetime, idle: timedelta) -> bool:
        """Return whether it has run out or was not used for too long."""
        return now >= self.expires_at or now >= self.seen_at + idle


@dataclass(frozen=True)
class SecondFactor:
    """An authenticator of an account; pending until its first code."""

    number: int
    account_id: str
    secret: str = field(repr=False)
    """Base32, in clear only while a code is examined or the picture is shown."""
    enrolled_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None
    """The time step of the last code accepted; no code of it or of an earlier one is ever accepted again."""
    recovery_left: int = 0


class AccountActKind(StrEnum):
    """What is done to an account by somebody in charge of accounts, or to the own one."""

    ADD = "add"
    ROLE = "role"
    DISABLE = "disable"
    ENABLE = "enable"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of an act
    CHANGE_PASSWORD = "change_password"  # noqa: S105 - as above
    ENROL_FACTOR = "enrol_factor"
    REMOVE_FACTOR = "remove_factor"
    UNLOCK = "unlock"
    LINK = "link"
    UNLINK = "unlink"

    @property
    def label(self) -> str:
        """Chinese name of the act."""
        return {
            "add": "开设账号",
            "role": "变更角色",
            "disable": "停用",
            "enable": "恢复使用",
            "reset_password": "重置密码",
            "change_password": "修改密码",
            "enrol_factor": "绑定动态码",
            "remove_factor": "解除动态码",
            "unlock": "解除登录限制",
            "link": "关联统一身份",
            "unlink": "取消统一身份关联",
        }[self.value]


OWN_ACTS = frozenset({AccountActKind.CHANGE_PASSWORD, AccountActKind.ENROL_FACTOR})
"""Done by the person only; all others are done by somebody else, but for giving up the own factor with its code."""


@dataclass(frozen=True)
class AccountAct:
    """One act on an account; never altered, never deleted."""

    account_id: str
    kind: AccountActKind
    done_by: str
    done_at: datetime
    was: str = ""
    became: str = ""
    reason: str = ""


@dataclass(frozen=True)
class IdentityLink:
    """Which person at an identity provider an account is; made by an administrator, never by the service itself."""

    number: int
    account_id: str
    issuer: str
    subject: str
    linked_by: str
    linked_at: datetime


PAUSES = (0, 0, 0, 30, 60, 300, 900, 1800, 3600)
"""Seconds to wait after so many refused sign-ins of one name in a row; the last holds for all that follow."""


def find_pause_end(failed_at: Sequence[datetime]) -> datetime | None:
    """Return until when a name must wait after the refusals in a row, given oldest first, or None."""
    if not failed_at:
        return None
    seconds = PAUSES[min(len(failed_at), len(PAUSES) - 1)]
    return failed_at[-1] + timedelta(seconds=seconds) if seconds else None
