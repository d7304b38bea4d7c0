"""A worker at work by the machine's own clock: it sends, keeps the timetable, and outlives a database that goes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import psycopg
import pytest
from procrastinate import App
from procrastinate.exceptions import AppNotOpen, ConnectorException
from sqlalchemy.exc import SQLAlchemyError

from core.campaigns.models import CampaignKind as Kind
from core.platform import database
from core.platform.database import DatabaseTask
from core.platform.jobs import new_queue
from core.platform.settings import Settings
from core.platform.settings.in_force import in_force, put_in_force
from core.programme import changing
from core.programme.models import ProgrammeSettingName
from core.schema import identity
from core.schema.identity import DatabaseKind, UnfitDatabase
from core.staff.agents import Role, actor_of, add_agent
from sms.campaigns import steps
from sms.campaigns.audience import Audience
from sms.outbox import balances
from sms.outbox.gateway import Balance
from sms.worker import process
from sms.worker.process import Worker, work, worker_name
from tests.core.seed import TODAY
from tests.sms.campaign_world import (
    AWA,
    Fate,
    approved,
    counted,
    crowd,
    family,
    fate_of,
    notice,
    numbers,
    planned,
    running,
    somebody,
    state_of,
    until,
)
from tests.sms.scripted_gateway import ScriptedGateway, alone
from tests.support.clock import NineByTheDatabase
from tests.support.database import change, one, query
from tests.support.patience import LONGEST_SECONDS

pytestmark = pytest.mark.usefixtures("safo")

DAY = timedelta(days=1)
ALWAYS = Settings(sms_rate=0, sms_window=(time(0), time(0)), sms_rules=False)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker is on a machine of its own: the mark of what left stands in its folder."""
    monkeypatch.chdir(tmp_path)


"""The tests run at any hour, and look at the schedule when they say so."""


def now() -> datetime:
    return datetime.now(UTC)


class Closing(ScriptedGateway):
    """Says whether it was let go of."""

    closed = False

    async def close(self) -> None:
        self.closed = True


@asynccontextmanager
async def worker(url: str, gateway: ScriptedGateway, settings: Settings = ALWAYS) -> AsyncIterator[None]:
    """A worker as the command runs it; it has the database of this process for itself, and is ended at the end."""
    await database.close_database()
    end = asyncio.Event()
    running_worker = asyncio.create_task(work(settings, url, ways=alone(gateway), until=end))
    try:
        await until(is_seen)
        yield
    finally:
        end.set()
        async with asyncio.timeout(LONGEST_SECONDS):
            await running_worker
        database.open_database(url)


async def is_seen() -> bool:
    try:
        return len(await query("SELECT name FROM sms_worker")) > 0
    except database.NotOpen:
        return False


async def accepted(key: str) -> bool:
    return await fate_of(key) == Fate("accepted")


async def test_what_is_queued_is_sent_and_the_worker_ends_cleanly(database_url: str) -> None:
    gateway, began = Closing(), now()
    async with worker(database_url, gateway):
        (seen,) = await query("SELECT name, started_at, seen_at FROM sms_worker")
        assert began <= seen.started_at <= seen.seen_at <= now()
        key = await notice(now=now())
        await until(lambda: accepted(key))
        assert gateway.took == {AWA: 1}
    assert await query("SELECT name FROM sms_worker") == []
    assert gateway.closed
    assert await query("SELECT id FROM sms_batch WHERE state IN ('claimed', 'left')") == []


async def test_a_worker_needs_no_more_than_its_own_role(by_task: Mapping[DatabaseTask, str]) -> None:
    gateway = ScriptedGateway()
    async with worker(by_task[DatabaseTask.WORKER], gateway):
        key = await notice(now=now())
        await until(lambda: accepted(key))
    assert gateway.took == {AWA: 1}
    assert await query("SELECT name FROM sms_worker") == []


async def test_a_campaign_that_is_started_goes_at_once(database_url: str) -> None:
    await crowd(numbers(30), due=now().date() + 6 * DAY)
    gateway = ScriptedGateway()
    async with worker(database_url, gateway):
        campaign = await running(settings=ALWAYS.model_copy(update={"sms_batch_size": 4}), now=now())

        async def all_sent() -> bool:
            return await counted(campaign) == {"accepted": 30}

        await until(all_sent)
    assert gateway.took == dict.fromkeys(numbers(30), 1)


async def test_two_workers_share_what_there_is(database_url: str) -> None:
    gateway = ScriptedGateway()
    await crowd(numbers(60), due=now().date() + 6 * DAY)
    campaign = await running(settings=ALWAYS.model_copy(update={"sms_batch_size": 3}), now=now())
    async with at_work(database_url, gateway, "first"), at_work(database_url, gateway, "second"):

        async def all_sent() -> bool:
            return await counted(campaign) == {"accepted": 60}

        await until(all_sent)
    assert gateway.took == dict.fromkeys(numbers(60), 1)


