"""One run: a campaign planned, approved and started by the real functions, disturbed, sent to its end and checked."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import time as time_of_day
from datetime import timedelta
from functools import partial
from itertools import chain
from random import Random
from typing import Final

from core.campaigns.models import CampaignKind, CampaignState
from core.outbox.messages import AT_A_WORKER, BatchState, MessageState
from core.platform import database, sql
from core.platform.columns import listed
from core.platform.settings import Settings
from core.staff.agents import Role, actor_of, add_agent
from core.text.alphabet import GSM7
from faults import beside, clock, registry
from faults.checks import OF_ANSWERS, Facts, facts_of, violations, went_over
from faults.deciding import Deciding
from faults.disturbing import Disturbing
from faults.fuses import FuseBox
from faults.ledger_rows import ledger
from faults.minute import is_over, strike
from faults.passing import Passing
from faults.patience import TooLong, patiently, until_true
from faults.registry import Expected
from faults.servers import Servers
from faults.story import Settled, Story, codes
from faults.waits import Waits
from faults.ways import StandInName
from faults.workers import Workers
from sms.campaigns import planning, steps
from sms.campaigns.audience import Audience
from sms.campaigns.drafts import Draft, draft
from sms.worker import sweeps

STUCK: Final = f"""
SELECT campaign.state AS campaign, sms_batch.state AS request, sms_batch.id, message.state, count(message.id) AS many
FROM sms_batch LEFT JOIN message ON message.batch_id = sms_batch.id
LEFT JOIN campaign ON campaign.id = sms_batch.campaign_id
WHERE sms_batch.state IN {listed(AT_A_WORKER)} OR message.state = '{MessageState.PLANNED}'
GROUP BY 1, 2, 3, 4 ORDER BY sms_batch.id
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Stuck:
    """Messages of a request that are not through, with the states of their campaign and request."""

    id: int
    campaign: CampaignState | None
    request: BatchState
    state: MessageState | None
    many: int


@dataclass
class Outcome:
    """What came of a run."""

    story: Story
    seconds: float = 0.0
    recipients: int = 0
    requests: int = 0
    deeds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    by_gateway: Counter[str] = field(default_factory=Counter)
    went_over: int = 0
    """Messages that the gateway which was first in their way did not take, and another did."""

    violations: list[str] = field(default_factory=list)


async def run(servers: Servers, story: Story, at: time_of_day | None = None) -> Outcome:
    """Do one run, `at` this time of the day; what was not as it must be stands in the outcome."""
    began = time.monotonic()
    outcome = Outcome(story)
    servers.empty_tables()
    settings = servers.settings(story.settings)
    database.open_database(settings.database_url, pool=8, statement_seconds=3)
    try:
        await _Run(servers, story, settings, outcome, at).do()
    except TooLong as stuck:
        outcome.violations.append(str(stuck))
    finally:
        await database.close_database()
    outcome.seconds = time.monotonic() - began
    return outcome


