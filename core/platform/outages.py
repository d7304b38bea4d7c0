"""Whether what went wrong says that PostgreSQL does not answer, and not that something is wrong with what was asked."""

from typing import Final

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

SERVERS_OWN: Final = ("08", "53", "57P")
"""Beginnings of SQLSTATEs: no connection, no resources, shut down or starting up."""


NO_ROOM: Final = "53100"
"""The disk of PostgreSQL is full: it reads, and takes nothing."""


def is_outage(error: BaseException) -> bool:
    """Whether PostgreSQL could not be reached, is going down, or has no connection left to give."""
    if isinstance(error, OSError | TimeoutError | NoConnectionFree):
        return True
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    return isinstance(cause, psycopg.OperationalError) and (state is None or state.startswith(SERVERS_OWN))


def does_not_answer(error: BaseException) -> bool:
    """The same, and that leaving PostgreSQL alone may help: one whose disk is full answers what is read."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return is_outage(error) and getattr(cause, "sqlstate", None) != NO_ROOM
