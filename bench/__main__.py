"""`make bench`: a full session (dial, menu, payment, end) on Jigi and on a bare Starlette application, in turns.

A machine that does other work too says little by requests a second; what a hop took of the processor, held against what
the bare application took in the same minute, says more. It counts the time of the application's own processes alone.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from subprocess import Popen
from typing import Final

import httpx
from sqlalchemy import text

from bench import parts
from bench.callers import Measured, round_of
from bench.serving import processor_seconds, resident_mb, running, serving
from core.payments.states import COMING, MISSED
from core.platform.columns import listed
from core.platform.database import close_database, open_database, reading
from core.platform.settings import Settings
from core.schema.ground import Ground, ground
from demo import world

HOUSEHOLDS: Final = 2_000
ROUNDS: Final = 4
ROUND_SECONDS: Final = 5.0
AT_ONCE: Final = 16
MANY: Final = 400
JIGI: Final = "asgi:build"
BARE: Final = "bench.bare:build"
PARTS: Final = "bench.parts:build"
SCREEN_CLASSES: Final = "bench.peers.screen_classes:build"
MENU_BUILDER: Final = Path(__file__).parent / "peers" / "menu_builder"


@dataclass
class Candidate:
    """An application that is measured, where it answers, and what was measured of it."""

    name: str
    port: int
    process: Popen[bytes]
    ends: bool
    rounds: list[Measured] = field(default_factory=list)

    async def play(self, msisdns: Sequence[str], at_once: int, seconds: float = ROUND_SECONDS) -> Measured:
        """One round, which is not kept."""
        before = processor_seconds(self.process.pid)
        measured = await round_of(self.port, msisdns, at_once=at_once, seconds=seconds, ends=self.ends)
        measured.processor_seconds = processor_seconds(self.process.pid) - before
        return measured


def rate_of(rounds: Sequence[Measured]) -> float:
    """Requests a second, of the round in the middle."""
    return median(measured.per_second for measured in rounds)


def processor_us(rounds: Sequence[Measured]) -> float:
    """What the processor took for a hop, in microseconds, of the round in the middle."""
    return median(measured.processor_seconds / len(measured.hops) * 1e6 for measured in rounds)


def print_round(name: str, rounds: Sequence[Measured]) -> float:
    """Print one line and return the requests a second."""
    hops = [second * 1000 for measured in rounds for second in measured.hops]
    sessions = [second * 1000 for measured in rounds for second in measured.sessions]
    processor = f" {processor_us(rounds):6.0f} us of processor a hop" if rounds[0].processor_seconds else ""
    print(
        f"{name:9}{rate_of(rounds):7.0f} requests/s{processor}"
        f"   hop p50 {median(hops):6.1f} ms  p99 {quantiles(hops, n=100)[98]:6.1f} ms"
        f"   session p50 {median(sessions):6.1f} ms  p99 {quantiles(sessions, n=100)[98]:6.1f} ms   {len(hops)} hops"
    )
    return rate_of(rounds)


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


@contextmanager
def candidate(name: str, factory: str, port: int, processes: int = 1, **environment: str) -> Iterator[Candidate]:
    """An application of a name, served on a port."""
    path = "/health/ready" if factory in (JIGI, PARTS) else "/"
    with serving(factory, port, path, processes=processes, **environment) as process:
        yield Candidate(name, port, process, ends=factory != BARE)


@contextmanager
def menu_builder(port: int) -> Iterator[Candidate]:
    """The same dialogue by a library of Node."""
    command = (str(MENU_BUILDER / "server.js"), str(port))
    with running(*command, program=("node",), answers=f"http://127.0.0.1:{port}/") as process:
        yield Candidate("Node", port, process, ends=True)


async def in_turns(
    candidates: Sequence[Candidate], msisdns: Sequence[str], *, at_once: int = AT_ONCE, rounds: int = ROUNDS
) -> None:
    """Play rounds on one after the other, until each has had its own; the first is to warm up."""
    for each in candidates:
        await each.play(msisdns, at_once, 1.0)
        each.rounds.clear()
    for _ in range(rounds):
        for each in candidates:
            each.rounds.append(await each.play(msisdns, at_once))


def print_ratio(ours: Candidate, bare: Candidate) -> None:
    """Print both, and what Jigi is beside the bare application."""
    rate = print_round(ours.name, ours.rounds) / print_round(bare.name, bare.rounds)
    processor = processor_us(bare.rounds) / processor_us(ours.rounds)
    print(f"ratio    {rate:7.2f} of bare's requests/s, {processor:.2f} by the processor that a hop takes")


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="jigi-bench-"))
    with ground(Settings(data_dir=folder, database_url="", redis_url="")) as on:
        msisdns = asyncio.run(callers(on, folder))
        os.environ |= {
            "JIGI_DATABASE_URL": on.database_url,
            "JIGI_REDIS_URL": on.redis_url,
            "JIGI_CALLBACK_TOKENS": "demo",
            "JIGI_LOG_LEVEL": "ERROR",
        }
        with (
            candidate("Jigi", JIGI, 8931) as ours,
            candidate("bare", BARE, 8932) as bare,
            candidate("silent", JIGI, 8933, JIGI_COUNT_SECONDS="0") as silent,
        ):
            print(
                f"{AT_ONCE} phones at once, {ROUNDS} rounds of {ROUND_SECONDS:.0f} s each, in turns; one process each"
            )
            print(f"processes that wanted one of {os.cpu_count()} processors before: {os.getloadavg()[0]:.1f}")
            asyncio.run(in_turns((ours, silent, bare), msisdns))
            print_ratio(ours, bare)
            counting = rate_of(ours.rounds) / print_round(silent.name, silent.rounds)
            print(f"counting {counting:7.3f} of the throughput without counting")
            for each in (ours, bare):
                each.rounds.clear()
            asyncio.run(in_turns((ours, bare), msisdns, at_once=MANY, rounds=2))
            print(f"{MANY} phones at once")
            print_ratio(ours, bare)
        _show_peers(msisdns)
        _show_parts(msisdns)
        with ExitStack() as stack:
            pair = [
                stack.enter_context(candidate(name, factory, port, 2))
                for name, factory, port in (("Jigi x 2", JIGI, 8935), ("bare x 2", BARE, 8936))
            ]
            asyncio.run(in_turns(pair, msisdns, at_once=2 * AT_ONCE, rounds=2))
            print(f"two processes behind one port, {2 * AT_ONCE} phones at once")
            print_ratio(*pair)


def _show_peers(msisdns: Sequence[str]) -> None:
    """Print what others would build the same dialogue with, beside ours: requests, waits, memory."""
    if not (MENU_BUILDER / "node_modules").is_dir():
        print("ussd-menu-builder is not installed: `make bench` installs it")
        return
    with (
        candidate("Jigi", JIGI, 8931) as ours,
        candidate("classes", SCREEN_CLASSES, 8937) as classes,
        menu_builder(8938) as builder,
    ):
        asyncio.run(in_turns((ours, builder, classes), msisdns, rounds=2))
        print("the same dialogue: Jigi reads PostgreSQL for each person and keeps what was done;")
        print("Node (ussd-menu-builder, session in Redis) and classes (Starlette, session in Redis) read no database")
        for each in (ours, builder, classes):
            print_round(each.name, each.rounds)
            print(f"         {resident_mb(each.process.pid):.0f} MB in memory")


def _show_parts(msisdns: Sequence[str]) -> None:
    """Print where the processor's time of a hop goes."""
    with candidate("parts", PARTS, 8934) as profiled:
        address = f"http://127.0.0.1:{profiled.port}{parts.PATH}"
        asyncio.run(profiled.play(msisdns, AT_ONCE, 1.0))
        httpx.get(address, trust_env=False)
        profiled.rounds.append(asyncio.run(profiled.play(msisdns, AT_ONCE, 2 * ROUND_SECONDS)))
        counted: dict[str, int] = httpx.get(address, trust_env=False).json()
    whole, took = sum(counted.values()), processor_us(profiled.rounds)
    print(f"where {took:.0f} us of the processor go in a hop ({whole} looks)")
    for part, times in sorted(counted.items(), key=lambda each: -each[1]):
        print(f"         {part:12} {times / whole * took:6.0f} us  {times / whole:4.0%}")


if __name__ == "__main__":
    main()
