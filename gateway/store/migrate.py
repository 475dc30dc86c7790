"""
Brings a database to the form that this version needs, with Alembic. Two that try at once do not collide.

A new step is a file in migrations/versions; a test compares what they come to with tables.py.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from gateway.errors import ConfigError
from gateway.store.database import Database

__all__ = ["head", "upgrade", "version"]

FOLDER = Path(__file__).parent / "migrations"
PATIENCE = 600.0  # seconds that a migration may take
LOCK = 7_140_271  # any number, the same for all of us


def head() -> str:
    """The version that this gateway needs."""
    found = ScriptDirectory(str(FOLDER)).get_current_head()
    assert found is not None
    return found


async def version(database: Database) -> str | None:
    """The version that a database has; None where it is empty. Raises StoreError."""
    async with database.begin() as connection:
        return await connection.run_sync(lambda c: MigrationContext.configure(c).get_current_revision())


async def upgrade(database: Database) -> tuple[str | None, str]:
    """All or nothing. Returns the version before and after; raises StoreError, ConfigError."""
    before = await version(database)
    if before is not None and before not in _known():
        raise ConfigError(f"the database is at version {before}, which is newer than this gateway")
    if before == head():
        return before, before
    async with database.begin(PATIENCE) as connection:
        if database.is_sqlite:
            await connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        await connection.run_sync(_upgrade)
    return before, head()


def _known() -> set[str]:
    return {step.revision for step in ScriptDirectory(str(FOLDER)).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
