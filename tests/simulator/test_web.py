"""The page of the simulator: whole, small, closed to the outside."""

import json
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from core.text import gsm7
from simulator.phones import DemoPhone
from simulator.web import PAGE, routes
from tests.simulator.page import browser
from tests.simulator.tiny_line import CALLBACK, TOKEN

PHONES = [
    DemoPhone("+22370000001", "Paiement annoncé", hint="ménage 90000017, né en 1964"),
    DemoPhone("+22370000002", "Plainte </script><b>avec réponse"),
]
LARGEST = 70_000


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with browser(phones=PHONES) as client:
        yield client


def the_line(html: str) -> dict[str, object]:
    """What the page is told about the line it talks to."""
    script = re.search(r'<script type="application/json" id="line">(.*?)</script>', html, re.DOTALL)
    assert script
    line = json.loads(script[1])
    assert isinstance(line, dict)
    return line


async def test_the_page_knows_the_line_and_its_callers(client: httpx.AsyncClient) -> None:
    page = await client.get("/simulator")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    line = the_line(page.text)
    assert line["callback"] == CALLBACK
    assert line["serviceCode"] == "*384*1234#"
    assert line["phones"] == [
        {"msisdn": "+22370000001", "label": "Paiement annoncé", "hint": "ménage 90000017, né en 1964"},
        {"msisdn": "+22370000002", "label": "Plainte </script><b>avec réponse", "hint": ""},
    ]


async def test_the_page_counts_with_the_alphabet_of_the_line(client: httpx.AsyncClient) -> None:
    line = the_line((await client.get("/simulator")).text)
    assert line["alphabet"] == {
        "budget": 182,
        "aim": 160,
        "unit": "septets",
        "single": gsm7.BASIC,
        "double": gsm7.EXTENSION,
    }


async def test_in_ucs2_every_character_is_carried() -> None:
    async with browser(phones=PHONES, alphabet_name="ucs2") as client:
        line = the_line((await client.get("/simulator")).text)
    assert line["alphabet"] == {"budget": 80, "aim": 80, "unit": "caractères"}


def test_an_unknown_alphabet_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="ascii"):
        routes(token=TOKEN, service_code="*384#", phones=[], alphabet_name="ascii")


async def test_the_token_stays_in_the_page(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/simulator")).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]


async def test_everything_the_page_asks_for_is_served(client: httpx.AsyncClient) -> None:
    asked = set(re.findall(r'(?:src|href)="([^"]+)"', (await client.get("/simulator")).text))
    for script in (PAGE / "assets").glob("*.js"):
        imported = re.findall(r'from "\./([^"]+)"', script.read_text(encoding="utf-8"))
        asked |= {f"/simulator/assets/{name}" for name in imported}
    assert "/simulator/assets/call.js" in asked
    for path in asked:
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "no-cache"


async def test_the_whole_is_light(client: httpx.AsyncClient) -> None:
    page = len((await client.get("/simulator")).content)
    assert page + sum(file.stat().st_size for file in (PAGE / "assets").iterdir()) < LARGEST


def test_nothing_comes_from_elsewhere() -> None:
    for file in PAGE.rglob("*.*"):
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|\burl\(\s*[\"']?//", text), file.name


def test_the_scripts_find_every_part_of_the_page_they_name() -> None:
    ids = set(re.findall(r'\bid="([^"]+)"', (PAGE / "simulator.html").read_text(encoding="utf-8")))
    for script in (PAGE / "assets").glob("*.js"):
        named = set(re.findall(r'\bby\("([^"]+)"\)', script.read_text(encoding="utf-8")))
        assert named <= ids, script.name


async def test_what_is_not_the_page_is_not_served(client: httpx.AsyncClient) -> None:
    for path in ("/simulator/assets/../simulator.html", "/simulator/assets/%2e%2e/simulator.html", "/simulator/x"):
        assert (await client.get(path)).status_code == 404
