"""Papers in the ledger: numbers taken in order, hashes of what was issued.

A row is reserved, then issued or voided; it is never altered otherwise, and its number never comes back. That is held
once more by the table's constraints and triggers.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.paper import Paper, PaperKind, PaperNumber, PaperState
from credit_service.errors import IllegalTransition, PaperNotFound
from credit_service.registry.paper_tables import PaperRow
from credit_service.registry.repository import Repository, Values
from credit_service.registry.tables import table_of

PAPER = table_of(PaperRow)


class Papers(Repository):
    """Papers, in the order of their numbers."""

    def find_next_serial(self, agency_code: str, year: int, kind: PaperKind) -> int:
        """Return the next number of a series; writers are let in one by one, so nobody else gets the same."""
        last = self._run(
            sa.select(sa.func.max(PAPER.c.serial)).where(
                PAPER.c.agency_code == agency_code, PAPER.c.year == year, PAPER.c.kind == kind.value
            )
        ).scalar_one()
        return int(last or 0) + 1

    def reserve(self, paper: Paper) -> None:
        """Take a number.

        Raises:
            LedgerConflict: It is not the next of its series.
            IllegalTransition: A paper of this kind was issued about the same thing and not voided.
        """
        self._run(sa.insert(PAPER).values(**_to_values(paper)))

    def issue(self, paper_id: str, docx_sha256: str, pdf_sha256: str, at: datetime) -> Paper:
        """Note what was issued under a reserved number.

        Raises:
            PaperNotFound: There is no such paper.
            IllegalTransition: The number was issued or voided already.
        """
        found = self.get(paper_id)
        changed = replace(found, state=PaperState.ISSUED, docx_sha256=docx_sha256, pdf_sha256=pdf_sha256, issued_at=at)
        return self._move(found, PaperState.RESERVED, changed)

    def void(self, paper_id: str, by: str, at: datetime, reason: str) -> Paper:
        """Void a number, reserved or issued; it is not used again.

        Raises:
            PaperNotFound: There is no such paper.
            IllegalTransition: It was voided already, or an act of its case has taken its number.
        """
        found = self.get(paper_id)
        changed = replace(found, state=PaperState.VOIDED, voided_by=by, voided_at=at, void_reason=reason)
        return self._move(found, found.state, changed)

    def _move(self, found: Paper, from_state: PaperState, changed: Paper) -> Paper:
        if found.state is not from_state or found.state is PaperState.VOIDED:
            message = f"文书{found.document_no}现为“{found.state.label}”，不能改为“{changed.state.label}”。"
            raise IllegalTransition(message, remedy="请刷新后查看最新状态。", paper_id=found.paper_id)
        where = (PAPER.c.paper_id == found.paper_id, PAPER.c.state == found.state.value)
        self._run(sa.update(PAPER).where(*where).values(**_to_values(changed)))
        return changed

    def get(self, paper_id: str) -> Paper:
        """Return a paper.

        Raises:
            PaperNotFound: There is none of this id.
        """
        row = self._first(sa.select(PAPER).where(PAPER.c.paper_id == paper_id))
        if row is None:
            message = f"没有编号为“{paper_id}”的文书。"
            raise PaperNotFound(message, remedy="请从案件页面或 credit papers list 中选择。", paper_id=paper_id)
        return _to_paper(row)

    def list_all(self, limit: int = 200) -> list[Paper]:
        """Return the newest papers of every case, newest first."""
        order = (PAPER.c.reserved_at.desc(), PAPER.c.document_no.desc())
        return [_to_paper(row) for row in self._all(sa.select(PAPER).order_by(*order).limit(limit))]

    def list_for_case(self, case_id: str) -> list[Paper]:
        """Return every paper of a case, voided ones too, in the order they were made."""
        statement = sa.select(PAPER).where(PAPER.c.case_id == case_id)
        return [_to_paper(row) for row in self._all(statement.order_by(PAPER.c.reserved_at, PAPER.c.paper_id))]

    def find_current(self, object_id: str, kind: PaperKind) -> Paper | None:
        """Return the issued paper of a kind about something, or None."""
        where = (PAPER.c.object_id == object_id, PAPER.c.kind == kind.value, PAPER.c.state == PaperState.ISSUED.value)
        row = self._first(sa.select(PAPER).where(*where))
        return None if row is None else _to_paper(row)

    def find_by_number(self, case_id: str, document_no: str) -> Paper | None:
        """Return the paper of a case that bears a number, or None; the newest where kinds share their words."""
        where = (PAPER.c.case_id == case_id, PAPER.c.document_no == document_no)
        row = self._first(sa.select(PAPER).where(*where).order_by(PAPER.c.reserved_at.desc()))
        return None if row is None else _to_paper(row)


def _to_values(paper: Paper) -> Values:
    values = asdict(paper) | asdict(paper.number)
    del values["number"]
    return values | {"kind": paper.kind.value, "state": paper.state.value}


def _to_paper(row: RowMapping) -> Paper:
    values = dict(row)
    names = ("agency_code", "year", "kind", "serial")
    number = {name: values.pop(name) for name in names}
    number["kind"] = PaperKind(number["kind"])
    return Paper(**{**values, "number": PaperNumber(**number), "state": PaperState(values["state"])})
