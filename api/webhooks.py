"""Tells receivers of events, signed by the scheme of Standard Webhooks 1.0 (`core.outbox.signing`)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Final

import httpx
import structlog

from api.due import doing
from core.outbox import receivers
from core.outbox.outgoing import ReceiverFault
from core.outbox.receivers import DueEvent
from core.outbox.signing import signature
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.outside import InsideAddress, Network, outside_client

log = structlog.get_logger(__name__)

AT_ONCE: Final = 20
SECONDS: Final = 10.0
"""A receiver says within so long that it took an event, and does its own work later."""


class EventSender:
    """Sends what is due; as many processes of the API as one likes may."""

    def __init__(self, http: httpx.AsyncClient, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._clock = clock

    async def send_due(self) -> int:
        """Send what is due now, as much as goes at once; how many events that was."""
        with signed_in_for(DatabaseTask.WORKER):
            due = await receivers.claim(self._clock(), AT_ONCE)
            await asyncio.gather(*map(self._send, due))
        return len(due)

    async def _send(self, event: DueEvent) -> None:
        if event.is_hidden:
            await receivers.settled(event, None, self._clock())
            return
        status, fault = await self._answer(event)
        if status is not None and 200 <= status < 300:
            await receivers.settled(event, status, self._clock())
        else:
            await receivers.failed(event, fault or ReceiverFault.ANSWER, status, self._clock())

    async def _answer(self, event: DueEvent) -> tuple[int | None, ReceiverFault | None]:
        """The status that a receiver answered, or why there is none.

        What it says besides is not read, and no redirection is followed.
        """
        moment = int(self._clock().timestamp())
        content = {"type": event.kind.value, "timestamp": _utc(event.at), "data": event.data}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        secrets = [secret for secret in (event.secret, event.earlier_secret) if secret]
        headers = {
            "content-type": "application/json",
            "webhook-id": event.key,
            "webhook-timestamp": str(moment),
            "webhook-signature": " ".join(signature(secret, event.key, moment, body) for secret in secrets),
        }
        try:
            async with (
                asyncio.timeout(SECONDS),
                self._http.stream("POST", event.url, content=body, headers=headers) as response,
            ):
                return response.status_code, None
        except InsideAddress:
            log.warning("event_not_sent_inside", receiver=event.receiver_id)
            return None, ReceiverFault.INSIDE
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
            log.warning("event_not_taken", receiver=event.receiver_id, error=type(error).__name__)
            return None, ReceiverFault.SILENCE


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@asynccontextmanager
async def sending(clock: Callable[[], datetime], allowed: Sequence[Network]) -> AsyncIterator[None]:
    """Send events while this lasts, to the outside and to the networks of our own that are allowed."""
    async with outside_client(allowed, SECONDS) as http, doing(EventSender(http, clock).send_due, "events_not_sent"):
        yield
