"""Passwords: kept as argon2 hashes, compared in the same time whether or not there is somebody.

A hash takes a tenth of a second of a processor. It is made in a thread of its own, two at a time in a process, and
never inside a transaction, so that who signs in keeps neither a caller nor a connection waiting.
"""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import Final, TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from core.platform.errors import JigiError

SHORTEST: Final = 10
"""Characters of a password; length is what counts (NIST SP 800-63B)."""

LONGEST: Final = 200
FIRM: Final = 3
"""The least score of zxcvbn (0 to 4): some 10^8 guesses."""

CONTEXT: Final = (
    "jigi", "jigisemejiri", "guichet", "mali", "bamako", "kayes", "koulikoro", "sikasso", "segou", "mopti",
    "tombouctou", "gao", "kidal", "menage", "plainte", "agent", "superviseur", "point focal", "administrateur",
    "motdepasse", "mot de passe", "bonjour", "soleil", "azerty",
)  # fmt: skip
"""Words that come to mind here, which no list of the world's commonest passwords has."""

AT_ONCE: Final = 2
MOST_WAITING: Final = 40
"""Of all sources together: the last of them waits some two seconds."""

MOST_OF_ONE: Final = 6
SYLLABLES: Final = [consonant + vowel for consonant in "bcdfgjklmnprstvz" for vowel in "aeiou"]
Made = TypeVar("Made")

_threads: Final = ThreadPoolExecutor(AT_ONCE, "passwords")
_waiting: Final[Counter[str]] = Counter()


class WeakPassword(JigiError, ValueError):
    """A password that is too short, too long, common, or made of words that come to mind here."""


class TooManyAtOnce(JigiError):
    """So many sign in at this moment, altogether or from one source, that this one has to come again."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex())


async def check(password: str, *words: str) -> None:
    """Raise WeakPassword for one that may not be chosen by somebody of whom these words are known, as the login."""
    own = [word.lower() for word in words if word]
    if not SHORTEST <= len(password) <= LONGEST or any(word in password.lower() for word in own):
        raise WeakPassword
    if await _in_a_thread(lambda: _score(password, own)) < FIRM:
        raise WeakPassword


def _score(password: str, own: list[str]) -> int:
    from zxcvbn import zxcvbn  # some 20 MB of lists, for who chooses a password

    score: int = zxcvbn(password[:72], [*own, *CONTEXT])["score"]
    return score


async def hashed(password: str) -> str:
    """The hash that is kept of a password."""
    return await _in_a_thread(lambda: _hasher().hash(password))


async def matches(password: str, kept: str | None, source: str = "") -> bool:
    """Whether a password is the one whose hash was kept (None: nobody's, and as slow); raises TooManyAtOnce."""
    async with _turn(source):
        fits = await _in_a_thread(lambda: _hasher().verify(password[:LONGEST], kept or _nobodys()))
    return fits and kept is not None and len(password) <= LONGEST


async def _in_a_thread(work: Callable[[], Made]) -> Made:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


@asynccontextmanager
async def _turn(source: str) -> AsyncIterator[None]:
    """A place among those that wait; raises TooManyAtOnce where there is none."""
    if _waiting.total() >= MOST_WAITING or _waiting[source] >= MOST_OF_ONE:
        raise TooManyAtOnce
    _waiting[source] += 1
    try:
        yield
    finally:
        _waiting[source] -= 1
        if not _waiting[source]:
            del _waiting[source]


def new_password() -> str:
    """A password to be told to somebody once: four words of three syllables, some 75 bits."""
    return "-".join("".join(secrets.choice(SYLLABLES) for _ in range(3)) for _ in range(4))
