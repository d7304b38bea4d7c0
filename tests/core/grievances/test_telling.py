"""A decision that nobody could be told is on a work list on the day of the call, until the person was reached."""

from datetime import timedelta

import pytest

from core.grievances.steps import call, decide, take
from core.grievances.telling import to_tell
from core.grievances.vocabulary import GrievanceState
from core.staff.agents import Actor, Role
from core.staff.row_security import seen_by
from tests.core import seed
from tests.core.grievances.handling import filed, somebody, visit
from tests.core.seed import TODAY

DAY = timedelta(days=1)


@pytest.mark.usefixtures("world")
async def test_a_missed_call_of_a_decided_case_comes_back_on_its_day() -> None:
    await seed.safo()
    mariam, adama = await somebody("mariam"), await somebody("adama")
    awa = await somebody("awa", Role.SUPERVISOR)
    reference = await filed("a")

    async def listed(actor: Actor, days: int) -> list[str]:
        async with seen_by(actor):
            return [each.reference for each in await to_tell(actor, TODAY + days * DAY)]

    async with seen_by(mariam):
        await take(await visit(mariam, reference))
        await decide(await visit(mariam, reference), GrievanceState.RESOLVED, "Votre paiement est prêt.")
        await call(await visit(mariam, reference), reached=False, again_on=TODAY + 2 * DAY, words="")
    assert await listed(mariam, 1) == []
    assert await listed(mariam, 2) == [reference]
    assert (await listed(adama, 3), await listed(awa, 2)) == ([], [])
    assert await listed(awa, 3) == [reference], "who leads sees what was not done on its day"
    async with seen_by(mariam):
        await call(await visit(mariam, reference), reached=True, again_on=None, words="")
    assert await listed(mariam, 2) == []
