"""Every SMS gateway over HTTP holds the same cases; `gateway_cases.py` says what its author fills in."""

from collections.abc import AsyncIterator
from importlib import import_module
from urllib.parse import quote_plus

import httpx
import pytest
import respx

from core.outbox.messages import Reason
from core.platform.settings import Settings
from core.platform.webhooks import FORM
from core.registry.callers import recognise
from sms.outbox import smpp
from sms.outbox.africastalking import AfricasTalking
from sms.outbox.gateway import Busy, Callback, GatewayRefused, GatewayTrouble, NotReached, Policy, Throttled, Unanswered
from sms.outbox.gateways import GATEWAYS
from sms.outbox.orange import Orange
from tests.sms.outbox.gateway_cases import AWA, AnswerRow, Callbacks, PostingRow, SmsSample
from tests.support.database import query

ACCEPTED, AGAIN, FINAL, STOP, UNCERTAIN = (
    Policy.ACCEPTED,
    Policy.AGAIN,
    Policy.FINAL,
    Policy.STOP,
    Policy.UNCERTAIN,
)


def _row(code: object) -> httpx.Response:
    given = "ATXid_1" if code in (100, 101, 102, "101") else "None"
    row = {"statusCode": code, "number": AWA, "status": "", "cost": "KES 0.8000", "messageId": given}
    return httpx.Response(201, json={"SMSMessageData": {"Message": "Sent to 1/1", "Recipients": [row]}})


def _http(status: int, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, text="The supplied authentication is invalid", headers=named)


OVER_HTTP = (
    AnswerRow("HTTP 429", _http(429), trouble=Throttled),
    AnswerRow("HTTP 429 and when", _http(429, Retry_After="7"), trouble=Throttled, wait=7.0),
    AnswerRow(
        "HTTP 429 and a date",
        _http(429, Retry_After="Tue, 24 Nov 2026 09:00:30 GMT", Date="Tue, 24 Nov 2026 09:00:00 GMT"),
        trouble=Throttled,
        wait=30.0,
    ),
    AnswerRow("HTTP 429 and a year", _http(429, Retry_After="99999999999"), trouble=Throttled, wait=86_400.0),
    AnswerRow("HTTP 429 and nonsense", _http(429, Retry_After="-1"), trouble=Throttled),
    AnswerRow("HTTP 503 and when", _http(503, Retry_After="120"), trouble=Busy, wait=120.0),
    AnswerRow("HTTP 503", _http(503), trouble=Unanswered),
    AnswerRow("HTTP 500", _http(500), trouble=Unanswered),
    AnswerRow("HTTP 500 and when", _http(500, Retry_After="120"), trouble=Unanswered),
    AnswerRow("HTTP 502", _http(502), trouble=Unanswered),
    AnswerRow("HTTP 504", _http(504), trouble=Unanswered),
    AnswerRow("HTTP 599", _http(599), trouble=Unanswered),
    AnswerRow("HTTP 408", _http(408), trouble=Unanswered),
)
"""What an answer means that says nothing of each number, for every gateway over HTTP."""

