"""Sign-ins of people, sign-ins half done, and refused ones: rows to domain classes and back.

Tokens are known here by their SHA-256 only. What is over is taken away whenever something is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.sign_in import SignInMethod, Visitor, WebSession
from credit_service.registry.repository import Repository
from credit_service.registry.sign_in_tables import SignInFailureRow, SignInStepRow, WebSessionRow
from credit_service.registry.tables import table_of

WEB_SESSION = table_of(WebSessionRow)
SIGN_IN_FAILURE = table_of(SignInFailureRow)
SIGN_IN_STEP = table_of(SignInStepRow)
FAILURES_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class SignInStep:
    """A sign-in half done: ``kind`` says what is waited for, ``detail`` what must come with it."""

    token_hash: str
    kind: str
    account_id: str | None
    detail: str
    created_at: datetime
    expires_at: datetime


class WebSessions(Repository):
    """Sign-ins of people."""

    def add(self, session: WebSession) -> None:
        """Open a sign-in; those that have run out are taken away."""
        self._run(sa.delete(WEB_SESSION).where(WEB_SESSION.c.expires_at <= session.created_at))
        self._run(
            sa.insert(WEB_SESSION).values(
                token_hash=session.token_hash,
                session_id=session.session_id,
                account_id=session.account_id,
                csrf=session.csrf,
                created_at=session.created_at,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
                method=session.method.value,
                address=session.visitor.address,
                client=session.visitor.client,
            )
        )

    def find(self, token_hash: str) -> WebSession | None:
        """Return a sign-in, those that are over included, or None."""
        row = self._first(sa.select(WEB_SESSION).where(WEB_SESSION.c.token_hash == token_hash))
        return None if row is None else _to_session(row)

    def list_of(self, account_id: str) -> list[WebSession]:
        """Return every sign-in of an account, newest first, those that are over included."""
        statement = sa.select(WEB_SESSION).where(WEB_SESSION.c.account_id == account_id)
        return [_to_session(row) for row in self._all(statement.order_by(WEB_SESSION.c.created_at.desc()))]

    def touch(self, token_hash: str, at: datetime) -> None:
        """Note that a sign-in is in use."""
        self._run(sa.update(WEB_SESSION).where(WEB_SESSION.c.token_hash == token_hash).values(seen_at=at))

    def end(self, token_hash: str) -> None:
        """End a sign-in."""
        self._run(sa.delete(WEB_SESSION).where(WEB_SESSION.c.token_hash == token_hash))

    def end_of(self, account_id: str, keep: str | None = None) -> int:
        """End every sign-in of an account, but for the one with this token's hash; return how many."""
        theirs = WEB_SESSION.c.account_id == account_id
        kept = sa.true() if keep is None else WEB_SESSION.c.token_hash != keep
        self._run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.account_id == account_id))
        return int(self._run(sa.delete(WEB_SESSION).where(theirs, kept)).rowcount)


class SignInSteps(Repository):
    """Sign-ins half done."""

    def add(self, step: SignInStep) -> None:
        """Keep one; those that have run out are taken away."""
        self._run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.expires_at <= step.created_at))
        self._run(sa.insert(SIGN_IN_STEP).values(**step.__dict__))

    def find(self, token_hash: str, kind: str, now: datetime) -> SignInStep | None:
        """Return one that has not run out, or None."""
        row = self._first(
            sa.select(SIGN_IN_STEP).where(
                SIGN_IN_STEP.c.token_hash == token_hash, SIGN_IN_STEP.c.kind == kind, SIGN_IN_STEP.c.expires_at > now
            )
        )
        return None if row is None else SignInStep(**row)

    def note(self, step: SignInStep, detail: str) -> SignInStep:
        """Change what must come with a step, such as the count of tries."""
        self._run(sa.update(SIGN_IN_STEP).where(SIGN_IN_STEP.c.token_hash == step.token_hash).values(detail=detail))
        return replace(step, detail=detail)

    def end(self, token_hash: str) -> bool:
        """Take a step away; return whether it was there, so that of two that use it only one goes on."""
        return self._run(sa.delete(SIGN_IN_STEP).where(SIGN_IN_STEP.c.token_hash == token_hash)).rowcount == 1


class SignInFailures(Repository):
    """Refused sign-ins, by name and by address."""

    def add(self, account_id: str, address: str, at: datetime) -> None:
        """Count a refused sign-in; refusals older than a day are forgotten."""
        self._run(sa.delete(SIGN_IN_FAILURE).where(SIGN_IN_FAILURE.c.at < at - FAILURES_KEPT))
        values = {"name_hash": _name_hash(account_id), "at": at, "address": address or None}
        self._run(sa.insert(SIGN_IN_FAILURE).values(**values))

    def list_of(self, account_id: str, since: datetime) -> list[datetime]:
        """Return when a name was refused since an instant, oldest first."""
        named = SIGN_IN_FAILURE.c.name_hash == _name_hash(account_id)
        statement = sa.select(SIGN_IN_FAILURE.c.at).where(named, SIGN_IN_FAILURE.c.at >= since)
        return [row["at"] for row in self._all(statement.order_by(SIGN_IN_FAILURE.c.at))]

    def count_from(self, address: str, since: datetime) -> int:
        """Return how often sign-ins from an address were refused since an instant."""
        refused = (SIGN_IN_FAILURE.c.address == address, SIGN_IN_FAILURE.c.at >= since)
        return int(self._run(sa.select(sa.func.count()).select_from(SIGN_IN_FAILURE).where(*refused)).scalar_one())

    def forgive(self, account_id: str) -> int:
        """Forget the refusals of a name, after it got in or was unlocked; return how many."""
        named = SIGN_IN_FAILURE.c.name_hash == _name_hash(account_id)
        return int(self._run(sa.delete(SIGN_IN_FAILURE).where(named)).rowcount)


def _name_hash(account_id: str) -> str:
    return sha256(account_id.encode()).hexdigest()


def _to_session(row: RowMapping) -> WebSession:
    visitor = Visitor(row["address"], row["client"])
    plain = {name: value for name, value in row.items() if name not in {"address", "client"}}
    return WebSession(**plain | {"method": SignInMethod(row["method"]), "visitor": visitor})
