"""What Alembic runs: our metadata on the address it was given, one process at a time."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from core.platform.locks import Lock
from core.schema.models import metadata

address = context.config.attributes["url"]
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address), poolclass=NullPool)
with engine.connect() as connection:
    # Each migration lets go of what it locked before the next begins: callers wait for the longest, not for the sum.
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": Lock.MIGRATION})
    connection.commit()
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
