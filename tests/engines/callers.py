"""People who call and complain, many at once, and what the line and its database made of it."""

import asyncio
import itertools
import time
from dataclasses import dataclass
from typing import ClassVar

import httpx
import psycopg

from simulator.gateway import UssdCall
from ussd import metrics

CALLBACK = "/ussd/africastalking/demo"
FRENCH_AND_A_COMPLAINT = ("2", "3", "1", "1", "1")
FILED = "Plainte notée"
AT_ONCE = 8
NUMBERS = itertools.count(1)
"""No phone calls on two engines: what one Redis remembers of it would show."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What one engine bore."""

    HEADER: ClassVar[str] = (
        f"{'engine':46} {'hops':>6} {'filed':>6} {'told':>6} {'apologies':>10} {'later':>6} {'SMS':>5}"
    )

    engine: str
    hops: int
    filed: int
    """Complaints in the database."""
    numbered: int
    """Complaints whose number somebody was told."""
    apologies: int
    """Of them, while the engine failed over."""
    later: int
    """Apologies once it had."""
    sms: int = 0

    def row(self) -> str:
        counts = f"{self.hops:6} {self.filed:6} {self.numbered:6} {self.apologies:10} {self.later:6} {self.sms:5}"
        return f"{self.engine:46} {counts}"


@dataclass
class Callers:
    """Callers before one application; each call is of a phone of its own."""

    client: httpx.AsyncClient
    hops: int = 0
    numbered: int = 0

    async def complain(self, count: int) -> None:
        """So many people complain, some at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> None:
            async with gate:
                await self.complains()

        await asyncio.gather(*(one() for _ in range(count)))

    async def complain_for(self, seconds: float) -> None:
        """People complain, one call after another on each of some lines, for so long."""
        end = time.monotonic() + seconds

        async def line() -> None:
            while time.monotonic() < end:
                await self.complains()

        await asyncio.gather(*(line() for _ in range(AT_ONCE)))

    async def complains(self) -> None:
        """Somebody unknown chooses French and complains of a payment."""
        call = UssdCall(self.client, CALLBACK, f"+2237655{next(NUMBERS):04}")
        screen = await call.dial()
        self.hops += 1
        for key in FRENCH_AND_A_COMPLAINT:
            if screen.ends:
                return
            screen = await call.reply(key)
            self.hops += 1
        self.numbered += screen.text.startswith(FILED)


def apologies() -> int:
    """How many hops of this process ended in an apology so far."""
    return int(
        sum(sample.value for each in metrics.FAILED_HOPS.collect() for sample in each.samples if "total" in sample.name)
    )


def filed(url: str) -> int:
    """How many complaints there are; each number only once, as the table holds."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM grievance WHERE msisdn LIKE '+2237655%'").fetchone()
    assert row is not None
    return int(row[0])
