"""A case: what is shown of it, what is done with it and by whom, and what is refused in words."""

import html
from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.call_requests.requests import ask_call
from core.grievances import by_person, prepared_answers
from core.grievances.filing import file
from core.grievances.following import Viewer
from core.grievances.subjects import Category
from core.payments.states import PaymentState
from core.staff.agents import Role, Scope
from core.text.languages import Language
from tests.core import seed
from tests.core.grievances.handling import AWA
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.addresses import case_page
from tests.desk.browser import seen, token_in
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import LATE, do, filed, shown
from tests.desk.trail import trail
from tests.sms.campaign_world import Watch
from tests.support.database import change, one, query, scalar

pytestmark = pytest.mark.usefixtures("two_communes")


async def test_a_case_shows_what_was_said_and_what_the_household_hears(sign_in: SignIn) -> None:
    household = await seed.household(components=("TM",), phones=("+22376000001",))
    await seed.payment(household, PaymentState.PLANNED, due=TODAY + timedelta(days=9))
    reference = await filed("a", replace(LATE, household_id=household))
    other = await filed("b", replace(LATE, household_id=household))
    await change("INSERT INTO holiday VALUES (%(day)s, 'Fête')", day=TODAY)
    mariam = await sign_in("mariam")
    page = await mariam.see(await case_page(reference))
    for words in (
        "Rien depuis trois mois", "Awa Traoré", "Votre ménage est dans le programme", "30 000 F CFA", "Mairie de Safo",
        "Plainte reçue", "SMS à envoyer", other, "peut-être la même", "(Fête)", "Téléphone (USSD)",
    ):  # fmt: skip
        assert words in page


async def test_a_forgotten_household_goes_to_the_desk_of_its_commune_with_village_and_name(sign_in: SignIn) -> None:
    caller = await seed.household(phones=("+22376000001",))
    forgotten = replace(
        LATE, category="exclusion", subcategory="left_out", words=None, household_id=caller, commune_pcode=DIAGO,
        village="Kola", name="Moussa Coulibaly",
    )  # fmt: skip
    reference = (await file(forgotten, NOW)).reference
    nowhere = (await file(replace(forgotten, key="2", village=None, name=None), NOW)).reference
    here = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    there = await sign_in("oumar", scope=Scope.COMMUNE, scope_code=DIAGO)
    assert (await here.open(await case_page(reference))).status_code == 404
    page = await there.see(await case_page(reference))
    assert "Personne Moussa Coulibaly" in page
    assert "Lieu Kola, Diago" in page
    everywhere = await sign_in("awa", Role.SUPERVISOR)
    assert "Lieu Diago" in await everywhere.see(await case_page(nowhere)), "not the village of who called"


async def test_who_was_enrolled_wrongly_is_not_shown_as_who_complains(sign_in: SignIn) -> None:
    wrongly = replace(
        LATE, category="inclusion", subcategory="wrong_in", words="Il a deux maisons.", commune_pcode=SAFO,
        village="Dabani", about="Seydou Coulibaly", anonymous=True,
    )  # fmt: skip
    reference = (await file(wrongly, NOW)).reference
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    page = await mariam.see(await case_page(reference))
    assert "Inscrit à tort : Seydou Coulibaly Il a deux maisons." in page
    assert "Personne cache son nom" in page
    assert "Lieu Dabani, Safo" in page


async def test_a_script_in_the_words_is_shown_as_words(sign_in: SignIn) -> None:
    reference = await filed("a", replace(LATE, words="<script>alert(1)</script>"))
    mariam = await sign_in("mariam")
    page = await mariam.open(await case_page(reference))
    assert "<script>alert" not in page.text
    assert "<script>alert(1)</script>" in html.unescape(page.text)


