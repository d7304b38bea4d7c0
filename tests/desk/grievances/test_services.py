"""The directory of services comes in as a file: looked at first, each wrong line named, nothing twice."""

import httpx
import pytest

from core.imports.services import template
from core.staff.agents import Role
from tests.desk.browser import Browser, seen
from tests.desk.conftest import SignIn
from tests.support.database import query

pytestmark = pytest.mark.usefixtures("two_communes")

FILE = """service;ce qu'il fait;lieu;téléphone
CSRéf de Kati;soins;Kati;20 22 00 00
One Stop Center;listening;Bamako;
Numéro vert;écoute;Mali;116
Sans lieu;soins;;20 22 00 01
Mal dit;chirurgie;Kati;12
"""


async def brought(browser: Browser, text: str | bytes, name: str = "services.csv") -> httpx.Response:
    token = await browser.token("/desk/services")
    content = text.encode() if isinstance(text, str) else text
    return await browser.http.post("/desk/services/file", data={"csrftoken": token}, files={"file": (name, content)})


async def services() -> list[tuple[str, ...]]:
    return [tuple(row) for row in await query("SELECT name, kind, place, phone FROM referral_service ORDER BY id")]


async def test_a_file_is_looked_at_and_then_taken_once(sign_in: SignIn) -> None:
    fanta = await sign_in("fanta", Role.FOCAL)
    answer = await brought(fanta, FILE)
    page = seen(answer)
    assert answer.status_code == 422
    assert "3 services nouveaux" in page
    assert "5 place cellule vide" in page, "line, column and reason"
    assert all(words in page for words in ("6 kind chirurgie", "6 phone 12"))
    assert await services() == [], "nothing is written before it was seen"
    token = await fanta.token("/desk/services")
    lines = [("health", "CSRéf de Kati", "Kati", "20 22 00 00"), ("listening", "Numéro vert", "Mali", "116")]
    form = {
        "csrftoken": token,
        **dict(zip(("kind", "name", "place", "phone"), map(list, zip(*lines, strict=True)), strict=True)),
    }
    for _ in range(2):
        await fanta.http.post("/desk/services/taken", data=form)
    assert await services() == [
        ("CSRéf de Kati", "health", "Kati", "20 22 00 00"),
        ("Numéro vert", "listening", "Mali", "116"),
    ]
    assert "1 service nouveau, 2 déjà" in seen(await brought(fanta, FILE))


async def test_the_workbook_to_fill_in_is_read_as_it_is_and_others_do_not_get_there(sign_in: SignIn) -> None:
    fanta, awa = await sign_in("fanta", Role.FOCAL), await sign_in("awa", Role.SUPERVISOR)
    workbook = await fanta.open("/desk/services/template.xlsx")
    assert workbook.content.startswith(b"PK")
    assert "0 service nouveau" in seen(await brought(fanta, template(), "services.xlsx"))
    assert (await brought(fanta, "x", "services.pdf")).status_code == 422
    assert (await awa.http.get("/desk/services/template.xlsx")).status_code == 403
