"""Judgements about who a subject is: links, subjects of their own, and the register of namesakes.

Judgements are ended, never altered or deleted; what may be linked to what is held once more by the table's constraints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.resolution import Judgement, Verdict
from credit_service.domain.subject import SubjectLink
from credit_service.errors import SubjectNotFound
from credit_service.registry.repository import Repository
from credit_service.registry.tables import SubjectJudgementRow, table_of

JUDGEMENT = table_of(SubjectJudgementRow)
_RUNNING = JUDGEMENT.c.undone_at.is_(None)
_SAME = JUDGEMENT.c.verdict == Verdict.SAME.value
_NOT_SAME = JUDGEMENT.c.verdict == Verdict.NOT_SAME.value
PORTION = 500


class Resolutions(Repository):
    """Judgements, in the order they were made."""

    def add(self, judgement: Judgement) -> Judgement:
        """Write down a judgement; return it with its number.

        Raises:
            IllegalTransition: It would link what may not be linked, or contradicts one that still holds.
        """
        values = asdict(judgement) | {"verdict": judgement.verdict.value}
        del values["number"]
        done = self._run(sa.insert(JUDGEMENT).values(**values).returning(JUDGEMENT.c.number))
        return replace(judgement, number=int(done.scalar_one()))

    def get(self, number: int) -> Judgement:
        """Return a judgement.

        Raises:
            SubjectNotFound: There is none of this number.
        """
        row = self._first(sa.select(JUDGEMENT).where(JUDGEMENT.c.number == number))
        if row is None:
            message = f"没有编号为{number}的主体判断。"
            raise SubjectNotFound(message, remedy="请从主体归并的办理经过中选择。")
        return _to_judgement(row)

    def undo(self, number: int, by: str, at: datetime, reason: str) -> Judgement:
        """End a judgement from an instant on.

        Raises:
            SubjectNotFound: There is none of this number.
            IllegalTransition: It has been ended before.
        """
        ended = sa.update(JUDGEMENT).where(JUDGEMENT.c.number == number)
        self._run(ended.values(undone_by=by, undone_at=at, undo_reason=reason))
        return self.get(number)

    def list_about(self, subject_id: str) -> list[Judgement]:
        """Return every judgement that names a subject on either side, newest first."""
        return self._list(sa.or_(JUDGEMENT.c.from_subject_id == subject_id, JUDGEMENT.c.to_subject_id == subject_id))

    def list_newest(self, limit: int) -> list[Judgement]:
        """Return the newest judgements."""
        return self._list(sa.true(), limit)

    def list_running(self) -> list[Judgement]:
        """Return every judgement that holds, newest first."""
        return self._list(_RUNNING)

    def list_links(self) -> list[SubjectLink]:
        """Return every link that ever held, oldest first."""
        rows = self._all(sa.select(JUDGEMENT).where(_SAME).order_by(JUDGEMENT.c.number))
        return [
            SubjectLink(row["from_subject_id"], row["to_subject_id"], row["judged_at"], row["undone_at"])
            for row in rows
        ]

    def find_end(self, subject_id: str) -> str:
        """Return whom a subject is by the link that holds; itself where there is none."""
        ends = sa.select(JUDGEMENT.c.to_subject_id).where(_RUNNING, _SAME, JUDGEMENT.c.from_subject_id == subject_id)
        row = self._first(ends)
        return subject_id if row is None else str(row["to_subject_id"])

    def list_members(self, end: str) -> list[str]:
        """Return the subjects linked to one now, in order, without itself."""
        members = sa.select(JUDGEMENT.c.from_subject_id).where(_RUNNING, _SAME, JUDGEMENT.c.to_subject_id == end)
        return [row["from_subject_id"] for row in self._all(members.order_by(JUDGEMENT.c.from_subject_id))]

    def list_namesakes(self, subject_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return, for each subject, those the register says it is not; subjects without any are left out."""
        found: dict[str, set[str]] = {}
        wanted = sorted(set(subject_ids))
        for start in range(0, len(wanted), PORTION):
            portion = wanted[start : start + PORTION]
            either = sa.or_(JUDGEMENT.c.from_subject_id.in_(portion), JUDGEMENT.c.to_subject_id.in_(portion))
            for row in self._all(sa.select(JUDGEMENT).where(_RUNNING, _NOT_SAME, either)):
                one, other = row["from_subject_id"], row["to_subject_id"]
                found.setdefault(one, set()).add(other)
                found.setdefault(other, set()).add(one)
        return {subject_id: frozenset(found[subject_id]) for subject_id in wanted if subject_id in found}

    def _list(self, condition: sa.ColumnElement[bool], limit: int | None = None) -> list[Judgement]:
        statement = sa.select(JUDGEMENT).where(condition).order_by(JUDGEMENT.c.number.desc()).limit(limit)
        return [_to_judgement(row) for row in self._all(statement)]


def _to_judgement(row: RowMapping) -> Judgement:
    return Judgement(**{**row, "verdict": Verdict(row["verdict"])})
