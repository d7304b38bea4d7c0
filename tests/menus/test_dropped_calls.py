"""Whose call was dropped while they read what they called for gets it by SMS; nobody else, and nothing secret, ever."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from asgi import build
from core.grievances.filing import Filing, file
from core.grievances.vocabulary import GrievanceState
from core.platform import database
from core.platform.servers import OwnRedis
from core.platform.settings import Settings
from core.schema.ground import Ground
from core.text.alphabet import GSM7
from core.text.languages import Language
from demo.callers import Situation
from simulator.gateway import UssdCall
from tests.core.grievances.handling import decided
from tests.menus.conftest import CALLBACK, NOW, Town, caller
from tests.sms.outbox.a_gateway import AGateway
from tests.support.database import query
from tests.support.dialling import pressed
from ussd.hops import call_of

BM, FR = Language("bm"), Language("fr")


async def answers_queued() -> list[tuple[Any, ...]]:
    """Whom the answer of a dropped call goes to: number, language and text."""
    return await query("SELECT msisdn, language, filling ->> 'text' FROM message WHERE kind = 'call_cut' ORDER BY id")


OUTCOMES = {"Success": "finished", "Incomplete": "cut", "Failed": "timed_out"}
"""How a session ended, in the gateway's word and in ours."""


async def ended(call: UssdCall, status: str = "Incomplete") -> None:
    """The gateway tells how the session ended."""
    answer = await call.end_event(status)
    assert (answer.status_code, answer.text) == (200, "ok")
    name = call_of("africastalking", call.msisdn, call.session_id)
    statuses = await query("SELECT status FROM gateway_session WHERE session_id LIKE %(names)s", names=f"{name}:%")
    assert statuses == [(OUTCOMES.get(status, "unknown"),)]


@pytest.mark.parametrize("status", ["Incomplete", "Failed"])
@pytest.mark.parametrize(
    ("language", "first"),
    [
        (FR, "Jigisèmèjiri : l'appel a été coupé. Prochain paiement : "),
        (BM, "Jigisèmèjiri: telefòni tigèra. Wari bèna di: "),
    ],
)
async def test_a_call_dropped_at_the_payment_is_answered_with_its_page_in_the_callers_language(
    town: Town, language: Language, first: str, status: str
) -> None:
    call = await town.speaking(Situation.UPCOMING, language)
    page = await pressed(call, "1")
    await ended(call, status)

    ((msisdn, spoken, answer),) = await answers_queued()
    assert (msisdn, spoken) == (call.msisdn, language)
    assert page.startswith(GSM7.prepare(answer))
    ((_, sms),) = await AGateway().takes(NOW)
    assert sms.startswith(first)
    assert re.sub(r" \([^)]*\)", "", GSM7.prepare(answer)) in sms, "an SMS that is kept says no day by how near it is"


@pytest.mark.parametrize(
    ("situation", "keys", "first"),
    [
        (Situation.PAID, ["1"], "Payé le "),
        (Situation.ELIGIBLE, ["2"], "Votre ménage a été choisi"),
        (Situation.ALL_COMPONENTS, ["2", "1"], "Aide petite activité\n"),
        (Situation.GRIEVANCE_ANSWERED, ["4", "1"], "Plainte "),
        (Situation.SHARED, ["1", "1"], "Kadiatou\nProchain paiement"),
        (Situation.UNREGISTERED, ["1", "2", "1", "1", "1"], ""),
    ],
)
async def test_every_answer_of_the_line_is_worth_an_sms(
    town: Town, situation: Situation, keys: Sequence[str], first: str
) -> None:
    call = await town.speaking(situation, FR)
    page = await pressed(call, *keys)
    await ended(call)
    ((msisdn, _, answer),) = await answers_queued()
    assert msisdn == call.msisdn
    assert answer.startswith(first)
    assert GSM7.prepare(answer).split("\n")[0].endswith(page.split("\n")[0])


