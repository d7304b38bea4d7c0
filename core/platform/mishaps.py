"""What goes wrong around Jigi and not in it, in one sentence for whoever runs a command.

A server that is away, a refused password, a full disk, a setting that cannot be read: the sentence says what it is and
where to look, and holds no password. What is wrong in Jigi itself has no sentence here, and is shown as it is.
"""

import errno
from collections.abc import Callable, Iterator
from typing import Final

import httpx
import psycopg
from pydantic import ValidationError
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

SETTINGS: Final = "Settings"
"""What pydantic calls our settings in what it refuses."""

REFUSED: Final = {
    "42501": "PostgreSQL does not allow it ({words}). The tables are their owner's (JIGI_OWNER_DATABASE_URL), who "
    "needs CREATEROLE for the first `jigi db upgrade`.",
    "42P01": "The database lacks a table ({words}). Run `jigi db upgrade` first.",
    "42703": "The database lacks a column ({words}). Run `jigi db upgrade` first.",
    "53100": "The disk of PostgreSQL is full ({words}). Make room; nothing of this was done.",
    "53300": "PostgreSQL has no connection left ({words}). End some, or raise max_connections.",
    "25006": "PostgreSQL only reads here: it is a standby. Name the primary in JIGI_DATABASE_URL.",
    "57P": "PostgreSQL is going down or coming up ({words}). Try again.",
    "55P03": "Another process holds what this needs ({words}). Try again when it has ended.",
}
"""Beginnings of SQLSTATEs (PostgreSQL, appendix A), and what each means to an operator."""

DISK: Final = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk is full",
    errno.EROFS: "The disk only reads",
    errno.EACCES: "Not allowed",
    errno.EPERM: "Not allowed",
}


def mishap(error: BaseException) -> str | None:
    """The sentence for what went wrong, None where it is not known to be outside Jigi."""
    for each in _behind(error):
        for kind, tell in KINDS:
            if isinstance(each, kind):
                sentence = tell(each)
                if sentence is not None:
                    return sentence
    return None


def _behind(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came of, each once, the nearest first; the parts of a group in its place."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop(0)
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [
            *(each.exceptions if isinstance(each, BaseExceptionGroup) else ()),
            each.__cause__,
            each.__context__,
        ]


def _postgres(error: psycopg.Error) -> str | None:
    state, words = error.sqlstate or "", first_line(error)
    for beginning, sentence in REFUSED.items():
        if state.startswith(beginning):
            return sentence.format(words=words)
    if isinstance(error, psycopg.OperationalError):
        return f"PostgreSQL cannot be reached: {words}. See JIGI_DATABASE_URL."
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return "The URL of PostgreSQL cannot be read: postgresql://name:password@host:5432/database."
    return None


def first_line(error: BaseException) -> str:
    """What the server or its library says first, which names hosts and users and no password."""
    return (str(error).strip().splitlines() or ["no answer"])[0].removeprefix("connection failed: ").rstrip(".")


def _wrapped(error: DBAPIError) -> str | None:
    return _postgres(error.orig) if isinstance(error.orig, psycopg.Error) else None


def _none_free(_: BaseException) -> str:
    return "PostgreSQL did not answer in time, or no connection was free."


def _redis(error: RedisError) -> str:
    if isinstance(error, AuthenticationError):
        return "Redis refuses the name or the password of JIGI_REDIS_URL."
    return f"Redis cannot be reached, or refuses ({type(error).__name__}). See JIGI_REDIS_URL."


def _settings(error: ValidationError) -> str | None:
    """The settings that cannot be read, without what they are set to: that may be a secret."""
    if error.title != SETTINGS:
        return None
    reasons: dict[str, str] = {}
    for each in error.errors(include_input=False, include_url=False):
        name = f"JIGI_{str(each['loc'][0]).upper()}" if each["loc"] else "the settings"
        reasons.setdefault(name, each["msg"].removeprefix("Value error, "))
    return f"{'; '.join(f'{name}: {why}' for name, why in reasons.items())}. docs/operators.md says what each takes."


def _no_answer(error: httpx.TransportError) -> str | None:
    where = error.request.url.copy_with(path="/", query=None, username=None, password=None)
    return f"{where} does not answer ({type(error).__name__})."


def _system(error: OSError) -> str | None:
    reason = DISK.get(error.errno or 0)
    if reason is None and not isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return None
    return f"{reason or error.strerror}: {error.filename or 'no file is named'}."


KINDS: Final[tuple[tuple[type[BaseException], Callable[..., str | None]], ...]] = (
    (ValidationError, _settings),
    (DBAPIError, _wrapped),
    (NoConnectionFree, _none_free),
    (psycopg.Error, _postgres),
    (RedisError, _redis),
    (httpx.TransportError, _no_answer),
    (OSError, _system),
)
