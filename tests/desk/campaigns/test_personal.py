"""A personal message at the desk: a file is checked, shown, planned, and approved by somebody else."""

import re
from pathlib import Path

import pytest

from core.platform.settings import Settings
from core.staff.agents import Role, Scope
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.sms.campaign_world import AWA, CHEICK, bodies
from tests.support.database import query

PAGE = "/desk/campaigns/personal"
FRENCH = "{Nom}, venez le {Jour}."
GOOD = "Nom;Téléphone;Jour\nAwa;76 00 00 01;31/12/2026\nCheick;76000003;31/12/2026\n"

pytestmark = pytest.mark.usefixtures("two_households")


async def bring(
    browser: Browser, content: str, act: str = "plan", name: str = "liste.csv", **texts: str
) -> tuple[int, str]:
    """Send a file with words; the status and what is read then."""
    token = await browser.token(PAGE)
    answer = await browser.http.post(
        PAGE,
        headers={"X-CSRFToken": token},
        data={"act": act, "text_fr": FRENCH, "text_bm": "", **texts},
        files={"file": (name, content.encode(), "text/csv")},
        follow_redirects=True,
    )
    return answer.status_code, seen(answer)


async def test_a_file_is_planned_and_somebody_else_approves(awa: Browser, sign_in: SignIn) -> None:
    status, page = await bring(awa, GOOD, title="Visite")
    assert status == 200
    assert "Le message est planifié. Rien n'est envoyé. Le fichier n'est pas gardé." in page
    assert "Destinataires 2" in page
    assert "une autre personne doit approuver" in page
    assert "Refaire le plan" not in page
    assert (await bodies(1))[AWA].startswith("Jigisèmèjiri : Awa, venez le jeudi 31 décembre.")
    binta = await sign_in("binta", Role.SUPERVISOR)
    number = re.search(r'name="seen" value="(\d+)"', (await binta.open("/desk/campaigns/1")).text)
    assert number
    page = seen(await binta.submit("/desk/campaigns/1/approve", page="/desk/campaigns/1", follow=True, seen=number[1]))
    assert "La campagne est approuvée." in page


async def test_the_approver_sees_the_first_rows_and_the_same_numbers_brought_twice_are_warned_of(
    awa: Browser,
) -> None:
    backwards = "\n".join(reversed(GOOD.splitlines()[1:]))
    await bring(awa, f"{GOOD.splitlines()[0]}\n{backwards}\n", title="Visite")
    page = await awa.see("/desk/campaigns/1")
    first, longest = page.split("Les premières lignes du fichier")[1].split("Les textes les plus longs")
    assert first.index("Cheick, venez") < first.index("Awa, venez"), "in the order of the file"
    assert "Cheick, venez" in longest
    status, page = await bring(awa, GOOD, text_fr="{Nom}, venez à la mairie.")
    assert "Un message personnel est déjà fait pour ces mêmes numéros : Visite , planifié le" in page
    assert await query("SELECT count(*) FROM campaign") == [(1,)]
    status, page = await bring(awa, GOOD, text_fr="{Nom}, venez à la mairie.", again="yes")
    assert (status, "Le message est planifié." in page) == (200, True)
    assert "déjà fait" not in (await bring(awa, GOOD.replace("76000003", "76000004"), "preview"))[1]


async def test_it_is_shown_first_and_nothing_is_kept(awa: Browser, desk_settings: Settings) -> None:
    status, page = await bring(awa, GOOD, "preview")
    assert status == 200
    assert "2 lignes lues" in page
    assert "Les plus longues" in page
    assert "Ligne 3, en français" in page
    assert await query("SELECT FROM campaign") == []
    assert not list(Path(desk_settings.data_dir).rglob("*.csv"))


async def test_what_is_wrong_is_named_by_line_column_and_reason_and_nothing_is_planned(awa: Browser) -> None:
    wrong = f"{GOOD}Oumar;76;31/12/2026\nBinta;76000001;\n"
    status, page = await bring(awa, wrong)
    assert status == 422
    assert "4 Téléphone – numéro de téléphone inutilisable" in page
    assert "5 Jour – cellule vide, et le texte la nomme" in page
    assert "5 Téléphone – le même numéro qu'à la ligne 2" in page
    assert await query("SELECT FROM campaign") == []


@pytest.mark.parametrize(
    ("content", "french", "words"),
    [
        (GOOD, "Bonjour {Ville}.", "« {Ville} » n'est pas une colonne du fichier"),
        (GOOD, "{Nom}, envoyez votre code secret.", "c'est ainsi que font les escrocs"),
        (GOOD, "", "Écrivez le texte"),
        ("Nom;Jour\nAwa;31/12/2026\n", FRENCH, "Colonnes absentes : phone"),
        ("Nom;Téléphone;Jour\n", FRENCH, "Ce fichier n'a aucune ligne."),
        ("", FRENCH, "Le fichier est vide."),
    ],
)
async def test_what_cannot_be_sent_is_refused_in_words(awa: Browser, content: str, french: str, words: str) -> None:
    status, page = await bring(awa, content, text_fr=french)
    assert status == 422
    assert words in page
    assert await query("SELECT FROM campaign") == []


async def test_only_a_spreadsheet_is_taken(awa: Browser) -> None:
    status, page = await bring(awa, GOOD, name="liste.pdf")
    assert (status, "Choisissez un fichier .xlsx ou .csv." in page) == (422, True)


async def test_who_works_for_a_place_sends_none(awa: Browser, sign_in: SignIn) -> None:
    mopti = await sign_in("binta", Role.SUPERVISOR, Scope.REGION, "ML05")
    token = await mopti.token("/desk/account")
    answer = await mopti.http.post(
        PAGE,
        headers={"X-CSRFToken": token},
        data={"act": "plan", "text_fr": FRENCH},
        files={"file": ("liste.csv", GOOD.encode())},
    )
    assert answer.status_code == 422
    assert await query("SELECT FROM campaign") == []


async def test_the_page_of_the_plan_says_who_is_left_out(awa: Browser) -> None:
    _, page = await bring(awa, f"{GOOD}Fixe;20221615;31/12/2026\n")
    assert "Laissés de côté" in page
    assert list(await bodies(1)) == [AWA, CHEICK]
