"""Passwords: kept as argon2 hashes, compared in the same time whether or not there is somebody."""

import secrets
from functools import lru_cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from core.platform.errors import JigiError

SHORTEST: Final = 10
"""Characters of a password; length is what counts (NIST SP 800-63B)."""

LONGEST: Final = 200
SYLLABLES: Final = [consonant + vowel for consonant in "bcdfgjklmnprstvz" for vowel in "aeiou"]


class WeakPassword(JigiError, ValueError):
    """A password that is too short, too long, or the login itself."""


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash((Argon2Hasher(),))


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return _hasher().hash(secrets.token_hex())


def check(password: str, login: str) -> None:
    """Raise WeakPassword for one that may not be chosen."""
    if not SHORTEST <= len(password) <= LONGEST or login.lower() in password.lower():
        raise WeakPassword(login)


def hashed(password: str) -> str:
    """The hash that is kept of a password."""
    return _hasher().hash(password)


def matches(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept (None: nobody's, and as slow)."""
    return _hasher().verify(password[:LONGEST], kept or _nobodys()) and kept is not None


def new_password() -> str:
    """A password to be told to somebody once: four words of three syllables, some 75 bits."""
    return "-".join("".join(secrets.choice(SYLLABLES) for _ in range(3)) for _ in range(4))
