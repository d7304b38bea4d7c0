"""A gateway that takes everything and remembers it, and what the ledger holds after it was asked."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from core.platform.settings import Settings
from sms.outbox.gateway import Gateway, Policy, Result
from sms.worker.sender import Clock, Sender
from tests.sms.scripted_gateway import alone
from tests.support.database import query

AWA, BAKARY = "+22376000001", "+22366000002"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class AGateway(Gateway):
    """Takes every SMS and names it; `meanwhile` happens, by those names, before it answers."""

    meanwhile: Callable[[Sequence[str]], Awaitable[Any]] | None = None
    sent: list[tuple[str, str]] = field(default_factory=list)
    """Number and text of each SMS."""
    names: list[str] = field(default_factory=list)

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        named = [f"ATXid_{len(self.names) + place}" for place, _ in enumerate(msisdns, 1)]
        self.names += named
        self.sent += [(msisdn, body) for msisdn in msisdns]
        if self.meanwhile is not None:
            await self.meanwhile(named)
        return [Result(msisdn, Policy.ACCEPTED, "Sent", name) for msisdn, name in zip(msisdns, named, strict=True)]

    async def close(self) -> None:
        return None

    async def takes(self, now: datetime = NOON) -> list[tuple[str, str]]:
        """Give it all that may go at this time; number and text of each SMS it took."""
        before = len(self.sent)
        await a_sender(self, now).drain()
        return self.sent[before:]


def a_sender(gateway: AGateway, now: datetime = NOON) -> Sender:
    """A sender whose clock stands still."""

    async def at_once(_: float) -> None:
        await asyncio.sleep(0)

    return Sender(
        alone(gateway), Settings(sms_rate=0, sms_optout_reserve=0), worker="worker", clock=Clock(lambda: now, at_once)
    )


async def messages(columns: str = "msisdn, kind, state, reason") -> list[Any]:
    """The ledger, oldest first."""
    return await query(f"SELECT {columns} FROM message ORDER BY id")  # noqa: S608
