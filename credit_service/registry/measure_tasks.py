"""Joint measures in the ledger: executing bodies, tasks, feedback, and what was reported that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.measure import (
    Feedback,
    FeedbackKind,
    MeasureBody,
    MeasureOwed,
    MeasureTask,
    MeasureUse,
    StrayReport,
    TaskState,
)
from credit_service.errors import LedgerConflict, TaskNotFound
from credit_service.registry.measure_tables import (
    MeasureBodyRow,
    MeasureFeedbackRow,
    MeasureStrayRow,
    MeasureTaskRow,
)
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import MeasureOwedRow, table_of

OWED = table_of(MeasureOwedRow)
BODY = table_of(MeasureBodyRow)
TASK = table_of(MeasureTaskRow)
FEEDBACK = table_of(MeasureFeedbackRow)
STRAY = table_of(MeasureStrayRow)


class MeasureBodies(Repository):
    """Which agency carries out which measure in this district."""

    def add(self, body: MeasureBody) -> None:
        """Name an executing body.

        Raises:
            IllegalTransition: It is named for this measure already.
        """
        self._run(sa.insert(BODY).values(**asdict(body)))

    def end(self, measure: str, agency_code: str, by: str, at: datetime) -> bool:
        """End that an agency carries out a measure; tasks asked before stay. Return whether it was named."""
        mine = (BODY.c.measure == measure) & (BODY.c.agency_code == agency_code) & BODY.c.ended_at.is_(None)
        return self._run(sa.update(BODY).where(mine).values(ended_by=by, ended_at=at)).rowcount > 0

    def list_all(self) -> list[MeasureBody]:
        """Return who is named now, by measure and agency."""
        statement = sa.select(BODY).where(BODY.c.ended_at.is_(None)).order_by(BODY.c.measure, BODY.c.agency_code)
        names = ("measure", "agency_code", "reason", "named_by", "named_at")
        return [MeasureBody(**{name: row[name] for name in names}) for row in self._all(statement)]

    def by_measure(self) -> dict[str, list[str]]:
        """Return the codes of the agencies named now, by measure."""
        found: dict[str, list[str]] = {}
        for body in self.list_all():
            found.setdefault(body.measure, []).append(body.agency_code)
        return found

    def has_any(self) -> bool:
        """Return whether anybody was ever named."""
        return self._first(sa.select(BODY.c.number)) is not None


class MeasureTasks(Repository):
    """Tasks with their feedback."""

    def add(self, tasks: Iterable[MeasureTask]) -> None:
        """Ask agencies.

        Raises:
            IllegalTransition: There is no running measure of this kind, or the agency is not its executing body.
            LedgerConflict: The task was asked already.
        """
        rows = [{**asdict(task), "state": task.state.value} for task in tasks]
        if rows:
            self._run(sa.insert(TASK), rows)

    def save(self, task: MeasureTask, said: Feedback, idempotency_key: str | None = None) -> None:
        """Write feedback and the task it moved; ``task`` is what `measures.apply_feedback` returned.

        Raises:
            LedgerConflict: Somebody else gave feedback first; nothing was written.
            DecisionError: It breaks a law of storage; the leaf says which.
        """
        before = task.version - 1
        held = self._run(sa.select(TASK.c.version).where(TASK.c.task_id == task.task_id)).scalar_one_or_none()
        if held != before:
            message = "这项措施刚刚由他人反馈，您看到的不是最新状态。"
            raise LedgerConflict(message, remedy="请刷新后查看最新状态，再决定是否反馈。", task_id=task.task_id)
        values = {**asdict(said), "kind": said.kind.value, "task_id": task.task_id, "seq": task.version}
        # The feedback first: the table lets a task move only by feedback that is already there.
        self._run(sa.insert(FEEDBACK).values(**values, idempotency_key=idempotency_key))
        changes = {"state": task.state.value, "statute": task.statute, "version": task.version}
        self._run(sa.update(TASK).where(TASK.c.task_id == task.task_id, TASK.c.version == before).values(**changes))

    def ask_lift(self, task: MeasureTask) -> None:
        """Write down that a task's measure is to be ended, as ``task`` says, by when.

        Raises:
            IllegalTransition: Its listing still holds.
        """
        mine = TASK.c.task_id == task.task_id
        asked = {"state": TaskState.LIFTING.value, "lift_asked_on": task.lift_asked_on}
        self._run(sa.update(TASK).where(mine, TASK.c.lift_asked_on.is_(None)).values(**asked))
        if task.lift_due_on is not None:
            unset = TASK.c.lift_due_on.is_(None)
            self._run(sa.update(TASK).where(mine, unset).values(lift_due_on=task.lift_due_on))

    def list_for_case(self, case_id: str) -> list[MeasureTask]:
        """Return the tasks of a case, lifted ones included, by measure, agency and round."""
        statement = sa.select(TASK).where(TASK.c.case_id == case_id)
        return [_to_task(row) for row in self._all(_ordered(statement))]

    def list_all(self) -> list[MeasureTask]:
        """Return every task."""
        return [_to_task(row) for row in self._all(_ordered(sa.select(TASK)))]

    def get_use(self, task_id: str) -> MeasureUse:
        """Return a task with its measure and feedback.

        Raises:
            TaskNotFound: There is none of this number.
        """
        row = self._first(sa.select(TASK).where(TASK.c.task_id == task_id))
        if row is None:
            message = f"没有编号为“{task_id}”的措施任务。"
            raise TaskNotFound(message, remedy="请从本单位“应执行的措施”中选择。")
        (use,) = self._to_uses([_to_task(row)])
        return use

    def find_named(self, agency_code: str, key: str) -> tuple[str, Feedback] | None:
        """Return (task id, feedback) an agency gave under a name of its own, or None."""
        mine = (FEEDBACK.c.agency_code == agency_code) & (FEEDBACK.c.idempotency_key == key)
        row = self._first(sa.select(FEEDBACK).where(mine))
        return None if row is None else (row["task_id"], _to_feedback(row))

    def list_uses(self, agency_code: str | None = None, case_id: str | None = None) -> list[MeasureUse]:
        """Return every task with its measure and feedback, of all agencies or of one.

        Of all agencies, measures for which nobody was asked are among them, without a task.
        """
        statement = sa.select(TASK)
        if agency_code is not None:
            statement = statement.where(TASK.c.agency_code == agency_code)
        if case_id is not None:
            statement = statement.where(TASK.c.case_id == case_id)
        uses = self._to_uses([_to_task(row) for row in self._all(_ordered(statement))])
        if agency_code is not None:
            return uses
        asked = sa.exists().where(TASK.c.case_id == OWED.c.case_id, TASK.c.measure == OWED.c.measure)
        unasked = sa.select(OWED).where(~asked)
        if case_id is not None:
            unasked = unasked.where(OWED.c.case_id == case_id)
        rows = self._all(unasked.order_by(OWED.c.case_id, OWED.c.measure))
        return [*uses, *(MeasureUse(MeasureOwed(**row)) for row in rows)]

    def _to_uses(self, tasks: Sequence[MeasureTask]) -> list[MeasureUse]:
        if not tasks:
            return []
        one = tasks[0].task_id if len(tasks) == 1 else None
        owed_of, said_of = sa.select(OWED), sa.select(FEEDBACK)
        if one is not None:
            owed_of = owed_of.where(OWED.c.case_id == tasks[0].case_id, OWED.c.measure == tasks[0].measure)
            said_of = said_of.where(FEEDBACK.c.task_id == one)
        else:
            agencies = {task.agency_code for task in tasks}
            if len(agencies) == 1:
                said_of = said_of.where(FEEDBACK.c.agency_code == tasks[0].agency_code)
        owed = {(row["case_id"], row["measure"]): MeasureOwed(**row) for row in self._all(owed_of)}
        said: dict[str, list[Feedback]] = {}
        for row in self._all(said_of.order_by(FEEDBACK.c.task_id, FEEDBACK.c.seq)):
            said.setdefault(row["task_id"], []).append(_to_feedback(row))
        return [MeasureUse(owed[task.case_id, task.measure], task, tuple(said.get(task.task_id, ()))) for task in tasks]


class MeasureStrays(Repository):
    """Measures reported although nobody may have asked for them."""

    def add(self, report: StrayReport) -> None:
        """Write a report down."""
        self._run(sa.insert(STRAY).values(**asdict(report)))

    def list_all(self, agency_code: str | None = None) -> list[StrayReport]:
        """Return every report, of all agencies or of one, oldest first."""
        statement = sa.select(STRAY).order_by(STRAY.c.number)
        if agency_code is not None:
            statement = statement.where(STRAY.c.agency_code == agency_code)
        return [
            StrayReport(**{name: value for name, value in row.items() if name != "number"})
            for row in self._all(statement)
        ]

    def has(self, report: StrayReport) -> bool:
        """Return whether the same was reported before: the same agency, measure, case and day."""
        return any(
            (one.measure, one.case_id, one.done_on) == (report.measure, report.case_id, report.done_on)
            for one in self.list_all(report.agency_code)
        )


def _ordered(statement: sa.Select[tuple[object, ...]]) -> sa.Select[tuple[object, ...]]:
    return statement.order_by(TASK.c.case_id, TASK.c.measure, TASK.c.agency_code, TASK.c.round)


def _to_task(row: RowMapping) -> MeasureTask:
    values: Values = {**row, "state": TaskState(row["state"])}
    return MeasureTask(**values)


def _to_feedback(row: RowMapping) -> Feedback:
    left_out = {"task_id", "seq", "idempotency_key"}
    values: Values = {name: value for name, value in row.items() if name not in left_out}
    return Feedback(**{**values, "kind": FeedbackKind(row["kind"])})
