"""The people who work here: agents of the desk, what they may do and for which places."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Field, col, select

from core.platform import sql
from core.platform.columns import TableRow, one_of, stamped
from core.platform.database import reading
from core.platform.errors import JigiError
from core.text.words import DESK, Word, called


class Role(Word):
    """What somebody may do.

    A focal person alone reads sensitive grievances; an administrator manages people and reads none.
    """

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    FOCAL = "focal"
    ADMINISTRATOR = "administrator"


ROLES: Final = called(
    Role,
    DESK,
    {
        Role.AGENT: "agent",
        Role.SUPERVISOR: "superviseur",
        Role.FOCAL: "point focal",
        Role.ADMINISTRATOR: "administrateur",
    },
)


class Scope(Word):
    """The kind of place an agent works for; its P-code stands beside it, except for the whole country."""

    COMMUNE = "commune"
    CERCLE = "cercle"
    REGION = "region"
    NATIONAL = "national"


SCOPES: Final = called(
    Scope,
    DESK,
    {
        Scope.COMMUNE: "commune",
        Scope.CERCLE: "cercle",
        Scope.REGION: "région",
        Scope.NATIONAL: "tout le pays",
    },
)


class Agent(TableRow, table=True):
    """A person of the desk, kept when disabled because grievances name them."""

    __tablename__ = "agent"

    id: int = Field(default=None, primary_key=True)
    login: str = Field(unique=True)
    name: str
    role: Role = Field(sa_type=one_of(Role))
    scope_kind: Scope = Field(sa_type=one_of(Scope))
    scope_code: str | None = None
    watches_focal: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """A supervisor who is shown when sensitive grievances were read, and by whom."""
    disabled_at: datetime | None = None
    absent_until: date | None = None
    """The last day on which somebody who is ill or travels does not work; nothing is given to them until then."""
    alert_phone: str | None = None
    """Where a focal person is told by SMS that a case waits (E.164)."""
    alert_mail: str | None = None
    created_at: datetime = stamped()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who does something now; `scope_code` is None for the whole country.

    `claim` is the database's sealed word of who this is, '' for somebody who acts without a session.
    """

    id: int
    name: str
    role: Role
    scope_kind: Scope = Scope.NATIONAL
    scope_code: str | None = None
    watches_focal: bool = False
    claim: str = field(default="", compare=False, repr=False)


class UnknownAgent(JigiError, LookupError):
    """Nobody who works here now has this login."""

    def __init__(self, login: str) -> None:
        super().__init__(f"Nobody works here as {login}.")


class LoginTaken(JigiError, ValueError):
    """An agent has this login already, be it disabled, or written in other cases."""

    def __init__(self, login: str) -> None:
        super().__init__(f"{login} is taken, be it by somebody who left.")


class BadLogin(JigiError, ValueError):
    """A login is 2 to 32 letters, digits, dots, dashes and underscores, and begins with a letter or digit."""


class ScopeNeedsPlace(JigiError, ValueError):
    """A commune, cercle or region needs its P-code; the whole country has none."""


LOGIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,31}")

ADD: Final = """
INSERT INTO agent (login, name, role, scope_kind, scope_code)
SELECT login, %(name)s, %(role)s, %(scope_kind)s, %(scope_code)s
FROM (SELECT CAST(%(login)s AS varchar) AS login) AS new
WHERE NOT EXISTS (SELECT FROM agent WHERE lower(agent.login) = lower(new.login))
ON CONFLICT (login) DO NOTHING RETURNING id
"""


async def actor_of(login: str) -> Actor:
    """Who works here under this login; raises UnknownAgent."""
    query = select(Agent).where(Agent.login == login, col(Agent.disabled_at).is_(None))
    async with reading() as session:
        agent = (await session.exec(query)).one_or_none()
    if agent is None:
        raise UnknownAgent(login)
    return Actor(agent.id, agent.name, agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal)


async def add_agent(
    login: str, name: str, role: Role, scope: Scope = Scope.NATIONAL, scope_code: str | None = None
) -> int:
    """Let someone work here, and give their id; they sign in once they have a password.

    Raises LoginTaken, BadLogin, and ScopeNeedsPlace when a scope lacks its P-code or the whole country has one.
    """
    if LOGIN.fullmatch(login) is None:
        raise BadLogin("a login is 2 to 32 letters, digits, dots, dashes and underscores")
    check_scope(scope, scope_code)
    values = {"login": login, "name": name, "role": role, "scope_kind": scope, "scope_code": scope_code}
    agent_id: int | None = await sql.scalar(ADD, values)
    if agent_id is None:
        raise LoginTaken(login)
    return agent_id


def check_scope(scope: Scope, scope_code: str | None) -> None:
    """Raise ScopeNeedsPlace for a commune, cercle or region without its P-code, and for the country with one."""
    if (scope is Scope.NATIONAL) is not (scope_code is None):
        raise ScopeNeedsPlace("a commune, cercle or region needs its P-code; the whole country has none")
