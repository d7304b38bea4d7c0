"""What somebody signs in with, and the sessions that come of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Index, Update, text
from sqlmodel import Field, col, update

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.errors import JigiError
from core.platform.settings import Settings
from core.staff import audit
from core.staff.acts import Act
from core.staff.agents import Role
from core.staff.tries import LockedOut


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
    source: str | None = None
    """The address that it was opened from."""
    provider_sid: str | None = Field(default=None, index=True)
    """The provider's session that it came of, '' where it named none; None for one by a password of ours."""


class NotSignedIn(JigiError):
    """Login, password or code do not fit; it is not said which."""


@dataclass(frozen=True, slots=True)
class Credential:
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


CREDENTIAL: Final = """
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM agent JOIN agent_credential ON agent_id = agent.id WHERE lower(login) = lower(%(login)s) AND disabled_at IS NULL
"""
OF_SESSION: Final = """
SELECT agent.id, agent.login, agent.role, password_hash, totp_secret, totp_confirmed_at, totp_step, locked_until
FROM desk_session JOIN agent ON agent.id = desk_session.agent_id
JOIN agent_credential ON agent_credential.agent_id = agent.id
WHERE token_hash = %(token_hash)s AND ended_at IS NULL FOR UPDATE OF agent_credential
"""


async def of_session(token_hash: str) -> Credential:
    """Whose session this is, locked; raises NotSignedIn."""
    credential = await sql.row(Credential, OF_SESSION, {"token_hash": token_hash})
    if credential is None:
        raise NotSignedIn
    return credential


FAILED: Final = """
UPDATE agent_credential SET failures = failures + 1, locked_until = CASE WHEN (failures + 1) %% %(most)s = 0
    THEN CAST(%(until)s AS timestamptz) ELSE locked_until END
WHERE agent_id = %(agent_id)s RETURNING locked_until
"""


async def credential_of(login: str, *, locked: bool = False) -> Credential | None:
    """What somebody who works here signs in with, `locked` to the end of the transaction; None for nobody."""
    return await sql.row(Credential, CREDENTIAL + "FOR UPDATE OF agent_credential" * locked, {"login": login.strip()})


async def failed(agent_id: int, now: datetime, settings: Settings) -> datetime | None:
    """Count a wrong code, or a wrong old password, of who is signed in; until when they are locked out, if they are."""
    until = now + timedelta(minutes=settings.desk_lock_minutes)
    values = {"agent_id": agent_id, "most": settings.desk_tries, "until": until}
    locked: datetime | None = await sql.scalar(FAILED, values)
    await audit.record(agent_id, Act.SIGN_IN_FAILED, None, now)
    return locked if locked is not None and locked > now else None


def change_of(agent_id: int) -> Update:
    """A change of what somebody signs in with."""
    return update(AgentCredential).where(col(AgentCredential.agent_id) == agent_id)


def hash_of(token: str) -> str:
    """What is kept of the word of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()
