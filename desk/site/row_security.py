"""The sessions of the library's lists and forms: each transaction sees what whoever asks may see, and no more."""

from contextvars import ContextVar
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session
from starlette.types import ASGIApp, Receive, Scope, Send

from core.platform import database
from core.staff import audit
from core.staff.agents import Actor
from core.staff.row_security import narrowed

ASKING: Final[ContextVar[Actor | None]] = ContextVar("asking", default=None)
"""Who makes the request that is being answered."""


class AtTheDesk:
    """Whatever a request of the desk reads or does goes by the desk's own sign-in to the database."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and remember from where it was asked."""
        client = scope.get("client")
        mark = audit.SOURCE.set(client[0] if client else None)
        try:
            with database.signed_in_for(database.DatabaseTask.DESK):
                await self._app(scope, receive, send)
        finally:
            audit.SOURCE.reset(mark)


class _Narrowed(Session):
    """A session whose transactions become the desk's own database role."""


@event.listens_for(_Narrowed, "after_begin")
def _become(_: Session, __: Any, connection: Connection) -> None:
    connection.exec_driver_sql(*narrowed(ASKING.get()))


def sessions() -> async_sessionmaker[AsyncSession]:
    """The maker of the sessions of the lists."""
    with database.signed_in_for(database.DatabaseTask.DESK):
        engine = database.engine()
    return async_sessionmaker(engine, sync_session_class=_Narrowed, expire_on_commit=False)
