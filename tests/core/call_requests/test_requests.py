"""A call is asked for once."""

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

    async with reading() as connection:
        rows = [tuple(row) for row in await connection.execute(ROWS)]
    assert rows == [(AWA, "bm", household, NOW, "asked"), ("+33612345678", "fr", None, NOW, "asked")]
