"""An OpenID Connect provider, spoken to over HTTPS: where to send people, and the code they bring back for a token.

Its addresses come from its own description, read once an hour; its keys as often, and once more when a token names a
key not seen yet. Answers are small, prompt and never from somewhere else: redirections are not followed, bodies are
bounded, plain HTTP is spoken with this machine only. It knows no account; tokens are examined in `id_token`.

**Source**: OpenID Connect Core 1.0 §3.1; OpenID Connect Discovery 1.0 §4; RFC 7636 (S256); RFC 6749 §2.3.1, §4.1.3.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from http.client import HTTPException
from threading import Lock
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from credit_service.domain.sign_in import ProviderClient
from credit_service.errors import IdentityRefused, ProviderUnreachable
from credit_service.identity.id_token import check_id_token

WAIT_SECONDS = 10.0
LARGEST_ANSWER = 1024 * 1024
"""Bytes."""
KEPT_FOR = timedelta(hours=1)
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Description:
    """What a provider says of itself."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    takes_basic: bool
    """The client's secret goes into the header, else into the form."""


@dataclass(frozen=True)
class _Kept:
    description: Description
    keys: KeySet
    until: datetime


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_named: Any) -> None:  # noqa: ANN401 - the base class says so
        return None


class Provider:
    """One provider as seen by one client."""

    def __init__(self, client: ProviderClient) -> None:
        self.client = client
        self._opener = build_opener(_NoRedirect)
        self._kept: _Kept | None = None
        self._lock = Lock()

    def to_address(self, state: str, nonce: str, challenge: str, now: datetime) -> str:
        """Return where to send somebody who wants to sign in.

        Raises:
            ProviderUnreachable: The provider's description cannot be read.
        """
        asked = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self._describe(now).description.authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    def find_subject(self, code: str, verifier: str, nonce: str, now: datetime) -> str:
        """Exchange a code for a token and return who it is.

        Raises:
            ProviderUnreachable: The provider does not answer as one.
            IdentityRefused: It refuses the code, or the token does not hold.
        """
        kept = self._describe(now)
        token = self._exchange(kept.description, code, verifier)
        if self._names_unknown_key(token, kept.keys):
            kept = self._describe(now, anew=True)
        return check_id_token(token, kept.keys, self.client, nonce, now)

    def _exchange(self, description: Description, code: str, verifier: str) -> str:
        client = self.client
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": client.redirect_uri,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if description.takes_basic:
            pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form |= {"client_id": client.client_id, "client_secret": client.client_secret}
        answer = self._ask(description.token_endpoint, urlencode(form).encode(), headers)
        token = answer.get("id_token")
        if not isinstance(token, str) or not token:
            message = "统一身份认证没有返回身份凭证。"
            raise IdentityRefused(message, remedy="请重新登录；反复出现请联系系统管理员。", check="id_token")
        return token

    def _describe(self, now: datetime, *, anew: bool = False) -> _Kept:
        with self._lock:
            if self._kept is None or now >= self._kept.until or anew:
                description = self._read_description()
                try:
                    keys = KeySet.import_key_set(self._ask(description.jwks_uri))  # type: ignore[arg-type]
                except (JoseError, KeyError, TypeError, ValueError) as fault:
                    raise _unusable(why="密钥无法读取") from fault
                self._kept = _Kept(description, keys, now + KEPT_FOR)
            return self._kept

    def _read_description(self) -> Description:
        issuer = self.client.issuer
        told = self._ask(issuer.rstrip("/") + "/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise _unusable(why="说明中的签发者与设置的不一致")
        authorization, token, keys = (told.get(f) for f in ("authorization_endpoint", "token_endpoint", "jwks_uri"))
        if not (isinstance(authorization, str) and isinstance(token, str) and isinstance(keys, str)):
            raise _unusable(why="说明不完整")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        _check_secure(authorization)
        return Description(authorization, token, keys, takes_basic="client_secret_basic" in methods)

    def _ask(self, address: str, form: bytes | None = None, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        _check_secure(address)
        request = Request(address, data=form, headers=dict(headers or {"Accept": "application/json"}))  # noqa: S310 - checked above
        try:
            with self._opener.open(request, timeout=WAIT_SECONDS) as answer:
                body = answer.read(LARGEST_ANSWER + 1)
        except HTTPError as fault:
            fault.close()
            if form is not None and fault.code in {400, 401}:
                message = "统一身份认证不接受这次登录：登录已超时，或已经用过。"
                raise IdentityRefused(message, remedy="请重新登录。", check="code") from fault
            raise _unusable(why=f"答复状态为{fault.code}") from fault
        except (OSError, HTTPException) as fault:
            raise _unusable(why="无法连接") from fault
        try:
            told = json.loads(body) if len(body) <= LARGEST_ANSWER else None
        except ValueError as fault:
            raise _unusable(why="答复不是 JSON") from fault
        if not isinstance(told, dict):
            raise _unusable(why="答复不是 JSON 对象，或过大")
        return told

    @staticmethod
    def _names_unknown_key(token: str, keys: KeySet) -> bool:
        try:
            head = json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))
            return "kid" in head and all(key.kid != head["kid"] for key in keys.keys)
        except (ValueError, TypeError):
            return False


def to_challenge(verifier: str) -> str:
    """Return the S256 challenge of a PKCE verifier."""
    return base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _check_secure(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise _unusable(why="地址不是 https")


def _unusable(*, why: str) -> ProviderUnreachable:
    message = f"统一身份认证平台无法使用：{why}。"
    return ProviderUnreachable(message, remedy="请核对 CREDIT_OIDC_… 各项设置和网络；其间请用密码登录。")
