"""What is known of people stands in no address of the desk: no link, form, redirect, script or parameter has it."""

import ast
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import httpx
import pytest
from sqlmodel import col, update
from starlette.applications import Starlette

from core.call_requests import requests
from core.grievances.filing import file
from core.payments.states import PaymentState
from core.platform.database import writing
from core.registry.phone_claims import claim
from core.staff.agents import Agent, Role, add_agent
from core.text.languages import Language
from desk.site import searches
from faults.odd.ways import Way, ways
from tests.core import seed
from tests.core.grievances import handling
from tests.core.seed import NOW
from tests.desk.browser import Browser
from tests.desk.conftest import SignIn
from tests.desk.planted import NAME, NUMBER, PHONE, STRANGER, WORDS, kinds_in, plant_family
from tests.sms.campaign_world import PAY_DAY, ROUND, running
from tests.support.database import change

LOGIN: Final = f"{NAME.lower()}.staff"
"""Of somebody who works here."""

TAG: Final = re.compile(r"<(\w+)((?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?|\s*/)*)\s*>")
ATTRIBUTE: Final = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
FORM: Final = re.compile(r"<form(?P<tag>[^>]*)>(?P<inside>.*?)</form>", re.DOTALL)
LEAVING: Final = ("/desk/logout", "/desk/account", "/desk/imports", "/desk/form-registers")
"""Forms that are not sent here: they end the session, or bring a file."""

FIELDS: Final = (
    "q", "words", "reference", "number", "household", "phone", "name", "login", "value", "whose", "village", "filter",
)  # fmt: skip
"""Where something of people is typed."""


SEARCHED: Final = ("q", "words", "reference", "filter")
"""Where something of people is looked for."""


@dataclass(slots=True)
class Walk:
    """Every page that somebody comes to, and every address on the way."""

    browser: Browser
    references: Sequence[str]
    token: str
    addresses: set[str] = field(default_factory=set)
    shapes: set[str] = field(default_factory=set)
    forms: dict[str, str] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)

    async def everywhere(self, begin: Sequence[str]) -> None:
        """Open what is led to, one page of each kind; then send every form."""
        ahead = list(begin)
        while ahead:
            path = ahead.pop()
            shape = _shape(path)
            if shape in self.shapes or not path.startswith("/desk") or path.endswith(".js"):
                continue
            self.shapes.add(shape)
            ahead += self._read(await self.browser.http.get(path))
        for action in list(self.forms):
            if not action.startswith(LEAVING):
                await self._send(action)

    def _read(self, answer: httpx.Response) -> list[str]:
        """Note the addresses of an answer and its forms, one for each place they are sent to; where it leads to."""
        self.visited.add(answer.request.url.path)
        self.addresses.add(str(answer.request.url))
        led = [answer.headers["location"]] if "location" in answer.headers else []
        if answer.headers.get("content-type", "").startswith("text/html"):
            led += list(links(answer.text))
            for action, inside in posted(answer.text, str(answer.request.url)):
                self.forms.setdefault(_shape(action).partition("?")[0], f"{action}\n{inside}")
            self.addresses |= set(asked_by_get(answer.text))
        self.addresses |= set(led)
        return [_path(each) for each in led]

    async def _send(self, shape: str) -> None:
        """Send a form with what is known of people in every field where something is typed, and note where it leads."""
        action, _, inside = self.forms[shape].partition("\n")
        for typed in (NAME, PHONE, NUMBER, WORDS, *self.references):
            fields = dict(hidden(inside)) | {
                name: f'login__contains="{typed}"' if name == "filter" else typed
                for name in names(inside) & set(FIELDS)
            }
            answer = await self.browser.http.post(action, data={**fields, "csrftoken": self.token})
            for path in self._read(answer)[: 1 if "location" in answer.headers else 0]:
                self._read(await self.browser.http.get(path))
            if not names(inside) & set(SEARCHED):
                return


def links(page: str) -> Iterator[str]:
    """Whatever in a page is an address: links, actions, what scripts are given, what a choice leads to."""
    for tag in TAG.finditer(page):
        for attribute in ATTRIBUTE.finditer(tag[2]):
            value = html.unescape(attribute[2] or attribute[3] or "")
            if re.match(r"(?:/|https?://|\?)", value) or attribute[1] in ("href", "action", "formaction", "src"):
                yield value


