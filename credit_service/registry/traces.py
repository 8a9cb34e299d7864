"""What stays for ever: receipts of assessments, the access log, and the audit chain.

Nothing here can be altered or deleted; the tables' triggers refuse it. Rows hold ids, codes and counts, never a name or
an identifier of a person.

Source: 深圳经济特区社会信用条例 (query log kept at least five years); 个人信息保护法 Art. 51.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.query import LookUp
from credit_service.registry.repository import Repository
from credit_service.registry.tables import AssessmentRunRow, AuditRow, LookUpRow, table_of

RUN = table_of(AssessmentRunRow)
LOOK_UP = table_of(LookUpRow)
AUDIT = table_of(AuditRow)
PORTION = 1_000
"""Rows written with one statement."""


@dataclass(frozen=True)
class RunReceipt:
    """What makes an assessment repeatable, and its result comparable.

    As of which day, on what was known when, by which rules and SQL, over which facts, with which result. Receipts
    written before adoptions were recorded have no adoption and no digests.
    """

    run_id: str
    as_of: date
    known_at: datetime
    rulebook: str
    """Hash of the rule versions in force on the day."""
    sql_hash: str
    """SHA-256 of the compiled text as stored with the adoption."""
    counts: Mapping[str, int] = field(default_factory=dict)
    adoption: int | None = None
    """Number of the adoption the rules were in force by."""
    schema_hash: str | None = None
    """SHA-256 of the schema of the warehouse the SQL ran on."""
    compiler: str | None = None
    facts_digest: str | None = None
    """Digest of what was known: batches, withdrawals and links up to ``known_at``."""
    result_digest: str | None = None
    """Digest of every row the run stored."""


class Runs(Repository):
    """Receipts of assessments."""

    def add(self, receipt: RunReceipt) -> None:
        """Keep a receipt; the same run on the same state, done again, is the same receipt.

        Raises:
            LedgerConflict: Another run has this id.
        """
        if self.find(receipt.run_id) == receipt:
            return
        self._run(sa.insert(RUN).values(**asdict(receipt)))

    def find(self, run_id: str) -> RunReceipt | None:
        """Return a receipt, or None."""
        row = self._first(sa.select(RUN).where(RUN.c.run_id == run_id))
        return None if row is None else _to_receipt(row)

    def find_newest_known(self) -> datetime | None:
        """Return the latest instant any assessment has known, or None: what it knew must not change afterwards."""
        row = self._first(sa.select(RUN.c.known_at).order_by(RUN.c.known_at.desc()))
        return None if row is None else row["known_at"]

    def list_all(self) -> list[RunReceipt]:
        """Return every receipt, oldest first."""
        return [_to_receipt(row) for row in self._all(sa.select(RUN).order_by(RUN.c.seq))]


def _to_receipt(row: RowMapping) -> RunReceipt:
    return RunReceipt(**{name: value for name, value in row.items() if name != "seq"})


class LookUps(Repository):
    """The access log; it has no way to delete."""

    def append(self, look_up: LookUp) -> None:
        """Write down who asked about whom."""
        self._run(sa.insert(LOOK_UP).values(**asdict(look_up)))

    def append_all(self, look_ups: Iterable[LookUp]) -> None:
        """Write down many at once, in order."""
        rows = [asdict(look_up) for look_up in look_ups]
        for start in range(0, len(rows), PORTION):
            self._run(sa.insert(LOOK_UP), rows[start : start + PORTION])

    def list_for_subject(self, subject_id: str, limit: int = 200) -> list[LookUp]:
        """Return who asked about a subject, newest first."""
        statement = sa.select(LOOK_UP).where(LOOK_UP.c.subject_id == subject_id)
        rows = self._all(statement.order_by(LOOK_UP.c.seq.desc()).limit(limit))
        return [LookUp(**{name: value for name, value in row.items() if name != "seq"}) for row in rows]

    def list_askers(self, subject_ids: Iterable[str], since: datetime) -> list[str]:
        """Return the codes of the agencies that asked about one of these subjects since an instant, sorted."""
        statement = sa.select(LOOK_UP.c.agency_code).where(
            LOOK_UP.c.subject_id.in_(sorted(set(subject_ids))), LOOK_UP.c.at >= since
        )
        return sorted(self._run(statement.distinct()).scalars())

    def count(self) -> int:
        """Return how many look-ups are logged."""
        return int(self._run(sa.select(sa.func.count()).select_from(LOOK_UP)).scalar_one())


@dataclass(frozen=True)
class AuditEntry:
    """One link of the audit chain."""

    seq: int
    at: datetime
    actor_id: str
    action: str
    object_id: str
    detail: Mapping[str, object]
    prev_hash: str
    hash: str


@dataclass(frozen=True)
class AuditCheck:
    """Whether the chain is whole."""

    entries: int
    head: str
    """Hash of the last link; kept elsewhere, it also shows a chain cut short."""
    broken_at: int | None
    """Number of the first link that does not fit, or None."""


class Audit(Repository):
    """The audit chain: each link holds the hash of the one before it."""

    def append(
        self, actor_id: str, action: str, object_id: str, at: datetime, detail: Mapping[str, object]
    ) -> AuditEntry:
        """Add a link. Writers are let in one by one, so the chain has one end.

        Args:
            actor_id: The account, key or part of the service that acts.
            action: What was done, as ``noun.verb``.
            object_id: To what.
            at: When.
            detail: Named facts; never a person's name or identifier.
        """
        last = self._first(sa.select(AUDIT.c.seq, AUDIT.c.hash).order_by(AUDIT.c.seq.desc()))
        seq, prev_hash = (1, "") if last is None else (last["seq"] + 1, last["hash"])
        text = json.dumps(detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        digest = _link_hash(prev_hash, seq, at, (actor_id, action, object_id, text))
        self._run(
            sa.insert(AUDIT).values(
                seq=seq,
                at=at,
                actor_id=actor_id,
                action=action,
                object_id=object_id,
                detail=text,
                prev_hash=prev_hash,
                hash=digest,
            )
        )
        return AuditEntry(seq, at, actor_id, action, object_id, json.loads(text), prev_hash, digest)

    def verify(self, anchor: tuple[int, str] | None = None) -> AuditCheck:
        """Return whether every link fits the one before it and its own contents.

        Args:
            anchor: (number, hash) of a link noted earlier; a chain that no longer has it is broken there.
        """
        seq, prev_hash = 0, ""
        for row in self._run(sa.select(AUDIT).order_by(AUDIT.c.seq)).mappings():
            seq += 1
            texts = (row["actor_id"], row["action"], row["object_id"], row["detail"])
            fits = row["seq"] == seq and row["prev_hash"] == prev_hash
            if not fits or row["hash"] != _link_hash(prev_hash, seq, row["at"], texts):
                return AuditCheck(seq, prev_hash, seq)
            prev_hash = row["hash"]
            if anchor is not None and anchor[0] == seq and anchor[1] != prev_hash:
                return AuditCheck(seq, prev_hash, seq)
        cut_short = anchor is not None and anchor[0] > seq
        return AuditCheck(seq, prev_hash, seq + 1 if cut_short else None)

    def find_done(self, action: str, object_id: str) -> AuditEntry | None:
        """Return the newest link that says something was done to an object, or None."""
        statement = sa.select(AUDIT).where(AUDIT.c.object_id == object_id, AUDIT.c.action == action)
        row = self._first(statement.order_by(AUDIT.c.seq.desc()))
        return None if row is None else AuditEntry(**{**row, "detail": json.loads(row["detail"])})

    def list_done(self, action: str) -> list[AuditEntry]:
        """Return every link that says a thing of this kind was done, newest first."""
        statement = sa.select(AUDIT).where(AUDIT.c.action == action).order_by(AUDIT.c.seq.desc())
        return [AuditEntry(**{**row, "detail": json.loads(row["detail"])}) for row in self._all(statement)]

    def list_newest(self, limit: int = 100, object_id: str | None = None) -> list[AuditEntry]:
        """Return the newest links, of everything or of one object."""
        statement = sa.select(AUDIT).order_by(AUDIT.c.seq.desc()).limit(limit)
        if object_id is not None:
            statement = statement.where(AUDIT.c.object_id == object_id)
        return [AuditEntry(**{**row, "detail": json.loads(row["detail"])}) for row in self._all(statement)]


def _link_hash(prev_hash: str, seq: int, at: datetime, texts: tuple[str, str, str, str]) -> str:
    # A list in JSON, so that no value can run into the next.
    link = [prev_hash, seq, at.astimezone(UTC).isoformat(timespec="microseconds"), *texts]
    return sha256(json.dumps(link, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
