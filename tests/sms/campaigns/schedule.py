"""What arises from the schedule, and the round it arises for."""

from datetime import datetime, timedelta

from core.campaigns.models import CampaignKind as Kind
from core.platform.settings import Settings
from sms.campaigns import rules, steps
from sms.campaigns.rules import Arisen
from tests.core.seed import NOW
from tests.sms.campaign_world import SETTINGS, Watch, fates, running, sender, state_of
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EARLIER = NOW - 10 * DAY


async def arise(now: datetime, settings: Settings = SETTINGS) -> dict[Kind, Arisen]:
    """What arises at a moment, by kind."""
    arisen = await rules.arise(now, settings)
    assert len({each.kind for each in arisen}) == len(arisen), "two of one kind"
    return {each.kind: each for each in arisen}


async def known_since(moment: datetime) -> None:
    """Let all payments have been imported at this moment."""
    await change("UPDATE payment SET updated_at = %(at)s", at=moment)


async def announced(now: datetime = EARLIER) -> int:
    """Let the round be announced, all of it delivered and over; give the campaign's number."""
    await known_since(now - HOUR)
    campaign = await running(now=now)
    await sender(ScriptedGateway(), Watch(now)).drain()
    await change("UPDATE message SET state = 'delivered' WHERE state = 'accepted'")
    await steps.finish_done(now + HOUR)
    assert await state_of(campaign) == "finished"
    return campaign


async def sent(arisen: Arisen, now: datetime) -> set[str]:
    """Let a campaign that arose go; give the numbers it told."""
    await steps.begin_due(now)
    gateway = ScriptedGateway()
    await sender(gateway, Watch(now)).drain()
    assert (await fates(arisen.campaign_id)).keys() >= gateway.took.keys()
    return set(gateway.took)
