"""Africa's Talking's SMS: what is asked of it, and what each of its answers, or its silence, means."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import respx
from pydantic import SecretStr

from core.outbox.messages import Reason
from core.platform.settings import Settings
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateway import GatewayRefused, NotReached, Policy, Result, Unanswered

AWA, BINTA, CHEICK = "+22376000001", "+22366000002", "+22350000003"
SANDBOX = "https://api.sandbox.africastalking.com/version1/messaging"
REAL = "https://api.africastalking.com/version1/messaging"
ACCEPTED, AGAIN, FINAL, KEEP, UNCERTAIN = (
    Policy.ACCEPTED,
    Policy.AGAIN,
    Policy.FINAL,
    Policy.KEEP,
    Policy.UNCERTAIN,
)


def row_of(number: str, code: object = 101, **others: object) -> dict[str, object]:
    """A row of an answer."""
    row = {"statusCode": code, "number": number, "status": "Success", "cost": "KES 0.8000", "messageId": f"at{number}"}
    return row | others


def answer(*rows: object, message: str = "Sent", status: int = 201) -> httpx.Response:
    return httpx.Response(status, json={"SMSMessageData": {"Message": message, "Recipients": list(rows)}})


async def send(
    *msisdns: str,
    body: str = "Bonjour",
    username: str = "sandbox",
    key: str = "the key",
    url: str = "",
    sender_id: str = "JIGISEME",
    bulk: bool = False,
) -> Sequence[Result]:
    """Send one text by a gateway of its own."""
    settings = Settings(
        sms_username=username,
        sms_api_key=SecretStr(key),
        sms_gateway_url=url,
        sms_sender_id=sender_id,
        sms_bulk_endpoint=bulk,
    )
    gateway = AfricasTalking(settings)
    try:
        return await gateway.send(body, msisdns or [AWA])
    finally:
        await gateway.close()


@pytest.fixture
def line(respx_mock: respx.MockRouter) -> respx.Route:
    """The sandbox's way in."""
    return respx_mock.post(SANDBOX)


def form_of(route: respx.Route) -> dict[str, list[str]]:
    return parse_qs(route.calls.last.request.content.decode(), strict_parsing=True)


# What is asked


async def test_the_form_and_the_key_are_those_of_the_documentation(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA), row_of(BINTA))
    await send(AWA, BINTA, body="Jigisèmèjiri : 30 000 F CFA & + =\nMairie de Safo")

    assert form_of(line) == {
        "username": ["sandbox"],
        "to": [f"{AWA},{BINTA}"],
        "message": ["Jigisèmèjiri : 30 000 F CFA & + =\nMairie de Safo"],
        "from": ["JIGISEME"],
        "enqueue": ["1"],
        "bulkSMSMode": ["1"],
    }
    headers = line.calls.last.request.headers
    assert (headers["apikey"], headers["accept"]) == ("the key", "application/json")
    assert headers["content-type"] == "application/x-www-form-urlencoded"


async def test_without_a_sender_of_our_own_the_gateway_chooses(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA))
    await send(sender_id="")
    assert "from" not in form_of(line)