class _Run:
    def __init__(
        self, servers: Servers, story: Story, settings: Settings, outcome: Outcome, at: time_of_day | None
    ) -> None:
        self._servers = servers
        self._story = story
        self._settings = settings
        self._outcome = outcome
        self._chance = Random(story.seed)
        self._box = FuseBox(servers.folder / "fuses")
        self._standins = [servers.standins[StandInName(name)] for name in story.ways.gateways]
        self._workers = Workers(lambda: servers.worker(story.settings, self._box.folder), self._box, self._chance)
        self._always_open = settings.sms_window[0] == settings.sms_window[1]
        self._passing = Passing(settings, at, self._workers.living)

    async def do(self) -> None:
        """From the plan to the checks."""
        expected = await self._planned()
        await self._prepared(expected)
        try:
            async with self._kept():
                await self._sent()
                await self._minute_kept()
                await self._quiet()
                await self._reported()
                await self._decided()
        finally:
            self._end_workers()
            self._outcome.deeds += self._deeds()
        await sweeps.sweep(clock.now(), self._settings)
        await self._checked(expected)

    # Before

    async def _planned(self) -> Expected:
        now, story = clock.now(), self._story
        expected = await registry.make(
            self._chance, recipients=story.recipients, communes=story.communes, today=now.date()
        )
        for login in ("first", "second"):
            await add_agent(login, login, Role.SUPERVISOR)
        self._first = await actor_of("first")
        new = Draft(CampaignKind.ANNOUNCE, Audience(round_id=1), "faults", planned_by=self._first.id)
        self._campaign_id = await draft(new, now, GSM7)
        plan = await planning.plan(self._campaign_id, self._settings, now)
        self._outcome.recipients, self._outcome.requests = plan.recipients, plan.requests
        await steps.approve(self._campaign_id, await actor_of("second"), now)
        return expected

    async def _prepared(self, expected: Expected) -> None:
        servers, story = self._servers, self._story
        await servers.begin_anew()
        fates = {"codes": codes(story.seed, expected.numbers)}
        for name, standin in servers.standins.items():
            await standin.order(story.order_of(name) | fates)
        self._box.lay(story.fuses)
        self._deciding = Deciding(self._campaign_id, self._first)
        self._disturbing = Disturbing(
            servers,
            story,
            self._workers,
            self._deciding,
            self._campaign_id,
            self._first,
            expected.numbers,
            self._chance,
        )
        self._supervising = beside.Supervising(
            servers, self._campaign_id, self._first, story, lambda: self._disturbing.paused_until
        )

    # While it is sent

    @asynccontextmanager
    async def _kept(self) -> AsyncIterator[None]:
        """Workers, sweeps and a supervisor, as long as this lasts."""
        self._workers.start(self._story.workers)
        keeping = (self._workers.keep(), beside.sweep(self._settings), self._supervising.run())
        tasks = [asyncio.create_task(keep) for keep in keeping]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def _sent(self) -> None:
        """Start it, disturb it, and wait until nothing is left to send; then all servers are there again."""
        await steps.start(self._campaign_id, self._first, clock.now())
        disturbed = asyncio.create_task(self._disturbing.run())
        reported = asyncio.create_task(beside.unknown_reports(self._standins))
        try:
            await beside.notices(self._story.notices, self._chance)
            await self._nothing_left()
        finally:
            self._disturbing.end()
            await asyncio.gather(disturbed, reported)
        self._box.remove()
        self._servers.restart_web()
        self._servers.await_web()

    async def _nothing_left(self) -> None:
        try:
            await until_true("", self._all_said)
        except TooLong:
            stuck = await sql.rows(_Stuck, STUCK)
            raise TooLong(f"stuck: {stuck}") from None

    async def _all_said(self) -> bool:
        if self._workers.any_frozen:
            return False
        if self._servers.waits is Waits.PRODUCTION or not self._always_open:
            await self._passing.look()
        return not await sql.rows(_Stuck, STUCK)

    async def _minute_kept(self) -> None:
        """After all that happened, a worker still does the job of the minute."""
        job = await strike()
        await until_true("no worker does the job of the minute any more", partial(is_over, job))

    # When nothing is left to send

    async def _quiet(self) -> None:
        """Send to the end: until the workers have ended in order, and what they knew last left nothing to send."""
        while True:
            await self._nothing_left()
            self._end_workers()
            if await patiently(self._all_said):
                return
            self._workers.start(self._story.workers)

    async def _reported(self) -> None:
        """Every report comes, and every message gets the one that is its own."""
        if self._story.settled is Settled.LEFT_EARLY:
            await patiently(partial(self._deciding.decide, again=False))
        await self._servers.flush_reports(self._story.settings, [each.name for each in self._standins])
        # Nothing is under way, so the time that a sweep waits for late answers can be taken for passed.
        settings = self._settings
        waited = settings.sms_answer_seconds + settings.sms_connect_seconds + settings.sms_worker_seconds
        later = timedelta(seconds=waited + 10)
        await patiently(lambda: sweeps.settle_by_reports(clock.now() + later, self._settings))

    async def _decided(self) -> None:
        """A supervisor decides on what is uncertain."""
        if self._story.settled is Settled.LEFT:
            await patiently(partial(self._deciding.decide, again=False))
        if self._story.settled is Settled.AGAIN:
            await patiently(partial(self._deciding.decide, again=True))
            self._workers.start(self._story.workers)
            await self._quiet()
            await self._reported()

    def _end_workers(self) -> None:
        for where in self._workers.end():
            self._outcome.violations.append(f"a worker did not end when it was asked to; it waited for:\n{where}")

    # After

    def _deeds(self) -> Counter[str]:
        decided = {"messages sent again": self._deciding.sent_again.total(), "messages left": self._deciding.left}
        return (
            self._workers.deeds
            + Counter(map(str, self._disturbing.done.elements()))
            + self._supervising.deeds
            + Counter(decided)
            + Counter({"minutes that passed": round(self._passing.passed.total_seconds() / 60)})
        )

    async def _checked(self, expected: Expected) -> None:
        records = {name: await standin.record() for name, standin in self._servers.standins.items()}
        taken, posted = facts_of(records, set(await sql.scalars(OF_ANSWERS)))
        facts = Facts(
            expected=expected,
            ledger=await ledger(),
            taken=taken,
            posted=posted,
            stopped=self._disturbing.stopped_by,
            sent_again=self._deciding.sent_again,
            notices=self._story.notices,
            unknown=frozenset((each.name, name) for each in self._standins for name in beside.UNKNOWN),
            ways=self._story.ways,
            attempts=self._settings.sms_attempts,
        )
        outcome = self._outcome
        for record in records.values():
            outcome.faults.update(record.faults)
        outcome.states.update(str(message.state) for message in facts.ledger.messages)
        counts = [len(taken.get(message.msisdn or "", ())) for message in facts.ledger.messages]
        outcome.taken.update(("never", "once")[count] if count < 2 else "more than once" for count in counts)
        outcome.by_gateway.update(each.gateway for each in chain.from_iterable(taken.values()))
        outcome.went_over = went_over(facts)
        outcome.violations += violations(facts)
