"""Notices of repairs to those who used the information, and their receipts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import RowMapping

from credit_service.domain.repair import ConsumerNotice
from credit_service.errors import NoticeNotFound
from credit_service.registry.repair_tables import ConsumerNoticeRow
from credit_service.registry.repository import Repository
from credit_service.registry.tables import table_of

NOTICE = table_of(ConsumerNoticeRow)


class Notices(Repository):
    """Notices, one for each repair and agency; a receipt is given once."""

    def add(self, notices: Sequence[ConsumerNotice]) -> None:
        """Write down the notices of a granted application.

        Raises:
            IllegalTransition: An agency has its notice already, or the application was not granted.
        """
        if notices:
            self._run(sa.insert(NOTICE), [asdict(one) | {"grounds": ",".join(one.grounds)} for one in notices])

    def confirm(self, notice_id: str, by: str, at: datetime) -> None:
        """Write down a receipt.

        Raises:
            IllegalTransition: It was given before.
        """
        self._run(sa.update(NOTICE).where(NOTICE.c.notice_id == notice_id).values(receipt_by=by, receipt_at=at))

    def get_of_agency(self, notice_id: str, agency_code: str) -> ConsumerNotice:
        """Return a notice of an agency; a foreign one is answered like an unknown one.

        Raises:
            NoticeNotFound: The agency was sent none of this number.
        """
        row = self._first(sa.select(NOTICE).where(NOTICE.c.notice_id == notice_id, NOTICE.c.agency_code == agency_code))
        if row is None:
            message = "没有这个编号的修复通知。"
            raise NoticeNotFound(message, remedy="请从本单位的通知列表中选择。")
        return _to_notice(row)

    def list_for_agency(self, agency_code: str, *, only_open: bool = False) -> list[ConsumerNotice]:
        """Return the notices of an agency, those without receipt first, then newest first."""
        statement = sa.select(NOTICE).where(NOTICE.c.agency_code == agency_code)
        if only_open:
            statement = statement.where(NOTICE.c.receipt_at.is_(None))
        is_done = sa.case((NOTICE.c.receipt_at.is_(None), 0), else_=1)
        return self._notices(statement.order_by(is_done, NOTICE.c.issued_at.desc(), NOTICE.c.notice_id))

    def list_for_repair(self, repair_id: str) -> list[ConsumerNotice]:
        """Return the notices of a repair, by agency."""
        statement = sa.select(NOTICE).where(NOTICE.c.repair_id == repair_id)
        return self._notices(statement.order_by(NOTICE.c.agency_code))

    def list_overdue(self, today: date) -> list[ConsumerNotice]:
        """Return the notices whose receipt should have come, longest overdue first."""
        statement = sa.select(NOTICE).where(NOTICE.c.receipt_at.is_(None), NOTICE.c.due_on < today)
        return self._notices(statement.order_by(NOTICE.c.due_on, NOTICE.c.notice_id))

    def _notices(self, statement: sa.Select[tuple[object, ...]]) -> list[ConsumerNotice]:
        return [_to_notice(row) for row in self._all(statement)]


def _to_notice(row: RowMapping) -> ConsumerNotice:
    return ConsumerNotice(**{**row, "grounds": tuple(row["grounds"].split(","))})
