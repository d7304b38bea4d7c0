"""A village's list is typed line by line: the good lines are filed once, the others say what is wrong."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from core.grievances.calendar import add_working_days
from core.numbers.identifiers import household_no
from core.platform.database import reading
from core.staff.agents import Scope
from desk.grievances.register import CODES, COLUMNS
from tests.core import seed
from tests.core.seed import SAFO
from tests.desk.browser import TOKEN, Browser, seen
from tests.desk.conftest import SignIn

TODAY = datetime.now(UTC).date()
WRITTEN = TODAY - timedelta(days=20)
AWA, FAR = household_no(1_000_001), household_no(1_000_009)
Cells = tuple[str, str, str, str, str, str]
GOOD: Cells = ("k1", AWA, "F", "", "12", "Rien depuis deux mois.")
NAMED: Cells = ("k2", "Sira Diallo", "f", "66 12 34 56", "41", "")
EMPTY: Cells = ("k3", "", "", "", "", "")


@pytest.fixture
async def mariam(app: object, sign_in: SignIn) -> Browser:
    await seed.places((SAFO, "Safo"), ("ML030303", "Diago"))
    await seed.household(AWA, phones=("+22376123456",))
    await seed.household(FAR, commune="ML030303")
    return await sign_in("mariam", scope=Scope.CERCLE, scope_code=SAFO[:6])


async def typed(browser: Browser, *lines: Cells, **head: str) -> httpx.Response:
    token = TOKEN.search((await browser.open("/desk/register")).text)
    assert token
    columns = {name: [line[place] for line in lines] for place, name in enumerate(COLUMNS)}
    given = {"commune": "Safo", "village": "Kola", "written_on": WRITTEN.isoformat(), "language": "bm", "do": "file"}
    return await browser.http.post("/desk/register", data={"csrftoken": token[1], **given, **head, **columns})


async def filed() -> list[Any]:
    async with reading() as connection:
        return list((await connection.execute(text("SELECT * FROM grievance ORDER BY id"))).mappings().all())


async def test_each_line_is_filed_and_its_reference_is_there_to_be_written_on_the_paper(mariam: Browser) -> None:
    answer = await typed(mariam, GOOD, NAMED, EMPTY)
    assert answer.status_code == 200
    first, second = await filed()
    assert [first["name"], second["name"]] == ["Awa Traoré", "Sira Diallo"]
    assert {row["channel"] for row in (first, second)} == {"register"}
    assert {(row["village"], row["commune_pcode"], row["sex"]) for row in (first, second)} == {("Kola", SAFO, "F")}
    assert (first["msisdn"], second["msisdn"]) == ("+22376123456", "+22366123456")
    for row in (first, second):
        assert f"{row['reference'][:3]} {row['reference'][3:5]} {row['reference'][5:]}" in seen(answer)


async def test_it_is_as_old_as_the_paper_and_due_from_the_day_it_came(mariam: Browser) -> None:
    await typed(mariam, GOOD)
    (row,) = await filed()
    assert row["received_at"].date() == WRITTEN
    assert row["decision_due"] >= add_working_days(TODAY, 5, set())


async def test_what_is_wrong_stands_beside_its_line_and_the_good_ones_are_not_lost(mariam: Browser) -> None:
    wrong: Cells = ("k4", "12345678", "Q", "12", "99", "Ses mots")
    answer = await typed(mariam, GOOD, wrong, NAMED)
    assert answer.status_code == 422
    for correction in (
        "vérifiez chaque chiffre",
        "F ou M",
        "8 chiffres",
        "Code inconnu",
        "1 ligne n'est pas enregistrée",
    ):
        assert correction in seen(answer)
    assert 'value="Ses mots"' in answer.text
    assert len(await filed()) == 2
    right: Cells = ("k4", "Oumar Keita", "M", "", "81", "Ses mots")
    done: Cells = ("k1", AWA, "", "", "", "")
    assert 'name="key" value="k1"><input type="hidden" name="whose" value="' + AWA in answer.text
    answer = await typed(mariam, done, right, NAMED)
    assert answer.status_code == 200
    assert len(await filed()) == 3, "those that were filed are not filed again"
    assert len(set(re.findall(r"<strong>(\d{3} \d\d \d\d)</strong>", answer.text))) == 3


@pytest.mark.parametrize(
    ("head", "correction"),
    [
        ({"commune": ""}, "de quelle commune"),
        ({"village": ""}, "nom du village"),
        ({"written_on": "hier"}, "Écrivez le jour"),
        ({"written_on": (TODAY + timedelta(days=2)).isoformat()}, "à venir"),
        ({"written_on": date(2020, 1, 1).isoformat()}, "plus d'un an"),
    ],
)
async def test_nothing_is_filed_before_it_is_known_where_and_when(
    mariam: Browser, head: dict[str, str], correction: str
) -> None:
    answer = await typed(mariam, GOOD, **head)
    assert correction in seen(answer)
    assert GOOD[-1] in answer.text
    assert await filed() == []


async def test_a_household_of_another_commune_or_zone_is_refused(mariam: Browser) -> None:
    answer = await typed(mariam, ("k1", FAR, "", "", "12", ""))
    assert "hors de votre zone" in seen(answer)
    answer = await typed(mariam, ("k1", AWA, "", "", "12", ""), commune="Diago")
    assert "Ce ménage est de la commune de Safo" in seen(answer)


async def test_abuse_on_a_list_keeps_the_subject_alone(mariam: Browser) -> None:
    abuse = next(code for code, (category, _) in CODES.items() if category == "abuse")
    answer = await typed(mariam, ("k1", "Sira Diallo", "F", "66123456", abuse, "Ce qui s'est passé"), NAMED)
    row = (await filed())[0]
    assert {row[name] for name in ("name", "sex", "msisdn", "words", "village", "commune_pcode")} == {None}
    assert "Ce qui s'est passé" not in answer.text
    assert answer.text.count("Sira Diallo") == 3, "only the other line, in the table, the list and its hidden field"


async def test_more_lines_are_given_without_filing(mariam: Browser) -> None:
    answer = await typed(mariam, GOOD, do="more")
    assert await filed() == []
    assert GOOD[-1] in answer.text
