"""What goes wrong around Jigi and not in it, in one sentence for whoever runs a command.

A server that is away, a refused password, a full disk, a setting that cannot be read: the sentence says what it is and
where to look, and holds no password. What is wrong in Jigi itself has no sentence here, and is shown as it is.
Each sentence is in English and in French, as terminals are.
"""

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import httpx
import psycopg
from pydantic import ValidationError
from redis.exceptions import AuthenticationError, RedisError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from core.platform.errors import OperatorError


@dataclass(frozen=True, slots=True)
class OperatorSentence:
    """A sentence in both languages of who runs a machine."""

    english: str
    french: str


SETTINGS: Final = "Settings"
"""What pydantic calls our settings in what it refuses."""

REFUSED: Final = {
    "42501": OperatorSentence(
        "PostgreSQL does not allow it ({words}). The tables are their owner's (JIGI_OWNER_DATABASE_URL), who "
        "needs CREATEROLE for the first `jigi db upgrade`.",
        "PostgreSQL ne le permet pas ({words}). Les tables sont à leur propriétaire (JIGI_OWNER_DATABASE_URL), à qui "
        "il faut CREATEROLE pour le premier `jigi db upgrade`.",
    ),
    "42P01": OperatorSentence(
        "The database lacks a table ({words}). Run `jigi db upgrade` first.",
        "Il manque une table à la base ({words}). Lancez d'abord `jigi db upgrade`.",
    ),
    "42703": OperatorSentence(
        "The database lacks a column ({words}). Run `jigi db upgrade` first.",
        "Il manque une colonne à la base ({words}). Lancez d'abord `jigi db upgrade`.",
    ),
    "53100": OperatorSentence(
        "The disk of PostgreSQL is full ({words}). Make room; nothing of this was done.",
        "Le disque de PostgreSQL est plein ({words}). Faites de la place ; rien de ceci n'a été fait.",
    ),
    "53300": OperatorSentence(
        "PostgreSQL has no connection left ({words}). End some, or raise max_connections.",
        "PostgreSQL n'a plus de connexion libre ({words}). Finissez-en, ou augmentez max_connections.",
    ),
    "25006": OperatorSentence(
        "PostgreSQL only reads here: it is a standby. Name the primary in JIGI_DATABASE_URL.",
        "PostgreSQL ne fait ici que lire : c'est une réplique. Nommez le primaire dans JIGI_DATABASE_URL.",
    ),
    "57P": OperatorSentence(
        "PostgreSQL is going down or coming up ({words}). Try again.",
        "PostgreSQL s'arrête ou démarre ({words}). Réessayez.",
    ),
    "55P03": OperatorSentence(
        "Another process holds what this needs ({words}). Try again when it has ended.",
        "Un autre processus tient ce qu'il faut ici ({words}). Réessayez quand il aura fini.",
    ),
}
"""Beginnings of SQLSTATEs (PostgreSQL, appendix A), and what each means to an operator."""

DISK_IS_FULL: Final = OperatorSentence("The disk is full", "Le disque est plein")
NOT_ALLOWED: Final = OperatorSentence("Not allowed", "Non permis")
DISK: Final = {
    errno.ENOSPC: DISK_IS_FULL,
    errno.EDQUOT: DISK_IS_FULL,
    errno.EROFS: OperatorSentence("The disk only reads", "Le disque ne fait que lire"),
    errno.EACCES: NOT_ALLOWED,
    errno.EPERM: NOT_ALLOWED,
}


def mishap(error: BaseException) -> str | None:
    """The sentence for what went wrong, None where it is not known to be outside Jigi."""
    sentence = in_both(error)
    return None if sentence is None else sentence.english


def in_both(error: BaseException) -> OperatorSentence | None:
    """The same in both languages."""
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


def _operators(error: OperatorError) -> OperatorSentence:
    return OperatorSentence(str(error), error.french)


