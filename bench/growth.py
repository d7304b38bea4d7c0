"""`python -m bench.growth`: the same programme with 3 000, 300 000 and 3 000 000 households, measured alike.

Of each size: what a hop takes, how fast files go in (of new households, of the same again, of payments into a round
that everybody has) and how much memory that takes, how long a plan for everybody takes, what the tables and their
indexes weigh, and what `message` weighs after its campaign was purged and the next one planned. `--sizes 3000,300000`
leaves the great one out, `--imports` all but the files.
"""

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import psycopg
from sqlalchemy.engine import make_url

from bench.callers import Measured, round_of
from bench.imports import COMMUNES, csv, households, imported, payments
from bench.plan import planned
from bench.recipients import SEQUENCE, callers, make
from bench.serving import processor_seconds, resident_mb, serving
from core.imports.kinds import ImportKind
from core.platform import database
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema import migrations
from core.schema.ground import ground

SIZES: Final = (3_000, 300_000, 3_000_000)
PAID_ROUNDS: Final = 6
"""Rounds of the past: with the coming one seven payments a household, 21 000 000 of the greatest."""

NEW_ROWS: Final = 20_000
FILES: Final = 3
"""Of each kind; what is printed of them is the one in the middle."""

FIRST_NEW: Final = 5_000_000
KNOWN_ROUND: Final = "bench"
AT_ONCE: Final = 16
ROUNDS: Final = 4
ROUND_SECONDS: Final = 5.0
PORT: Final = 8987
PAST: Final = """
WITH round AS (
    INSERT INTO payment_round (id, component, name)
    SELECT 1 + r, 'TM', 'paid ' || r FROM generate_series(1, %(rounds)s) AS r RETURNING id
)
INSERT INTO payment (household_id, round_id, due_date, place, agency, amount_xof, state, paid_on)
SELECT household.id, round.id, CURRENT_DATE - 60 * round.id, 'Mairie', 'Caisse', 30000, 'paid',
    CURRENT_DATE - 60 * round.id
FROM round, household
"""
WEIGHT: Final = """
SELECT relname, reltuples::bigint, pg_relation_size(oid) / 1e6, pg_indexes_size(oid) / 1e6
FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY pg_total_relation_size(oid) DESC
LIMIT 6
"""
LONG_AGO: Final = """
UPDATE message SET state = 'delivered', final_at = planned_at;
UPDATE sms_batch SET state = 'closed';
DELETE FROM message; DELETE FROM sms_batch; DELETE FROM message_text; DELETE FROM campaign_change; DELETE FROM campaign
"""
MESSAGE_MB: Final = "SELECT pg_total_relation_size('message') / 1e6"


def main() -> None:
    """Measure each size, the smallest first."""
    arguments = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    arguments.add_argument("--sizes", default=",".join(map(str, SIZES)))
    arguments.add_argument("--imports", action="store_true", help="only how fast files go in")
    given = arguments.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-growth-"))
    print(f"{os.cpu_count()} processors; processes that wanted one before: {os.getloadavg()[0]:.1f}")
    try:
        with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
            os.environ |= {"JIGI_REDIS_URL": on.redis_url, "JIGI_CALLBACK_TOKENS": "demo", "JIGI_LOG_LEVEL": "ERROR"}
            for size in sizes:
                measure = _imports_measured if given.imports else _measured
                measure(_empty(on.database_url, size), folder, size)
    finally:
        end_own_postgres(folder)
        shutil.rmtree(folder, ignore_errors=True)


def _empty(url: str, size: int) -> str:
    with psycopg.connect(make_url(url).set(drivername="postgresql").render_as_string(False), autocommit=True) as own:
        own.execute(f"CREATE DATABASE grown_{size} ENCODING 'UTF8' TEMPLATE template0".encode())
    there = make_url(url).set(database=f"grown_{size}").render_as_string(hide_password=False)
    migrations.upgrade(there)
    return there


