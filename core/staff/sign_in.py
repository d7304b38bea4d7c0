"""Signing in to the desk: password, second factor, lock-out, and sessions that end.

A session is a random word in a cookie, of which only the hash is kept. Whoever must change a password, or prove a
second factor (TOTP, RFC 6238), is at that stage until they have.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pyotp
from sqlalchemy import BigInteger, Index, Update, text
from sqlmodel import Field, col, select, update

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.database import DatabaseTask, goes_by, reading, writing
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.staff import audit, passwords
from core.staff.acts import Act
from core.staff.agents import Actor, Agent, Role, Scope
from core.staff.permissions import SECOND_FACTOR
from core.text.words import Code

ISSUER: Final = "Jigisemejiri"
STEP_SECONDS: Final = 30
SEEN_EVERY: Final = timedelta(seconds=30)
"""How often it is written down that a session was used."""


class AgentCredential(TableRow, table=True):
    """What somebody signs in with; the desk's own database role cannot read it."""

    __tablename__ = "agent_credential"

    agent_id: int = Field(foreign_key="agent.id", ondelete="CASCADE", primary_key=True)
    password_hash: str
    must_change: bool
    totp_secret: str | None = None
    totp_confirmed_at: datetime | None = None
    totp_step: int | None = Field(default=None, sa_type=BigInteger)
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    locked_until: datetime | None = None
    set_at: datetime


class DeskSession(TableRow, table=True):
    """Somebody signed in, by the hash of the word in their cookie."""

    __tablename__ = "desk_session"
    __table_args__ = (Index("ix_desk_session_agent_id", "agent_id", postgresql_where=text("ended_at IS NULL")),)

    token_hash: str = Field(primary_key=True)
    agent_id: int = Field(foreign_key="agent.id", ondelete="CASCADE")
    created_at: datetime
    seen_at: datetime
    verified_at: datetime | None = None
    ended_at: datetime | None = None
    why_ended: str | None = Field(default=None, max_length=20)


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


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as a request finds it."""

    actor: Actor
    login: str
    stage: Stage
    token_hash: str


class NotSignedIn(JigiError):
    """Login, password or code do not fit; it is not said which."""


class LockedOut(JigiError):
    """Too many wrong tries; `until` is when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong tries: locked until {until:%H:%M}")
        self.until = until


@dataclass(frozen=True, slots=True)
class _Credential:
    """Somebody with what they sign in with, locked to the end of the transaction."""

    id: int
    login: str
    role: Role
    password_hash: str
    totp_secret: str | None
    totp_confirmed_at: datetime | None
    totp_step: int | None
    locked_until: datetime | None

    def must_be_open(self, now: datetime) -> None:
        """Raise LockedOut while too many wrong tries keep them out."""
        if self.locked_until is not None and self.locked_until > now:
            raise LockedOut(self.locked_until)


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
    claim: str


CREDENTIAL: Final = """
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM agent JOIN agent_credential ON agent_id = agent.id
WHERE lower(login) = lower(%(login)s) AND disabled_at IS NULL FOR UPDATE OF agent_credential
"""
FAILED: Final = """
UPDATE agent_credential SET failures = failures + 1, locked_until = CASE WHEN (failures + 1) %% %(most)s = 0
    THEN CAST(%(until)s AS timestamptz) ELSE locked_until END
WHERE agent_id = %(agent_id)s RETURNING locked_until
"""


@goes_by(DatabaseTask.SIGN_IN)
async def sign_in(login: str, password: str, now: datetime, settings: Settings) -> str:
    """Open a session for whoever this is, and give the word for their cookie; raises NotSignedIn and LockedOut."""
    async with writing():
        credential = await sql.row(_Credential, CREDENTIAL, {"login": login.strip()})
        if credential is not None:
            credential.must_be_open(now)
        fits = passwords.matches(password, credential.password_hash if credential else None)
        if fits and credential is not None:
            return await _opened(credential, now)
        locked = await _failed(credential.id, now, settings) if credential else None
    raise LockedOut(locked) if locked else NotSignedIn