def _postgres(error: psycopg.Error) -> OperatorSentence | None:
    state, words = error.sqlstate or "", first_line(error)
    for beginning, sentence in REFUSED.items():
        if state.startswith(beginning):
            return OperatorSentence(sentence.english.format(words=words), sentence.french.format(words=words))
    if isinstance(error, psycopg.OperationalError):
        return OperatorSentence(
            f"PostgreSQL cannot be reached: {words}. See JIGI_DATABASE_URL.",
            f"PostgreSQL n'est pas joignable : {words}. Voyez JIGI_DATABASE_URL.",
        )
    if isinstance(error, psycopg.ProgrammingError) and not state:
        return OperatorSentence(
            "The URL of PostgreSQL cannot be read: postgresql://name:password@host:5432/database.",
            "L'URL de PostgreSQL ne se lit pas : postgresql://nom:motdepasse@machine:5432/base.",
        )
    return None


def first_line(error: BaseException) -> str:
    """What the server or its library says first, which names hosts and users and no password."""
    return (str(error).strip().splitlines() or ["no answer"])[0].removeprefix("connection failed: ").rstrip(".")


def _wrapped(error: DBAPIError) -> OperatorSentence | None:
    return _postgres(error.orig) if isinstance(error.orig, psycopg.Error) else None


def _none_free(_: BaseException) -> OperatorSentence:
    return OperatorSentence(
        "PostgreSQL did not answer in time, or no connection was free.",
        "PostgreSQL n'a pas répondu à temps, ou aucune connexion n'était libre.",
    )


def _redis(error: RedisError) -> OperatorSentence:
    if isinstance(error, AuthenticationError):
        return OperatorSentence(
            "Redis refuses the name or the password of JIGI_REDIS_URL.",
            "Redis refuse le nom ou le mot de passe de JIGI_REDIS_URL.",
        )
    return OperatorSentence(
        f"Redis cannot be reached, or refuses ({type(error).__name__}). See JIGI_REDIS_URL.",
        f"Redis n'est pas joignable, ou refuse ({type(error).__name__}). Voyez JIGI_REDIS_URL.",
    )


def _settings(error: ValidationError) -> OperatorSentence | None:
    """The settings that cannot be read, without what they are set to: that may be a secret."""
    if error.title != SETTINGS:
        return None
    reasons: dict[str, str] = {}
    for each in error.errors(include_input=False, include_url=False):
        name = f"JIGI_{str(each['loc'][0]).upper()}" if each["loc"] else "the settings"
        reasons.setdefault(name, each["msg"].removeprefix("Value error, "))
    wrong = "; ".join(f"{name}: {why}" for name, why in reasons.items())
    return OperatorSentence(
        f"{wrong}. docs/operators.md says what each takes.",
        f"{wrong}. docs/operators.md dit ce que chaque réglage accepte.",
    )


def _no_answer(error: httpx.TransportError) -> OperatorSentence | None:
    where = error.request.url.copy_with(path="/", query=None, username=None, password=None)
    why = type(error).__name__
    return OperatorSentence(f"{where} does not answer ({why}).", f"{where} ne répond pas ({why}).")


def _system(error: OSError) -> OperatorSentence | None:
    reason = DISK.get(error.errno or 0)
    if reason is None and not isinstance(error, FileNotFoundError | NotADirectoryError | IsADirectoryError):
        return None
    said = reason or OperatorSentence(str(error.strerror), str(error.strerror))
    return OperatorSentence(
        f"{said.english}: {error.filename or 'no file is named'}.",
        f"{said.french} : {error.filename or 'aucun fichier nommé'}.",
    )


KINDS: Final[tuple[tuple[type[BaseException], Callable[..., OperatorSentence | None]], ...]] = (
    (OperatorError, _operators),
    (ValidationError, _settings),
    (DBAPIError, _wrapped),
    (NoConnectionFree, _none_free),
    (psycopg.Error, _postgres),
    (RedisError, _redis),
    (httpx.TransportError, _no_answer),
    (OSError, _system),
)
