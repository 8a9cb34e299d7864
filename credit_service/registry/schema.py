"""Brings a ledger's schema to this version of the service, once per opening, in one transaction.

Alembic runs the steps in ``migrations``; nothing is printed. It never takes a schema back.
"""

from __future__ import annotations

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from credit_service.errors import SchemaDrift

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade_schema(connection: Connection) -> None:
    """Run the steps this ledger has not seen.

    Raises:
        SchemaDrift: The ledger was written by a newer version of the service.
    """
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
