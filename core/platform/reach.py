"""Whether the servers of the settings are there and let this process in, asked once, before anything is begun.

A server that is away may come, and is waited for; one that refuses the name or the password is refused by somebody's
hand, and stays so until a setting is changed.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

import psycopg
from redis.exceptions import AuthenticationError, AuthorizationError, NoPermissionError, RedisError, ResponseError

from core.platform.errors import JigiError
from core.platform.mishaps import first_line, mishap
from core.platform.redis import connect

ASKING_SECONDS: Final = 3
REFUSED_STATES: Final = ("28", "3D000")
"""Beginnings of SQLSTATEs: not let in, no such database."""

REFUSED_WORDS: Final = re.compile(
    r"authentication failed|authentification .*échou|échec de l'authentification|pg_hba\.conf"
    r"|no password supplied|mot de passe (?:n'a été )?fourni"
    r"|role .* does not exist|rôle .* n'existe pas|not permitted to log in|pas autorisé à se connecter"
    r"|database .* does not exist|base de données .* n'existe pas|no such (?:user|database)",
    re.IGNORECASE | re.DOTALL,
)
"""What a server says, or PgBouncer, who lets nobody in: libpq gives no SQLSTATE of a connection that did not come."""


class NotLetIn(JigiError):
    """A server of the settings does not know the name, the password or the database that it is asked with."""


def is_refused(error: BaseException) -> bool:
    """Whether PostgreSQL does not let in who asks, and waiting does not help."""
    if not isinstance(error, psycopg.OperationalError):
        return False
    if error.sqlstate is not None:
        return error.sqlstate.startswith(REFUSED_STATES)
    return bool(error.pgconn and error.pgconn.needs_password) or bool(REFUSED_WORDS.search(str(error)))


async def reach(databases: Mapping[str, str], redis_url: str) -> list[str]:
    """The sentences of the servers that do not answer yet.

    `databases` are URLs by the name of their setting; '' is as none. Raises NotLetIn for a server that lets nobody in
    by its URL, and BadRedisUrl.
    """
    asked = {url: name for name, url in reversed([*databases.items()]) if url}
    servers_away = await asyncio.gather(*(_postgres(name, url) for url, name in asked.items()), _redis(redis_url))
    return [away for away in servers_away if away]


async def _postgres(name: str, url: str) -> str | None:
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=ASKING_SECONDS, autocommit=True) as one:
            await one.execute("SELECT 1")
    except psycopg.OperationalError as error:
        if is_refused(error):
            raise NotLetIn(f"PostgreSQL does not let Jigi in: {_refusal(error)}. See {name}.") from error
        return mishap(error)
    return None


def _refusal(error: psycopg.OperationalError) -> str:
    """The words that refuse: of several hosts, others may have said before that they are away."""
    lines = [line for line in str(error).splitlines() if REFUSED_WORDS.search(line)]
    return lines[0].strip().removeprefix("connection failed: ") if lines else first_line(error)


async def _redis(url: str) -> str | None:
    if not url:
        return None
    client = connect(url)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        if _lets_nobody_in(error):
            raise NotLetIn("Redis refuses the name or the password of JIGI_REDIS_URL.") from error
        return mishap(error)
    finally:
        await client.aclose()
    return None


def _lets_nobody_in(error: BaseException | None) -> bool:
    """Whether this or what it came of is a refusal; one of a cluster or of sentinels stands behind another error."""
    while error is not None:
        if isinstance(error, AuthenticationError | AuthorizationError | NoPermissionError):
            return True
        if isinstance(error, ResponseError) and str(error).startswith(("WRONGPASS", "NOAUTH", "NOPERM")):
            return True
        error = error.__cause__ or error.__context__
    return False
