"""Trying a campaign out: its longest text in each language, to named phones, before anybody approves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from core.campaigns.steps import CampaignStep, must
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import sql
from core.platform.database import writing
from core.staff.agents import Actor
from core.text.languages import Language
from sms.campaigns.scope import must_run
from sms.campaigns.steps import being_planned

WITHIN: Final = timedelta(hours=1)
LONGEST: Final = (
    "SELECT DISTINCT ON (language) language, body FROM message_text WHERE campaign_id = %(id)s "
    "ORDER BY language, size DESC, id"
)


@dataclass(frozen=True, slots=True)
class LongestText:
    """The longest text of a campaign in a language."""

    language: Language
    body: str


async def send(campaign_id: int, msisdns: Sequence[str], actor: Actor, now: datetime) -> int:
    """Queue the longest text of each language to each number (E.164); give how many SMS that is.

    They are no part of the campaign and count for nobody. Raises CampaignError where `actor` may not try it out now,
    e.g. WrongState for a campaign without a plan, or one that ended.
    """
    campaign = await must_run(actor, campaign_id)
    must(CampaignStep.TEST, campaign, actor, being_planned=await being_planned(campaign_id))
    texts = await sql.rows(LongestText, LONGEST, {"id": campaign_id})
    trial = uuid4().hex
    count = 0
    async with writing():
        for msisdn in msisdns:
            for text in texts:
                notice = Notice(
                    key=f"test {trial} {msisdn} {text.language}",
                    kind=NoticeKind.TEST,
                    msisdn=msisdn,
                    language=text.language,
                    filling={"body": text.body},
                    prompt=True,
                    not_after=now + WITHIN,
                )
                count += await queue_notice(notice, now)
    return count
