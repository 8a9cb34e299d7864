"""A small OpenID Connect provider on this machine: real HTTP, real signatures, and every way to be wrong."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from tests.functional.web.people import MovedClock

CLIENT_ID, CLIENT_SECRET = "credit & co", "s3cret:with/signs"
Spoil = Callable[[dict[str, Any]], dict[str, Any]]


def unspoiled(claims: dict[str, Any]) -> dict[str, Any]:
    return claims


@dataclass
class IdentityProvider:
    """Who may be asked for, what was asked, and how the next answer is to be spoiled."""

    clock: MovedClock
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
    )
    url: str = ""
    subject: str = "person-1"
    spoil: Spoil = unspoiled
    sign: Callable[[IdentityProvider, dict[str, Any]], str] | None = None
    is_down: bool = False
    described_issuer: str | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def authorise(self, address: str) -> dict[str, str]:
        """Play the person at the provider's page: return what the browser is sent back with."""
        wanted = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert wanted["response_type"] == "code"
        assert wanted["client_id"] == CLIENT_ID
        assert wanted["code_challenge_method"] == "S256"
        assert "openid" in wanted["scope"]
        code = token_urlsafe(16)
        self.codes[code] = wanted
        return {"state": wanted["state"], "code": code}

    def exchange(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """Answer the token endpoint; each code is good once."""
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        if [unquote(part) for part in pair.split(":")] != [CLIENT_ID, CLIENT_SECRET]:
            return 401, {"error": "invalid_client"}
        wanted = self.codes.pop(form["code"], None)
        if wanted is None or wanted["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        challenge = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if challenge != wanted["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = self.clock.now()
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.subject,
            "nonce": wanted["nonce"],
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
        }
        claims = self.spoil(claims)
        token = self.sign(self, claims) if self.sign else self.to_token(claims)
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": token}

    def to_token(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        if self.is_down:
            return 500, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.described_issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        return 404, {}


def unsigned(_provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """Return a token that says of itself that it needs no signature."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in ({"alg": "none", "typ": "JWT"}, claims)
    )
    return f"{head}.{body}."


def signed_with_secret(_provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """Return a token signed with what both sides know."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(CLIENT_SECRET * 4))


def signed_with_public_key(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """Return a token whose signature is made with the provider's public key taken for a secret."""
    return jwt.encode(
        {"alg": "HS256", "kid": provider.key.kid},
        claims,
        OctKey.import_key(base64.b64encode(provider.key.as_pem(private=False))),
    )


def signed_by_stranger(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """Return a token signed by somebody else under the provider's key's name."""
    return jwt.encode({"alg": "RS256", "kid": provider.key.kid}, claims, RSAKey.generate_key(2048))


def altered(provider: IdentityProvider, claims: dict[str, Any]) -> str:
    """Return a token whose subject was exchanged after signing."""
    head, _, signature = provider.to_token(claims).split(".")
    body = base64.urlsafe_b64encode(json.dumps(claims | {"sub": "boss"}).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


@contextmanager
def served(clock: MovedClock) -> Iterator[IdentityProvider]:
    """Serve a provider on a free port."""
    provider = IdentityProvider(clock)

    class Desk(BaseHTTPRequestHandler):
        def _send(self, status: int, told: dict[str, Any]) -> None:
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            provider.asked.append(self.path)
            self._send(*provider.answer(self.path))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*provider.exchange(form, self.headers.get("Authorization", "")))

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
