"""Who comes in, and what they may do: the dependencies every router shares.

Before it lies a request, after it a `Visit`: the service, the person (if signed in) and a way to answer with a page.
Roles are checked here, per route; objects are checked by the handler that has them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from secrets import compare_digest
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import BackgroundTasks, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from credit_service.bootstrap import Service
from credit_service.domain.agency import Actor, Role
from credit_service.domain.sign_in import SignInDuty, Visitor
from credit_service.errors import LedgerConflict, NotSignedIn, QuotaExceeded, ScopeDenied, SignInUnfinished
from credit_service.lookup.reading_room import ReadingRoom
from credit_service.pipeline.accounts import as_actor
from credit_service.pipeline.batch_life import MAY_RELEASE, MAY_WITHDRAW
from credit_service.pipeline.office import Office
from credit_service.pipeline.repairs import MAY_APPLY_FOR
from credit_service.pipeline.sign_in import SignedIn, find_signed_in, note_refused_form, note_use
from credit_service.pipeline.worker import BatchProgress, QueueWorker
from credit_service.web.pages import render_template

COOKIE = "credit_sign_in"
SMALL_BODY = 256 * 1024
"""Forms and look-ups; bytes."""
OBJECTION_BODY = 24 * 1024 * 1024
"""An objection with its files; bytes."""
PAPERS_BODY = 30 * 1024 * 1024
"""An application for repair with its papers; bytes."""
UPLOAD_BODY = 300 * 1024 * 1024
"""A department's data file; bytes."""

OVERSEERS = frozenset({Role.AUDITOR, Role.ADMINISTRATOR})
"""They read every desk and change nothing."""
MAY_SEE_BATCHES = frozenset({Role.SUBMITTER}) | OVERSEERS
MAY_SEE_REPORTS = MAY_SEE_BATCHES | MAY_RELEASE
"""Who releases a held batch looks at its report first."""
MAY_UPLOAD = frozenset({Role.SUBMITTER})
MAY_SEE_CASES = frozenset({Role.REVIEWER, Role.DECIDER, Role.PUBLISHER}) | OVERSEERS
MAY_ACT = frozenset({Role.REVIEWER, Role.DECIDER})
MAY_SEE_OBJECTIONS = frozenset({Role.REVIEWER, Role.DECIDER}) | OVERSEERS
MAY_CONFIRM = frozenset({Role.SUBMITTER}) | MAY_ACT
"""Who gives a receipt for a notice of repair."""
MAY_QUERY = frozenset({Role.ANALYST}) | OVERSEERS
MAY_ADMINISTER = frozenset({Role.ADMINISTRATOR})

HOME_OF_ROLE = {Role.SUBMITTER: "/department", Role.ANALYST: "/analyst", Role.ADMINISTRATOR: "/admin"}
"""Where a person lands after signing in; everybody else at the review desk."""
PAGE_OF_DUTY = {SignInDuty.CHANGE_PASSWORD: "/account/password", SignInDuty.ENROL: "/account/second-factor"}
"""Where a person goes who owes something before anything else."""


