"""The door of the engine: so many hops at a time, and no hop to a database that does not answer."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import pytest

from core.text.alphabet import GSM7
from core.text.languages import Language
from tests.ussd.test_deadline import DEADLINE, IN_WORDS, FakeClock, _Memory, _NoJournal
from ussd.admission import FAILURES, REST_SECONDS, Admission, LeftAlone, LineFull
from ussd.call import Call
from ussd.engine import Engine
from ussd.hops import Hop, LastInput, Reply
from ussd.menu import Menu
from ussd.state import State
from ussd.texts import busy
from ussd.values import Value, choose, option

Done = TypeVar("Done")

AWA, BAKARY = "+22370000001", "+22370000002"


class _Phones(_Memory):
    """A phone that spoke French before."""

    async def stored(self, msisdn: str) -> State | None:
        return self.state

    async def language(self, msisdn: str) -> Language | None:
        return Language("fr")


def engine(failing: Iterator[bool], *, most: int = 500, seconds: float = 0.0) -> Engine:
    """A line of two screens whose first one finds no database as often as told."""
    menu = Menu("home")

    @menu.screen("second")
    async def home(call: Call) -> Value:
        await asyncio.sleep(seconds)
        if next(failing):
            raise ConnectionRefusedError
        return choose("Bienvenue", option("Suite", "second"))

    @menu.screen()
    async def second(call: Call) -> Value:
        return choose("Deux")

    return Engine(
        menu, sessions=_Phones(), journal=_NoJournal(), alphabet=GSM7, step_seconds=DEADLINE, typed_inputs=99,
        most_hops=most,
    )  # fmt: skip


def never() -> Iterator[bool]:
    while True:
        yield False


def hop(number: int, typed: str = "") -> Hop:
    return Hop("one", f"call {number}", f"+223700000{number:02}", typed)


def on_fake_clock(work: Coroutine[Any, Any, Done]) -> Done:
    loop = FakeClock()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


def test_who_dials_when_it_is_full_is_told_to_call_again_in_the_language_remembered() -> None:
    async def three_at_once() -> list[Reply]:
        line = engine(never(), most=2, seconds=1.0)
        return list(await asyncio.gather(*(line.answer(hop(number)) for number in range(3))))

    first, second, third = on_fake_clock(three_at_once())
    assert first.text.startswith("Bienvenue")
    assert second.text.startswith("Bienvenue")
    assert third == Reply(GSM7.prepare(busy(Language("fr"))), ends=True)


def test_a_call_under_way_goes_on_when_it_is_full() -> None:
    async def one_more() -> Reply:
        line = engine(never(), most=1, seconds=1.0)
        under_way, _ = await asyncio.gather(line.answer(hop(1, "1")), line.answer(hop(2, "1")))
        return under_way

    assert on_fake_clock(one_more()).text.startswith("Deux")


@contextmanager
def admitted(door: Admission, of: Hop) -> Iterator[None]:
    door.admit(of)
    try:
        yield
    finally:
        door.leave()


def test_a_place_is_free_again_after_the_answer() -> None:
    door = Admission(1)
    for _ in range(3):
        with admitted(door, hop(1)):
            pass
    with admitted(door, hop(1)), pytest.raises(LineFull), admitted(door, hop(2)):
        pass
    with admitted(door, Hop("one", "s", AWA, LastInput("", 1, begins=True))), admitted(door, hop(3, "1")):
        pass


def test_a_database_that_does_not_answer_is_left_alone_and_one_hop_tries() -> None:
    moment = [100.0]
    door = Admission(9, clock=lambda: moment[0])
    for _ in range(FAILURES):
        door.ask_database()
        door.unanswered()
    with pytest.raises(LeftAlone):
        door.ask_database()
    moment[0] += REST_SECONDS
    door.ask_database()
    with pytest.raises(LeftAlone):
        door.ask_database()
    door.answered()
    door.ask_database()


def test_one_answer_between_failures_keeps_it_asked() -> None:
    door = Admission(9)
    for _ in range(3 * FAILURES):
        door.unanswered()
        door.answered()
        door.ask_database()


def test_who_calls_meanwhile_is_told_at_once() -> None:
    asked = 0

    def down() -> Iterator[bool]:
        nonlocal asked
        while True:
            asked += 1
            yield True

    async def many() -> list[Reply]:
        line = engine(down())
        return [await line.answer(hop(number)) for number in range(3 * FAILURES)]

    replies = on_fake_clock(many())
    assert {reply.ends for reply in replies} == {True}
    assert asked == FAILURES, "those after them asked no database"


@pytest.mark.parametrize(("waited", "answers"), [(0.0, True), (1.5, True), (2.5, False), (9.0, False)])
def test_the_deadline_counts_from_when_the_hop_came(
    waited: float, answers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a second: what waited two and a half before it was looked at is not answered in time."""
    monkeypatch.setattr("ussd.engine.time.monotonic", lambda: 1000.0)

    async def once() -> Reply:
        line = engine(never(), seconds=1.0)
        return await line.answer(Hop("one", "call", BAKARY, "", 1000.0 - waited))

    reply = on_fake_clock(once())
    assert (reply != IN_WORDS) is answers if answers else reply.ends
