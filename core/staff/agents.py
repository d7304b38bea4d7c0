"""The people who work here: agents of the desk, what they may do and for which places."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import text
from sqlmodel import Field

from core.platform.columns import Row, one_of, stamped
from core.platform.database import reading, writing


class Role(StrEnum):
    """What somebody may do.

    A focal person alone reads sensitive grievances; an administrator manages people and reads none.
    """

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    FOCAL = "focal"
    ADMINISTRATOR = "administrator"


class Scope(StrEnum):
    """The kind of place an agent works for; its P-code stands beside it, except for the whole country."""

    COMMUNE = "commune"
    CERCLE = "cercle"
    REGION = "region"
    NATIONAL = "national"


class Agent(Row, table=True):
    """A person of the desk, kept when disabled because grievances name them."""

    __tablename__ = "agent"

    id: int | None = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=one_of(Role))
    scope_kind: Scope = Field(sa_type=one_of(Scope))
    scope_code: str | None = None
    watches_focal: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """A supervisor who is shown when sensitive grievances were read, and by whom."""
    disabled_at: datetime | None = None
    created_at: datetime = stamped()


@dataclass(frozen=True, slots=True)
class AgentCard:
    """An agent as listed; `scope_code` is None for the whole country."""

    login: str
    name: str
    role: Role
    scope_kind: Scope
    scope_code: str | None
    disabled_at: datetime | None


class UnknownAgentError(LookupError):
    """Nobody who works here now has this login."""


class LoginTakenError(ValueError):
    """An agent has this login already, be it disabled, or written in other cases."""


class BadLogin(ValueError):
    """A login is 2 to 32 letters, digits, dots, dashes and underscores, and begins with a letter or digit."""


LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}")

AGENTS = text("SELECT login, name, role, scope_kind, scope_code, disabled_at FROM agent ORDER BY login")
ADD = text(
    "INSERT INTO agent (login, name, role, scope_kind, scope_code) "
    "SELECT login, :name, :role, :scope_kind, :scope_code FROM (SELECT CAST(:login AS varchar) AS login) AS new "
    "WHERE NOT EXISTS (SELECT FROM agent WHERE lower(agent.login) = lower(new.login)) "
    "ON CONFLICT (login) DO NOTHING RETURNING id"
)
WORKING = text(
    "SELECT id, name, role, scope_kind, scope_code, watches_focal FROM agent "
    "WHERE login = :login AND disabled_at IS NULL"
)
DISABLE = text("UPDATE agent SET disabled_at = coalesce(disabled_at, :now) WHERE login = :login RETURNING id")


async def agents() -> tuple[AgentCard, ...]:
    """All agents by login, the disabled ones too."""
    async with reading() as connection:
        rows = await connection.execute(AGENTS)
    return tuple(
        AgentCard(row.login, row.name, Role(row.role), Scope(row.scope_kind), row.scope_code, row.disabled_at)
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something now; `scope_code` is None for the whole country."""

    id: int
    name: str
    role: Role
    scope_kind: Scope = Scope.NATIONAL
    scope_code: str | None = None
    watches_focal: bool = False


async def actor_of(login: str) -> Actor:
    """Who works here under this login; raises UnknownAgentError."""
    async with reading() as connection:
        row = (await connection.execute(WORKING, {"login": login})).one_or_none()
    if row is None:
        raise UnknownAgentError(login)
    return Actor(row.id, row.name, Role(row.role), Scope(row.scope_kind), row.scope_code, row.watches_focal)


async def add_agent(
    login: str, name: str, role: Role, scope: Scope = Scope.NATIONAL, scope_code: str | None = None
) -> int:
    """Let someone work here, and give their id; they sign in once they have a password.

    Raises LoginTakenError, BadLogin, and ValueError when a scope lacks its P-code or the whole country has one.
    """
    if LOGIN.fullmatch(login) is None:
        raise BadLogin("a login is 2 to 32 letters, digits, dots, dashes and underscores")
    if (scope is Scope.NATIONAL) is not (scope_code is None):
        raise ValueError("a commune, cercle or region needs its P-code; the whole country has none")
    values = {"login": login, "name": name, "role": role, "scope_kind": scope, "scope_code": scope_code}
    async with writing() as session:
        agent_id: int | None = await session.scalar(ADD, values)
    if agent_id is None:
        raise LoginTakenError(login)
    return agent_id


async def disable_agent(login: str, now: datetime) -> bool:
    """Let someone work here no more; False if nobody has this login."""
    async with writing() as session:
        return await session.scalar(DISABLE, {"login": login, "now": now}) is not None
