"""`jigi gateways test … --ussd`: one session of a number, opened as each gateway opens one, and each step said."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

import simulator
from asgi import build
from core.calls.session_end import SessionOutcome
from core.platform.servers import OwnRedis
from core.platform.settings import Settings, settings
from core.schema.ground import Ground
from simulator.smsc import StandInSmsc
from simulator.smsc_phones import SmscLine
from tests.core.platform.smpp.raw_smsc import raw_smsc
from tests.simulator.loopback import on_loopback
from tests.sms.outbox.test_gateways_command import TOKEN, typed
from tests.support.database import query
from tests.ussd.gateway_cases import PHONE, HeardLine
from tests.ussd.test_smpp import a_gateway, until
from ussd import gateways
from ussd.hops import Hop, LastInput, Reply

FIELDS = Path(simulator.__file__).parent / "lastinput.json"


@pytest.fixture(autouse=True)
def chosen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "JIGI_CALLBACK_TOKENS": TOKEN,
        "JIGI_SIMULATOR": "false",
        "JIGI_SERVICE_CODE": "*384*1234#",
        "JIGI_USSD_GATEWAYS": "africastalking,lastinput",
        "JIGI_LASTINPUT_FILE": str(FIELDS),
    }.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    settings.cache_clear()


@asynccontextmanager
async def answering(line: HeardLine) -> AsyncIterator[str]:
    """The callbacks of the gateways over HTTP, and the address that they are reached at."""
    app = Starlette(routes=gateways.routes(gateways.switched_on(Settings()), line, Settings()))
    async with on_loopback(app) as address:
        yield address


@pytest.mark.parametrize(("gateway", "dialled"), [("africastalking", ""), ("lastinput", LastInput("", 0, begins=True))])
async def test_a_session_is_opened_as_the_gateway_opens_it_and_is_heard_to_its_end(
    gateway: str, dialled: str | LastInput
) -> None:
    line = HeardLine()
    async with answering(line) as address:
        tried = await typed("test", gateway, "--to", "76 12 34 56", "--ussd", "--at", address)
    assert tried.exit_code == 0, tried.output
    steps = [
        f"Opening one session of +223****56 by {gateway}",
        "The first page came in ",
        ": 15 septets, and the call goes on.",
        "The same hop again got the same page.",
        "The end of the call was heard.",
    ]
    places = [tried.output.find(step) for step in steps]
    assert places == sorted(places), tried.output
    assert places[0] > 0
    assert [(hop.gateway, hop.msisdn, hop.typed) for hop in line.hops] == [(gateway, PHONE, dialled)] * 2
    assert [(end.msisdn, end.outcome) for end in line.endings] == [(PHONE, SessionOutcome.CUT)]
    assert {hop.session_id for hop in line.hops} == {line.endings[0].session_id}
    assert "Wari" not in tried.output, "a page may be of a household"


async def test_a_number_alone_is_opened_a_session_by_each_gateway_that_may_call() -> None:
    line = HeardLine()
    async with answering(line) as address:
        tried = await typed("test", "76123456", "--ussd", "--at", f"{address}/")
    assert tried.exit_code == 0, tried.output
    assert [hop.gateway for hop in line.hops[::2]] == ["africastalking", "lastinput"]


@pytest.mark.usefixtures("emptied")
async def test_the_line_as_it_runs_is_opened_one_session_by_each_gateway(
    database_url: str, redis_server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with StandInSmsc().running() as smsc, SmscLine(smsc).running() as phones:
        monkeypatch.setenv("JIGI_USSD_GATEWAYS", "africastalking,lastinput,smpp")
        monkeypatch.setenv("JIGI_SMPP_USSD_URL", smsc.url)
        monkeypatch.setenv("JIGI_SMPP_USSD_CONVENTION", "pssr,push=2")
        settings.cache_clear()
        app = build(Settings(), Ground(database_url, redis_server.url))
        async with on_loopback(app) as address:
            await until(lambda: bool(smsc.listening))
            tried = await typed("test", "76123456", "--ussd", "--at", address)
            assert tried.exit_code == 0, tried.output
            assert tried.output.count("The end of the call was heard.") == 2
            assert "The line's link: ok." in tried.output
            assert [page.msisdn for page in phones.opened] == [PHONE]
            assert await query("SELECT status FROM gateway_session") == [("cut",), ("cut",)]


class Long(HeardLine):
    async def answer(self, hop: Hop) -> Reply:
        return Reply("a" * 183, ends=False)


class Changing(HeardLine):
    async def answer(self, hop: Hop) -> Reply:
        self.hops.append(hop)
        return Reply(f"page {len(self.hops)}", ends=False)


class Failing(HeardLine):
    async def ended(self, _: object) -> None:
        raise OSError("the database is away")


@pytest.mark.parametrize("gateway", ["africastalking", "lastinput"])
@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (Long(), "The first page has 183 septets, and a phone shows 182."),
        (Changing(), "The same hop again got another page."),
        (Failing(), "Its end was answered 503."),
    ],
    ids=["long", "changing", "failing"],
)
async def test_what_is_wrong_with_a_session_is_said_and_the_exit_code_tells(
    gateway: str, line: HeardLine, sentence: str
) -> None:
    async with answering(line) as address:
        tried = await typed("test", gateway, "--to", PHONE, "--ussd", "--at", address)
    assert (tried.exit_code, sentence in tried.output) == (1, True), tried.output


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (PlainTextResponse("Not Found", 404), "The callback answers 404: another word than ours"),
        (PlainTextResponse("not now", 503), "The first hop was answered 503."),
        (PlainTextResponse("<html>"), "The first hop was answered, and not by a page."),
        (JSONResponse({"message": 7}), "The first hop was answered, and not by a page."),
        (JSONResponse([]), "The first hop was answered, and not by a page."),
    ],
    ids=["404", "503", "html", "json", "list"],
)
async def test_what_stands_at_the_address_and_is_not_the_line_is_told_from_it(answer: Response, sentence: str) -> None:
    async def anything(_: Request) -> Response:
        return answer

    elsewhere = Starlette(routes=[Route("/{path:path}", anything, methods=["POST"])])
    async with on_loopback(elsewhere) as address:
        for gateway in ("africastalking", "lastinput"):
            tried = await typed("test", gateway, "--to", PHONE, "--ussd", "--at", address)
            assert (tried.exit_code, sentence in tried.output) == (1, True), tried.output


async def test_nobody_at_the_address_is_said_so() -> None:
    tried = await typed("test", "lastinput", "--to", PHONE, "--at", "http://127.0.0.1:1")
    assert (tried.exit_code, "The callback is not reached: ConnectError." in tried.output) == (1, True), tried.output


async def test_a_gateway_that_tells_of_no_end_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "names.json"
    file.write_text(FIELDS.read_text().replace('["4"]', "[]").replace('["5"]', "[]"))
    monkeypatch.setenv("JIGI_LASTINPUT_FILE", str(file))
    settings.cache_clear()
    line = HeardLine()
    async with answering(line) as address:
        tried = await typed("test", "lastinput", "--to", PHONE, "--at", address)
    assert (tried.exit_code, line.endings) == (0, []), tried.output
    assert "This gateway tells of no end of a call." in tried.output


# On a link of its own


async def by_smpp(monkeypatch: pytest.MonkeyPatch, url: str, *, at: str, push: str = "2") -> tuple[int, str]:
    monkeypatch.setenv("JIGI_SMPP_USSD_URL", url)
    monkeypatch.setenv("JIGI_USSD_GATEWAYS", "smpp")
    monkeypatch.setenv("JIGI_SMPP_USSD_CONVENTION", f"pssr,push={push}")
    settings.cache_clear()
    tried = await typed("test", "smpp", "--to", PHONE, "--ussd", "--at", at)
    return tried.exit_code, tried.output


@asynccontextmanager
async def ready(standing: str) -> AsyncIterator[str]:
    async def parts(_: Request) -> Response:
        return JSONResponse({"ussd smpp": standing})

    async with on_loopback(Starlette(routes=[Route("/health/ready", parts)])) as address:
        yield address


@pytest.mark.usefixtures("world")
async def test_by_smpp_a_page_opens_a_session_beside_the_process_that_holds_the_binds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is let in as one who only sends, so no hop comes to it; what is typed at the page comes to the line."""
    line = HeardLine()
    async with StandInSmsc().running() as smsc, SmscLine(smsc).running() as phones, a_gateway(smsc).running(line):
        await until(lambda: bool(smsc.esmes))
        async with ready("ok") as address:
            code, said = await by_smpp(monkeypatch, smsc.url, at=address)
        assert code == 0, said
        steps = ["lets us in.", "The line's link: ok.", "The gateway took a page that opens a session"]
        places = [said.find(step) for step in steps]
        assert places == sorted(places), said
        assert places[0] > 0, said
        assert [(page.msisdn, page.text[:13]) for page in phones.opened] == [(PHONE, "Jigisèmèjiri ")]
        await phones.phone(PHONE).dial()
    assert len(line.hops) == 1


