"""The sessions of the library's lists and forms: each transaction sees what whoever asks may see, and no more."""

from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from core.platform import database
from core.staff.agents import Actor
from core.staff.row_security import BECOME, sight

ASKING: Final[ContextVar[Actor | None]] = ContextVar("asking", default=None)
"""Who makes the request that is being answered."""


class _Narrowed(Session):
    """A session whose transactions become the desk's own database role."""


@event.listens_for(_Narrowed, "after_begin")
def _become(_: Session, __: Any, connection: Connection) -> None:
    connection.exec_driver_sql(BECOME, sight(ASKING.get()))


def sessions() -> async_sessionmaker[AsyncSession]:
    """The maker of the sessions of the lists."""
    return async_sessionmaker(database.engine(), sync_session_class=_Narrowed, expire_on_commit=False)
