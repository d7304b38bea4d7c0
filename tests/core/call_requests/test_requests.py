"""A call is asked for once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from core.call_requests.requests import ask_call
from core.platform.database import reading
from core.text.languages import Language
from tests.core import seed

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
AWA = "+22376000001"
ROWS = text("SELECT msisdn, language, household_id, asked_at, state FROM callback_request ORDER BY id")


@pytest.mark.usefixtures("world")
async def test_the_desk_is_asked_once_to_call_the_phone_or_another_number() -> None:
    await seed.safo()
    household = await seed.household()

    await ask_call("hop 1", AWA, Language("bm"), household, NOW)
    await ask_call("hop 1", AWA, Language("bm"), household, NOW + timedelta(seconds=5))
    await ask_call("hop 2", AWA, Language("fr"), None, NOW, number="+33612345678")
    await asyncio.gather(*(ask_call(f"cut {each}", AWA, Language("bm"), household, NOW) for each in range(4)))

    async with reading() as connection:
        rows = [tuple(row) for row in await connection.execute(ROWS)]
    assert rows == [(AWA, "bm", household, NOW, "asked"), ("+33612345678", "fr", None, NOW, "asked")]


@pytest.mark.usefixtures("world")
async def test_who_asks_on_another_day_or_for_another_household_asks_anew() -> None:
    await seed.safo()
    household = await seed.household()
    await ask_call("today", AWA, Language("bm"), household, NOW)
    await ask_call("of nobody", AWA, Language("bm"), None, NOW)
    await ask_call("tomorrow", AWA, Language("bm"), household, NOW + timedelta(days=1))
    async with reading() as connection:
        assert len((await connection.execute(ROWS)).all()) == 3
