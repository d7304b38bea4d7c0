"""The table of steps and the domain agree: what `may` allows is done, and nothing else, whoever planned or approved."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.campaigns.models import CampaignState as S
from core.campaigns.steps import RULES, CampaignError, CampaignStep, may
from core.platform.database import undone
from core.staff.agents import Actor, Role
from sms.campaigns import once_more, planning, steps, test_send
from sms.campaigns.scope import campaign_of
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, CHEICK, SETTINGS, family, planned, somebody, state_of
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("safo")

HOUR = timedelta(hours=1)
Do = Callable[[int, Actor], Awaitable[object]]
DEEDS: dict[CampaignStep, Do] = {
    CampaignStep.APPROVE: lambda campaign, actor: steps.approve(campaign, actor, NOW),
    CampaignStep.START: lambda campaign, actor: steps.start(campaign, actor, NOW, NOW + HOUR),
    CampaignStep.PAUSE: lambda campaign, actor: steps.pause(campaign, "network", NOW, actor),
    CampaignStep.RESUME: lambda campaign, actor: steps.resume(campaign, actor, NOW),
    CampaignStep.CANCEL: lambda campaign, actor: steps.cancel(campaign, "a mistake", actor, NOW),
    CampaignStep.SEND_AGAIN: lambda campaign, actor: steps.settle(campaign, actor, NOW, again=True),
    CampaignStep.LEAVE: lambda campaign, actor: steps.settle(campaign, actor, NOW, again=False),
    CampaignStep.ONCE_MORE: lambda campaign, actor: once_more.send(campaign, actor, SETTINGS, NOW),
    CampaignStep.TEST: lambda campaign, actor: test_send.send(campaign, [CHEICK], actor, NOW),
}


@dataclass(frozen=True)
class Past:
    """Who planned a campaign, who approved it first, and whether it has anybody to tell."""

    planned_by: int | None
    approved_by: int | None
    recipients: int


def pasts(me: Actor, other: Actor, third: Actor) -> Iterator[Past]:
    for planned_by in (None, me.id, other.id):
        for approved_by in (None, me.id, third.id):
            if planned_by is None or planned_by != approved_by:
                yield Past(planned_by, approved_by, 1)
    yield Past(other.id, None, 0)


async def put(campaign: int, state: S, past: Past) -> None:
    await change(
        "UPDATE campaign SET state = %(state)s, starts_at = %(now)s, needs_second = true, planned_by = %(planned_by)s, "
        "approved_by = %(approved_by)s, second_approved_by = NULL, recipients = %(recipients)s WHERE id = %(id)s",
        id=campaign,
        state=state,
        now=NOW,
        planned_by=past.planned_by,
        approved_by=past.approved_by,
        recipients=past.recipients,
    )


async def became(step: CampaignStep, campaign: int, actor: Actor) -> str | None:
    """The state that a step led to, None where it was refused; it is undone again."""
    try:
        async with undone():
            await DEEDS[step](campaign, actor)
            state = await state_of(campaign)
    except CampaignError:
        return None
    return state


@pytest.mark.parametrize("state", list(S))
async def test_the_domain_takes_exactly_the_steps_that_the_table_allows(state: S) -> None:
    await family(AWA)
    campaign = (await planned()).campaign_id
    me, other, third = [await somebody(login) for login in ("awa", "binta", "cheick")]
    colleagues = [await somebody(role.value, role) for role in Role if role is not Role.SUPERVISOR]
    for past in pasts(me, other, third):
        await put(campaign, state, past)
        standing = await campaign_of(campaign)
        for actor in (me, *colleagues):
            for step in DEEDS:
                allowed = may(step, standing, actor)
                led_to = await became(step, campaign, actor)
                assert (led_to is not None) is allowed, (step, actor.role, past)
                assert led_to is None or led_to in RULES[step].moves[state], (step, led_to)


@pytest.mark.parametrize("state", list(S))
async def test_a_plan_is_made_exactly_where_the_table_allows_it(state: S) -> None:
    await family(AWA)
    campaign = (await planned()).campaign_id
    me = await somebody("awa")
    await put(campaign, state, Past(me.id, None, 1))
    for actor in (await somebody("mariam", Role.AGENT), me):
        allowed = may(CampaignStep.PLAN, await campaign_of(campaign), actor)
        try:
            await planning.plan(campaign, SETTINGS, NOW, actor=actor)
            made = True
        except CampaignError:
            made = False
        assert made is allowed, actor.role
