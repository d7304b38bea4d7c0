"""Signing in to the desk: password, second factor, lock-out, and sessions that end.

A session is a random word in a cookie, of which only the hash is kept. Whoever must change a password, or prove a
second factor (TOTP, RFC 6238), is at that stage until they have.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

import pyotp
from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from core.platform.columns import Row
from core.platform.database import reading, writing
from core.platform.settings import Settings
from core.staff import audit, passwords
from core.staff.acts import Act
from core.staff.agents import Actor, Role, Scope
from core.staff.permissions import SECOND_FACTOR

ISSUER: Final = "Jigisemejiri"
STEP_SECONDS: Final = 30
SEEN_EVERY: Final = timedelta(seconds=30)
"""How often it is written down that a session was used."""


class AgentCredential(Row, table=True):
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


class DeskSession(Row, table=True):
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


class Stage(StrEnum):
    """What somebody who signs in still has to do."""

    CODE = "code"
    ENROL = "enrol"
    CHANGE = "change"
    IN = "in"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session as a request finds it."""

    actor: Actor
    login: str
    stage: Stage
    token_hash: str


class NotSignedIn(Exception):
    """Login, password or code do not fit; it is not said which."""


class LockedOut(Exception):
    """Too many wrong tries; `until` is when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


CREDENTIAL = text("""
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM agent JOIN agent_credential ON agent_id = agent.id
WHERE lower(login) = lower(:login) AND disabled_at IS NULL FOR UPDATE OF agent_credential
""")
OPENED = text(
    "INSERT INTO desk_session (token_hash, agent_id, created_at, seen_at) VALUES (:token_hash, :agent_id, :now, :now)"
)
FORGIVE = text("UPDATE agent_credential SET failures = 0, locked_until = NULL WHERE agent_id = :agent_id")
FAILED = text(
    "UPDATE agent_credential SET failures = failures + 1, locked_until = CASE WHEN (failures + 1) % :most = 0 "
    "THEN CAST(:until AS timestamptz) ELSE locked_until END WHERE agent_id = :agent_id RETURNING locked_until"
)


async def sign_in(login: str, password: str, now: datetime, settings: Settings) -> str:
    """Open a session for whoever this is, and give the word for their cookie; raises NotSignedIn and LockedOut."""
    token = secrets.token_urlsafe(32)
    async with writing() as session:
        found = (await session.execute(CREDENTIAL, {"login": login.strip()})).one_or_none()
        if found is not None and found.locked_until is not None and found.locked_until > now:
            raise LockedOut(found.locked_until)
        if passwords.matches(password, found.password_hash if found else None) and found is not None:
            if found.totp_confirmed_at is None or Role(found.role) not in SECOND_FACTOR:
                await session.execute(FORGIVE, {"agent_id": found.id})
            values = {"token_hash": _hash(token), "agent_id": found.id, "now": now}
            await session.execute(OPENED, values)
            await audit.note(found.id, Act.SIGNED_IN, None, now)
            return token
        locked = await _failed(found, now, settings) if found else None
    if locked:
        raise LockedOut(locked)
    raise NotSignedIn


async def _failed(found: Any, now: datetime, settings: Settings) -> datetime | None:
    """Count a wrong try; give until when the login is locked, if it is now."""
    until = now + timedelta(minutes=settings.desk_lock_minutes)
    values = {"agent_id": found.id, "most": settings.desk_tries, "until": until}
    async with writing() as session:
        locked: datetime | None = await session.scalar(FAILED, values)
        await audit.note(found.id, Act.SIGN_IN_FAILED, None, now)
    return locked if locked is not None and locked > now else None


SESSION = text("""
SELECT agent.id, agent.login, agent.name, agent.role, agent.scope_kind, agent.scope_code, agent.watches_focal,
    desk_session.seen_at, desk_session.verified_at, must_change, totp_confirmed_at
FROM desk_session JOIN agent ON agent.id = desk_session.agent_id
JOIN agent_credential ON agent_credential.agent_id = agent.id
WHERE token_hash = :token_hash AND ended_at IS NULL AND agent.disabled_at IS NULL
  AND seen_at > :idle AND desk_session.created_at > :absolute
