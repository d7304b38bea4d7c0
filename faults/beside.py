"""What goes on beside a campaign: single notices, reports of ids that are nobody's, sweeps, and a supervisor."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from random import Random
from typing import Final

from core.campaigns.models import CampaignState
from core.campaigns.steps import WrongState
from core.outbox.messages import Reason
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import sql
from core.platform.settings import Settings
from core.staff.agents import Actor
from core.text.languages import Language
from faults import clock
from faults.patience import AWAY, patiently, until_true
from faults.servers import Servers
from faults.standins import StandIn
from faults.story import Story
from sms.campaigns import steps
from sms.outbox import rate_limit
from sms.worker import sweeps

SWEEP_SECONDS: Final = 0.3
LOOK_SECONDS: Final = 0.2
LONG_HOLD: Final = timedelta(seconds=60)
UNKNOWN: Final = {"ATXid_unknown1": "+22379999901", "ATXid_unknown2": "+22379999902"}
"""Ids that are not ours and numbers that are nobody's, of which reports come all the same."""

PAUSED: Final = (
    "SELECT coalesce(why, why_data ->> 'reason', why_code) FROM campaign "  # noqa: S608
    f"WHERE id = %(id)s AND state = '{CampaignState.PAUSED}'"
)
HELD: Final = "SELECT why FROM sms_pace WHERE hold_until > %(long)s"


async def notices(count: int, chance: Random) -> None:
    """Queue so many single notices, one after the other."""
    for place in range(count):
        await asyncio.sleep(chance.uniform(0, 0.3))
        await patiently(partial(_tell, place))


async def _tell(place: int) -> None:
    notice = Notice(
        key=f"faults {place}",
        kind=NoticeKind.TEST,
        msisdn=f"+223770000{place:02}",
        language=Language.staff(),
        filling={"body": f"Avis {place}"},
        prompt=True,
    )
    await queue_notice(notice, clock.now())


async def unknown_reports(standins: Iterable[StandIn]) -> None:
    """Let each gateway report of each unknown id, the same at all, until it is taken."""
    for standin in standins:
        for provider_id, msisdn in UNKNOWN.items():
            form = {"id": provider_id, "status": "Success", "phoneNumber": msisdn}
            await until_true("no report is taken", partial(standin.report, form))


async def sweep(settings: Settings) -> None:
    """Do what a worker does each minute, several times a second, so that a run takes seconds and not minutes."""
    while True:
        now = clock.now()
        with suppress(*AWAY):  # the next one finds the same
            await steps.begin_due(now)
            await sweeps.sweep(now, settings)
        await asyncio.sleep(SWEEP_SECONDS)


class Supervising:
    """When the gateway takes nothing somebody looks: the balance is topped up, and the campaign goes on.

    `paused_until` tells until when (`time.monotonic`) it is paused on purpose; whoever looks does so after it has been
    so for `seconds`.
    """

    def __init__(
        self,
        servers: Servers,
        campaign_id: int,
        actor: Actor,
        story: Story,
        paused_until: Callable[[], float],
    ) -> None:
        self._servers = servers
        self._campaign_id = campaign_id
        self._who = actor
        self._seed = story.seed
        self._seconds = story.looks_after
        self._paused_until = paused_until
        self._since: float | None = None
        self.deeds: Counter[str] = Counter()

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() > self._paused_until():
                with suppress(*AWAY, WrongState):
                    await self._look()

    async def _look(self) -> None:
        paused = await sql.scalar(PAUSED, {"id": self._campaign_id})
        held = await sql.scalar(HELD, {"long": clock.now() + LONG_HOLD})
        if paused is None and held is None:
            self._since = None
            return
        self._since = self._since or time.monotonic()
        if time.monotonic() < self._since + self._seconds:
            return
        self._since = None
        if Reason.NO_BALANCE in f"{paused} {held}":
            self.deeds["topped up"] += 1
            # The draws begin again with an order: from the same seed they would begin with the same fault.
            await self._servers.order({"balance": None, "seed": 1000 * self._seed + self.deeds["topped up"]})
        if held is not None:
            await rate_limit.go_on()  # a refused notice holds everything up for ten minutes
        if paused is not None:
            await steps.resume(self._campaign_id, self._who, clock.now())
            self.deeds["resumed"] += 1
