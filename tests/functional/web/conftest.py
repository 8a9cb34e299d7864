"""Two worlds for the doors: an empty service, and one in which the demo was played on the committed samples."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from credit_service.bootstrap import Service, build_service, to_places
from credit_service.domain.agency import Role
from credit_service.domain.clock import FixedClock
from credit_service.pipeline.accounts import NewAccount, add_account, add_key
from credit_service.pipeline.agencies import list_agencies
from credit_service.pipeline.demo import DemoOutcome, play_demo
from credit_service.pipeline.worker import QueueWorker, WorkedBatch
from credit_service.settings import Settings
from credit_service.web.app import create_app
from credit_service.web.dependencies import Throttle, Throttles

if TYPE_CHECKING:
    from fastapi import FastAPI
    from httpx2 import Response

BASE = "http://testserver"
NOW = datetime(2026, 10, 28, 2, 0, tzinfo=UTC)


@dataclass
class World:
    """A service with one account per role in one agency, a second agency, and a key."""

    service: Service
    passwords: dict[Role, str]
    agencies: tuple[str, str]
    key: str
    app: FastAPI
    worker: QueueWorker
    demo: DemoOutcome | None = None
    signed_in: dict[Role | None, TestClient] = field(default_factory=dict)

    def drain(self) -> list[WorkedBatch]:
        """Let the worker, which runs only when it is told to, work through the queue."""
        return list(self.worker.drain())

    def client(self, role: Role | None = None) -> TestClient:
        """Return a browser, signed in as this role; the same one for the same role."""
        if role not in self.signed_in:
            client = self.new_client()
            if role is not None:
                response = self.sign_in(client, f"test-{role.value}", self.passwords[role])
                assert response.status_code == 303, response.text
            self.signed_in[role] = client
        return self.signed_in[role]

    def new_client(self) -> TestClient:
        """Return a browser with an empty jar, that sends its origin and does not follow redirects."""
        return TestClient(
            self.app, base_url=BASE, headers={"Origin": BASE}, follow_redirects=False, raise_server_exceptions=False
        )

    def sign_in(self, client: TestClient, account_id: str, password: str, **fields: str) -> Response:
        """Fill in the sign-in form and send it."""
        form = {"account_id": account_id, "password": password, "csrf": self.token(client, "/sign-in"), **fields}
        return client.post("/sign-in", data=form)

    @staticmethod
    def token(client: TestClient, path: str = "/") -> str:
        """Return the token of the forms on a page."""
        found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
        assert found is not None, f"no form on {path}"
        return found.group(1)


def _add_people(service: Service) -> tuple[dict[Role, str], tuple[str, str], str]:
    own, other = (agency.agency_code for agency in list_agencies(service.office)[:2])
    passwords = {role: f"correct-horse-{number}" for number, role in enumerate(Role)}
    with service.office.ledger.reading() as uow:
        known = {account.account_id for account in uow.accounts.list_all()}
    for role, password in passwords.items():
        if f"test-{role.value}" in known:
            continue  # A copy of a home whose people were added before.
        add_account(service.office, NewAccount(f"test-{role.value}", f"测试{role.label}", own, role, password))
    return passwords, (own, other), add_key(service.office, own, ("checks", "bulletins", "batches", "measures")).secret


def _open_world(service: Service, demo: DemoOutcome | None) -> World:
    worker = QueueWorker(service.office)
    app = create_app(service, worker)
    # Every test signs in from the same address; test_web_sign_in.py looks at the real limit.
    app.state.throttles = Throttles(sign_ins=Throttle("1000/minute"))
    return World(service, *_add_people(service), app=app, worker=worker, demo=demo)


@pytest.fixture(scope="session")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A service on its first day, to look at: nobody sends anything to it."""
    home = tmp_path_factory.mktemp("first") / "home"
    return _open_world(build_service(Settings(home=home), FixedClock(NOW)), None)


@pytest.fixture(scope="session")
def empty_world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A service that begins with nothing; tests send to it."""
    home = tmp_path_factory.mktemp("empty") / "home"
    return _open_world(build_service(Settings(home=home), FixedClock(NOW)), None)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, DemoOutcome]:
    """A home in which the demo was played."""
    settings = Settings(home=tmp_path_factory.mktemp("played") / "home")
    demo = play_demo(to_places(settings), lambda: build_service(settings).office, lambda _line: None)
    return settings, demo


@pytest.fixture(scope="session")
def world(played: tuple[Settings, DemoOutcome]) -> World:
    """A service in which the demo was played: batches, cases, one released bulletin."""
    settings, demo = played
    return _open_world(build_service(settings, FixedClock(NOW)), demo)


@pytest.fixture(scope="session")
def open_doors() -> Callable[[Service], World]:
    """Put the doors before a service of a test's own, with an account for each role."""
    return lambda service: _open_world(service, None)


class TickingClock:
    """A second passes between any two looks at it, so that what came later is known to be later."""

    def __init__(self) -> None:
        self._ticks = count()

    def now(self) -> datetime:
        return NOW + timedelta(seconds=next(self._ticks))


@pytest.fixture
def fresh_world(tmp_path: Path) -> World:
    """A service of one test's own, so that every batch in it is the test's; its key hands batches in."""
    service = build_service(Settings(home=tmp_path / "home"), TickingClock())
    agencies = {agency.short_name: agency.agency_code for agency in list_agencies(service.office)}
    sender, other = agencies["市场监管局"], agencies["税务局"]
    key = add_key(service.office, sender, ("batches",)).secret
    worker = QueueWorker(service.office)
    app = create_app(service, worker)
    app.state.throttles = Throttles(sign_ins=Throttle("1000/minute"))
    return World(service, {}, (sender, other), key, app, worker)


@pytest.fixture
def anonymous(world: World) -> TestClient:
    """A visitor of the played world."""
    return world.client(None)


@pytest.fixture
def samples() -> Path:
    """The committed sample batches."""
    return Path(__file__).resolve().parents[3] / "data" / "samples"
