"""Objections, their acts and marks: written together, read as domain classes.

What objectors wrote of themselves goes in and out through the vault here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from credit_service.domain.objection import (
    OPEN_STATES,
    Channel,
    ListingOutcome,
    Objection,
    ObjectionAct,
    ObjectionActKind,
    ObjectionMark,
    ObjectionState,
    ObjectionTarget,
    ObjectorKind,
    ObjectorWords,
    RecordRemedy,
)
from credit_service.domain.subject import SubjectKind
from credit_service.errors import KeyMissing, LedgerConflict, ObjectionNotFound
from credit_service.registry.keys import Keys
from credit_service.registry.objection_tables import (
    ObjectionActRow,
    ObjectionExhibitRow,
    ObjectionMarkRow,
    ObjectionNoteRow,
    ObjectionRow,
    ObjectorRow,
)
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import table_of
from credit_service.registry.vault import Vault

OBJECTION = table_of(ObjectionRow)
ACT = table_of(ObjectionActRow)
MARK = table_of(ObjectionMarkRow)
EXHIBIT = table_of(ObjectionExhibitRow)
OBJECTOR = table_of(ObjectorRow)
NOTE = table_of(ObjectionNoteRow)
_OPEN = tuple(state.value for state in OPEN_STATES)
_PORTION = 500


class Objections(Repository):
    """Objections."""

    def __init__(self, connection: Connection, keys: Keys | None) -> None:
        super().__init__(connection)
        self._vault = None if keys is None else Vault(keys)

    def next_number(self, year: int) -> str:
        """Return the number of the next objection of a year: Y2026-00001 is the first."""
        first = f"Y{year}-"
        newest = sa.select(sa.func.max(OBJECTION.c.number)).where(OBJECTION.c.number.startswith(first))
        found = self._run(newest).scalar_one_or_none()
        return f"{first}{int(found.removeprefix(first)) + 1 if found else 1:05d}"

    def add(self, objection: Objection, receipt: ObjectionAct, code_hash: str, words: ObjectorWords) -> None:
        """Add an objection with its receipt, its marks and, encrypted, the objector's words.

        Raises:
            DecisionError: It breaks a law of storage; the leaf says which.
            KeyMissing: The ledger was opened without keys.
        """
        vault = self._get_vault()
        number = objection.number
        self._run(sa.insert(OBJECTION).values(**_to_values(objection), code_hash=code_hash))
        self._add_act(number, 0, receipt)
        marks = [("record", one) for one in objection.record_ids] + [("case", one) for one in objection.case_ids]
        self.add_marks(number, marks, objection.marked_on)
        sealed = {
            "name_enc": vault.encrypt(words.name, _place(number, "name")),
            "phone_enc": vault.encrypt(words.phone, _place(number, "phone")),
        }
        self._run(sa.insert(OBJECTOR).values(number=number, key_id=vault.key_id, **sealed))
        self.add_note(number, 0, words.claim)

    def add_marks(self, number: str, marks: Iterable[tuple[str, str]], on: date) -> None:
        """Let more records or cases carry the mark of an open objection."""
        rows = [{"number": number, "kind": kind, "object_id": one, "marked_on": on} for kind, one in marks]
        if rows:
            self._run(sa.insert(MARK), rows)

    def add_note(self, number: str, seq: int, text: str) -> None:
        """Keep what an objector wrote with an act, encrypted."""
        vault = self._get_vault()
        sealed = vault.encrypt(text, _place(number, f"note {seq}"))
        self._run(sa.insert(NOTE).values(number=number, seq=seq, text_enc=sealed, key_id=vault.key_id))

    def save(self, objection: Objection, act: ObjectionAct) -> None:
        """Write a moved objection and the act that moved it.

        Raises:
            LedgerConflict: Somebody else moved it first; nothing was written.
            DecisionError: It breaks a law of storage; the leaf says which.
        """
        before = objection.version - 1
        held = self._run(
            sa.select(OBJECTION.c.version).where(OBJECTION.c.number == objection.number)
        ).scalar_one_or_none()
        if held != before:
            message = f"异议{objection.number}刚刚由他人办理，您看到的不是最新状态。"
            raise LedgerConflict(message, remedy="请刷新后查看最新状态，再决定是否办理。")
        # The act first: the table lets an objection move only by an act that is already there.
        self._add_act(objection.number, objection.version, act)
        statement = sa.update(OBJECTION).where(OBJECTION.c.number == objection.number, OBJECTION.c.version == before)
        self._run(statement.values(**_to_values(objection)))

    def _add_act(self, number: str, seq: int, act: ObjectionAct) -> None:
        self._run(sa.insert(ACT).values(**_to_act_values(number, seq, act)))
        attached = [{"number": number, "seq": seq, "sha256": digest} for digest in act.exhibits]
        if attached:
            self._run(sa.insert(EXHIBIT), attached)

    def find(self, number: str) -> Objection | None:
        """Return an objection, or None."""
        return next(iter(self._list(sa.select(OBJECTION).where(OBJECTION.c.number == number))), None)

    def get(self, number: str) -> Objection:
        """Return an objection.

        Raises:
            ObjectionNotFound: There is none of this number.
        """
        found = self.find(number)
        if found is None:
            message = f"没有编号为“{number[:20]}”的异议。"
            raise ObjectionNotFound(message, remedy="请从异议列表中选择。")
        return found

    def find_code_hash(self, number: str) -> str | None:
        """Return what is kept of the receipt code of an objection, or None where there is no such objection."""
        found: str | None = self._run(
            sa.select(OBJECTION.c.code_hash).where(OBJECTION.c.number == number)
        ).scalar_one_or_none()
        return found

    def list_filtered(
        self, states: Iterable[ObjectionState] = (), agency_code: str | None = None, limit: int = 200
    ) -> list[Objection]:
        """Return objections, the ones due first before the others; of one agency those forwarded to it."""
        wanted = [state.value for state in states]
        statement = sa.select(OBJECTION).order_by(OBJECTION.c.due_on, OBJECTION.c.number).limit(limit)
        if wanted:
            statement = statement.where(OBJECTION.c.state.in_(wanted))
        if agency_code is not None:
            statement = statement.where(OBJECTION.c.forwarded_to == agency_code)
        return self._list(statement)

    def list_touching(self, from_on: date, until_on: date) -> list[Objection]:
        """Return what was received, or came to its end, in a period (both days inclusive)."""
        days = (OBJECTION.c.received_on, OBJECTION.c.decided_on, OBJECTION.c.withdrawn_on)
        touched = sa.or_(*(day.between(from_on, until_on) for day in days))
        return self._list(sa.select(OBJECTION).where(touched).order_by(OBJECTION.c.number))

    def list_objected_by(self, agency_code: str, limit: int = 200) -> list[Objection]:
        """Return the objections of an agency, newest first."""
        statement = sa.select(OBJECTION).where(OBJECTION.c.objecting_agency == agency_code)
        return self._list(statement.order_by(OBJECTION.c.number.desc()).limit(limit))

    def list_owing_correction(self) -> list[Objection]:
        """Return the objections that were upheld and whose record a department still has to correct."""
        owed = (OBJECTION.c.remedy == RecordRemedy.CORRECT.value) & OBJECTION.c.corrected_on.is_(None)
        return self._list(sa.select(OBJECTION).where(owed).order_by(OBJECTION.c.correction_due_on, OBJECTION.c.number))

    def list_open_about_case(self, case_id: str) -> list[Objection]:
        """Return the open objections whose mark a case carries, oldest first."""
        marked = sa.select(MARK.c.number).where(MARK.c.kind == "case", MARK.c.object_id == case_id)
        statement = sa.select(OBJECTION).where(OBJECTION.c.number.in_(marked), OBJECTION.c.state.in_(_OPEN))
        return self._list(statement.order_by(OBJECTION.c.number))

    def list_about_case(self, case_id: str) -> list[Objection]:
        """Return every objection about a case, oldest first."""
        marked = sa.select(MARK.c.number).where(MARK.c.kind == "case", MARK.c.object_id == case_id)
        return self._list(sa.select(OBJECTION).where(OBJECTION.c.number.in_(marked)).order_by(OBJECTION.c.number))

    def find_marks(self, kind: str, object_ids: Iterable[str]) -> dict[str, ObjectionMark]:
        """Return the mark each of these records (``record``) or cases (``case``) carries now; the oldest counts."""
        return {one: marks[0] for one, marks in self.list_marks(kind, object_ids).items()}

    def list_marks(self, kind: str, object_ids: Iterable[str]) -> dict[str, tuple[ObjectionMark, ...]]:
        """Return every mark of open objections that these records or cases carry, oldest first."""
        wanted = sorted(set(object_ids))
        marks: dict[str, tuple[ObjectionMark, ...]] = {}
        for start in range(0, len(wanted), _PORTION):
            statement = (
                sa.select(MARK.c.object_id, MARK.c.number, MARK.c.marked_on)
                .join(OBJECTION, OBJECTION.c.number == MARK.c.number)
                .where(
                    MARK.c.kind == kind,
                    MARK.c.object_id.in_(wanted[start : start + _PORTION]),
                    OBJECTION.c.state.in_(_OPEN),
                )
                .order_by(MARK.c.marked_on, MARK.c.number)
            )
            for row in self._all(statement):
                mark = ObjectionMark(row["number"], row["marked_on"])
                marks[row["object_id"]] = (*marks.get(row["object_id"], ()), mark)
        return marks

    def list_marked_cases(self, number: str) -> tuple[str, ...]:
        """Return every case that carries the mark of an objection, those proposed after its receipt included."""
        statement = sa.select(MARK.c.object_id).where(MARK.c.number == number, MARK.c.kind == "case")
        return tuple(self._run(statement.order_by(MARK.c.object_id)).scalars())

    def list_wrong_records(self) -> frozenset[str]:
        """Return every record that an upheld objection found wrong."""
        statement = sa.select(OBJECTION.c.wrong_records).where(OBJECTION.c.state == ObjectionState.UPHELD.value)
        return frozenset(one for found in self._run(statement).scalars() for one in found)

    def list_cleared_cases(self) -> frozenset[str]:
        """Return every case that was revoked because of an upheld objection: its subject is named nowhere any more."""
        statement = (
            sa.select(MARK.c.object_id)
            .join(OBJECTION, OBJECTION.c.number == MARK.c.number)
            .where(
                MARK.c.kind == "case",
                OBJECTION.c.state == ObjectionState.UPHELD.value,
                OBJECTION.c.listing == ListingOutcome.REVOKE.value,
            )
        )
        return frozenset(self._run(statement).scalars())

    def list_acts(self, number: str) -> list[ObjectionAct]:
        """Return the acts on an objection, in order, its receipt first."""
        exhibits: dict[int, tuple[str, ...]] = {}
        attached = sa.select(EXHIBIT.c.seq, EXHIBIT.c.sha256).where(EXHIBIT.c.number == number)
        for row in self._all(attached.order_by(EXHIBIT.c.seq, EXHIBIT.c.sha256)):
            exhibits[row["seq"]] = (*exhibits.get(row["seq"], ()), row["sha256"])
        rows = self._all(sa.select(ACT).where(ACT.c.number == number).order_by(ACT.c.seq))
        return [_to_act(row, exhibits.get(row["seq"], ())) for row in rows]

    def read_words(self, number: str) -> ObjectorWords:
        """Return what the objector wrote of themselves, and their first words.

        Raises:
            ObjectionNotFound: There is no such objection.
            KeyMissing: It was encrypted under another key, or altered.
        """
        row = self._first(sa.select(OBJECTOR).where(OBJECTOR.c.number == number))
        if row is None:
            self.get(number)
            message = f"异议{number}没有异议人信息。"
            raise ObjectionNotFound(message, remedy="请联系系统管理员核对台账。")
        vault = self._get_vault()
        return ObjectorWords(
            name=vault.decrypt(row["name_enc"], _place(number, "name"), row["key_id"]),
            phone=vault.decrypt(row["phone_enc"], _place(number, "phone"), row["key_id"]),
            claim=self.read_notes(number).get(0, ""),
        )

    def read_notes(self, number: str) -> dict[int, str]:
        """Return what the objector wrote, by the number of the act it came with."""
        vault = self._get_vault()
        return {
            row["seq"]: vault.decrypt(row["text_enc"], _place(number, f"note {row['seq']}"), row["key_id"])
            for row in self._all(sa.select(NOTE).where(NOTE.c.number == number).order_by(NOTE.c.seq))
        }

    def _list(self, statement: sa.Select[tuple[object, ...]]) -> list[Objection]:
        return [_to_objection(row) for row in self._all(statement)]

    def _get_vault(self) -> Vault:
        if self._vault is None:
            message = "账本打开时没有提供自然人数据的密钥。"
            raise KeyMissing(message, remedy="请用配套的密钥文件打开账本。")
        return self._vault


def _place(number: str, column: str) -> str:
    return f"objection\n{number}\n{column}"


def _as_lists(values: Values, names: Sequence[str]) -> Values:
    return values | {name: list(values[name]) for name in names}


def _to_values(objection: Objection) -> Values:
    values = asdict(objection) | {
        "target": objection.target.value,
        "subject_kind": objection.subject_kind.value,
        "objector": objection.objector.value,
        "channel": objection.channel.value,
        "state": objection.state.value,
    }
    return _as_lists(values, ("record_ids", "case_ids", "source_agencies", "wrong_records"))


def _to_objection(row: RowMapping) -> Objection:
    values = {name: value for name, value in row.items() if name != "code_hash"}
    lists = {name: tuple(row[name]) for name in ("record_ids", "case_ids", "source_agencies", "wrong_records")}
    return Objection(
        **{
            **values,
            **lists,
            "target": ObjectionTarget(row["target"]),
            "subject_kind": SubjectKind(row["subject_kind"]),
            "objector": ObjectorKind(row["objector"]),
            "channel": Channel(row["channel"]),
            "state": ObjectionState(row["state"]),
        }
    )


def _to_act_values(number: str, seq: int, act: ObjectionAct) -> Values:
    values = {name: value for name, value in asdict(act).items() if name not in {"on", "at", "exhibits"}}
    own = {"number": number, "seq": seq, "kind": act.kind.value, "done_on": act.on, "recorded_at": act.at}
    return _as_lists({**values, **own}, ("wrong_records",))


def _to_act(row: RowMapping, exhibits: tuple[str, ...]) -> ObjectionAct:
    same = {
        name: value
        for name, value in row.items()
        if name not in {"number", "seq", "kind", "done_on", "recorded_at", "wrong_records"}
    }
    return ObjectionAct(
        **same,
        kind=ObjectionActKind(row["kind"]),
        on=row["done_on"],
        at=row["recorded_at"],
        wrong_records=tuple(row["wrong_records"]),
        exhibits=exhibits,
    )
