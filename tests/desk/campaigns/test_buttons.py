"""A button is on the page of a campaign exactly where the table of steps allows the step, and pressing it takes it."""

import re

import pytest
from sqlalchemy import text

from core.campaigns.models import CampaignState as S
from core.campaigns.steps import CampaignStep, open_steps
from core.platform.database import writing
from core.staff.agents import Role
from sms.campaigns.scope import campaign_of
from tests.core.seed import NOW
from tests.desk.browser import Browser
from tests.desk.conftest import SignIn
from tests.sms.campaign_world import AWA, planned

PATHS = {
    "plan": CampaignStep.PLAN,
    "approve": CampaignStep.APPROVE,
    "start": CampaignStep.START,
    "pause": CampaignStep.PAUSE,
    "resume": CampaignStep.RESUME,
    "cancel": CampaignStep.CANCEL,
    "once-more": CampaignStep.ONCE_MORE,
    "test": CampaignStep.TEST,
}
CHOICES = {"again": CampaignStep.SEND_AGAIN, "leave": CampaignStep.LEAVE}
BESIDE = text("UPDATE sms_batch SET uncertain = true WHERE campaign_id = :id")
OFF = text("UPDATE message SET state = 'failed', reason = 'absent' WHERE campaign_id = :id AND msisdn <> :msisdn")
UNCERTAIN = text(
    "UPDATE message SET state = 'uncertain', was_uncertain = true WHERE campaign_id = :id AND msisdn = :msisdn"
)
PUT = text(
    "UPDATE campaign SET state = :state, starts_at = :now, approved_by = :approved_by, needs_second = true, "
    "recipients = :recipients WHERE id = :id"
)


async def buttons(browser: Browser, campaign: int) -> set[CampaignStep]:
    """The steps that the page offers."""
    page = (await browser.open(f"/desk/campaigns/{campaign}")).text
    posted = re.findall(rf'action="/desk/campaigns/{campaign}/([\w-]+)"', page)
    return {PATHS[path] for path in posted if path != "settle"} | {
        CHOICES[choice] for choice in re.findall(r'name="choice" value="(\w+)"', page)
    }


@pytest.mark.parametrize("state", list(S))
async def test_the_page_offers_what_may_be_done_and_nothing_else(
    two_households: None, sign_in: SignIn, state: S
) -> None:
    awa, binta, cheick = [await sign_in(login, Role.SUPERVISOR) for login in ("awa", "binta", "cheick")]
    campaign = (await planned()).campaign_id
    async with writing() as session:
        await session.execute(BESIDE, {"id": campaign})
        await session.execute(UNCERTAIN, {"id": campaign, "msisdn": AWA})
        await session.execute(OFF, {"id": campaign, "msisdn": AWA})
    for approved_by, recipients in ((None, 2), (binta.actor.id, 2), (None, 0)):
        async with writing() as session:
            values = {"state": state, "approved_by": approved_by, "recipients": recipients, "now": NOW}
            await session.execute(PUT, {"id": campaign, **values})
        for who in (awa, binta, cheick):
            allowed = open_steps(await campaign_of(campaign), who.actor)
            assert await buttons(who, campaign) == allowed, (who.actor.name, approved_by, recipients)
