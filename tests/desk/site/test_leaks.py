"""Nothing personal leaks: what was planted and typed stands where `docs/operators.md` says, and nowhere else.

Odd requests and plain ones go over line, SMS and desk, with invented names, numbers, a year and words in every place;
then each log line, metric, Redis value, table and audit entry, and every file that is handed out, is searched for them.
"""

import logging
import re
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Final

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from core.platform.settings import Settings
from core.staff.agents import Role
from faults.odd.requests import Oddities, Vocabulary
from faults.odd.ways import ways
from simulator.gateway import UssdCall
from tests.desk.addresses import household_page
from tests.desk.browser import Browser
from tests.desk.conftest import SignIn
from tests.desk.files import handed_out, unreached
from tests.desk.planted import NAME, NUMBER, PHONE, STRANGER, VILLAGE, WORDS, YEAR, kinds_in, plant_family
from tests.desk.site.test_odd_requests import ASKED, as_sent
from tests.support.database import query

HOLDERS: Final = re.compile(r"^\| `(\w+)` \| ([^|]+) \| ([^|]+) \|", re.MULTILINE)
DOCUMENT: Final = Path(__file__).parents[3] / "docs/operators.md"
EACH: Final = 3
FILES: Final = ("unreached_files", "refused_rows", "rights_file")
"""What is handed out that names people."""


def allowed() -> dict[str, set[str]]:
    """What may stand where, by the table of the operators' document."""
    section = DOCUMENT.read_text("utf-8").partition("\n## What holds something personal")[2].partition("\n## ")[0]
    return {where: set(re.findall(r"\w+", kinds)) for where, kinds, _ in HOLDERS.findall(section)}


@pytest.fixture
def desk_settings(desk_settings: Settings, tmp_path: Path) -> Settings:
    """Imports are kept in a folder of the test's own."""
    return desk_settings.model_copy(update={"data_dir": tmp_path})


@pytest.fixture
async def family(world: None) -> int:
    """The household that is not to be found again."""
    return await plant_family()


async def dial_through(browser: Browser, redis: Redis) -> set[str]:
    """Calls of the family's phone and of a stranger's who types all there is to type; what Redis holds between hops."""
    held = set()
    for phone, keys in (
        (PHONE, ("1", "2", "2", "0", "3")),
        (STRANGER, ("1", "2", NUMBER, "1950", "1951", str(YEAR), "1", "3", "1", WORDS, "1")),
        (STRANGER, ("2", "2", NUMBER, str(YEAR), "1", "1", f"{NAME} {WORDS}", "1", "1")),
        (STRANGER, (NAME, WORDS, PHONE, str(YEAR), NUMBER)),
        (PHONE, ("00", "3", "5", "1", "3", WORDS, "1")),
        (PHONE, ("00", "3", "4", "1", "1", "5", STRANGER, "1")),
        (STRANGER, ("00", "1", "1", VILLAGE, NAME)),
    ):
        call = UssdCall(browser.http, "/ussd/africastalking/demo", phone)
        screen = await call.dial()
        for key in keys:
            if screen.ends:
                break
            screen = await call.reply(key)
            held |= kinds_in(await in_redis(redis))
        await call.end_event("Incomplete")
    return held


async def write_sms(browser: Browser) -> None:
    """What a gateway tells, with numbers and words where they do not belong."""
    forms = {
        "delivery": {"id": PHONE, "status": "Failed", "phoneNumber": PHONE, "failureReason": f"no {NAME} {NUMBER}"},
        "optout": {"senderId": NAME, "phoneNumber": STRANGER},
    }
    for name, form in forms.items():
        await browser.http.post(f"/sms/africastalking/demo/{name}", data=form)
    event = {"sessionId": "s", "phoneNumber": PHONE, "status": "Failed", "errorMessage": f"to {PHONE} of {NUMBER}"}
    await browser.http.post("/ussd/africastalking/demo/events", data=event)
    await browser.http.post(f"/ussd/africastalking/{NAME}", data={"phoneNumber": PHONE})