def posted(page: str, at: str) -> Iterator[tuple[str, str]]:
    """Where the forms of a page are sent, and what is in them."""
    for form in FORM.finditer(page):
        given = {name: html.unescape(value) for name, value, _ in ATTRIBUTE.findall(form["tag"])}
        if given.get("method", "get").lower() == "post":
            for other in re.findall(r'formaction="([^"]*)"', form["inside"]):
                yield html.unescape(other), form["inside"]
            yield given.get("action") or _path(at), form["inside"]


def asked_by_get(page: str) -> Iterator[str]:
    """What forms write into an address: no field in which something is typed, and the values of the others."""
    for form in FORM.finditer(page):
        if 'method="post"' in form["tag"].lower():
            continue
        inside = re.sub(r"data-text=\"[^\"]*\"", "", form["inside"])
        for kind in re.findall(r'<input[^>]*type="(\w+)"', inside):
            assert kind in ("hidden", "date", "radio", "checkbox"), inside
        assert "<textarea" not in inside
        yield from (html.unescape(value) for value in re.findall(r'value="([^"]*)"', inside))


def hidden(inside: str) -> Iterator[tuple[str, str]]:
    """The fields of a form that are filled already."""
    for tag in re.findall(r"<input[^>]*>", inside):
        given = {name: html.unescape(value) for name, value, _ in ATTRIBUTE.findall(tag)}
        if given.get("type") == "hidden" and "name" in given:
            yield given["name"], given.get("value", "")


def names(inside: str) -> set[str]:
    """The names of its fields."""
    return set(re.findall(r'name="([\w.]+)"', inside))


