"""The words of campaigns at the desk: tried while they are written, approved by somebody else, and the way back."""

import pytest

from core.campaigns.models import CampaignKind
from core.staff.agents import Role, Scope
from sms.campaigns import templates
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.desk.trail import trail
from tests.sms.campaign_world import AWA, FR, bodies, round_id, speaks
from tests.support.database import query

PAGE = "/desk/campaigns/templates/announce"
FRENCH = "{pour}. Venez le {jour}, {lieu} : {somme}. {prudence}"
BAMBARA = "{pour}. {somme} bɛna di {jour}, {lieu}. {prudence}"

pytestmark = pytest.mark.usefixtures("two_households")


async def write(browser: Browser, act: str = "propose", **texts: str) -> tuple[int, str]:
    """Send the form; the status and what is read then."""
    fields = {"act": act, "text_fr": FRENCH, "text_bm": BAMBARA, **texts}
    answer = await browser.submit(PAGE, follow=True, **fields)
    return answer.status_code, seen(answer)


async def decide(browser: Browser, step: str, version: int = 1) -> tuple[int, str]:
    """Press a button beside a version."""
    answer = await browser.submit(f"{PAGE}/{step}", page=PAGE, follow=True, version=str(version))
    return answer.status_code, seen(answer)


async def test_the_proven_words_are_shown_with_short_usual_and_long_values(awa: Browser) -> None:
    page = await awa.see(PAGE)
    assert "Employé : le texte éprouvé." in page
    assert "Avec les valeurs les plus courtes" in page
    assert "Avec des valeurs courantes" in page
    assert "Avec les valeurs les plus longues" in page
    assert "{somme} la somme (obligatoire)" in page
    markup = (await awa.open(PAGE)).text
    for name in ("shown_fr", "shown_bm", "wrong_fr", "wrong_bm"):
        assert markup.count(f'id="{name}"') == 1, "the script writes there"


async def test_one_writes_another_approves_and_the_next_plan_says_it(awa: Browser, sign_in: SignIn) -> None:
    await speaks(AWA, FR)
    status, page = await write(awa)
    assert status == 200
    assert "attend l'accord d'une autre personne" in page
    assert "Vous l'avez écrite : une autre personne doit approuver." in page
    assert "vous avez écrit ce texte" in (await decide(awa, "approve"))[1]
    binta = await sign_in("binta", Role.SUPERVISOR)
    assert "version 1 à approuver" in await binta.see("/desk/campaigns/templates")
    assert "les prochains plans le disent ainsi" in (await decide(binta, "approve"))[1]
    plan = {"act": "plan", "kind": "announce", "about": "round", "round": str(await round_id())}
    page = seen(await binta.submit("/desk/campaigns/new", follow=True, **plan))
    assert "Texte version 1" in page
    assert "Venez le" in (await bodies(1))[AWA]
    acts = [(entry.act, entry.about) for entry in await trail("campaign template%")]
    assert acts == [
        ("campaign template written", "campaign template 1"),
        ("campaign template decided", "campaign template 1"),
    ]


async def test_the_proven_words_are_one_click_away(awa: Browser, sign_in: SignIn) -> None:
    await write(awa)
    binta = await sign_in("binta", Role.SUPERVISOR)
    await decide(binta, "approve")
    _, page = await decide(binta, "proven", 0)
    assert "Employé : le texte éprouvé." in page
    assert "Reprendre" in page
    _, page = await decide(binta, "back")
    assert "Elle reprend la version 1." in page
    assert await templates.used(CampaignKind.ANNOUNCE) is None


@pytest.mark.parametrize(
    ("french", "words"),
    [
        ("{pour}. Venez, {lieu}.", "Il manque ce qui doit être dit : {somme} (la somme), {jour} (le jour)."),
        (f"{FRENCH} Le {{nom}}.", "« {nom} » n'existe pas ici"),
        (f"{FRENCH} Voir bit.ly/x", "Pas de lien"),
        (f"{FRENCH} Bravo 🎉", "ne peut afficher : 🎉"),
        (
            FRENCH + " Venez avec un parent de votre famille." * 4,
            "Avec les valeurs les plus longues, il faut 2 SMS",
        ),
        ("", "Écrivez le texte dans chaque langue."),
    ],
)
async def test_what_cannot_be_sent_is_refused_and_stays_in_the_form(awa: Browser, french: str, words: str) -> None:
    status, page = await write(awa, text_fr=french)
    assert status == 422
    assert words in page
    assert french.strip() in page
    assert await query("SELECT FROM campaign_template") == []


async def test_words_are_seen_while_they_are_typed(awa: Browser) -> None:
    fields = {"text_fr": FRENCH, "text_bm": "{somme}"}
    shown = (await awa.submit(f"{PAGE}/preview", page=PAGE, **fields)).json()
    assert [text["caption"].partition(" : ")[0] for text in shown["fr"]["texts"]] == [
        "Avec les valeurs les plus courtes",
        "Avec des valeurs courantes",
        "Avec les valeurs les plus longues",
    ]
    assert shown["fr"]["texts"][0]["body"].startswith("Jigisèmèjiri : Venez le")
    assert "Il manque ce qui doit être dit" in shown["bm"]["error"]
    assert await query("SELECT FROM campaign_template") == []


async def test_to_see_them_without_a_script_keeps_nothing(awa: Browser) -> None:
    status, page = await write(awa, "preview")
    assert status == 200
    assert "Venez le" in page
    assert await query("SELECT FROM campaign_template") == []


async def test_who_works_for_a_place_sees_them_and_changes_nothing(awa: Browser, sign_in: SignIn) -> None:
    await write(awa)
    mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
    assert "Proposer" not in await mopti.see(PAGE)
    for step in ("approve", "dismiss", "proven"):
        answer = await mopti.submit(f"{PAGE}/{step}", page="/desk/account", follow=True, version="1")
        assert "pas de votre ressort" in seen(answer)
    assert [row.state for row in await query("SELECT state FROM campaign_template")] == ["proposed"]


async def test_a_version_is_put_aside_once(awa: Browser) -> None:
    await write(awa)
    assert "n'est pas retenu" in (await decide(awa, "dismiss"))[1]
    assert "Quelqu'un en a déjà décidé" in (await decide(awa, "dismiss"))[1]


@pytest.mark.parametrize("path", ["free", "nothing", "announce/back", "reminder1/approve"])
async def test_what_is_not_there_is_not_there(awa: Browser, path: str) -> None:
    await write(awa)
    version = "1" if path.endswith("approve") else "9"
    answer = await awa.submit(f"/desk/campaigns/templates/{path}", page=PAGE, follow=True, version=version)
    assert answer.status_code in (404, 405)
