"""What may be spent on SMS in a month, for each programme and for all, over all campaigns: beyond it two approve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.campaigns.models import CampaignState
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings

ALL: Final = "*"
"""The programme that stands for all of them."""

DECIDED: Final = frozenset(
    {
        CampaignState.APPROVED,
        CampaignState.SCHEDULED,
        CampaignState.RUNNING,
        CampaignState.PAUSED,
        CampaignState.FINISHED,
    }
)
"""States of a campaign whose cost counts: that of a cancelled one, as far as it went, is not estimated."""

SPENT: Final = f"""
SELECT coalesce(sum(campaign.cost_xof), 0) FROM campaign
LEFT JOIN payment_round ON payment_round.id = campaign.round_id
WHERE campaign.id <> %(id)s AND campaign.state IN {listed(DECIDED)}
  AND coalesce(campaign.started_at, campaign.starts_at, %(now)s) BETWEEN %(first)s AND %(end)s
  AND (%(programme)s = '{ALL}' OR %(programme)s = coalesce(payment_round.component,
        campaign.subject -> 'event' ->> 'component', campaign.subject ->> 'component'))
"""  # noqa: S608 - our own words
PROGRAMME: Final = """
SELECT coalesce(payment_round.component, campaign.subject -> 'event' ->> 'component', campaign.subject ->> 'component')
FROM campaign LEFT JOIN payment_round ON payment_round.id = campaign.round_id WHERE campaign.id = %(id)s
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a month on a programme (`*`: on all), and what others spend of it by their estimates."""

    programme: str
    most_xof: int
    spent_xof: int

    def passes(self, cost_xof: int | None) -> bool:
        """Whether a campaign of this cost is too much."""
        return self.spent_xof + (cost_xof or 0) > self.most_xof


async def budgets_of(campaign_id: int, settings: Settings, now: datetime) -> tuple[Budget, ...]:
    """The budgets of this month that a campaign counts for, without what it costs itself."""
    if not settings.sms_budgets:
        return ()
    programme: str | None = await sql.scalar(PROGRAMME, {"id": campaign_id})
    month = _month(now)
    budgets = []
    for name in (programme, ALL):
        if name in settings.sms_budgets:
            spent = int(await sql.scalar(SPENT, {"id": campaign_id, "now": now, "programme": name, **month}))
            budgets.append(Budget(name, round(settings.sms_budgets[name]), spent))
    return tuple(budgets)


def _month(now: datetime) -> Mapping[str, datetime]:
    first = datetime(now.year, now.month, 1, tzinfo=UTC)
    following = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return {"first": first, "end": following}
