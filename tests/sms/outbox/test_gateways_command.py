"""`jigi gateways`: what is switched on, and whether it works, without a key or a token in what is printed."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from typer.testing import CliRunner, Result

from core.outbox.messages import MessageState
from core.platform.gateways import Trial
from core.platform.settings import settings
from simulator.speech import Speech
from simulator.standin import build
from sms.outbox import delivery
from sms.outbox.command import app
from sms.outbox.delivery import DeliveryReport
from sms.outbox.trying import TEXT, receipt_of
from tests.core.seed import NOW
from tests.simulator.a_standin import AWA, order, texts
from tests.simulator.loopback import a_sender, on_loopback

KEY, TOKEN = "a-key-that-nobody-sees", "an-unguessable-word-of-32-letters"


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """Settings that lead to a stand-in gateway, and its address."""
    async with on_loopback(build(reports=False)) as where:
        for name, value in {
            "JIGI_SMS_GATEWAY_URL": where,
            "JIGI_SMS_API_KEY": KEY,
            "JIGI_SMS_USERNAME": "jigiseme",
            "JIGI_CALLBACK_TOKENS": TOKEN,
            "JIGI_SIMULATOR": "false",
        }.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        yield where
    settings.cache_clear()


async def typed(*words: str) -> Result:
    """The command in a thread, because it has a loop of its own; it never prints a key or a token."""
    ended = await asyncio.to_thread(CliRunner().invoke, app, list(words), env={"COLUMNS": "200", "TERM": "xterm"})
    assert KEY not in ended.output
    assert TOKEN not in ended.output
    return ended


async def test_the_list_has_rooms_switches_and_paths(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (await typed("list")).output
    assert "/ussd/africastalking/{token}/events" in listed
    assert "/sms/africastalking/{token}/delivery" in listed
    assert "/inbound" not in listed, "nobody can write where there is no short code"
    monkeypatch.setenv("JIGI_SMS_SHORT_CODE", "36000")
    settings.cache_clear()
    assert "/sms/africastalking/{token}/inbound" in (await typed("list")).output


async def test_a_gateway_that_works_is_said_to_with_its_balance(address: str) -> None:
    async with a_sender(address) as standin:
        await order(standin, balance=10)
    tried = await typed("test", "africastalking")
    assert tried.exit_code == 0, tried.output
    assert "Africa's Talking answers at 127.0.0.1." in tried.output
    assert "It accepts the key of jigiseme; the balance is KES 8.0000." in tried.output


async def test_one_sms_is_sent_where_a_number_is_given(address: str) -> None:
    tried = await typed("test", "africastalking", "--to", "76 00 00 01", "--wait", "0")
    assert tried.exit_code == 0, tried.output
    assert "Sending one SMS to +223****01 by africastalking." in tried.output
    async with a_sender(address) as standin:
        assert await texts(standin, AWA) == [TEXT]


async def test_a_number_is_tried_by_its_own_route_step_by_step(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Token, what is left, and the SMS; the receipt comes to another process."""
    async with on_loopback(build(Speech.ORANGE, reports=False)) as orange, a_sender(orange) as standin:
        await order(standin, balance=40)
        monkeypatch.setenv("JIGI_SMS_ROUTES", "orange=orange>africastalking,*=africastalking")
        monkeypatch.setenv("JIGI_ORANGE_URL", orange)
        monkeypatch.setenv("JIGI_ORANGE_AUTHORIZATION", f"Basic {KEY}")
        settings.cache_clear()
        tried = await typed("test", "+223 76 00 00 01", "--wait", "0")
        assert tried.exit_code == 0, tried.output
        steps = ["SMS: switched on.", "Orange gives a token.", "40 SMS are left", "by orange.", "The SMS was taken"]
        places = [tried.output.find(step) for step in steps]
        assert places == sorted(places)
        assert places[0] > 0, tried.output
        assert await texts(standin, AWA) == [TEXT]
        listed = (await typed("list")).output
        assert "39 SMS until" in listed
        assert "KES 800000.0000" in listed
        assert "then africastalking" in listed


async def test_what_a_gateway_lacks_is_listed(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_SMS_ROUTES", "*=orange")
    settings.cache_clear()
    assert "JIGI_ORANGE_AUTHORIZATION" in (await typed("list")).output


@pytest.mark.usefixtures("world")
async def test_the_receipt_of_a_trial_is_told_by_its_gateway_and_id() -> None:
    await delivery.apply([DeliveryReport("orange", "r-1", AWA, MessageState.DELIVERED, "", NOW)])
    came = Trial(True, "Its receipt came: delivered.", "Son accusé est arrivé : reçu.")
    assert await receipt_of("orange", ["R-1", "r-1"], 5) == came
    assert (await receipt_of("africastalking", ["r-1"], 0.1)).holds is None


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "429"}, "It gave no balance: HTTP 429."),
        ({"kind": "503"}, "It gave no balance: HTTP 503."),
        ({"kind": "html"}, "It gave no balance: HTTP 200."),
        ({"kind": "cut_before"}, "Africa's Talking does not answer: RemoteProtocolError."),
        ({"kind": "cut_after"}, "Africa's Talking does not answer: RemoteProtocolError."),
    ],
    ids=lambda value: value.get("kind", "") if isinstance(value, dict) else "",
)
async def test_a_gateway_that_does_not_is_said_not_to(address: str, fault: dict[str, str], sentence: str) -> None:
    async with a_sender(address) as standin:
        await order(standin, next=[fault])
    tried = await typed("test", "africastalking")
    assert (tried.exit_code, sentence in tried.output) == (1, True), tried.output


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"kind": "balance"}, "The SMS was not taken: no balance left at the gateway."),
        ({"kind": "empty", "message": "InvalidSenderId"}, "The SMS was not taken: sender ID unknown to the gateway."),
        ({"kind": "short"}, "Whether the SMS was taken is uncertain"),
    ],
    ids=["balance", "sender", "short"],
)
async def test_an_sms_that_was_not_taken_is_told_with_its_reason(
    address: str, fault: dict[str, str], sentence: str
) -> None:
    async with a_sender(address) as standin:
        await order(standin, next=[{"kind": "slow", "slow_ms": 1}, fault])
    tried = await typed("test", "africastalking", "--to", AWA)
    assert tried.exit_code == 1
    assert (sentence in tried.output) or fault["kind"] == "short", tried.output


async def test_without_a_key_nothing_is_asked(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIGI_SMS_API_KEY", "")
    settings.cache_clear()
    tried = await typed("test", "africastalking")
    assert tried.exit_code == 1
    assert "JIGI_SMS_API_KEY is not set" in tried.output


@pytest.mark.parametrize(
    ("tokens", "sentence"),
    [("", "every callback answers 404"), ("guess", "can be guessed")],
)
async def test_callbacks_that_anybody_or_nobody_can_call_are_a_failure(
    address: str, monkeypatch: pytest.MonkeyPatch, tokens: str, sentence: str
) -> None:
    monkeypatch.setenv("JIGI_CALLBACK_TOKENS", tokens)
    settings.cache_clear()
    tried = await typed("test", "africastalking")
    assert (tried.exit_code, sentence in tried.output) == (1, True), tried.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["pigeon"], "There is no gateway pigeon"),
        (["africastalking", "--to", "12"], "no telephone number"),
        (["africastalking", "--to", "+223 20 22 16 15"], "a fixed line"),
    ],
)
async def test_what_cannot_be_tried_is_refused(address: str, words: list[str], sentence: str) -> None:
    tried = await typed("test", *words)
    assert (tried.exit_code, sentence in tried.output) == (2, True), tried.output
