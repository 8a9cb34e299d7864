"""What the tables of the ledger are made of: one catalogue of names, and columns of instants, JSON and long text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant: aware UTC in Python, without offset in SQLite, with time zone in PostgreSQL."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], object]:
        """Return what turns an aware instant into the database's own; one without offset is refused."""
        to_column = super().bind_processor(dialect)

        def to_utc(value: datetime | None) -> object:
            if value is not None and value.tzinfo is None:
                message = "an instant needs its offset, or it would be read back as another one"
                raise ValueError(message)
            instant = None if value is None else value.astimezone(UTC)
            return instant if to_column is None else to_column(instant)

        return to_utc

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[object], datetime | None]:
        """Return what turns the database's own into an aware instant, UTC."""
        from_column = super().result_processor(dialect, coltype)

        def from_utc(value: object) -> datetime | None:
            instant = value if from_column is None else from_column(value)
            if not isinstance(instant, datetime):
                return None
            return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

        return from_utc


class Row(SQLModel):
    """What every table has in common: one catalogue of names, so that constraints have the same name everywhere."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def instant(*, nullable: bool = False) -> Any:  # noqa: ANN401 -- SQLModel's Field has no narrower type
    """Return a column of instants."""
    return Field(default=None, sa_type=Instant, nullable=nullable)


def json_list() -> Any:  # noqa: ANN401 -- SQLModel's Field has no narrower type
    """Return a column of JSON that is always filled."""
    return Field(default=None, sa_type=sa.JSON, nullable=False)


def text(default: str | None = None, *, nullable: bool = False) -> Any:  # noqa: ANN401 -- SQLModel's Field has no narrower type
    """Return a column of long text."""
    return Field(default=default, sa_type=sa.Text, nullable=nullable)