AFRICASTALKING = SmsSample(
    kind=AfricasTalking,
    url="https://api.sandbox.africastalking.com/version1/messaging",
    settings={"sms_username": "sandbox", "sms_api_key": "the key"},
    answers=[
        AnswerRow("100", _row(100), ACCEPTED),
        AnswerRow("101", _row(101), ACCEPTED),
        AnswerRow("102", _row(102), ACCEPTED),
        AnswerRow("401", _row(401), FINAL, "africastalking:RiskHold"),
        AnswerRow("402", _row(402), STOP, Reason.INVALID_SENDER),
        AnswerRow("403", _row(403), FINAL, Reason.INVALID_NUMBER),
        AnswerRow("404", _row(404), FINAL, Reason.UNSUPPORTED_NUMBER),
        AnswerRow("405", _row(405), STOP, Reason.NO_BALANCE),
        AnswerRow("406", _row(406), FINAL, Reason.BLACKLISTED),
        AnswerRow("407", _row(407), FINAL, Reason.NO_ROUTE),
        AnswerRow("409", _row(409), FINAL, Reason.DO_NOT_DISTURB),
        AnswerRow("500", _row(500), AGAIN, Reason.GATEWAY_FAILED),
        AnswerRow("501", _row(501), AGAIN, Reason.GATEWAY_FAILED),
        AnswerRow("502", _row(502), AGAIN, Reason.REFUSED),
        AnswerRow("a code of tomorrow", _row(103), UNCERTAIN, "africastalking:103"),
        AnswerRow("a code that looks like HTTP", _row(408), UNCERTAIN, "africastalking:408"),
        AnswerRow("a code as text", _row("101"), ACCEPTED),
        AnswerRow("no code", _row(None), UNCERTAIN, Reason.NO_ANSWER),
        *OVER_HTTP,
        AnswerRow("HTTP 400", _http(400), trouble=GatewayRefused),
        AnswerRow("HTTP 401", _http(401), trouble=GatewayRefused),
        AnswerRow("HTTP 403", _http(403), trouble=GatewayRefused),
        AnswerRow("elsewhere", _http(302, Location="https://elsewhere.invalid"), trouble=GatewayRefused),
    ],
    postings=[
        PostingRow("a report", Callback.DELIVERY, b"id=ATXid_1&status=Success&phoneNumber=%2B22376123456"),
        PostingRow("a report of tomorrow", Callback.DELIVERY, b"id=ATXid_1&status=Teleported"),
        PostingRow("a report without an id", Callback.DELIVERY, b"status=Success", 400),
        PostingRow("a message", Callback.INBOUND, b"id=in-1&from=%2B22376123456&text=info"),
        PostingRow("a message of accents and signs", Callback.INBOUND, b"id=in-2&from=76123456&text=%C3%A9t%C3%A9*%23"),
        PostingRow("a message without an id", Callback.INBOUND, b"from=76123456&text=info", 400),
        PostingRow("an opt-out", Callback.OPTOUT, b"senderId=JIGISEME&phoneNumber=76123456"),
        PostingRow("an opt-out of nobody", Callback.OPTOUT, b"senderId=JIGISEME", 400),
    ],
    written={
        Callback.DELIVERY: lambda number: f"id=ATXid_9&status=Sent&phoneNumber={quote_plus(number)}".encode(),
        Callback.INBOUND: lambda number: f"id=in-9&from={quote_plus(number)}&text=info".encode(),
        Callback.OPTOUT: lambda number: f"phoneNumber={quote_plus(number)}".encode(),
    },
)