@dataclass(frozen=True)
class Visit:
    """One request of one visitor."""

    request: Request
    service: Service
    signed_in: SignedIn | None

    @property
    def office(self) -> Office:
        """Where work is done."""
        return self.service.office

    @property
    def room(self) -> ReadingRoom:
        """Where questions are answered."""
        return self.service.reading_room

    @property
    def somebody(self) -> SignedIn:
        """The signed-in person, whatever the person still owes: for the pages of the own account only.

        Raises:
            NotSignedIn: Nobody is signed in.
        """
        if self.signed_in is None:
            message = "此页面需要登录，或登录已过期。"
            raise NotSignedIn(message, remedy="请登录后重试。")
        return self.signed_in

    @property
    def person(self) -> SignedIn:
        """The signed-in person, who owes nothing.

        Raises:
            NotSignedIn: Nobody is signed in.
            SignInUnfinished: A password must be chosen or an authenticator enrolled first.
        """
        person = self.somebody
        if person.owes is not None:
            what = "设置自己的密码" if person.owes is SignInDuty.CHANGE_PASSWORD else "绑定动态码"
            message = f"请先{what}，然后才能使用其他功能。"
            raise SignInUnfinished(message, remedy="请打开“我的账号”完成这一步。", page=PAGE_OF_DUTY[person.owes])
        return person

    @property
    def visitor(self) -> Visitor:
        """Where the visitor is, as far as the server knows."""
        client = "".join(one for one in self.request.headers.get("user-agent", "")[:200] if one.isprintable())
        return Visitor(to_address(self.request), client)

    @property
    def actor(self) -> Actor:
        """The signed-in person as the one who acts."""
        return as_actor(self.person.account)

    def page(self, name: str, context: Mapping[str, object] | None = None, *, status: int = 200) -> HTMLResponse:
        """Answer with a page."""
        return render_template(self.request, name, {"signed_in": self.signed_in, **(context or {})}, status=status)


def find_visit(request: Request, later: BackgroundTasks) -> Visit:
    """Return the visit; a missing or expired sign-in is an anonymous one.

    That a sign-in is in use is noted after the answer, and not for what pages ask by themselves every second.
    """
    service: Service = request.app.state.service
    token = request.cookies.get(COOKIE)
    signed_in = find_signed_in(service.office, token) if token else None
    if signed_in is not None:
        request.state.private = True
        request.state.signed_in = signed_in
        if signed_in.is_due and "hx-request" not in request.headers:
            later.add_task(_note_use, service.office, signed_in.token)
    return Visit(request, service, signed_in)


def _note_use(office: Office, token: str) -> None:
    # Where somebody writes for long, the next page notes it.
    with suppress(LedgerConflict):
        note_use(office, token)


AnyVisit = Annotated[Visit, Depends(find_visit)]


def require(roles: frozenset[Role]) -> Callable[[Visit], Visit]:
    """Return a dependency that lets only these roles in."""

    def check_role(visit: AnyVisit) -> Visit:
        role = visit.person.account.role
        if role not in roles:
            needed = "、".join(member.label for member in Role if member in roles)
            message = f"您的角色是“{role.label}”，不能使用此功能（需要：{needed}）。"
            raise ScopeDenied(message, remedy="如工作需要，请联系系统管理员调整角色。")
        return visit

    return check_role


BatchVisit = Annotated[Visit, Depends(require(MAY_SEE_BATCHES))]
ReportVisit = Annotated[Visit, Depends(require(MAY_SEE_REPORTS))]
ReleaseVisit = Annotated[Visit, Depends(require(MAY_RELEASE))]
WithdrawVisit = Annotated[Visit, Depends(require(MAY_WITHDRAW))]
UploadVisit = Annotated[Visit, Depends(require(MAY_UPLOAD))]
CaseVisit = Annotated[Visit, Depends(require(MAY_SEE_CASES))]
ActVisit = Annotated[Visit, Depends(require(MAY_ACT))]
ObjectionVisit = Annotated[Visit, Depends(require(MAY_SEE_OBJECTIONS))]
ConfirmVisit = Annotated[Visit, Depends(require(MAY_CONFIRM))]
EnterVisit = Annotated[Visit, Depends(require(MAY_APPLY_FOR))]
QueryVisit = Annotated[Visit, Depends(require(MAY_QUERY))]
OverseerVisit = Annotated[Visit, Depends(require(OVERSEERS))]
AdministratorVisit = Annotated[Visit, Depends(require(MAY_ADMINISTER))]


def check_form_token(visit: AnyVisit, csrf: Annotated[str, Form()] = "") -> None:
    """Refuse a form that was not made for this sign-in.

    Raises:
        NotSignedIn: Nobody is signed in.
        ScopeDenied: The token is missing or another's.
    """
    check_token(visit, visit.somebody.csrf, csrf)


