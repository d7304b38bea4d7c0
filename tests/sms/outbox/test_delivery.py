"""No delivery report is lost or undone: in any order, twice, before our own row, from two sides at once."""

import asyncio
import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier
from sqlalchemy import text

from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform import database
from core.platform.database import copying, writing
from core.platform.settings import Settings
from core.text.languages import Language
from sms.outbox import claims, delivery
from sms.outbox.delivery import DeliveryReport, Inbox, same_ids
from sms.outbox.routes import every_route
from sms.outbox.window import Window
from tests.sms.outbox.a_gateway import AWA, NOON, AGateway, a_sender, messages
from tests.support.database import change, others_wait, query
from tests.support.patience import LONGEST_SECONDS

pytestmark = pytest.mark.usefixtures("world")

ON_ITS_WAY, DELIVERED, FAILED = MessageState.ON_ITS_WAY, MessageState.DELIVERED, MessageState.FAILED
BINTA = "+22366000002"
LATER = NOON + timedelta(minutes=5)
WINDOW = Window(NOON.time(), NOON.time())
ALL_DAY = every_route(Settings(sms_window=(NOON.time(), NOON.time())))


def report(provider_id: str, state: MessageState = DELIVERED, at: datetime = LATER) -> DeliveryReport:
    return DeliveryReport("africastalking", provider_id, AWA, state, "DeliveryFailure" if state is FAILED else "", at)


async def notice(key: str = "help") -> None:
    await queue_notice(Notice(key, NoticeKind.HELP, AWA, Language("fr"), prompt=True), NOON)


async def taken(count: int) -> list[str]:
    """So many messages that the gateway took, by its names."""
    async with writing() as session:
        await session.execute(
            text(
                "INSERT INTO message (kind, household_ids, msisdn, state, provider_id, attempts, was_uncertain) "
                "SELECT 'help', '{}', :awa, 'accepted', 'ATXid_' || n, 0, false "
                "FROM generate_series(1, :count) AS n"
            ),
            {"count": count, "awa": AWA},
        )
    return [f"ATXid_{number}" for number in range(1, count + 1)]


async def states() -> dict[str, int]:
    """How many messages are in each state."""
    return dict(await query("SELECT state, count(*) FROM message GROUP BY state"))


async def early() -> list[tuple[str, str]]:
    """The reports that wait for a message."""
    return [(name, state) for name, state in await query("SELECT provider_id, state FROM early_report ORDER BY 1")]


@pytest.mark.parametrize(
    ("label", "reports", "state", "reason"),
    [
        ("delivered", [DELIVERED], "delivered", None),
        ("sent, then delivered", [ON_ITS_WAY, DELIVERED], "delivered", None),
        ("delivered, then sent", [DELIVERED, ON_ITS_WAY], "delivered", None),
        ("failed", [FAILED], "failed", "DeliveryFailure"),
        ("failed, then delivered", [FAILED, DELIVERED], "failed", "DeliveryFailure"),
        ("sent", [ON_ITS_WAY, ON_ITS_WAY], "on_its_way", None),
    ],
)
async def test_reports_that_come_before_the_answer_are_waited_for_by_the_answer(
    label: str, reports: Sequence[MessageState], state: str, reason: str | None
) -> None:
    async def reported(names: Sequence[str]) -> None:
        for each in reports:
            await delivery.apply([report(names[0], each)])
        assert await early() == [(names[0], state)]

    await notice()
    await AGateway(reported).takes()

    final_at = None if state == "on_its_way" else LATER
    assert await messages("state, reason, final_at") == [(state, reason, final_at)]
    assert await early() == []


async def test_an_early_report_is_final_from_when_the_final_one_came() -> None:
    async def reported(names: Sequence[str]) -> None:
        await delivery.apply([report(names[0], ON_ITS_WAY, NOON)])
        await delivery.apply([report(names[0], DELIVERED, LATER)])

    await notice()
    await AGateway(reported).takes()
    assert await messages("state, final_at") == [("delivered", LATER)]


