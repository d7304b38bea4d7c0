"""What is kept of SMS and for how long; who stopped them is never forgotten."""

from dataclasses import asdict
from datetime import timedelta

import pytest

from core.platform.settings import Settings
from core.registry.callers import stop_sms
from core.schema.retention import purge
from tests.core.seed import NOW
from tests.sms.campaign_world import AWA, BINTA, CHEICK, drafted, family, left_out, notice, planned, somebody
from tests.support.database import change, one, query

pytestmark = pytest.mark.usefixtures("safo")

SETTINGS = Settings(keep_messages_days=400, keep_inbound_days=90, keep_early_reports_days=7)
PAST = timedelta(days=400, seconds=1)


async def aged(campaign: int, state: str, *, ended: bool = True) -> None:
    """Let a campaign be old and in this state; `ended` as long ago as it was drafted."""
    await change(
        "UPDATE campaign SET state = %(state)s, created_at = %(at)s, "
        "ended_at = CASE WHEN %(ended)s THEN %(at)s END WHERE id = %(id)s",
        state=state,
        at=NOW - PAST,
        ended=ended,
        id=campaign,
    )


@pytest.mark.parametrize("state", ["draft", "planned", "approved", "finished", "cancelled"])
async def test_an_old_campaign_goes_with_its_messages_texts_and_record(state: str) -> None:
    await family(AWA)
    await family(BINTA)
    await aged((await planned()).campaign_id, state, ended=state in ("finished", "cancelled"))
    purged = await purge(NOW, SETTINGS)
    assert (purged.campaign_messages, purged.campaigns) == (2, 1)
    for table in ("campaign", "campaign_change", "message", "sms_batch", "message_text"):
        assert (await one(f"SELECT count(*) AS n FROM {table}")).n == 0, table  # noqa: S608


@pytest.mark.parametrize("state", ["running", "paused", "scheduled"])
async def test_a_campaign_that_is_not_over_is_kept_however_old(state: str) -> None:
    await family(AWA)
    await aged((await planned()).campaign_id, state, ended=False)
    assert not any(asdict(await purge(NOW, SETTINGS)).values())
    assert (await one("SELECT count(*) AS n FROM message")).n == 1


async def test_a_campaign_is_kept_its_days_after_it_ended() -> None:
    await somebody("awa")
    await family(AWA)
    campaign = await drafted()
    await aged(campaign, "finished")
    await change("UPDATE campaign SET ended_at = %(at)s", at=NOW - timedelta(days=400))
    assert (await purge(NOW, SETTINGS)).campaigns == 0
    assert (await purge(NOW + timedelta(seconds=1), SETTINGS)).campaigns == 1


async def test_notices_go_with_their_requests_after_their_days() -> None:
    await notice(AWA, now=NOW - PAST)
    kept = await notice(BINTA, now=NOW - timedelta(days=400))
    assert (await purge(NOW, SETTINGS)).notices == 1
    assert [row.key for row in await query("SELECT key FROM message")] == [kept]
    assert (await one("SELECT count(*) AS n FROM sms_batch")).n == 1


async def test_who_wrote_and_reports_of_nobody_are_kept_their_days_and_no_longer() -> None:
    for name, more in (("kept", timedelta()), ("gone", timedelta(seconds=1))):
        await change(
            "INSERT INTO inbound_sms (gateway_id, msisdn, intent, at, answered) "
            "VALUES (%(id)s, %(msisdn)s, 'help', %(at)s, true)",
            id=name,
            msisdn=AWA,
            at=NOW - timedelta(days=90) - more,
        )
        await change(
            "INSERT INTO early_report (provider_id, msisdn, state, received_at) "
            "VALUES (%(id)s, %(msisdn)s, 'delivered', %(at)s)",
            id=name,
            msisdn=AWA,
            at=NOW - timedelta(days=7) - more,
        )
    purged = await purge(NOW, SETTINGS)
    assert (purged.inbound, purged.early_reports) == (1, 1)
    assert [row.gateway_id for row in await query("SELECT gateway_id FROM inbound_sms")] == ["kept"]
    assert [row.provider_id for row in await query("SELECT provider_id FROM early_report")] == ["kept"]


async def test_a_stop_is_for_good() -> None:
    await family(CHEICK)
    await stop_sms(CHEICK)
    await change("UPDATE phone SET sms_stopped_at = %(at)s, updated_at = %(at)s", at=NOW - 10 * PAST)
    await aged((await planned()).campaign_id, "finished")
    assert (await purge(NOW, SETTINGS)).campaigns == 1
    assert await left_out((await planned()).campaign_id) == {"opted_out": 1}
