"""What every repository shares: one connection, one way to run a statement.

Repositories translate between rows and domain classes and never commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult, RowMapping
from sqlalchemy.exc import DBAPIError

from credit_service.registry.refusals import to_refusal

Values = dict[str, Any]


class Repository:
    """Runs statements on the connection of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def _run(self, statement: sa.Executable, rows: Sequence[Values] | None = None) -> CursorResult[Any]:
        """Run a statement, once for each row where rows are given.

        Raises:
            CreditServiceError: The database refused it; the leaf says which law or storage fault it was.
        """
        try:
            return (
                self._connection.execute(statement, rows) if rows is not None else self._connection.execute(statement)
            )
        except DBAPIError as fault:
            refusal = to_refusal(fault)
            if refusal is None:
                raise
            raise refusal from fault

    def _all(self, statement: sa.Select[Any]) -> list[RowMapping]:
        return list(self._run(statement).mappings())

    def _first(self, statement: sa.Select[Any]) -> RowMapping | None:
        return self._run(statement.limit(1)).mappings().first()
