"""What administrators do with the people who work here; nothing of it leaves without an entry in the audit trail.

Each act takes who does it: an administrator at the desk, or None for the operator with the shell of the server. At the
desk no act may leave the programme without an administrator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.places.communes import Place, loose
from core.platform.database import reading, writing
from core.platform.settings import Settings
from core.staff import agents, audit, sign_in
from core.staff.acts import Act
from core.staff.agents import Actor, Role, Scope, UnknownAgentError
from core.staff.permissions import Permission, must


class LastAdministrator(ValueError):
    """Nobody would be left to manage people."""


class UnknownPlace(ValueError):
    """There is no such commune, cercle or region."""


class NoReason(ValueError):
    """A change of what somebody may do has a reason."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here, or did, and how they sign in; `place` is the name of their commune, cercle or region."""

    id: int
    login: str
    name: str
    role: Role
    scope_kind: Scope
    scope_code: str | None
    place: str | None
    watches_focal: bool
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool
    must_change: bool
    second_factor: bool
    locked_until: datetime | None
    seen_at: datetime | None
    sessions: int

    def locked(self, now: datetime) -> bool:
        """Whether too many wrong tries keep them out now."""
        return self.locked_until is not None and self.locked_until > now


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session of somebody that did not end yet."""

    since: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Duties:
    """What somebody may do, and for which place; a supervisor may also watch who reads sensitive grievances."""

    role: Role
    scope_kind: Scope = Scope.NATIONAL
    scope_code: str | None = None
    watches_focal: bool = False


PEOPLE: Final = """
SELECT agent.id, login, agent.name, role, scope_kind, scope_code,
    coalesce(region.name, cercle.name, commune.name) AS place, watches_focal, agent.created_at, disabled_at,
    agent_credential.agent_id IS NOT NULL AS has_password, coalesce(must_change, false) AS must_change,
    totp_confirmed_at IS NOT NULL AS second_factor, locked_until,
    (SELECT max(seen_at) FROM desk_session WHERE desk_session.agent_id = agent.id) AS seen_at,
    (SELECT count(*) FROM desk_session WHERE desk_session.agent_id = agent.id AND ended_at IS NULL
        AND disabled_at IS NULL AND seen_at > :idle AND desk_session.created_at > :absolute) AS sessions
