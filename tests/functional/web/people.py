"""People at their browsers, with phones that show codes, under a clock that a test moves."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from itertools import count
from typing import TYPE_CHECKING

import pyotp

from credit_service.domain.agency import Role
from credit_service.pipeline.accounts import NewAccount, add_account
from tests.functional.web.conftest import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

PHRASE = "a-long-enough-phrase"


@dataclass
class MovedClock:
    """Stands until a test moves it."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def go(self, **time: float) -> None:
        self.at += timedelta(**time)


def to_text(answer: Response) -> str:
    """Return what a reader sees of a page."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", "<" + main)))


@dataclass
class Person:
    """Somebody with an account, a browser and, once enrolled, a phone."""

    people: People
    name: str
    browser: TestClient
    password: str = PHRASE
    secret: str = ""

    def code(self, steps: int = 0) -> str:
        """Return what the phone shows now, or so many steps later."""
        return pyotp.TOTP(self.secret).at(self.people.clock.now() + timedelta(seconds=30 * steps))

    def sign_in(self, password: str | None = None, browser: TestClient | None = None) -> Response:
        return self.people.world.sign_in(browser or self.browser, self.name, password or self.password)

    def give_code(self, code: str | None = None, browser: TestClient | None = None) -> Response:
        """Fill in the second form of the sign-in."""
        client = browser or self.browser
        form = {"csrf": self.people.world.token(client, "/sign-in/code"), "code": code or self.code()}
        return client.post("/sign-in/code", data=form)

    def post(self, path: str, **fields: str | list[str]) -> Response:
        """Send a form with the sign-in's token."""
        return self.browser.post(path, data={"csrf": self.people.world.token(self.browser), **fields})

    def enrol(self) -> list[str]:
        """Enrol an authenticator as a person would, and return the recovery codes."""
        assert self.post("/account/second-factor/begin", password=self.password).status_code == 303
        page = self.browser.get("/account/second-factor").text
        self.secret = re.search(r"secret=([A-Z2-7]+)", unescape(page)).group(1)
        done = self.post("/account/second-factor/confirm", code=self.code())
        assert done.status_code == 200, to_text(done)
        return re.findall(r'<li class="code">([^<]+)</li>', done.text)


@dataclass
class People:
    """Everybody of one world."""

    world: World
    clock: MovedClock
    numbers: Iterator[int] = field(default_factory=count)

    def add(self, role: Role = Role.DECIDER, *, signed_in: bool = True, is_initial: bool = False) -> Person:
        """Open an account of this role for one test."""
        name = f"{role.value}-{next(self.numbers)}"
        new = NewAccount(name, name, self.world.agencies[0], role, PHRASE, is_initial=is_initial)
        add_account(self.world.service.office, new)
        person = Person(self, name, self.world.new_client())
        if signed_in:
            assert person.sign_in().status_code == 303
        return person

    def audit(self, action: str) -> list[tuple[str, str]]:
        """Return (actor, object) of what the audit says of an action, newest first."""
        with self.world.service.office.ledger.reading() as uow:
            return [(one.actor_id, one.object_id) for one in uow.audit.list_newest(300) if one.action == action]
