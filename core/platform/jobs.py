"""The queue of jobs, on the same PostgreSQL: what is queued in a transaction is there when it is, and gone when not.

Queues only wake workers up: what is to be done stands in tables.
"""

from typing import Any

import psycopg
from procrastinate import App, PsycopgConnector
from sqlalchemy.ext.asyncio import AsyncSession

from core.platform.request_ids import current_id

SEND = "sms.send"
"""The name of the job that sends what is ready."""


def new_queue(database_url: str = "") -> App:
    """A queue on the database at `database_url` (a libpq URL); without one it can only take jobs into transactions."""
    return App(connector=PsycopgConnector(conninfo=database_url, min_size=1, max_size=4))


_queue = new_queue()


async def wake(session: AsyncSession, job: str = SEND, **arguments: Any) -> None:
    """Queue a job in the transaction of this session; it bears the id of the request that it comes of."""
    request_id = current_id()
    if request_id:
        arguments = {**arguments, "request_id": request_id}
    connection = await session.connection()
    raw = (await connection.get_raw_connection()).driver_connection
    if not isinstance(raw, psycopg.AsyncConnection):
        raise TypeError("jobs are queued on a psycopg connection")
    await _queue.configure_task(job, connection=raw).defer_async(**arguments)
