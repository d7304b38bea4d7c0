"""The form of a new campaign: what is wrong is said, nothing typed is lost, and a long plan keeps nobody waiting."""

import asyncio

import pytest

from core.platform import database
from core.platform.locks import Lock
from core.staff.agents import Role, Scope
from desk.campaigns import plan
from sms.campaigns import planning, planning_task
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import AWA, BINTA, FR, PAY_DAY, bodies, family, round_id, speaks, state_of, until
from tests.support.database import query

NEW = "/desk/campaigns/new"
FRENCH, BAMBARA = "La réunion est reportée à lundi.", "Ɲɔgɔn ye ntɛnɛndon."


@pytest.fixture(autouse=True)
async def french(two_households: None) -> None:
    """The first of the two households speaks French."""
    await speaks(AWA, FR)


async def send(browser: Browser, **fields: str) -> tuple[int, str]:
    """Send the form; the status and what is read then."""
    answer = await browser.submit(NEW, follow=True, **{"act": "plan", **fields})
    return answer.status_code, seen(answer)


async def test_an_announcement_of_a_round_is_planned_and_nothing_is_sent(awa: Browser) -> None:
    status, page = await send(awa, kind="announce", about="round", round=str(await round_id()), place="Safo")
    assert status == 200
    assert "La campagne est planifiée. Rien n'est envoyé." in page
    assert "Annonce du jour · TM T4 2026 · commune Safo" in page
    assert "Destinataires 2" in page
    assert await state_of(1) == "planned"
    assert [(entry.act, entry.about) for entry in await trail("campaign%")] == [("campaign drafted", "campaign 1")]


async def test_free_words_are_planned_in_both_languages(awa: Browser) -> None:
    status, page = await send(
        awa, kind="free", about="filter", place=SAFO, text_fr=FRENCH, text_bm=BAMBARA, status="beneficiary"
    )
    assert status == 200
    assert "bénéficiaire" in page
    texts = await bodies(1)
    assert "La réunion est reportée à lundi" in texts[AWA]
    assert "ntènèndon" in texts[BINTA]


async def test_activities_of_a_component_are_announced(awa: Browser) -> None:
    household = await family(AWA, round_name=None, components=("MA",))
    assert household
    await seed.event("MA", PAY_DAY)
    status, page = await send(awa, kind="announce", about="event", event="MA", first=str(PAY_DAY), last=str(PAY_DAY))
    assert status == 200
    assert "activités : Mesures d'accompagnement" in page
    assert "Destinataires 1" in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"about": "round"}, "Choisissez le tour de paiement."),
        ({"about": "event"}, "Choisissez la composante."),
        ({"about": "filter"}, "seul un texte libre peut être envoyé"),
        ({"about": "event", "event": "MA", "first": "2026-12-02", "last": "2026-12-01"}, "avant le premier"),
        ({"about": "event", "event": "MA", "first": "demain"}, "Écrivez la date ainsi"),
        ({"about": "event", "event": "MA", "kind": "unclaimed"}, "ne va pas avec ce sujet"),
        ({"about": "filter", "kind": "free", "text_fr": FRENCH}, "Écrivez le texte dans chaque langue."),
        ({"about": "filter", "kind": "free", "text_fr": "Voir bit.ly/x", "text_bm": "a"}, "Pas de lien"),
        ({"about": "filter", "kind": "free", "text_fr": "Le code svp", "text_bm": "a"}, "(« code svp »)"),
        ({"about": "filter", "kind": "free", "text_fr": "Le {jour}", "text_bm": "a"}, "« {jour} » n'existe pas"),
        ({"about": "filter", "kind": "free", "text_fr": "Bravo 🎉", "text_bm": "a"}, "ne peut afficher : 🎉"),
        ({"about": "event", "event": "MA", "place": "Nulle part"}, "Aucun lieu de ce nom"),
        ({"about": "event", "event": "MA", "village": "Dialakoroba"}, "Dites d'abord la commune"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    awa: Browser, fields: dict[str, str], words: str
) -> None:
    answer = await awa.submit(NEW, act="plan", title="Mon titre", **{"kind": "announce", **fields})
    assert answer.status_code == 422
    assert words in seen(answer)
    for typed in ("Mon titre", *(fields[name] for name in ("text_fr", "village", "place") if name in fields)):
        assert typed in answer.text
    assert await query("SELECT FROM campaign") == []