""")
SEEN = text("UPDATE desk_session SET seen_at = :now WHERE token_hash = :token_hash")


async def session_of(token: str, now: datetime, settings: Settings) -> SignedIn | None:
    """Who the word of a cookie is of, and at what stage; None when its session ended or there is none."""
    token_hash = _hash(token)
    values = {
        "token_hash": token_hash,
        "idle": now - timedelta(minutes=settings.desk_idle_minutes),
        "absolute": now - timedelta(hours=settings.desk_session_hours),
    }
    async with reading() as connection:
        row = (await connection.execute(SESSION, values)).one_or_none()
        if row is None:
            return None
        if now - row.seen_at > SEEN_EVERY:
            await connection.execute(SEEN, {"now": now, "token_hash": token_hash})
    role = Role(row.role)
    actor = Actor(row.id, row.name, role, Scope(row.scope_kind), row.scope_code, row.watches_focal)
    return SignedIn(actor, row.login, _stage(row, role, settings), token_hash)


def _stage(row: Any, role: Role, settings: Settings) -> Stage:
    if settings.desk_totp and role in SECOND_FACTOR and row.verified_at is None:
        return Stage.CODE if row.totp_confirmed_at is not None else Stage.ENROL
    return Stage.CHANGE if row.must_change else Stage.IN


OF_SESSION = text("""
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM desk_session JOIN agent ON agent.id = desk_session.agent_id
JOIN agent_credential ON agent_credential.agent_id = agent.id
WHERE token_hash = :token_hash AND ended_at IS NULL FOR UPDATE OF agent_credential
""")
KEEP_SECRET = text(
    "UPDATE agent_credential SET totp_secret = :secret WHERE agent_id = :agent_id AND totp_confirmed_at IS NULL"
)
PROVED = text(
    "UPDATE agent_credential SET totp_step = :step, totp_confirmed_at = coalesce(totp_confirmed_at, :now), "
    "failures = 0, locked_until = NULL WHERE agent_id = :agent_id"
)
VERIFIED = text("UPDATE desk_session SET verified_at = :now WHERE token_hash = :token_hash")


async def totp_uri(token_hash: str) -> tuple[str, str]:
    """The `otpauth:` address and the secret in letters, for somebody whose second factor is not set up yet.

    Raises NotSignedIn for anybody else.
    """
    async with writing() as session:
        found = (await session.execute(OF_SESSION, {"token_hash": token_hash})).one_or_none()
        if found is None or found.totp_confirmed_at is not None:
            raise NotSignedIn
        secret = found.totp_secret
        if secret is None:
            secret = pyotp.random_base32()
            await session.execute(KEEP_SECRET, {"secret": secret, "agent_id": found.id})
    return pyotp.TOTP(secret).provisioning_uri(name=found.login, issuer_name=ISSUER), secret


async def prove(token_hash: str, code: str, now: datetime, settings: Settings) -> None:
    """Take the code of a second factor, each once; raises NotSignedIn and LockedOut."""
    locked = None
    async with writing() as session:
        found = (await session.execute(OF_SESSION, {"token_hash": token_hash})).one_or_none()
        if found is None or found.totp_secret is None:
            raise NotSignedIn
        if found.locked_until is not None and found.locked_until > now:
            raise LockedOut(found.locked_until)
        step = _step(found.totp_secret, code, now)
        if step is not None and step > (found.totp_step or 0):
            await session.execute(PROVED, {"step": step, "now": now, "agent_id": found.id})
            await session.execute(VERIFIED, {"now": now, "token_hash": token_hash})
            return
        locked = await _failed(found, now, settings)
    if locked:
        raise LockedOut(locked)
    raise NotSignedIn


def _step(secret: str, code: str, now: datetime) -> int | None:
    """The time step a code is of: this one, the one before or the one after; None when it is of none."""
    totp = pyotp.TOTP(secret, interval=STEP_SECONDS)
    this = int(now.timestamp()) // STEP_SECONDS
    digits = "".join(code.split())
    fitting = (
        step for step in (this - 1, this, this + 1) if secrets.compare_digest(totp.at(step * STEP_SECONDS), digits)
    )
    return next(fitting, None) if digits.isascii() else None


SET_PASSWORD = text("""
INSERT INTO agent_credential (agent_id, password_hash, must_change, failures, set_at)
VALUES (:agent_id, :password_hash, :must_change, 0, :now)
ON CONFLICT (agent_id) DO UPDATE SET password_hash = EXCLUDED.password_hash, must_change = EXCLUDED.must_change,
    failures = 0, locked_until = NULL, set_at = EXCLUDED.set_at
