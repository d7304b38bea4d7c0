"""Connections of the web server that say nothing, or too much before they ask: ended, counted, and never waited for.

uvicorn waits without end for the head of a request and for its body, and its parser takes a head of any size. Its
protocol is used as it is, with three clocks around what the other side still owes.
"""

import asyncio
import time
from asyncio.events import TimerHandle
from typing import Any, Final

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS: Final = 10.0
"""From the connection, or the first octet of a later request, to the end of its head."""

SILENT_SECONDS: Final = 30.0
"""Without an octet of a body that was announced: a slow link goes on, a silent one does not."""

HEAD_OCTETS: Final = 32 * 1024
"""Of a request's first line and headers."""

ACCEPTED: Final = "accepted"
"""Under which the state of a request has the moment (`time.monotonic`) at which it began."""

CUT: Final = Counter(
    "jigi_connections_cut", "Connections ended because of what they did not say, or said too much", ["why"]
)


class BoundedProtocol(HttpToolsProtocol):
    """The server's HTTP, in which nobody is waited for without end."""

    _owed: TimerHandle | None = None
    _head_octets = 0
    _in_body = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the head of a request."""
        super().connection_made(transport)
        self._expect(HEAD_SECONDS, "no head")

    def data_received(self, data: bytes) -> None:
        """Take octets; a head that is too large ends the connection."""
        if self._in_body:
            self._expect(SILENT_SECONDS, "silent body")
        elif self._owed is None and self._at_rest():
            self._expect(HEAD_SECONDS, "no head")
        self._head_octets += 0 if self._in_body else len(data)
        super().data_received(data)
        if self._owes_head() and self._head_octets > HEAD_OCTETS:
            self._cut("large head")

    def on_message_begin(self) -> None:
        """Note when the request began, for the deadline of its answer."""
        super().on_message_begin()
        self.scope["state"][ACCEPTED] = time.monotonic()

    def on_headers_complete(self) -> None:
        """Expect the body, if there is one."""
        self._in_body, self._head_octets = True, 0
        self._expect(SILENT_SECONDS, "silent body")
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Nothing is owed any more."""
        self._in_body, self._head_octets = False, 0
        self._expect_nothing()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nor here."""
        self._expect_nothing()
        super().connection_lost(exc)

    def _at_rest(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _owes_head(self) -> bool:
        return not self._in_body and not self.transport.is_closing()

    def _expect(self, seconds: float, why: str) -> None:
        self._expect_nothing()
        self._owed = self.loop.call_later(seconds, self._cut, why)

    def _expect_nothing(self) -> None:
        if self._owed is not None:
            self._owed.cancel()
            self._owed = None

    def _cut(self, why: str) -> None:
        if self.flow.read_paused:  # it is we who do not read
            self._expect(SILENT_SECONDS, why)
        elif not self.transport.is_closing():
            CUT.labels(why).inc()
            self.transport.close()


def accepted(scope: Any) -> float:
    """When a request began (`time.monotonic`); now, where the server did not say."""
    moment = scope.get("state", {}).get(ACCEPTED)
    return moment if isinstance(moment, float) else time.monotonic()
