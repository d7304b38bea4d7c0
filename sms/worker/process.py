"""A worker: sends what is ready, and does what the timetable says. As many as one likes may run.

Jobs of the queue only wake it up or tell it the time; what there is to do stands in the tables.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, suppress
from dataclasses import asdict
from typing import Final

import structlog
from procrastinate import App
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, delete

from core.grievances.silences import end_silences
from core.outbox.restoring import MADE_AT
from core.outbox.workers import SmsWorker
from core.platform import sql
from core.platform.background import come_to_pass, end_tasks
from core.platform.clock import DatabaseClock
from core.platform.database import Addresses, close_database, open_database, writing
from core.platform.jobs import SEND, new_queue
from core.platform.redis import connect
from core.platform.settings import Settings
from core.programme.keeping import keeping_settings
from core.schema import identity
from core.schema.identity import UnfitDatabase
from core.schema.retention import purge
from core.text.translator import read_all
from sms.alarms import focal, reports, telling, watch
from sms.campaigns import communes, rules, steps, tally
from sms.inbound.webhooks import GatewayIntake
from sms.outbox import balances, gateways
from sms.outbox.gateway import NOTICE_REQUESTS, Gateway
from sms.outbox.high_water import HighWater
from sms.worker import measures, sweeps
from sms.worker.restored import found_restored
from sms.worker.sender import Clock, Sender

log = structlog.get_logger(__name__)

STATEMENT_SECONDS = 300.0
AGAIN_SECONDS = 1.0
ENDING_SECONDS = 5.0
"""After so long, what was asked to end is asked again: a cancellation is lost where it meets the end of a wait."""

KEPT_HOURS = 24
"""How long a job that failed is kept to be looked at."""

SEEN: Final = """
INSERT INTO sms_worker (name, started_at, seen_at) VALUES (%(name)s, %(now)s, %(now)s)
ON CONFLICT (name) DO UPDATE SET seen_at = EXCLUDED.seen_at
"""


def worker_name() -> str:
    """A name that no other worker has."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(3).hex()}"


