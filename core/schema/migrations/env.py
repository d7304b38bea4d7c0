"""What Alembic runs: our metadata on the URL it was given, one process at a time."""

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from core.platform.locks import WAIT, Lock
from core.schema.models import metadata

engine = create_engine(context.config.attributes["url"], poolclass=NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        connection.exec_driver_sql(WAIT, {"lock": Lock.MIGRATION})
        context.run_migrations()
engine.dispose()
