"""Signing in to the desk: a password, and sessions that end.

A session is a random word in a cookie, of which only the hash is kept. Whoever must change a password, or prove a
second factor, is at that stage until they have.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import col, select, update

from core.platform import sql
from core.platform.database import DatabaseTask, goes_by, reading, writing
from core.platform.settings import Settings
from core.staff import audit, passwords, tries
from core.staff.acts import Act
from core.staff.agents import Actor, Agent, Role, Scope
from core.staff.credentials import DeskSession, NotSignedIn, change_of, credential_of, failed, hash_of, of_session
from core.staff.metrics import SIGN_INS
from core.staff.tries import LockedOut
from core.text.words import Code

SEEN_EVERY: Final = timedelta(seconds=30)
"""How often it is written down that a session was used."""


class Stage(Code):
    """What somebody who signs in still has to do."""

    CODE = "code"
    ENROL = "enrol"
    CHANGE = "change"
    IN = "in"


class Ending(Code):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed out"
    BY_ONESELF = "by oneself"
    """From another session of the same person."""
    PASSWORD = "password"  # noqa: S105
    """There is a new one."""
    SECOND_FACTOR = "second factor"
    """It was forgotten."""
    DUTIES = "duties"
    """What the person may do was changed."""
    DISABLED = "disabled"
    ADMINISTRATOR = "administrator"
    PROVIDER = "provider"
    """The provider of identities says that its own session is over."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as a request finds it."""

    actor: Actor
    login: str
    stage: Stage
    token_hash: str
    by_provider: bool = False
    """Who they are is the provider's word: they have no password here."""


@dataclass(frozen=True, slots=True)
class _Session:
    """A session that lasts, and whose it is."""

    id: int
    login: str
    name: str
    role: Role
    scope_kind: Scope
    scope_code: str | None
    watches_focal: bool
    seen_at: datetime
    verified_at: datetime | None
    must_change: bool
    totp_confirmed_at: datetime | None
    provider_sid: str | None
    claim: str


@goes_by(DatabaseTask.SIGN_IN)
async def sign_in(login: str, password: str, now: datetime, settings: Settings, source: str = "") -> str:
    """Open a session for whoever this is, and give the word for their cookie.

    A login that there is and one that there is not are counted, refused and kept waiting alike. Raises NotSignedIn,
    LockedOut, and TooManyAtOnce.
    """
    counted = await tries.count(login, source, now, settings)
    credential = await credential_of(login) if may_use_password(login, settings) else None
    if settings.oidc_issuer and credential and credential.role is not Role.ADMINISTRATOR:
        credential = None
    if await passwords.matches(password, credential.password_hash if credential else None, source) and credential:
        async with writing():
            await tries.was_good(counted)
            return await _opened(login, credential.password_hash, now, source)
    act = Act.LOCKED_OUT if counted.is_last else Act.SIGN_IN_FAILED
    if credential is None and not counted.is_last:
        act = Act.UNKNOWN_LOGIN
    SIGN_INS.labels(act.value).inc()
    await audit.record(credential.id if credential else None, act, None, now)
    raise LockedOut(counted.until) if counted.is_last else NotSignedIn


async def _opened(login: str, password_hash: str, now: datetime, source: str) -> str:
    """The word of a new session; raises NotSignedIn where the password was changed while it was looked at."""
    token = secrets.token_urlsafe(32)
    async with writing() as session:
        credential = await credential_of(login, locked=True)
        if credential is None or credential.password_hash != password_hash:
            raise NotSignedIn
        if credential.totp_confirmed_at is None:
            await session.exec(change_of(credential.id).values(failures=0, locked_until=None))
        opened = DeskSession(
            token_hash=hash_of(token), agent_id=credential.id, created_at=now, seen_at=now, source=source or None
        )
        session.add(opened)
        await audit.record(credential.id, Act.SIGNED_IN, None, now)
    SIGN_INS.labels(Act.SIGNED_IN.value).inc()
    return token


SESSION: Final = """
SELECT agent.id, agent.login, agent.name, agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal,
    desk_session.seen_at, desk_session.verified_at, must_change, totp_confirmed_at,
    provider_sid,
    desk_claim(agent.id, agent.role, coalesce(agent.scope_code, '')) AS claim
FROM desk_session JOIN agent ON agent.id = desk_session.agent_id
JOIN agent_credential ON agent_credential.agent_id = agent.id
WHERE token_hash = %(token_hash)s AND ended_at IS NULL AND agent.disabled_at IS NULL
  AND seen_at > %(idle)s AND desk_session.created_at > %(absolute)s
"""
SEEN: Final = "UPDATE desk_session SET seen_at = %(now)s WHERE token_hash = %(token_hash)s"


