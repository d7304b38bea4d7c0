"""`make bench`: how long one number that the gateway always answers 500 keeps the others of its campaign waiting.

The same campaign is sent without it and with it; then what it left uncertain is sent again, one number a request. The
target is a delay of less than a minute among 20 000.
"""

import argparse
import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx
import psycopg

from bench.by_gateways import COMMUNES, FORGET, RECIPIENTS, WORKERS
from bench.plan import planned
from bench.recipients import make
from bench.sending import SentCampaign, at_full_rate, sent
from bench.serving import running
from core.outbox.messages import MessageState
from core.platform import database, sql
from core.platform.settings import Settings
from core.schema.ground import ground
from core.staff import agents
from simulator.smsc import free_port
from sms.campaigns import steps

DELAY_MS: Final = 50
TARGET_SECONDS: Final = 60.0
ONE: Final = "SELECT msisdn FROM household_phone ORDER BY household_id OFFSET %(middle)s LIMIT 1"


def main() -> None:
    """Measure one after the other, and print."""
    command = argparse.ArgumentParser(prog="python -m bench.poisoned", description="One number that always fails.")
    command.add_argument("--recipients", type=int, default=RECIPIENTS)
    recipients: int = command.parse_args().recipients
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the stand-in ends with us, however we do
    folder, stand_in = Path(tempfile.mkdtemp(prefix="jigi-bench-poisoned-")), f"http://127.0.0.1:{free_port()}"
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        os.environ |= at_full_rate(on, JIGI_SMS_GATEWAY_URL=stand_in)
        bad = asyncio.run(_world(on.database_url, recipients))
        port = stand_in.rpartition(":")[2]
        serving = ("simulator.standin", "--port", port, "--delay-ms", str(DELAY_MS), "--no-reports")
        with running(*serving, answers=f"{stand_in}/taken"):
            without = _measured(on.database_url, stand_in, [])
            with_it = _measured(on.database_url, stand_in, [bad])
            again = asyncio.run(_again())
    delay = with_it.seconds - without.seconds
    left = with_it.progress.states.get(MessageState.UNCERTAIN, 0)
    print(f"{recipients:,} recipients, {WORKERS} workers, a gateway that answers after {DELAY_MS} ms")
    print(f"without  {without.seconds:6.1f} s   {without.per_second:8,.0f}/s")
    print(f"with one {with_it.seconds:6.1f} s   {with_it.per_second:8,.0f}/s   {left} uncertain with it")
    print(f"delay    {delay:6.1f} s   target {TARGET_SECONDS:.0f} s: {'met' if delay < TARGET_SECONDS else 'MISSED'}")
    print(f"again    {again.seconds:6.1f} s   {again.progress.states.get(MessageState.UNCERTAIN, 0)} uncertain still")


async def _world(database_url: str, recipients: int) -> str:
    """A registry; gives a number in its middle."""
    database.open_database(database_url, pool=2, statement_seconds=3600)
    await make(datetime.now(UTC).date(), recipients, COMMUNES)
    msisdn: str = await sql.scalar(ONE, {"middle": recipients // 2})
    await database.close_database()
    return msisdn


def _measured(database_url: str, stand_in: str, poisoned: Sequence[str]) -> SentCampaign:
    """Plan it anew, and send it past these numbers."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(FORGET)
    httpx.post(f"{stand_in}/faults", json={"poisoned": poisoned}, trust_env=False).raise_for_status()
    planned()
    return asyncio.run(sent(WORKERS))


async def _again() -> SentCampaign:
    """Send what is uncertain once more, as a supervisor decides."""
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    person = await agents.actor_of("first")
    await steps.settle(1, person, datetime.now(UTC), again=True)
    await database.close_database()
    return await sent(WORKERS, begin=False)


if __name__ == "__main__":
    main()