""")


async def give_password(agent_id: int, now: datetime, by: int | None = None, password: str | None = None) -> str:
    """Give somebody a password to be told once and changed at the first sign-in; their sessions end.

    One that is given in `password` need not be changed.
    """
    told = password or passwords.new_password()
    async with writing() as session:
        values = {"agent_id": agent_id, "password_hash": passwords.hashed(told), "must_change": password is None}
        await session.execute(SET_PASSWORD, values | {"now": now})
        await end_sessions(agent_id, "password", now)
        await audit.note(by, Act.PASSWORD_GIVEN, await _about(agent_id), now)
    return told


async def change_password(signed_in: SignedIn, old: str, new: str, now: datetime, settings: Settings) -> None:
    """Change one's own password; raises NotSignedIn for a wrong old one, LockedOut, WeakPassword."""
    locked = None
    async with writing() as session:
        found = (await session.execute(OF_SESSION, {"token_hash": signed_in.token_hash})).one_or_none()
        if found is None:
            raise NotSignedIn
        if passwords.matches(old, found.password_hash):
            passwords.check(new, signed_in.login)
            if old == new:
                raise passwords.WeakPassword(signed_in.login)
            values = {"agent_id": found.id, "password_hash": passwords.hashed(new), "must_change": False, "now": now}
            await session.execute(SET_PASSWORD, values)
            await end_sessions(found.id, "password", now, but=signed_in.token_hash)
            await audit.note(found.id, Act.PASSWORD_CHANGED, None, now)
            return
        locked = await _failed(found, now, settings)
    if locked:
        raise LockedOut(locked)
    raise NotSignedIn


FORGET_TOTP = text(
    "UPDATE agent_credential SET totp_secret = NULL, totp_confirmed_at = NULL, totp_step = NULL "
    "WHERE agent_id = :agent_id"
)


async def forget_second_factor(agent_id: int, by: int | None, now: datetime) -> None:
    """Let somebody who lost their telephone set up their second factor anew; their sessions end."""
    async with writing() as session:
        await session.execute(FORGET_TOTP, {"agent_id": agent_id})
        await end_sessions(agent_id, "second factor", now)
        await audit.note(by, Act.SECOND_FACTOR_FORGOTTEN, await _about(agent_id), now)


END_ONE = text(
    "UPDATE desk_session SET ended_at = :now, why_ended = 'signed out' "
    "WHERE token_hash = :token_hash AND ended_at IS NULL"
)
END_ALL = text(
    "UPDATE desk_session SET ended_at = :now, why_ended = :why "
    "WHERE agent_id = :agent_id AND ended_at IS NULL AND token_hash <> :but"
)


async def sign_out(token_hash: str, now: datetime) -> None:
    """End a session."""
    async with writing() as session:
        await session.execute(END_ONE, {"token_hash": token_hash, "now": now})


async def end_sessions(agent_id: int, why: str, now: datetime, *, but: str = "") -> None:
    """End every session of somebody, but for one."""
    async with writing() as session:
        await session.execute(END_ALL, {"agent_id": agent_id, "why": why, "now": now, "but": but})


LOGIN_OF = text("SELECT login FROM agent WHERE id = :agent_id")


async def _about(agent_id: int) -> str:
    """How the audit trail names somebody."""
    async with reading() as connection:
        return f"agent {await connection.scalar(LOGIN_OF, {'agent_id': agent_id})}"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
