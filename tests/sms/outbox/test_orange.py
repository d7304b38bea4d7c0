"""Orange's SMS API as it is asked, the token that all workers share, and the bundles that are left."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import respx
from redis.asyncio import Redis

from core.outbox.messages import MessageState, Reason
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.platform.webhooks import JSON, Posting
from sms.outbox import tokens
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Balance, Busy, GatewayRefused, GatewayTrouble, NotReached, Policy, Result, Unanswered
from sms.outbox.orange import Orange

AWA, BINTA, CHEICK = "+22376123456", "+22376123457", "+22376123458"
TOKEN_URL = "https://api.orange.com/oauth/v3/token"
SEND_URL = "https://api.orange.com/smsmessaging/v1/outbound/tel%3A%2B2230000/requests"
BUNDLES_URL = "https://api.orange.com/sms/admin/v1/contracts"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def chosen(**settings: object) -> Settings:
    return Settings.model_validate({"orange_authorization": "Basic bm9ib2R5", **settings})


def token(value: str, seconds: object = 3600) -> httpx.Response:
    return httpx.Response(200, json={"token_type": "Bearer", "access_token": value, "expires_in": seconds})


def taken(message_id: str) -> httpx.Response:
    resource = f"{SEND_URL}/{message_id}"
    return httpx.Response(201, json={"outboundSMSMessageRequest": {"resourceURL": resource}})


@pytest.fixture
async def orange() -> AsyncIterator[Orange]:
    gateway = Orange(chosen())
    yield gateway
    await gateway.close()


# What it is asked


async def test_it_is_asked_for_one_number_at_a_time_with_its_token(
    respx_mock: respx.MockRouter, orange: Orange
) -> None:
    asked = respx_mock.post(TOKEN_URL)
    asked.return_value = token("t1", "3600")
    sending = respx_mock.post(SEND_URL)
    sending.side_effect = [taken("r-1"), taken("r-2")]
    assert await orange.send("Bonjour à tous", [AWA, BINTA]) == [
        Result(AWA, Policy.ACCEPTED, provider_id="r-1"),
        Result(BINTA, Policy.ACCEPTED, provider_id="r-2"),
    ]
    assert asked.call_count == 1
    request = asked.calls.last.request
    assert (request.headers["authorization"], request.content) == ("Basic bm9ib2R5", b"grant_type=client_credentials")
    requests = [call.request for call in sending.calls]
    assert {request.headers["authorization"] for request in requests} == {"Bearer t1"}
    assert [json.loads(request.content)["outboundSMSMessageRequest"] for request in requests] == [
        {
            "address": f"tel:{number}",
            "senderAddress": "tel:+2230000",
            "senderName": "JIGISEME",
            "outboundSMSTextMessage": {"message": "Bonjour à tous"},
        }
        for number in (AWA, BINTA)
    ]


async def test_a_sender_without_a_name_is_the_address_alone(respx_mock: respx.MockRouter) -> None:
    orange = Orange(chosen(sms_sender_id="", orange_sender_address="tel:+22336000", orange_url="http://127.0.0.1:1/"))
    respx_mock.post("http://127.0.0.1:1/oauth/v3/token").return_value = token("t1")
    sending = respx_mock.post("http://127.0.0.1:1/smsmessaging/v1/outbound/tel%3A%2B22336000/requests")
    sending.return_value = taken("r-1")
    await orange.send("Bonjour", [AWA])
    await orange.close()
    message = json.loads(sending.calls.last.request.content)["outboundSMSMessageRequest"]
    assert (message["senderAddress"], "senderName" in message) == ("tel:+22336000", False)


async def test_a_trouble_in_the_middle_keeps_those_that_were_not_asked_for(
    respx_mock: respx.MockRouter, orange: Orange
) -> None:
    respx_mock.post(TOKEN_URL).return_value = token("t1")
    respx_mock.post(SEND_URL).side_effect = [taken("r-1"), httpx.ReadTimeout("")]
    results = await orange.send("Bonjour", [AWA, BINTA, CHEICK])
    assert [result.policy for result in results] == [Policy.ACCEPTED, Policy.UNCERTAIN, Policy.KEEP]
    assert [result.msisdn for result in results] == [AWA, BINTA, CHEICK]


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b"{}", b'{"outboundSMSMessageRequest": []}'])
async def test_an_answer_that_tells_of_no_message_says_nothing(
    respx_mock: respx.MockRouter, orange: Orange, content: bytes
) -> None:
    respx_mock.post(TOKEN_URL).return_value = token("t1")
    respx_mock.post(SEND_URL).return_value = httpx.Response(200, content=content)
    with pytest.raises(Unanswered, match="unreadable answer"):
        await orange.send("Bonjour", [AWA])


@pytest.mark.parametrize(
    "content", [b'{"outboundSMSMessageRequest": {}}', b'{"outboundSMSMessageRequest": {"resourceURL": "a b"}}']
)
async def test_what_was_taken_without_a_name_is_accepted_all_the_same(
    respx_mock: respx.MockRouter, orange: Orange, content: bytes
) -> None:
    """A report that nobody knows is found to be its own by the sweep."""
    respx_mock.post(TOKEN_URL).return_value = token("t1")
    respx_mock.post(SEND_URL).return_value = httpx.Response(201, content=content)
    assert await orange.send("Bonjour", [AWA]) == [Result(AWA, Policy.ACCEPTED)]


# The token


async def test_a_token_that_is_refused_is_renewed_once(respx_mock: respx.MockRouter, orange: Orange) -> None:
    asked, sending = respx_mock.post(TOKEN_URL), respx_mock.post(SEND_URL)
    asked.side_effect = [token("t1"), token("t2")]
    sending.side_effect = [httpx.Response(401), taken("r-1"), taken("r-2")]
    for number in (AWA, BINTA):
        (result,) = await orange.send("Bonjour", [number])
        assert result.policy is Policy.ACCEPTED
    bearers = [call.request.headers["authorization"] for call in sending.calls]
    assert (asked.call_count, bearers) == (2, ["Bearer t1", "Bearer t2", "Bearer t2"])


async def test_one_that_is_refused_again_stops(respx_mock: respx.MockRouter, orange: Orange) -> None:
    respx_mock.post(TOKEN_URL).side_effect = [token("t1"), token("t2")]
    sending = respx_mock.post(SEND_URL)
    sending.return_value = httpx.Response(401)
    with pytest.raises(GatewayRefused, match=r"^HTTP 401$"):
        await orange.send("Bonjour", [AWA])
    assert sending.call_count == 2


async def test_a_token_is_renewed_before_its_end(
    respx_mock: respx.MockRouter, orange: Orange, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = respx_mock.post(TOKEN_URL)
    asked.side_effect = [token("t1", 3600), token("t2", 3600)]
    sending = respx_mock.post(SEND_URL)
    sending.side_effect = [taken(f"r-{number}") for number in range(3)]
    now = 1000.0
    monkeypatch.setattr("sms.outbox.tokens.time.monotonic", lambda: now)
    for later in (0, 3600 - tokens.EARLY_SECONDS - 1, 2):
        now += later
        await orange.send("Bonjour", [AWA])
    bearers = [call.request.headers["authorization"] for call in sending.calls]
    assert bearers == ["Bearer t1", "Bearer t1", "Bearer t2"]


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (httpx.ReadTimeout(""), NotReached),
        (httpx.ConnectError(""), NotReached),
        (httpx.Response(504), NotReached),
        (httpx.Response(200, content=b"<html>"), NotReached),
        (httpx.Response(200, json={"access_token": "t1"}), NotReached),
        (httpx.Response(503, headers={"Retry-After": "5"}), Busy),
        (httpx.Response(503), NotReached),
        (httpx.Response(429), Busy),
        (httpx.Response(401, json={"error": "invalid_client", "error_description": "Awa Traoré"}), GatewayRefused),
    ],
)
async def test_without_a_token_nothing_left(
    respx_mock: respx.MockRouter, orange: Orange, answer: httpx.Response | Exception, trouble: type[GatewayTrouble]
) -> None:
    respx_mock.post(TOKEN_URL).side_effect = [answer]
    with pytest.raises(trouble) as raised:
        await orange.send("Bonjour", [AWA])
    assert not isinstance(raised.value, Unanswered)
    assert "Awa" not in raised.value.reason


async def test_all_workers_share_one_token_and_one_of_them_renews_it(
    respx_mock: respx.MockRouter, redis: Redis, redis_server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "connect", Redis.from_url)  # has no time limit, which a busy machine passes
    await redis.flushall()
    workers = [Orange(chosen(redis_url=redis_server.url)) for _ in range(8)]
    asked, sending = respx_mock.post(TOKEN_URL), respx_mock.post(SEND_URL)
    given, refused = iter(["t1", "t2", "t3"]), ""

    async def new_token(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.05)
        return token(next(given))

    asked.side_effect = new_token
    sending.side_effect = lambda request: (
        httpx.Response(401) if request.headers["authorization"] == refused else taken("r-1")
    )
    await asyncio.gather(*(each.send("Bonjour", [AWA]) for each in workers))
    assert (asked.call_count, await redis.get("jigi:token:orange")) == (1, b"t1")
    assert 0 < await redis.ttl("jigi:token:orange") <= 3600 - tokens.EARLY_SECONDS
    refused = "Bearer t1"
    results = await asyncio.gather(*(each.send("Bonjour", [AWA]) for each in workers))
    assert {result.policy for (result,) in results} == {Policy.ACCEPTED}
    assert (asked.call_count, await redis.get("jigi:token:orange")) == (2, b"t2")
    for each in workers:
        await each.close()


async def test_without_redis_each_worker_asks_for_its_own(respx_mock: respx.MockRouter) -> None:
    orange = Orange(chosen(redis_url="redis://127.0.0.1:1"))
    asked = respx_mock.post(TOKEN_URL)
    asked.return_value = token("t1")
    respx_mock.post(SEND_URL).return_value = taken("r-1")
    for _ in range(2):
        assert (await orange.send("Bonjour", [AWA]))[0].policy is Policy.ACCEPTED
    assert asked.call_count == 1
    await orange.close()


async def test_who_died_while_renewing_holds_up_nobody_for_long(
    respx_mock: respx.MockRouter, redis: Redis, redis_server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    await redis.flushall()
    monkeypatch.setattr(tokens, "RENEWING_SECONDS", 0.3)
    await redis.set("jigi:token:orange:renewing", "who died", px=60_000)
    respx_mock.post(TOKEN_URL).return_value = token("t1")
    respx_mock.post(SEND_URL).return_value = taken("r-1")
    orange = Orange(chosen(redis_url=redis_server.url))
    assert (await orange.send("Bonjour", [AWA]))[0].policy is Policy.ACCEPTED
    await orange.close()


# What is left


UNTIL, LATER = datetime(2027, 1, 31, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)


def bundle(units: object, until: object = "2027-01-31T00:00:00Z", **others: object) -> dict[str, object]:
    return {"country": "MLI", "status": "ACTIVE", "availableUnits": units, "expirationDate": until, **others}


@pytest.mark.parametrize(
    ("bundles", "balance"),
    [
        ([bundle(1200)], Balance("1200 SMS", 1200, UNTIL)),
        ([bundle(200, "2027-03-01T00:00:00+00:00"), bundle(30)], Balance("230 SMS", 230, UNTIL)),
        ([bundle(0), bundle(7, "2027-03-01T00:00:00")], Balance("7 SMS", 7, LATER)),
        ([bundle(500, "2020-01-01T00:00:00Z"), bundle(4, status="EXPIRED")], Balance("0 SMS", 0)),
        ([bundle(500, country="SEN"), bundle("40", None)], Balance("40 SMS", 40)),
        ({"partnerContracts": {"contracts": [{"serviceContracts": [bundle(9)]}]}}, Balance("9 SMS", 9, UNTIL)),
        ([], Balance("0 SMS", 0)),
        ([bundle("many")], None),
        ({"contracts": []}, None),
    ],
)
async def test_the_bundles_say_what_is_left(
    respx_mock: respx.MockRouter, bundles: object, balance: Balance | None
) -> None:
    respx_mock.post(TOKEN_URL).return_value = token("t1")
    respx_mock.get(BUNDLES_URL).return_value = httpx.Response(200, json=bundles)
    orange = Orange(chosen(orange_country="MLI"))
    assert await orange.balance() == balance
    await orange.close()


# What it tells


def receipt(status: str) -> Posting:
    body = {
        "deliveryInfoNotification": {
            "callbackData": "r-1",
            "deliveryInfo": {"address": "tel:+22376123456", "deliveryStatus": status},
        }
    }
    return Posting(JSON, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ("DeliveredToTerminal", MessageState.DELIVERED, ""),
        ("DeliveredToNetwork", MessageState.ON_ITS_WAY, ""),
        ("DeliveryUncertain", MessageState.ON_ITS_WAY, ""),
        ("MessageWaiting", MessageState.ON_ITS_WAY, ""),
        ("DeliveryImpossible", MessageState.FAILED, Reason.NOT_DELIVERED),
    ],
)
def test_each_status_of_a_receipt_says_where_the_message_is(
    orange: Orange, status: str, state: MessageState, reason: str
) -> None:
    assert orange.delivery(receipt(status), NOW) == DeliveryReport("orange", "r-1", AWA, state, reason, NOW)


def test_a_status_of_tomorrow_says_nothing(orange: Orange) -> None:
    assert orange.delivery(receipt("Teleported"), NOW) is None