async def test_a_report_that_is_being_written_while_the_answer_is_recorded_is_not_lost() -> None:
    """The report looked before the answer stood, and the answer looked before the report stood."""
    reporting: list[asyncio.Task[None]] = []

    async def reported(names: Sequence[str]) -> None:
        await other.execute("INSERT INTO early_report VALUES (%s, '', 'on_its_way', NULL, now())", [names[0]])
        reporting.append(asyncio.create_task(delivery.apply([report(names[0])])))
        await others_wait()

    await notice()
    async with copying() as other:
        await AGateway(reported).takes()
        assert await messages("state") == [("accepted",)]
        await other.rollback()
    await asyncio.gather(*reporting)

    assert await messages("state") == [("delivered",)]
    assert await early() == []


async def test_a_further_report_that_comes_while_an_early_one_is_adopted_is_not_lost() -> None:
    """The early one is read before the further one stands in its place, and goes away after it."""
    (name,) = await taken(1)
    await change("INSERT INTO early_report VALUES (%(name)s, '', 'on_its_way', NULL, now())", name=name)
    async with copying() as other:
        await other.execute("UPDATE early_report SET state = 'delivered' WHERE provider_id = %s", [name])
        adopting = asyncio.create_task(delivery.adopt(same_ids("africastalking", name)))
        await others_wait()
        await other.commit()
    await adopting
    assert (await states(), await early()) == ({"delivered": 1}, [])


async def test_an_early_report_does_not_take_a_message_back_from_a_later_one() -> None:
    await delivery.apply([report("ATXid_1", ON_ITS_WAY)])
    (name,) = await taken(1)
    await delivery.apply([report(name, DELIVERED)])
    await delivery.adopt(same_ids("africastalking", name))
    assert (await states(), await early()) == ({"delivered": 1}, [])


async def test_of_many_answers_and_reports_that_cross_none_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.outbox.ceilings.settings", lambda: Settings(notices_per_phone_a_day=100))
    chance = random.Random(2026)
    reporting: list[asyncio.Task[None]] = []

    async def reported(names: Sequence[str]) -> None:
        reporting.extend(asyncio.create_task(_after(chance.randrange(40), name)) for name in names)

    async def _after(turns: int, name: str) -> None:
        for _ in range(turns):
            await asyncio.sleep(0)
        await delivery.apply([report(name)])

    for number in range(80):
        await notice(f"help {number}")
    sender = a_sender(AGateway(reported))
    claimed = [await claims.claim("worker", NOON, ALL_DAY) for _ in range(80)]
    for start in range(0, 80, 4):
        await asyncio.gather(*(sender.send(claim) for claim in claimed[start : start + 4] if claim))
    await asyncio.gather(*reporting)

    assert (await states(), await early()) == ({"delivered": 80}, [])


async def test_a_report_of_nobody_of_ours_waits_by_its_furthest_state_and_touches_nothing() -> None:
    await taken(1)
    for state in (ON_ITS_WAY, FAILED, DELIVERED, ON_ITS_WAY):
        await delivery.apply([report("stranger", state)])
    assert (await states(), await early()) == ({"accepted": 1}, [("stranger", "failed")])


@pytest.mark.parametrize(
    ("label", "stands", "reports", "state"),
    [
        ("silent, then delivered", "silent", DELIVERED, "delivered"),
        ("silent, then failed", "silent", FAILED, "failed"),
        ("silent, then sent", "silent", ON_ITS_WAY, "silent"),
        ("uncertain, then delivered", "uncertain", DELIVERED, "delivered"),
        ("on its way, then delivered", "on_its_way", DELIVERED, "delivered"),
        ("dropped stays dropped", "dropped", DELIVERED, "dropped"),
        ("failed stays failed", "failed", DELIVERED, "failed"),
        ("delivered stays delivered", "delivered", FAILED, "delivered"),
    ],
)
async def test_a_message_only_goes_forward(label: str, stands: str, reports: MessageState, state: str) -> None:
    (name,) = await taken(1)
    async with writing() as session:
        await session.execute(text("UPDATE message SET state = :state"), {"state": stands})
    await delivery.apply([report(name, reports)])
    assert await states() == {state: 1}


def furthest(reports: Sequence[MessageState]) -> str:
    """What a message that was accepted comes to: the first end, else on its way, if it was told anything."""
    otherwise = reports[0] if reports else MessageState.ACCEPTED
    return next((state for state in reports if state is not ON_ITS_WAY), otherwise).value


BATCHES = st.lists(st.lists(st.sampled_from([ON_ITS_WAY, DELIVERED, FAILED]), max_size=4), max_size=5)


