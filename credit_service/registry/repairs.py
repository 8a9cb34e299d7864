"""Applications for credit repair and their acts: written together, read as domain classes.

Who applied is kept encrypted, and of the receipt code only a keyed hash; neither is ever part of a listing of rows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from credit_service.domain.listing import Exhibit
from credit_service.domain.repair import (
    CLOSED_STATES,
    Applicant,
    Paper,
    RecordRepair,
    Repair,
    RepairAct,
    RepairActKind,
    RepairChannel,
    RepairExhibit,
    RepairState,
    RepairTarget,
)
from credit_service.errors import KeyMissing, LedgerConflict, RepairNotFound
from credit_service.registry.keys import Keys
from credit_service.registry.procedure_tables import ExhibitRow
from credit_service.registry.repair_tables import (
    RecordRepairRow,
    RepairActRow,
    RepairApplicantRow,
    RepairExhibitRow,
    RepairRow,
)
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import table_of
from credit_service.registry.vault import Vault

REPAIR = table_of(RepairRow)
ACT = table_of(RepairActRow)
APPLICANT = table_of(RepairApplicantRow)
REPAIR_EXHIBIT = table_of(RepairExhibitRow)
EXHIBIT = table_of(ExhibitRow)
MARK = table_of(RecordRepairRow)
_CLOSED = tuple(state.value for state in CLOSED_STATES)
_PORTION = 500


@dataclass(frozen=True)
class NewRepair:
    """An application as it is first written down."""

    repair: Repair
    act: RepairAct
    applicant: Applicant
    receipt_hash: str


class Repairs(Repository):
    """Applications, their acts and papers."""

    def __init__(self, connection: Connection, keys: Keys | None) -> None:
        super().__init__(connection)
        self._vault = None if keys is None else Vault(keys)

    def add(self, new: NewRepair) -> None:
        """Write down an application with its first act and its papers.

        Raises:
            RepairBarred: The subject handed in false material not long enough ago.
            IllegalTransition: An application about the same is open or was granted, or there is nothing to repair.
            KeyMissing: The ledger was opened without keys.
        """
        if self._vault is None:
            message = "账本打开时没有提供加密密钥。"
            raise KeyMissing(message, remedy="请用配套的密钥文件打开账本。")
        repair_id = new.repair.repair_id
        self._run(sa.insert(REPAIR).values(**_to_values(new.repair)))
        sealed = self._vault.encrypt(json.dumps(asdict(new.applicant), ensure_ascii=False), _place(repair_id))
        self._run(
            sa.insert(APPLICANT).values(
                repair_id=repair_id,
                applicant_enc=sealed,
                key_id=self._vault.key_id,
                receipt_hash=new.receipt_hash,
            )
        )
        self._write_act(repair_id, 0, new.act)

    def save(self, repair: Repair, act: RepairAct) -> None:
        """Write a moved application and the act that moved it.

        Raises:
            LedgerConflict: Somebody else moved it first; nothing was written.
            DecisionError: It breaks a law of storage; the leaf says which.
        """
        before = repair.version - 1
        if self.get(repair.repair_id).version != before:
            message = f"修复申请{repair.repair_id}刚刚由他人办理，您看到的不是最新状态。"
            raise LedgerConflict(message, remedy="请刷新后查看最新状态，再决定是否办理。", repair_id=repair.repair_id)
        self._write_act(repair.repair_id, repair.version, act)
        statement = sa.update(REPAIR).where(REPAIR.c.repair_id == repair.repair_id, REPAIR.c.version == before)
        self._run(statement.values(**_to_values(repair)))

    def _write_act(self, repair_id: str, seq: int, act: RepairAct) -> None:
        self._run(sa.insert(ACT).values(**_to_act_values(repair_id, seq, act)))
        attached = [
            {"repair_id": repair_id, "seq": seq, "paper": one.paper.value, "sha256": one.sha256}
            for one in sorted(set(act.exhibits))
        ]
        if attached:
            self._run(sa.insert(REPAIR_EXHIBIT), attached)

    def get(self, repair_id: str) -> Repair:
        """Return an application.

        Raises:
            RepairNotFound: There is none of this number.
        """
        found = self.find(repair_id)
        if found is None:
            message = "没有这个编号的修复申请。"
            raise RepairNotFound(message, remedy="请核对申请编号；编号见提交申请后显示的回执。")
        return found

    def find(self, repair_id: str) -> Repair | None:
        """Return an application, or None."""
        return next(iter(self._repairs(sa.select(REPAIR).where(REPAIR.c.repair_id == repair_id))), None)

    def find_by_receipt(self, repair_id: str, receipt_hash: str) -> Repair | None:
        """Return an application whose number and receipt code somebody knows, or None."""
        statement = (
            sa.select(REPAIR)
            .join(APPLICANT, APPLICANT.c.repair_id == REPAIR.c.repair_id)
            .where(REPAIR.c.repair_id == repair_id, APPLICANT.c.receipt_hash == receipt_hash)
        )
        return next(iter(self._repairs(statement)), None)

    def find_bar(self, subject_ids: Iterable[str], on: date) -> date | None:
        """Return the last day on which one of these subjects may not apply, or None where it may on a day."""
        statement = sa.select(sa.func.max(REPAIR.c.barred_until_on)).where(
            REPAIR.c.subject_id.in_(sorted(set(subject_ids))), REPAIR.c.barred_until_on >= on
        )
        found: date | None = self._run(statement).scalar_one_or_none()
        return found

    def find_open(self, target_id: str) -> Repair | None:
        """Return the open application about a case or record, or None."""
        statement = sa.select(REPAIR).where(REPAIR.c.target_id == target_id, REPAIR.c.state.not_in(_CLOSED))
        return next(iter(self._repairs(statement)), None)

    def list_filtered(
        self, state: RepairState | None = None, competent_code: str | None = None, limit: int = 200
    ) -> list[Repair]:
        """Return applications, open ones first, those that came first before others."""
        is_closed = sa.case((REPAIR.c.state.in_(_CLOSED), 1), else_=0)
        statement = sa.select(REPAIR).order_by(is_closed, REPAIR.c.applied_at, REPAIR.c.repair_id).limit(limit)
        if state is not None:
            statement = statement.where(REPAIR.c.state == state.value)
        if competent_code is not None:
            statement = statement.where(REPAIR.c.competent_code == competent_code)
        return self._repairs(statement)

    def list_touching(self, from_on: date, until_on: date) -> list[Repair]:
        """Return what was applied for, or came to its end, in a period (both days inclusive)."""
        touched = sa.or_(REPAIR.c.applied_on.between(from_on, until_on), REPAIR.c.closed_on.between(from_on, until_on))
        return self._repairs(sa.select(REPAIR).where(touched).order_by(REPAIR.c.repair_id))

    def list_for_case(self, case_id: str) -> list[Repair]:
        """Return the applications about a case, oldest first."""
        statement = sa.select(REPAIR).where(REPAIR.c.case_id == case_id)
        return self._repairs(statement.order_by(REPAIR.c.applied_at, REPAIR.c.repair_id))

    def list_open(self) -> list[Repair]:
        """Return every open application, oldest first: what has a clock running."""
        statement = sa.select(REPAIR).where(REPAIR.c.state.not_in(_CLOSED))
        return self._repairs(statement.order_by(REPAIR.c.applied_at, REPAIR.c.repair_id))

    def list_acts(self, repair_id: str) -> list[RepairAct]:
        """Return the acts on an application, in order."""
        exhibits: dict[int, tuple[RepairExhibit, ...]] = {}
        statement = sa.select(REPAIR_EXHIBIT).where(REPAIR_EXHIBIT.c.repair_id == repair_id)
        for row in self._all(statement.order_by(REPAIR_EXHIBIT.c.seq, REPAIR_EXHIBIT.c.paper, REPAIR_EXHIBIT.c.sha256)):
            one = RepairExhibit(Paper(row["paper"]), row["sha256"])
            exhibits[row["seq"]] = (*exhibits.get(row["seq"], ()), one)
        rows = self._all(sa.select(ACT).where(ACT.c.repair_id == repair_id).order_by(ACT.c.seq))
        return [_to_act(row, exhibits.get(row["seq"], ())) for row in rows]

    def list_exhibits(self, repair_id: str) -> list[tuple[int, Paper, Exhibit]]:
        """Return (number of the act, what it is, the file) of everything handed in."""
        statement = (
            sa.select(REPAIR_EXHIBIT.c.seq, REPAIR_EXHIBIT.c.paper, EXHIBIT)
            .join(EXHIBIT, EXHIBIT.c.sha256 == REPAIR_EXHIBIT.c.sha256)
            .where(REPAIR_EXHIBIT.c.repair_id == repair_id)
            .order_by(REPAIR_EXHIBIT.c.seq, REPAIR_EXHIBIT.c.paper, EXHIBIT.c.sha256)
        )
        return [
            (
                row["seq"],
                Paper(row["paper"]),
                Exhibit(**{name: value for name, value in row.items() if name not in {"seq", "paper"}}),
            )
            for row in self._all(statement)
        ]

    def get_applicant(self, repair_id: str) -> Applicant:
        """Return who applied, in clear.

        Raises:
            RepairNotFound: There is no application of this number.
            KeyMissing: The row was encrypted under another key, or altered.
        """
        row = self._first(sa.select(APPLICANT).where(APPLICANT.c.repair_id == repair_id))
        if row is None or self._vault is None:
            message = "没有这个编号的修复申请，或账本打开时没有提供密钥。"
            raise RepairNotFound(message, remedy="请核对申请编号。")
        return Applicant(**json.loads(self._vault.decrypt(row["applicant_enc"], _place(repair_id), row["key_id"])))

    def _repairs(self, statement: sa.Select[tuple[object, ...]]) -> list[Repair]:
        return [_to_repair(row) for row in self._all(statement)]


class RecordRepairs(Repository):
    """Marks on repaired records; only added."""

    def add(self, marks: Sequence[RecordRepair]) -> None:
        """Write down marks of a granted application.

        Raises:
            IllegalTransition: A record has its mark already, or the application was not granted.
        """
        if marks:
            self._run(sa.insert(MARK), [asdict(mark) for mark in marks])

    def list_all(self) -> list[RecordRepair]:
        """Return every mark, oldest first."""
        statement = sa.select(MARK).order_by(MARK.c.repaired_at, MARK.c.record_id)
        return [RecordRepair(**row) for row in self._all(statement)]

    def list_marked(self, record_ids: Iterable[str]) -> dict[str, RecordRepair]:
        """Return the marks of some records, by record."""
        wanted = sorted(set(record_ids))
        found: dict[str, RecordRepair] = {}
        for start in range(0, len(wanted), _PORTION):
            portion = wanted[start : start + _PORTION]
            for row in self._all(sa.select(MARK).where(MARK.c.record_id.in_(portion))):
                found[row["record_id"]] = RecordRepair(**row)
        return found


def _place(repair_id: str) -> str:
    return f"repair\n{repair_id}\napplicant"


def _to_values(repair: Repair) -> Values:
    return asdict(repair) | {
        "target_kind": repair.target_kind.value,
        "channel": repair.channel.value,
        "state": repair.state.value,
        "record_ids": list(repair.record_ids),
        "needs": ",".join(repair.needs),
    }


def _to_repair(row: RowMapping) -> Repair:
    return Repair(
        **{
            **row,
            "target_kind": RepairTarget(row["target_kind"]),
            "channel": RepairChannel(row["channel"]),
            "state": RepairState(row["state"]),
            "record_ids": tuple(row["record_ids"]),
            "needs": tuple(one for one in row["needs"].split(",") if one),
        }
    )


def _to_act_values(repair_id: str, seq: int, act: RepairAct) -> Values:
    values = {name: value for name, value in asdict(act).items() if name not in {"on", "at", "exhibits"}}
    return values | {
        "repair_id": repair_id,
        "seq": seq,
        "kind": act.kind.value,
        "done_on": act.on,
        "recorded_at": act.at,
    }


def _to_act(row: RowMapping, exhibits: tuple[RepairExhibit, ...]) -> RepairAct:
    plain = {
        name: value for name, value in row.items() if name not in {"repair_id", "seq", "done_on", "recorded_at", "kind"}
    }
    return RepairAct(
        kind=RepairActKind(row["kind"]), on=row["done_on"], at=row["recorded_at"], exhibits=exhibits, **plain
    )
