"""Many complaints at once: one text for forty, each with its own sum; who cannot is named, and nothing is twice."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from core.grievances.models import PreparedAnswer
from core.grievances.subjects import Category
from core.numbers.identifiers import household_no
from core.payments.states import PaymentState
from core.platform.database import writing
from core.staff.agents import Role, Scope
from core.text.languages import Language
from tests.core import seed
from tests.core.seed import SAFO, TODAY
from tests.desk.browser import Browser, seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, LATE, do, filed, grievances
from tests.desk.grievances.clicks import Clicks
from tests.desk.trail import trail
from tests.support.database import query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")

FRENCH, BAMBARA = Language("fr"), Language("bm")
SHOWN: Final = re.compile(r'name="shown" value="([^"]+)"')
TEXTS: Final = {"fr": "Retard du tour. {nom}, {somme} seront payés.", "bm": "Wari ma di fɔlɔ. {somme}."}


async def prepare(texts: dict[str, str], category: Category = Category.PAYMENT) -> str:
    """A prepared answer; its number."""
    async with writing() as session:
        prepared = PreparedAnswer(category=category, title="Tour en retard", texts=texts)
        session.add(prepared)
        await session.flush()
        return str(prepared.id)


async def late_round(count: int) -> None:
    """Households of Safo that wait for the same round, each for a sum of its own, and complained of it."""
    for index in range(count):
        household = await seed.household(household_no(2_000_000 + index), head_name=f"Awa {chr(97 + index % 26)}")
        await seed.payment(household, PaymentState.PLANNED, due=TODAY - timedelta(days=9), amount=30_000 + index * 1000)
        language = BAMBARA if index % 2 else FRENCH
        await filed(
            f"{index}", replace(LATE, msisdn=f"+223760001{index:02}", household_id=household, language=language)
        )


async def test_forty_get_one_answer_each_with_their_own_name_and_sum_in_six_clicks(sign_in: SignIn) -> None:
    await late_round(40)
    prepared = await prepare(TEXTS)
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    clicks = Clicks(mariam, await mariam.open("/desk/queue"))
    await clicks.choose("/desk/grievances", category="payment", state="open")
    page = await clicks.press("/desk/together/answer", every="1")
    clicks.count += 1  # the box that ticks them all
    assert "40 plaintes choisies" in page
    ids = re.findall(r'name="case" value="(\d+)"', clicks.page.text)
    page = await clicks.press("/desk/together/answer", case=ids, decision="resolved", prepared=prepared)
    assert "40 SMS partiront" in page
    assert "Retard du tour. Awa a, 30 000 F CFA seront payés." in page, "as a phone shows it"
    assert "Wari ma di folo" in page.replace("ò", "o")
    assert await scalar("SELECT count(*) FROM message WHERE kind = 'decided'") == 0, "nothing went yet"
    sure: dict[str, str | list[str]] = {
        "shown": SHOWN.findall(clicks.page.text),
        "sure": "1",
        "prepared": prepared,
        "decision": "resolved",
    }
    preview = clicks.page
    page = await clicks.press("/desk/together/answer", **sure)
    assert "Réponse donnée : 40 plaintes" in page
    assert clicks.count <= 6
    sums = await query("SELECT filling ->> 'text' AS text FROM message WHERE kind = 'decided' ORDER BY id")
    assert len({row.text for row in sums}) == 40, "each their own"
    assert {each.state for each in await grievances()} == {"resolved"}

    clicks.page = preview
    page = await clicks.press("/desk/together/answer", **sure)
    assert "Réponse donnée : 40 plaintes" in page, "a second click says the same"
    assert await scalar("SELECT count(*) FROM message WHERE kind = 'decided'") == 40, "and sends nothing more"
    assert await scalar("SELECT used FROM prepared_answer") == 40
    acts = [each.act for each in await trail() if each.act == "grievance decided"]
    assert len(acts) == 40, "each is on record by itself"


async def ids_of(references: Sequence[str]) -> list[str]:
    """The rows of complaints."""
    rows = await query("SELECT id FROM grievance WHERE reference = ANY (%(references)s)", references=list(references))
    return [str(row.id) for row in rows]


async def test_those_that_cannot_are_named_with_the_reason_and_hold_up_no_other(sign_in: SignIn) -> None:
    prepared = await prepare({"fr": "Retard du tour.", "bm": "Wari ma di fɔlɔ."})
    own, others, decided = [await filed(key) for key in "abc"]
    far = await filed("d", commune=DIAGO)
    secret = await filed("e", CONDUCT)
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    oumar = await sign_in("oumar")
    await do(oumar, others, "take")
    await do(oumar, decided, "take")
    await do(oumar, decided, "decide", decision="resolved", words="Fait.")
    ids = await ids_of([own, others, decided, far, secret])
    clicks = Clicks(mariam, await mariam.open("/desk/grievances"))
    page = await clicks.press("/desk/together/answer", case=ids, prepared=prepared)
    assert f"{others} : Cette plainte est avec Oumar" in page
    assert f"{decided} : Ce n'est pas possible" in page
    assert "2 plaintes que vous ne voyez pas" in page, "neither far ones nor those behind the wall have a number here"
    assert (far in page, secret in page) == (False, False)
    shown = SHOWN.findall(clicks.page.text)
    assert len(shown) == 1
    await do(oumar, own, "take")
    page = await clicks.press("/desk/together/answer", shown=shown, sure="1", prepared=prepared, decision="resolved")
    assert f"{own} : Rien n'a été fait : la plainte a changé" in page
    assert await scalar("SELECT state FROM grievance WHERE reference = %(own)s", own=own) == "assigned"
    forged = [f"{each}.1.1" for each in await ids_of([far, secret])]
    page = await clicks.press("/desk/together/answer", shown=forged, sure="1", prepared=prepared, decision="resolved")
    assert "Réponse donnée : 0 plainte" in page


async def test_a_text_that_names_what_is_not_known_of_somebody_is_not_given_to_them(sign_in: SignIn) -> None:
    prepared = await prepare(TEXTS)
    household = await seed.household()
    await seed.payment(household, PaymentState.PLANNED, due=TODAY - timedelta(days=9))
    rich, bare = await filed("a", replace(LATE, household_id=household)), await filed("b", replace(LATE, key="b"))
    mariam = await sign_in("mariam")
    clicks = Clicks(mariam, await mariam.open("/desk/grievances"))
    page = await clicks.press("/desk/together/answer", case=await ids_of([rich, bare]), prepared=prepared)
    assert f"{bare} : « {{nom}} » n'est pas connu pour cette personne" in page
    assert len(SHOWN.findall(clicks.page.text)) == 1
    await do(mariam, bare, "take")
    refused = await do(mariam, bare, "decide", decision="resolved", words="{somme} lundi.")
    assert (refused.status_code, "n'est pas connu" in seen(refused)) == (422, True), "nor by itself"


async def test_many_are_given_to_somebody_and_closed_by_those_who_may(sign_in: SignIn) -> None:
    first, second = await filed("a"), await filed("b")
    awa, mariam = await sign_in("awa", Role.SUPERVISOR), await sign_in("mariam")
    ids = await ids_of([first, second])
    clicks = Clicks(awa, await awa.open("/desk/grievances"))
    await clicks.press("/desk/together/assign", case=ids)
    agent = str(mariam.actor.id)
    page = await clicks.press("/desk/together/assign", shown=SHOWN.findall(clicks.page.text), sure="1", agent=agent)
    assert "Donné : 2 plaintes" in page
    assert {each.assigned_to for each in await grievances()} == {mariam.actor.id}
    own = Clicks(mariam, await mariam.open("/desk/grievances"))
    refused = await own.press("/desk/together/assign", case=ids)
    assert "Laissées de côté" in refused, "an agent gives nothing to nobody"
    for reference in (first, second):
        await do(mariam, reference, "decide", decision="resolved", words="Fait.")
    await own.press("/desk/together/close", case=ids)
    page = await own.press("/desk/together/close", shown=SHOWN.findall(own.page.text), sure="1")
    assert "Clos : 2 plaintes" in page
    nothing = await own.press("/desk/together/close")
    assert "Cochez d'abord des plaintes" in nothing


@pytest.mark.parametrize(("role", "status"), [(Role.AGENT, 200), (Role.SUPERVISOR, 200), (Role.FOCAL, 403)])
async def test_those_that_were_chosen_leave_in_a_file_without_a_name(sign_in: SignIn, role: Role, status: int) -> None:
    reference = await filed("a")
    browser: Browser = await sign_in("somebody", role)
    token = await browser.token("/desk/account")
    ids = await ids_of([reference])
    answer = await browser.http.post("/desk/together/export", data={"csrftoken": token, "case": ids})
    assert answer.status_code == status
    assert len([each for each in await trail() if each.act == "grievances exported"]) == (status == 200)