@pytest.mark.parametrize(
    ("push", "standing", "bind", "page", "code", "sentence"),
    [
        ("no", "ok", 0, 0, 0, "opens sessions only from the phone (JIGI_SMPP_USSD_CONVENTION: push=no)"),
        ("2", "down: no bind stands", 0, 0, 1, "The line's link: down: no bind stands."),
        ("2", "ok", 0, 0x0B, 1, "The gateway opened no session: 0x0B."),
        ("2", "ok", 0x0E, 0, 1, "does not let us in: bind refused: 0x0E."),
        ("2", "ok", 0x04, 0, 0, "does not let in who only sends: bind refused: 0x04."),
        ("2", "ok", 0x05, 0, 0, "is bound as often as it may be, by us as a rule."),
    ],
)
async def test_by_smpp_each_step_that_fails_is_said(
    monkeypatch: pytest.MonkeyPatch, push: str, standing: str, bind: int, page: int, code: int, sentence: str
) -> None:
    async with raw_smsc(bind_status=bind, status=page) as raw, ready(standing) as address:
        url = f"smpp://jigi:secret@127.0.0.1:{raw.port}"
        ended, said = await by_smpp(monkeypatch, url, at=address, push=push)
        assert (ended, sentence in said) == (code, True), said


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["orange", "--ussd", "--to", PHONE], "orange opens no session."),
        (["lastinput", "--to", "12"], "That is no telephone number."),
        (["pigeon", "--ussd"], "That is no telephone number."),
    ],
)
async def test_a_session_that_cannot_be_opened_is_refused(words: list[str], sentence: str) -> None:
    tried = await typed("test", *words)
    assert (tried.exit_code, sentence in tried.output) == (2, True), tried.output