@pytest.mark.parametrize(
    ("username", "url", "asked"),
    [
        ("sandbox", "", SANDBOX),
        ("jigiseme", "", REAL),
        ("jigiseme", "http://127.0.0.1:9000", "http://127.0.0.1:9000/version1/messaging"),
        ("sandbox", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/version1/messaging"),
    ],
)
async def test_the_address_is_the_sandbox_the_real_one_or_our_own(
    respx_mock: respx.MockRouter, username: str, url: str, asked: str
) -> None:
    respx_mock.post(asked).return_value = answer(row_of(AWA))
    (result,) = await send(username=username, url=url)
    assert result.policy is ACCEPTED


# What is answered, number by number


@pytest.mark.parametrize("code", [100, 403, 405, 500, 103])
async def test_only_who_was_taken_has_a_cost(line: respx.Route, code: int) -> None:
    """What each code means stands in the table of cases, `test_gateway_cases.py`."""
    line.return_value = answer(row_of(AWA, code))
    (result,) = await send()
    assert result.cost == (Decimal("0.8") if code == 100 else None)


@pytest.mark.parametrize(
    ("code", "policy"), [(101, ACCEPTED), (403, FINAL), (405, UNCERTAIN), (500, UNCERTAIN), (103, UNCERTAIN)]
)
async def test_an_id_that_was_given_is_kept_and_who_has_one_is_not_asked_for_again(
    line: respx.Route, code: int, policy: Policy
) -> None:
    """Its report tells what became of it; a number that is refused for now gets no id, and one with both may go out."""
    line.return_value = answer(row_of(AWA, code))
    (result,) = await send()
    assert (result.policy, result.provider_id) == (policy, f"at{AWA}")


@pytest.mark.parametrize(
    ("code", "status", "policy"),
    [
        ("101", "", ACCEPTED),
        (" 403 ", "", FINAL),
        ("Success", "", ACCEPTED),
        (None, "Queued", ACCEPTED),
        ("", "InvalidPhoneNumber", FINAL),
        (None, "UserInBlacklist", FINAL),
        (None, "Wonderful", UNCERTAIN),
        (True, "", UNCERTAIN),
        (1.5, "", UNCERTAIN),
        ([], {}, UNCERTAIN),
    ],
)
async def test_a_code_is_read_in_digits_or_by_its_word(
    line: respx.Route, code: object, status: object, policy: Policy
) -> None:
    line.return_value = answer(row_of(AWA, code, status=status))
    assert [result.policy for result in await send()] == [policy]


async def test_each_of_many_has_its_own_answer(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA), row_of(BINTA, 403), row_of(CHEICK, 500, messageId="None"))
    assert [result.policy for result in await send(AWA, BINTA, CHEICK)] == [ACCEPTED, FINAL, AGAIN]


async def test_the_order_of_the_answer_does_not_matter(line: respx.Route) -> None:
    line.return_value = answer(row_of(CHEICK, 407), row_of(AWA), row_of(BINTA, 406))
    results = await send(AWA, BINTA, CHEICK)
    assert [(result.msisdn, result.reason) for result in results] == [
        (AWA, ""),
        (BINTA, Reason.BLACKLISTED),
        (CHEICK, Reason.NO_ROUTE),
    ]


async def test_a_number_written_without_its_plus_is_known(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA.removeprefix("+")))
    (result,) = await send()
    assert (result.msisdn, result.policy) == (AWA, ACCEPTED)


async def test_a_number_that_the_answer_leaves_out_may_have_been_taken(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA))
    assert [(result.policy, result.reason) for result in await send(AWA, BINTA)] == [
        (ACCEPTED, ""),
        (UNCERTAIN, Reason.NO_ANSWER),
    ]


@pytest.mark.parametrize("broken", ["+22366000002", {"statusCode": 101}, None, 7])
async def test_a_row_that_cannot_be_read_leaves_the_others_as_they_are(line: respx.Route, broken: object) -> None:
    line.return_value = answer(broken, row_of(AWA))
    assert [(result.policy, result.provider_id) for result in await send(AWA, BINTA)] == [
        (ACCEPTED, f"at{AWA}"),
        (UNCERTAIN, None),
    ]


async def test_a_number_nobody_asked_about_is_passed_over(line: respx.Route) -> None:
    line.return_value = answer(row_of(CHEICK), row_of(AWA))
    assert [result.msisdn for result in await send(AWA)] == [AWA]


@pytest.mark.parametrize("nothing", ["None", "", "null", None])
async def test_an_id_that_is_none_is_no_id(line: respx.Route, nothing: object) -> None:
    line.return_value = answer(row_of(AWA, messageId=nothing))
    (result,) = await send()
    assert (result.policy, result.provider_id) == (ACCEPTED, None)


