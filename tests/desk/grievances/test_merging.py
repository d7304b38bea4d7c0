"""Two complaints of the same thing: one follows the other, both get one answer, and the person hears it once."""

from dataclasses import replace
from typing import Any

import pytest

from core.grievances import by_person
from core.grievances.following import Viewer, by_reference
from core.staff.agents import Role, Scope
from tests.core import seed
from tests.core.grievances.handling import AWA
from tests.core.seed import NOW, SAFO
from tests.desk.addresses import case_page
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, LATE, do, filed
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")


async def row_of(reference: str) -> str:
    """The row of a complaint, as a form names it."""
    return (await case_page(reference)).rpartition("/")[2]


async def stands(reference: str) -> tuple[Any, ...]:
    """State and answer of a complaint."""
    rows = await query("SELECT state, answer FROM grievance WHERE reference = %(of)s", of=reference)
    return tuple(rows[0])


async def test_what_follows_is_answered_with_the_other_and_the_person_is_told_once(sign_in: SignIn) -> None:
    first, again = await filed("a"), await filed("b")
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    page = await mariam.see(await case_page(first))
    assert "peut-être la même : même téléphone, même sujet, le même jour Joindre à celle-ci" in page
    assert "Les deux plaintes sont jointes" in seen(await do(mariam, first, "merge", other=await row_of(again)))
    assert again not in await mariam.see("/desk/queue", view="free"), "nobody takes it by itself"
    follower = await mariam.see(await case_page(again))
    assert f"Cette plainte suit la plainte {first}" in follower
    refused = await do(mariam, again, "take")
    assert (refused.status_code, "tout se fait dans celle-là" in seen(refused)) == (409, True)

    assert await by_person.add_words(again, Viewer(AWA), "Toujours rien", NOW)
    assert "Toujours rien" in await mariam.see(await case_page(first)), "what is added to it is read with the other"
    await do(mariam, first, "decide", decision="resolved", words="Payé lundi.")
    assert await stands(first) == await stands(again) == ("resolved", "Payé lundi.")
    assert await scalar("SELECT count(*) FROM message WHERE kind = 'decided'") == 1
    view = await by_reference(again, Viewer(AWA))
    assert getattr(view, "answer", None) == "Payé lundi.", "the line says so of either number"
    asked = [await by_reference(each, Viewer(AWA)) for each in (first, again)]
    assert [getattr(each, "asks_solved", None) for each in asked] == [True, False], "and asks once if it is solved"
    await do(mariam, first, "amend", decision="resolved", words="Correction : payé mardi.")
    assert await stands(again) == ("resolved", "Correction : payé mardi.")
    await do(mariam, first, "close")
    assert await stands(again) == ("closed", "Correction : payé mardi.")
    acts = [each.act for each in await trail(about=f"grievance {first}")]
    assert acts.count("grievance merged") == 1
    awa = await sign_in("awa", Role.SUPERVISOR)
    assert f"jointe à la plainte : {again}" in await awa.see("/desk/audit-entry/list"), (
        "its number, not that of its row"
    )


async def test_another_phone_of_the_household_is_told_on_its_own(sign_in: SignIn) -> None:
    household = await seed.household(phones=(AWA, "+22376000002"))
    first = await filed("a", replace(LATE, household_id=household))
    again = await filed("b", replace(LATE, household_id=household, msisdn="+22376000002"))
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    await do(mariam, first, "merge", other=await row_of(again))
    await do(mariam, first, "decide", decision="rejected", words="Pas de retard.")
    told = await query("SELECT msisdn, filling ->> 'ref' AS of FROM message WHERE kind = 'decided' ORDER BY msisdn")
    assert [tuple(row) for row in told] == [(AWA, first), ("+22376000002", again)]
    asked = [await by_reference(each, Viewer("+22376000002", household)) for each in (first, again)]
    assert [getattr(each, "asks_solved", None) for each in asked] == [True, True], "each person is asked of their own"


