"""A beneficiary registry is told of every household that changed, however many go in one message."""

from datetime import timedelta

import pytest

from core.spdci import beneficiaries
from core.spdci.beneficiaries import enrolments_since
from tests.core import seed
from tests.support.database import change, query, scalar

pytestmark = pytest.mark.usefixtures("safo")


async def test_all_that_changed_are_told_of_once_in_messages_of_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beneficiaries, "MOST_TOLD", 2)
    for number in range(5):
        await seed.household(household_no=f"T{number}")
    now = await scalar("SELECT clock_timestamp()")
    await change("UPDATE household SET updated_at = %(now)s WHERE household_no <> 'T4'", now=now)
    await change(
        "UPDATE household SET updated_at = %(long_ago)s WHERE household_no = 'T4'", long_ago=now - timedelta(9)
    )
    parts = [part async for part in enrolments_since(now)]
    told = [each.household_no for part in parts for each in part]
    numbers = (
        "SELECT coalesce(programme_no, household_no) AS number FROM household WHERE household_no <> 'T4' ORDER BY id"
    )
    assert told == [row.number for row in await query(numbers)]
    assert max(map(len, parts)) == 2