async def _opened(credential: _Credential, now: datetime) -> str:
    """The word of a new session."""
    token = secrets.token_urlsafe(32)
    async with writing() as session:
        if credential.totp_confirmed_at is None or credential.role not in SECOND_FACTOR:
            await session.exec(_credential_of(credential.id).values(failures=0, locked_until=None))
        opened = DeskSession(token_hash=_hash(token), agent_id=credential.id, created_at=now, seen_at=now)
        session.add(opened)
        await audit.record(credential.id, Act.SIGNED_IN, None, now)
    return token


def _credential_of(agent_id: int) -> Update:
    return update(AgentCredential).where(col(AgentCredential.agent_id) == agent_id)


async def _failed(agent_id: int, now: datetime, settings: Settings) -> datetime | None:
    """Count a wrong try; give until when the login is locked, if it is now."""
    until = now + timedelta(minutes=settings.desk_lock_minutes)
    async with writing():
        values = {"agent_id": agent_id, "most": settings.desk_tries, "until": until}
        locked: datetime | None = await sql.scalar(FAILED, values)
        await audit.record(agent_id, Act.SIGN_IN_FAILED, None, now)
    return locked if locked is not None and locked > now else None


SESSION: Final = """
SELECT agent.id, agent.login, agent.name, agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal,
    desk_session.seen_at, desk_session.verified_at, must_change, totp_confirmed_at,
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
    token_hash = _hash(token)
    opened = await sql.row(_Session, SESSION, {"token_hash": token_hash, **lasting(now, settings)})
    if opened is None:
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
    return SignedIn(actor, opened.login, stage, token_hash)


def lasting(now: datetime, settings: Settings) -> dict[str, datetime]:
    """Since when a session must have been used (`idle`) and opened (`absolute`) to last still."""
    return {
        "idle": now - timedelta(minutes=settings.desk_idle_minutes),
        "absolute": now - timedelta(hours=settings.desk_session_hours),
    }


def _stage(opened: _Session, settings: Settings) -> Stage:
    if settings.desk_totp and opened.role in SECOND_FACTOR and opened.verified_at is None:
        return Stage.CODE if opened.totp_confirmed_at is not None else Stage.ENROL
    return Stage.CHANGE if opened.must_change else Stage.IN


OF_SESSION: Final = """
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM desk_session JOIN agent ON agent.id = desk_session.agent_id
JOIN agent_credential ON agent_credential.agent_id = agent.id
WHERE token_hash = %(token_hash)s AND ended_at IS NULL FOR UPDATE OF agent_credential
"""


async def _of_session(token_hash: str) -> _Credential:
    """Whose session this is, locked; raises NotSignedIn."""
    credential = await sql.row(_Credential, OF_SESSION, {"token_hash": token_hash})
    if credential is None:
        raise NotSignedIn
    return credential


@goes_by(DatabaseTask.SIGN_IN)
async def totp_uri(token_hash: str) -> tuple[str, str]:
    """The `otpauth:` address and the secret in letters, for somebody whose second factor is not set up yet.

    Raises NotSignedIn for anybody else.
    """
    async with writing() as session:
        credential = await _of_session(token_hash)
        if credential.totp_confirmed_at is not None:
            raise NotSignedIn
        secret = credential.totp_secret or pyotp.random_base32()
        if credential.totp_secret is None:
            await session.exec(_credential_of(credential.id).values(totp_secret=secret))
    return pyotp.TOTP(secret).provisioning_uri(name=credential.login, issuer_name=ISSUER), secret


@goes_by(DatabaseTask.SIGN_IN)
async def prove(token_hash: str, code: str, now: datetime, settings: Settings) -> str:
    """Take the code of a second factor, each once; give the session's new word. Raises NotSignedIn and LockedOut."""
    async with writing():
        credential = await _of_session(token_hash)
        if credential.totp_secret is None:
            raise NotSignedIn
        credential.must_be_open(now)
        step = _step(credential.totp_secret, code, now)
        if step is not None and step > (credential.totp_step or 0):
            return await _proved(credential, token_hash, step, now)
        locked = await _failed(credential.id, now, settings)
    raise LockedOut(locked) if locked else NotSignedIn


