"""One run: a campaign planned, approved and started by the real functions, disturbed, sent to its end and checked."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Final

import httpx
from sqlalchemy import text

from core import database
from core.alphabet import GSM7
from core.campaigns import CampaignKind
from core.languages import Language
from core.notices import Notice, NoticeKind, tell
from core.people import Role, acting, add_agent
from core.settings import Settings
from faults import registry
from faults.checks import Facts, facts_of, violations
from faults.deciding import Deciding
from faults.disturbing import Disturbing
from faults.fuses import FuseBox
from faults.ledger_rows import ledger
from faults.minute import is_over, strike
from faults.patience import AWAY, LONGEST_SECONDS, TooLong, patiently, until_true
from faults.registry import Expected
from faults.servers import Servers
from faults.story import Settled, Story, codes
from faults.workers import Workers
from sms import campaigns, pace, planning, sweeps
from sms.campaigns import WrongState
from sms.drafts import Draft, draft
from sms.subjects import Subject

SENT_SECONDS: Final = 40.0
"""A campaign that has something to send or under way after so long is stuck."""

TIMETABLE_SECONDS: Final = 10.0
SWEEP_SECONDS: Final = 0.3
UNKNOWN: Final = {"ATXid_unknown1": "+22379999901", "ATXid_unknown2": "+22379999902"}
"""Ids that are not ours and numbers that are nobody's, of which reports come all the same."""

STUCK: Final = text("""
SELECT campaign.state AS campaign, sms_batch.state AS batch, sms_batch.id, message.state, count(message.id) AS messages
FROM sms_batch LEFT JOIN message ON message.batch_id = sms_batch.id
LEFT JOIN campaign ON campaign.id = sms_batch.campaign_id
WHERE sms_batch.state IN ('claimed', 'left') OR message.state = 'planned' GROUP BY 1, 2, 3, 4 ORDER BY sms_batch.id
""")
UNCERTAIN: Final = text(
    "SELECT id FROM message WHERE state = 'uncertain' AND campaign_id IS NOT DISTINCT FROM :campaign"
)
PAUSED: Final = text("SELECT why FROM campaign WHERE id = :id AND state = 'paused'")
HELD: Final = text("SELECT why FROM sms_pace WHERE hold_until > :long")


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
    violations: list[str] = field(default_factory=list)


async def run(servers: Servers, story: Story) -> Outcome:
    """Do one run; what was not as it must be stands in the outcome."""
    began = time.monotonic()
    outcome = Outcome(story)
    servers.empty_tables()
    settings = servers.settings(story.settings)
    database.open_database(settings.database_url, pool=8, statement_seconds=3)
    try:
        await _Run(servers, story, settings, outcome).do()
    except TooLong as stuck:
        outcome.violations.append(str(stuck))
    finally:
        await database.close_database()
    outcome.seconds = time.monotonic() - began
    return outcome


