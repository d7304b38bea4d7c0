"""`make bench`: a campaign of 280 663 recipients planned, sent by two workers, and its delivery reports taken."""

import asyncio
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import httpx

from bench.plan import planned
from bench.recipients import make
from bench.reports import posted
from bench.sending import at_full_rate, sent
from bench.serving import running
from core.platform import database
from core.platform.settings import Settings
from core.schema.ground import ground

STAND_IN_PORT, WEB_PORT = 8941, 8942
DELAY_MS = 50
WORKERS = 2
PLAIN_SECONDS = 15.0


def main() -> None:
    """Measure, one after the other, and print."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-sms-"))
    stand_in = f"http://127.0.0.1:{STAND_IN_PORT}"
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        os.environ |= at_full_rate(on, JIGI_SMS_GATEWAY_URL=stand_in)
        database.open_database(on.database_url, pool=2, statement_seconds=3600)
        asyncio.run(_world())
        _planned()
        serving = ("simulator.standin", "--port", str(STAND_IN_PORT), "--delay-ms", str(DELAY_MS), "--no-reports")
        with running(*serving, answers=f"{stand_in}/taken"):
            rate = asyncio.run(_sent(stand_in))
            plain = _plain(stand_in)
        print(f"         plain SDK loop {plain:,.1f} recipients/s ({PLAIN_SECONDS:.0f} s), ratio {rate / plain:,.0f}")
        web = ("uvicorn", "asgi:build", "--factory", "--port", str(WEB_PORT), "--no-access-log")
        with running(*web, "--log-level", "warning", answers=f"http://127.0.0.1:{WEB_PORT}/health/live"):
            asyncio.run(posted(WEB_PORT))


async def _world() -> None:
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=3600)
    await make(datetime.now(UTC).date())
    await database.close_database()


def _planned() -> None:
    plan = planned()
    print(
        f"plan     {plan.recipients:,.0f} recipients, {plan.texts:,.0f} texts, {plan.requests:,.0f} requests in "
        f"{plan.seconds:.1f} s, peak memory {plan.memory:.0f} MB"
    )


async def _sent(stand_in: str) -> float:
    """Send with two workers; print and give recipients a second."""
    campaign = await sent(WORKERS)
    async with httpx.AsyncClient(trust_env=False) as client:
        taken = (await client.get(f"{stand_in}/taken", timeout=60)).json()
    print(
        f"send     {campaign.progress.sent:,} recipients in {campaign.seconds:.1f} s: {campaign.per_second:,.0f}/s, "
        f"{taken['requests']:,} requests, {WORKERS} workers, gateway answers after {DELAY_MS} ms; "
        f"taken twice: {taken['twice_count']}"
    )
    return campaign.per_second


def _plain(stand_in: str) -> float:
    command = [sys.executable, "-m", "bench.plain_loop", stand_in, str(PLAIN_SECONDS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603


if __name__ == "__main__":
    main()
