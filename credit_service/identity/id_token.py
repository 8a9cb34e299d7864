"""The token in which an identity provider says who somebody is, examined from signature to nonce.

Before it a token and the provider's keys, after it the subject identifier, or a refusal that says which check failed.
Only signatures by public keys are accepted: a token without signature, or one signed with a shared secret, is refused
by its algorithm before anything of it is read.

**Source**: OpenID Connect Core 1.0 §3.1.3.7 (ID Token Validation); RFC 8725 §3.1, §3.2 (algorithms).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from credit_service.domain.sign_in import ProviderClient
from credit_service.errors import IdentityRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY = timedelta(seconds=60)
"""How far the provider's clock may be off."""
OLDEST = timedelta(minutes=10)
"""A token is asked for and examined at once; an older one was kept by somebody."""
LONGEST_SUBJECT = 255
_REMEDY = "请重新登录；反复出现请联系系统管理员核对统一身份认证的设置，也可以用密码登录。"


def check_id_token(token: str, keys: KeySet, client: ProviderClient, nonce: str, now: datetime) -> str:
    """Return the subject identifier of a token.

    Raises:
        IdentityRefused: A check failed; ``check`` names it.
    """
    try:
        claims: Mapping[str, object] = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError) as fault:
        raise _refused(check="signature", why="签名无效，或签名算法不被接受") from fault
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=int(LEEWAY.total_seconds()),
        iss={"essential": True, "value": client.issuer},
        aud={"essential": True, "value": client.client_id},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        nonce={"essential": True},
    )
    try:
        registry.validate(dict(claims))
    except JoseError as fault:
        raise _refused(check="claims", why=f"签发者、受众或有效期不符（{fault.error}）") from fault
    _check_party(claims, client)
    given = claims["nonce"]
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise _refused(check="nonce", why="不是为这次登录签发的")
    issued_at = claims["iat"]
    if not isinstance(issued_at, int | float) or issued_at < (now - OLDEST).timestamp():
        raise _refused(check="iat", why="签发已久")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise _refused(check="sub", why="没有有效的身份标识")
    return subject


def _check_party(claims: Mapping[str, object], client: ProviderClient) -> None:
    audience = claims["aud"]
    party = claims.get("azp")
    is_shared = isinstance(audience, list) and len(audience) > 1
    if (party is not None or is_shared) and party != client.client_id:
        raise _refused(check="azp", why="是签发给别的系统的")


def _refused(*, check: str, why: str) -> IdentityRefused:
    message = f"统一身份认证返回的凭证无效：{why}。"
    return IdentityRefused(message, remedy=_REMEDY, check=check)