def _oneapi(status: int, code: str, kind: str = "serviceException", **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    error = {kind: {"messageId": code, "text": f"{AWA} Awa Traoré %1", "variables": ["address"]}}
    return httpx.Response(status, json={"requestError": error}, headers=named)


def _sent(resource: object) -> httpx.Response:
    return httpx.Response(201, json={"outboundSMSMessageRequest": {"address": [f"tel:{AWA}"], "resourceURL": resource}})


def _notice(number: str) -> bytes:
    info = f'{{"address": "{number}", "deliveryStatus": "DeliveredToNetwork"}}'
    return f'{{"deliveryInfoNotification": {{"callbackData": "r-9", "deliveryInfo": {info}}}}}'.encode()


def _message(number: str, words: str = "info", message_id: str = "in-9") -> bytes:
    inner = f'{{"messageId": "{message_id}", "senderAddress": "{number}", "message": "{words}"}}'
    return f'{{"inboundSMSMessageNotification": {{"inboundSMSMessage": {inner}}}}}'.encode()


ORANGE = SmsSample(
    kind=Orange,
    url="https://api.orange.com/smsmessaging/v1/outbound/tel%3A%2B2230000/requests",
    settings={"orange_authorization": "Basic bm9ib2R5", "sms_retry_seconds": 120},
    before={
        "https://api.orange.com/oauth/v3/token": httpx.Response(200, json={"access_token": "t1", "expires_in": "3600"})
    },
    media="application/json",
    other_media=FORM,
    answers=[
        AnswerRow("201", _sent("https://api.orange.com/smsmessaging/v1/outbound/tel:+2230000/requests/r-1"), ACCEPTED),
        AnswerRow("SVC0001", _oneapi(400, "SVC0001"), AGAIN, "orange:SVC0001"),
        AnswerRow("SVC0002", _oneapi(400, "SVC0002"), AGAIN, "orange:SVC0002"),
        AnswerRow("SVC0003", _oneapi(400, "SVC0003"), AGAIN, "orange:SVC0002"),
        AnswerRow("SVC0004", _oneapi(400, "SVC0004"), FINAL, Reason.INVALID_NUMBER),
        AnswerRow("SVC0005", _oneapi(400, "SVC0005"), UNCERTAIN, "orange:SVC0005"),
        AnswerRow("SVC0006", _oneapi(400, "SVC0006"), AGAIN, "orange:SVC0002"),
        AnswerRow("SVC0007", _oneapi(400, "SVC0007"), AGAIN, "orange:SVC0002"),
        AnswerRow("SVC0270", _oneapi(400, "SVC0270"), AGAIN, "orange:SVC0002"),
        AnswerRow("SVC0280", _oneapi(400, "SVC0280"), FINAL, "orange:POL0005"),
        AnswerRow("POL0001", _oneapi(403, "POL0001", "policyException"), AGAIN, "orange:POL0001"),
        AnswerRow("POL0005", _oneapi(403, "POL0005", "policyException"), FINAL, "orange:POL0005"),
        AnswerRow("POL0009", _oneapi(403, "POL0009", "policyException"), STOP, "orange:POL0009"),
        AnswerRow("POL0050", _oneapi(403, "POL0050", "policyException"), STOP, Reason.NO_BALANCE),
        AnswerRow("POL1009", _oneapi(403, "POL1009", "policyException"), STOP, "orange:POL1009"),
        AnswerRow("POL0013", _oneapi(403, "POL0013", "policyException"), trouble=Throttled),
        AnswerRow("POL0013 and when", _oneapi(429, "POL0013", Retry_After="3"), trouble=Throttled, wait=3.0),
        AnswerRow("a code of tomorrow", _oneapi(400, "SVC9999"), trouble=GatewayRefused),
        AnswerRow("a code with a broken server", _oneapi(500, "SVC0001"), trouble=Unanswered),
        *OVER_HTTP,
        AnswerRow("HTTP 400", _http(400), trouble=GatewayRefused),
        AnswerRow("HTTP 401 twice", _http(401), trouble=GatewayRefused),
        AnswerRow("HTTP 403", _http(403), trouble=GatewayRefused),
        AnswerRow("elsewhere", _http(302, Location="https://elsewhere.invalid"), trouble=GatewayRefused),
    ],
    postings=[
        PostingRow("a receipt", Callback.DELIVERY, _notice("tel:+22376123456")),
        PostingRow(
            "a receipt of tomorrow", Callback.DELIVERY, _notice("76123456").replace(b"Delivered", b"Teleported")
        ),
        PostingRow(
            "a receipt in a list", Callback.DELIVERY, _notice("1").replace(b'{"address', b'[{"address')[:-2] + b"]}}"
        ),
        PostingRow("a receipt without an id", Callback.DELIVERY, _notice("76123456").replace(b"r-9", b""), 400),
        PostingRow("a receipt of nothing", Callback.DELIVERY, b'{"deliveryInfoNotification": []}', 400),
        PostingRow("no JSON", Callback.DELIVERY, b"callbackData=r-9", 400),
        PostingRow("a message", Callback.INBOUND, _message("tel:+22376123456")),
        PostingRow("a message of accents and signs", Callback.INBOUND, _message("76123456", "été*#", "in-2")),
        PostingRow("a message without an id", Callback.INBOUND, _message("76123456", "info", ""), 400),
    ],
    written={Callback.DELIVERY: _notice, Callback.INBOUND: _message},
)
SAMPLES = [AFRICASTALKING, ORANGE]
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.kind.name)
ALL = [(each, row) for each in SAMPLES for row in each.answers]
CODED = [pytest.param(each, row, id=f"{each.kind.name}: {row.label}") for each, row in ALL if row.trouble is None]
TROUBLED = [
    pytest.param(each, row, id=f"{each.kind.name}: {row.label}") for each, row in ALL if row.trouble is not None
]
POSTINGS = [pytest.param(each, row, id=f"{each.kind.name}: {row.label}") for each in SAMPLES for row in each.postings]
WRITTEN = ["+22376123456", "22376123456", "0022376123456", "tel:+22376123456", "76123456", "+223 76 12 34 56"]


@pytest.fixture
async def callbacks(sample: SmsSample) -> AsyncIterator[Callbacks]:
    opened = Callbacks(sample)
    yield opened
    await opened.client.aclose()


def test_every_gateway_has_its_sample_and_every_code_its_row() -> None:
    """One that is on a link of its own has its cases beside that link."""
    assert {sample.kind.name for sample in SAMPLES} == {*GATEWAYS} - {smpp.NAME}
    for sample in SAMPLES:
        codes = import_module(sample.kind.__module__).CODES
        assert {str(code) for code in codes} <= {row.label for row in sample.answers}


@EACH
def test_it_answers_at_the_callbacks_that_it_names(sample: SmsSample) -> None:
    assert sample.kind.callback_names == set(sample.written) == {row.name for row in sample.postings}


