"""A hop is done once, whatever is repeated, comes twice at a time or breaks."""

import asyncio
from datetime import UTC, datetime

import pytest

from core.call_requests.requests import ask_call
from core.calls.journal import Journal, NotKept
from core.registry import callers
from core.text.languages import Language
from tests.support.database import count

pytestmark = pytest.mark.usefixtures("world")

AWA, BINTA = "+22376000001", "+22376000002"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
journal = Journal()


async def ask_once(key: str, name: str, phone: str = AWA) -> str:
    """Do a hop that asks for a call, and say what the call's state is after it."""
    async with journal.once(key, "session", 3) as entry:
        if entry.before is not None:
            return str(entry.before["name"])
        await ask_call(f"{key} {name}", phone, Language("bm"), None, NOW)
        await asyncio.sleep(0.05)
        entry.keep({"name": name})
        return name


async def test_a_repeated_hop_finds_what_was_kept_and_does_nothing() -> None:
    assert await ask_once("hop", "first") == "first"
    assert await ask_once("hop", "second") == "first"
    assert await count("callback_request") == 1


async def test_of_copies_that_come_together_one_is_done_and_all_say_the_same() -> None:
    answers = await asyncio.gather(*(ask_once("hop", f"copy {n}") for n in range(6)))
    assert len(set(answers)) == 1
    assert await count("callback_request") == 1


async def test_another_hop_is_done() -> None:
    await ask_once("hop 1", "a")
    await ask_once("hop 2", "b", BINTA)
    assert await count("callback_request") == 2


async def test_a_hop_that_breaks_leaves_nothing_and_can_be_done_again() -> None:
    async def breaks() -> None:
        async with journal.once("hop", "session", 3) as entry:
            await ask_call("call", AWA, Language("bm"), None, NOW)
            await callers.remember_language(AWA, Language("bm"))
            entry.keep({})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await breaks()
    assert await count("callback_request") == 0
    assert await callers.language_of(AWA) is None
    assert await ask_once("hop", "again") == "again"


async def test_a_copy_that_waited_for_one_that_broke_does_the_work() -> None:
    started = asyncio.Event()

    async def breaks() -> None:
        async with journal.once("hop", "session", 3):
            started.set()
            await asyncio.sleep(0.1)
            raise ZeroDivisionError

    breaking = asyncio.create_task(breaks())
    await started.wait()
    assert await ask_once("hop", "copy") == "copy"
    with pytest.raises(ZeroDivisionError):
        await breaking


async def test_a_hop_cancelled_at_its_deadline_leaves_nothing() -> None:
    async def too_slow() -> None:
        async with journal.once("hop", "session", 3) as entry:
            await ask_call("call", AWA, Language("bm"), None, NOW)
            await asyncio.sleep(5)
            entry.keep({})

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await too_slow()
    assert await count("callback_request") == 0
    assert await ask_once("hop", "again") == "again"


async def test_a_hop_whose_state_was_not_kept_is_a_mistake_and_is_undone() -> None:
    with pytest.raises(NotKept):
        async with journal.once("hop", "session", 3):
            await ask_call("call", AWA, Language("bm"), None, NOW)
    assert await count("callback_request") == 0


async def test_the_last_state_is_the_one_at_or_before_the_position() -> None:
    await journal.keep("session:1", "session", 1, {"at": 1})
    await journal.keep("session:4", "session", 4, {"at": 4, "words": ["ɛ", "é"]})
    await journal.keep("other:2", "other", 2, {"at": 2})

    assert await journal.last("session", 0) is None
    assert await journal.last("session", 3) == {"at": 1}
    assert await journal.last("session", 4) == {"at": 4, "words": ["ɛ", "é"]}
    assert await journal.last("session", 9) == {"at": 4, "words": ["ɛ", "é"]}
    assert await journal.last("nobody", 9) is None


async def test_a_state_kept_again_is_the_one_that_counts() -> None:
    await journal.keep("session:1", "session", 1, {"at": 1})
    await journal.keep("session:1", "session", 1, {"at": "later"})
    assert await journal.last("session", 1) == {"at": "later"}