class Worker:
    """One worker on an open database."""

    def __init__(self, settings: Settings, ways_out: Mapping[str, Gateway], queue: App, name: str) -> None:
        self._settings = settings
        self._name = name
        self._queue = queue
        self._ways_out = ways_out
        self._clock = DatabaseClock()
        self._redis = connect(settings.redis_url) if settings.redis_url else None
        self._high_water: HighWater | None = None
        clock = Clock(now=self._clock.now)
        self.sender = Sender(ways_out, settings, worker=name, clock=clock)
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._unfit: UnfitDatabase | None = None
        self._timetable()

    def stop(self) -> None:
        """Finish what is under way and end."""
        self._stopping.set()
        self.sender.stop()

    async def run(self) -> None:
        """Work until stopped, or until the database is none for this program: raises UnfitDatabase then."""
        await self._begin()
        if self._unfit:
            raise self._unfit
        log.info("worker_started", worker=self._name)
        keeping_time = asyncio.create_task(self._keep_time())
        looking = [
            asyncio.create_task(self._live()),
            asyncio.create_task(measures.measuring(self._clock, self._ended)),
        ]
        async with keeping_settings():
            await self.sender.run()
        self._ended.set()
        await asyncio.wait(looking, timeout=ENDING_SECONDS)  # no connection is cut off in the middle of a statement
        await end_tasks([keeping_time, *looking])
        if self._high_water is not None:
            self._high_water.close()
        if self._redis is not None:
            await self._redis.aclose()
        with suppress(SQLAlchemyError, OSError):
            async with writing() as session:
                await session.exec(delete(SmsWorker).where(col(SmsWorker.name) == self._name))
        log.info("worker_ended", worker=self._name)
        if self._unfit:
            raise self._unfit

    async def _begin(self) -> None:
        """Wait until the database answers, and see whether it is one for this program."""
        while not self._stopping.is_set() and not (await self._fits() and await self._looked()):
            await come_to_pass(self._stopping, AGAIN_SECONDS)

    async def _fits(self) -> bool:
        """Whether the database answers; where it is none for this program, the worker ends."""
        try:
            await identity.fits(identity.kind_asked_for(self._settings))
        except UnfitDatabase as unfit:
            log.error("worker_refused", worker=self._name, why=str(unfit))
            self._unfit = unfit
            self.stop()
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", error=type(error).__name__)
            return False
        return True

    async def _keep_time(self) -> None:
        """Do the jobs of the queue until this worker ends; begin again when the database was gone."""
        while not self._ended.is_set():  # what the queue raises may hide that we were cancelled
            try:
                async with self._queue.open_async():
                    await self._queue.run_worker_async(
                        concurrency=2, install_signal_handlers=False, delete_jobs="successful", name=self._name
                    )
            except Exception as error:
                log.warning("jobs_interrupted", error=type(error).__name__)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _live(self) -> None:
        """Say every now and then that this worker lives, and look whether the database was upgraded past it."""
        while not self._ended.is_set():
            await self._fits()
            try:
                await self._seen()
            except (SQLAlchemyError, OSError) as error:
                log.warning("worker_not_seen", error=type(error).__name__)
            await self._looked()
            await come_to_pass(self._ended, self._settings.sms_worker_seconds / 4)

    async def _seen(self) -> None:
        await sql.execute(SEEN, {"name": self._name, "now": await self._clock.ask()})

    async def _mark(self) -> HighWater:
        """The mark of what left, that is kept outside the database."""
        if self._high_water is None:
            made_at = await sql.scalar(MADE_AT)
            self._high_water = self.sender.high_water = HighWater(self._settings.data_dir, self._redis, made_at)
        return self._high_water

    async def _looked(self) -> bool:
        """Ask what time it is, and look whether the database comes from a back-up; False while it does not answer."""
        try:
            mark = await self._mark()
            await found_restored(mark, await mark.share(), await self._clock.ask())
        except (SQLAlchemyError, OSError) as error:
            log.warning("database_away", error=type(error).__name__)
            return False
        return True

    def _woken(self, request_id: str) -> None:
        if request_id:
            log.info("woken", worker=self._name, request=request_id)
        self.sender.wake()

    def _timetable(self) -> None:
        queue, settings, sender = self._queue, self._settings, self.sender

        @queue.task(name=SEND)
        async def send(request_id: str = "") -> None:
            """Something is ready; `request_id` is the request that it comes of."""
            self._woken(request_id)

        @queue.periodic(cron="* * * * *")
        @queue.task(name="sms.minute")
        async def minute(timestamp: int) -> None:
            """Campaigns whose time has come, and what should have happened and did not."""
            now = await self._clock.ask()
            await steps.begin_due(now)
            swept = await sweeps.sweep(now, settings)
            await tally.count_under_way(now)
            await communes.keep_one(now)
            if swept.anything:
                log.info("swept", **asdict(swept))
            sender.wake()

        @queue.periodic(cron="*/5 * * * *")
        @queue.task(name="sms.balances")
        async def left(timestamp: int) -> None:
            """What is left at the gateways."""
            await balances.ask_all(self._ways_out, self._clock.now())

        @queue.periodic(cron="* * * * *")
        @queue.task(name="sms.alarms")
        async def on_call(timestamp: int) -> None:
            """What somebody on call is told."""
            await watch.watch(settings, await self._clock.ask())
            await telling.tell(self._ways_out, settings, self._clock.now())
            await focal.tell(self._ways_out, settings, self._clock.now())
            await reports.tell(settings, self._clock.now())

        @queue.periodic(cron="*/10 * * * *")
        @queue.task(name="sms.campaigns.rules")
        async def by_rule(timestamp: int) -> None:
            """Campaigns that arise from the schedule by themselves."""
            if settings.sms_rules:
                await rules.arise(await self._clock.ask(), settings)

        @queue.periodic(cron="25 * * * *")
        @queue.task(name="grievances.silences")
        async def silences(timestamp: int) -> None:
            """Who was asked something and says nothing is reminded, and later their complaint is closed."""
            ended = await end_silences(await self._clock.ask())
            log.info("silences", **asdict(ended))

        @queue.periodic(cron="15 2 * * *")
        @queue.task(name="purge")
        async def nightly(timestamp: int) -> None:
            """What was kept long enough."""
            log.info("purged", **asdict(await purge(await self._clock.ask(), settings)))
            await queue.job_manager.delete_old_jobs(KEPT_HOURS, include_failed=True)


async def work(
    settings: Settings, database_url: str, *, ways: Mapping[str, Gateway] | None = None, until: asyncio.Event
) -> None:
    """Run a worker on the database at `database_url` until `until` is set, sending by the gateways of the routes.

    `ways` are other gateways in their place, by name. Raises UnusableLocale, UnfitDatabase, and WrongSetting for routes
    that cannot be gone.
    """
    read_all()
    ways_out, links = _ways(settings, ways)
    direct = Addresses(database_url, settings.database_direct_url).by(database_url).direct
    pool = 2 * (settings.sms_in_flight + NOTICE_REQUESTS + 2)
    open_database(database_url, direct=direct, pool=pool, statement_seconds=STATEMENT_SECONDS)
    worker = Worker(settings, ways_out, new_queue(direct or database_url), worker_name())
    running = asyncio.create_task(worker.run())
    stopping = asyncio.create_task(until.wait())
    try:
        async with AsyncExitStack() as held:
            for link in links:
                await held.enter_async_context(link)
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            await running
    finally:
        stopping.cancel()
        for gateway in ways_out.values():
            await gateway.close()
        await close_database()


def _ways(
    settings: Settings, given: Mapping[str, Gateway] | None
) -> tuple[Mapping[str, Gateway], list[AbstractAsyncContextManager[None]]]:
    """What SMS go by, and what holds their links while the worker works; gateways that are given have none."""
    if given is not None:
        return given, []
    routed = gateways.ways_out(settings)
    intake = GatewayIntake(settings)
    return routed, [gateway.running(intake) for gateway in routed.values()]
