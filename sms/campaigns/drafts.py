"""A campaign before its plan: what it shall tell, about what, and who asked for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.campaigns.models import Campaign, CampaignChange, CampaignKind, CampaignState
from core.platform.database import writing
from core.platform.errors import JigiError
from core.scams.guard import refuse_scams
from core.scams.proven import refuse_strange_pieces
from core.text.alphabet import Alphabet
from core.text.folding import NoRule, fold
from core.text.languages import Language
from sms.campaigns.audience import Audience, check


class CannotBeWritten(JigiError, ValueError):
    """A free text cannot be sent: it is missing, or holds a character that no phone here can show."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign to be planned. `planned_by` is None for one that arises by itself."""

    kind: CampaignKind
    audience: Audience
    title: str
    texts: Mapping[str, str] | None = None
    """Free words, by language code."""
    planned_by: int | None = None


async def draft(campaign: Draft, now: datetime, carried: Alphabet) -> int:
    """Keep a campaign that is not planned yet; raises BadAudience, CannotBeWritten, NotASafeText and NoSuchPiece."""
    check(campaign.kind, campaign.audience)
    if campaign.kind is CampaignKind.FREE:
        for language in Language:
            check_words((campaign.texts or {}).get(language), carried)
    kept = Campaign(
        kind=campaign.kind,
        title=campaign.title,
        round_id=campaign.audience.round_id,
        audience=campaign.audience.to_json(),
        texts=None if campaign.texts is None else dict(campaign.texts),
        state=CampaignState.DRAFT,
        planned_by=campaign.planned_by,
        created_at=now,
    )
    async with writing() as session:
        session.add(kept)
        await session.flush()
        campaign_id = kept.id or 0
        session.add(
            CampaignChange(campaign_id=campaign_id, at=now, agent_id=campaign.planned_by, to_state=CampaignState.DRAFT)
        )
        await session.flush()
    return campaign_id


def check_words(words: str | None, carried: Alphabet) -> None:
    """Raise CannotBeWritten, NotASafeText or NoSuchPiece for free words that cannot be sent."""
    if not words or not words.strip():
        raise CannotBeWritten("free words are needed in every language")
    refuse_scams(words)
    refuse_strange_pieces(words)
    if carried.name == "gsm7":
        try:
            fold(words)
        except NoRule as error:
            raise CannotBeWritten(str(error)) from error
