"""`python -m faults.restored`: dump in mid-campaign, go on, restore, start again; nobody is told twice unmarked.

By turns the workers are ended before the restore, live through it, or stand on a machine that knows nothing, with Redis
empty, where the operator says so. The database is restored into the same cluster, whose identity tells nothing.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final

import psycopg
from pydantic import SecretStr

from core.campaigns.models import CampaignKind, CampaignState
from core.outbox import restoring
from core.outbox.restorations import RestorationSign
from core.platform import database, sql
from core.platform.encryption import identities_of, new_identity, recipients_of
from core.platform.settings import Settings
from core.schema import dumps
from core.staff.agents import Actor, Role, actor_of, add_agent
from core.text.alphabet import GSM7
from faults import registry
from faults.children import Child
from faults.night import enter
from faults.patience import until_true
from faults.servers import Servers
from faults.waits import shorten
from faults.ways import StandInName
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft
from sms.campaigns.scope import campaign_of
from sms.worker import sweeps

ROUTES: Final = {"JIGI_SMS_ROUTES": "*=africastalking", "JIGI_SMS_BATCH_SIZE": "3", "JIGI_SMS_RATE": "60"}
RECIPIENTS: Final = 120
LEFT: Final = "SELECT count(*) FROM message WHERE state = 'planned'"
STATES: Final = "SELECT msisdn, was_uncertain FROM message"


@dataclass(frozen=True, slots=True)
class Restored:
    """What a drill came to: how many were told before the dump, since, by itself after it, twice and unmarked.

    `state` is the campaign's once somebody saw that it was restored: paused, or finished where the dump, on a slow
    machine, came when all were told.
    """

    way: str
    state: CampaignState
    before: int
    since: int
    by_itself: int
    uncertain: int
    twice: int
    unmarked: int

    @property
    def is_right(self) -> bool:
        """Whether nothing goes on or left by itself and every repeat is marked."""
        stands = self.state in {CampaignState.PAUSED, CampaignState.FINISHED}
        return stands and not self.by_itself and not self.unmarked

    def __str__(self) -> str:
        return (
            f"{self.way:<28} {self.state}, told before the dump {self.before}, since {self.since}, "
            f"by itself after the restore {self.by_itself}, uncertain {self.uncertain}, told twice {self.twice}, "
            f"of them unmarked {self.unmarked}"
        )


WAYS: Final = ("workers ended before", "workers live through it", "another machine, Redis empty")


class Drill:
    """One dump and its restore."""

    def __init__(self, servers: Servers, seed: int, way: str) -> None:
        self._servers, self._chance, self._way = servers, Random(seed), way
        self._settings = servers.settings(ROUTES)
        self._workers: list[Child] = []

    async def do(self) -> Restored:
        """From the plan to the counts."""
        self._servers.empty_tables()
        database.open_database(self._settings.database_url, pool=8, statement_seconds=10)
        try:
            return await self._done()
        finally:
            for worker in self._workers:
                worker.end()
            await database.close_database()

    async def _done(self) -> Restored:
        campaign_id = await self._running()
        self._work()
        await until_true("no third is told", lambda: self._is_taken(RECIPIENTS // 3))
        dump = self._dumped()
        before = len(await self._taken())
        await until_true("it does not end", self._is_through)
        since = len(await self._taken()) - before
        await self._restore(dump)
        if self._way == WAYS[2]:
            await restoring.doubt(RestorationSign.SAID, 0, datetime.now(UTC))
        await until_true("nobody sees that it was restored", self._is_seen)
        await asyncio.sleep(2)
        by_itself = len(await self._taken()) - before - since
        uncertain = int(await sql.scalar("SELECT count(*) FROM message WHERE state = 'uncertain'") or 0)
        state = (await campaign_of(campaign_id)).state
        await self._sent_again(campaign_id)
        marked = {row.msisdn: row.was_uncertain for row in await sql.rows(_Marked, STATES)}
        twice = [msisdn for msisdn, count in Counter(await self._taken()).items() if count > 1]
        unmarked = sum(not marked.get(msisdn, False) for msisdn in twice)
        return Restored(self._way, state, before, since, by_itself, uncertain, len(twice), unmarked)

    async def _running(self) -> int:
        now = datetime.now(UTC)
        await registry.make(self._chance, recipients=RECIPIENTS, communes=3, today=now.date())
        for login in ("first", "second"):
            await add_agent(login, login, Role.SUPERVISOR)
        first = await self._first()
        new = Draft(CampaignKind.ANNOUNCE, Audience(round_id=1), "drill", planned_by=first.id)
        campaign_id = await draft(new, now, GSM7)
        await planning.plan(campaign_id, self._settings, now)
        await steps.approve(campaign_id, await actor_of("second"), now)
        await self._servers.begin_anew()
        await self._servers.order({"reports": {"on": False}})
        await steps.start(campaign_id, first, now)
        return campaign_id

    async def _first(self) -> Actor:
        return await actor_of("first")

    def _work(self) -> None:
        fuses = self._servers.folder / "no fuses"
        fuses.mkdir(exist_ok=True)
        (fuses / "burnt").touch()
        if not any(worker.lives for worker in self._workers):
            self._workers = [self._servers.worker(ROUTES, fuses) for _ in range(2)]

    def _dumped(self) -> Path:
        _, recipient = self._key = new_identity()
        file = self._servers.folder / "drill.dump.age"
        file.unlink(missing_ok=True)
        dumps.dump(self._settings.database_url, file, recipients_of("drill", (recipient,)))
        return file

    async def _restore(self, dump: Path) -> None:
        """As an operator does: the database is emptied, and filled with the dump; what is connected is cut."""
        if self._way != WAYS[1]:
            for worker in self._workers:
                worker.end()
        if self._way == WAYS[2]:
            self._servers.empty_redis()
            for mark in (self._servers.folder / "data").glob("sms-departures*"):
                mark.unlink()
        await database.close_database()
        url = self._settings.database_url
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        keys = identities_of(Settings(desk_identities=SecretStr(self._key[0])))
        await asyncio.to_thread(dumps.restore, url, dump, keys)
        database.open_database(url, pool=8, statement_seconds=10)

    async def _sent_again(self, campaign_id: int) -> None:
        """Somebody looks, and has what is uncertain sent again."""
        first, now = await self._first(), datetime.now(UTC)
        await restoring.go_on(first.id, now)
        await steps.settle(campaign_id, first, now, again=True)
        if (await campaign_of(campaign_id)).state is CampaignState.PAUSED:
            await steps.resume(campaign_id, first, now)
        self._work()
        await until_true("it does not end again", self._is_through)
        await sweeps.sweep(datetime.now(UTC), self._settings)

    async def _is_seen(self) -> bool:
        """Whether a worker sees it; one that met a database without tables has ended, and is started again."""
        self._work()
        return await restoring.is_waiting()

    async def _is_taken(self, many: int) -> bool:
        return len(await self._taken()) >= many

    async def _is_through(self) -> bool:
        return not await sql.scalar(LEFT)

    async def _taken(self) -> list[str]:
        record: Any = await self._servers.standins[StandInName("africastalking")].record()
        return [each["msisdn"] for each in record.taken]


@dataclass(frozen=True, slots=True)
class _Marked:
    msisdn: str | None
    was_uncertain: bool


async def _drills(servers: Servers, runs: int, seed: int) -> list[Restored]:
    done: list[Restored] = []
    async with servers.standing():
        for number in range(runs):
            restored = await Drill(servers, seed + number, WAYS[number % len(WAYS)]).do()
            print(restored, flush=True)
            done.append(restored)
    return done


def main() -> int:
    """Run the drills; the code to exit with."""
    command = argparse.ArgumentParser(prog="python -m faults.restored", description="Nobody is told twice unmarked.")
    command.add_argument("--runs", type=int, default=len(WAYS))
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--tally", type=Path, help="a file to enter the sum in")
    asked = command.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers end with us, however we do
    shorten()
    servers, began = Servers(), time.monotonic()
    try:
        done = asyncio.run(_drills(servers, asked.runs, asked.seed))
    finally:
        servers.close()
    wrong = [str(each) for each in done if not each.is_right]
    if asked.tally:
        enter(asked.tally, "restored", asked.seed, len(done), time.monotonic() - began, wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
