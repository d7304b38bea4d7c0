"""What administrators do with the people who work here; nothing of it leaves without an entry in the audit trail.

Each act takes who does it: an administrator at the desk, or None for the operator with the shell of the server. At the
desk no act may leave the programme without an administrator.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Update
from sqlmodel import col, select, update

from core.places.communes import Place, loose
from core.places.models import Cercle, Commune, Region
from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, reading, writing
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.staff import agents, audit, second_factor, sign_in
from core.staff.acts import Act
from core.staff.agents import Actor, Agent, Role, Scope, UnknownAgent
from core.staff.credentials import DeskSession
from core.staff.permissions import Permission, must
from core.staff.sign_in import Ending


class LastAdministrator(JigiError, ValueError):
    """Nobody would be left to manage people."""

    def __init__(self, login: str) -> None:
        super().__init__(f"{login} is the last administrator.")


class UnknownPlace(JigiError, ValueError):
    """There is no such commune, cercle or region."""

    def __init__(self, kind: Scope, pcode: str) -> None:
        super().__init__(f"there is no {kind} {pcode}")


class NoReason(JigiError, ValueError):
    """A change of what somebody may do has a reason."""

    def __init__(self, login: str) -> None:
        super().__init__(f"A change of what {login} may do needs a reason.")


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
    absent_until: date | None
    alert_phone: str | None
    alert_mail: str | None

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

    def kept(self) -> dict[str, Any]:
        """Duties as they are kept, and as the trail tells them."""
        return {
            "role": self.role,
            "scope_kind": self.scope_kind,
            "scope_code": self.scope_code,
            "watches_focal": self.watches_focal and self.role is Role.SUPERVISOR,
        }


PEOPLE: Final = """
SELECT agent.id, login, agent.name, role, scope_kind, scope_code,
    coalesce(region.name, cercle.name, commune.name) AS place, watches_focal, agent.created_at, disabled_at,
    agent_credential.agent_id IS NOT NULL AS has_password, coalesce(must_change, false) AS must_change,
    totp_confirmed_at IS NOT NULL AS second_factor, locked_until,
    (SELECT max(seen_at) FROM desk_session WHERE desk_session.agent_id = agent.id) AS seen_at,
    (SELECT count(*) FROM desk_session WHERE desk_session.agent_id = agent.id AND ended_at IS NULL
        AND disabled_at IS NULL AND seen_at > %(idle)s AND desk_session.created_at > %(absolute)s) AS sessions,
    absent_until, alert_phone, alert_mail
