"""`make bench`: a full session (dial, menu, payment, end) on Jigi and on a bare Starlette application, in turns."""

import asyncio
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import text

from bench.callers import Measured, round_of
from bench.serving import serving
from core.payments.states import COMING, MISSED
from core.platform.columns import listed
from core.platform.database import close_database, open_database, reading
from core.platform.settings import Settings
from core.schema.ground import Ground, ground
from demo import world

HOUSEHOLDS = 2_000
ROUNDS = 4
ROUND_SECONDS = 5.0
AT_ONCE = 16
JIGI_PORT, BARE_PORT, SILENT_PORT = 8931, 8932, 8933


async def callers(on: Ground, folder: Path) -> list[str]:
    """Demo households; the numbers of those with a coming payment, who called before and chose a language."""
    open_database(on.database_url, pool=2, statement_seconds=600)
    await world.build(folder, datetime.now(UTC).date(), count=HOUSEHOLDS)
    async with reading() as connection:
        rows = await connection.execute(
            text(
                "SELECT msisdn FROM household_phone GROUP BY msisdn HAVING count(*) = 1 AND min(household_id) IN "  # noqa: S608
                f"(SELECT household_id FROM payment WHERE state IN {listed(COMING)} AND due_date > now()) "
                "AND min(household_id) IN (SELECT id FROM household WHERE status = 'beneficiary') "
                "AND min(household_id) NOT IN "
                "(SELECT household_id FROM payment LEFT JOIN payment_move ON payment_id = payment.id "
                f"WHERE state IN {listed(MISSED)} OR payment_id IS NOT NULL) ORDER BY 1"
            )
        )
        msisdns = [msisdn for (msisdn,) in rows]
        await connection.execute(
            text(
                "INSERT INTO phone (msisdn, language) SELECT unnest(CAST(:msisdns AS text[])), 'bm' "
                "ON CONFLICT (msisdn) DO UPDATE SET language = 'bm'"
            ),
            {"msisdns": msisdns},
        )
        await connection.execute(text("ANALYZE"))
    await close_database()
    return msisdns


def print_round(name: str, rounds: list[Measured]) -> float:
    """Print one line and return the median hops per second of the rounds."""
    hops = [second * 1000 for measured in rounds for second in measured.hops]
    sessions = [second * 1000 for measured in rounds for second in measured.sessions]
    rate = median(measured.per_second for measured in rounds)
    print(
        f"{name:8} {rate:8.0f} requests/s   hop p50 {median(hops):6.1f} ms  p99 {quantiles(hops, n=100)[98]:6.1f} ms"
        f"   session p50 {median(sessions):6.1f} ms  p99 {quantiles(sessions, n=100)[98]:6.1f} ms   {len(hops)} hops"
    )
    return rate


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        msisdns = asyncio.run(callers(on, folder))
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": "demo",
        }
        with (
            serving("asgi:build", JIGI_PORT, "/health/ready"),
            serving("asgi:build", SILENT_PORT, "/health/ready", JIGI_COUNT_SECONDS="0"),
            serving("bench.bare:build", BARE_PORT, "/"),
        ):
            jigi, bare, silent = asyncio.run(_rounds(msisdns))
    print(f"{AT_ONCE} phones at once, {ROUNDS} rounds of {ROUND_SECONDS:.0f} s each, in turns; one web process each")
    counting = print_round("Jigi", jigi)
    print(f"ratio    {counting / print_round('bare', bare):8.2f}")
    print(f"counting {counting / print_round('silent', silent):8.3f} of the throughput without counting")


async def _rounds(msisdns: list[str]) -> tuple[list[Measured], list[Measured], list[Measured]]:
    jigi: list[Measured] = []
    bare: list[Measured] = []
    silent: list[Measured] = []
    for port, ends in ((JIGI_PORT, True), (BARE_PORT, False), (SILENT_PORT, True)):
        await round_of(port, msisdns, at_once=AT_ONCE, seconds=1, ends=ends)
    for _ in range(ROUNDS):
        jigi.append(await round_of(JIGI_PORT, msisdns, at_once=AT_ONCE, seconds=ROUND_SECONDS, ends=True))
        silent.append(await round_of(SILENT_PORT, msisdns, at_once=AT_ONCE, seconds=ROUND_SECONDS, ends=True))
        bare.append(await round_of(BARE_PORT, msisdns, at_once=AT_ONCE, seconds=ROUND_SECONDS, ends=False))
    return jigi, bare, silent


if __name__ == "__main__":
    main()
