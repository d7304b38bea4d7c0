"""A campaign before its plan: what it shall tell, about what, and who asked for it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from psycopg.types.json import Jsonb
from sqlalchemy import text

from core.campaigns.models import CampaignKind
from core.platform.database import writing
from core.text.alphabet import Alphabet
from core.text.folding import NoRule, fold
from core.text.links import refuse_links
from sms.campaigns.audience import Subject, check
from sms.campaigns.steps import CHANGE


class CannotBeWritten(ValueError):
    """A free text cannot be sent: it is missing, or holds a character that no phone here can show."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign to be planned. `planned_by` is None for one that arises by itself."""

    kind: CampaignKind
    subject: Subject
    title: str
    text_fr: str | None = None
    text_bm: str | None = None
    planned_by: int | None = None


DRAFT: Final = text("""
    INSERT INTO campaign (kind, title, round_id, subject, text_fr, text_bm, state, planned_by, needs_second, recipients,
        parts, created_at)
    VALUES (:kind, :title, :round_id, :subject, :text_fr, :text_bm, 'draft', :planned_by, false, 0, 0, :now)
    RETURNING id
""")
CHANGED: Final = """
    INSERT INTO campaign_change (campaign_id, at, agent_id, from_state, to_state, note)
    VALUES (%(id)s, %(now)s, %(agent_id)s, %(from_state)s, %(to_state)s, %(note)s)
"""


async def draft(campaign: Draft, now: datetime, carried: Alphabet) -> int:
    """Keep a campaign that is not planned yet; raises BadSubject, CannotBeWritten and NotASafeText."""
    check(campaign.kind, campaign.subject)
    if campaign.kind is CampaignKind.FREE:
        for words in (campaign.text_fr, campaign.text_bm):
            check_words(words, carried)
    values = {
        "kind": campaign.kind.value,
        "title": campaign.title,
        "round_id": campaign.subject.round_id,
        "subject": Jsonb(campaign.subject.to_json()),
        "text_fr": campaign.text_fr,
        "text_bm": campaign.text_bm,
        "planned_by": campaign.planned_by,
        "now": now,
    }
    async with writing() as session:
        campaign_id = int(await session.scalar(DRAFT, values) or 0)
        change = {"id": campaign_id, "at": now, "agent_id": campaign.planned_by, "note": None}
        await session.execute(CHANGE, change | {"from_state": None, "to_state": "draft"})
    return campaign_id


def check_words(words: str | None, carried: Alphabet) -> None:
    """Raise CannotBeWritten or NotASafeText for free words that cannot be sent."""
    if not words or not words.strip():
        raise CannotBeWritten("free words are needed in both languages")
    refuse_links(words)
    if carried.name == "gsm7":
        try:
            fold(words)
        except NoRule as error:
            raise CannotBeWritten(str(error)) from error
