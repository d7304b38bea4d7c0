"""Calling people back who asked for it."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from core.call_requests.requests import ask_call
from core.call_requests.rules import TakenBySomebody
from core.call_requests.steps import take_call
from core.grievances.filing import Filing, file
from core.staff.agents import Role, Scope
from core.staff.row_security import seen_by
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import CONDUCT, LATE
from tests.desk.trail import trail
from tests.support.database import change, one, scalar

TOMORROW = (TODAY + timedelta(days=1)).isoformat()
AWA, BINTA = "+22376000001", "+22376000002"


@pytest.fixture
async def household(safo: None) -> int:
    """Awa's household in Safo; its id."""
    return await seed.household(phones=(AWA,))


@pytest.fixture(autouse=True)
async def two_requests(household: int) -> None:
    """Awa asked to be called; Binta, whom nobody knows, asked later."""
    await ask_call("1", AWA, Language("bm"), household, NOW - timedelta(hours=3))
    await ask_call("2", BINTA, Language("fr"), None, NOW - timedelta(hours=2))


async def post(browser: Browser, act: str, **fields: str) -> str:
    """Do something about the first request, and give the words of the page after it."""
    path = f"/desk/call-requests/of/1/{act}"
    return seen(await browser.submit(path, page="/desk/call-requests", follow=True, **fields))


async def wished(filing: Filing, household: int) -> str:
    """A household's grievance in which a call is wished; its reference."""
    return (await file(replace(filing, household_id=household, call_back=True), NOW)).reference


