"""Triggers written once, for SQLite and PostgreSQL.

A `Ban` says which rows are refused; `install` makes it a trigger of the database at hand, which fails the statement
with the ban's name. Only expressions that both databases understand may be used; ``IS DISTINCT FROM`` is put into
SQLite's own words (older SQLite does not know it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
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


def reinstall(bans: Sequence[Ban]) -> None:
    """Put bans in place of earlier ones of the same names."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for ban in bans:
        op.execute(f"DROP TRIGGER {ban.name}" if is_sqlite else f"DROP FUNCTION {ban.name}() CASCADE")
    install(bans)


def replace_checks(table: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Put checks in place of earlier ones, and add those that are new.

    Args:
        table: Its name.
        old: SQL of the checks as they were made, by name; those that stay as they are may be among them.
        new: SQL of the checks as they shall be, by name.
    """
    changed = {name: sql for name, sql in new.items() if old.get(name) != sql}
    if op.get_bind().dialect.name != "sqlite":
        for name, sql in changed.items():
            if name in old:
                op.drop_constraint(op.f(name), table, type_="check")
            op.create_check_constraint(op.f(name), table, sa.text(sql))
        return
    _rewrite_definition(table, old, changed)


def _rewrite_definition(table: str, old: Mapping[str, str], changed: Mapping[str, str]) -> None:
    """Change the checks in the text SQLite keeps of a table.

    It can alter none, and remaking a table that others refer to would take every trigger with it. Source: "Making Other
    Kinds Of Table Schema Changes" in SQLite's own manual.
    """
    bind = op.get_bind()
    kept = sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :name")
    text = bind.execute(kept, {"name": table}).scalar_one()
    for name, sql in changed.items():
        made = f"CONSTRAINT {name} CHECK ({sql})"
        before = f"CONSTRAINT {name} CHECK ({old[name]})" if name in old else ""
        if name in old and text.count(before) != 1:
            message = f"{table} was not made with the check {name} as known"
            raise RuntimeError(message)
        end = text.rindex(")")
        text = text.replace(before, made) if before else f"{text[:end]}, {made}{text[end:]}"
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :name"),
        {"sql": text, "name": table},
    )
    bind.exec_driver_sql("PRAGMA writable_schema = RESET")
