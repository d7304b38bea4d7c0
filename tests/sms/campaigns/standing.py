"""A campaign in a state, however it came there."""

from datetime import timedelta

from core.campaigns.models import CampaignState as S
from core.platform.settings import Settings
from sms.outbox.routes import every_route
from sms.outbox.window import Window
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, SETTINGS, approved, drafted, family, planned
from tests.support.database import change

HOUR = timedelta(hours=1)
WINDOW = Window(*SETTINGS.sms_window)
ROUTES = every_route(SETTINGS)
DEAR = Settings(sms_rate=0, sms_cap_parts=0)
"""Settings under which each campaign needs a second approval."""


async def in_state(state: S) -> int:
    """A campaign of one recipient in this state."""
    await family(AWA)
    if state is S.DRAFT:
        return await drafted()
    plan = await planned()
    if state is not S.PLANNED:
        await approved(plan)
    if state not in (S.PLANNED, S.APPROVED):
        await change(
            "UPDATE campaign SET state = %(state)s, starts_at = %(starts)s WHERE id = %(id)s",
            state=state,
            starts=NOW + HOUR if state is S.SCHEDULED else NOW,
            id=plan.campaign_id,
        )
    return plan.campaign_id