async def test_every_worker_takes_what_the_programme_changed(database_url: str) -> None:
    await add_agent("root", "Root", Role.ADMINISTRATOR)
    await changing.propose(await actor_of("root"), ProgrammeSettingName.LAPSE, "3", now())

    async def taken() -> bool:
        return in_force().grievance_lapse_days == 3

    try:
        async with at_work(database_url, ScriptedGateway()):
            await until(taken)
    finally:
        put_in_force({})


def test_each_worker_has_a_name_of_its_own() -> None:
    assert len({worker_name() for _ in range(100)}) == 100


# The timetable

LISTENING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
TOLD_AGAIN = """SELECT pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}')"""
"""A worker that just began to listen may have missed the first word; it would look by itself after five seconds."""


@asynccontextmanager
async def at_work(
    url: str, gateway: ScriptedGateway, name: str = "first", settings: Settings = ALWAYS
) -> AsyncIterator[App]:
    """A worker beside the test, and its queue."""
    queue = new_queue(url)
    one_more = Worker(settings, alone(gateway), queue, name)
    before = {row.pid for row in await query(LISTENING)}
    task = asyncio.create_task(one_more.run())

    async def listens() -> bool:
        return bool({row.pid for row in await query(LISTENING)} - before)

    try:
        await until(listens)
        yield queue
    finally:
        one_more.stop()
        async with asyncio.timeout(LONGEST_SECONDS):
            await task


async def done(queue: App, task: str) -> None:
    """Let a job of the timetable be done, as if its time had come."""
    job = await queue.tasks[task].defer_async(timestamp=int(now().timestamp()))

    async def gone() -> bool:
        rows = await query("SELECT status FROM procrastinate_jobs WHERE id = %(id)s", id=job)
        assert not rows or rows[0].status != "failed", "the job failed"
        await query(TOLD_AGAIN)
        return not rows

    await until(gone)


async def test_each_minute_campaigns_begin_whose_time_has_come_and_end_when_nothing_is_left(database_url: str) -> None:
    await crowd(numbers(3), due=now().date() + 6 * DAY)
    campaign = await approved(await planned(now=now()), now())
    await steps.start(campaign, await somebody("binta"), now(), now() - timedelta(seconds=1))
    assert await state_of(campaign) == "scheduled"  # before the worker: a minute of its own may begin at any moment
    gateway = ScriptedGateway()
    async with at_work(database_url, gateway) as queue:
        await done(queue, "sms.minute")

        async def all_sent() -> bool:
            return await counted(campaign) == {"accepted": 3}

        await until(all_sent)
        await done(queue, "sms.minute")
    assert await state_of(campaign) == "finished"


async def test_each_minute_what_the_dead_left_is_put_right(database_url: str) -> None:
    key = await notice(now=now())
    await change("UPDATE sms_batch SET state = 'left', worker = 'dead', left_at = now(), claimed_at = now()")
    async with at_work(database_url, ScriptedGateway()) as queue:
        await done(queue, "sms.minute")
    assert await fate_of(key) == Fate("uncertain", "worker died")


@pytest.mark.parametrize("on", [True, False])
async def test_the_schedule_is_looked_at_unless_that_is_off(
    database_url: str, on: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "DatabaseClock", NineByTheDatabase)
    await family(AWA, due=TODAY + DAY)
    settings = ALWAYS.model_copy(update={"sms_rules": on})
    async with at_work(database_url, ScriptedGateway(), settings=settings) as queue:
        await done(queue, "sms.campaigns.rules")
    kinds = [row.kind for row in await query("SELECT kind FROM campaign WHERE recipients > 0")]
    assert kinds == ([Kind.REMINDER_1] if on else [])


class FortyLeft(ScriptedGateway):
    """Says that forty SMS are left."""

    async def balance(self) -> Balance | None:
        return Balance("40 SMS", 40, None)


async def test_every_five_minutes_the_gateways_are_asked_what_is_left(database_url: str) -> None:
    async with at_work(database_url, FortyLeft()) as queue:
        await done(queue, "sms.balances")
    assert (await balances.standings(now()))["africastalking"].messages_left == 40


async def test_each_night_what_was_kept_long_enough_is_deleted(database_url: str) -> None:
    await change("INSERT INTO inbound_sms VALUES ('old', %(awa)s, 'help', now() - interval '91 days', true)", awa=AWA)
    await change("INSERT INTO inbound_sms VALUES ('new', %(awa)s, 'help', now() - interval '89 days', true)", awa=AWA)
    async with at_work(database_url, ScriptedGateway()) as queue:
        await done(queue, "purge")
    assert [row.gateway_id for row in await query("SELECT gateway_id FROM inbound_sms")] == ["new"]


