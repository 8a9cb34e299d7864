"""The steps, oldest first; each file is one revision and is read by alembic, never imported."""