@pytest.mark.parametrize(
    ("written", "cost", "currency"),
    [
        ("KES 0.8000", Decimal("0.8000"), "KES"),
        ("XOF 20", Decimal(20), "XOF"),
        ("XOF20.5", Decimal("20.5"), "XOF"),
        ("0", None, None),
        ("KES", None, None),
        ("free", None, None),
        (0.8, None, None),
        (None, None, None),
    ],
)
async def test_the_cost_is_an_amount_and_its_currency(
    line: respx.Route, written: object, cost: Decimal | None, currency: str | None
) -> None:
    line.return_value = answer(row_of(AWA, cost=written))
    (result,) = await send()
    assert (result.cost, result.currency) == (cost, currency)


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "text/plain", ""])
@pytest.mark.parametrize("status", [200, 201])
async def test_an_answer_is_read_whatever_type_it_claims(line: respx.Route, content_type: str, status: int) -> None:
    content = answer(row_of(AWA)).content
    line.return_value = httpx.Response(status, content=content, headers={"content-type": content_type})
    assert [result.policy for result in await send()] == [ACCEPTED]


# What is answered to the whole request


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("InvalidSenderId", Reason.INVALID_SENDER),
        ("InsufficientBalance", Reason.NO_BALANCE),
    ],
)
async def test_an_answer_without_recipients_says_why_nobody_was_taken(
    line: respx.Route, message: str, reason: str
) -> None:
    line.return_value = answer(message=message)
    with pytest.raises(GatewayRefused) as refused:
        await send()
    assert refused.value.reason == reason


@pytest.mark.parametrize("message", ["Sent to 1/1 Total Cost: XOF 0", "Sent to 10/10", "Maintenance", "OK", ""])
async def test_an_answer_without_recipients_that_does_not_say_that_nothing_was_sent_leaves_everybody_uncertain(
    line: respx.Route, message: str
) -> None:
    line.return_value = answer(message=message)
    with pytest.raises(Unanswered, match=r"^answer without recipients$"):
        await send()


@pytest.mark.parametrize(
    "message",
    [
        "Sent to 0/2 Total Cost: XOF 0",
        "Could not send",
        "Message could not be sent to 2 recipients",
        "Not sent: try later",
    ],
)
async def test_an_answer_that_says_that_nothing_was_sent_costs_an_attempt(line: respx.Route, message: str) -> None:
    """Each number in a request of its own, at last: one that is the cause does not keep the others for ever."""
    line.return_value = answer(message=message)
    assert {(result.policy, result.reason) for result in await send(AWA, BINTA)} == {
        (AGAIN, "africastalking:NoRecipients")
    }


async def test_a_refusal_with_recipients_is_read_row_by_row(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA), row_of(BINTA, 403), status=400)
    assert [result.policy for result in await send(AWA, BINTA)] == [ACCEPTED, FINAL]


@pytest.mark.parametrize(
    "words",
    [
        "Invalid phone number +22366000002",
        "bad recipient: 223 66 00 00 02",
        '{"errorMessage": "22366000002 is not a number"}',
    ],
)
async def test_a_refusal_that_names_a_number_is_final_for_that_one_and_the_rest_goes_again(
    line: respx.Route, words: str
) -> None:
    line.return_value = httpx.Response(400, text=words)
    assert [(result.policy, result.reason) for result in await send(AWA, BINTA, CHEICK)] == [
        (KEEP, ""),
        (FINAL, Reason.INVALID_NUMBER),
        (KEEP, ""),
    ]


async def test_a_refusal_that_names_the_text_is_final_for_who_was_to_get_it(line: respx.Route) -> None:
    line.return_value = httpx.Response(400, text="Request is missing required form field 'message'")
    assert {(result.policy, result.reason) for result in await send(AWA, BINTA)} == {(FINAL, Reason.TEXT_REFUSED)}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, f"{AWA},{BINTA}"),
        (400, "122376000001"),
        (400, "Awa"),
        (401, f"no access for {AWA}"),
        (403, f"not allowed: {AWA}"),
    ],
)
async def test_a_refusal_of_us_speaks_of_nobody_even_where_it_repeats_what_was_asked(
    line: respx.Route, status: int, words: str
) -> None:
    line.return_value = httpx.Response(status, text=words)
    with pytest.raises(GatewayRefused):
        await send(AWA, BINTA)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body>Welcome to our network</body></html>",
        b"",
        b'{"SMSMessageData": {"Message": "Sent", "Recipients": [{"statusCode": 101, "num',
        b"null",
        b"[]",
        b"{}",
        b'{"SMSMessageData": null}',
        b'{"SMSMessageData": {"Message": "Sent"}}',
        b'{"SMSMessageData": {"Message": "Sent", "Recipients": null}}',
        b'{"SMSMessageData": {"Message": "Sent", "Recipients": ["+22376000001"]}}',
        b'{"SMSMessageData": {"Message": "Sent", "Recipients": [{"statusCode": 101}]}}',
        "é".encode("latin-1"),
    ],
)
async def test_an_answer_that_cannot_be_read_tells_nothing_of_what_was_taken(line: respx.Route, content: bytes) -> None:
    line.return_value = httpx.Response(201, content=content)
    with pytest.raises(Unanswered, match=r"unreadable|without recipients"):
        await send()