NOTHING_TO_SEND: Sequence[tuple[str, Sequence[str]]] = [
    ("the main menu", []),
    ("the main menu again", ["1", "0"]),
    ("the start", ["1", "00"]),
    ("a wrong key at the main menu", ["8"]),
    ("past payments", ["1", "1"]),
    ("the last text of a call", ["1", "2"]),
    ("subjects of complaints", ["3", "4"]),
    ("a complaint being written", ["3", "1", "1"]),
    ("a complaint that was filed", ["3", "1", "1", "1"]),
    ("a bribe", ["3", "4", "1"]),
    ("a bribe, with the name hidden", ["3", "4", "1", "3"]),
    ("a bribe, with how much", ["3", "4", "1", "4", "1", "5000"]),
    ("a bribe that was filed", ["3", "4", "1", "2"]),
    ("the hour of a secret call", ["3", "4", "1", "1"]),
    ("a bribe that was filed, with an hour", ["3", "4", "1", "1", "1"]),
    ("violence", ["3", "4", "4"]),
    ("abuse that was filed", ["3", "4", "5", "2"]),
    ("the list of complaints", ["4"]),
    ("help", ["5"]),
    ("what the programme is", ["5", "3"]),
    ("stopping SMS", ["5", "4", "1"]),
]


async def test_where_nothing_was_answered_yet_or_all_is_secret_no_sms_is_sent(town: Town) -> None:
    call = await town.speaking(Situation.GRIEVANCE_ANSWERED, FR)
    for label, keys in NOTHING_TO_SEND:
        await pressed(call, *keys)
        await ended(call)
        assert await answers_queued() == [], label
        await pressed(call, "00")


async def test_a_first_caller_who_was_asked_for_the_language_gets_no_sms(town: Town) -> None:
    call = town.phone(caller(Situation.UPCOMING).msisdn)
    await call.dial()
    await ended(call)
    assert await answers_queued() == []


@pytest.mark.parametrize(("category", "subcategory"), [("conduct", "bribe"), ("abuse", "violence")])
async def test_where_a_sensitive_complaint_stands_is_not_sent_after_a_call(
    town: Town, category: str, subcategory: str
) -> None:
    complaint = Filing("k", None, None, category, subcategory, None, True, False, None, None, FR)
    secret = (await file(complaint, NOW)).reference
    await decided(secret, GrievanceState.REJECTED, "Personne n'a été vu.", NOW)
    plain = (await file(replace(complaint, key="l", category="payment", subcategory="late"), NOW)).reference
    call = await town.speaking(Situation.UNREGISTERED, FR)
    await pressed(call, "4", "1", secret)
    await ended(call)
    assert await answers_queued() == []
    await pressed(call, "00", "4", "1", plain)
    await ended(call)
    assert [answer.split(",")[0] for _, _, answer in await answers_queued()] == [f"Plainte {plain}"]


@pytest.mark.parametrize("keys", [["1"], ["2"], ["2", "1"]])
async def test_what_was_asked_of_another_household_does_not_stay_on_the_phone(town: Town, keys: Sequence[str]) -> None:
    other = caller(Situation.UPCOMING)
    assert other.household_no is not None
    call = await town.speaking(Situation.UNREGISTERED, FR)
    await pressed(call, "2", other.household_no, str(other.birth_year), *keys)
    await ended(call)
    assert await answers_queued() == []


async def test_who_looked_at_another_household_still_gets_what_is_their_own(town: Town) -> None:
    other = caller(Situation.PAID)
    assert other.household_no is not None
    call = await town.speaking(Situation.UPCOMING, FR)
    seen = await pressed(call, "5", "9", "2", other.household_no, str(other.birth_year), "1")
    assert "\nPayé le " in seen
    await ended(call)
    assert await answers_queued() == []
    again = town.phone(call.msisdn)
    await pressed(again, "00", "1")
    await ended(again)
    assert [answer.split(" :")[0] for _, _, answer in await answers_queued()] == ["Prochain paiement"]


@pytest.mark.parametrize("status", ["Success", "Unknown"])
async def test_a_call_that_was_not_dropped_is_answered_by_no_sms(town: Town, status: str) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    await ended(call, status)
    assert await answers_queued() == []