def _path(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _shape(path: str) -> str:
    """Pages of one kind: of a path whose numbers are left out, with the same parameters."""
    parts = urlsplit(path)
    return re.sub(r"\d+", "N", parts.path) + "?" + " ".join(sorted(dict(parse_qsl(parts.query))))


@pytest.fixture
async def references(world: None) -> Sequence[str]:
    """The family with a complaint, a sensitive one, a call it waits for and a phone that says it is its own."""
    household = await plant_family()
    filing = replace(
        handling.LATE, msisdn=PHONE, household_id=household, words=WORDS, name=NAME, call_back=True,
        language=Language("fr"),
    )  # fmt: skip
    others = replace(filing, key="sensitive", category="conduct", subcategory="bribe", call_safe=True)
    filed = [await file(each, NOW) for each in (replace(filing, key="ordinary"), others)]
    await requests.ask_call("a", PHONE, Language("fr"), household, NOW)
    await claim(household, STRANGER, NOW)
    await add_agent(LOGIN, f"{NAME} Keïta", Role.AGENT)
    await seed.payment(household, PaymentState.ANNOUNCED, due=PAY_DAY, round_name=ROUND)
    await running()
    await change("INSERT INTO holiday VALUES ('2026-09-22', 'Indépendance')")
    await change(
        "INSERT INTO prepared_answer (category, title, texts) VALUES ('payment', 'Jour', jsonb_build_object('fr', 'a'))"
    )
    return [each.reference for each in filed]


def get_ways(app: Starlette) -> Sequence[Way]:
    """The ways in of the desk that are opened."""
    return [way for way in ways(app) if way.path.startswith("/desk") and way.method == "GET"]


UNSEEN: Final = frozenset(
    {
        "/desk/attachments/file/{id:int}",
        "/desk/batches/of/{id:int}",
        "/desk/batches/of/{id:int}/refused",
        "/desk/field-forms/{id:int}",
        "/desk/field-forms/{id:int}/columns",
        "/desk/form-registers/{held_id}",
        "/desk/form-registers/{held_id}/mapping",
        "/desk/imports/{upload_id}",
        "/desk/imports/{upload_id}/refused",
        "/desk/registry/case/{id:int}",
        "/desk/registry/household/{id:int}",
    }
)
"""Ways in that no walk here comes to: no file was brought, no other registry is set."""


async def test_no_address_of_any_page_has_what_is_known_of_people(
    app: Starlette, sign_in: SignIn, references: Sequence[str]
) -> None:
    ways_in, visited = get_ways(app), set[str]()
    for role in Role:
        browser = await sign_in(f"a.{role.value}", role)
        async with writing() as session:
            await session.exec(update(Agent).where(col(Agent.role) == Role.SUPERVISOR).values(watches_focal=True))
        walk = Walk(browser, references, await browser.token("/desk/account"))
        await walk.everywhere([way.path for way in ways_in if not way.parameters])
        wrong = {
            address
            for address in map(unquote_plus, walk.addresses)
            if not address.startswith("tel:")  # goes to the telephone, and into no history
            and (kinds_in(address) or any(each in address for each in references) or LOGIN in address)
        }
        assert wrong == set(), role
        visited |= walk.visited
    pages = {way.path: re.compile(re.sub(r"\{\w+(:\w+)?\}", "[^/]+", way.path) + "/?") for way in ways_in}
    assert {path for path, page in pages.items() if not any(map(page.fullmatch, visited))} == UNSEEN


IN_PATHS: Final = frozenset({"id", "key", "kind", "upload_id", "held_id", "file", "act"})
"""What stands in the path of a page: numbers of rows, lists of the library, uploads, files of ours."""

IN_QUERIES: Final = frozenset({
    "page", "show", "view", "after", "most", "days", "since", "until", "step", "prepared", "region", "commune", "next",
    "name", "page_size", "pk", "mapping", "category", "language", "operator", "anew",
})  # fmt: skip
"""What pages read of an address: pages and numbers of rows, days, words of our own, and names of places."""

BY_A_FUNCTION: Final = frozenset({"wanted_of"})
"""Functions that are given all of it: filters of our own words, places and numbers (`desk.grievances.list`)."""


def test_no_page_has_a_parameter_in_its_path_that_could_hold_it(app: Starlette) -> None:
    for way in get_ways(app):
        assert set(way.parameters) <= IN_PATHS, way.path


def asked_of_addresses() -> Iterator[tuple[str, str]]:
    """Each name that the code of the desk reads of an address, with its file; functions that read it all by name."""
    for path in Path(searches.__file__).parents[1].rglob("*.py"):
        if path.name == "searches.py":
            continue
        for function in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            source = ast.unparse(function)
            given = re.findall(r"(\w+) = request\.query_params\b(?!\.get)", source)
            for reader in ("request.query_params", *given):
                found = rf"{re.escape(reader)}(?:\.get\(|\[)'(\w+)'"
                yield from ((name, path.name) for name in re.findall(found, source))
            yield from ((name, path.name) for name in re.findall(r"(\w+)\(request\.query_params\)", source))


def test_no_page_reads_it_of_an_address() -> None:
    read = set(asked_of_addresses())
    assert {name for name, _ in read} <= IN_QUERIES | BY_A_FUNCTION, read
    assert len(read) > 10


async def test_what_an_address_holds_is_not_shown(app: Starlette, sign_in: SignIn, references: Sequence[str]) -> None:
    """Whatever the parameter is called: what is typed comes by a form, and a page that shows it again read it there."""
    for role in Role:
        browser = await sign_in(f"a{role.value}", role)
        for way in get_ways(app):
            path = way.path.replace("{id:int}", "1").replace("{key}", "commune").replace("{upload_id}", "a")
            answer = await browser.http.get(path, params=dict.fromkeys((*FIELDS, "filed", "search"), "Yolocarabara"))
            assert "yolocarabara" not in answer.text.lower(), path
            assert "Yolocarabara" not in answer.headers.get("location", ""), path


FETCHED: Final = re.compile(r"\bfetch\(([^,)]+)")
GOES: Final = re.compile(r"location(?:\.href)?\s*=\s*([^;]+);|location\.(\w+)\(")


def test_no_script_of_ours_makes_an_address() -> None:
    """A script asks what its page names, by a form, or reads the page anew."""
    for path in (Path(searches.__file__).parent / "static").glob("*.js"):
        script = path.read_text("utf-8")
        assert all(re.fullmatch(r"(?:form|box)\.dataset\.\w+", each) for each in FETCHED.findall(script)), path.name
        for value, call in GOES.findall(script):
            assert (value or call) in ("event.target.value", "reload"), path.name
