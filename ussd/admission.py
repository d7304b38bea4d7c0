"""Which hops are let in: so many at a time, and none to a database that does not answer.

A call that begins is told to call again when too many are being answered; calls under way go on. When hop after hop
found no answer in the database, it is left alone for a moment, as Redis is: who calls meanwhile is told so at once
instead of after a deadline. One hop then tries.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from core.platform.errors import JigiError
from ussd.hops import Hop, LastInput
from ussd.metrics import HOPS_IN_FLIGHT, REFUSED_CALLS, RESTS

FAILURES: Final = 5
"""Hops that found no answer, one after the other, before the database is left alone."""

REST_SECONDS: Final = 2.0


class LineFull(JigiError):
    """More hops are being answered than are let in; the call has not begun."""


class LeftAlone(JigiError):
    """The database did not answer just now, and is not asked."""


class Admission:
    """The door of the engine, for one process."""

    def __init__(self, most: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._in_flight = 0
        self._failures = 0
        self._rests_until = 0.0

    @property
    def in_flight(self) -> int:
        """Hops that are being answered now."""
        return self._in_flight

    @contextmanager
    def admitted(self, hop: Hop) -> Iterator[None]:
        """Let a hop in; raises LineFull for a call that begins when there is no room."""
        if self._in_flight >= self._most and begins(hop):
            REFUSED_CALLS.labels(hop.gateway).inc()
            raise LineFull(hop.gateway)
        self._in_flight += 1
        HOPS_IN_FLIGHT.set(self._in_flight)
        try:
            yield
        finally:
            self._in_flight -= 1
            HOPS_IN_FLIGHT.set(self._in_flight)

    def ask_database(self) -> None:
        """Raises LeftAlone while it is left alone; whoever comes first afterwards tries for all."""
        now = self._clock()
        if self._failures < FAILURES:
            return
        if now < self._rests_until:
            raise LeftAlone("the database is left alone")
        self._rests_until = now + REST_SECONDS

    def answered(self) -> None:
        """A hop was answered from the database."""
        self._failures = 0

    def unanswered(self) -> None:
        """A hop found no answer there."""
        self._failures += 1
        if self._failures == FAILURES:
            RESTS.inc()
        if self._failures >= FAILURES:
            self._rests_until = self._clock() + REST_SECONDS


def begins(hop: Hop) -> bool:
    """Whether a call begins with this hop, as far as the hop itself tells."""
    return hop.typed.begins if isinstance(hop.typed, LastInput) else not hop.typed
