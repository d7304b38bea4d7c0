"""Tries to sign in, counted by login and source together: who guesses is stopped, and the person elsewhere is not.

A login that nobody has is counted as one that somebody has. Three bounds, each within `JIGI_DESK_LOCK_MINUTES`:

- a login from one source: `JIGI_DESK_TRIES` wrong ones in a row;
- a source, whatever it types: `SOURCE_SHARE` times as many;
- a login from everywhere: `LOGIN_SHARE` times as many; then only sources from which that person came in before go on.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from core.platform import sql
from core.platform.columns import TableRow
from core.platform.database import DatabaseTask, goes_by, writing
from core.platform.errors import JigiError
from core.platform.locks import Lock
from core.platform.settings import Settings

SOURCE_SHARE: Final = 10
LOGIN_SHARE: Final = 4


class SignInTry(TableRow, table=True):
    """One try; `login_hash` because what is typed for a login may be a password."""

    __tablename__ = "sign_in_try"
    __table_args__ = (
        Index("ix_sign_in_try_login_hash_at", "login_hash", "at"),
        Index("ix_sign_in_try_source_at", "source", "at"),
        Index("ix_sign_in_try_at", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    login_hash: str
    source: str
    at: datetime
    ok: bool


class LockedOut(JigiError):
    """Too many wrong tries; `until` is when it may be tried again."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many wrong tries: locked until {until:%H:%M}")
        self.until = until


@dataclass(frozen=True, slots=True)
class CountedTry:
    """A try that was let: its number, and whether it is the last that is."""

    id: int
    is_last: bool
    until: datetime


@dataclass(frozen=True, slots=True)
class _Before:
    """Wrong tries within the time that counts, and since when."""

    here: int
    here_since: datetime | None
    of_source: int
    source_since: datetime | None
    of_login: int
    login_since: datetime | None


BEFORE: Final = """
SELECT count(*) FILTER (WHERE here) AS here, min(at) FILTER (WHERE here) AS here_since,
    count(*) FILTER (WHERE source = %(source)s) AS of_source,
    min(at) FILTER (WHERE source = %(source)s) AS source_since,
    count(*) FILTER (WHERE login_hash = %(login)s) AS of_login,
    min(at) FILTER (WHERE login_hash = %(login)s) AS login_since
FROM (
    SELECT at, source, login_hash, login_hash = %(login)s AND source = %(source)s AND at > coalesce((
        SELECT max(at) FROM sign_in_try WHERE login_hash = %(login)s AND source = %(source)s AND ok
    ), '-infinity') AS here
    FROM sign_in_try WHERE at > %(since)s AND NOT ok AND (login_hash = %(login)s OR source = %(source)s)
) AS wrong
"""
KNOWN: Final = """
SELECT EXISTS (SELECT FROM sign_in_try WHERE login_hash = %(login)s AND source = %(source)s AND ok)
"""
ADD: Final = """
INSERT INTO sign_in_try (login_hash, source, at, ok) VALUES (%(login)s, %(source)s, %(now)s, false) RETURNING id
"""
LOCK: Final = "SELECT pg_advisory_xact_lock(%(lock)s)"
FORGIVE: Final = "DELETE FROM sign_in_try WHERE login_hash = %(login)s AND NOT ok"
GOOD: Final = "UPDATE sign_in_try SET ok = true WHERE id = %(id)s"


async def count(login: str, source: str, now: datetime, settings: Settings) -> CountedTry:
    """Count a try as a wrong one, before it is known what it is; raises LockedOut where no more are taken."""
    span = timedelta(minutes=settings.desk_lock_minutes)
    values = {"login": _hash(login), "source": source, "since": now - span, "now": now, "lock": int(Lock.SIGN_IN)}
    async with writing():
        await sql.execute(LOCK, values)
        before = await sql.row(_Before, BEFORE, values)
        if before is None:
            raise LookupError("counts are one row")
        await _must_be_let(before, values, span, settings)
        number: int = await sql.scalar(ADD, values)
    return CountedTry(number, before.here + 1 >= settings.desk_tries, (before.here_since or now) + span)


async def _must_be_let(before: _Before, values: dict[str, object], span: timedelta, settings: Settings) -> None:
    most = settings.desk_tries
    if before.here >= most and before.here_since:
        raise LockedOut(before.here_since + span)
    if before.of_source >= most * SOURCE_SHARE and before.source_since:
        raise LockedOut(before.source_since + span)
    if before.of_login >= most * LOGIN_SHARE and before.login_since and not await sql.scalar(KNOWN, values):
        raise LockedOut(before.login_since + span)


async def forgive(login: str) -> None:
    """Forget the wrong tries of a login: its password is new."""
    await sql.execute(FORGIVE, {"login": _hash(login)})


async def was_good(counted: CountedTry) -> None:
    """The try was right: this login begins to count anew here."""
    await sql.execute(GOOD, {"id": counted.id})


@dataclass(frozen=True, slots=True)
class ShutDoor:
    """What lets nobody try until a moment: a login from a source, a source for every login, or a login for newcomers.

    `login` is that of somebody who works here, None where it is nobody's or every login is meant (`of_login` tells);
    `source` is None where every source is meant from which that person never came in.
    """

    login: str | None
    of_login: bool
    source: str | None
    until: datetime


SHUT: Final = """
WITH wrong AS (
    SELECT login_hash, source, at, at > coalesce((SELECT max(good.at) FROM sign_in_try AS good WHERE good.ok
        AND good.login_hash = each.login_hash AND good.source = each.source), '-infinity') AS here
    FROM sign_in_try AS each WHERE NOT ok AND at > %(since)s
), shut AS (
    SELECT login_hash, source, min(at) AS began FROM wrong WHERE here
        GROUP BY login_hash, source HAVING count(*) >= %(here)s
    UNION ALL SELECT NULL, source, min(at) FROM wrong GROUP BY source HAVING count(*) >= %(of_source)s
    UNION ALL SELECT login_hash, NULL, min(at) FROM wrong GROUP BY login_hash HAVING count(*) >= %(of_login)s
)
SELECT agent.login, login_hash IS NOT NULL AS of_login, source, began + CAST(%(span)s AS interval) AS until
FROM shut LEFT JOIN agent ON encode(sha256(convert_to(lower(agent.login), 'UTF8')), 'hex') = login_hash
ORDER BY began DESC, agent.login, source LIMIT %(most)s
"""
MOST_SHUT: Final = 50


@goes_by(DatabaseTask.SIGN_IN)
async def shut_doors(now: datetime, settings: Settings) -> tuple[ShutDoor, ...]:
    """What is shut now by wrong passwords, the last of them first."""
    span, most = timedelta(minutes=settings.desk_lock_minutes), settings.desk_tries
    bounds = {"here": most, "of_source": most * SOURCE_SHARE, "of_login": most * LOGIN_SHARE, "most": MOST_SHUT}
    return tuple(await sql.rows(ShutDoor, SHUT, {"since": now - span, "span": span, **bounds}))


def _hash(login: str) -> str:
    return hashlib.sha256(login.strip().lower().encode(errors="replace")).hexdigest()
