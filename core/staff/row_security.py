"""What an agent sees: a transaction in which only that is there, by the row-level security of the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.platform.database import writing
from core.staff.agents import Acting

BECOME = text(
    "SELECT set_config('jigi.agent_id', :agent_id, true), set_config('jigi.role', :role, true), "
    "set_config('jigi.scope', :scope, true), set_config('role', 'jigi_desk', true)"
)


@asynccontextmanager
async def seen_by(who: Acting) -> AsyncIterator[AsyncSession]:
    """One transaction as the desk's own database role, in which only what `who` may see is there.

    Whatever reads or writes inside joins it. What is not seen is as if it were not: no row, no count, no update.
    """
    async with writing() as session:
        await become(session, who)
        yield session


async def become(session: AsyncSession, who: Acting) -> None:
    """Let a transaction see no more than `who` does, to its end."""
    await session.execute(BECOME, sight(who))


def sight(who: Acting | None) -> dict[str, str]:
    """The parameters of BECOME for somebody; for nobody, who sees nothing."""
    if who is None:
        return {"agent_id": "0", "role": "", "scope": ""}
    return {"agent_id": str(who.id), "role": who.role.value, "scope": who.scope_code or ""}