FROM agent LEFT JOIN agent_credential ON agent_credential.agent_id = agent.id
LEFT JOIN region ON scope_kind = 'region' AND region.pcode = scope_code
LEFT JOIN cercle ON scope_kind = 'cercle' AND cercle.pcode = scope_code
LEFT JOIN commune ON scope_kind = 'commune' AND commune.pcode = scope_code
"""
ALL: Final = text(f"{PEOPLE} ORDER BY disabled_at IS NOT NULL, lower(agent.name), login")
ONE: Final = text(f"{PEOPLE} WHERE login = :login")


async def everybody(now: datetime, settings: Settings) -> tuple[Person, ...]:
    """All who work here by name, then those who did."""
    async with reading() as connection:
        rows = await connection.execute(ALL, _bounds(now, settings))
    return tuple(_person(row) for row in rows)


async def person(login: str, now: datetime, settings: Settings) -> Person:
    """Who has this login; raises UnknownAgentError."""
    async with reading() as connection:
        row = (await connection.execute(ONE, {"login": login, **_bounds(now, settings)})).one_or_none()
    if row is None:
        raise UnknownAgentError(login)
    return _person(row)


def _person(row: Any) -> Person:
    return Person(**{**row._mapping, "role": Role(row.role), "scope_kind": Scope(row.scope_kind)})


def _bounds(now: datetime, settings: Settings) -> dict[str, datetime]:
    """Since when a session must have been used and opened to last still."""
    return {
        "idle": now - timedelta(minutes=settings.desk_idle_minutes),
        "absolute": now - timedelta(hours=settings.desk_session_hours),
    }


SESSIONS: Final = text(
    "SELECT desk_session.created_at, seen_at FROM desk_session JOIN agent ON agent.id = agent_id WHERE login = :login "
    "AND ended_at IS NULL AND seen_at > :idle AND desk_session.created_at > :absolute ORDER BY seen_at DESC"
)


async def open_sessions(login: str, now: datetime, settings: Settings) -> tuple[OpenSession, ...]:
    """The sessions of somebody that last, the one used last first."""
    async with reading() as connection:
        rows = await connection.execute(SESSIONS, {"login": login, **_bounds(now, settings)})
    return tuple(OpenSession(*row) for row in rows)


PLACES: Final[Mapping[Scope, Any]] = {
    Scope.REGION: text("SELECT EXISTS (SELECT FROM region WHERE pcode = :pcode)"),
    Scope.CERCLE: text("SELECT EXISTS (SELECT FROM cercle WHERE pcode = :pcode)"),
    Scope.COMMUNE: text("SELECT EXISTS (SELECT FROM commune WHERE pcode = :pcode)"),
}
NAMED: Final[Mapping[Scope, Any]] = {
    Scope.REGION: text("SELECT pcode, name FROM region WHERE pcode = upper(:pcode) OR lower(name) = lower(:name)"),
    Scope.CERCLE: text("SELECT pcode, name FROM cercle WHERE pcode = upper(:pcode) OR lower(name) = lower(:name)"),
    Scope.COMMUNE: text("SELECT pcode, name FROM commune WHERE pcode = upper(:pcode) OR search = :loose LIMIT 12"),
}


async def places_named(kind: Scope, pcode: str, name: str) -> tuple[Place, ...]:
    """The places of a kind with this P-code or, when none has it, this name (a commune's in any spelling)."""
    async with reading() as connection:
        values = {"pcode": pcode, "name": name, "loose": loose(name)}
        found = tuple(Place(*row) for row in await connection.execute(NAMED[kind], values))
    return tuple(place for place in found if place.pcode == pcode.upper()) or found


WATCH: Final = text("UPDATE agent SET watches_focal = :watches_focal WHERE id = :id")


async def add(actor: Actor | None, login: str, name: str, duties: Duties, now: datetime) -> str:
    """Let somebody work here, and give the password to tell them once.

    Raises LoginTakenError, BadLogin, UnknownPlace, and ValueError for a scope without its place.
    """
    _must(actor)
    async with writing() as session:
        await _there(session, duties)
        agent_id = await agents.add_agent(login, name, duties.role, duties.scope_kind, duties.scope_code)
        await session.execute(WATCH, {"id": agent_id, "watches_focal": _watches(duties)})
        after = _told(duties)
        await audit.note(_id(actor), Act.PERSON_ADDED, f"agent {login}", now, {"after": after})
        return await sign_in.give_password(agent_id, now, _id(actor))


FIND: Final = text(
    "SELECT id, role, scope_kind, scope_code, watches_focal, disabled_at FROM agent WHERE login = :login FOR UPDATE"
)
ADMINISTRATORS_NOW: Final = text(
    "SELECT id FROM agent WHERE role = 'administrator' AND disabled_at IS NULL ORDER BY id FOR UPDATE"
)
CHANGE: Final = text(
    "UPDATE agent SET role = :role, scope_kind = :scope_kind, scope_code = :scope_code, watches_focal = :watches_focal "
    "WHERE id = :id"
)


async def change(actor: Actor | None, login: str, duties: Duties, why: str, now: datetime) -> bool:
    """Change what somebody may do and where, with a reason; their sessions end. False when it was so already.

    Raises UnknownAgentError, LastAdministrator, NoReason, UnknownPlace, and ValueError for a scope without its place.
    """
    _must(actor)
    if not why.strip():
        raise NoReason(login)
    if (duties.scope_kind is Scope.NATIONAL) is not (duties.scope_code is None):
        raise ValueError("a commune, cercle or region needs its P-code; the whole country has none")
    async with writing() as session:
        await _there(session, duties)
        found = await _found(session, login, actor, leaves=duties.role is not Role.ADMINISTRATOR)
        before = _told(Duties(Role(found.role), Scope(found.scope_kind), found.scope_code, found.watches_focal))
        after = _told(duties)
        if before == after:
            return False
        await session.execute(CHANGE, {"id": found.id, **after})
        await sign_in.end_sessions(found.id, "duties", now)
        detail = {"before": before, "after": after, "why": why.strip()}
        await audit.note(_id(actor), Act.PERSON_CHANGED, f"agent {login}", now, detail)
    return True


DISABLE: Final = text("UPDATE agent SET disabled_at = :now WHERE id = :id AND disabled_at IS NULL RETURNING id")
ENABLE: Final = text("UPDATE agent SET disabled_at = NULL WHERE id = :id AND disabled_at IS NOT NULL RETURNING id")


async def disable(actor: Actor | None, login: str, why: str, now: datetime) -> bool:
    """Let somebody work here no more, with a reason; their sessions end. False when it was so already.

    Raises UnknownAgentError, LastAdministrator and NoReason.
    """
    _must(actor)
    if not why.strip():
        raise NoReason(login)
    async with writing() as session:
        found = await _found(session, login, actor, leaves=True)
        if await session.scalar(DISABLE, {"id": found.id, "now": now}) is None:
            return False
        await sign_in.end_sessions(found.id, "disabled", now)
        await audit.note(_id(actor), Act.PERSON_DISABLED, f"agent {login}", now, {"why": why.strip()})
    return True


async def enable(actor: Actor | None, login: str, now: datetime) -> bool:
    """Let somebody work here again, as before; False when they do. Raises UnknownAgentError."""
    _must(actor)
    async with writing() as session:
        found = await _found(session, login, actor)
        if await session.scalar(ENABLE, {"id": found.id}) is None:
            return False
        await audit.note(_id(actor), Act.PERSON_ENABLED, f"agent {login}", now)
    return True


async def new_password(actor: Actor | None, login: str, now: datetime) -> str:
    """A password to tell somebody once, in place of theirs; a lock ends, and so do their sessions."""
    _must(actor)
    async with writing() as session:
        found = await _found(session, login, actor)
        return await sign_in.give_password(found.id, now, _id(actor))


async def forget_second_factor(actor: Actor | None, login: str, now: datetime) -> None:
    """Let somebody set up their second factor anew; their sessions end. Raises UnknownAgentError."""
    _must(actor)
    async with writing() as session:
        found = await _found(session, login, actor)
        await sign_in.forget_second_factor(found.id, _id(actor), now)


async def end_sessions(actor: Actor | None, login: str, now: datetime) -> None:
    """End every session of somebody. Raises UnknownAgentError."""
    _must(actor)
    async with writing() as session:
        found = await _found(session, login, actor)
        await sign_in.end_sessions(found.id, "administrator", now)
        await audit.note(_id(actor), Act.SESSIONS_ENDED, f"agent {login}", now)


def _must(actor: Actor | None) -> None:
    if actor is not None:
        must(actor, Permission.MANAGE_PEOPLE)


def _id(actor: Actor | None) -> int | None:
    return actor.id if actor else None


def _watches(duties: Duties) -> bool:
    return duties.watches_focal and duties.role is Role.SUPERVISOR


def _told(duties: Duties) -> dict[str, Any]:
    """Duties as they are kept and as the trail tells them."""
    return {
        "role": str(duties.role),
        "scope_kind": str(duties.scope_kind),
        "scope_code": duties.scope_code,
        "watches_focal": _watches(duties),
    }


async def _there(session: AsyncSession, duties: Duties) -> None:
    """Raise UnknownPlace for a P-code that no place of the kind has."""
    if duties.scope_code is not None and duties.scope_kind in PLACES:
        there = await session.scalar(PLACES[duties.scope_kind], {"pcode": duties.scope_code})
        if not there:
            raise UnknownPlace(f"there is no {duties.scope_kind} {duties.scope_code}")


async def _found(session: AsyncSession, login: str, actor: Actor | None, *, leaves: bool = False) -> Any:
    """Somebody's row, locked; `leaves` when they will be no administrator any more, which the last one may not."""
    working = set(await session.scalars(ADMINISTRATORS_NOW)) if leaves else set()
    row = (await session.execute(FIND, {"login": login})).one_or_none()
    if row is None:
        raise UnknownAgentError(login)
    if actor is not None and working == {row.id}:
        raise LastAdministrator(login)
    return row
