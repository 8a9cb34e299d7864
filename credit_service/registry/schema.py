"""Brings a ledger's schema to this version of the service, once per opening, in one transaction.

Alembic runs the steps in ``migrations``; nothing is printed. It never takes a schema back. A ledger that has seen the
newest step is left alone before Alembic is loaded: that is every opening but the first of a version.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from credit_service.errors import SchemaDrift

MIGRATIONS = Path(__file__).parent / "migrations"
_STEP = re.compile(r"v(\d{4})_\w+")
"""The name of a step's module; its digits are its revision."""


def upgrade_schema(connection: Connection) -> None:
    """Run the steps this ledger has not seen.

    Raises:
        SchemaDrift: The ledger was written by a newer version of the service.
    """
    if _find_current(connection) == _find_newest():
        return
    _run_steps(connection)


def _find_current(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _find_newest() -> str:
    steps = (_STEP.fullmatch(path.stem) for path in (MIGRATIONS / "versions").iterdir())
    return max(step[1] for step in steps if step)


def _run_steps(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - a quarter of a second that a ledger up to date does not need.
    from alembic.config import Config  # noqa: PLC0415 - as above.
    from alembic.migration import MigrationContext  # noqa: PLC0415 - as above.
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above.

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_revision()
    if current == script.get_current_head():
        return
    if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
        message = f"账本的结构版本是{current}，比本程序新。"
        raise SchemaDrift(message, remedy="请使用与账本相同或更新版本的程序，不要用旧版本打开。", revision=current)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