# The newer endpoint


async def test_an_account_with_the_bulk_endpoint_sends_by_it(respx_mock: respx.MockRouter) -> None:
    bulk = respx_mock.post(f"{REAL}/bulk")
    bulk.return_value = answer(row_of(AWA), row_of(BINTA, 403))
    assert [result.policy for result in await send(AWA, BINTA, username="jigiseme", bulk=True)] == [ACCEPTED, FINAL]
    request = bulk.calls.last.request
    assert json.loads(request.content) == {
        "username": "jigiseme",
        "message": "Bonjour",
        "senderId": "JIGISEME",
        "phoneNumbers": [AWA, BINTA],
        "enqueue": 1,
    }
    assert (request.headers["apikey"], request.headers["content-type"]) == ("the key", "application/json")


async def test_the_bulk_endpoint_asks_for_a_sender_and_without_one_the_older_is_used(line: respx.Route) -> None:
    line.return_value = answer(row_of(AWA))
    assert [result.policy for result in await send(sender_id="", bulk=True)] == [ACCEPTED]


# What is not answered


@pytest.mark.parametrize("url", ["127.0.0.1:9000", "ftp://127.0.0.1:9000", "http://", "http://[::1"])
async def test_an_address_that_is_none_sends_nothing(url: str) -> None:
    with pytest.raises((NotReached, GatewayRefused)):
        await send(url=url)


@pytest.mark.parametrize("key", ["copied with its end of line\n", "clé"])
async def test_a_key_that_no_header_can_hold_sends_nothing(key: str) -> None:
    async with listening(lambda reader, writer: writer.close()) as address:
        with pytest.raises((NotReached, GatewayRefused)):
            await send(key=key, url=address)


Speak = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


@asynccontextmanager
async def listening(speak: Speak) -> AsyncIterator[str]:
    """A server on loopback that says what `speak` says; gives its address."""

    async def spoken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answering = speak(reader, writer)
            if answering is not None:
                await answering
        finally:
            writer.close()

    server = await asyncio.start_server(spoken, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def request_of(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    return head + await reader.readexactly(length)


async def test_a_connection_that_nobody_takes_sends_nothing() -> None:
    async with listening(lambda reader, writer: writer.close()) as address:
        pass  # it listens no more
    with pytest.raises(NotReached):
        await send(url=address)


async def test_a_connection_closed_before_the_answer_tells_nothing() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.close()

    async with listening(hang_up) as address:
        with pytest.raises(Unanswered):
            await send(url=address)


async def test_a_connection_that_breaks_within_the_answer_tells_nothing() -> None:
    whole = json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": [row_of(AWA)]}}).encode()

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request_of(reader)
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole[: len(whole) // 2])
        await writer.drain()
        writer.close()

    async with listening(half) as address:
        with pytest.raises(Unanswered):
            await send(url=address)


async def test_one_connection_carries_many_requests() -> None:
    whole = json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": [row_of(AWA)]}}).encode()
    connections = 0

    async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            while await request_of(reader):
                writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n" % len(whole) + whole)
        except asyncio.IncompleteReadError:
            writer.close()

    async with listening(answering) as address:
        gateway = AfricasTalking(Settings(sms_gateway_url=address))
        for _ in range(3):
            await gateway.send("Bonjour", [AWA])
        await gateway.close()
    assert connections == 1