async def test_who_waits_longest_is_first_with_all_it_takes_to_call(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    words = await mariam.see("/desk/call-requests")
    assert words.index("76 00 00 01") < words.index("76 00 00 02")
    assert "bambara" in words
    assert "Awa Traoré , Dialakoroba" in words
    page = await mariam.open("/desk/call-requests/of/1")
    begun = page.text.split('action="/desk/intake/of"')[1].split("</form>")[0]
    fields = dict(re.findall(r'name="(household|phone)" value="([^"]*)"', begun))
    form = await mariam.submit("/desk/intake/of", page="/desk/account", **fields)
    assert 'value="+22376000001"' in form.text
    assert "Awa Traoré" in seen(form)


async def test_one_calls_and_the_other_is_told_who(sign_in: SignIn) -> None:
    mariam, adama = await sign_in("mariam"), await sign_in("adama")
    assert "à vous pendant 15 minutes" in await post(mariam, "take")
    for act in ({"act": "take"}, {"act": "reached"}, {"act": "agree", "day": TOMORROW, "period": "noon"}):
        assert "Mariam appelle cette personne en ce moment" in await post(adama, **act)
    assert "Mariam appelle" in await adama.see("/desk/call-requests")
    await post(mariam, "back")
    assert "à vous pendant" in await post(adama, "take")


async def test_two_who_take_a_call_at_once_are_one(sign_in: SignIn) -> None:
    browsers = [await sign_in("mariam"), await sign_in("adama")]

    async def take(browser: Browser) -> bool:
        try:
            async with seen_by(browser.actor):
                await take_call(1, browser.actor, NOW)
        except TakenBySomebody:
            return False
        return True

    assert sorted(await asyncio.gather(*map(take, browsers))) == [False, True]


async def test_who_is_reached_waits_no_more(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    await post(mariam, "take")
    assert "la personne a été jointe" in await post(mariam, "reached", note="Elle rappelle le maire")
    assert "76 00 00 01" not in await mariam.see("/desk/call-requests")
    assert "appelé" in await mariam.see("/desk/call-requests", show="done")
    assert "Quelqu'un d'autre a déjà appelé" in await post(mariam, "take")
    (entry,) = await trail("call tried")
    assert entry.detail == {"reached": True, "again_on": None}, "never the note itself"


async def test_who_does_not_answer_three_times_is_unreachable(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    for _ in range(2):
        await post(mariam, "take")
        assert "à rappeler le" in await post(mariam, "unanswered", again=TOMORROW)
    assert "2 essais sur 3 : celui-ci est le dernier" not in await mariam.see("/desk/call-requests/of/1"), "not taken"
    await post(mariam, "take")
    assert "2 essais sur 3 : celui-ci est le dernier" in await mariam.see("/desk/call-requests/of/1")
    assert "notée injoignable" in await post(mariam, "unanswered", again=TOMORROW)
    assert await scalar("SELECT state FROM callback_request WHERE id = 1") == "unreachable"


@pytest.mark.parametrize("day", ["", "demain", "2020-01-01", "2999-01-01"])
async def test_a_day_that_does_not_do_is_said(sign_in: SignIn, day: str) -> None:
    mariam = await sign_in("mariam")
    assert "Choisissez un jour à venir" in await post(mariam, "unanswered", again=day)
    assert "Choisissez un jour à venir" in await post(mariam, "agree", day=day, period="noon")


async def test_a_time_that_is_agreed_is_told_by_sms(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    assert "prévenue par SMS" in await post(mariam, "agree", day=TOMORROW, period="noon")
    assert await one("SELECT msisdn, kind FROM message") == (AWA, "call_agreed")
    assert "à midi" in await mariam.see("/desk/call-requests")


async def test_an_agent_of_another_place_sees_neither_row_nor_call(sign_in: SignIn) -> None:
    await seed.places(("ML030101", "Sikasso"))
    adama = await sign_in("adama", Role.AGENT, Scope.REGION, "ML03")
    assert "Personne n'attend d'appel." in await adama.see("/desk/call-requests")
    assert (await adama.open("/desk/call-requests/of/1")).status_code == 404
    assert "Quelqu'un d'autre a déjà appelé" in await post(adama, "take")
    near = await sign_in("near", Role.AGENT, Scope.COMMUNE, SAFO)
    words = await near.see("/desk/call-requests")
    assert ("76 00 00 01" in words, "76 00 00 02" in words) == (True, False), "who is unknown is called by the country"


@pytest.mark.parametrize("role", [Role.FOCAL, Role.ADMINISTRATOR])
async def test_other_roles_call_nobody_back(sign_in: SignIn, role: Role) -> None:
    assert (await (await sign_in("kadi", role)).open("/desk/call-requests")).status_code == 403


async def test_calls_wished_in_a_grievance_stand_apart_and_never_a_sensitive_one(
    household: int, sign_in: SignIn
) -> None:
    ordinary = await wished(LATE, household)
    sensitive = await wished(replace(CONDUCT, call_safe=True), household)
    mariam = await sign_in("mariam")
    words = await mariam.see("/desk/call-requests", show="wished")
    assert (ordinary in words, sensitive in words) == (True, False)
    assert "Paiement, En retard" in words
    assert ordinary not in await mariam.see("/desk/call-requests")


async def test_who_was_reached_about_a_grievance_wishes_no_call_any_more(household: int, sign_in: SignIn) -> None:
    reference = await wished(LATE, household)
    mariam = await sign_in("mariam")
    await change("UPDATE grievance SET call_again_on = '2026-11-25'")
    words = await mariam.see("/desk/call-requests", show="wished")
    assert (reference in words, "à rappeler le 25/11/2026" in words) == (True, True)
    await change(
        "INSERT INTO grievance_event (grievance_id, at, kind, to_state, told) "
        "SELECT id, received_at, 'called', state, true FROM grievance"
    )
    assert "Aucune plainte ouverte ne demande d'appel." in await mariam.see("/desk/call-requests", show="wished")


async def test_two_requests_of_one_phone_are_one_call(sign_in: SignIn) -> None:
    mariam, adama = await sign_in("mariam"), await sign_in("adama")
    await ask_call("3", AWA, Language("bm"), None, NOW - timedelta(hours=1))
    words = await mariam.see("/desk/call-requests")
    assert "2 personnes" in words
    assert words.count("76 00 00 01") == 1
    assert "2 demandes" in words
    assert "1 autre demande" in await mariam.see("/desk/call-requests/of/3")
    await post(mariam, "take")
    path = "/desk/call-requests/of/3/take"
    assert "Mariam" in seen(await adama.submit(path, page="/desk/call-requests", follow=True)), "it is the same phone"
    await post(mariam, "unanswered", again=TOMORROW)
    assert await scalar("SELECT count(*) FROM callback_try WHERE NOT reached") == 2
    await post(mariam, "take")
    await post(mariam, "reached")
    assert "76 00 00 01" not in await mariam.see("/desk/call-requests")
    assert (await mariam.see("/desk/call-requests?show=done")).count("76 00 00 01") == 2