@hypothesis_settings(max_examples=40)
@given(before=BATCHES, after=BATCHES)
async def test_any_reports_in_any_order_come_to_the_furthest_and_an_end_is_an_end(
    before: list[list[MessageState]], after: list[list[MessageState]]
) -> None:
    async def reported(names: Sequence[str]) -> None:
        for batch in before:
            await delivery.apply(report(names[0], state) for state in batch)

    async with writing() as session:
        await session.execute(text("TRUNCATE message, early_report CASCADE"))
    await notice()
    await AGateway(reported).takes()
    for applied in range(len(after) + 1):
        so_far = [state for batch in [*before, *after[:applied]] for state in batch]
        reason = "DeliveryFailure" if furthest(so_far) == FAILED else None
        assert await messages("state, reason") == [(furthest(so_far), reason)]
        if applied < len(after):
            await delivery.apply(report("ATXid_1", state) for state in after[applied])
    assert await early() == []


async def test_hundreds_of_reports_at_once_are_written_together(monkeypatch: pytest.MonkeyPatch) -> None:
    names = await taken(600)
    together: list[int] = []
    apply = delivery.apply

    async def counted(reports: Sequence[DeliveryReport]) -> None:
        together.append(len(reports))
        await apply(reports)

    monkeypatch.setattr(delivery, "apply", counted)
    inbox = Inbox()
    await asyncio.gather(*(inbox.take(report(name)) for name in names))
    assert await states() == {"delivered": 600}
    assert together == [600]


async def test_reports_are_written_while_others_wait() -> None:
    held, free = await taken(2)
    inbox = Inbox()
    async with copying() as other:
        await other.execute("SELECT FROM message WHERE provider_id = %s FOR UPDATE", [held])
        waiting = asyncio.create_task(inbox.take(report(held)))
        await others_wait()
        async with asyncio.timeout(LONGEST_SECONDS):
            await inbox.take(report(free))
        assert not waiting.done()
    await waiting
    assert await states() == {"delivered": 2}


async def test_no_index_of_messages_is_of_what_a_report_changes() -> None:
    indexes = await query("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'message'")
    assert len(indexes) > 5
    assert [name for name, made in indexes if re.search(r"\b(state|final_at)\b", made)] == []


async def test_a_report_that_was_answered_stands_in_the_database() -> None:
    names = await taken(30)
    inbox = Inbox()

    async def state_after(name: str) -> list[tuple[str]]:
        await inbox.take(report(name))
        return [
            (state,) for (state,) in await query("SELECT state FROM message WHERE provider_id = %(name)s", name=name)
        ]

    assert await asyncio.gather(*map(state_after, names)) == [[("delivered",)]] * 30


async def test_two_processes_that_are_told_the_same_lose_nothing_and_do_not_block_each_other() -> None:
    names = [*await taken(150), *(f"stranger_{number:03}" for number in range(50))]
    chance = random.Random(2013)
    inboxes = [Inbox(), Inbox()]

    async def reported(inbox: Inbox) -> None:
        reports = [report(name, state) for name in names for state in (ON_ITS_WAY, DELIVERED)]
        chance.shuffle(reports)
        for start in range(0, len(reports), 40):
            await asyncio.gather(*(inbox.take(each) for each in reports[start : start + 40]))

    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(*map(reported, inboxes))

    assert await states() == {"delivered": 150}
    assert await early() == [(name, "delivered") for name in names[150:]]


@pytest.mark.parametrize("table", ["message", "early_report"])
async def test_reports_of_the_same_in_opposite_orders_do_not_lock_each_other_out(table: str) -> None:
    names = await taken(100) if table == "message" else [f"stranger_{number}" for number in range(100)]
    await delivery.apply(map(report, names))
    for name in names[::20]:
        async with copying() as other:
            hold = SQL("SELECT FROM {} WHERE provider_id = %s FOR UPDATE").format(Identifier(table))
            await other.execute(hold, [name])
            telling = [asyncio.create_task(delivery.apply(map(report, order))) for order in (names, names[::-1])]
            await others_wait(2)
        await asyncio.gather(*telling)


async def test_who_hung_up_does_not_take_the_reports_of_others_along() -> None:
    names = await taken(3)
    inbox = Inbox()
    first, gone, last = (asyncio.create_task(inbox.take(report(name))) for name in names)
    await asyncio.sleep(0)
    gone.cancel()
    async with asyncio.timeout(LONGEST_SECONDS):
        await asyncio.gather(first, last)
    with pytest.raises(asyncio.CancelledError):
        await gone
    await inbox.take(report(names[0]))
    assert await states() == {"delivered": 3}


