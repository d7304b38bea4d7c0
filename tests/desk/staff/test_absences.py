"""A supervisor notes the absence of the agents of their place, and everybody their own; what they hold goes on."""

import pytest

from core.staff.agents import Role, Scope
from tests.core.seed import SAFO, TODAY
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import do, filed, grievances
from tests.desk.trail import trail
from tests.support.database import scalar

pytestmark = pytest.mark.usefixtures("two_communes")

PAGE = "/desk/absences"
LEAVE = {"until": (TODAY + TODAY.resolution).isoformat(), "to": "0"}
IN_SAFO = {"scope": Scope.COMMUNE, "scope_code": SAFO}


async def absent(login: str) -> object:
    return await scalar("SELECT absent_until FROM agent WHERE login = %(login)s", login=login)


async def test_a_supervisor_sees_what_agents_of_their_place_hold_and_notes_who_is_away(sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR, Scope.REGION, SAFO[:4])
    mariam, oumar = await sign_in("mariam", **IN_SAFO), await sign_in("oumar", **IN_SAFO)
    far = await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO)
    fanta = await sign_in("fanta", Role.FOCAL)
    await do(mariam, await filed("a"), "take")
    page = await awa.see(PAGE)
    assert "Mariam 1 0" in page
    assert [name in page for name in ("Oumar 0", "Far 0", "Fanta 0")] == [True, False, False]
    of_mariam = f"{PAGE}/of/{mariam.actor.id}"
    unsaid = await awa.submit(of_mariam, page=PAGE, until=LEAVE["until"], why="Malade")
    assert (unsaid.status_code, "À qui" in seen(unsaid) or "à qui" in seen(unsaid)) == (422, True)
    unreasoned = await awa.submit(of_mariam, page=PAGE, until=LEAVE["until"], to=str(oumar.actor.id))
    assert (unreasoned.status_code, await absent("mariam")) == (422, None)
    await awa.submit(of_mariam, page=PAGE, until=LEAVE["until"], to=str(oumar.actor.id), why="Malade")
    assert await absent("mariam") == TODAY + TODAY.resolution
    assert [case.assigned_to for case in await grievances()] == [oumar.actor.id]
    for other in (far, fanta):
        answer = await awa.submit(f"{PAGE}/of/{other.actor.id}", page=PAGE, why="Malade", **LEAVE)
        assert answer.status_code == 404
    assert {entry.about for entry in await trail("person changed")} == {"agent mariam"}


async def test_everybody_notes_their_own_without_a_reason_and_nobody_elses(sign_in: SignIn) -> None:
    mariam, oumar = await sign_in("mariam", **IN_SAFO), await sign_in("oumar", **IN_SAFO)
    await mariam.submit(f"{PAGE}/of/{mariam.actor.id}", page=PAGE, **LEAVE)
    assert "absence jusqu'au" in await mariam.see(PAGE)
    assert "Oumar" not in (await mariam.see(PAGE)).partition("À qui")[0]
    await mariam.submit(f"{PAGE}/of/{mariam.actor.id}", page=PAGE)
    assert await absent("mariam") is None
    assert (await mariam.submit(f"{PAGE}/of/{oumar.actor.id}", page=PAGE, **LEAVE)).status_code == 404
    assert await absent("oumar") is None
