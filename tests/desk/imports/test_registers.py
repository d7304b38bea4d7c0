"""A village's register comes from a telephone: its columns are said once, what it would do is seen, and it is filed."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from core.imports.registers import held
from core.platform.settings import Settings
from core.staff.agents import Role, Scope
from desk.imports import registers
from tests.core.imports.registers.exports import (
    BRIBE,
    SPLIT,
    kobo,
    kobo_mapping,
    kobo_row,
    odk,
    odk_mapping,
    odk_row,
)
from tests.core.seed import SAFO
from tests.desk.browser import Browser, seen, token_in
from tests.desk.conftest import SignIn
from tests.desk.grievances.cases import grievances
from tests.sms.campaign_world import Watch
from tests.support.database import count, query

PAGE = "/desk/form-registers"


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    return desk_settings.model_copy(update={"data_dir": tmp_path})


@pytest.fixture
async def oumou(sign_in: SignIn, two_communes: None) -> Browser:
    """The browser of Oumou, an agent of the cercle of Safo."""
    return await sign_in("oumou", scope=Scope.CERCLE, scope_code=SAFO[:6])


async def brought(browser: Browser, path: Path, **fields: str) -> httpx.Response:
    """Bring a file, and follow where it leads; the token goes as a header, as in the tests of other uploads."""
    token = {"X-CSRFToken": await browser.token(PAGE)}
    files = {"file": (path.name, path.read_bytes())}
    return await browser.http.post(PAGE, data=fields, files=files, headers=token, follow_redirects=True)


async def sent(browser: Browser, page: httpx.Response, at: str = "", **fields: str) -> httpx.Response:
    """Send the form of a page."""
    form = {"csrftoken": token_in(page), **fields}
    return await browser.http.post(f"{page.url.path}{at}", data=form, follow_redirects=True)


async def mapping_brought(browser: Browser, text: str) -> httpx.Response:
    """Bring a mapping that was made elsewhere."""
    token = {"X-CSRFToken": await browser.token(PAGE)}
    files = {"mapping": ("correspondance.json", text.encode())}
    return await browser.http.post(f"{PAGE}/mappings/brought", files=files, headers=token, follow_redirects=True)


def chosen(page: httpx.Response) -> Mapping[str, str]:
    """What is chosen in the selects of a page, and what its hidden fields hold."""
    selects = re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.DOTALL)
    values = {name: re.search(r'value="([^"]*)" selected', options) for name, options in selects}
    hidden = dict(re.findall(r'<input type="hidden" name="((?:word|of)\.[^"]+)" value="([^"]*)"', page.text))
    return {name: match[1] if match else "" for name, match in values.items()} | {
        name: value.replace("&#39;", "'") for name, value in hidden.items()
    }


async def test_the_columns_are_proposed_said_once_and_known_the_next_time(oumou: Browser, tmp_path: Path) -> None:
    page = await brought(oumou, kobo(tmp_path / "plaintes.xlsx", kobo_row(1), kobo_row(2, BRIBE)))
    assert page.url.path.endswith("/mapping"), "no mapping fits yet"
    proposed = chosen(page)
    assert proposed["column.subject"] == SPLIT
    assert proposed["column.submission"] == "_id"
    assert (proposed["code.subject.0"], proposed["code.subject.1"]) == ("late", "")
    fields = {**proposed, "name": "Plaintes de Kola", "code.subject.1": "bribe", "code.subject.2": "violence"}
    page = await sent(oumou, page, do="keep", **fields)
    assert "Plaintes nouvelles 2" in seen(page)
    assert "En retard : 1 Argent demandé : 1" in seen(page)
    assert "Sira" not in page.text
    assert await grievances() == []
    page = await sent(oumou, page, "/file", mapping="Plaintes de Kola")
    first, second = await grievances()
    assert (first.name, first.filed_by) == ("Sira Diallo 1", oumou.actor.id)
    for case in (first, second):
        assert f"{case.reference[:-4]} {case.reference[-4:-2]} {case.reference[-2:]}" in seen(page)
    longer = kobo(tmp_path / "plaintes.xlsx", *(kobo_row(number) for number in (1, 3)), kobo_row(2, BRIBE))
    page = await brought(oumou, longer)
    assert "Plaintes nouvelles 1 Déjà enregistrées 2" in seen(page)
    assert f"ligne 2 : {first.reference[:-4]}" in seen(page)
    assert "ligne 4" not in seen(page), "the number of a sensitive one is not told again"


async def test_what_was_chosen_stays_where_something_is_missing(oumou: Browser, tmp_path: Path) -> None:
    page = await brought(oumou, odk(tmp_path / "o.csv", odk_row(1)))
    proposed = {**chosen(page), "name": "ODK", "column.village": "lieu-cercle"}
    page = await sent(oumou, page, do="keep", **{**proposed, "column.day": ""})
    assert page.status_code == 422
    assert "Dites quelle colonne est : Jour de la plainte" in seen(page)
    assert chosen(page)["column.village"] == "lieu-cercle"
    page = await sent(oumou, page, do="keep", **proposed)
    assert "Reliez au moins un mot" in seen(page)
    page = await sent(oumou, page, do="columns", **{**proposed, "column.subject": "lieu-village"})
    assert "« Kola »" in seen(page), "the words of the column that was chosen"
    assert await count("register_mapping") == 0


async def test_bad_rows_hold_all_up_until_the_good_ones_are_chosen(oumou: Browser, tmp_path: Path) -> None:
    await mapping_brought(oumou, odk_mapping().json())
    rows = [odk_row(1), odk_row(2, **{"personne-tel": "kakalamissa"}), odk_row(3, **{"plainte-sujet": "retard"})]
    page = await brought(oumou, odk(tmp_path / "o.csv", *rows))
    assert "Mauvaises lignes 2" in seen(page)
    assert "3 H3 personne-tel numéro de téléphone inutilisable" in seen(page)
    assert "4 I4 plainte-sujet retard mot du formulaire qui n'est relié à rien" in seen(page)
    assert "kakalamissa" not in page.text
    refused = await sent(oumou, page, "/file", mapping="Plaintes ODK")
    assert refused.status_code == 422
    assert await grievances() == []
    page = await sent(oumou, page, "/file", mapping="Plaintes ODK", keep_good="1")
    assert "1 plainte enregistrée. 2 mauvaises lignes laissées." in seen(page)
    assert await query("SELECT act, detail ->> 'filed' FROM audit_entry WHERE act = 'register filed'") == [
        ("register filed", "1")
    ]


async def test_many_are_filed_in_turns(oumou: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registers, "FILED_AT_ONCE", 2)
    await mapping_brought(oumou, odk_mapping().json())
    page = await brought(oumou, odk(tmp_path / "o.csv", *(odk_row(number) for number in range(3))))
    path = page.url.path
    page = await sent(oumou, page, "/file", mapping="Plaintes ODK")
    assert "Enregistrer la suite : 1 plainte" in seen(page)
    form = {"csrftoken": token_in(page), "mapping": "Plaintes ODK", "keep_good": "1"}
    await oumou.http.post(f"{path}/file", data=form)
    assert len(await grievances()) == 3
    assert (await oumou.open(path)).status_code == 404, "what is filed is held no more"
    assert list(tmp_path.glob("registers/*")) == []


async def test_a_form_without_a_commune_takes_that_of_the_list(oumou: Browser, tmp_path: Path) -> None:
    await mapping_brought(oumou, odk_mapping().json())
    path = odk(tmp_path / "o.csv", odk_row(1, **{"lieu-commune": ""}))
    assert "Mauvaises lignes 1" in seen(await brought(oumou, path))
    page = await brought(oumou, path, commune="safo", language="fr")
    await sent(oumou, page, "/file", mapping="Plaintes ODK")
    (case,) = await grievances()
    assert (case.commune_pcode, case.language) == (SAFO, "fr")
    assert "Aucune commune de ce nom" in seen(await brought(oumou, path, commune="Xyzzy"))


async def test_a_mapping_is_taken_as_a_file_and_kept_no_more(oumou: Browser, awa: Browser) -> None:
    page = await mapping_brought(oumou, kobo_mapping().json())
    assert "Correspondance « Plaintes KoBo » gardée." in seen(page)
    taken = await awa.submit(f"{PAGE}/mappings", page=PAGE, name="Plaintes KoBo", do="take")
    assert taken.json()["columns"]["submission"] == "_id"
    assert "attachment" in taken.headers["content-disposition"]
    assert "n'est pas un fichier de correspondance" in seen(await mapping_brought(oumou, "{}"))
    await awa.submit(f"{PAGE}/mappings", page=PAGE, name="Plaintes KoBo", do="forget")
    assert "Aucun encore" in await oumou.see(PAGE)
    gone = await awa.submit(f"{PAGE}/mappings", page=PAGE, name="Plaintes KoBo", do="take")
    assert gone.status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("o.zip", b"PK", "est une archive"),
        ("o.ods", b"x", "Un fichier .csv ou .xlsx est attendu"),
        ("o.csv", b"", "vide"),
        ("o.xlsx", b"x", "pas un classeur"),
    ],
)
async def test_what_is_no_export_is_refused_in_words(
    oumou: Browser, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    answer = await brought(oumou, tmp_path / name)
    assert answer.status_code == 422
    assert words in seen(answer)


async def test_a_file_is_for_who_brought_it_and_not_for_long(
    oumou: Browser, awa: Browser, watch: Watch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "HELD_FOR", timedelta(minutes=10))
    await mapping_brought(oumou, odk_mapping().json())
    page = await brought(oumou, odk(tmp_path / "o.csv", odk_row(1)))
    assert (await awa.open(page.url.path)).status_code == 404
    later = await brought(oumou, odk(tmp_path / "o.csv", odk_row(2)))
    assert (await oumou.open(page.url.path)).status_code == 404, "the newer one took its place"
    watch.now += timedelta(minutes=11)
    assert (await oumou.open(later.url.path)).status_code == 404
    await oumou.open(PAGE)
    assert list(tmp_path.glob("registers/*")) == []


async def test_administrators_file_nothing(sign_in: SignIn) -> None:
    administrator = await sign_in("adama", Role.ADMINISTRATOR)
    assert (await administrator.open(PAGE)).status_code == 403


async def test_another_mapping_can_be_taken_and_changed(oumou: Browser, tmp_path: Path) -> None:
    await mapping_brought(oumou, odk_mapping().json())
    await mapping_brought(oumou, kobo_mapping().json())
    page = await brought(oumou, odk(tmp_path / "o.csv", odk_row(1, **{"plainte-sujet": "vol"})))
    numbers = {name: number for number, name in re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', page.text)}
    other = await oumou.open(page.url.path, mapping=numbers["Plaintes KoBo"])
    assert "Ce fichier n'a pas : _id, today" in seen(other)
    changing = await oumou.open(f"{page.url.path}/mapping", mapping=numbers["Plaintes ODK"])
    fields = chosen(changing)
    assert (fields["word.subject.0"], fields["code.subject.0"]) == ("vol", "")
    assert {fields["word.subject.1"], fields["word.subject.2"]} == {"autre", "oubli"}, "words that are kept stay"
    page = await sent(oumou, changing, do="keep", **{**fields, "name": "Plaintes ODK", "code.subject.0": "stolen"})
    assert "Volé : 1" in seen(page)
