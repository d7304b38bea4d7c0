"""Campaigns at the desk: approved by others, started, stopped, settled, each act for one's own places and on record."""

import re
from datetime import timedelta

import httpx
import pytest
import respx
from sqlalchemy import text

from core.numbers.msisdn import local
from core.platform.database import writing
from core.platform.settings import Settings
from core.staff.agents import Role, Scope, actor_of
from sms.campaigns import planning, planning_task, steps
from sms.campaigns.audience import Audience
from sms.campaigns.scope import OutOfScope
from sms.outbox import balances, rate_limit
from sms.outbox.gateway import Balance, Policy
from sms.outbox.routes import pace_of
from tests.core import seed
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import (
    AWA,
    CHEICK,
    SETTINGS,
    Watch,
    counted,
    drafted,
    family,
    living,
    round_id,
    sender,
    state_of,
)
from tests.sms.scripted_gateway import ScriptedGateway
from tests.support.database import change, query

pytestmark = pytest.mark.usefixtures("safo")

MOPTI = "ML050101"


async def announced(planner: str = "awa", place: str | None = SAFO, settings: Settings = SETTINGS) -> int:
    """An announcement of the round that somebody planned."""
    subject = Audience(round_id=await round_id(), place=place)
    campaign = await drafted(audience=subject, planner=planner)
    await planning.plan(campaign, settings, NOW)
    return campaign


async def act(browser: Browser, campaign: int, name: str, **fields: str) -> str:
    """Do something on the page of a campaign, as its form does; what is read then."""
    page = f"/desk/campaigns/{campaign}"
    shown = (await browser.open(page)).text
    field = re.search(r'name="seen" value="(\d+)"', shown)
    version = {"seen": field[1]} if field else {}
    return seen(await browser.submit(f"{page}/{name}", page=page, follow=True, **{**version, **fields}))


async def audited() -> list[tuple[str, str | None]]:
    """The acts in the trail, and the campaign or round of each."""
    return [(entry.act, entry.about) for entry in await trail("campaign%")]


async def test_a_plan_is_shown_with_its_texts_and_who_is_left_out(two_households: None, sign_in: SignIn) -> None:
    await family()
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Destinataires 2" in page
    assert "pas de téléphone 1" in page
    assert "aucun prix n'est réglé" in page
    assert "30 000 F CFA" in page
    assert "planifiée, à approuver" in await binta.see("/desk/campaigns")


