"""Trying a campaign out: its longest text in each language, to named phones, before anybody approves it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import text

from core.outbox.notices import Notice, NoticeKind, queue_notice
from core.platform.database import reading, writing
from core.text.languages import Language
from sms.campaigns.steps import WrongState

WITHIN: Final = timedelta(hours=1)
LONGEST: Final = text(
    "SELECT DISTINCT ON (language) language, body FROM message_text WHERE campaign_id = :id "
    "ORDER BY language, size DESC, id"
)


async def send(campaign_id: int, msisdns: Sequence[str], now: datetime) -> int:
    """Queue the longest text of each language to each number (E.164); give how many SMS that is.

    They are no part of the campaign and count for nobody. Raises WrongState for a campaign without a plan.
    """
    async with reading() as connection:
        longest = (await connection.execute(LONGEST, {"id": campaign_id})).all()
    if not longest:
        raise WrongState(f"campaign {campaign_id} has no texts yet: plan it first")
    trial = uuid4().hex
    count = 0
    async with writing():
        for msisdn in msisdns:
            for language, body in longest:
                notice = Notice(
                    key=f"test {trial} {msisdn} {language}",
                    kind=NoticeKind.TEST,
                    msisdn=msisdn,
                    language=Language(language),
                    filling={"body": body},
                    prompt=True,
                    not_after=now + WITHIN,
                )
                count += await queue_notice(notice, now)
    return count
