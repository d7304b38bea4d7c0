"""A gateway that sends the last input alone: the same pages and acts as one that sends the whole text."""

import asyncio
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis

from core.calls.journal import Journal
from core.platform.redis import Client, connect
from core.text.alphabet import GSM7
from simulator.gateway import PhoneScreen
from tests.ussd.conftest import Line, calls_asked
from tests.ussd.last_input import GATEWAY, LastInputCall, MovingClock
from tests.ussd.small_menu import small_menu
from tests.ussd.test_replay import KEYS
from ussd.engine import Engine
from ussd.hops import Hop, LastInput, Reply
from ussd.sessions import Sessions
from ussd.standing import BEGUN_AGAIN_SECONDS, LATE_HOPS, LOST_SECONDS, TYPED_AGAIN_SECONDS, repeats
from ussd.state import LastHop

AWA, BINTA = "+22376000001", "+22376000002"
QUESTION = "L'appel a été coupé.\n1 Continuer\n2 Recommencer"
NOWHERE = "redis://127.0.0.1:1"
Phones = Callable[..., LastInputCall]


class Behind:
    """An engine whose clock the test moves, and phones that call it."""

    def __init__(self, redis: Client) -> None:
        self.clock = MovingClock()
        self.small = small_menu()
        self.engine = Engine(
            self.small.menu,
            sessions=Sessions(redis, seconds=600, lock_seconds=2),
            journal=Journal(),
            alphabet=GSM7,
            step_seconds=3.0,
            typed_inputs=120,
            clock=self.clock,
        )
        self._numbers = iter(range(1, 1000))

    def phone(self, msisdn: str = "", *, numbered: bool = True) -> LastInputCall:
        return LastInputCall(self.engine, msisdn or f"+22377{next(self._numbers):06}", numbered=numbered)

    async def hop(self, text: str, sequence: int | None = None, *, begins: bool = False, session: str = "1") -> Reply:
        """One hop of one phone."""
        return await self.engine.answer(Hop(GATEWAY, session, AWA, LastInput(text, sequence, begins)))

    async def to_the_act(self) -> None:
        """A call to the page on which `1` does the act; its last hop has the number 4."""
        for sequence, key in enumerate(("", "2", "2", "8"), start=1):
            await self.hop(key, sequence, begins=not key)


@pytest.fixture
def behind(world: None, redis: Redis) -> Behind:
    return Behind(redis)


def _shown(screens: list[PhoneScreen]) -> list[tuple[bool, str]]:
    """The pages; the small menu's act names its position, which is another where the session number begins anew."""
    return [(screen.ends, re.sub(r"Done \d+", "Done", screen.text)) for screen in screens]


def _dialogue(seed: int) -> list[str]:
    chance = random.Random(seed)
    return [chance.choice(["1", "2"]), *(chance.choice(KEYS) for _ in range(chance.randint(1, 14)))]


# The twin: the same dialogue both ways


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "without numbers"])
@pytest.mark.parametrize("seed", range(60))
async def test_both_ways_show_the_same_pages_and_do_the_same_acts(
    line: Line, behind: Behind, seed: int, numbered: bool
) -> None:
    """With hops that the gateway repeats at random: its answer was lost."""
    keys, chance = _dialogue(seed), random.Random(seed)
    whole, last = line.phone(), behind.phone(numbered=numbered)
    expected, pages = [await whole.dial()], [await last.dial()]
    for key in keys:
        if pages[-1].ends:
            break
        if chance.random() < 0.4:
            assert await last.repeat() == pages[-1], keys
        behind.clock.wait(5)
        expected.append(await whole.reply(key))
        pages.append(await last.reply(key))
    assert _shown(pages) == _shown(expected), keys
    done = await calls_asked()
    assert done % 2 == 0, "as many acts on one way as on the other"


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "without numbers"])
@pytest.mark.parametrize("seed", range(20))
async def test_without_any_redis_the_call_goes_on(behind: Behind, seed: int, numbered: bool) -> None:
    keys = _dialogue(seed)
    without = Behind(connect(NOWHERE))
    pages = []
    for each in (behind, without):
        call = each.phone(BINTA if each is without else "", numbered=numbered)
        shown = [await call.dial()]
        for key in keys:
            if shown[-1].ends:
                break
            each.clock.wait(5)
            shown.append(await call.reply(key))
        pages.append(_shown(shown))
    assert pages[0] == pages[1], keys


