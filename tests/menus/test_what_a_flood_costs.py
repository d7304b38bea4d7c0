"""One phone that does the same over and over, through every door that sends an SMS: what it costs has an end."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from core.grievances.vocabulary import GrievanceState
from core.outbox.ceilings import all_notices
from core.platform.settings import settings
from core.registry.callers import remember_language
from core.text.languages import Language
from demo.callers import Situation
from simulator.gateway import EndStatus, UssdCall
from sms.inbound import answering
from sms.outbox.gateway import Incoming
from tests.menus.conftest import NOW, Town, caller
from tests.support.database import change, query

FR = Language("fr")
TIMES = 30
"""Thirty times in a day, one after the other."""

PHONE = caller(Situation.UPCOMING).msisdn
_IDS = count()


async def keyed(call: UssdCall, *keys: str) -> None:
    """Dial and press keys, as far as the call goes."""
    screen = await call.dial()
    for key in keys:
        screen = screen if screen.ends else await call.reply(key)


async def files(town: Town) -> None:
    await keyed(town.phone(PHONE), "00", "3", "1", str(next(_IDS) % 5 + 1), "1")


async def reopens(town: Town) -> None:
    """Each time the desk decides it again."""
    await change(
        "UPDATE grievance SET state = %(state)s, solved = false, reopen_count = 0 WHERE msisdn = %(phone)s",
        state=GrievanceState.RESOLVED.value,
        phone=PHONE,
    )
    await keyed(town.phone(PHONE), "00", "4", "1", "1")


async def asks_to_be_called(town: Town) -> None:
    await keyed(town.phone(PHONE), "00", "5", "1", "1")


async def is_cut_off(town: Town) -> None:
    call = town.phone(PHONE)
    await keyed(call, "00", str(next(_IDS) % 2 + 1))
    await call.end_event(EndStatus.INCOMPLETE)


async def writes(town: Town) -> None:
    words = ("ARGENT", "AIDE", "bonjour", "1234567")
    incoming = Incoming("africastalking", f"in-{next(_IDS)}", PHONE, words[next(_IDS) % len(words)])
    await answering.take(incoming, NOW, most_a_day=settings().sms_answers_a_day)


async def stops_and_starts(town: Town) -> None:
    for word in ("STOP", "OUI"):
        await answering.take(
            Incoming("africastalking", f"in-{next(_IDS)}", PHONE, word), NOW, most_a_day=settings().sms_answers_a_day
        )


async def asks_to_be_remembered(town: Town) -> None:
    """From ever other phones, for the household of this one, which is told of each."""
    household = caller(Situation.UPCOMING)
    call = town.phone(f"+2237611{next(_IDS):04}")
    await remember_language(call.msisdn, FR)
    await keyed(call, "2", household.household_no or "", str(household.birth_year), "5", "9", "3", "1")


async def all_of_it(town: Town) -> None:
    for door in DOORS[:-1]:
        await door(town)


DOORS: list[Callable[[Town], Awaitable[None]]] = [
    files, reopens, asks_to_be_called, is_cut_off, writes, stops_and_starts, asks_to_be_remembered, all_of_it,
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_what_one_phone_can_make_the_programme_send_in_a_day_has_an_end(
    town: Town, door: Callable[[Town], Awaitable[None]]
) -> None:
    all_notices.forget()
    await town.speaking(Situation.UPCOMING, FR)
    for _ in range(TIMES if door is not all_of_it else 6):
        await door(town)
    sent = await query("SELECT kind FROM message WHERE msisdn = %(phone)s AND campaign_id IS NULL", phone=PHONE)
    assert len(sent) <= settings().notices_per_phone_a_day
    receipts = await query(
        "SELECT 1 FROM message JOIN sms_batch ON sms_batch.id = batch_id "
        "WHERE prompt AND kind = 'received' AND msisdn = %(phone)s",
        phone=PHONE,
    )
    assert len(receipts) <= settings().sms_most_a_day, "what goes at once, at any hour"
    filed = await query(
        "SELECT 1 FROM grievance WHERE msisdn = %(phone)s AND received_at = %(now)s", phone=PHONE, now=NOW
    )
    assert len(filed) <= settings().line_filings_a_day
    assert (
        len(await query("SELECT 1 FROM callback_request WHERE asked_at = %(now)s", now=NOW))
        <= settings().line_calls_a_day
    )
