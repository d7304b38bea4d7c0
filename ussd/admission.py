"""Which hops are let in: so many at a time, and none to a database that does not answer.

A call that begins is told to call again when too many are being answered; calls under way go on. When hop after hop
found no answer in the database, it is left alone for a moment, as Redis is: who calls meanwhile is told so at once
instead of after a deadline. One hop then tries.
"""

import time
from collections.abc import Callable
from typing import Final

from core.platform.errors import JigiError
from ussd.hops import Hop, LastInput
from ussd.metrics import HOPS_IN_FLIGHT, REFUSED_CALLS, RESTS

FAILURES: Final = 5
"""Hops that found no answer, one after the other, before the database is left alone."""

REST_SECONDS: Final = 2.0
TOLD_SECONDS: Final = 0.25


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
        self._told_again = 0.0

    @property
    def in_flight(self) -> int:
        """Hops that are being answered now."""
        return self._in_flight

    def admit(self, hop: Hop) -> None:
        """Let a hop in, which `leave` lets out; raises LineFull for a call that begins when there is no room."""
        if self._in_flight >= self._most and begins(hop):
            REFUSED_CALLS.labels(hop.gateway).inc()
            raise LineFull(hop.gateway)
        self._in_flight += 1
        self._tell(self._in_flight == 1)

    def leave(self) -> None:
        """A hop that was let in has its answer."""
        self._in_flight -= 1
        self._tell(self._in_flight == 0)

    def _tell(self, at_once: bool) -> None:
        """Show how many there are, where there are many no more often than anybody looks."""
        now = self._clock()
        if at_once or now >= self._told_again:
            self._told_again = now + TOLD_SECONDS
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
