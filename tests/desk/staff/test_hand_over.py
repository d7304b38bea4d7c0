"""Whoever leaves or is ill leaves no case behind, and is given none meanwhile."""

from datetime import timedelta

import pytest

from core.staff.agents import Role, Scope
from tests.core.seed import NOW, TODAY
from tests.desk.addresses import case_page, person_page
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, do, filed, grievances
from tests.desk.trail import trail
from tests.support.database import scalar

pytestmark = pytest.mark.usefixtures("two_communes")


async def test_who_is_kept_out_is_asked_whose_their_cases_are_and_no_case_stays(sign_in: SignIn) -> None:
    admin, mariam, oumar = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("mariam"), await sign_in("oumar")
    first, second = await filed("a"), await filed("b")
    await do(mariam, first, "take")
    await do(mariam, second, "take")
    await do(mariam, second, "note", words="Vu le village")
    page = await person_page("mariam")
    refused = await admin.submit(f"{page}/out", page=page, why="Elle part")
    assert (refused.status_code, "à qui vont les 2 plaintes" in seen(refused)) == (422, True)
    assert await scalar("SELECT disabled_at FROM agent WHERE login = 'mariam'") is None
    answer = await admin.submit(f"{page}/out", page=page, follow=True, why="Elle part", to=str(oumar.actor.id))
    assert "2 à la personne choisie, 0 à qui les prend" in seen(answer)
    assert {case.assigned_to for case in await grievances()} == {oumar.actor.id}
    assert "Passée à" in await oumar.see(await case_page(second))
    (entry,) = await trail("grievances handed over")
    assert (entry.about, entry.detail) == ("agent mariam", {"to": oumar.actor.id, "cases": 2, "taken": 2})
    assert f"personne mariam à : {oumar.actor.name} ; plaintes : 2" in await admin.see("/desk/audit-entry/list")


async def test_what_they_may_not_have_is_anybodys_again(sign_in: SignIn) -> None:
    admin, fanta = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("fanta", Role.FOCAL)
    far = await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO)
    await do(fanta, await filed("a", CONDUCT), "take")
    page = await person_page("fanta")
    answer = await admin.submit(f"{page}/out", page=page, follow=True, why="Elle part", to=str(far.actor.id))
    assert "0 à la personne choisie, 1 à qui les prend" in seen(answer)
    (case,) = await grievances()
    assert (case.assigned_to, case.state) == (None, "received")


async def test_who_is_absent_is_given_nothing_until_they_are_back(sign_in: SignIn) -> None:
    admin, awa = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("awa", Role.SUPERVISOR)
    mariam = await sign_in("mariam")
    reference = await filed("a")
    await do(mariam, reference, "take")
    page, until = await person_page("mariam"), TODAY + timedelta(days=9)
    past = await admin.submit(f"{page}/absent", page=page, until="2026-01-01", why="Malade", to="0")
    assert past.status_code == 422
    await admin.submit(f"{page}/absent", page=page, follow=True, until=until.isoformat(), why="Malade", to="0")
    assert (await grievances())[0].assigned_to is None
    refused = await do(awa, reference, "assign", agent=str(mariam.actor.id))
    assert refused.status_code == 422
    await admin.submit(f"{page}/absent", page=page, follow=True, why="Guérie")
    await do(awa, reference, "assign", agent=str(mariam.actor.id))
    assert (await grievances())[0].assigned_to == mariam.actor.id
    assert NOW.date() < until


async def test_a_supervisor_sees_who_holds_how_much(sign_in: SignIn) -> None:
    awa, mariam = await sign_in("awa", Role.SUPERVISOR), await sign_in("mariam")
    await do(mariam, await filed("a", days_ago=40), "take")
    await do(mariam, await filed("b"), "take")
    assert "Mariam 2 1" in await awa.see("/desk/queue")
    assert "Qui tient combien" not in await mariam.see("/desk/queue")