FROM agent LEFT JOIN agent_credential ON agent_credential.agent_id = agent.id
LEFT JOIN region ON scope_kind = 'region' AND region.pcode = scope_code
LEFT JOIN cercle ON scope_kind = 'cercle' AND cercle.pcode = scope_code
LEFT JOIN commune ON scope_kind = 'commune' AND commune.pcode = scope_code
"""
ALL: Final = f"{PEOPLE} ORDER BY disabled_at IS NOT NULL, lower(agent.name), login"
ONE: Final = f"{PEOPLE} WHERE login = %(login)s"
BY_ID: Final = f"{PEOPLE} WHERE agent.id = %(id)s"


@goes_by(DatabaseTask.SIGN_IN)
async def everybody(now: datetime, settings: Settings) -> tuple[Person, ...]:
    """All who work here by name, then those who did."""
    return tuple(await sql.rows(Person, ALL, sign_in.lasting(now, settings)))


@goes_by(DatabaseTask.SIGN_IN)
async def person_by_id(agent_id: int, now: datetime, settings: Settings) -> Person | None:
    """Who has this row, or None."""
    return await sql.row(Person, BY_ID, {"id": agent_id, **sign_in.lasting(now, settings)})


@goes_by(DatabaseTask.SIGN_IN)
async def person(login: str, now: datetime, settings: Settings) -> Person:
    """Who has this login; raises UnknownAgent."""
    someone = await sql.row(Person, ONE, {"login": login, **sign_in.lasting(now, settings)})
    if someone is None:
        raise UnknownAgent(login)
    return someone


@goes_by(DatabaseTask.SIGN_IN)
async def open_sessions(login: str, now: datetime, settings: Settings) -> tuple[OpenSession, ...]:
    """The sessions of somebody that last, the one used last first."""
    since = sign_in.lasting(now, settings)
    query = (
        select(DeskSession)
        .join(Agent)
        .where(Agent.login == login, col(DeskSession.ended_at).is_(None))
        .where(DeskSession.seen_at > since["idle"], DeskSession.created_at > since["absolute"])
        .order_by(col(DeskSession.seen_at).desc())
    )
    async with reading() as session:
        return tuple(OpenSession(each.created_at, each.seen_at) for each in await session.exec(query))


PLACES: Final[Mapping[Scope, type[Region | Cercle | Commune]]] = {
    Scope.REGION: Region,
    Scope.CERCLE: Cercle,
    Scope.COMMUNE: Commune,
}
OR_NAME: Final = "SELECT pcode, name FROM {table} WHERE pcode = upper(%(pcode)s) OR lower(name) = lower(%(name)s)"
NAMED: Final[Mapping[Scope, str]] = {
    Scope.REGION: OR_NAME.format(table="region"),
    Scope.CERCLE: OR_NAME.format(table="cercle"),
    Scope.COMMUNE: "SELECT pcode, name FROM commune WHERE pcode = upper(%(pcode)s) OR search = %(loose)s LIMIT 12",
}


@goes_by(DatabaseTask.SIGN_IN)
async def places_named(kind: Scope, pcode: str, name: str) -> tuple[Place, ...]:
    """The places of a kind with this P-code or, when none has it, this name (a commune's in any spelling)."""
    places = tuple(await sql.rows(Place, NAMED[kind], {"pcode": pcode, "name": name, "loose": loose(name)}))
    return tuple(place for place in places if place.pcode == pcode.upper()) or places


@goes_by(DatabaseTask.SIGN_IN)
async def add(actor: Actor | None, login: str, name: str, duties: Duties, now: datetime) -> str:
    """Let somebody work here, and give the password to tell them once.

    Raises LoginTaken, BadLogin, UnknownPlace, and ScopeNeedsPlace.
    """
    _must_manage(actor)
    given = await sign_in.drawn_password()
    async with writing() as session:
        await _must_be_there(duties)
        agent_id = await agents.add_agent(login, name, duties.role, duties.scope_kind, duties.scope_code)
        await session.exec(_agent(agent_id).values(**duties.kept()))
        await audit.record(_id(actor), Act.PERSON_ADDED, f"agent {login}", now, {"after": duties.kept()})
        await sign_in.keep_password(agent_id, given, now, _id(actor))
    return given.words


@goes_by(DatabaseTask.SIGN_IN)
async def change(actor: Actor | None, login: str, duties: Duties, why: str, now: datetime) -> bool:
    """Change what somebody may do and where, with a reason; their sessions end. False when it was so already.

    Raises UnknownAgent, LastAdministrator, NoReason, UnknownPlace, and ScopeNeedsPlace.
    """
    _must_manage(actor)
    reason = _reason(login, why)
    agents.check_scope(duties.scope_kind, duties.scope_code)
    async with writing() as session:
        await _must_be_there(duties)
        agent = await _locked(login, actor, leaves=duties.role is not Role.ADMINISTRATOR)
        before = Duties(agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal).kept()
        after = duties.kept()
        if before == after:
            return False
        await session.exec(_agent(agent.id).values(**after))
        await sign_in.end_sessions(agent.id, Ending.DUTIES, now)
        detail = {"before": before, "after": after, "why": reason}
        await audit.record(_id(actor), Act.PERSON_CHANGED, f"agent {login}", now, detail)
    return True


@goes_by(DatabaseTask.SIGN_IN)
async def disable(actor: Actor | None, login: str, why: str, now: datetime) -> bool:
    """Let somebody work here no more, with a reason; their sessions end. False when it was so already.

    Raises UnknownAgent, LastAdministrator and NoReason.
    """
    _must_manage(actor)
    reason = _reason(login, why)
    async with writing() as session:
        agent = await _locked(login, actor, leaves=True)
        if agent.disabled_at is not None:
            return False
        await session.exec(_agent(agent.id).values(disabled_at=now))
        await sign_in.end_sessions(agent.id, Ending.DISABLED, now)
        await audit.record(_id(actor), Act.PERSON_DISABLED, f"agent {login}", now, {"why": reason})
    return True


@goes_by(DatabaseTask.SIGN_IN)
async def enable(actor: Actor | None, login: str, now: datetime) -> bool:
    """Let somebody work here again, as before; False when they do. Raises UnknownAgent."""
    _must_manage(actor)
    async with writing() as session:
        agent = await _locked(login, actor)
        if agent.disabled_at is None:
            return False
        await session.exec(_agent(agent.id).values(disabled_at=None))
        await audit.record(_id(actor), Act.PERSON_ENABLED, f"agent {login}", now)
    return True


@goes_by(DatabaseTask.SIGN_IN)
async def tell_at(actor: Actor | None, login: str, phone: str | None, mail: str | None, now: datetime) -> None:
    """Where a focal person is told that a case waits: a phone (E.164), a mail address, or neither."""
    _must_manage(actor)
    async with writing() as session:
        agent = await _locked(login, actor)
        await session.exec(_agent(agent.id).values(alert_phone=phone, alert_mail=mail))
        detail = {"alerts": [name for name, value in (("sms", phone), ("mail", mail)) if value]}
        await audit.record(_id(actor), Act.PERSON_CHANGED, f"agent {login}", now, detail)


@goes_by(DatabaseTask.SIGN_IN)
async def new_password(actor: Actor | None, login: str, now: datetime) -> str:
    """A password to tell somebody once, in place of theirs; a lock ends, and so do their sessions."""
    _must_manage(actor)
    given = await sign_in.drawn_password()
    async with writing():
        agent = await _locked(login, actor)
        await sign_in.keep_password(agent.id, given, now, _id(actor))
    return given.words


@goes_by(DatabaseTask.SIGN_IN)
async def forget_second_factor(actor: Actor | None, login: str, now: datetime) -> None:
    """Let somebody set up their second factor anew; their sessions end. Raises UnknownAgent."""
    _must_manage(actor)
    async with writing():
        agent = await _locked(login, actor)
        await second_factor.forget_second_factor(agent.id, _id(actor), now)


@goes_by(DatabaseTask.SIGN_IN)
async def end_sessions(actor: Actor | None, login: str, now: datetime) -> None:
    """End every session of somebody. Raises UnknownAgent."""
    _must_manage(actor)
    async with writing():
        agent = await _locked(login, actor)
        await sign_in.end_sessions(agent.id, Ending.ADMINISTRATOR, now)
        await audit.record(_id(actor), Act.SESSIONS_ENDED, f"agent {login}", now)


def _must_manage(actor: Actor | None) -> None:
    if actor is not None:
        must(actor, Permission.MANAGE_PEOPLE)


def _id(actor: Actor | None) -> int | None:
    return actor.id if actor else None


def _reason(login: str, why: str) -> str:
    """The reason that was written; raises NoReason."""
    if not why.strip():
        raise NoReason(login)
    return why.strip()


def _agent(agent_id: int) -> Update:
    return update(Agent).where(col(Agent.id) == agent_id)


async def _must_be_there(duties: Duties) -> None:
    """Raise UnknownPlace for a P-code that no place of the kind has."""
    if duties.scope_code is None or duties.scope_kind not in PLACES:
        return
    async with reading() as session:
        if await session.get(PLACES[duties.scope_kind], duties.scope_code) is None:
            raise UnknownPlace(duties.scope_kind, duties.scope_code)


@dataclass(frozen=True, slots=True)
class _Agent:
    """Somebody, locked to the end of the transaction."""

    id: int
    role: Role
    scope_kind: Scope
    scope_code: str | None
    watches_focal: bool
    disabled_at: datetime | None


LOCKED: Final = """
SELECT id, role, scope_kind, scope_code, watches_focal, disabled_at FROM agent WHERE login = %(login)s FOR UPDATE
"""
WORKING: Final = "SELECT id FROM agent WHERE role = %(role)s AND disabled_at IS NULL ORDER BY id FOR UPDATE"


async def _locked(login: str, actor: Actor | None, *, leaves: bool = False) -> _Agent:
    """Somebody, locked; `leaves` when they will be no administrator any more, which the last one may not.

    Raises UnknownAgent and LastAdministrator.
    """
    working = set(await sql.scalars(WORKING, {"role": Role.ADMINISTRATOR})) if leaves else set()
    agent = await sql.row(_Agent, LOCKED, {"login": login})
    if agent is None:
        raise UnknownAgent(login)
    if actor is not None and working == {agent.id}:
        raise LastAdministrator(login)
    return agent