async def test_a_job_that_died_with_its_worker_does_not_stop_the_timetable_for_ever(database_url: str) -> None:
    """A worker was killed in the middle of its minute: its job stands as being done, and nobody does it."""
    dead = new_queue(database_url)
    Worker(ALWAYS, alone(ScriptedGateway()), dead, "dead")
    async with dead.open_async():
        await dead.tasks["sms.minute"].defer_async(timestamp=0)
    await change("UPDATE procrastinate_jobs SET status = 'doing'")
    async with at_work(database_url, ScriptedGateway()) as queue:
        await done(queue, "sms.minute")


# A database that goes and comes back


async def test_a_worker_goes_on_when_its_connections_were_cut(database_url: str) -> None:
    gateway = ScriptedGateway()
    async with at_work(database_url, gateway) as queue:
        await notice("+22376000002", now=now())
        await until(lambda: held(gateway.took["+22376000002"] == 1))
        cut_connections(database_url)

        async def queued() -> bool:
            return bool(await notice(now=now()))

        async def timetable_kept() -> bool:
            await done(queue, "sms.minute")
            return True

        await until(lambda: through(queued))
        await until(lambda: held(gateway.took[AWA] == 1))
        await until(lambda: through(timetable_kept))
    assert gateway.took == {"+22376000002": 1, AWA: 1}


async def held(so: bool) -> bool:
    return so


async def through(work: Callable[[], Awaitable[bool]]) -> bool:
    """Whether it could be done: connections of ours were cut too."""
    try:
        return await work()
    except (SQLAlchemyError, AppNotOpen, ConnectorException, psycopg.Error):
        return False


def cut_connections(url: str) -> None:
    """End every other connection to the database, as a restart of it does."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


async def test_a_free_text_is_sent_by_a_worker_as_it_was_planned(database_url: str) -> None:
    await family(AWA, round_name=None)
    await running(Kind.FREE, Audience(), french="Réunion.", bambara="Lajɛ.", now=now(), settings=ALWAYS)
    gateway = ScriptedGateway()
    async with worker(database_url, gateway):

        async def sent() -> bool:
            return len(gateway.asked) > 0

        await until(sent)
    planned_body = (await one("SELECT body FROM message_text")).body
    assert gateway.asked == [(planned_body, (AWA,))]


async def at_once_refused(url: str, gateway: ScriptedGateway) -> str:
    """What a worker says that does not begin."""
    await database.close_database()
    try:
        with pytest.raises(UnfitDatabase) as refused:
            async with asyncio.timeout(20):
                await work(ALWAYS, url, ways=alone(gateway), until=asyncio.Event())
    finally:
        database.open_database(url)
    return str(refused.value)


async def test_a_worker_of_a_programme_sends_nothing_of_a_demonstration(database_url: str) -> None:
    await identity.become(DatabaseKind.DEMO)
    await notice(now=now())
    gateway = ScriptedGateway()
    assert "This database is a demonstration" in await at_once_refused(database_url, gateway)
    assert gateway.took == {}
    assert await query("SELECT name FROM sms_worker") == []


@pytest.mark.usefixtures("tables_of_later_programs")
async def test_a_worker_too_old_for_the_tables_sends_nothing(database_url: str) -> None:
    await notice(now=now())
    gateway = ScriptedGateway()
    assert "The database serves Jigi 99.0.0 and later" in await at_once_refused(database_url, gateway)
    assert gateway.took == {}


@pytest.fixture
async def tables_of_later_programs(world: None, database_url: str) -> AsyncIterator[None]:
    await change("UPDATE database_identity SET oldest_program = '99.0.0'")
    yield
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE database_identity SET oldest_program = '0.3.0'")


async def test_a_worker_ends_when_the_tables_are_upgraded_past_it(database_url: str) -> None:
    soon = ALWAYS.model_copy(update={"sms_worker_seconds": 1})
    gateway = ScriptedGateway()
    await database.close_database()
    running_worker = asyncio.create_task(work(soon, database_url, ways=alone(gateway), until=asyncio.Event()))
    await until(is_seen)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("UPDATE database_identity SET oldest_program = '99.0.0'")
        try:
            with pytest.raises(UnfitDatabase):
                async with asyncio.timeout(LONGEST_SECONDS):
                    await running_worker
        finally:
            connection.execute("UPDATE database_identity SET oldest_program = '0.3.0'")
            database.open_database(database_url)