async def test_it_goes_from_plan_to_cancelled_and_each_act_is_on_record(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    await living("first", NOW)
    binta = await sign_in("binta", Role.SUPERVISOR)
    assert "La campagne est approuvée" in await act(binta, campaign, "approve")
    assert "Elle part." in await act(binta, campaign, "start", when="now")
    assert await state_of(campaign) == "running"
    assert "En pause" in await act(binta, campaign, "pause", why="Erreur de lieu")
    assert "En pause par Binta depuis le" in await binta.see(f"/desk/campaigns/{campaign}")
    assert ": Erreur de lieu. Un superviseur la reprend quand il veut." in await binta.see(
        f"/desk/campaigns/{campaign}"
    )
    assert "Elle continue" in await act(binta, campaign, "resume")
    assert "Écrivez pourquoi" in await act(binta, campaign, "cancel", why=" ")
    assert "Annulée." in await act(binta, campaign, "cancel", why="Tour repoussé")
    assert await state_of(campaign) == "cancelled"
    about = f"campaign {campaign}"
    acts = ["approved", "started", "paused", "resumed", "cancelled"]
    assert await audited() == [(f"campaign {name}", about) for name in acts]
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Binta : en pause (Erreur de lieu)" in page
    assert "Binta : annulée (Tour repoussé)" in page


async def test_the_page_says_why_nothing_moves_and_what_is_asked_of_whom(two_households: None, sign_in: SignIn) -> None:
    """That it goes is said only where it does, by the page and by its script."""
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    page = f"/desk/campaigns/{campaign}"
    assert "le plan attend une approbation. Un superviseur qui n'a pas planifié approuve." in await binta.see(page)
    await act(binta, campaign, "approve")
    started = await act(binta, campaign, "start", when="now")
    assert "Elle part." not in started
    assert "C'est noté. Rien ne part : aucun processus d'envoi ne tourne." in started
    await living("first", NOW)
    assert (await binta.open(f"{page}/progress")).json()["figures"]["motion"] == "Des SMS partent."
    await steps.stop_for_gateway(campaign, "no_balance", NOW)
    stopped = await binta.see(page)
    assert "En pause d'elle-même" in stopped
    assert "il n'y a plus de crédit chez la passerelle SMS. L'administrateur recharge le compte" in stopped


async def test_the_page_shows_the_ways_ahead_the_budget_and_the_true_cost(
    two_households: None, sign_in: SignIn, watch: Watch
) -> None:
    """Before the start each way; after it what was billed, and what is estimated where no bill stands beside."""
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Avant l'envoi" in page
    assert "Orange africastalking 2 oui pas encore su JIGISEME : pas encore essayé –" in page
    await act(binta, campaign, "approve")
    await act(binta, campaign, "start", when="now")
    watch.turn(seconds=1)
    await sender(ScriptedGateway(), watch).drain()
    await change("UPDATE message SET cost = 35.2, currency = 'XOF' WHERE msisdn = %(phone)s", phone=AWA)
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Avant l'envoi" not in page
    assert "Coût : 70 F CFA (35 facturés par la passerelle pour 1 SMS, 35 estimés pour 1 SMS sans facture)." in page
    await change("UPDATE message SET currency = 'KES' WHERE currency = 'XOF'")
    assert "Coût : 35,20 KES (aucun taux n'est réglé)" in await binta.see(f"/desk/campaigns/{campaign}"), (
        "never 0 F CFA"
    )
    await change("UPDATE message SET cost = NULL, currency = NULL")
    assert "Coût : inconnu ; il manque le prix de 2 SMS." in await binta.see(f"/desk/campaigns/{campaign}/unreached")


async def test_who_planned_does_not_approve(two_households: None, sign_in: SignIn) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    campaign = await announced()
    assert "une autre personne doit approuver" in await awa.see(f"/desk/campaigns/{campaign}")
    assert "Une autre personne doit approuver" in await act(awa, campaign, "approve")
    assert await state_of(campaign) == "planned"
    assert await audited() == []


async def test_a_great_one_is_approved_by_two(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced(settings=SETTINGS.model_copy(update={"sms_cap_parts": 1}))
    binta, cheick = [await sign_in(login, Role.SUPERVISOR) for login in ("binta", "cheick")]
    assert "Il en faut une seconde" in await act(binta, campaign, "approve")
    assert "ni qui a déjà approuvé" in await act(binta, campaign, "approve")
    assert "La campagne est approuvée" in await act(cheick, campaign, "approve")


async def test_a_plan_that_was_made_anew_is_looked_at_before_it_is_approved(
    two_households: None, sign_in: SignIn
) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    old = str(await steps.last_change(campaign))
    await family(CHEICK)
    await planning.plan(campaign, SETTINGS, NOW)
    assert "quelqu'un d'autre a refait ou approuvé ce plan" in await act(binta, campaign, "approve", seen=old)
    assert await state_of(campaign) == "planned"
    assert "La campagne est approuvée" in await act(binta, campaign, "approve")


async def test_starting_what_somebody_cancelled_says_who_did(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    binta, cheick = [await sign_in(login, Role.SUPERVISOR) for login in ("binta", "cheick")]
    await act(binta, campaign, "approve")
    await steps.cancel(campaign, "Tour repoussé", cheick.actor, NOW)
    page = await act(binta, campaign, "start", when="now")
    assert "la campagne est annulée (par Cheick, le" in page
    assert await state_of(campaign) == "cancelled"


async def test_the_gateway_is_asked_at_the_start_and_what_it_says_is_shown(
    two_households: None, sign_in: SignIn, gateway: respx.Route
) -> None:
    """Nothing starts that could not leave; a start of tomorrow only says what the gateway says today."""
    campaign = await announced()
    await living("first", NOW)
    binta = await sign_in("binta", Role.SUPERVISOR)
    await act(binta, campaign, "approve")
    gateway.respond(401)
    refused = "rien ne pourrait partir vers les numéros Orange : africastalking refuse notre compte"
    assert refused in await act(binta, campaign, "start", when="now")
    gateway.side_effect = httpx.ConnectError("nobody listens")
    assert "africastalking n'est pas joignable" in await act(binta, campaign, "start", when="now")
    assert await state_of(campaign) == "approved"
    later = {"when": "later", "day": str(TODAY + timedelta(days=1)), "hour": "09:30"}
    assert "Africastalking n'est pas joignable." in await act(binta, campaign, "start", **later)
    assert await state_of(campaign) == "scheduled"
    gateway.side_effect = None
    gateway.respond(json={"UserData": {"balance": "XOF 90000.00"}})
    assert "Elle part. Africastalking répond (XOF 90000.00)." in await act(binta, campaign, "start", when="now")
    assert await query("SELECT balance FROM sms_pace WHERE balance IS NOT NULL") == [("XOF 90000.00",)]


async def test_it_does_not_start_where_the_gateway_has_too_little_left(two_households: None, sign_in: SignIn) -> None:
    """The page says what is left, until when and by which way it went; once there is more, it starts."""
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    await act(binta, campaign, "approve")
    soon = NOW + timedelta(days=3)
    await balances.keep("africastalking", Balance("1 SMS", 1, soon), NOW)
    await rate_limit.hold(soon, "no_balance", NOW, pace_of("africastalking"))
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "La passerelle africastalking n'a plus que 1 SMS" in page
    assert "il n'y a plus de crédit chez la passerelle SMS" in page
    assert "Il reste 1 SMS chez la passerelle africastalking" in await act(binta, campaign, "start", when="now")
    assert await state_of(campaign) == "approved"
    await balances.keep("africastalking", Balance("500 SMS", 500, soon), NOW)
    await rate_limit.go_on()
    await act(binta, campaign, "start", when="now")
    await sender(ScriptedGateway(), Watch()).drain()
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Orange africastalking 2" in page


async def test_it_is_set_for_a_day_and_hour_to_come(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    await act(binta, campaign, "approve")
    assert "Ce moment est passé" in await act(
        binta, campaign, "start", when="later", day=str(TODAY - timedelta(days=1)), hour="09:00"
    )
    assert "Écrivez le jour et l'heure" in await act(binta, campaign, "start", when="later", day="", hour="")
    tomorrow = TODAY + timedelta(days=1)
    page = await act(binta, campaign, "start", when="later", day=str(tomorrow), hour="09:30")
    assert f"Elle partira le {tomorrow:%d/%m/%Y} à 09:30." in page
    assert await state_of(campaign) == "scheduled"


async def test_how_far_it_is_is_told_in_figures(two_households: None, sign_in: SignIn, watch: Watch) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    await act(binta, campaign, "approve")
    await act(binta, campaign, "start", when="now")
    watch.turn(seconds=1)
    await sender(ScriptedGateway({AWA: Policy.FINAL}), watch).drain()
    answer = await binta.open(f"/desk/campaigns/{campaign}/progress")
    progress = answer.json()
    assert progress["figures"]["to_send"] == "2"
    assert progress["figures"]["accepted"] == "1"
    assert progress["figures"]["failed"] == "1"
    assert progress["percent"] == 100
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "1 pris par l'opérateur" in page
    assert "1 échoués" in page


UNCERTAIN = (
    text("UPDATE message SET state = 'uncertain', was_uncertain = true WHERE campaign_id = :id"),
    text(
        "UPDATE sms_batch SET state = 'done', uncertain = true, left_at = :now, answered_at = :now "
        "WHERE campaign_id = :id"
    ),
)


async def test_uncertain_ones_are_left_or_sent_again(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    await act(binta, campaign, "approve")
    await act(binta, campaign, "start", when="now")
    async with writing() as session:
        for statement in UNCERTAIN:
            await session.execute(statement, {"id": campaign, "now": NOW})
    assert "2 SMS incertains" in await binta.see(f"/desk/campaigns/{campaign}")
    assert "Choisissez" in await act(binta, campaign, "settle", choice="?")
    assert "2 renvoyés." in await act(binta, campaign, "settle", choice="again")
    assert (await counted(campaign))["planned"] == 2


async def test_a_test_goes_to_named_phones_only(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    assert "n'est pas un numéro" in await act(binta, campaign, "test", phones="12")
    assert "5 téléphones au plus" in await act(binta, campaign, "test", phones=",".join([local(CHEICK)] * 6))
    assert "1 SMS d'essai" in await act(binta, campaign, "test", phones=local(CHEICK))
    rows = await query("SELECT msisdn FROM message WHERE campaign_id IS NULL")
    assert [row.msisdn for row in rows] == [CHEICK]


async def test_an_agent_is_refused_in_words(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    mariam = await sign_in("mariam")
    for path in ("", "/new", "/rules", f"/{campaign}", f"/{campaign}/progress", f"/{campaign}/unreached"):
        answer = await mariam.open(f"/desk/campaigns{path}")
        assert answer.status_code == 403, path
        assert "pas pour votre rôle" in seen(answer)
    answer = await mariam.submit(f"/desk/campaigns/{campaign}/cancel", page="/desk/account", why="non")
    assert answer.status_code == 403
    assert await state_of(campaign) == "planned"


class TestScope:
    """Who works for a region runs the campaigns that stay within it, and looks at those that touch it."""

    @pytest.fixture(autouse=True)
    async def mopti(self, two_households: None) -> None:
        await seed.places((MOPTI, "Mopti"))

    async def test_one_sees_those_that_touch_ones_places_and_runs_those_within(self, sign_in: SignIn) -> None:
        own, whole, safo_too = await announced(place="ML0202"), await announced(place=None), await announced()
        koulikoro = await sign_in("binta", Role.SUPERVISOR, Scope.CERCLE, "ML0202")
        listed = (await koulikoro.open("/desk/campaigns")).text
        assert all(f'/desk/campaigns/{number}"' in listed for number in (own, whole, safo_too))
        page = await koulikoro.open(f"/desk/campaigns/{whole}")
        assert "Chez vous 2 à envoyer" in seen(page), "its messages there, by state"
        assert "/desk/campaigns/" not in page.text.split("<main")[1], "nothing there that would be refused"
        for path in ("/progress", "/unreached", "/unreached/print", "/unreached/csv"):
            assert (await koulikoro.open(f"/desk/campaigns/{whole}{path}")).status_code == 404

    async def test_one_of_other_places_alone_is_not_there(self, sign_in: SignIn) -> None:
        campaign = await announced()
        mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
        assert f'/desk/campaigns/{campaign}"' not in (await mopti.open("/desk/campaigns")).text
        assert (await mopti.open(f"/desk/campaigns/{campaign}")).status_code == 404
        whole = await announced(place=None)
        assert "Elle n'y prévient personne" in await mopti.see(f"/desk/campaigns/{whole}")

    @pytest.mark.parametrize("name", ["approve", "start", "cancel", "plan", "test", "settle", "pause", "resume"])
    async def test_no_act_reaches_another_place(self, sign_in: SignIn, name: str) -> None:
        campaign = await announced()
        mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
        fields = {"why": "non", "phones": local(CHEICK), "choice": "leave", "when": "now", "seen": "1"}
        answer: httpx.Response = await mopti.submit(
            f"/desk/campaigns/{campaign}/{name}", page="/desk/account", follow=True, **fields
        )
        assert answer.status_code == 404
        assert "pas de votre ressort" in seen(answer)
        assert await state_of(campaign) == "planned"
        assert await audited() == []

    async def test_the_act_itself_refuses_it_whoever_calls_it(self, sign_in: SignIn) -> None:
        campaign = await announced()
        await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
        binta = await actor_of("binta")
        for doing in (
            steps.approve(campaign, binta, NOW),
            steps.cancel(campaign, "non", binta, NOW),
            planning.plan(campaign, SETTINGS, NOW, actor=binta),
            steps.settle(None, binta, NOW, again=False),
        ):
            with pytest.raises(OutOfScope):
                await doing

    async def test_rules_are_of_the_whole_country(self, sign_in: SignIn) -> None:
        mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
        fields = {"round": str(await round_id()), "kind": "reminder3", "on": "no"}
        page = seen(await mopti.submit("/desk/campaigns/rules", page="/desk/campaigns", follow=True, **fields))
        assert "pas de votre ressort" in page
        assert await query("SELECT FROM campaign_rule_off") == []


async def test_rules_of_a_round_are_switched_off_and_on(two_households: None, sign_in: SignIn) -> None:
    binta = await sign_in("binta", Role.SUPERVISOR)
    fields = {"round": str(await round_id()), "kind": "reminder3"}
    page = "/desk/campaigns/rules"
    assert "ne part plus sans vous" in seen(await binta.submit(page, follow=True, on="no", **fields))
    assert "Rappel trois jours avant arrêté" in await binta.see(page)
    assert "part de nouveau" in seen(await binta.submit(page, follow=True, on="yes", **fields))
    assert await query("SELECT FROM campaign_rule_off") == []
    assert await audited() == [("campaign rule switched", f"round {fields['round']}")] * 2


async def test_rules_of_the_round_that_comes_stand_first_and_old_ones_are_folded(
    two_households: None, sign_in: SignIn
) -> None:
    await family(CHEICK, due=TODAY - timedelta(days=90), round_name="T2 2026")
    page = (await (await sign_in("binta", Role.SUPERVISOR)).open("/desk/campaigns/rules")).text
    coming, old = page.split("<details")
    assert "T4 2026" in coming
    assert "T2 2026" not in coming
    assert "Tours passés (1)" in old


async def test_a_plan_is_made_anew_by_who_asks(two_households: None, sign_in: SignIn) -> None:
    campaign = await announced()
    binta = await sign_in("binta", Role.SUPERVISOR)
    await family(CHEICK)
    assert "Le plan est refait." in await act(binta, campaign, "plan")
    page = await binta.see(f"/desk/campaigns/{campaign}")
    assert "Destinataires 3" in page
    assert "Vous avez planifié : une autre personne doit approuver." in page
    await planning_task.ended()
