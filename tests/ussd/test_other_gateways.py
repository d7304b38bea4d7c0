"""The form of a gateway has room for what is not Africa's Talking: JSON with the last input, and a link of its own."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import ClassVar

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response

from asgi import build
from core.calls.session_end import SessionEnd, SessionOutcome, Unsaid
from core.platform.servers import OwnRedis
from core.platform.settings import Settings, WrongSetting
from core.platform.webhooks import Posting, Take
from core.schema.ground import Ground
from tests.ussd.conftest import an_engine, calls_asked
from tests.ussd.small_menu import small_menu
from ussd import gateways
from ussd.gateway import EngineLine, SessionEnding, UssdGateway, UssdLine
from ussd.hops import Hop, LastInput, Reply

AWA, TOKEN = "+22376000001", "an-unguessable-word"


class OverJson(UssdGateway):
    """Posts the last input as JSON, and the end of a session to the same path."""

    name: ClassVar[str] = "overjson"
    callback_names = ("",)

    def callbacks(self, line: UssdLine) -> Mapping[str, Take]:
        async def hop(posting: Posting) -> Response:
            told = posting.json()
            session, sequence = str(told["session"]), told["seq"]
            if told["kind"] == "end":
                await line.ended(SessionEnding(self.name, session, AWA, SessionOutcome.CUT))
                return JSONResponse({})
            assert isinstance(sequence, int)
            typed = LastInput(str(told["input"]), sequence, begins=told["kind"] == "begin")
            reply = await line.answer(Hop(self.name, session, AWA, typed))
            return JSONResponse({"text": reply.text, "goes_on": not reply.ends})

        return {"": hop}


class OnALink(UssdGateway):
    """Speaks over a link of its own, here two queues, which it holds while the application stands."""

    name: ClassVar[str] = "onalink"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.heard: asyncio.Queue[Hop] = asyncio.Queue()
        self.said: asyncio.Queue[Reply] = asyncio.Queue()

    def running(self, line: UssdLine) -> AbstractAsyncContextManager[None]:
        return self._bound(line)

    @asynccontextmanager
    async def _bound(self, line: UssdLine) -> AsyncIterator[None]:
        async def serve() -> None:
            while True:
                await self.said.put(await line.answer(await self.heard.get()))

        serving = asyncio.create_task(serve())
        try:
            yield
        finally:
            serving.cancel()


@pytest.fixture
def ended() -> list[SessionEnd]:
    return []


@pytest.fixture
async def line(world: None, redis: Redis, ended: list[SessionEnd]) -> AsyncIterator[EngineLine]:
    async def record(end: SessionEnd, _: Unsaid | None) -> None:
        ended.append(end)

    engine = an_engine(small_menu().menu, redis)
    yield EngineLine(engine, record)
    await engine.close()


async def test_a_call_over_json_with_the_last_input(line: EngineLine, ended: list[SessionEnd]) -> None:
    settings = Settings(callback_tokens=(TOKEN,))
    app = Starlette(routes=gateways.routes([OverJson(settings)], line, settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client:

        async def told(kind: str, typed: str, seq: int) -> dict[str, object]:
            body = {"session": 1, "kind": kind, "input": typed, "seq": seq}
            answer = await client.post(f"/ussd/overjson/{TOKEN}", json=body)
            page: dict[str, object] = answer.json()
            return page

        await told("begin", "", 0)
        for seq, key in enumerate(("2", "2", "8"), start=1):
            await told("answer", key, seq)
        pages = [await told("answer", "1", 4) for _ in range(3)]
        assert (pages[0]["goes_on"], pages[1:]) == (False, pages[:1] * 2)
        assert await told("end", "", 5) == {}
        assert await calls_asked() == 1
        await asyncio.sleep(0.1)
        await told("begin", "2", 0)
        await told("end", "", 1)
    assert [end.status for end in ended] == [SessionOutcome.CUT] * 2
    assert len({end.session_id for end in ended}) == 2, "the session number came again: it is another call"


async def test_a_gateway_on_a_link_of_its_own_has_no_paths_and_is_held_while_the_application_stands(
    line: EngineLine,
) -> None:
    settings = Settings(callback_tokens=(TOKEN,))
    gateway = OnALink(settings)
    assert gateways.routes([gateway], line, settings) == []
    async with gateways.running([gateway], line):
        await gateway.heard.put(Hop(gateway.name, "1", AWA, LastInput("", 0, begins=True)))
        assert "Langue" in (await gateway.said.get()).text
    await gateway.heard.put(Hop(gateway.name, "1", AWA, LastInput("2", 1)))
    await asyncio.sleep(0)
    assert gateway.said.empty(), "nobody holds the link any more"


@pytest.mark.parametrize("names", ["pigeon", "africastalking,africastalking", ""])
def test_gateways_that_cannot_be_stop_the_start(
    monkeypatch: pytest.MonkeyPatch, redis_server: OwnRedis, names: str
) -> None:
    monkeypatch.setenv("JIGI_USSD_GATEWAYS", names)
    with pytest.raises(WrongSetting, match=r"^JIGI_USSD_GATEWAYS"):
        build(Settings(), Ground("postgresql+psycopg://nobody@127.0.0.1:1/none", redis_server.url))


async def test_the_applications_own_paths_answer_and_those_of_others_are_as_those_of_a_wrong_word(
    world: None, database_url: str, redis_server: OwnRedis
) -> None:
    app = build(Settings(callback_tokens=(TOKEN,)), Ground(database_url, redis_server.url))
    form = {"sessionId": "s1", "phoneNumber": AWA, "text": "", "id": "1", "status": "Sent"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client,
    ):
        for path in ("/ussd/africastalking/{}", "/ussd/africastalking/{}/events", "/sms/africastalking/{}/delivery"):
            assert (await client.post(path.format(TOKEN), data=form)).status_code == 200
            wrong = await client.post(path.format("wrong"), data=form)
            other = await client.post(path.format(TOKEN).replace("africastalking", "pigeon"), data=form)
            assert wrong.status_code == 404
            assert (other.status_code, other.content, _shown(other)) == (404, wrong.content, _shown(wrong))


def _shown(answer: httpx.Response) -> dict[str, str]:
    """The headers of an answer, but for what is drawn for each request."""
    return {name: value for name, value in answer.headers.items() if name != "x-request-id"}
