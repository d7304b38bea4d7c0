"""A call that is cut ends the same whatever way it came: counted where it was, and its answer told by SMS, once.

Every way in which each gateway's other side tells of an end, over an application that has them all switched on; the SMS
is taken by the stand-in gateway.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from asgi import build
from core.platform.database import DatabaseTask, signed_in_for
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.registry.callers import remember_language
from core.schema.ground import Ground
from core.text.languages import Language
from demo.callers import Situation
from simulator import standin
from simulator.gateway import PhoneScreen, UssdCall
from simulator.last_input import LastInputPhone
from simulator.smsc import StandInSmsc
from simulator.smsc_phones import SmscLine, SmscPhone
from sms.outbox.gateways import ways_out
from sms.worker.sender import Clock, Sender
from tests.menus.conftest import CALLBACK, NOW, caller
from tests.simulator.a_standin import texts
from tests.simulator.loopback import a_sender, on_loopback
from tests.support.database import query
from tests.support.kept_world import TOWN
from tests.support.patience import LONGEST_SECONDS
from ussd import smpp
from ussd.gateways import GATEWAYS
from ussd.lastinput import read_fields

FR = Language("fr")
FIELDS = Path(standin.__file__).parent / "lastinput.json"
CUT_CALLS = "SELECT msisdn FROM message WHERE kind = 'call_cut'"
AWA = caller(Situation.UPCOMING).msisdn


class AnyPhone(Protocol):
    async def dial(self, deep: str = "") -> PhoneScreen: ...

    async def reply(self, key: str) -> PhoneScreen: ...

    async def end_event(self, status: str = "Incomplete") -> object: ...


@dataclass
class Ways:
    """The line with every gateway switched on, and what stands on their other sides."""

    client: httpx.AsyncClient
    phones: SmscLine
    settings: Settings

    def phone(self, gateway: str, msisdn: str = AWA) -> AnyPhone:
        """A phone behind a gateway."""
        match gateway:
            case "smpp":
                return self.phones.phone(msisdn)
            case "lastinput":
                return LastInputPhone(self.client, "/ussd/lastinput/demo", msisdn, read_fields(self.settings))
            case _:
                return UssdCall(self.client, CALLBACK, msisdn)

    async def counted(self, screen: str) -> Counter[str]:
        """How often each thing happened at a screen, as Prometheus is shown it."""
        shown = (await self.client.get("/metrics")).text
        lines = [line for line in shown.splitlines() if line.startswith("jigi_ussd_screens_total") and screen in line]
        happened: Counter[str] = Counter()
        for line in lines:
            happened[line.split('event="')[1].split('"')[0]] += int(float(line.rpartition(" ")[2]))
        return happened


@pytest.fixture
def on(town_database: str, by_task: Mapping[DatabaseTask, str], redis_server: OwnRedis) -> Ground:
    """The servers, where the line signs in with its own role and no other."""
    line = make_url(by_task[DatabaseTask.LINE]).set(database=TOWN).render_as_string(hide_password=False)
    return Ground(town_database, redis_server.url, by_task={DatabaseTask.LINE: line})


@asynccontextmanager
async def every_way(on: Ground, smsc: StandInSmsc, *, by_reference: bool = False) -> AsyncIterator[Ways]:
    """One process of the line, until the block ends."""
    chosen = Settings.model_validate(
        {
            "callback_tokens": ("demo",),
            "ussd_gateways": ("africastalking", "lastinput", "smpp"),
            "lastinput_file": FIELDS,
            "smpp_ussd_url": smsc.url,
            "smpp_ussd_convention": "ussr,session=user_message_reference,numbered=no" if by_reference else "pssr",
            "smpp_ussd_silent_seconds": 1,
        }
    )
    phones = SmscLine(smsc, by_reference=by_reference)
    with signed_in_for(DatabaseTask.LINE):
        app = build(chosen, on, lambda: NOW)
        transport = httpx.ASGITransport(app=app)
        async with (
            phones.running(),
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://line") as client,
        ):
            await until(lambda: answered(smsc))
            yield Ways(client, phones, chosen)


async def answered(smsc: StandInSmsc) -> bool:
    return bool(smsc.esmes)


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(LONGEST_SECONDS):
        while not await is_so():  # noqa: ASYNC110 - what is looked at has no event
            await asyncio.sleep(0.02)


async def reading(ways: Ways, gateway: str) -> AnyPhone:
    """A phone that has its payment day before it."""
    await remember_language(AWA, FR)
    call = ways.phone(gateway)
    await call.dial()
    assert "Prochain paiement" in (await call.reply("1")).text
    return call


async def sent() -> list[str]:
    """What the stand-in gateway took for this phone once a worker has sent what waits."""
    async with on_loopback(standin.build(reports=False)) as where:
        chosen = Settings.model_validate(
            {"sms_gateway_url": where, "sms_username": "jigiseme", "sms_api_key": "a key", "sms_rate": 0}
        )
        gateways = ways_out(chosen)
        await Sender(gateways, chosen, worker="first", clock=Clock(lambda: NOW, asyncio.sleep)).drain()
        for gateway in gateways.values():
            await gateway.close()
        async with a_sender(where) as taken:
            return await texts(taken, AWA)


ENDS = [
    ("africastalking", "Incomplete", "cut"),
    ("africastalking", "Failed", "timed_out"),
    ("lastinput", "Incomplete", "cut"),
    ("lastinput", "Failed", "timed_out"),
    ("smpp", "the end bit", "cut"),
    ("smpp", "the end bit, by reference", "cut"),
    ("smpp", "an error for the page", "cut"),
    ("smpp", "silence", "timed_out"),
    ("smpp", "silence over a hand-over", "timed_out"),
]
"""By each gateway every way in which it tells of an end before the last page, and the outcome in our words."""


def test_no_gateway_is_left_out() -> None:
    assert {gateway for gateway, _, _ in ENDS} == {*GATEWAYS}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smpp, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr("core.platform.smpp.turn.LOOK_SECONDS", 0.05)


@pytest.mark.parametrize(("gateway", "how", "outcome"), ENDS)
async def test_whoever_was_cut_off_is_counted_and_gets_the_answer_by_sms(
    on: Ground, redis: Redis, gateway: str, how: str, outcome: str
) -> None:
    async with AsyncExitStack() as stack:
        smsc = await stack.enter_async_context(StandInSmsc().running())
        ways = await stack.enter_async_context(every_way(on, smsc, by_reference="reference" in how))
        before = await ways.counted("payment")
        call = await reading(ways, gateway)
        if how == "an error for the page":
            ways.phones.refusal = 0x0B
            assert isinstance(call, SmscPhone)
            await call.repeat()
        elif how == "silence over a hand-over":
            await stack.aclose()
            await stack.enter_async_context(smsc.running())
            ways = await stack.enter_async_context(every_way(on, smsc))
        elif how != "silence":
            await call.end_event(how)
        await until(ended)
        screens = await ways.counted("payment")
        assert await query("SELECT status FROM gateway_session") == [(outcome,)]
        lost = "dropped" if outcome == "cut" else "timed_out"
        assert screens[lost] - before[lost] == 1
        assert await query(CUT_CALLS) == [(AWA,)]
        with signed_in_for(DatabaseTask.WORKER):
            (sms,) = await sent()
    assert sms.startswith("Jigisèmèjiri : l'appel a été coupé. Prochain paiement")


async def ended() -> bool:
    return bool(await query("SELECT FROM gateway_session"))


@pytest.mark.parametrize("gateway", ["africastalking", "lastinput", "smpp"])
async def test_whoever_heard_the_last_page_gets_nothing(on: Ground, redis: Redis, gateway: str) -> None:
    async with StandInSmsc().running() as smsc, every_way(on, smsc) as ways:
        await remember_language(AWA, FR)
        call = ways.phone(gateway)
        await call.dial()
        for key in ("1", "2"):
            page = await call.reply(key)
        assert page.ends
        await call.end_event("Success")
        await until(ended)
        assert await query("SELECT status FROM gateway_session") == [("finished",)]
        assert await query(CUT_CALLS) == []
