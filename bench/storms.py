"""`python -m bench.storms`: people call while the programme is at its heaviest, each in a process of its own.

Beside sixteen callers, one after the other: a plan for 300 000, the delivery reports of all of them as fast as the
process of SMS takes them, and an import of 300 000 new households. The line is a process of its own, as in production.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg
from sqlalchemy.engine import make_url

from bench import recipients
from bench.callers import Measured, round_of
from bench.imports import COMMUNES, csv, households, imported
from bench.reports import posted
from bench.serving import serving
from core.imports.kinds import ImportKind
from core.platform import database
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema.ground import ground

SIZE: Final = 300_000
AT_ONCE: Final = 16
ALONE_ROUNDS: Final = 5
ROUND_SECONDS: Final = 2.0
LINE_PORT, SMS_PORT = 8981, 8982
LEFT: Final = """
UPDATE sms_batch SET state = 'closed', left_at = now(), answered_at = now();
UPDATE message SET state = 'accepted', provider_id = 'ATPid_' || md5(id::text), gateway = 'africastalking'
"""
"""As if a gateway had taken every request of the campaign."""


def main() -> None:
    """Measure each, and print."""
    arguments = argparse.ArgumentParser(prog="python -m bench.storms", description=__doc__)
    arguments.add_argument("--households", type=int, default=SIZE)
    arguments.add_argument("--post", action="store_true", help="only post the reports, and print")
    given = arguments.parse_args()
    if given.post:
        asyncio.run(posted(SMS_PORT))
        return
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-storms-"))
    print(f"{os.cpu_count()} processors; processes that wanted one before: {os.getloadavg()[0]:.1f}")
    try:
        with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
            os.environ |= {
                "JIGI_DATABASE_URL": on.database_url,
                "JIGI_REDIS_URL": on.redis_url,
                "JIGI_CALLBACK_TOKENS": "demo",
                "JIGI_LOG_LEVEL": "ERROR",
            }
            url = make_url(on.database_url).set(drivername="postgresql")
            _all(url.render_as_string(hide_password=False), folder, given.households)
    finally:
        end_own_postgres(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _all(url: str, folder: Path, size: int) -> None:
    asyncio.run(_filled(size))
    with psycopg.connect(url, autocommit=True) as own:
        phones = recipients.callers(own, size)
        imported(ImportKind.COMMUNES, csv(folder / "communes.csv", COMMUNES), url)
        lists = csv(folder / "new.csv", households(size, first=5_000_000))
        with (
            serving("asgi:build", LINE_PORT, "/health/ready", JIGI_ONLY="line"),
            serving("asgi:build", SMS_PORT, "/health/ready", JIGI_ONLY="sms"),
        ):
            _beside("alone", phones)
            _beside("a plan", phones, "bench.plan")
            own.execute(LEFT)
            own.execute("VACUUM ANALYZE")
            _beside("reports", phones, "bench.storms", "--post")
            _beside("an import", phones, "bench.imports", "--one", "households", str(lists), url)


async def _filled(size: int) -> None:
    database.open_database(os.environ["JIGI_DATABASE_URL"], pool=2, statement_seconds=7200)
    await recipients.make(datetime.now(UTC).date(), size)
    await database.close_database()


def _beside(name: str, phones: list[str], *command: str) -> None:
    """Callers as long as a command runs, or alone; print what a hop took, and what the command said of itself."""
    work = command and subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True)  # noqa: S603
    rounds = list[Measured]()
    while len(rounds) < ALONE_ROUNDS if not work else work.poll() is None:
        rounds.append(asyncio.run(round_of(LINE_PORT, phones, at_once=AT_ONCE, seconds=ROUND_SECONDS, ends=True)))
    hops = [second * 1000 for each in rounds for second in each.hops]
    said = work.communicate()[0].strip() if work else ""
    print(
        f"beside {name:10} {median(each.per_second for each in rounds):6,.0f} hops/s, p50 {median(hops):6.1f} ms, "
        f"p99 {quantiles(hops, n=100)[98]:6.1f} ms, longest {max(hops):7.1f} ms  {said}",
        flush=True,
    )


if __name__ == "__main__":
    main()
