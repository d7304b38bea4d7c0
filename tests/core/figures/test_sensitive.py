"""Numbers of sensitive complaints: in fives, of quarters that are over, for the head of the whole country alone."""

from datetime import UTC, date, datetime, timedelta

import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy.exc import ProgrammingError

from core.figures.sensitive import may_see_totals, totals
from core.staff.agents import Actor, Role, Scope
from core.staff.row_security import figures_seen_by
from tests.core.grievances.grievance_rows import FOCAL, SUPERVISOR, plant

REGIONAL = Actor(3, "Issa", Role.SUPERVISOR, Scope.REGION, "ML02")


def quarter_ago(quarters: int) -> date:
    """The first day of a quarter, by the clock of the database: of this one, of the last one."""
    today = datetime.now(UTC).date()
    month = today.year * 12 + (today.month - 1) // 3 * 3 - 3 * quarters
    return date(month // 12, month % 12 + 1, 1)


@pytest.mark.usefixtures("safo")
@pytest.mark.parametrize(("count", "at_least"), [(0, None), (4, None), (5, 5), (9, 5), (10, 10)])
async def test_they_are_told_in_fives_and_none_below_five(count: int, at_least: int | None) -> None:
    for number in range(count):
        await plant(quarter_ago(1) + timedelta(days=7 * number), category="abuse")
    await plant(quarter_ago(1), category="payment")
    for _ in range(6):
        await plant(quarter_ago(0), category="abuse")
    async with figures_seen_by(SUPERVISOR):
        seen = await totals()
    assert [(each.quarter, each.at_least) for each in seen] == [
        (quarter_ago(number), at_least if number == 1 else None) for number in range(1, 9)
    ]


@pytest.mark.usefixtures("safo")
@pytest.mark.parametrize("actor", [REGIONAL, FOCAL, Actor(4, "Ali", Role.AGENT), Actor(5, "R", Role.ADMINISTRATOR)])
async def test_the_database_tells_them_to_nobody_else(actor: Actor) -> None:
    assert not may_see_totals(actor)
    with pytest.raises(ProgrammingError) as refused:
        async with figures_seen_by(actor):
            await totals()
    assert isinstance(refused.value.orig, InsufficientPrivilege)
