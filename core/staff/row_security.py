"""What an agent sees: a transaction in which only that is there, by the row-level security of the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.platform import sql
from core.platform.database import Session, figures, writing
from core.staff.agents import Actor

BECOME: Final = """
SELECT set_config('jigi.agent_id', %(agent_id)s, true), set_config('jigi.role', %(role)s, true),
    set_config('jigi.scope', %(scope)s, true), set_config('role', 'jigi_desk', true)
"""


@asynccontextmanager
async def seen_by(actor: Actor) -> AsyncIterator[Session]:
    """One transaction as the desk's own database role, in which only what `actor` may see is there.

    Whatever reads or writes inside joins it. What is not seen is as if it were not: no row, no count, no update.
    """
    async with writing() as session:
        await become(actor)
        yield session


@asynccontextmanager
async def figures_seen_by(actor: Actor) -> AsyncIterator[Session]:
    """The same for figures, from the server to read them from (`JIGI_DATABASE_READ_URL`) where there is one."""
    async with figures() as session:
        await become(actor)
        yield session


async def become(actor: Actor) -> None:
    """Let the transaction under way see no more than `actor` does, to its end."""
    await sql.execute(BECOME, sight(actor))


def sight(actor: Actor | None) -> dict[str, str]:
    """The parameters of BECOME for somebody; for nobody, who sees nothing."""
    if actor is None:
        return {"agent_id": "0", "role": "", "scope": ""}
    return {"agent_id": str(actor.id), "role": actor.role.value, "scope": actor.scope_code or ""}