async def test_from_taking_to_answering(sign_in: SignIn, watch: Watch) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    assert "L'appel est noté" in seen(
        await do(mariam, reference, "call", reached="no", again_on=(TODAY + timedelta(days=1)).isoformat())
    )
    assert "La demande est notée" in seen(await do(mariam, reference, "ask", words="Quel village ?"))
    assert reference not in (await mariam.see("/desk/queue")), "it waits for the person"
    await ask_call("k", "+22376000001", Language("fr"), None, watch.turn(seconds=1))
    assert "réponse arrivée" in await mariam.see("/desk/queue")
    page = seen(await do(mariam, reference, "decide", decision="resolved", words="Votre argent sera là lundi."))
    assert "La réponse est donnée" in page
    assert "Votre argent sera là lundi." in page
    assert await one("SELECT state, decided_by FROM grievance") == ("resolved", mariam.actor.id)
    sms = await scalar("SELECT filling ->> 'text' FROM message WHERE kind = 'decided'")
    assert sms == "Votre argent sera là lundi."
    acts = [entry.act for entry in await trail(about=f"grievance {reference}")]
    assert acts == ["grievance taken", "grievance called", "grievance information asked", "grievance decided"]
    assert not [entry for entry in await trail() if "lundi" in str(entry.detail)]
    assert "La plainte est close" in seen(await do(mariam, reference, "close"))


async def test_the_second_on_a_case_is_told_what_changed_and_keeps_the_text(sign_in: SignIn) -> None:
    reference = await filed("a")
    awa, mariam = await sign_in("awa", Role.SUPERVISOR), await sign_in("mariam")
    await do(mariam, reference, "take")
    old = await shown(mariam, reference)
    await do(awa, reference, "note", words="Voir la mairie")
    await do(awa, reference, "assign", agent=str(awa.actor.id))
    page = await case_page(reference)
    answer = await mariam.submit(
        f"{page}/decide", page=page, **(old | {"decision": "resolved", "words": "Mon long texte."})
    )
    assert answer.status_code == 409
    words = seen(answer)
    assert "Rien n'a été fait" in words
    assert "Attribuée à — Awa (maintenant : attribuée)" in words
    assert "Mon long texte." in words
    assert await scalar("SELECT state FROM grievance") == "assigned"


