"""Triggers written once, for SQLite and PostgreSQL.

A `Ban` says which rows are refused; `install` makes it a trigger of the database at hand, which fails the statement
with the ban's name. Only expressions that both databases understand may be used; ``IS DISTINCT FROM`` is put into
SQLite's own words (older SQLite does not know it).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alembic import op


@dataclass(frozen=True)
class Ban:
    """One thing that no statement may do."""

    name: str
    """At most 60 characters: PostgreSQL cuts longer ones."""
    table: str
    event: str
    """INSERT, UPDATE or DELETE."""
    when: str
    """SQL that is true for a row to be refused; it sees ``NEW`` and ``OLD``."""


def install(bans: Sequence[Ban]) -> None:
    """Create each ban as a trigger before its event."""
    render = _for_sqlite if op.get_bind().dialect.name == "sqlite" else _for_postgresql
    for ban in bans:
        for statement in render(ban):
            op.execute(statement)


def _for_sqlite(ban: Ban) -> tuple[str, ...]:
    when = ban.when.replace("IS DISTINCT FROM", "IS NOT")
    return (
        f"CREATE TRIGGER {ban.name} BEFORE {ban.event} ON {ban.table} FOR EACH ROW WHEN {when} "
        f"BEGIN SELECT RAISE(ABORT, 'law {ban.name}'); END",
    )


def _for_postgresql(ban: Ban) -> tuple[str, ...]:
    row = "OLD" if ban.event == "DELETE" else "NEW"
    return (
        f"CREATE FUNCTION {ban.name}() RETURNS trigger LANGUAGE plpgsql AS $law$ BEGIN IF {ban.when} THEN "
        f"RAISE EXCEPTION 'law {ban.name}' USING ERRCODE = 'check_violation', CONSTRAINT = '{ban.name}'; "
        f"END IF; RETURN {row}; END $law$",
        f"CREATE TRIGGER {ban.name} BEFORE {ban.event} ON {ban.table} FOR EACH ROW EXECUTE FUNCTION {ban.name}()",
    )


def forbid_truncate(tables: Sequence[str]) -> None:
    """Refuse TRUNCATE, which PostgreSQL lets past row triggers; SQLite has none."""
    if op.get_bind().dialect.name == "sqlite":
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION never_truncated() RETURNS trigger LANGUAGE plpgsql AS $law$ BEGIN "
        "RAISE EXCEPTION 'law never_truncated' USING ERRCODE = 'check_violation', CONSTRAINT = 'never_truncated'; "
        "END $law$"
    )
    for table in tables:
        op.execute(
            f"CREATE TRIGGER {table}_never_truncated BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION never_truncated()"
        )


def install_follow_up(name: str, table: str, when: str, action: str) -> None:
    """Create a trigger that does one statement after an update."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW WHEN {when} BEGIN {action}; END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $law$ BEGIN "
        f"IF {when} THEN {action}; END IF; RETURN NULL; END $law$"
    )
    op.execute(f"CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
