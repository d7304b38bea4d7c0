"""An administrator hands over what is held of a person, or erases it; nobody else does."""

import json

import pytest

from core.registry.statuses import Status
from core.staff.agents import Role
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, FIRST, SignIn
from tests.desk.trail import trail
from tests.support.database import change, scalar

WHY = "demande écrite du 24/11/2026"
ASKED = {"number": AWA, "kind": "", "why": WHY}


@pytest.fixture
async def admin(household_of_awa: int, sign_in: SignIn) -> Browser:
    """The browser of an administrator, in a country where Awa's household is."""
    return await sign_in("admin", Role.ADMINISTRATOR)


async def test_the_file_is_handed_over_to_read_or_for_machines_and_is_in_the_trail(admin: Browser) -> None:
    page = await admin.submit("/desk/rights/show", page="/desk/rights", **ASKED, **{"as": "text"})
    assert page.status_code == 200, seen(page)
    assert f"ménage {AWA}" in page.text
    assert "nom : Awa Traoré" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert "attachment" in page.headers["Content-Disposition"]
    machine = await admin.submit("/desk/rights/show", page="/desk/rights", **ASKED, **{"as": "json"})
    assert json.loads(machine.text)["held"]["household"][0]["head_name"] == "Awa Traoré"
    entries = await trail("person data shown")
    assert [(entry.about, (entry.detail or {})["why"]) for entry in entries] == [(f"household {AWA}", WHY)] * 2


async def test_an_erasure_is_read_before_it_is_done(admin: Browser) -> None:
    await change("UPDATE household SET status = %(exited)s", exited=Status.EXITED.value)
    first = seen(await admin.submit("/desk/rights/erase", page="/desk/rights", **ASKED))
    assert "Ce qui serait effacé" in first
    assert "Ménage 1 0" in first
    assert await scalar("SELECT head_name FROM household") == "Awa Traoré"
    assert not await trail("person data erased")
    done = seen(await admin.submit("/desk/rights/erase", page="/desk/rights", sure="1", **ASKED))
    assert "C'est effacé" in done
    assert await scalar("SELECT head_name FROM household") == "—"
    (entry,) = await trail("person data erased")
    assert entry.about == f"household {AWA}"


async def test_what_stays_is_said_with_why(admin: Browser) -> None:
    words = seen(await admin.submit("/desk/rights/erase", page="/desk/rights", **ASKED))
    assert "Ménage 0 1 le ménage est au registre du programme" in words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"number": "bonjour"}, "ni un téléphone ni un numéro"),
        ({"number": "+22370000001"}, "Rien n'est gardé"),
        ({"why": ""}, "Écrivez qui a demandé"),
    ],
)
async def test_what_does_not_do_is_said_and_typed_again(admin: Browser, given: dict[str, str], words: str) -> None:
    answer = await admin.submit("/desk/rights/show", page="/desk/rights", **{**ASKED, **given})
    assert answer.status_code == 422
    assert words in seen(answer)
    assert not await trail("person data shown")
    odd = await admin.submit("/desk/rights/show", page="/desk/rights", **{**ASKED, "kind": "cow"})
    assert odd.status_code == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.FOCAL])
async def test_nobody_else_comes_in(household_of_awa: int, sign_in: SignIn, role: Role) -> None:
    browser = await sign_in("mariam", role)
    assert (await browser.open("/desk/rights")).status_code == 403
    for path in ("/desk/rights/show", "/desk/rights/erase"):
        answer = await browser.submit(path, page="/desk/account", number=FIRST, why=WHY, sure="1")
        assert answer.status_code == 403
    assert not await trail("person data%")
