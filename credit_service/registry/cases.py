"""Cases and their acts: written together, read as domain classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.listing import Act, ActKind, Case, CaseFilter, CaseState
from credit_service.domain.score import ListKind
from credit_service.domain.subject import SubjectKind
from credit_service.errors import CaseNotFound, LedgerConflict
from credit_service.registry.procedure_tables import ActExhibitRow
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import ActRow, CaseRow, table_of

CASE = table_of(CaseRow)
ACT = table_of(ActRow)
ACT_EXHIBIT = table_of(ActExhibitRow)
CLOSED = (CaseState.DECLINED.value, CaseState.ENDED.value)
STANDING = (CaseState.DECISION_SERVED.value, CaseState.PUBLISHED.value)
ENGINE = "engine"
"""Who proposes."""
_PORTION = 500


class Cases(Repository):
    """Candidates and listings."""

    def add(self, case: Case, at: datetime) -> None:
        """Add a proposed case with its first act; see `add_all`."""
        self.add_all([case], at)

    def add_all(self, cases: Sequence[Case], at: datetime) -> None:
        """Add proposed cases, each with its first act; all or none.

        Raises:
            LedgerConflict: A case, or an open one of the same list, type and category, exists.
            IllegalTransition: One is not in state ``proposed``.
            MinorProtected: A subject is a minor.
            ConsentMissing: One is a person for the red list without consent.
        """
        if not cases:
            return
        self._run(sa.insert(CASE), [_to_values(case) for case in cases])
        self._run(sa.insert(ACT), [_to_act_values(case.case_id, 0, _to_proposal(case, at)) for case in cases])

    def save(self, case: Case, act: Act) -> None:
        """Write a moved case and the act that moved it; ``case`` is what `listing.apply_act` returned.

        Raises:
            LedgerConflict: Somebody else moved the case first; nothing was written.
            DecisionError: The case breaks a law of storage; the leaf says which.
        """
        before = case.version - 1
        held = self._run(sa.select(CASE.c.version).where(CASE.c.case_id == case.case_id)).scalar_one_or_none()
        if held is None:
            self.get(case.case_id)
        if held != before:
            message = f"案件{case.case_id}刚刚由他人办理，您看到的不是最新状态。"
            raise LedgerConflict(message, remedy="请刷新后查看最新状态，再决定是否办理。", case_id=case.case_id)
        # The act first: the table lets a case move only by an act that is already there.
        self._run(sa.insert(ACT).values(**_to_act_values(case.case_id, case.version, act)))
        attached = [{"case_id": case.case_id, "seq": case.version, "sha256": digest} for digest in act.exhibits]
        if attached:
            self._run(sa.insert(ACT_EXHIBIT), attached)
        statement = sa.update(CASE).where(CASE.c.case_id == case.case_id, CASE.c.version == before)
        self._run(statement.values(**_to_values(case)))

    def get(self, case_id: str) -> Case:
        """Return a case.

        Raises:
            CaseNotFound: There is none of this number.
        """
        case = self.find(case_id)
        if case is None:
            message = f"没有编号为“{case_id}”的案件。"
            raise CaseNotFound(message, remedy="请从案件列表中选择。", case_id=case_id)
        return case

    def find(self, case_id: str) -> Case | None:
        """Return a case, or None."""
        return next(iter(self._cases(sa.select(CASE).where(CASE.c.case_id == case_id))), None)

    def list_open(self) -> list[Case]:
        """Return every case that is neither declined nor ended, by id."""
        return self._cases(sa.select(CASE).where(CASE.c.state.not_in(CLOSED)).order_by(CASE.c.case_id))

    def list_all(self) -> list[Case]:
        """Return every case, closed ones included, by number."""
        return self._cases(sa.select(CASE).order_by(CASE.c.case_id))

    def list_resting_on(self, record_ids: Iterable[str]) -> list[str]:
        """Return the ids of open cases that rest on one of these records."""
        wanted = frozenset(record_ids)
        return [case.case_id for case in self.list_open() if wanted.intersection(case.record_ids)]

    def list_by_ids(self, case_ids: Iterable[str]) -> list[Case]:
        """Return the cases of these numbers, by number."""
        wanted = sorted(set(case_ids))
        portions = [wanted[start : start + _PORTION] for start in range(0, len(wanted), _PORTION)]
        return [case for ids in portions for case in self._cases(sa.select(CASE).where(CASE.c.case_id.in_(ids)))]

    def list_about(self, subject_ids: Iterable[str]) -> list[Case]:
        """Return every case about these subjects, closed ones included: what `listing.propose_cases` must know."""
        wanted = sorted(set(subject_ids))
        portions = [wanted[start : start + _PORTION] for start in range(0, len(wanted), _PORTION)]
        return [case for ids in portions for case in self._cases(sa.select(CASE).where(CASE.c.subject_id.in_(ids)))]

    def list_standing(self) -> list[Case]:
        """Return every case whose decision was served and that has not ended, by id; some may be past their term."""
        return self._cases(sa.select(CASE).where(CASE.c.state.in_(STANDING)).order_by(CASE.c.case_id))

    def list_effective(self, day: date) -> list[Case]:
        """Return the listings that hold on a day (`domain.listing.is_effective`), by id."""
        statement = sa.select(CASE).where(
            CASE.c.state.in_(STANDING),
            CASE.c.decision_served_on <= day,
            CASE.c.suspended_on.is_(None) | (CASE.c.suspended_on > day),
            sa.or_(CASE.c.max_until_on.is_(None), CASE.c.max_until_on >= day),
        )
        return self._cases(statement.order_by(CASE.c.case_id))

    def list_over(self, day: date) -> list[str]:
        """Return the numbers of listings that were in force and are not on a day: ended, run out or suspended."""
        statement = sa.select(CASE.c.case_id).where(
            CASE.c.decision_served_on.is_not(None),
            CASE.c.state.not_in(STANDING) | (CASE.c.suspended_on <= day) | (CASE.c.max_until_on < day),
        )
        return [row["case_id"] for row in self._all(statement.order_by(CASE.c.case_id))]

    def list_by_subject(self, subject_id: str) -> list[Case]:
        """Return every case about a subject, oldest first."""
        statement = sa.select(CASE).where(CASE.c.subject_id == subject_id)
        return self._cases(statement.order_by(CASE.c.proposed_on, CASE.c.case_id))

    def list_by_code(self, identifier_code: str) -> list[Case]:
        """Return every case about the organisation with this public code, oldest first."""
        statement = sa.select(CASE).where(CASE.c.identifier_code == identifier_code)
        return self._cases(statement.order_by(CASE.c.proposed_on, CASE.c.case_id))

    def list_left(self, from_on: date, until_on: date) -> list[Case]:
        """Return the once published cases that ended in a period (both days inclusive), by day."""
        statement = sa.select(CASE).where(
            CASE.c.state == CaseState.ENDED.value,
            CASE.c.published_on.is_not(None),
            CASE.c.ended_on.between(from_on, until_on),
        )
        return self._cases(statement.order_by(CASE.c.ended_on, CASE.c.case_id))

    def list_filtered(self, wanted: CaseFilter, limit: int = 200, offset: int = 0) -> list[Case]:
        """Return one page of cases, newest proposals first."""
        statement = sa.select(CASE).order_by(CASE.c.proposed_on.desc(), CASE.c.case_id).limit(limit).offset(offset)
        conditions = (
            (wanted.list_kind, CASE.c.list_kind == wanted.list_kind),
            (wanted.state, CASE.c.state == wanted.state),
            (wanted.category is not None, CASE.c.category == wanted.category),
            (wanted.reviewer_id, CASE.c.reviewer_id == wanted.reviewer_id),
            (wanted.is_contested, CASE.c.marked_on.is_not(None) & CASE.c.state.not_in(CLOSED)),
            (wanted.is_suspended, CASE.c.suspended_on.is_not(None) & CASE.c.state.not_in(CLOSED)),
            (
                wanted.text,
                sa.or_(
                    CASE.c.subject_name.contains(wanted.text, autoescape=True),
                    CASE.c.identifier_code == wanted.text.upper(),
                    CASE.c.case_id == wanted.text.upper(),
                    CASE.c.authority_name.contains(wanted.text, autoescape=True),
                ),
            ),
        )
        return self._cases(statement.where(*(condition for asked, condition in conditions if asked)))

    def search_published(self, text: str, limit: int) -> list[Case]:
        """Return published cases of organisations whose name contains the text or whose code equals it.

        Natural persons are never found by name.
        """
        statement = sa.select(CASE).where(
            CASE.c.state == CaseState.PUBLISHED.value,
            CASE.c.subject_kind != SubjectKind.PERSON.value,
            CASE.c.list_kind != ListKind.WATCH.value,
            sa.or_(CASE.c.subject_name.contains(text, autoescape=True), CASE.c.identifier_code == text.strip().upper()),
        )
        return self._cases(statement.order_by(CASE.c.subject_name, CASE.c.case_id).limit(limit))

    def count_by_state(self) -> dict[tuple[ListKind, CaseState], int]:
        """Return how many cases stand in each state of each list."""
        statement = sa.select(CASE.c.list_kind, CASE.c.state, sa.func.count().label("cases"))
        rows = self._all(statement.group_by(CASE.c.list_kind, CASE.c.state))
        return {(ListKind(row["list_kind"]), CaseState(row["state"])): row["cases"] for row in rows}

    def _cases(self, statement: sa.Select[tuple[object, ...]]) -> list[Case]:
        return [_to_case(row) for row in self._all(statement)]


class Acts(Repository):
    """What was done to cases; only `Cases` writes."""

    def list_for_case(self, case_id: str) -> list[Act]:
        """Return the acts on a case, in order."""
        exhibits: dict[int, tuple[str, ...]] = {}
        attached = sa.select(ACT_EXHIBIT.c.seq, ACT_EXHIBIT.c.sha256).where(ACT_EXHIBIT.c.case_id == case_id)
        for row in self._all(attached.order_by(ACT_EXHIBIT.c.seq, ACT_EXHIBIT.c.sha256)):
            exhibits[row["seq"]] = (*exhibits.get(row["seq"], ()), row["sha256"])
        rows = self._all(sa.select(ACT).where(ACT.c.case_id == case_id).order_by(ACT.c.seq))
        return [_to_act(row, exhibits.get(row["seq"], ())) for row in rows]

    def list_for_open(self) -> dict[str, list[Act]]:
        """Return the acts on every open case, by case and in order, without their evidence."""
        open_cases = sa.select(CASE.c.case_id).where(CASE.c.state.not_in(CLOSED))
        return self._by_case(sa.select(ACT).where(ACT.c.case_id.in_(open_cases)))

    def list_by_case(self) -> dict[str, list[Act]]:
        """Return every act on every case, by case and in order, without their evidence."""
        return self._by_case(sa.select(ACT))

    def list_in_period(self, from_on: date, until_on: date) -> dict[str, list[Act]]:
        """Return every act on each case that had one in a period (both days inclusive), without their evidence."""
        moved = sa.select(ACT.c.case_id).where(ACT.c.done_on.between(from_on, until_on))
        return self._by_case(sa.select(ACT).where(ACT.c.case_id.in_(moved)))

    def _by_case(self, statement: sa.Select[Any]) -> dict[str, list[Act]]:
        found: dict[str, list[Act]] = {}
        for row in self._all(statement.order_by(ACT.c.case_id, ACT.c.seq)):
            found.setdefault(row["case_id"], []).append(_to_act(row, ()))
        return found


def _to_proposal(case: Case, at: datetime) -> Act:
    return Act(
        ActKind.PROPOSE,
        ENGINE,
        case.proposed_on,
        at,
        document_no=case.run_id,
        reason=case.fact,
        rulebook=case.rulebook,
    )


def _to_values(case: Case) -> Values:
    return asdict(case) | {
        "subject_kind": case.subject_kind.value,
        "list_kind": case.list_kind.value,
        "state": case.state.value,
        "record_ids": list(case.record_ids),
    }


def _to_case(row: RowMapping) -> Case:
    return Case(
        **{
            **row,
            "subject_kind": SubjectKind(row["subject_kind"]),
            "list_kind": ListKind(row["list_kind"]),
            "state": CaseState(row["state"]),
            "record_ids": tuple(row["record_ids"]),
        }
    )


def _to_act_values(case_id: str, seq: int, act: Act) -> Values:
    return {
        "case_id": case_id,
        "seq": seq,
        "kind": act.kind.value,
        "actor_id": act.actor_id,
        "done_on": act.on,
        "recorded_at": act.at,
        "document_no": act.document_no,
        "reason": act.reason,
        "evidence": act.evidence,
        "ground": act.ground,
        "agency_code": act.agency_code,
        "for_id": act.for_id,
        "rulebook": act.rulebook,
    }


def _to_act(row: RowMapping, exhibits: tuple[str, ...]) -> Act:
    return Act(
        kind=ActKind(row["kind"]),
        actor_id=row["actor_id"],
        on=row["done_on"],
        at=row["recorded_at"],
        document_no=row["document_no"],
        reason=row["reason"],
        evidence=row["evidence"],
        ground=row["ground"],
        agency_code=row["agency_code"],
        for_id=row["for_id"],
        rulebook=row["rulebook"],
        exhibits=exhibits,
    )
