"""What one person must be told is queued with the change that it tells of: both are there, or neither."""

import asyncio
from contextvars import Context
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.outbox.notice_kinds import NoticeKind
from core.outbox.notices import Notice, queue_notice
from core.platform.database import copying, writing
from core.registry.callers import remember_language
from core.text.languages import Language
from tests.support.database import others_wait, query

pytestmark = pytest.mark.usefixtures("world")

AWA, BAKARY = "+22376000001", "+22366000002"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
RECEIPT = Notice("received 1234567", NoticeKind.RECEIVED, AWA, Language("bm"), {"ref": "1234567", "due": "2026-12-01"})


async def queued() -> tuple[int, int, int]:
    """How many messages, requests and jobs others can see."""
    async with copying() as connection:
        counted = await connection.execute(
            "SELECT (SELECT count(*) FROM message), (SELECT count(*) FROM sms_batch), "
            "(SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'sms.send' AND status = 'todo')"
        )
        row = await counted.fetchone()
    assert row is not None
    return (row[0], row[1], row[2])


async def told_and_undone() -> None:
    """The receipt, told with a change in a transaction that fails at its end."""
    async with writing():
        await remember_language(AWA, Language("bm"))
        assert await queue_notice(RECEIPT, NOON)
        raise ZeroDivisionError


def told_elsewhere() -> asyncio.Task[bool]:
    """The receipt, told in a transaction of its own: in an empty context, a task does not join the one it began in."""
    return asyncio.create_task(queue_notice(RECEIPT, NOON), context=Context())


async def test_a_notice_is_one_message_in_a_request_of_its_own_and_a_job_that_wakes_a_worker() -> None:
    notice = replace(RECEIPT, prompt=True, not_after=NOON + timedelta(hours=1), household_id=7)
    assert await queue_notice(notice, NOON)

    assert await queued() == (1, 1, 1)
    (kept,) = await query(
        "SELECT kind, key, msisdn, message.operator, household_ids, language, filling, message.state, planned_at, "
        "sms_batch.operator, priority, prompt, not_before, not_after, sms_batch.state "
        "FROM message JOIN sms_batch ON sms_batch.id = batch_id"
    )
    filling = {"ref": "1234567", "due": "2026-12-01"}
    assert kept[:9] == ("received", "received 1234567", AWA, "orange", [7], "bm", filling, "planned", NOON)
    assert kept[9:] == ("orange", 0, True, NOON, NOON + timedelta(hours=1), "ready")


async def test_a_notice_is_there_when_its_change_is_and_not_before() -> None:
    async with writing():
        await remember_language(AWA, Language("bm"))
        await queue_notice(RECEIPT, NOON)
        assert await queued() == (0, 0, 0)
    assert await queued() == (1, 1, 1)


async def test_what_fails_after_a_notice_undoes_the_change_the_notice_and_the_job() -> None:
    with pytest.raises(ZeroDivisionError):
        await told_and_undone()

    assert await queued() == (0, 0, 0)
    assert await query("SELECT FROM phone") == []
    assert await queue_notice(RECEIPT, NOON)


async def test_a_key_is_told_once_whatever_it_is_filled_with() -> None:
    assert await queue_notice(RECEIPT, NOON)
    assert not await queue_notice(replace(RECEIPT, msisdn=BAKARY, filling={"ref": "7654321"}), NOON)
    assert not await queue_notice(RECEIPT, NOON + timedelta(days=30))

    assert await queued() == (1, 1, 1)
    assert await query("SELECT msisdn, filling ->> 'ref' FROM message") == [(AWA, "1234567")]
    assert await queue_notice(replace(RECEIPT, key="another"), NOON)


async def test_of_tasks_that_tell_the_same_one_does() -> None:
    did = await asyncio.gather(*(queue_notice(RECEIPT, NOON) for _ in range(12)))
    assert sum(did) == 1
    messages, _, jobs = await queued()
    assert (messages, jobs) == (1, 1)


@pytest.mark.parametrize("first_is_kept", [True, False])
async def test_who_tells_the_same_waits_and_tells_it_when_the_other_was_undone(first_is_kept: bool) -> None:
    second = None
    try:
        async with writing():
            assert await queue_notice(RECEIPT, NOON)
            second = told_elsewhere()
            await others_wait()
            if not first_is_kept:
                raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert second is not None
    assert await second is not first_is_kept
    messages, _, jobs = await queued()
    assert (messages, jobs) == (1, 1)


async def test_who_comes_second_leaves_no_empty_request_behind() -> None:
    async with writing():
        await queue_notice(RECEIPT, NOON)
        second = told_elsewhere()
        await others_wait()
    assert not await second
    assert await queued() == (1, 1, 1)


@pytest.mark.parametrize(
    ("label", "msisdn", "operator", "can"),
    [
        ("Orange", "+22376000001", "orange", True),
        ("Malitel", "+22366000002", "malitel", True),
        ("Telecel", "+22350000003", "telecel", True),
        ("a mobile abroad", "+33612345678", None, True),
        ("a fixed line", "+22320221615", None, False),
        ("a toll-free number", "+22380000001", None, False),
        ("a fixed line abroad", "+33140000000", None, False),
        ("no number at all", "JIGISEME", None, False),
        ("nothing", "", None, False),
    ],
)
async def test_only_a_number_that_can_get_sms_is_told(label: str, msisdn: str, operator: str | None, can: bool) -> None:
    assert await queue_notice(replace(RECEIPT, msisdn=msisdn), NOON) is can
    assert await queued() == ((1, 1, 1) if can else (0, 0, 0))
    assert await query("SELECT operator FROM message") == ([(operator,)] if can else [])