async def work_at_the_desk(browser: Browser) -> None:
    """Searches, complaints and mistakes."""
    token = await browser.token("/desk/account")
    for path, form in {
        "/desk/households": {"q": NAME},
        f"{await household_page(NUMBER)}/phone": {"position": "1", "value": "12", "was": PHONE, "reason": WORDS},
        "/desk/intake": {
            "key": "a-key", "who": "person", "name": NAME, "village": VILLAGE, "phone": STRANGER, "commune": "Safo",
            "what": "payment.late", "words": WORDS, "language": "fr", "channel": "desk", "do": "file",
        },
        "/desk/queue/open": {"reference": NUMBER},
        "/desk/grievances": {"words": NAME},
        "/desk/audit-entry/list": {"q": f"{NAME} {PHONE} {NUMBER} {WORDS}"},
        "/desk/login": {"login": NAME, "password": WORDS},
    }.items():  # fmt: skip
        await browser.http.post(path, data={**form, "csrftoken": token})
    await browser.open("/desk/households", q=f"{NAME} {PHONE}")
    await browser.open("/desk/grievances", words=f"{NAME} {PHONE}")


async def send_oddities(app: Starlette, browser: Browser) -> Mapping[str, int]:
    """Odd requests to every way in, the planted things among their values; what answered that it failed."""
    failed = {}
    planted = (NAME, VILLAGE, WORDS, PHONE, STRANGER, NUMBER, str(YEAR), f"{NAME} {PHONE} {YEAR} {WORDS}")
    names = (*ASKED, "phoneNumber", "text", "sessionId", "words", "login", "password", "errorMessage", "status", "id")
    real = dict.fromkeys((*names, "household_no", "reference"), planted) | {"token": ("demo",), "key": ("commune",)}
    odd = Oddities(seed=15, words=Vocabulary(names, real))
    for way in ways(app):
        if way.path.startswith(("/simulator", "/desk/logout")):
            continue
        signed = {"csrftoken": await browser.token("/desk/account")} if way.method == "POST" else {}
        for request in odd.of(way, signed, EACH):
            answer = await browser.http.send(as_sent(browser, request))
            if answer.status_code >= 500:
                failed[f"{request.method} {request.target}"] = answer.status_code
    return failed


async def tables() -> Mapping[str, str]:
    """Every row of every table, as text."""
    names = [row.tablename for row in await query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        name: "\n".join(row.text for row in await query(f"SELECT t::text AS text FROM {name} AS t"))  # noqa: S608
        for name in names
    }


async def in_redis(redis: Redis) -> str:
    """Every value there is."""
    return "\n".join([str(await redis.get(key)) for key in await redis.keys("*")])


@pytest.fixture
async def serving(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The application as a server runs it, which closes what it opened."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    async with app.router.lifespan_context(app):
        yield


@pytest.mark.usefixtures("serving")
async def test_what_is_personal_stands_where_the_document_says_and_nowhere_else(
    app: Starlette,
    sign_in: SignIn,
    family: int,
    redis: Redis,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    awa, admin = await sign_in("awa", Role.SUPERVISOR), await sign_in("admin", Role.ADMINISTRATOR)
    for name in (None, "starlette_admin", "uvicorn.error"):
        caplog.set_level(logging.DEBUG, logger=name)
    logging.getLogger("httpx").setLevel(logging.CRITICAL)  # the browser of the test, which is no part of the programme
    places: dict[str, set[str]] = {"redis": set()}
    places["redis"] |= await dial_through(awa, redis)
    await write_sms(awa)
    await work_at_the_desk(awa)
    files = {"unreached_files": await unreached(awa, family), **await handed_out(awa, admin)}
    assert await send_oddities(app, awa) == {}
    places["redis"] |= kinds_in(await in_redis(redis))
    logged = capfd.readouterr().err
    places["logs"] = kinds_in(logged)
    assert len(logged.splitlines()) > 1000, "whatever libraries say is heard"
    places["metrics"] = kinds_in((await awa.http.get("/metrics")).text)
    places |= {name: set().union(*map(kinds_in, texts)) for name, texts in files.items()}
    places |= {name: kinds_in(text) for name, text in (await tables()).items()}
    may_hold = allowed()
    beyond = {where: kinds - may_hold.get(where, set()) for where, kinds in places.items()}
    assert {where: kinds for where, kinds in beyond.items() if kinds} == {}
    assert may_hold.keys() <= places.keys(), "the document names what there is"
    assert {name: places[name] for name in FILES} == {name: may_hold[name] for name in FILES}, "each file was read"
    assert places["household"] == {"name", "household", "year"}, "what was planted is seen where it is"