def _measured(url: str, folder: Path, size: int) -> None:
    os.environ["JIGI_DATABASE_URL"] = url
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    began = time.perf_counter()
    asyncio.run(_filled(url, size))
    with psycopg.connect(plain, autocommit=True) as own:
        own.execute(PAST.replace("%(rounds)s", str(PAID_ROUNDS)).encode())
        phones = callers(own, size)
        own.execute("VACUUM ANALYZE")
        (payments,) = own.execute("SELECT count(*) FROM payment").fetchone() or (0,)
        print(
            f"\n{size:,} households, {payments:,} payments; filled in {time.perf_counter() - began:.0f} s", flush=True
        )
        _weighed(own)
        _hops(phones)
        _files(folder, plain)
        plan = planned()
        print(
            f"plan     {plan.recipients:,.0f} recipients in {plan.seconds:.1f} s: "
            f"{plan.recipients / plan.seconds:,.0f}/s, peak memory {plan.memory:.0f} MB",
            flush=True,
        )
        _again(own)


def _imports_measured(url: str, folder: Path, size: int) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    asyncio.run(_filled(url, size))
    with psycopg.connect(plain, autocommit=True) as own:
        own.execute(SEQUENCE)
        own.execute("CHECKPOINT")
    print(f"\n{size:,} households, a payment each", flush=True)
    _files(folder, plain)


def _files(folder: Path, plain: str) -> None:
    """How fast files go in, each kind in turns with the others."""
    imported(ImportKind.COMMUNES, csv(folder / "communes.csv", COMMUNES), plain)
    rates: dict[str, list[float]] = {"new households": [], "the same again": [], "payments": []}
    for number in range(FILES):
        first = FIRST_NEW + NEW_ROWS * number
        new = csv(folder / f"new-{number}.csv", households(NEW_ROWS, first=first))
        paid = csv(folder / f"paid-{number}.csv", payments(NEW_ROWS, NEW_ROWS, first, [KNOWN_ROUND]))
        for name, kind, file in (
            ("new households", ImportKind.HOUSEHOLDS, new),
            ("the same again", ImportKind.HOUSEHOLDS, new),
            ("payments", ImportKind.PAYMENTS, paid),
        ):
            rates[name].append(imported(kind, file, plain))
    shown = ", ".join(f"{name} {median(each):,.0f}" for name, each in rates.items())
    print(f"imports  rows/s of {NEW_ROWS:,}, one in the middle of {FILES}: {shown}", flush=True)


async def _filled(url: str, size: int) -> None:
    database.open_database(url, pool=2, statement_seconds=7200)
    await make(datetime.now(UTC).date(), size)
    await database.close_database()


def _weighed(own: psycopg.Connection) -> None:
    for table, rows, data, indexes in own.execute(WEIGHT):
        print(f"         {table:18} {rows:>12,} rows {data:9,.1f} MB, indexes {indexes:9,.1f} MB")


def _hops(phones: Sequence[str]) -> None:
    """What a hop takes of the processor and of the caller's time."""
    with serving("asgi:build", PORT, "/health/ready") as process:
        asyncio.run(round_of(PORT, phones, at_once=AT_ONCE, seconds=2.0, ends=True))
        before, rounds = processor_seconds(process.pid), list[Measured]()
        for _ in range(ROUNDS):
            rounds.append(asyncio.run(round_of(PORT, phones, at_once=AT_ONCE, seconds=ROUND_SECONDS, ends=True)))
        hops = [second * 1000 for each in rounds for second in each.hops]
        took = (processor_seconds(process.pid) - before) / len(hops) * 1e6
        print(
            f"hops     {median(each.per_second for each in rounds):,.0f}/s, {took:.0f} us of the processor, "
            f"p50 {median(hops):.1f} ms, p99 {quantiles(hops, n=100)[98]:.1f} ms, {resident_mb(process.pid):.0f} MB",
            flush=True,
        )


def _again(own: psycopg.Connection) -> None:
    """What the table of messages weighs when all of a campaign went, and when the next was planned."""
    weights = [_mb(own)]
    with own.transaction():
        own.execute("SET LOCAL session_replication_role = replica")
        own.execute(LONG_AGO)
    weights.append(_mb(own))
    for _ in range(2):  # as autovacuum does in its time; what an index lets go of is given out again from the next on
        own.execute("VACUUM message")
    weights.append(_mb(own))
    planned()
    weights.append(_mb(own))
    shown = ", ".join(f"{weight:,.1f} MB" for weight in weights)
    print(f"message  planned, all told and purged, vacuumed, planned again: {shown}", flush=True)


def _mb(own: psycopg.Connection) -> float:
    (weight,) = own.execute(MESSAGE_MB).fetchone() or (0,)
    return float(weight)


if __name__ == "__main__":
    main()