async def test_they_are_parted_again_within_a_day(sign_in: SignIn, watch: Watch) -> None:
    first, again = await filed("a"), await filed("b")
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    await do(mariam, first, "merge", other=await row_of(again))
    assert "La plainte est de nouveau seule" in seen(await do(mariam, again, "part"))
    assert again in await mariam.see("/desk/queue", view="free")
    await do(mariam, first, "merge", other=await row_of(again))
    watch.turn(hours=25)
    mariam = await sign_in("oumar")
    refused = await do(mariam, again, "part")
    assert (refused.status_code, "se séparent pendant un jour" in seen(refused)) == (409, True)


async def test_what_is_withdrawn_leaves_the_other_to_be_answered(sign_in: SignIn) -> None:
    first, again = await filed("a"), await filed("b")
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    await do(mariam, first, "merge", other=await row_of(again))
    assert await by_person.withdraw(first, Viewer(AWA), NOW)
    assert again in await mariam.see("/desk/queue", view="free"), "what follows a concluded one is anybody's again"


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.FOCAL])
async def test_sensitive_ones_are_merged_with_nothing_and_are_not_there_for_others(sign_in: SignIn, role: Role) -> None:
    ordinary, secret = await filed("a"), await filed("b", replace(CONDUCT, msisdn=AWA))
    secret_too = await filed("c", replace(CONDUCT, msisdn=AWA))
    who = await sign_in("somebody", role)
    own = secret_too if role is Role.FOCAL else ordinary
    await do(who, own, "take")
    refused = await do(who, own, "merge", other=await row_of(secret))
    assert refused.status_code == (409 if role is Role.FOCAL else 404)
    if role is not Role.FOCAL:
        assert secret not in await who.see(await case_page(own))
    assert await scalar("SELECT count(*) FROM grievance WHERE lead_id IS NOT NULL") == 0


async def test_one_that_was_merged_and_is_entrusted_follows_nothing_any_more(sign_in: SignIn) -> None:
    first, again = await filed("a"), await filed("b")
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    await do(mariam, first, "merge", other=await row_of(again))
    safe = {"call_safe": "no", "sms_safe": "no", "subject": "bribe"}
    await do(mariam, again, "entrust", words="Le chef a pris l'argent", **safe)
    assert await scalar("SELECT count(*) FROM grievance WHERE lead_id IS NOT NULL") == 0
    await do(mariam, first, "decide", decision="resolved", words="Payé lundi.")
    assert (await stands(again))[0] == "received", "it is answered behind the wall"


@pytest.mark.parametrize("subject", ["bribe", "violence"])
@pytest.mark.parametrize("leads", [True, False], ids=["the lead", "the follower"])
@pytest.mark.parametrize("parted", [True, False], ids=["parted", "joined"])
async def test_one_that_is_entrusted_is_not_named_by_what_it_was_joined_to(
    sign_in: SignIn, subject: str, leads: bool, parted: bool
) -> None:
    first, again = await filed("a"), await filed("b")
    mariam = await sign_in("mariam")
    await do(mariam, first, "take")
    await do(mariam, first, "merge", other=await row_of(again))
    if parted:
        await do(mariam, again, "part")
    entrusted, other = (first, again) if leads else (again, first)
    safe = {"call_safe": "no", "sms_safe": "no", "subject": subject}
    await do(mariam, entrusted, "entrust", words="Le chef a pris l'argent", **safe)
    page = await mariam.see(await case_page(other))
    assert entrusted not in page
    assert "une autre plainte" in page.lower()


async def test_of_others_places_and_people_nothing_is_merged(sign_in: SignIn) -> None:
    first, far = await filed("a"), await filed("b", commune=DIAGO)
    stranger = await filed("c", replace(LATE, msisdn="+22376000009"))
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    await do(mariam, first, "take")
    assert (await do(mariam, first, "merge", other=await row_of(far))).status_code == 404
    refused = await do(mariam, first, "merge", other=await row_of(stranger))
    assert (refused.status_code, "ne se joignent pas" in seen(refused)) == (409, True)
    again, oumar = await filed("d"), await sign_in("oumar")
    await do(oumar, again, "take")
    refused = await do(mariam, first, "merge", other=await row_of(again))
    assert (refused.status_code, "Cette plainte est avec Oumar" in seen(refused)) == (409, True)
