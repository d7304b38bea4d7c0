"""What single notices may cost on a day: a phone, a household and all of them have a ceiling."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from core.outbox import ceilings
from core.outbox.ceilings import REFUSED, all_notices
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.settings import Settings
from core.text.languages import Language
from tests.core import seed
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("world")

AWA = "+22376000001"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECEIPT = Notice("received", NoticeKind.RECEIVED, AWA, Language("bm"), {"ref": "1", "due": "2026-12-01"}, prompt=True)


@pytest.fixture(autouse=True)
def bounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    small = Settings(notices_per_phone_a_day=5, notices_per_household_a_day=6, notices_a_day=8, sms_most_a_day=3)
    monkeypatch.setattr(ceilings, "settings", lambda: small)
    all_notices.forget()
    yield
    all_notices.forget()


async def queue(times: int, now: datetime = NOON, msisdn: str = AWA, household_id: int | None = None) -> int:
    """Queue so many receipts; how many were taken."""
    taken = 0
    for number in range(times):
        key = f"{now:%j} {number} {msisdn}"
        notice = replace(RECEIPT, key=key, msisdn=msisdn, household_id=household_id)
        taken += await queue_notice(notice, now)
    return taken


async def test_a_phone_has_so_many_a_day_and_again_the_next() -> None:
    assert await queue(9) == 5
    assert await queue(9, NOON + timedelta(days=1)) == 5


async def test_receipts_of_who_floods_wait_with_the_other_sms_of_the_day() -> None:
    await queue(5)
    rows = await query("SELECT prompt FROM sms_batch ORDER BY id")
    assert [row.prompt for row in rows] == [True, True, True, False, False]


async def test_a_household_has_its_own_however_many_phones_speak_of_it() -> None:
    await seed.safo()
    household = await seed.household()
    taken = [await queue(2, msisdn=f"+2237600002{number}", household_id=household) for number in range(5)]
    assert sum(taken) == 6


async def test_all_together_have_one_and_it_is_an_error_in_the_log_once_a_day() -> None:
    before = REFUSED.labels("all")._value.get()
    with capture_logs() as lines:
        taken = [await queue(1, msisdn=f"+223760003{number:02}") for number in range(12)]
    assert sum(taken) == 8
    assert [line["event"] for line in lines] == ["notices_over_the_ceiling"]
    assert REFUSED.labels("all")._value.get() == before + 4