async def test_what_the_database_did_not_take_is_told_to_each_and_the_next_is_taken(database_url: str) -> None:
    names = await taken(5)
    inbox = Inbox()
    await database.close_database()
    refused = await asyncio.gather(*(inbox.take(report(name)) for name in names), return_exceptions=True)
    assert [type(error) for error in refused] == [database.NotOpen] * 5
    database.open_database(database_url)
    await asyncio.gather(*(inbox.take(report(name)) for name in names))
    assert await states() == {"delivered": 5}


async def test_a_reason_is_that_of_the_report_that_counts() -> None:
    (name,) = await taken(1)
    failed = report(name, FAILED)
    await delivery.apply([report(name, ON_ITS_WAY)])
    await delivery.apply([failed, replace(failed, reason="Expired")])
    await delivery.apply([replace(failed, reason="blacklisted")])
    assert await messages("state, reason") == [("failed", "DeliveryFailure")]


# An id that a gateway gives twice


async def twins(name: str, *msisdns: str) -> None:
    for msisdn in msisdns:
        await change(
            "INSERT INTO message (kind, household_ids, msisdn, state, provider_id, attempts, was_uncertain) "
            "VALUES ('help', '{}', %(msisdn)s, 'accepted', %(name)s, 0, false)",
            msisdn=msisdn,
            name=name,
        )


async def of_numbers() -> dict[str, str]:
    return dict(await query("SELECT msisdn, state FROM message"))


async def test_of_two_messages_with_one_id_a_report_is_of_the_one_with_its_number() -> None:
    await twins("ATXid_1", AWA, BINTA)
    await delivery.apply([replace(report("ATXid_1"), msisdn=BINTA)])
    assert await of_numbers() == {AWA: "accepted", BINTA: "delivered"}
    await delivery.apply([report("ATXid_1", FAILED), replace(report("ATXid_1"), msisdn=BINTA)])
    assert await of_numbers() == {AWA: "failed", BINTA: "delivered"}


async def test_two_reports_with_one_id_that_come_together_are_each_of_their_own() -> None:
    await twins("ATXid_1", AWA, BINTA)
    await delivery.apply([report("ATXid_1"), replace(report("ATXid_1", FAILED), msisdn=BINTA)])
    assert await of_numbers() == {AWA: "delivered", BINTA: "failed"}


async def test_a_report_without_a_number_tells_nothing_of_two_messages_with_its_id() -> None:
    await twins("ATXid_1", AWA, BINTA)
    await delivery.apply([replace(report("ATXid_1"), msisdn="")])
    assert await of_numbers() == {AWA: "accepted", BINTA: "accepted"}


async def test_a_report_without_a_number_is_of_the_one_message_with_its_id() -> None:
    await twins("ATXid_1", AWA)
    await delivery.apply([replace(report("ATXid_1"), msisdn="")])
    assert await of_numbers() == {AWA: "delivered"}


async def test_a_report_of_another_number_is_of_nobody_we_know() -> None:
    await twins("ATXid_1", AWA)
    await delivery.apply([replace(report("ATXid_1"), msisdn=BINTA)])
    assert (await of_numbers(), await early()) == ({AWA: "accepted"}, [("ATXid_1", "delivered")])


async def test_a_report_that_came_before_two_messages_with_its_id_is_of_the_one_with_its_number() -> None:
    await delivery.apply([replace(report("ATXid_1"), msisdn=BINTA)])
    await twins("ATXid_1", AWA, BINTA)
    await delivery.adopt(delivery.same_ids("africastalking", "ATXid_1"))
    assert await of_numbers() == {AWA: "accepted", BINTA: "delivered"}


async def test_what_came_of_another_number_before_both_is_not_taken_for_its_own() -> None:
    await delivery.apply([report("ATXid_1", ON_ITS_WAY)])
    await delivery.apply([replace(report("ATXid_1"), msisdn=BINTA)])
    await twins("ATXid_1", AWA, BINTA)
    await delivery.adopt(delivery.same_ids("africastalking", "ATXid_1"))
    assert await of_numbers() == {AWA: "on_its_way", BINTA: "accepted"}