async def _proved(credential: _Credential, token_hash: str, step: int, now: datetime) -> str:
    """The new word of the session: one that was seen before the second factor opens nothing after it."""
    token = secrets.token_urlsafe(32)
    renewed = {"token_hash": _hash(token), "verified_at": now}
    async with writing() as session:
        values = {"totp_step": step, "totp_confirmed_at": credential.totp_confirmed_at or now}
        await session.exec(_credential_of(credential.id).values(failures=0, locked_until=None, **values))
        await session.exec(update(DeskSession).where(col(DeskSession.token_hash) == token_hash).values(**renewed))
    return token


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step a code is of: this one, the one before or the one after; None when it is of none."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    this = int(now.timestamp()) // STEP_SECONDS
    digits = "".join(code.split())
    fitting = (
        step for step in (this - 1, this, this + 1) if secrets.compare_digest(totp.at(step * STEP_SECONDS), digits)
    )
    return next(fitting, None) if digits.isascii() else None


KEEP_HASH: Final = """
INSERT INTO agent_credential (agent_id, password_hash, must_change, failures, set_at)
VALUES (%(agent_id)s, %(password_hash)s, %(must_change)s, 0, %(now)s)
ON CONFLICT (agent_id) DO UPDATE SET password_hash = EXCLUDED.password_hash, must_change = EXCLUDED.must_change,
    failures = 0, locked_until = NULL, set_at = EXCLUDED.set_at
"""


async def _set_password(agent_id: int, password: str, now: datetime, *, must_change: bool, but: str = "") -> None:
    """Keep the hash of a password, and end the sessions but for one."""
    values = {"agent_id": agent_id, "password_hash": passwords.hashed(password), "must_change": must_change}
    await sql.execute(KEEP_HASH, {**values, "now": now})
    await end_sessions(agent_id, Ending.PASSWORD, now, but=but)


@goes_by(DatabaseTask.SIGN_IN)
async def give_password(agent_id: int, now: datetime, by: int | None = None, password: str | None = None) -> str:
    """Give somebody a password to be told once and changed at the first sign-in; their sessions end.

    One that is given in `password` need not be changed.
    """
    given = password or passwords.new_password()
    async with writing():
        await _set_password(agent_id, given, now, must_change=password is None)
        await audit.record(by, Act.PASSWORD_GIVEN, await _about(agent_id), now)
    return given


@goes_by(DatabaseTask.SIGN_IN)
async def change_password(signed_in: SignedIn, old: str, new: str, now: datetime, settings: Settings) -> None:
    """Change one's own password; raises NotSignedIn for a wrong old one, LockedOut, WeakPassword."""
    async with writing():
        credential = await _of_session(signed_in.token_hash)
        if passwords.matches(old, credential.password_hash):
            passwords.check(new, signed_in.login)
            if old == new:
                raise passwords.WeakPassword(signed_in.login)
            await _set_password(credential.id, new, now, must_change=False, but=signed_in.token_hash)
            await audit.record(credential.id, Act.PASSWORD_CHANGED, None, now)
            return
        locked = await _failed(credential.id, now, settings)
    raise LockedOut(locked) if locked else NotSignedIn


@goes_by(DatabaseTask.SIGN_IN)
async def forget_second_factor(agent_id: int, by: int | None, now: datetime) -> None:
    """Let somebody who lost their telephone set up their second factor anew; their sessions end."""
    async with writing() as session:
        await session.exec(_credential_of(agent_id).values(totp_secret=None, totp_confirmed_at=None, totp_step=None))
        await end_sessions(agent_id, Ending.SECOND_FACTOR, now)
        await audit.record(by, Act.SECOND_FACTOR_FORGOTTEN, await _about(agent_id), now)


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


async def _about(agent_id: int) -> str:
    """How the audit trail names somebody."""
    async with reading() as session:
        return f"agent {(await session.exec(select(Agent.login).where(Agent.id == agent_id))).one()}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
