"""Lists and cases on paper: title, day, whose places, filters, and every row of the list, not only those of a page."""

import re
from datetime import timedelta

import pytest

from core.call_requests.requests import ask_call
from core.staff.agents import Role, Scope
from core.text.formats import short_date
from core.text.languages import Language
from tests.core.grievances.grievance_rows import plant
from tests.core.seed import NOW, SAFO, TODAY
from tests.desk.addresses import case_page
from tests.desk.browser import seen
from tests.desk.conftest import DIAGO, SignIn
from tests.desk.grievances.cases import CONDUCT, filed
from tests.desk.trail import trail

ROWS = 57


@pytest.fixture(autouse=True)
async def _more_than_a_page(two_communes: None) -> None:
    for number in range(ROWS):
        await plant(TODAY - timedelta(days=number % 3), category="data")
        await ask_call(f"call{number}", f"+223760001{number:02}", Language("fr"), None, NOW)


@pytest.mark.parametrize(
    ("address", "title"),
    [("/grievances", "Plaintes"), ("/queue", "Plaintes à traiter"), ("/call-requests", "À appeler")],
)
async def test_a_list_is_printed_whole_with_its_title_day_and_scope(sign_in: SignIn, address: str, title: str) -> None:
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open(f"/desk{address}")
    (print_it,) = re.findall(rf'href="(/desk{address}/print[^"]*)"', page.text)
    paper = await awa.open(print_it.replace("&amp;", "&"))
    words = seen(paper)
    assert paper.text.count("<tr>") == ROWS + 1
    assert f"{ROWS} lignes, toutes ici." in words
    assert re.search(rf"{title} .*Imprimé le {short_date(TODAY)} [0-9:]+ par Awa", words)
    assert "<textarea" not in paper.text
    (entry,) = await trail("list printed")
    assert entry.detail == {"list": title, "rows": ROWS}


async def test_what_was_asked_for_is_printed_and_said(sign_in: SignIn) -> None:
    other = await plant(TODAY, category="phone", commune_pcode=DIAGO, name="Awa Traoré")
    awa = await sign_in("awa", Role.SUPERVISOR)
    words = await awa.see(f"/desk/grievances/print?category=phone&place={DIAGO}&since={TODAY}")
    narrowed = words.partition("catégorie : Téléphone · lieu : ")[2]
    assert re.match(rf"[^·]*Diago · reçue du : {short_date(TODAY)}\. 1 ligne, toutes ici\.", narrowed)
    assert other in words
    searched = await awa.submit("/desk/grievances/print", page="/desk/grievances", words="Traoré")
    assert "cherché : Traoré. 1 ligne" in seen(searched)
    assert "À prendre · Données." in await awa.see("/desk/queue/print?view=free&category=data")


async def test_a_bound_is_said(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (
        "desk.site.printing",
        "desk.grievances.list",
        "desk.grievances.queue",
        "desk.call_requests.requests",
    ):
        monkeypatch.setattr(f"{module}.MOST_PRINTED", 20)
    awa = await sign_in("awa", Role.SUPERVISOR)
    for address in ("/grievances", "/queue", "/call-requests"):
        paper = await awa.open(f"/desk{address}/print")
        assert paper.text.count("<tr>") == 21
        assert "Les 20 premières lignes seulement" in seen(paper)


async def test_nothing_sensitive_and_nothing_of_other_places_is_on_paper(sign_in: SignIn) -> None:
    secret = await filed("a", CONDUCT)
    oumou = await sign_in("oumou", Role.FOCAL)
    assert secret in await oumou.see("/desk/grievances")
    assert "Imprimer" not in await oumou.see("/desk/grievances")
    for address in ("/grievances/print", "/queue/print"):
        assert (await oumou.open(f"/desk{address}")).status_code == 403
    there = await sign_in("issa", Role.AGENT, Scope.COMMUNE, DIAGO)
    assert "0 ligne, toutes ici." in await there.see("/desk/grievances/print")
    here = await sign_in("moussa", Role.AGENT, Scope.COMMUNE, SAFO)
    words = await here.see("/desk/grievances/print")
    assert f"{ROWS} lignes, toutes ici." in words
    assert secret not in words


async def test_a_case_has_its_number_on_paper_and_no_button(sign_in: SignIn) -> None:
    reference = await filed("b")
    awa = await sign_in("awa", Role.SUPERVISOR)
    page = await awa.open(await case_page(reference))
    assert f"<title>Plainte {reference}" in page.text
    style = (await awa.open("/desk/static/desk.css")).text
    print_rules = style[style.rindex("@media print") :]
    hidden = print_rules[: print_rules.index("display: none")]
    assert {".btn", "main form", "summary"} <= {each.strip() for each in re.split(r"[,{}]", hidden)}