def check_token(visit: Visit, expected: str, given: str) -> None:
    """Compare two form tokens in constant time; a refusal under somebody's sign-in is written down.

    Raises:
        ScopeDenied: They differ.
    """
    if not compare_digest(expected.encode(), given.encode()):
        if visit.signed_in is not None:
            route = getattr(visit.request.scope.get("route"), "path", "")
            write_refused_form(visit.request, visit.signed_in, route, "token")
        message = "表单校验未通过，可能是页面停留过久。"
        raise ScopeDenied(message, remedy="请返回并刷新页面，然后重新提交。")


def write_refused_form(request: Request, signed_in: SignedIn, page: str, why: str) -> None:
    """Write a refused form into the audit, but not so many that the audit is filled with them."""
    account_id = signed_in.account.account_id
    with suppress(QuotaExceeded, LedgerConflict):
        find_throttles(request).refused_forms.count(account_id)
        service: Service = request.app.state.service
        note_refused_form(service.office, account_id, page, why)


class Throttle:
    """A moving window per caller, in the memory of this process."""

    def __init__(self, rate: str) -> None:
        self._rate: RateLimitItem = parse(rate)
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def count(self, caller: str) -> None:
        """Count one question.

        Raises:
            QuotaExceeded: The caller asked too often; ``retry_after`` says how many seconds to wait.
        """
        if not self._limiter.hit(self._rate, caller):
            message = f"访问过于频繁（上限为每{self._rate.get_expiry()}秒{self._rate.amount}次）。"
            raise QuotaExceeded(message, remedy="请稍后再试。", retry_after=self._rate.get_expiry())


@dataclass(frozen=True)
class Throttles:
    """How often each door may be knocked at; made anew with each application."""

    searches: Throttle = field(default_factory=lambda: Throttle("60/minute"))
    # Each try costs an argon2 verification. How long a name waits after wrong ones is in the ledger.
    sign_ins: Throttle = field(default_factory=lambda: Throttle("20/minute"))
    calls: Throttle = field(default_factory=lambda: Throttle("600/minute"))
    # Anybody may apply for repair, with files; and a receipt code must not be found by trying.
    applications: Throttle = field(default_factory=lambda: Throttle("10/hour"))
    receipt_codes: Throttle = field(default_factory=lambda: Throttle("20/minute"))
    # Unknown keys are counted by address, so that guessing is slow too.
    guesses: Throttle = field(default_factory=lambda: Throttle("30/minute"))
    refused_forms: Throttle = field(default_factory=lambda: Throttle("30/minute"))
    # An objection marks a listing at once and keeps files; whoever has no code of its papers guesses slowly.
    objections: Throttle = field(default_factory=lambda: Throttle("10/hour"))


def find_throttles(request: Request) -> Throttles:
    """Return the throttles of this application."""
    throttles: Throttles = request.app.state.throttles
    return throttles


def call_worker(request: Request) -> None:
    """Tell the worker of this process, where there is one, that something was received."""
    worker: QueueWorker | None = request.app.state.worker
    if worker is not None:
        worker.call()


def find_progress(request: Request, batch_id: str) -> BatchProgress | None:
    """Return how far a batch in work is, or None where the worker of this process does not have it."""
    worker: QueueWorker | None = request.app.state.worker
    return None if worker is None else worker.board.find(batch_id)


def to_address(request: Request) -> str:
    """Return the address a request came from, as far as the server knows it."""
    return request.client.host if request.client else ""


def redirect_to(path: str) -> RedirectResponse:
    """Answer a successful form with the page to look at next."""
    return RedirectResponse(path, status_code=303)


def to_local_path(path: str) -> str | None:
    """Return a path on this site, or None for anything that leads elsewhere."""
    parts = urlsplit(path)
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return path if is_local and path.isprintable() and "\\" not in path else None
