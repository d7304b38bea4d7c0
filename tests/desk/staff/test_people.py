"""Administrators manage the people who work here."""

import re

import pytest

from core.staff.agents import Role, Scope, add_agent
from core.staff.sign_in import give_password
from tests.core import seed
from tests.core.seed import NOW
from tests.desk.addresses import person_page
from tests.desk.browser import PASSWORD, Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail

DUTIES = {"role": "agent", "scope": "national", "place": ""}


async def test_somebody_new_is_told_a_password_once_and_comes_in_with_it(sign_in: SignIn, browser: Browser) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    answer = await admin.submit("/desk/people/new", login="Mariam", name="Mariam Sidibé", **DUTIES)
    password = re.search(r"<code>([a-z-]+)</code>", answer.text)
    assert password
    assert "Mariam Sidibé" in await admin.see("/desk/people")
    assert password[1] not in (await admin.open(await person_page("mariam"))).text
    await browser.submit("/desk/login", login="mariam", password=password[1])
    assert "Choisissez le vôtre" in await browser.see("/desk/login")
    assert [entry.act for entry in await trail(about="agent mariam")] == ["person added", "password given"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"login": "ADMIN"}, "Ce nom de connexion est pris"),
        ({"login": "é tous"}, "2 à 32 lettres sans accent"),
        ({"name": ""}, "Écrivez le nom"),
        ({"scope": "commune"}, "Écrivez le nom ou le code du lieu"),
        ({"scope": "cercle", "place": "Tombouctou"}, "Aucun lieu de ce genre ne s'appelle « Tombouctou »"),
        ({"scope": "commune", "place": "Sanankoro"}, "Plusieurs lieux s'appellent ainsi"),
    ],
)
async def test_what_does_not_do_is_said_and_nobody_is_added(
    sign_in: SignIn, fields: dict[str, str], words: str
) -> None:
    await seed.places(("ML020201", "Sanankoro"), ("ML030101", "Sanankoro"))
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    answer = await admin.submit("/desk/people/new", **{"login": "mariam", "name": "Mariam", **DUTIES, **fields})
    assert answer.status_code == 422
    assert words in seen(answer)
    assert "1 personne travaille ici" in await admin.see("/desk/people")


async def test_a_change_needs_a_reason_ends_sessions_and_is_in_the_trail(sign_in: SignIn) -> None:
    await seed.safo()
    admin, mariam = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("mariam")
    duties = {"role": "supervisor", "scope": "commune", "place": "Safo", "watches": "1"}
    refused = await admin.submit(await person_page("mariam"), **duties)
    assert "Écrivez la raison" in seen(refused)
    assert (await mariam.open("/desk/account")).url.path == "/desk/account"

    answer = await admin.submit(await person_page("mariam"), why="remplace Awa à Safo", follow=True, **duties)
    assert "ses sessions sont fermées" in seen(answer)
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"
    assert "superviseur, veille sur les points focaux commune Safo" in await admin.see("/desk/people")
    (entry,) = await trail("person changed", about="agent mariam")
    assert entry.detail == {
        "before": {"role": "agent", "scope_kind": "national", "scope_code": None, "watches_focal": False},
        "after": {"role": "supervisor", "scope_kind": "commune", "scope_code": "ML020201", "watches_focal": True},
        "why": "remplace Awa à Safo",
    }


async def test_only_a_supervisor_watches_focal_persons(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    await sign_in("mariam")
    await admin.submit(await person_page("mariam"), why="essai", **{**DUTIES, "role": "focal", "watches": "1"})
    assert "veille" not in await admin.see("/desk/people")


async def test_who_is_kept_out_is_out_at_once_until_let_in_again(sign_in: SignIn, browser: Browser) -> None:
    admin, mariam = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("mariam")
    page = await person_page("mariam")
    assert "Écrivez la raison" in seen(await admin.submit(f"{page}/out", page=page))
    await admin.submit(f"{page}/out", page=page, why="a quitté le programme")
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"
    assert (await browser.submit("/desk/login", login="mariam", password=PASSWORD)).status_code == 422
    await admin.submit(f"{page}/back", page=page)
    assert (await browser.submit("/desk/login", login="mariam", password=PASSWORD)).status_code == 303
    assert [entry.act for entry in await trail(about="agent mariam")][-2:] == ["person disabled", "person enabled"]


@pytest.mark.parametrize("act", ["/out", ""])
async def test_the_last_administrator_stays(sign_in: SignIn, act: str) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    page = await person_page("admin")
    answer = await admin.submit(page + act, page=page, why="je pars", **DUTIES)
    assert "C'est le dernier administrateur" in seen(answer)
    await sign_in("second", Role.ADMINISTRATOR)
    assert (await admin.submit(page + act, page=page, why="je pars", **DUTIES)).status_code == 303
    assert (await admin.open("/desk/account")).url.path == "/desk/login"


async def test_a_new_password_ends_sessions_and_takes_the_place_of_the_old_one(
    sign_in: SignIn, browser: Browser
) -> None:
    admin, mariam = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("mariam")
    answer = await admin.submit(f"{await person_page('mariam')}/password", page=await person_page("mariam"))
    assert "Mot de passe de Mariam" in seen(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"
    assert (await browser.submit("/desk/login", login="mariam", password=PASSWORD)).status_code == 422


async def test_open_sessions_are_listed_and_ended(sign_in: SignIn) -> None:
    admin, mariam = await sign_in("admin", Role.ADMINISTRATOR), await sign_in("mariam")
    assert "Depuis Dernière page" in await admin.see(await person_page("mariam"))
    await admin.submit(f"{await person_page('mariam')}/sessions", page=await person_page("mariam"))
    assert (await mariam.open("/desk/account")).url.path == "/desk/login"
    assert "Sessions ouvertes Aucune." in await admin.see(await person_page("mariam"))


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.FOCAL])
async def test_another_role_manages_nobody(sign_in: SignIn, role: Role) -> None:
    other = await sign_in("awa", role, Scope.NATIONAL)
    for path in ("/desk/people", "/desk/people/new", await person_page("awa")):
        answer = await other.open(path)
        assert (answer.status_code, "Cette page n'est pas pour votre rôle." in seen(answer)) == (403, True)
    promoted = await other.submit(
        await person_page("awa"), page="/desk/account", why="moi", **{**DUTIES, "role": "focal"}
    )
    assert promoted.status_code == 403
    assert not await trail("person changed", about="agent awa")


async def test_nobody_is_said_to_be_there_who_is_not(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    assert (await admin.open("/desk/people/of/9999999")).status_code == 404


async def test_administrators_begin_with_people(sign_in: SignIn) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    assert (await admin.open("/desk/")).url.path == "/desk/people"


async def test_who_waits_for_wrong_passwords_is_shown_with_the_address(sign_in: SignIn, browser: Browser) -> None:
    admin = await sign_in("admin", Role.ADMINISTRATOR)
    assert "qui attend" not in await admin.see("/desk/people")
    await give_password(await add_agent("kadi", "Kadi", Role.AGENT), NOW, password=PASSWORD)
    for login, times in (("kadi", 5), ("personne", 5), ("binta", 4)):
        for _ in range(times):
            await browser.submit("/desk/login", login=login, password="pas le bon mot")
    page = await admin.see("/desk/people")
    assert "kadi 127.0.0.1 09:15 un nom que personne n'a 127.0.0.1 09:15" in page
    assert "binta" not in page
