"""What an agent sees: a transaction in which only that is there, by the row-level security of the database.

Who asks is a claim that the database sealed when it knew their session, and whose seal its policies verify
(`core/schema/migrations/versions/r0017_roles.py`): what is told it otherwise is not believed.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import CheckConstraint, LargeBinary, text
from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.database import DatabaseTask, Session, figures, signed_in_for, writing
from core.staff.agents import Actor


class ClaimKey(TableRow, table=True):
    """The one row with what claims are sealed with, which only the owner of the tables reads; no program does."""

    __tablename__ = "claim_key"
    __table_args__ = (CheckConstraint("one", name="ck_claim_key_one"),)

    one: bool = Field(default=True, primary_key=True, sa_column_kwargs={"server_default": text("true")})
    inner_key: bytes = Field(sa_type=LargeBinary)
    outer_key: bytes = Field(sa_type=LargeBinary)


BEAR: Final = "SELECT set_config('jigi.claim', %(claim)s, true), set_config('role', 'jigi_desk', true)"
MAKE: Final = """
SELECT set_config('jigi.claim', desk_claim(%(agent_id)s, %(role)s, %(scope)s), true),
    set_config('role', 'jigi_desk', true)
"""
NOBODYS: Final = "nobody"
"""A claim without a seal."""


@asynccontextmanager
async def seen_by(actor: Actor) -> AsyncIterator[Session]:
    """One transaction as the desk's own database role, in which only what `actor` may see is there.

    Whatever reads or writes inside joins it. What is not seen is as if it were not: no row, no count, no update.
    """
    with signed_in_for(DatabaseTask.DESK):
        async with writing() as session:
            await become(actor)
            yield session


@asynccontextmanager
async def figures_seen_by(actor: Actor) -> AsyncIterator[Session]:
    """The same for figures, from the server to read them from (`JIGI_DATABASE_READ_URL`) where there is one."""
    with signed_in_for(DatabaseTask.DESK):
        async with figures() as session:
            await become(actor)
            yield session


async def become(actor: Actor) -> None:
    """Let the transaction under way see no more than `actor` does, to its end."""
    statement, values = narrowed(actor)
    await sql.execute(statement, values)


def narrowed(actor: Actor | None) -> tuple[str, dict[str, Any]]:
    """The statement that lets a transaction see no more than somebody does, with its parameters; nobody sees nothing.

    A claim that is borne needs no right to make one, which the desk's own sign-in does not have.
    """
    if actor is None:
        return BEAR, {"claim": NOBODYS}
    if actor.claim:
        return BEAR, {"claim": actor.claim}
    return MAKE, {"agent_id": actor.id, "role": actor.role.value, "scope": actor.scope_code or ""}
