"""A village's list is typed line by line: the good lines are filed once, the others say what is wrong."""

import re
from datetime import date, timedelta

import httpx
import pytest

from core.grievances.calendar import add_working_days
from core.numbers.identifiers import household_no
from core.staff.agents import Scope
from desk.grievances.register import CODES, COLUMNS
from tests.core import seed
from tests.core.seed import SAFO, TODAY
from tests.desk.browser import Browser, seen
from tests.desk.conftest import AWA, DIAGO, SignIn
from tests.desk.grievances.cases import grievances

WRITTEN = TODAY - timedelta(days=20)
FAR = household_no(1_000_009)
Cells = tuple[str, str, str, str, str, str]
GOOD: Cells = ("k1", AWA, "F", "", "12", "Rien depuis deux mois.")
NAMED: Cells = ("k2", "Sira Diallo", "f", "66 12 34 56", "41", "")
EMPTY: Cells = ("k3", "", "", "", "", "")


@pytest.fixture
async def oumou(household_of_awa: int, sign_in: SignIn) -> Browser:
    """The browser of Oumou, an agent of the cercle of Safo, where Awa's household lives and another does not."""
    await seed.household(FAR, commune=DIAGO)
    return await sign_in("oumou", scope=Scope.CERCLE, scope_code=SAFO[:6])


async def typed(browser: Browser, *lines: Cells, **head: str) -> httpx.Response:
    token = await browser.token("/desk/register")
    columns = {name: [line[place] for line in lines] for place, name in enumerate(COLUMNS)}
    given = {"commune": "Safo", "village": "Kola", "written_on": WRITTEN.isoformat(), "language": "bm", "do": "file"}
    return await browser.http.post("/desk/register", data={"csrftoken": token, **given, **head, **columns})


async def test_each_line_is_filed_and_its_reference_is_there_to_be_written_on_the_paper(oumou: Browser) -> None:
    answer = await typed(oumou, GOOD, NAMED, EMPTY)
    assert answer.status_code == 200
    first, second = await grievances()
    assert [first.name, second.name] == ["Awa Traoré", "Sira Diallo"]
    assert (first.msisdn, second.msisdn) == ("+22376123456", "+22366123456")
    for case in (first, second):
        assert (case.channel, case.village, case.commune_pcode, case.sex) == ("register", "Kola", SAFO, "F")
        assert f"{case.reference[:3]} {case.reference[3:5]} {case.reference[5:]}" in seen(answer)


async def test_it_is_as_old_as_the_paper_and_due_from_the_day_it_came(oumou: Browser) -> None:
    await typed(oumou, GOOD)
    (case,) = await grievances()
    assert case.received_at.date() == WRITTEN
    assert case.decision_due >= add_working_days(TODAY, 5, set())


async def test_what_is_wrong_stands_beside_its_line_and_the_good_ones_are_not_lost(oumou: Browser) -> None:
    wrong: Cells = ("k4", "12345678", "Q", "12", "99", "Ses mots")
    answer = await typed(oumou, GOOD, wrong, NAMED)
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
    assert len(await grievances()) == 2
    right: Cells = ("k4", "Oumar Keita", "M", "", "81", "Ses mots")
    done: Cells = ("k1", AWA, "", "", "", "")
    assert 'name="key" value="k1"><input type="hidden" name="whose" value="' + AWA in answer.text
    answer = await typed(oumou, done, right, NAMED)
    assert answer.status_code == 200
    assert len(await grievances()) == 3, "those that were filed are not filed again"
    assert len(set(re.findall(r"<strong>((?:\d{3}|\d{6}) \d\d \d\d)</strong>", answer.text))) == 3


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
    oumou: Browser, head: dict[str, str], correction: str
) -> None:
    answer = await typed(oumou, GOOD, **head)
    assert correction in seen(answer)
    assert GOOD[-1] in answer.text
    assert await grievances() == []


async def test_a_household_is_named_by_either_number_and_a_name_may_have_a_digit(oumou: Browser) -> None:
    await seed.known_as(AWA, "KT/02/7")
    answer = await typed(oumou, ("k1", "kt/02/7", "", "", "12", ""), ("k2", "Sira Diallo II 2", "", "", "41", ""))
    assert answer.status_code == 200
    assert [case.name for case in await grievances()] == ["Awa Traoré", "Sira Diallo II 2"]


async def test_a_number_of_letters_alone_names_a_household_of_the_commune_or_is_a_name(oumou: Browser) -> None:
    await seed.known_as(AWA, "KOLO-B")
    await seed.known_as(FAR, "Sira Diallo")
    await typed(oumou, ("k1", "kolo-b", "", "", "12", ""), ("k2", "Sira Diallo", "", "", "41", ""))
    assert [(case.name, case.household_id is None) for case in await grievances()] == [
        ("Awa Traoré", False), ("Sira Diallo", True),
    ]  # fmt: skip


async def test_a_household_of_another_commune_or_zone_is_refused(oumou: Browser) -> None:
    answer = await typed(oumou, ("k1", FAR, "", "", "12", ""))
    assert "hors de votre zone" in seen(answer)
    answer = await typed(oumou, ("k1", AWA, "", "", "12", ""), commune="Diago")
    assert "Ce ménage est de la commune de Safo" in seen(answer)


async def test_abuse_on_a_list_keeps_the_subject_alone(oumou: Browser) -> None:
    abuse = next(code for code, (category, _) in CODES.items() if category == "abuse")
    answer = await typed(oumou, ("k1", "Sira Diallo", "F", "", abuse, "Ce qui s'est passé"), NAMED)
    case = (await grievances())[0]
    assert {case.name, case.sex, case.msisdn, case.words, case.village, case.commune_pcode} == {None}
    assert "Ce qui s'est passé" not in answer.text
    assert answer.text.count("Sira Diallo") == 3, "only the other line, in the table, the list and its hidden field"


@pytest.mark.parametrize(("whose", "category"), [("Sira Diallo", "abuse"), ("anonyme", "payment")])
async def test_a_number_that_would_not_be_kept_is_asked_about(oumou: Browser, whose: str, category: str) -> None:
    code = next(code for code, each in CODES.items() if each[0] == category)
    answer = await typed(oumou, ("k1", whose, "F", "66123456", code, ""))
    assert "Pas gardé d'une liste" in seen(answer)
    assert await grievances() == []


async def test_more_lines_are_given_without_filing(oumou: Browser) -> None:
    answer = await typed(oumou, GOOD, do="more")
    assert await grievances() == []
    assert GOOD[-1] in answer.text