@goes_by(DatabaseTask.SIGN_IN)
async def session_of(token: str, now: datetime, settings: Settings) -> SignedIn | None:
    """Who the word of a cookie is of, and at what stage; None when its session ended or there is none."""
    token_hash = hash_of(token)
    opened = await sql.row(_Session, SESSION, {"token_hash": token_hash, **lasting(now, settings)})
    if opened is None or (opened.provider_sid is None and not may_use_password(opened.login, settings)):
        return None
    if now - opened.seen_at > SEEN_EVERY:
        await sql.execute(SEEN, {"now": now, "token_hash": token_hash})
    stage = _stage(opened, settings)
    actor = Actor(
        opened.id,
        opened.name,
        opened.role,
        opened.scope_kind,
        opened.scope_code,
        watches_focal=opened.watches_focal,
        claim=opened.claim if stage is Stage.IN else "",
    )
    return SignedIn(actor, opened.login, stage, token_hash, by_provider=opened.provider_sid is not None)


def may_use_password(login: str, settings: Settings) -> bool:
    """Whether somebody may sign in by a password of ours: beside a provider, the one administrator of the settings."""
    return not settings.oidc_issuer or login.strip().lower() == settings.oidc_local_login.lower() != ""


def lasting(now: datetime, settings: Settings) -> dict[str, datetime]:
    """Since when a session must have been used (`idle`) and opened (`absolute`) to last still."""
    return {
        "idle": now - timedelta(minutes=settings.desk_idle_minutes),
        "absolute": now - timedelta(hours=settings.desk_session_hours),
    }


def _stage(opened: _Session, settings: Settings) -> Stage:
    if settings.desk_totp and opened.verified_at is None:
        return Stage.CODE if opened.totp_confirmed_at is not None else Stage.ENROL
    return Stage.CHANGE if opened.must_change and opened.provider_sid is None else Stage.IN


KEEP_HASH: Final = """
INSERT INTO agent_credential (agent_id, password_hash, must_change, failures, set_at)
VALUES (%(agent_id)s, %(password_hash)s, %(must_change)s, 0, %(now)s)
ON CONFLICT (agent_id) DO UPDATE SET password_hash = EXCLUDED.password_hash, must_change = EXCLUDED.must_change,
    failures = 0, locked_until = NULL, set_at = EXCLUDED.set_at
"""


async def _set_password(agent_id: int, kept: str, now: datetime, *, must_change: bool, but: str = "") -> None:
    """Keep the hash of a password, and end the sessions but for one."""
    values = {"agent_id": agent_id, "password_hash": kept, "must_change": must_change}
    await sql.execute(KEEP_HASH, {**values, "now": now})
    await end_sessions(agent_id, Ending.PASSWORD, now, but=but)


@dataclass(frozen=True, slots=True)
class GivenPassword:
    """A password to be told once, with its hash, which is made before a transaction begins."""

    words: str
    kept: str


async def drawn_password() -> GivenPassword:
    """A new one."""
    words = passwords.new_password()
    return GivenPassword(words, await passwords.hashed(words))


@goes_by(DatabaseTask.SIGN_IN)
async def give_password(agent_id: int, now: datetime, by: int | None = None, password: str | None = None) -> str:
    """Give somebody a password to be told once and changed at the first sign-in; their sessions end.

    One that is given in `password` need not be changed.
    """
    given = GivenPassword(password, await passwords.hashed(password)) if password else await drawn_password()
    await keep_password(agent_id, given, now, by, must_change=password is None)
    return given.words


@goes_by(DatabaseTask.SIGN_IN)
async def keep_password(
    agent_id: int, given: GivenPassword, now: datetime, by: int | None = None, *, must_change: bool = True
) -> None:
    """Keep the hash of a password that is given to somebody; their sessions end."""
    async with writing():
        await _set_password(agent_id, given.kept, now, must_change=must_change)
        whom = await about(agent_id)
        await tries.forgive(whom.removeprefix("agent "))
        await audit.record(by, Act.PASSWORD_GIVEN, whom, now)