async def test_a_drop_that_is_reported_twice_and_a_second_one_the_same_day_are_answered_once(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    for status in ("Incomplete", "Incomplete", "Failed"):
        await ended(call, status)
    again = town.phone(call.msisdn)
    await pressed(again, "00", "1")
    await ended(again)
    assert len(await answers_queued()) == 1
    third = town.phone(call.msisdn)
    await pressed(third, "00", "2")
    await ended(third)
    assert len(await answers_queued()) == 2


async def test_who_called_again_meanwhile_gets_no_sms_of_the_call_before(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    again = town.phone(call.msisdn)
    await again.dial()
    await ended(call)
    assert await answers_queued() == []
    assert "Prochain paiement" in (await again.reply("1")).text
    await ended(again)
    assert len(await answers_queued()) == 1


async def test_the_end_of_a_strangers_session_with_this_number_tells_nothing(town: Town) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    for form in ({"sessionId": "ATUid_other"}, {"phoneNumber": caller(Situation.PAID).msisdn}, {"phoneNumber": ""}):
        whole = {"sessionId": call.session_id, "phoneNumber": call.msisdn, "status": "Incomplete", **form}
        assert (await town.client.post(f"{CALLBACK}/events", data=whole)).status_code == 200
    assert await answers_queued() == []


async def test_nothing_is_sent_where_the_programme_does_not_want_it(
    town_database: str, redis: Redis, redis_server: OwnRedis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIGI_SMS_AFTER_CUT", "false")
    app = build(Settings(callback_tokens=("demo",)), Ground(town_database, redis_server.url), clock=lambda: NOW)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://line") as client,
    ):
        call = await Town(client).speaking(Situation.UPCOMING, FR)
        await pressed(call, "1")
        await ended(call)
        assert await answers_queued() == []


async def test_without_the_session_the_end_is_recorded_and_no_sms_queued(town: Town, redis: Redis) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    await redis.set(f"jigi:{{{call.msisdn}}}:call", "not a session")
    await ended(call)
    await redis.flushall()
    await ended(call)
    assert await answers_queued() == []


async def test_without_the_database_the_end_is_to_be_reported_again_and_the_answer_is_then_sent(
    town: Town, town_database: str
) -> None:
    call = await town.speaking(Situation.UPCOMING, FR)
    await pressed(call, "1")
    await database.close_database()
    assert (await call.end_event("Incomplete")).status_code == 503
    database.open_database(town_database)
    await ended(call)
    assert len(await answers_queued()) == 1


GOOD = {"sessionId": "ATUid_9", "phoneNumber": "+22370000001", "status": "Incomplete"}
STRANGE = [
    ("no status", {"status": ""}),
    ("a status of tomorrow", {"status": "Teleported"}),
    ("a number that is none", {"phoneNumber": "\0"}),
    ("a date that is none", {"date": "yesterday"}),
    ("the first day", {"date": "0001-01-01T00:00:00+14:00"}),
    ("the last day", {"date": "9999-12-31T23:59:59-12:00"}),
    ("counts that are none", {"hopsCount": "-1", "durationInMillis": "1e9"}),
    ("counts without end", {"hopsCount": "9" * 400, "durationInMillis": "²"}),
    ("long words", {"networkCode": "9" * 400, "cost": "X" * 400, "errorMessage": "words " * 400}),
    ("an error of octets", {"errorMessage": "\0\ud7ff\uffff"}),
]


async def test_the_end_of_a_session_is_taken_whatever_else_it_holds(town: Town) -> None:
    for number, (label, form) in enumerate(STRANGE, 1):
        answer = await town.client.post(f"{CALLBACK}/events", data={**GOOD, "sessionId": f"ATUid_{number}", **form})
        assert answer.status_code == 200, label
        assert await query("SELECT count(*) FROM gateway_session") == [(number,)]


async def test_the_end_of_a_session_is_taken_with_octets_in_it(town: Town) -> None:
    for form in ({"networkCode": "610\0"}, {"cost": "XOF\0"}):
        assert (await town.client.post(f"{CALLBACK}/events", data={**GOOD, **form})).status_code == 200


async def test_the_end_of_a_session_without_a_name_is_refused(town: Town) -> None:
    for name in ("", "a b", "x" * 129, "\0"):
        answer = await town.client.post(f"{CALLBACK}/events", data={**GOOD, "sessionId": name})
        assert answer.status_code == 400
