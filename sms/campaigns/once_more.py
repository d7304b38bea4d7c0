"""Once more, next morning, to those whose phone was off: by the same rules, and once."""

from datetime import datetime
from typing import Final

from core.campaigns.models import CampaignState
from core.campaigns.notes import Note, NoteCode
from core.campaigns.steps import CampaignStep
from core.outbox.messages import BatchState, MessageState, Reason
from core.platform import sql
from core.platform.columns import listed
from core.platform.database import writing
from core.platform.jobs import wake
from core.platform.settings import Settings
from core.staff.agents import Actor
from sms.campaigns import steps
from sms.outbox.window import Window

GAVE_UP: Final = frozenset({Reason.ABSENT, Reason.EXPIRED})
"""The operator tried for as long as it does, and the phone was off."""

OFF: Final = f"""
message.again_at IS NULL AND (sms_batch.not_after IS NULL OR sms_batch.not_after > %(morning)s) AND (
    message.state = '{MessageState.FAILED}' AND message.reason IN {listed(GAVE_UP)}
    OR message.state = '{MessageState.SILENT}' AND message.reason = '{Reason.ABSENT}')
"""
COUNT: Final = f"""
SELECT count(*) FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
WHERE message.campaign_id = %(id)s AND {OFF}
"""  # noqa: S608 - words of ours
SEND: Final = f"""
WITH off AS (
    SELECT message.id AS message_id, message.state, text_id, sms_batch.operator, priority, not_after,
        (row_number() OVER (PARTITION BY text_id, sms_batch.operator, priority, not_after ORDER BY message.id) - 1)
            / %(size)s AS place
    FROM message JOIN sms_batch ON sms_batch.id = message.batch_id
    WHERE message.campaign_id = %(id)s AND {OFF}
), fresh AS (
    SELECT nextval('sms_batch_id_seq') AS fresh_id, each.*
    FROM (SELECT DISTINCT text_id, operator, priority, not_after, place FROM off) AS each
), made AS (
    INSERT INTO sms_batch
        (id, campaign_id, text_id, operator, priority, prompt, not_before, not_after, state, uncertain)
    SELECT fresh_id, %(id)s, text_id, operator, priority, false, %(morning)s, not_after, '{BatchState.READY}', false
    FROM fresh
), again AS (
    UPDATE message SET batch_id = fresh_id, state = '{MessageState.PLANNED}', reason = NULL, provider_id = NULL,
        final_at = NULL, attempts = 0, again_at = %(now)s, gateway = DEFAULT,
        was_uncertain = was_uncertain OR off.state = '{MessageState.SILENT}'
    FROM off JOIN fresh ON fresh.text_id = off.text_id AND fresh.operator IS NOT DISTINCT FROM off.operator
        AND fresh.priority = off.priority AND fresh.not_after IS NOT DISTINCT FROM off.not_after
        AND fresh.place = off.place
    WHERE message.id = off.message_id RETURNING message.id
)
SELECT count(*) FROM again
"""  # noqa: S608


async def were_off(campaign_id: int, settings: Settings, now: datetime) -> int:
    """How many of a campaign's phones were off and can be told once more, next morning, in time for their day."""
    return int(await sql.scalar(COUNT, {"id": campaign_id, "morning": _morning(settings, now)}) or 0)


async def send(campaign_id: int, actor: Actor, settings: Settings, now: datetime) -> int:
    """Let an ended campaign go once more, next morning, to those whose phone was off; gives how many they are.

    A message that the operator gave up was not delivered. One of which only silence came since may still be: it is
    marked, since its person may get it twice. Raises CampaignError.
    """
    values = {"id": campaign_id, "morning": _morning(settings, now), "now": now, "size": settings.sms_batch_size}
    async with writing() as session:
        campaign = await steps.taken(CampaignStep.ONCE_MORE, campaign_id, actor)
        count = int(await sql.scalar(SEND, values) or 0)
        if count:
            campaign.ended_at = None
            note = Note.of(NoteCode.ONCE_MORE, count=count)
            await steps.move(session, CampaignStep.ONCE_MORE, campaign, CampaignState.RUNNING, now, actor, note)
            await wake(session)
    return count


def _morning(settings: Settings, now: datetime) -> datetime:
    return Window(*settings.sms_window).next_day(now)
