"""What may be spent on SMS in a month, for each programme and for all, over all campaigns: beyond it two approve.

What gateways billed counts where it is known, an estimate where it is not: as the true cost of a campaign (`cost`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.campaigns.models import CampaignState
from core.platform import sql
from core.platform.columns import listed
from core.platform.settings import Settings
from sms.campaigns.cost import cost_of, cost_to_come
from sms.campaigns.tally import last_tally_of

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
"""States of a campaign whose cost counts; that of a cancelled one counts as far as it went."""

_PROGRAMME: Final = """coalesce(payment_round.component, campaign.subject -> 'event' ->> 'component',
        campaign.subject ->> 'component')"""
SPENDING: Final = f"""
SELECT campaign.id, campaign.state, campaign.started_at, campaign.ended_at, campaign.cost_xof,
    {_PROGRAMME} AS programme
FROM campaign LEFT JOIN payment_round ON payment_round.id = campaign.round_id
WHERE campaign.id <> %(id)s
  AND (campaign.state IN {listed(DECIDED)} OR campaign.state = '{CampaignState.CANCELLED}' AND started_at IS NOT NULL)
  AND coalesce(campaign.started_at, campaign.starts_at, %(now)s) BETWEEN %(first)s AND %(end)s
"""  # noqa: S608 - our own words
PROGRAMME: Final = f"""
SELECT {_PROGRAMME} FROM campaign LEFT JOIN payment_round ON payment_round.id = campaign.round_id
WHERE campaign.id = %(id)s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Budget:
    """What may be spent in a month on a programme (`*`: on all), and what other campaigns take of it.

    `billed_xof` by gateways, `estimated_xof` of what no bill stands beside and of what is still to leave; of `unpriced`
    SMS nothing is known.
    """

    programme: str
    most_xof: int
    billed_xof: int
    estimated_xof: int
    unpriced: int = 0

    @property
    def spent_xof(self) -> int:
        """What other campaigns take of it, as far as it is known."""
        return self.billed_xof + self.estimated_xof

    def passes(self, cost_xof: int | None) -> bool:
        """Whether a campaign of this cost is too much."""
        return self.spent_xof + (cost_xof or 0) > self.most_xof


@dataclass(frozen=True, slots=True)
class SpendingCampaign:
    """A campaign of the month, and what it was estimated to cost."""

    id: int
    state: CampaignState
    started_at: datetime | None
    ended_at: datetime | None
    cost_xof: int | None
    programme: str | None


@dataclass(frozen=True, slots=True)
class _Spent:
    """What a campaign takes of its budget: billed, and estimated; and of how many SMS nothing is known."""

    billed_xof: int
    estimated_xof: int
    unpriced: int = 0


async def budgets_of(campaign_id: int, settings: Settings, now: datetime) -> tuple[Budget, ...]:
    """The budgets of this month that a campaign counts for, without what it costs itself.

    It is no part of a transaction around it.
    """
    if not settings.sms_budgets:
        return ()
    programme: str | None = await sql.scalar(PROGRAMME, {"id": campaign_id})
    names = [name for name in (programme, ALL) if name in settings.sms_budgets]
    if not names:
        return ()
    campaigns = await sql.rows(SpendingCampaign, SPENDING, {"id": campaign_id, "now": now, **_month(now)})
    wanted = [each for each in campaigns if ALL in names or each.programme == programme]
    spent = [(each.programme, await _spent(each, settings, now)) for each in wanted]
    return tuple(
        _budget(name, settings, [each for of, each in spent if name in (ALL, of)]) for name in names if name is not None
    )


def _budget(name: str, settings: Settings, spent: Sequence[_Spent]) -> Budget:
    return Budget(
        name,
        round(settings.sms_budgets[name]),
        sum(each.billed_xof for each in spent),
        sum(each.estimated_xof for each in spent),
        sum(each.unpriced for each in spent),
    )


async def _spent(campaign: SpendingCampaign, settings: Settings, now: datetime) -> _Spent:
    """What a campaign takes: what it cost so far and is still to cost, or its estimate where it has not begun."""
    if campaign.started_at is None:
        return _Spent(0, campaign.cost_xof or 0)
    tally = await last_tally_of(campaign, now)
    cost = cost_of(tally, settings)
    ahead = 0 if campaign.state is CampaignState.CANCELLED else cost_to_come(tally, settings)
    return _Spent(cost.billed_xof, cost.estimated_xof + ahead, cost.unpriced)


def _month(now: datetime) -> Mapping[str, datetime]:
    first = datetime(now.year, now.month, 1, tzinfo=UTC)
    following = datetime(now.year + now.month // 12, now.month % 12 + 1, 1, tzinfo=UTC)
    return {"first": first, "end": following}
