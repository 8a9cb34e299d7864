"""Run by alembic for each upgrade, on the connection and inside the transaction that `registry.schema` gives it."""

from __future__ import annotations

from alembic import context

from credit_service.registry.tables import Row

context.configure(connection=context.config.attributes["connection"], target_metadata=Row.metadata)
with context.begin_transaction():
    context.run_migrations()