@goes_by(DatabaseTask.SIGN_IN)
async def change_password(signed_in: SignedIn, old: str, new: str, now: datetime, settings: Settings) -> None:
    """Change one's own password; raises NotSignedIn for a wrong old one, LockedOut, WeakPassword and TooManyAtOnce."""
    async with writing():
        credential = await of_session(signed_in.token_hash)
    if not await is_password(signed_in, old, now, settings):
        raise NotSignedIn
    await passwords.check(new, signed_in.login, signed_in.actor.name)
    if old == new:
        raise passwords.WeakPassword
    kept = await passwords.hashed(new)
    async with writing():
        again = await of_session(signed_in.token_hash)
        if again.password_hash != credential.password_hash:
            raise NotSignedIn
        await _set_password(credential.id, kept, now, must_change=False, but=signed_in.token_hash)
        await audit.record(credential.id, Act.PASSWORD_CHANGED, None, now)


@goes_by(DatabaseTask.SIGN_IN)
async def is_password(signed_in: SignedIn, password: str, now: datetime, settings: Settings) -> bool:
    """Whether this is the password of who is signed in; a wrong one counts. Raises LockedOut and TooManyAtOnce."""
    async with writing():
        credential = await of_session(signed_in.token_hash)
    credential.must_be_open(now)
    if await passwords.matches(password, credential.password_hash, signed_in.login):
        return True
    async with writing():
        locked = await failed(credential.id, now, settings)
    if locked:
        SIGN_INS.labels(Act.LOCKED_OUT.value).inc()
        raise LockedOut(locked)
    return False


@goes_by(DatabaseTask.SIGN_IN)
async def sign_out(token_hash: str, now: datetime) -> None:
    """End a session."""
    this = (col(DeskSession.token_hash) == token_hash, col(DeskSession.ended_at).is_(None))
    async with writing() as session:
        await session.exec(update(DeskSession).where(*this).values(ended_at=now, why_ended=Ending.SIGNED_OUT))


@goes_by(DatabaseTask.SIGN_IN)
async def end_sessions(agent_id: int, why: Ending, now: datetime, *, but: str = "") -> None:
    """End every session of somebody, but for one."""
    theirs = (
        col(DeskSession.agent_id) == agent_id,
        col(DeskSession.ended_at).is_(None),
        col(DeskSession.token_hash) != but,
    )
    async with writing() as session:
        await session.exec(update(DeskSession).where(*theirs).values(ended_at=now, why_ended=why))


@goes_by(DatabaseTask.SIGN_IN)
async def about(agent_id: int) -> str:
    """How the audit trail names somebody."""
    async with reading() as session:
        return f"agent {(await session.exec(select(Agent.login).where(Agent.id == agent_id))).one()}"


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session of one's own that lasts: how it is named, since when, last used when, from which address."""

    name: str
    since: datetime
    seen_at: datetime
    source: str | None
    this: bool


OWN: Final = """
SELECT left(token_hash, 12) AS name, created_at AS since, seen_at, source, token_hash = %(token_hash)s AS this
FROM desk_session WHERE agent_id = %(agent_id)s AND ended_at IS NULL AND seen_at > %(idle)s
    AND created_at > %(absolute)s ORDER BY this DESC, seen_at DESC
"""
END: Final = """
UPDATE desk_session SET ended_at = %(now)s, why_ended = %(why)s
WHERE agent_id = %(agent_id)s AND left(token_hash, 12) = %(name)s AND ended_at IS NULL AND token_hash <> %(token_hash)s
"""


@goes_by(DatabaseTask.SIGN_IN)
async def own_sessions(signed_in: SignedIn, now: datetime, settings: Settings) -> tuple[OwnSession, ...]:
    """The sessions of who asks, this one first."""
    values = {"agent_id": signed_in.actor.id, "token_hash": signed_in.token_hash, **lasting(now, settings)}
    return tuple(await sql.rows(OwnSession, OWN, values))


@goes_by(DatabaseTask.SIGN_IN)
async def end_own_session(signed_in: SignedIn, name: str, now: datetime) -> bool:
    """End another session of who asks; False where there is none of this name."""
    values = {"agent_id": signed_in.actor.id, "token_hash": signed_in.token_hash, "name": name}
    return await sql.execute(END, {**values, "now": now, "why": Ending.BY_ONESELF.value}) > 0
