"""Requests that notices were put off from are deleted with what has served."""

from datetime import timedelta

import pytest

from core.platform.database import writing
from core.platform.settings import Settings
from core.schema.retention import purge
from sms.outbox import ledger
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, Watch, notice, sender
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("world")

DAYS = Settings(keep_messages_days=10)
PAST = NOW + timedelta(days=10, seconds=1)


async def put_off(when: timedelta) -> None:
    """Send a notice, and put it off into another request."""
    await notice(AWA)
    await sender(ScriptedGateway(), Watch()).drain()
    await change("UPDATE message SET state = 'uncertain', was_uncertain = true")
    row = await one("SELECT id, batch_id FROM message")
    async with writing():
        await ledger.put_off(row.batch_id, [row.id], NOW + when, NOW)


async def held() -> tuple[int, int, int]:
    """How many requests, texts and messages there are."""
    tables = ("sms_batch", "message_text", "message")
    counts = [await query(f"SELECT count(*) AS n FROM {table}") for table in tables]  # noqa: S608 - our own words
    return counts[0][0].n, counts[1][0].n, counts[2][0].n


async def test_a_request_that_a_notice_was_put_off_from_is_kept_its_days() -> None:
    await put_off(timedelta(days=1))
    await purge(PAST - timedelta(seconds=1), DAYS)
    assert await held() == (2, 1, 1)


async def test_past_them_it_is_gone_and_the_text_stays_with_who_has_it_still() -> None:
    await put_off(timedelta(days=1))
    await change("UPDATE message SET planned_at = %(at)s", at=PAST)
    await purge(PAST, DAYS)
    assert await held() == (1, 1, 1)


async def test_its_text_goes_when_nobody_has_it_any_more() -> None:
    await put_off(timedelta(days=1))
    await change("UPDATE sms_batch SET text_id = NULL WHERE state = 'ready'")
    await purge(PAST, DAYS)
    assert await held() == (0, 0, 0)