@EACH
async def test_without_its_settings_it_says_what_it_lacks_and_asks_nobody(
    respx_mock: respx.MockRouter, sample: SmsSample
) -> None:
    gateway = sample.kind(Settings())
    (lacking,) = gateway.missing()
    (trial,) = await gateway.trials()
    assert (trial.holds, trial.sentence.startswith(f"{lacking} is not set")) == (False, True)
    assert sample.gateway().missing() == ()
    assert not respx_mock.calls


@pytest.mark.parametrize(("sample", "row"), CODED)
async def test_each_code_says_what_follows(respx_mock: respx.MockRouter, sample: SmsSample, row: AnswerRow) -> None:
    sample.asked(respx_mock).return_value = row.answer
    gateway = sample.gateway()
    (result,) = await gateway.send("Bonjour", [AWA])
    await gateway.close()
    assert (result.msisdn, result.policy, result.reason) == (AWA, row.policy, row.reason)
    assert (result.provider_id is not None) is (row.policy is ACCEPTED)


@pytest.mark.parametrize(("sample", "row"), TROUBLED)
async def test_each_trouble_says_what_follows(respx_mock: respx.MockRouter, sample: SmsSample, row: AnswerRow) -> None:
    sample.asked(respx_mock).return_value = row.answer
    gateway = sample.gateway()
    with pytest.raises(row.trouble or GatewayTrouble, match=f"^HTTP {row.answer.status_code}") as trouble:
        await gateway.send("Bonjour", [AWA])
    await gateway.close()
    assert trouble.value.wait == row.wait


@EACH
async def test_nothing_of_a_gateway_s_own_words_is_kept(respx_mock: respx.MockRouter, sample: SmsSample) -> None:
    """They may name a person, or repeat a number; codes and words of ours stand in notes and logs."""
    sample.asked(respx_mock).return_value = sample.refusal
    gateway = sample.gateway()
    with pytest.raises(GatewayRefused) as refused:
        await gateway.send("Bonjour", [AWA])
    await gateway.close()
    assert refused.value.reason == "HTTP 403"


@EACH
@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (httpx.ConnectError, NotReached),
        (httpx.ConnectTimeout, NotReached),
        (httpx.PoolTimeout, NotReached),
        (httpx.ProxyError, NotReached),
        (httpx.ReadTimeout, Unanswered),
        (httpx.WriteTimeout, Unanswered),
        (httpx.ReadError, Unanswered),
        (httpx.WriteError, Unanswered),
        (httpx.CloseError, Unanswered),
        (httpx.RemoteProtocolError, Unanswered),
        (httpx.DecodingError, Unanswered),
    ],
)
async def test_only_without_a_connection_is_it_sure_that_nothing_left(
    respx_mock: respx.MockRouter, sample: SmsSample, error: type[httpx.HTTPError], trouble: type[GatewayTrouble]
) -> None:
    sample.asked(respx_mock).side_effect = error
    gateway = sample.gateway()
    with pytest.raises(trouble, match=f"^{error.__name__}$"):
        await gateway.send("Bonjour", [AWA])
    await gateway.close()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("sample", "row"), POSTINGS)
async def test_each_posting_is_taken_or_refused(callbacks: Callbacks, sample: SmsSample, row: PostingRow) -> None:
    assert (await callbacks.post(row.name, row.body)).status_code == row.status


@pytest.mark.usefixtures("world")
@EACH
@pytest.mark.parametrize("written", WRITTEN)
async def test_a_number_in_any_writing_is_one_phone(callbacks: Callbacks, sample: SmsSample, written: str) -> None:
    for name, body in sample.written.items():
        assert (await callbacks.post(name, body(written))).status_code == 200
    if Callback.DELIVERY in sample.written:
        assert await query("SELECT msisdn FROM early_report") == [(AWA,)]
    if Callback.INBOUND in sample.written:
        assert await query("SELECT msisdn FROM inbound_sms") == [(AWA,)]
    assert (await recognise(AWA)).sms_stopped is (Callback.OPTOUT in sample.written)


@EACH
async def test_only_who_knows_the_word_posts_and_only_so_much(callbacks: Callbacks, sample: SmsSample) -> None:
    for name, body in sample.written.items():
        whole = body("76123456")
        assert (await callbacks.post(name, whole, token="demo")).status_code == 404
        assert (await callbacks.post(name, whole, token="%FF%00")).status_code == 404
        assert (await callbacks.post(name, whole + b" " * 5000)).status_code == 413
        assert (await callbacks.post(name, whole, media=sample.other_media)).status_code == 415
