"""Clerks at their browsers for tests of the department's pages: two of one agency, one of another, one reviewer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from credit_service.domain.agency import Role
from credit_service.pipeline.accounts import NewAccount, add_account
from tests.integration.batch_desk import HEADERS, OFFICE, Honour

if TYPE_CHECKING:
    from httpx2 import Response
    from starlette.testclient import TestClient

    from tests.functional.web.conftest import World

PHRASE = "a-long-enough-phrase"
MOSTLY_WRONG = tuple(Honour(n, day="去年" if n % 4 else "2026-08-01") for n in range(1, 41))
"""So many faulty rows that the batch waits for a second person."""


def to_csv(honours: Sequence[Honour]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([HEADERS, *(honour.cells() for honour in honours)])
    return text.getvalue().encode("utf-8")


def to_text(answer: Response) -> str:
    """Return what a reader sees of a page."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", "<" + main)))


@dataclass
class Clerks:
    """Who acts; each has a browser."""

    world: World
    browsers: dict[str, TestClient] = field(default_factory=dict)

    def sign_in(self, name: str, agency_code: str = OFFICE, role: Role = Role.SUBMITTER) -> TestClient:
        """Return the browser of a person, who gets an account at the first call."""
        if name not in self.browsers:
            add_account(self.world.service.office, NewAccount(name, name, agency_code, role, PHRASE))
            self.browsers[name] = self.world.new_client()
            assert self.world.sign_in(self.browsers[name], name, PHRASE).status_code == 303
        return self.browsers[name]

    @property
    def clerk(self) -> TestClient:
        return self.sign_in("clerk")

    @property
    def second(self) -> TestClient:
        return self.sign_in("second")

    @property
    def foreign(self) -> TestClient:
        return self.sign_in("foreign", self.world.agencies[1])

    def send(self, content: bytes, name: str = "荣誉.csv", **fields: str) -> str:
        """Upload a file, let the worker check it, and return the address of its batch."""
        answer = self.post(self.clerk, "/department/batches", fields, files={"file": (name, content)})
        assert answer.status_code == 303, to_text(answer)
        self.world.drain()
        return answer.headers["location"].partition("?")[0]

    def post(self, client: TestClient, path: str, fields: dict[str, str] | None = None, **more: object) -> Response:
        """Send a form with the sign-in's token."""
        return client.post(path, data={"csrf": self.world.token(client), **(fields or {})}, **more)

    def holding(self) -> list[str]:
        """Return the document numbers of all records that hold."""
        with self.world.service.office.warehouse.open() as session:
            return session.run_query("SELECT document_no FROM current_records ORDER BY ALL")["document_no"].to_list()

    def batches(self) -> list[str]:
        """Return the status of every batch, newest first."""
        with self.world.service.office.ledger.reading() as uow:
            return [batch.status.value for batch in uow.batches.list_newest(None, 99)]