async def test_another_s_case_is_not_acted_on_but_a_supervisor_gives_it(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam, oumou, awa = await sign_in("mariam"), await sign_in("oumou"), await sign_in("awa", Role.SUPERVISOR)
    refused = await do(oumou, reference, "decide", decision="resolved", words="Réponse.")
    assert (refused.status_code, "prenez-la d'abord" in seen(refused)) == (409, True)
    await do(mariam, reference, "take")
    refused = await do(oumou, reference, "decide", decision="resolved", words="Réponse.")
    assert (refused.status_code, "Cette plainte est avec Mariam" in seen(refused)) == (409, True)
    assert (await do(oumou, reference, "take")).status_code == 409
    refused = await do(oumou, reference, "assign", agent=str(oumou.actor.id))
    assert (refused.status_code, "pas pour votre rôle" in seen(refused)) == (403, True)
    assert "attribuée" in seen(await do(awa, reference, "assign", agent=str(oumou.actor.id)))
    assert "La réponse est donnée" in seen(await do(oumou, reference, "decide", decision="resolved", words="Réponse."))


async def test_it_is_given_only_to_who_may_see_it(sign_in: SignIn) -> None:
    reference = await filed("a")
    awa = await sign_in("awa", Role.SUPERVISOR)
    far = await sign_in("far", scope=Scope.COMMUNE, scope_code=DIAGO)
    refused = await do(awa, reference, "assign", agent=str(far.actor.id))
    assert (refused.status_code, "Choisissez quelqu'un de la liste" in seen(refused)) == (422, True)
    version = await shown(awa, reference)
    refused = await far.submit(f"{await case_page(reference)}/take", page="/desk/queue", **version)
    assert (refused.status_code, "n'est pas de votre ressort" in seen(refused)) == (404, True)


async def test_up_the_ladder_it_is_for_who_works_there(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam", scope=Scope.COMMUNE, scope_code=SAFO)
    cercle = await sign_in("cercle", scope=Scope.CERCLE, scope_code=SAFO[:6])
    await do(mariam, reference, "take")
    await do(mariam, reference, "escalate", words="Le village ne répond pas")
    await do(cercle, reference, "take")
    assert "La plainte est remontée" in seen(await do(cercle, reference, "escalate", words="La commune non plus"))
    assert "À prendre 0" in await mariam.see("/desk/queue")
    refused = await do(mariam, reference, "take")
    assert refused.status_code == 403
    page = await cercle.see("/desk/queue")
    assert (reference in page, "remontée" in page) == (True, True)


async def test_an_appeal_is_decided_by_another(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam, oumou = await sign_in("mariam"), await sign_in("oumou")
    await do(mariam, reference, "take")
    await do(mariam, reference, "decide", decision="rejected", words="Pas sur la liste.")
    assert await scalar("SELECT state FROM grievance") == "rejected"
    assert "rouverte en recours" in seen(await do(oumou, reference, "reopen", words="Elle a sa carte"))
    assert reference not in await mariam.see("/desk/queue")
    refused = await do(mariam, reference, "take")
    assert (refused.status_code, "une autre personne décide" in seen(refused)) == (409, True)
    assert "recours" in await oumou.see("/desk/queue")
    await do(oumou, reference, "take")
    page = seen(await do(oumou, reference, "decide", decision="resolved", words="C'est fait."))
    assert "La réponse est donnée" in page
    refused = await do(oumou, reference, "reopen", words="Encore")
    assert refused.status_code == 409
    assert await by_person.reopen(reference, Viewer(AWA), "line", NOW) is None


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("Allez sur www.exemple.com", "Pas de lien ni d'adresse dans un SMS"),
        ("C'est fait 😀", "Aucun téléphone simple ne montre : 😀"),
        ("", "Écrivez un texte."),
        ("x" * 451, "Le texte est trop long"),
    ],
)
async def test_what_no_sms_may_hold_is_refused_and_the_text_kept(sign_in: SignIn, words: str, why: str) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    refused = await do(mariam, reference, "decide", decision="resolved", words=words)
    assert refused.status_code == 422
    assert why in seen(refused)
    assert words in seen(refused)
    assert await scalar("SELECT state FROM grievance") == "assigned"


async def test_the_preview_is_the_sms_that_goes(sign_in: SignIn) -> None:
    reference = await filed("a", replace(LATE, language=Language("bm")))
    await prepared_answers.plant()
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    page = await case_page(reference)
    answers = await prepared_answers.of_category(Category.PAYMENT)
    (prepared,) = [each for each in answers if each.title == "Pas encore payé"]
    filled = await mariam.open(page, prepared=str(prepared.id))
    assert "Wari ma di fɔlɔ. Don ma da fɔlɔ.</textarea>" in filled.text
    assert "n'a pas encore été relu" in seen(filled)

    decision = await shown(mariam, reference) | {"decision": "rejected", "words": "Wari ma di fɔlɔ."}
    json = {"accept": "application/json"}
    form = decision | {"csrftoken": token_in(filled)}
    sms = (await mariam.http.post(f"{page}/preview", data=form, headers=json)).json()
    assert sms["body"].startswith("Jigisèmèjiri: ")
    assert "Wari ma di fòlò." in sms["body"]
    assert (sms["size"], sms["parts"], sms["trouble"]) == (len(sms["body"]), 1, "")
    without_script = await mariam.submit(f"{page}/preview", page=page, **decision)
    assert sms["body"] in seen(without_script).replace(" '", "'") or sms["body"].split("\n")[0] in seen(without_script)
    link = form | {"words": "www.exemple.com"}
    assert "lien" in (await mariam.http.post(f"{page}/preview", data=link, headers=json)).json()["trouble"]


async def test_who_hid_their_name_is_sent_nothing_and_the_page_says_so(sign_in: SignIn) -> None:
    reference = await filed("a", replace(LATE, anonymous=True))
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    page = await case_page(reference)
    answer = await mariam.submit(f"{page}/preview", page=page, **(await shown(mariam, reference)), words="Bien.")
    assert "Aucun SMS ne partira" in seen(answer)
    refused = await do(mariam, reference, "ask", words="Où ?")
    assert (refused.status_code, "n'a pas de numéro" in seen(refused)) == (409, True)


async def test_a_day_to_call_again_is_a_day_to_come(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    for day in (date(2020, 1, 1).isoformat(), "demain"):
        assert (await do(mariam, reference, "call", reached="no", again_on=day)).status_code == 422


async def test_a_case_that_is_not_there(sign_in: SignIn) -> None:
    mariam = await sign_in("mariam")
    assert (await mariam.open("/desk/cases/of/1234567")).status_code == 404
    reference = await filed("a")
    page = await case_page(reference)
    assert (await mariam.submit(f"{page}/burn", page=page)).status_code == 404
    assert (await mariam.submit(f"{page}/take", page=page)).status_code == 400


async def test_a_complaint_becomes_the_correction_in_one_step(sign_in: SignIn) -> None:
    household = await seed.household(phones=("+22376000001",), village="Kola")
    reference = await filed("a", replace(LATE, category="phone", subcategory="sim_lost", household_id=household))
    mariam = await sign_in("mariam")
    page = await case_page(reference)
    assert "Corriger le registre" not in await mariam.see(page), "who holds it corrects"
    await do(mariam, reference, "take")
    assert "Corriger le registre" in await mariam.see(page)
    unchecked = await do(mariam, reference, "correct", field="phone", words="78 00 00 01")
    assert (unchecked.status_code, "Vérifiez d'abord qui appelle" in seen(unchecked)) == (422, True)
    await do(mariam, reference, "identify", year="1901")
    assert (await do(mariam, reference, "correct", field="phone", words="78 00 00 01")).status_code == 422
    page_of = seen(await do(mariam, reference, "identify", year="1970"))
    assert "l'identité est vérifiée" in page_of
    assert "1901" not in page_of, "the year is kept nowhere"
    wrong = await do(mariam, reference, "correct", field="phone", words="12")
    assert wrong.status_code == 422
    assert "Numéro inutilisable" in seen(wrong)
    assert 'value="12"' in wrong.text
    await do(mariam, reference, "correct", field="phone", words="78 00 00 01")
    assert await scalar("SELECT msisdn FROM household_phone") == "+22378000001"
    kept = await one("SELECT field, before, value, reason, state FROM correction")
    assert tuple(kept) == ("phone", "+22376000001", "+22378000001", f"plainte {reference}", "stands")
    assert "Registre, premier téléphone : 78 00 00 01" in await mariam.see(page)


@pytest.mark.parametrize(("field", "words"), [("status", "exited"), ("language", "xx"), ("head_name", "")])
async def test_what_cannot_be_corrected_so_changes_nothing(sign_in: SignIn, field: str, words: str) -> None:
    household = await seed.household(phones=("+22376000001",))
    reference = await filed("a", replace(LATE, household_id=household))
    mariam = await sign_in("mariam")
    await do(mariam, reference, "take")
    await do(mariam, reference, "identify", year="1970")
    assert (await do(mariam, reference, "correct", field=field, words=words)).status_code == 422
    assert await scalar("SELECT count(*) FROM correction") == 0


async def test_a_decision_is_corrected_for_a_day_and_told_by_a_second_sms(sign_in: SignIn, watch: Watch) -> None:
    reference = await filed("a")
    mariam, oumar = await sign_in("mariam"), await sign_in("oumar")
    await do(mariam, reference, "take")
    await do(mariam, reference, "decide", decision="rejected", words="Pas de retard.")
    assert (await do(oumar, reference, "amend", decision="resolved", words="Payé lundi.")).status_code == 409
    await do(mariam, reference, "amend", decision="resolved", words="Payé lundi.")
    await change("UPDATE message SET state = 'delivered' WHERE state = 'planned'")
    await do(mariam, reference, "amend", decision="resolved", words="Payé mardi.")
    told = await query(
        "SELECT state, filling ->> 'text', filling ->> 'corrects' FROM message WHERE kind = 'decided' ORDER BY id"
    )
    assert [tuple(row) for row in told] == [
        ("dropped", "Pas de retard.", None),
        ("delivered", "Payé lundi.", "false"),
        ("planned", "Payé mardi.", "true"),
    ], "only what was told before is corrected"
    kept = await one("SELECT state, answer, reopen_count FROM grievance")
    assert tuple(kept) == ("resolved", "Payé mardi.", 0), "the appeal is not used up"
    watch.turn(hours=25)
    mariam = await sign_in("binta", Role.SUPERVISOR)
    late = await do(mariam, reference, "amend", decision="resolved", words="Autre.")
    assert (late.status_code, "trop tard pour corriger" in seen(late)) == (409, True)


async def test_a_note_is_written_though_somebody_took_the_case_meanwhile(sign_in: SignIn) -> None:
    reference = await filed("a")
    mariam, oumar = await sign_in("mariam"), await sign_in("oumar")
    before = await shown(mariam, reference)
    await do(oumar, reference, "take")
    page = await case_page(reference)
    answer = await mariam.submit(f"{page}/note", page=page, follow=True, words="Elle a rappelé", **before)
    assert "La note est écrite" in seen(answer)
    assert await scalar("SELECT note FROM grievance_event WHERE kind = 'note'") == "Elle a rappelé"
    refused = await mariam.submit(f"{page}/take", page=page, **before)
    assert refused.status_code == 409, "what the page decides is still held against it"