class _Run:
    def __init__(self, servers: Servers, story: Story, settings: Settings, outcome: Outcome) -> None:
        self._servers = servers
        self._story = story
        self._settings = settings
        self._outcome = outcome
        self._chance = Random(story.seed)
        self._box = FuseBox(servers.folder / "fuses")
        self._workers = Workers(lambda: servers.worker(story.settings, self._box.folder), self._box, self._chance)

    async def do(self) -> None:
        """From the plan to the checks."""
        expected = await self._registry()
        await self._planned()
        await self._servers.begin_anew()
        await self._servers.order(self._story.order | {"codes": codes(self._story.seed, expected.numbers)})
        self._box.lay(self._story.fuses)
        self._deciding = Deciding(self._campaign_id, self._first)
        self._disturbing = Disturbing(
            self._servers, self._workers, self._deciding, self._campaign_id, self._first, expected.numbers, self._chance
        )
        try:
            async with self._kept():
                await self._sent()
                await self._calm()
                await self._decided()
                await self._ended()
        finally:
            self._outcome.deeds += self._deeds()
            if self._workers.end():
                self._outcome.violations.append("a worker did not end when it was asked to")
        await self._checked(expected)

    # Before

    async def _registry(self) -> Expected:
        today = datetime.now(UTC).date()
        expected = await registry.make(
            self._chance, recipients=self._story.recipients, communes=self._story.communes, today=today
        )
        for login in ("first", "second"):
            await add_agent(login, login, Role.SUPERVISOR)
        self._first, self._second = await acting("first"), await acting("second")
        return expected

    async def _planned(self) -> None:
        now = datetime.now(UTC)
        new = Draft(CampaignKind.ANNOUNCE, Subject(round_id=1), "faults", planned_by=self._first.id)
        self._campaign_id = await draft(new, now, GSM7)
        plan = await planning.plan(self._campaign_id, self._settings, now)
        self._outcome.recipients, self._outcome.requests = plan.recipients, plan.requests
        await campaigns.approve(self._campaign_id, self._second, now)

    # While it is sent

    @asynccontextmanager
    async def _kept(self) -> AsyncIterator[None]:
        """Workers, sweeps and a supervisor, as long as this lasts."""
        self._workers.start(self._story.workers)
        tasks = [asyncio.create_task(keep) for keep in (self._workers.keep(), self._sweep(), self._supervise())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    async def _sent(self) -> None:
        """Start it, disturb it, and wait until nothing is left to send."""
        await campaigns.start(self._campaign_id, self._first, datetime.now(UTC))
        disturbed = asyncio.create_task(self._disturbing.run(self._story.disturbances))
        noticed = asyncio.create_task(self._notices())
        reported = asyncio.create_task(self._unknown_reports())
        try:
            await noticed
            await self._nothing_left()
        finally:
            self._disturbing.end()
            await asyncio.gather(disturbed, reported)
        await self._nothing_left()

    async def _nothing_left(self) -> None:
        try:
            await until_true("", self._all_said, SENT_SECONDS)
        except TooLong:
            async with database.reading() as connection:
                stuck = [dict(row) for row in (await connection.execute(STUCK)).mappings()]
            raise TooLong(f"stuck after {SENT_SECONDS:.0f} s: {stuck}") from None

    async def _all_said(self) -> bool:
        if self._workers.any_frozen:
            return False
        async with database.reading() as connection:
            return not (await connection.execute(STUCK)).first()

    async def _notices(self) -> None:
        """Single notices go out beside the campaign."""
        for place in range(self._story.notices):
            await asyncio.sleep(self._chance.uniform(0, 0.3))
            await patiently(partial(_tell, place))

    async def _unknown_reports(self) -> None:
        """Reports come for ids that are not ours."""
        for provider_id, msisdn in UNKNOWN.items():
            form = {"id": provider_id, "status": "Success", "phoneNumber": msisdn}
            await until_true("no report is taken", partial(self._posted, form), LONGEST_SECONDS)

    async def _posted(self, form: dict[str, str]) -> bool:
        try:
            return (await self._servers.http.post(f"{self._servers.callbacks}/delivery", data=form)).is_success
        except httpx.TransportError:
            return False

    async def _sweep(self) -> None:
        """What a worker does each minute, several times a second, so that a run takes seconds and not minutes."""
        while True:
            now = datetime.now(UTC)
            try:
                await campaigns.begin_due(now)
                await sweeps.sweep(now, self._settings)
            except AWAY:
                pass  # the next one finds the same
            await asyncio.sleep(SWEEP_SECONDS)

    async def _supervise(self) -> None:
        """When the gateway takes nothing somebody looks: the balance is topped up, and the campaign goes on."""
        while True:
            await asyncio.sleep(0.2)
            if time.monotonic() < self._disturbing.paused_until:
                continue
            try:
                await self._looked_after()
            except (*AWAY, WrongState):
                pass

    async def _looked_after(self) -> None:
        async with database.reading() as connection:
            paused = await connection.scalar(PAUSED, {"id": self._campaign_id})
            held = await connection.scalar(HELD, {"long": datetime.now(UTC) + timedelta(seconds=60)})
        if "Balance" in f"{paused} {held}":
            self._outcome.deeds["topped up"] += 1
            # The draws begin again with an order: from the same seed they would begin with the same fault.
            seed = 1000 * self._story.seed + self._outcome.deeds["topped up"]
            await self._servers.order({"balance": None, "seed": seed})
        if held is not None:
            await pace.go_on()  # a refused notice holds everything up for ten minutes
        if paused is not None:
            await campaigns.resume(self._campaign_id, self._first, datetime.now(UTC))
            self._outcome.deeds["resumed"] += 1

    # When nothing is left to send

    async def _calm(self) -> None:
        """Let everything run again, and every report come."""
        self._servers.restart_web()
        self._servers.await_web()
        if self._story.settled is Settled.LEFT_EARLY:
            await patiently(partial(self._deciding.decide, again=False))
        await self._reported()

    async def _reported(self) -> None:
        await self._servers.flush_reports()
        # Nothing is under way, so the time that a sweep waits for late answers can be taken for passed.
        later = timedelta(seconds=10)
        await patiently(lambda: sweeps.settle_by_reports(datetime.now(UTC) + later, self._settings))

    async def _decided(self) -> None:
        """A supervisor decides on what is uncertain."""
        match self._story.settled:
            case Settled.AGAIN:
                await patiently(partial(self._deciding.decide, again=True))
                await self._nothing_left()
                await self._reported()
            case Settled.LEFT:
                await patiently(partial(self._deciding.decide, again=False))

    async def _ended(self) -> None:
        """The campaign ends by itself, and a worker still does the job of the minute."""
        job = await strike()
        await until_true("no worker does the job of the minute any more", partial(is_over, job), TIMETABLE_SECONDS)
        await sweeps.sweep(datetime.now(UTC), self._settings)

    # After

    def _deeds(self) -> Counter[str]:
        decided = {"messages sent again": self._deciding.sent_again.total(), "messages left": self._deciding.left}
        return self._workers.deeds + Counter(map(str, self._disturbing.done.elements())) + Counter(decided)

    async def _checked(self, expected: Expected) -> None:
        record = await self._servers.record()
        taken, posted = facts_of(record["taken"], record["reports"])
        facts = Facts(
            expected=expected,
            ledger=await ledger(),
            taken=taken,
            posted=posted,
            stopped=self._disturbing.stopped_by,
            sent_again=self._deciding.sent_again,
            notices=self._story.notices,
            unknown_ids=frozenset(UNKNOWN),
            attempts=self._settings.sms_attempts,
        )
        outcome = self._outcome
        outcome.faults.update(record["faults"])
        outcome.states.update(str(message.state) for message in facts.ledger.messages)
        counts = [len(taken.get(message.msisdn or "", ())) for message in facts.ledger.messages]
        outcome.taken.update(("never", "once")[count] if count < 2 else "more than once" for count in counts)
        outcome.violations += violations(facts)


async def _tell(place: int) -> None:
    notice = Notice(
        key=f"faults {place}",
        kind=NoticeKind.TEST,
        msisdn=f"+223770000{place:02}",
        language=Language.FR,
        filling={"body": f"Avis {place}"},
        prompt=True,
    )
    await tell(notice, datetime.now(UTC))
