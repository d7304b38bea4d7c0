"""Bad calls get a proper answer or a 4xx: never a 500, never a trace of the inside."""

import pytest
import structlog
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from tests.support.database import one
from tests.support.mentions import mentions
from tests.ussd.conftest import CALLBACK, TOKEN, Line

PHONE = "+22370012345"
GOOD = {"sessionId": "s1", "serviceCode": "*384#", "phoneNumber": PHONE, "networkCode": "61001", "text": ""}


@pytest.mark.parametrize("missing", ["sessionId", "phoneNumber"])
async def test_a_missing_field_is_named(line: Line, missing: str) -> None:
    answer = await line.client.post(CALLBACK, data={**GOOD, missing: ""})
    assert answer.status_code == 400
    assert missing in answer.text


async def test_a_wrong_token_finds_nothing(line: Line) -> None:
    for path in ("/ussd/africastalking/wrong", "/ussd/africastalking/wrong/events", "/ussd/africastalking/%FF%00"):
        assert (await line.client.post(path, data=GOOD)).status_code == 404
    assert (await line.client.get(CALLBACK)).status_code == 405


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"text=" + b"1" * 65536, "application/x-www-form-urlencoded", 413),
        (b'{"text": "1"}', "application/json", 415),
        (b"&".join(b"f%d=1" % field for field in range(100)), "application/x-www-form-urlencoded", 400),
        (b"", "application/x-www-form-urlencoded", 400),
    ],
)
async def test_a_body_that_is_no_call_is_refused(line: Line, body: bytes, kind: str, status: int) -> None:
    answer = await line.client.post(CALLBACK, content=body, headers={"content-type": kind})
    assert answer.status_code == status


@pytest.mark.parametrize(
    "typed",
    ["%00", "%ED%A0%80", "%F0%9F%98%80", "%E9t%E9", "1%23", "**", "*", "1*2*1*%07", "%D9%A1", "9" * 5000, "1*" * 110],
)
async def test_whatever_is_typed_is_answered(line: Line, typed: str) -> None:
    body = f"sessionId=s1&phoneNumber={PHONE}&networkCode=99999&text={typed}"
    answer = await line.client.post(
        CALLBACK, content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 200
    assert answer.text.startswith(("CON ", "END "))
    assert "plus tard" not in answer.text


async def test_a_plus_that_was_not_encoded_is_still_the_same_phone(line: Line, redis: Redis) -> None:
    for written in (PHONE, PHONE.removeprefix("+"), "%2B22370012345"):
        body = f"sessionId=s1&phoneNumber={written}&text="
        headers = {"content-type": "application/x-www-form-urlencoded"}
        assert (await line.client.post(CALLBACK, content=body, headers=headers)).status_code == 200
    assert await redis.keys("jigi:*:call") == [b"jigi:{+22370012345}:call"]


@hypothesis_settings(max_examples=150)
@given(body=st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)))
async def test_no_octets_at_all_make_a_500(line: Line, body: bytes) -> None:
    for path in (CALLBACK, f"{CALLBACK}/events"):
        call = b"sessionId=s9&phoneNumber=%2B22370012345&text=" + body
        for content in (body, call):
            answer = await line.client.post(
                path, content=content, headers={"content-type": "application/x-www-form-urlencoded"}
            )
            assert answer.status_code < 500


async def test_the_end_of_a_session_is_kept_without_number_and_without_what_was_typed(line: Line) -> None:
    end = {
        **GOOD,
        "date": "2026-11-23 10:00:00",
        "status": "Incomplete",
        "cost": "XOF 12.0000",
        "durationInMillis": "41000",
        "hopsCount": "4",
        "input": "2*90000010*1961",
        "lastAppResponse": "CON Zakuzaku",
        "errorMessage": f"no answer from {PHONE}",
    }
    for _ in range(2):
        assert (await line.client.post(f"{CALLBACK}/events", data=end)).status_code == 200
    ended = await one("SELECT status, hops, duration_ms, cost FROM gateway_session")
    assert ended == ("cut", 4, 41000, "XOF 12.0000")
    kept = await one("SELECT * FROM gateway_session")
    assert mentions(kept, "70012345", "1961", "Zakuzaku", "90000010") == []


async def test_no_log_tells_a_number_a_word_or_a_token(line: Line, redis: Redis) -> None:
    with structlog.testing.capture_logs() as logs:
        call = line.phone(PHONE)
        await line.keyed(call, "2", "3", "zakuzaku 1961")
        await redis.set(f"jigi:{{{PHONE}}}:call", "not json")
        await call.reply("1")
        await line.client.post(CALLBACK, content=b"\xff" * 70000)
    assert mentions(logs, PHONE, "70012345", "zakuzaku", "1961", TOKEN) == []
