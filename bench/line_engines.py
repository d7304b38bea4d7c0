"""`python -m bench.line_engines`: the line on the servers of the demo, behind PgBouncer and on Sentinel, in turns.

Behind PgBouncer, in transaction mode, nothing is prepared by the server; on Sentinel the master is the sentinels' to
name. A bare application takes its turn with them, on the Redis of the demo, and each is held against it. `make engines`
installs what it needs, and runs it.
"""

import asyncio
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psycopg

from bench.__main__ import BARE, JIGI, callers, candidate, in_turns, print_round, processor_us, rate_of
from core.platform.servers import end_own_postgres
from core.platform.settings import Settings
from core.schema import migrations
from core.schema.ground import Ground, ground
from tests.engines.machines import pgbouncer, postgres, watched

ROUNDS: Final = 3
FIRST_PORT: Final = 8951


def main() -> None:
    """Start every engine, serve the line on each, and measure one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-engines-"))
    os.environ |= {"JIGI_CALLBACK_TOKENS": "demo", "JIGI_LOG_LEVEL": "ERROR"}
    with ExitStack() as stack:
        demo = stack.enter_context(ground(Settings(data_dir=folder / "demo", database_url="", redis_url="")))
        server, _ = stack.enter_context(postgres(folder / "primary"))
        with psycopg.connect(server.url("postgres"), autocommit=True) as owner:
            owner.execute("CREATE DATABASE jigi")
        migrations.upgrade(server.url())
        pooled = stack.enter_context(pgbouncer(folder / "pgbouncer", server, "transaction"))
        sentinels = stack.enter_context(watched(folder / "redis"))
        engines = {
            "demo": _settings(demo.database_url, demo.redis_url),
            "pooler": _settings(pooled, demo.redis_url, server.url()),
            "sentinel": _settings(demo.database_url, sentinels.url),
        }
        known = [asyncio.run(callers(on, folder / "world")) for on in (demo, Ground(server.url(), demo.redis_url))]
        candidates = [
            stack.enter_context(candidate(name, JIGI, FIRST_PORT + number, 1, **settings))
            for number, (name, settings) in enumerate(engines.items())
        ]
        beside = _settings("", demo.redis_url)
        bare = stack.enter_context(candidate("bare", BARE, FIRST_PORT + len(engines), 1, **beside))
        asyncio.run(in_turns((*candidates, bare), sorted(set(known[0]) & set(known[1])), rounds=ROUNDS))
        print(f"the line on three grounds and a bare application, {ROUNDS} rounds in turns")
        for each in (*candidates, bare):
            print_round(each.name, each.rounds)
        for each in candidates:
            rate = rate_of(each.rounds) / rate_of(bare.rounds)
            processor = processor_us(bare.rounds) / processor_us(each.rounds)
            print(f"{each.name:9}{rate:7.2f} of bare's requests/s, {processor:.2f} by the processor that a hop takes")
    end_own_postgres(folder / "demo")
    shutil.rmtree(folder, ignore_errors=True)


def _settings(database: str, redis: str, direct: str = "") -> dict[str, str]:
    return {"JIGI_DATABASE_URL": database, "JIGI_DATABASE_DIRECT_URL": direct, "JIGI_REDIS_URL": redis}


if __name__ == "__main__":
    main()
