"""The list of grievances at the desk: who sees which, how they are found, and what leaves in a file."""

import io
from datetime import timedelta

import openpyxl
import pytest

from core.numbers.identifiers import new_reference
from core.staff.agents import Role, Scope
from tests.core import seed
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.trail import trail
from tests.support.database import change

pytestmark = pytest.mark.usefixtures("two_communes")


async def test_the_list_shows_the_newest_first_by_pages(sign_in: SignIn) -> None:
    for days in range(60):
        last = await plant(TODAY - timedelta(days=days))
    awa = await sign_in("awa", Role.SUPERVISOR)
    first = await awa.see("/desk/grievances")
    assert "60 plaintes" in first
    assert "Page 1 sur 2" in first
    assert last not in first
    assert last in await awa.see("/desk/grievances", page="2")
    assert "Page 2 sur 2" in await awa.see("/desk/grievances", page="99"), "past the end is the end"


async def test_a_number_that_a_restored_database_does_not_know_is_explained(sign_in: SignIn) -> None:
    lost = new_reference()
    issa = await sign_in("issa")
    assert "restaurée" not in await issa.look("/desk/grievances", words=lost)
    await change(
        "INSERT INTO restoration (sign, at, departures, known, uncertain, paused) VALUES ('said', %(at)s, 0, 0, 0, 0)",
        at=NOW - timedelta(days=3),
    )
    assert "une plainte notée peu avant peut manquer" in await issa.look("/desk/grievances", words=lost)
    assert "restaurée" not in await issa.look("/desk/grievances", words="Zulmabounty")


async def test_the_filters_stay_with_the_pages_and_the_files(sign_in: SignIn) -> None:
    for _ in range(51):
        await plant(TODAY, category="data")
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open("/desk/grievances?category=data&since=2020-01-01&state=nonsense&until=nonsense")
    assert "51 plaintes" in seen(page)
    assert "/desk/grievances?category=data&amp;since=2020-01-01&amp;page=2" in page.text
    assert "/desk/grievances/export.csv?category=data&amp;since=2020-01-01" in page.text


async def test_somebody_is_found_by_how_their_name_sounds(sign_in: SignIn) -> None:
    reference = await plant(TODAY, name="Fatoumata Coulibaly")
    await plant(TODAY, name="Moussa Diarra")
    words = await (await sign_in("issa")).look("/desk/grievances", words="fatumata kulibaly")
    assert reference in words
    assert "1 plainte" in words
    assert "Moussa" not in words


async def test_another_place_is_not_even_a_hit(sign_in: SignIn) -> None:
    reference = await plant(TODAY, commune_pcode=DIAGO, name="Awa Traoré")
    issa = await sign_in("issa", Role.AGENT, Scope.COMMUNE, SAFO)
    for words in ("", reference, "Traoré"):
        assert "0 plainte" in await issa.look("/desk/grievances", words=words)


async def test_a_sensitive_one_is_a_hit_for_focal_persons_alone(sign_in: SignIn) -> None:
    reference = await plant(TODAY, category="conduct", name="Awa Traoré")
    awa, oumou = await sign_in("awa", Role.SUPERVISOR), await sign_in("oumou", Role.FOCAL)
    for words in ("", reference, "Traoré"):
        assert "0 plainte" in await awa.look("/desk/grievances", words=words)
        assert "1 plainte" in await oumou.look("/desk/grievances", words=words)
    assert "0 plainte" in await awa.see("/desk/grievances", category="conduct")


async def test_a_script_in_a_name_is_only_words(sign_in: SignIn) -> None:
    await plant(TODAY, name="<script>alert(1)</script>")
    page = await (await sign_in("issa")).submit("/desk/grievances", words="<script>alert")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text


async def test_a_name_that_was_hidden_stands_in_no_list(sign_in: SignIn) -> None:
    household = await seed.household(head_name="Awa Traoré", phones=("+22376123456",))
    await plant(TODAY, household_id=household)
    await change("UPDATE grievance SET anonymous = true")
    awa = await sign_in("awa", Role.SUPERVISOR)
    for page in ("/desk/grievances", "/desk/queue", "/desk/grievances/print"):
        assert "Traoré" not in (await awa.open(page)).text, page


# Files


async def test_a_file_tells_nobodys_name_number_or_words_and_is_in_the_trail(sign_in: SignIn) -> None:
    household = await seed.household(head_name="Awa Traoré", phones=("+22376123456",))
    reference = await plant(TODAY, household_id=household, msisdn="+22376123456", words="Je n'ai rien reçu", sex="F")
    await plant(TODAY, category="abuse", commune_pcode=None)
    issa = await sign_in("issa")
    answer = await issa.submit("/desk/grievances/export.csv", page="/desk/grievances", words="Traoré")
    rows = answer.content.decode("utf-8-sig").splitlines()
    assert answer.headers["content-disposition"] == 'attachment; filename="plaintes.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 2
    assert rows[1].startswith(
        f"{reference};{TODAY:%d/%m/%Y};Téléphone (USSD);Paiement;Pas payé;ordinaire;reçue;village"
    )
    for secret in ("Traoré", "76123456", "rien reçu"):
        assert secret not in rows[1]
    (entry,) = await trail("grievances exported")
    assert entry.agent_id == issa.actor.id
    assert entry.detail == {"kind": "csv", "rows": 1, "filters": {}, "searched": True}


async def test_the_workbook_holds_the_same(sign_in: SignIn) -> None:
    reference = await plant(TODAY)
    answer = await (await sign_in("awa", Role.SUPERVISOR)).open("/desk/grievances/export.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Référence", reference]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_focal_persons_take_no_file_away(sign_in: SignIn, kind: str) -> None:
    await plant(TODAY, category="abuse", commune_pcode=None)
    oumou = await sign_in("oumou", Role.FOCAL)
    answer = await oumou.open(f"/desk/grievances/export.{kind}")
    assert answer.status_code == 403
    assert "ne sort jamais en fichier" in seen(answer)
    assert "Exporter" not in await oumou.see("/desk/grievances")


async def test_a_file_that_would_be_too_large_is_refused_in_words(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desk.grievances.list.MOST_EXPORTED", 1)
    await plant(TODAY)
    await plant(TODAY)
    answer = await (await sign_in("issa")).open("/desk/grievances/export.csv")
    assert answer.status_code == 422
    assert "resserrez les filtres" in seen(answer)


async def test_an_administrator_sees_none(sign_in: SignIn) -> None:
    root = await sign_in("root", Role.ADMINISTRATOR)
    for path in ("/desk/grievances", "/desk/grievances/export.csv"):
        assert (await root.open(path)).status_code == 403
