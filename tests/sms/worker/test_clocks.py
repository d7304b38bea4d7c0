"""What several machines agree on bears the database's time: one whose clock is off makes no other look dead."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.platform.clock import DatabaseClock
from sms.campaigns import steps
from sms.outbox.gateway import Busy
from sms.worker import process
from tests.sms.campaign_world import AWA, BINTA, approved, crowd, fate_of, notice, planned, somebody, state_of, until
from tests.sms.scripted_gateway import ScriptedGateway
from tests.sms.worker.test_process import at_work, done
from tests.support.database import one

pytestmark = pytest.mark.usefixtures("safo")

AHEAD = timedelta(hours=20)


class TwentyHoursAhead(DatabaseClock):
    """The database's time as a machine sees it whose own clock is that much behind."""

    def now(self) -> datetime:
        return datetime.now(UTC) + AHEAD

    async def ask(self) -> datetime:
        return self.now()


async def test_claims_holds_signs_of_life_and_the_minute_go_by_the_database(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(process, "DatabaseClock", TwentyHoursAhead)
    here, there = datetime.now(UTC), datetime.now(UTC) + AHEAD
    await crowd([BINTA], due=(here + timedelta(days=6)).date())
    campaign = await approved(await planned(now=here), here)
    await steps.start(campaign, await somebody("awa"), here, at=there - timedelta(hours=1))
    key = await notice(AWA, now=here)

    async def is_held() -> bool:
        return bool((await one("SELECT count(*) AS n FROM sms_pace WHERE hold_until IS NOT NULL")).n)

    async with at_work(database_url, ScriptedGateway(Busy("HTTP 503", wait=600.0))) as queue:
        await until(is_held)
        await done(queue, "sms.minute")
        assert await state_of(campaign) == "running", "its hour has come, though not by this machine"
        seen = await one("SELECT min(seen_at) AS at FROM sms_worker")
    held = await one("SELECT max(hold_until) AS until FROM sms_pace")
    assert seen.at >= there
    assert held.until >= there + timedelta(seconds=600)
    assert (await fate_of(key)).state == "planned"