async def test_namesakes_are_told_apart(awa: Browser) -> None:
    await seed.places(("ML050101", "Safo"))
    _, page = await send(awa, kind="announce", about="round", round=str(await round_id()), place="safo")
    assert "Lequel de ces lieux ?" in page
    assert "ML020201 commune Safo, Cercle ML0202, Region ML02" in page
    assert "ML050101 commune Safo, Cercle ML0501, Region ML05" in page


async def test_words_are_counted_and_shown_as_phones_show_them(awa: Browser) -> None:
    answer = await awa.submit(f"{NEW}/preview", page=NEW, text_fr=FRENCH, text_bm="ɲ" * 160)
    sms = answer.json()
    assert sms["fr"]["body"].startswith("Jigisèmèjiri : La réunion est reportée à lundi.")
    assert (sms["fr"]["parts"], sms["fr"]["size"]) == (1, len(sms["fr"]["body"]))
    assert sms["bm"]["parts"] == 3, "ɲ is written ny, and its two letters count"
    page = seen(await awa.submit(NEW, act="preview", text_fr=FRENCH, text_bm="a 🎉"))
    assert "Jigisèmèjiri : La réunion est reportée à lundi." in page
    assert "Aucun téléphone ne peut afficher" in page
    assert await query("SELECT FROM campaign") == []


async def test_a_script_in_the_words_is_words(awa: Browser) -> None:
    answer = await awa.submit(NEW, act="preview", text_fr="<script>alert(1)</script>", title='"><b>')
    assert "<script>alert" not in answer.text
    assert '"><b>' not in answer.text


async def test_who_works_for_a_region_plans_within_it_only(awa: Browser, sign_in: SignIn) -> None:
    await seed.places(("ML050101", "Mopti"))
    mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
    assert 'value="ML05"' in (await mopti.open(NEW)).text
    for place in ("", "Safo"):
        status, page = await send(mopti, kind="announce", about="round", round=str(await round_id()), place=place)
        assert status == 422
        assert "pas de votre ressort" in page
    assert await query("SELECT FROM campaign") == []


async def test_a_long_plan_goes_on_while_its_page_says_so(awa: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def being_planned() -> bool:
        return bool((await awa.open("/desk/campaigns/1/progress")).json()["planning"])

    monkeypatch.setattr(plan, "PATIENCE", 0.1)
    async with database.copying() as other:
        await other.execute("SELECT pg_advisory_xact_lock(%s)", [int(Lock.PLAN)])
        async with asyncio.timeout(30):
            status, _ = await send(awa, kind="announce", about="round", round=str(await round_id()), place="Safo")
        assert status == 200
        await until(being_planned)
        assert "Le plan se fait." in await awa.see("/desk/campaigns/1")
        again = await awa.submit("/desk/campaigns/1/plan", page="/desk/campaigns/1", follow=True)
        assert "Le plan de cette campagne se fait déjà." in seen(again)
        assert await being_planned()
        await other.commit()
    async with asyncio.timeout(10):
        await planning_task.ended()
    assert "Destinataires 2" in await awa.see("/desk/campaigns/1")
    rows = await query("SELECT FROM campaign_change WHERE to_state = 'planned'")
    assert len(rows) == 1, "it was planned once"


async def test_a_plan_that_cannot_be_made_is_on_record(awa: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise OSError("no room left")

    monkeypatch.setattr(planning, "plan", broken)
    _, page = await send(awa, kind="announce", about="round", round=str(await round_id()))
    assert "le plan n'a pas pu être fait" in page
    assert await state_of(1) == "draft"
