import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from core.platform import background

NEVER = 3600.0


async def hard_of_hearing() -> None:
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(NEVER)
    await asyncio.sleep(NEVER)


async def test_what_did_not_hear_that_it_shall_end_is_asked_again() -> None:
    task = asyncio.create_task(hard_of_hearing())
    await asyncio.sleep(0)
    await background.end_tasks([task], seconds=0.01)
    assert task.cancelled()


async def test_it_ends_with_the_block_also_where_what_it_waits_for_comes_in_the_same_moment() -> None:
    """With `asyncio.wait_for` in place of `come_to_pass`, Python 3.11 begins some of these a second round."""
    rounds = 0

    async def again(woken: asyncio.Event) -> None:
        nonlocal rounds
        while True:
            rounds += 1
            woken.clear()
            await background.come_to_pass(woken, NEVER)

    moments = range(6)
    for turns in moments:
        woken = asyncio.Event()
        task = asyncio.create_task(again(woken))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        woken.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task], timeout=1)
        assert task.cancelled(), turns
    assert rounds <= 2 * len(moments)


async def test_a_block_is_left_by_its_own_error_and_what_failed_beside_it_is_in_the_log() -> None:
    async def fails() -> None:
        raise RuntimeError

    async def raises_beside_it() -> None:
        async with background.running(fails()):
            await asyncio.sleep(0)
            raise KeyError

    with capture_logs() as logs, pytest.raises(KeyError):
        await raises_beside_it()
    assert [(each["event"], each["error"]) for each in logs] == [("background_failed", "RuntimeError")]
    assert "fails" in logs[0]["work"]


async def test_whether_it_came_to_pass_is_said() -> None:
    event = asyncio.Event()
    assert not await background.come_to_pass(event, 0.0)
    event.set()
    assert await background.come_to_pass(event, NEVER)