async def test_redis_that_fails_for_one_hop_leaves_nobody_a_page_behind(behind: Behind) -> None:
    """The session in Redis is then older than what the person has before them, and nothing in the hop tells it."""
    call, bare = behind.phone(AWA, numbered=False), Behind(connect(NOWHERE))
    for key in ("", "2", "2", "8"):
        await (call.reply(key) if key else call.dial())
        behind.clock.wait(5)
    bare.clock.now = behind.clock.now
    begun = await bare.engine.answer(Hop(GATEWAY, call.session_id, AWA, LastInput("1")))
    assert begun.text.startswith("Home")
    behind.clock.wait(5)
    assert (await call.reply("1")).text.startswith("Twelve"), "and not the act of the page in Redis"
    behind.clock.wait(5)
    assert (await call.reply("3")).text.startswith("You took 3.")
    assert await calls_asked() == 0


# Repeats


@pytest.mark.parametrize("numbered", [True, False], ids=["numbered", "without numbers"])
@pytest.mark.parametrize("copies", [2, 10])
async def test_copies_of_an_act_that_arrive_together_do_it_once(behind: Behind, numbered: bool, copies: int) -> None:
    call = behind.phone(numbered=numbered)
    await call.dial()
    for key in ("2", "2", "8"):
        behind.clock.wait(5)
        await call.reply(key)
    behind.clock.wait(5)
    pages = await asyncio.gather(call.reply("1"), *(call.repeat() for _ in range(copies - 1)))
    assert {page.text for page in pages} == {pages[0].text}
    assert pages[0].text.startswith("Done")
    assert await calls_asked() == 1


@pytest.mark.parametrize(
    ("label", "hop", "last", "seconds", "is_repeated"),
    [
        ("the same number", LastInput("1", 5), ("1", 5, False), 9, True),
        ("the same number, whatever it brings", LastInput("2", 5), ("1", 5, False), 9, True),
        ("a late copy", LastInput("1", 5), ("2", 5 + LATE_HOPS, False), 1, True),
        ("the next number", LastInput("1", 6), ("1", 5, False), 0, False),
        ("numbers that came round", LastInput("1", 0), ("1", 127, False), 1, False),
        ("no number, at once", LastInput("1"), ("1", None, False), TYPED_AGAIN_SECONDS / 2, True),
        ("no number, read and typed", LastInput("1"), ("1", None, False), TYPED_AGAIN_SECONDS, False),
        ("no number, another key", LastInput("2"), ("1", None, False), 0, False),
        ("a number that comes and goes", LastInput("2", 5), ("1", None, False), 0, False),
        ("the begin again", LastInput("", 0, begins=True), ("", 0, True), 10, True),
        ("the begin again, much later", LastInput("", 0, begins=True), ("", 0, True), BEGUN_AGAIN_SECONDS, False),
        ("no number, by a clock put back", LastInput("1"), ("1", None, False), -3600, False),
        ("the begin again, by a clock put back", LastInput("", 0, begins=True), ("", 0, True), -3600, False),
        ("the begin again, by another's clock", LastInput("", 0, begins=True), ("", 0, True), -1, True),
        ("a begin that dials another", LastInput("2", 0, begins=True), ("", 0, True), 1, False),
        ("a begin in a call", LastInput("", 0, begins=True), ("1", 1, False), 1, False),
        ("the first answer", LastInput("", 0), ("", 0, True), 1, False),
    ],
)
def test_a_repeat_is_told_from_the_next_hop(
    label: str, hop: LastInput, last: tuple[str, int | None, bool], seconds: float, is_repeated: bool
) -> None:
    text, sequence, begins = last
    assert repeats(hop, LastHop(text, sequence, begins, 0, 1000.0), 1000.0 + seconds) is is_repeated


