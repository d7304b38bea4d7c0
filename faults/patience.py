"""Doing things of our own while the database comes and goes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import psycopg
from sqlalchemy.exc import InterfaceError, OperationalError

AWAY: Final = (OperationalError, InterfaceError, psycopg.OperationalError, OSError)
"""The database is away, or two stood in each other's way."""

LONGEST_SECONDS: Final = 300.0
"""How long what must come is waited for: so long that no busy machine, only a fault, lets it not come."""

LOOK_SECONDS: Final = 0.05
Done = TypeVar("Done")


class TooLong(Exception):
    """Something did not come about in time; the message says what."""


async def patiently(do: Callable[[], Awaitable[Done]]) -> Done:
    """Do it, again as long as the database is away."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            return await do()
        except AWAY:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def until_true(what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so; raises TooLong."""
    until = time.monotonic() + LONGEST_SECONDS
    while not await patiently(is_so):
        if time.monotonic() > until:
            raise TooLong(what)
        await asyncio.sleep(LOOK_SECONDS)
