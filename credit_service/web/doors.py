"""What holds for every request, before any handler: a number, security headers, same-origin posts.

Written as one plain ASGI layer, so that uploads stream through it untouched. It knows no account and no store; whom a
refused post belongs to is found by the function given to it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from credit_service.errors import ScopeDenied
from credit_service.web.errors import answer, to_failure, to_size_failure

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CHANGING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
PUBLIC_CACHE = "no-cache"
"""Listings end on a day, not on a click: a page may be kept, but must be asked for again before it is shown."""

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not «no-referrer»: browsers would then send «Origin: null» with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Doors:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, public_url: str, note_foreign: Callable[[Request], None]) -> None:
        self.app = app
        self.note_foreign = note_foreign
        self.public_netloc = urlsplit(public_url).netloc
        self.is_https = public_url.startswith("https://")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Number the request, refuse foreign posts, and add the headers to whatever is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})["request_number"] = secrets.token_hex(6).upper()
        too_large = False
        is_head = scope["method"] == "HEAD"
        if is_head:
            # Pages and files answer HEAD as they answer GET, without the body.
            scope = {**scope, "method": "GET"}

        async def send_with_headers(message: Message) -> None:
            nonlocal too_large
            if message["type"] == "http.response.start":
                if message["status"] == 413 and _is_plain_text(message):
                    # The framework's body limit answers in its own words; ours say what to do.
                    too_large = True
                    response = answer(Request(scope), to_size_failure())
                    await response(scope, receive, send_with_headers)
                    return
                self._add_headers(scope, message)
            elif too_large and message.get("body") == b"Content Too Large":
                return
            await send({**message, "body": b""} if is_head and "body" in message else message)

        if self._is_foreign_post(scope):
            fault = ScopeDenied("请求不是从本网站的页面发出的，已拒绝。", remedy="请打开本网站，在页面上重新操作。")
            await run_in_threadpool(self.note_foreign, Request(scope))
            response = answer(Request(scope), to_failure(fault))
            await response(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def _is_foreign_post(self, scope: Scope) -> bool:
        """Return whether a form was posted from another site; systems with a key carry no cookie and are exempt."""
        if scope["method"] not in CHANGING_METHODS or scope["path"].startswith("/api/"):
            return False
        headers = Headers(scope=scope)
        origin = headers.get("origin") or headers.get("referer")
        if not origin:
            return headers.get("sec-fetch-site") != "same-origin"
        return urlsplit(origin).netloc not in {headers.get("host", ""), self.public_netloc}

    def _add_headers(self, scope: Scope, message: Message) -> None:
        headers = MutableHeaders(scope=message)
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        headers["X-Request-Id"] = scope["state"]["request_number"]
        if self.is_https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if not scope["path"].startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store" if scope["state"].get("private") else PUBLIC_CACHE)


def _is_plain_text(message: Message) -> bool:
    return MutableHeaders(scope=message).get("content-type", "").startswith("text/plain")
