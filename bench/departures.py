"""`python -m bench.departures`: is the one lock under which requests of SMS depart what bounds sending?

The same campaign is sent by one, two and four workers. Beside the rate stands what share of the time somebody held the
lock (at 100 % it is the ceiling), and how many waited for it at a time.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy.engine import make_url

from bench import recipients
from bench.plan import planned
from bench.sending import at_full_rate, sent
from bench.serving import running
from core.platform import database
from core.platform.locks import Lock
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import ground

SIZE: Final = 100_000
WORKERS: Final = (1, 2, 4)
DELAY_MS: Final = 50
PORT: Final = 8987
LOOK_SECONDS: Final = 0.01

HELD: Final = f"""
SELECT count(*) FILTER (WHERE granted), count(*) FILTER (WHERE NOT granted)
FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = {int(Lock.DEPARTURE)}
"""  # noqa: S608
UNSENT: Final = """
UPDATE message SET state = 'planned', reason = NULL, provider_id = NULL, cost = NULL, currency = NULL, final_at = NULL;
UPDATE sms_batch SET state = 'ready', worker = NULL, claimed_at = NULL, left_at = NULL, departure = NULL,
    answered_at = NULL;
UPDATE campaign SET state = 'approved', started_at = NULL, ended_at = NULL
"""
"""As if the campaign had not begun."""


@dataclass(slots=True)
class LockWatch:
    """Looks at the lock again and again."""

    looks: int = 0
    held: int = 0
    waiting: int = 0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def watch(self, url: str) -> None:
        """Look until it is over."""
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as own:
            while not self.over.is_set():
                row = await (await own.execute(HELD)).fetchone()
                held, waiting = row or (0, 0)
                if held or self.looks:
                    self.looks, self.held, self.waiting = self.looks + 1, self.held + held, self.waiting + waiting
                await asyncio.sleep(LOOK_SECONDS)


def main() -> None:
    """Measure each, and print."""
    arguments = argparse.ArgumentParser(prog="python -m bench.departures", description=__doc__)
    arguments.add_argument("--recipients", type=int, default=SIZE)
    size = arguments.parse_args().recipients
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-departures-"))
    stand_in = f"http://127.0.0.1:{PORT}"
    print(f"{os.cpu_count()} processors; processes that wanted one before: {os.getloadavg()[0]:.1f}")
    try:
        with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
            os.environ |= at_full_rate(on, JIGI_SMS_GATEWAY_URL=stand_in, JIGI_LOG_LEVEL="ERROR")
            asyncio.run(_filled(size))
            planned()
            url = make_url(on.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
            for workers in WORKERS:
                with psycopg.connect(url, autocommit=True) as own:
                    own.execute(UNSENT)
                    own.execute("VACUUM FULL ANALYZE message, sms_batch")
                serving = ("simulator.standin", "--port", str(PORT), "--delay-ms", str(DELAY_MS), "--no-reports")
                with running(*serving, answers=f"{stand_in}/taken"):
                    asyncio.run(_measured(workers, url))
    finally:
        end_own_postgres(folder)
        shutil.rmtree(folder, ignore_errors=True)


async def _filled(size: int) -> None:
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=7200)
    await recipients.make(datetime.now(UTC).date(), size)
    await database.close_database()


async def _measured(workers: int, url: str) -> None:
    watch = LockWatch()
    watching = asyncio.create_task(watch.watch(url))
    campaign = await sent(workers)
    watch.over.set()
    await watching
    looks = max(1, watch.looks)
    print(
        f"{workers} workers: {campaign.per_second:7,.0f} recipients/s in {campaign.seconds:5.1f} s; the lock is held "
        f"{watch.held / looks:4.0%} of the time, {watch.waiting / looks:4.1f} wait for it",
        flush=True,
    )


if __name__ == "__main__":
    main()
