"""Run by Alembic, inside a transaction that migrate.py has begun."""

from alembic import context

from gateway.store.tables import metadata

if "connection" in context.config.attributes:
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=False
    )
    context.run_migrations()
