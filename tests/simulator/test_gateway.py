"""A UssdCall plays the gateway: what it posts, what it reads, what it refuses."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from simulator.gateway import BadResponse, EndStatus, NoSession, PhoneScreen, UssdCall, read_screen
from tests.simulator.tiny_line import CALLBACK, HOME, TinyLine

CALLER = "+22376123456"


@pytest.fixture
async def client(line: TinyLine) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(line.app()), base_url="http://jigi.test") as client:
        yield client


@pytest.fixture
def call(client: httpx.AsyncClient) -> UssdCall:
    return UssdCall(client, CALLBACK, CALLER, service_code="*384*1234#", network="61002")


async def test_the_first_hop_carries_the_caller_and_no_text(call: UssdCall, line: TinyLine) -> None:
    assert await call.dial() == PhoneScreen(ends=False, text=HOME)
    assert line.hops == [
        {
            "sessionId": call.session_id,
            "serviceCode": "*384*1234#",
            "phoneNumber": CALLER,
            "networkCode": "61002",
            "text": "",
        }
    ]


async def test_each_reply_adds_to_all_that_was_typed(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    await call.reply("2")
    assert await call.reply("Awa Traoré") == PhoneScreen(ends=True, text="Merci Awa Traoré")
    assert [hop["text"] for hop in line.hops] == ["", "2", "2*Awa Traoré"]
    assert call.typed == "2*Awa Traoré"
    assert {hop["sessionId"] for hop in line.hops} == {call.session_id}


async def test_a_deep_code_comes_as_the_text_of_the_first_hop(call: UssdCall, line: TinyLine) -> None:
    assert await call.dial("2*Awa") == PhoneScreen(ends=True, text="Merci Awa")
    assert [hop["text"] for hop in line.hops] == ["2*Awa"]


async def test_a_repeat_is_the_very_same_form(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    first = await call.reply("2")
    assert await call.repeat() == first
    assert line.hops[2] == line.hops[1]
    assert call.typed == "2"


async def test_a_repeat_shows_what_the_line_says_now(call: UssdCall, line: TinyLine) -> None:
    line.forgetful = True
    first = await call.dial()
    assert await call.repeat() == PhoneScreen(ends=False, text="Qui etes-vous ?") != first


async def test_one_hop_can_be_sent_twice_at_the_same_moment(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    first, second = await asyncio.gather(call.reply("2"), call.repeat())
    assert first == second
    assert line.hops[1] == line.hops[2]
    assert call.hops == 2


async def test_dialling_again_opens_another_session(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    await call.reply("2")
    await call.dial()
    assert line.hops[2]["sessionId"] != line.hops[1]["sessionId"]
    assert line.hops[2]["text"] == ""


async def test_nothing_can_be_said_without_a_session(call: UssdCall, line: TinyLine) -> None:
    for verb in (call.reply("1"), call.repeat(), call.end_event()):
        with pytest.raises(NoSession):
            await verb
    assert line.hops == []


async def test_nothing_can_be_said_after_the_last_screen(call: UssdCall, line: TinyLine) -> None:
    await call.dial("1")
    with pytest.raises(NoSession):
        await call.reply("1")
    assert len(line.hops) == 1


async def test_the_last_screen_too_can_be_asked_for_again(call: UssdCall) -> None:
    last = await call.dial("1")
    assert await call.repeat() == last


async def test_the_end_is_reported_with_what_was_typed_and_shown(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    await call.reply("2")
    await call.repeat()
    await call.end_event(EndStatus.FAILED, error="Session timed out")
    (event,) = line.events
    assert event.pop("date")
    assert int(event.pop("durationInMillis")) >= 0
    assert event == {
        "sessionId": call.session_id,
        "serviceCode": "*384*1234#",
        "networkCode": "61002",
        "phoneNumber": CALLER,
        "status": "Failed",
        "cost": "0",
        "hopsCount": "2",
        "input": "2",
        "lastAppResponse": "CON Entrez votre nom",
        "errorMessage": "Session timed out",
    }


async def test_a_refused_token_is_a_bad_answer(client: httpx.AsyncClient) -> None:
    with pytest.raises(BadResponse) as refusal:
        await UssdCall(client, "/ussd/africastalking/wrong", CALLER).dial()
    assert refusal.value.status == 404
    assert refusal.value.body == "no such page"


async def test_what_failed_can_be_repeated(call: UssdCall, line: TinyLine) -> None:
    await call.dial()
    with pytest.raises(BadResponse):
        await call.reply("3")
    with pytest.raises(BadResponse):
        await call.repeat()
    assert line.hops[1] == line.hops[2]


@pytest.mark.parametrize("body", ["", "CON", "CONTINUE 1", "con hello", "hello", " CON hello"])
def test_only_con_and_end_can_be_read(body: str) -> None:
    with pytest.raises(BadResponse):
        read_screen(httpx.Response(200, text=body))


@pytest.mark.parametrize(
    ("body", "screen"),
    [
        ("CON a\n1. b", PhoneScreen(ends=False, text="a\n1. b")),
        ("END  a ", PhoneScreen(ends=True, text=" a ")),
        ("END ", PhoneScreen(ends=True, text="")),
    ],
)
def test_the_text_is_kept_as_it_came(body: str, screen: PhoneScreen) -> None:
    assert read_screen(httpx.Response(200, text=body)) == screen


def test_a_page_with_an_error_status_cannot_be_read() -> None:
    with pytest.raises(BadResponse):
        read_screen(httpx.Response(503, text="CON hello"))