async def test_a_late_copy_of_an_earlier_hop_changes_nothing(behind: Behind) -> None:
    await behind.to_the_act()
    page = await behind.hop("0", 5)
    assert await behind.hop("2", 3) == page
    assert (await behind.hop("8", 6)).text.startswith("8 is even.")


# Session numbers that come again


async def test_a_begin_begins_anew_although_its_number_was_used_today(behind: Behind) -> None:
    await behind.to_the_act()
    assert (await behind.hop("1", 5)).ends
    behind.clock.wait(60)
    assert (await behind.hop("", 1, begins=True)).text.startswith("Home")
    for sequence, key in enumerate(("2", "8"), start=2):
        await behind.hop(key, sequence)
    assert (await behind.hop("1", 4)).text.startswith("Done"), "the act of another call, at the same place"
    assert await calls_asked() == 2


async def test_a_call_that_was_cut_is_offered_to_the_next_one_of_its_number(behind: Behind) -> None:
    await behind.hop("", 1, begins=True)
    for sequence, key in enumerate(("2", "1", "3"), start=2):
        await behind.hop(key, sequence)
    behind.clock.wait(60)
    assert (await behind.hop("", 1, begins=True)).text == QUESTION
    assert (await behind.hop("1", 2)).text.startswith("You took 3.")


async def test_a_begin_that_is_repeated_does_its_act_once(behind: Behind, redis: Redis) -> None:
    """`*code*2*2*8*1#` is a whole call in one hop; its answer is lost, and then its session too."""
    end = await behind.hop("2*2*8*1", 1, begins=True)
    assert end.text.startswith("Done")
    behind.clock.wait(10)
    assert await behind.hop("2*2*8*1", 1, begins=True) == end
    await redis.flushall()
    assert await behind.hop("2*2*8*1", 1, begins=True) == end
    assert await calls_asked() == 1


# Sessions that are lost in the middle of a call


async def test_an_act_that_is_repeated_after_its_session_was_lost_is_not_done_again(
    behind: Behind, redis: Redis
) -> None:
    await behind.to_the_act()
    end = await behind.hop("1", 5)
    await redis.flushall()
    assert await behind.hop("1", 5) == end
    assert await calls_asked() == 1


async def test_a_lost_call_is_offered_where_the_journal_knows_it(behind: Behind, redis: Redis) -> None:
    await behind.to_the_act()
    await behind.hop("7", 5)  # a wrong key: the journal keeps the page
    await behind.hop("0", 6)
    await redis.flushall()
    assert (await behind.hop("8", 7)).text == QUESTION
    assert (await behind.hop("1", 8)).text.startswith("8 is even.")
    assert (await behind.hop("1", 9)).text.startswith("Done")
    assert await calls_asked() == 1


async def test_a_lost_call_of_which_nothing_is_known_begins_again(behind: Behind, redis: Redis) -> None:
    await behind.hop("", 1, begins=True)
    await redis.flushall()
    assert "Langue" in (await behind.hop("2", 2)).text
    assert (await behind.hop("2", 3)).text.startswith("Home")


async def test_what_was_kept_long_ago_is_of_another_call(behind: Behind, redis: Redis) -> None:
    await behind.to_the_act()
    await behind.hop("7", 5)
    behind.clock.wait(LOST_SECONDS + 1)
    await redis.flushall()
    assert (await behind.hop("1", 6)).text.startswith("Home")


async def test_a_lost_call_goes_on_over_midnight(behind: Behind, redis: Redis) -> None:
    behind.clock.now = datetime(2026, 11, 25, 23, 59, 30, tzinfo=UTC)
    await behind.to_the_act()
    await behind.hop("7", 5)
    behind.clock.wait(60)
    await redis.flushall()
    assert (await behind.hop("1", 6)).text == QUESTION


async def test_more_than_a_call_may_hold_ends_it(behind: Behind) -> None:
    await behind.hop("", 1, begins=True)
    reply = await behind.hop("1*" * 130, 2)
    assert reply.ends
    assert "trop long" in reply.text
