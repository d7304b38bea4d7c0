"""During an upgrade a call goes to processes of two menus: what one stored may lead where the other has nothing."""

from dataclasses import dataclass, field

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from core.platform import sql
from tests.ussd.conftest import an_engine, calls_asked
from tests.ussd.small_menu import ASKED, small_menu
from ussd.call import Call
from ussd.engine import Engine
from ussd.hops import Hop, LastInput, Reply
from ussd.menu import Menu, Screen
from ussd.values import Value, ask, choose, option, say

AWA = "+22376000001"
HOME = "Home\n1 Twelve"


def _newer_menu() -> Menu:
    """The small menu, and behind its home screens that came since."""
    menu = small_menu().menu

    async def home(call: Call) -> Value:
        return choose("Home", option("Twelve", "twelve"), option("Fresh", "fresh"))

    @menu.screen("further", "twelve", "fresh_asked", "fresh_number", "fresh_act")
    async def fresh(call: Call) -> Value:
        return choose(
            "Fresh",
            option("Further", "further"),
            option("Twelve", "twelve"),
            option("Number", "fresh_number"),
            option("Do it", "fresh_act"),
        )

    @menu.screen()
    async def further(call: Call) -> Value:
        return say("Further.")

    @menu.screen("fresh_asked")
    async def fresh_number(call: Call) -> Value:
        return ask("A fresh number?", "fresh_asked", "number")

    @menu.screen()
    async def fresh_asked(call: Call) -> Value:
        return say("Asked.")

    @menu.act()
    async def fresh_act(call: Call) -> Value:
        await sql.execute(ASKED, {"key": call.key, "msisdn": call.msisdn, "at": call.now})
        return say("Fresh done.")

    menu.add(Screen("home", home, frozenset({*menu["home"].leads_to, "fresh"}), acts=False, private=False))
    return menu


@dataclass
class CallToBoth:
    """One call, of which each hop goes to the process that is named."""

    whole: bool
    session: str = "1"
    typed: list[str] = field(default_factory=list)

    async def to(self, process: Engine, *keys: str) -> Reply:
        """Type these; the page of the last one. With none, the call begins."""
        reply = await self._sent(process, "", begins=True) if not keys else Reply("", ends=False)
        for key in keys:
            self.typed.append(key)
            reply = await self._sent(process, key)
        return reply

    async def again(self, process: Engine) -> Reply:
        """The last hop, sent again by a gateway that missed the answer."""
        return await self._sent(process, self.typed[-1])

    async def _sent(self, process: Engine, key: str, *, begins: bool = False) -> Reply:
        text = "*".join(self.typed) if self.whole else LastInput(key, len(self.typed) + 1, begins)
        return await process.answer(Hop("any", self.session, AWA, text))


@pytest.fixture
def older(world: None, redis: Redis) -> Engine:
    return an_engine(small_menu().menu, redis)


@pytest.fixture
def newer(world: None, redis: Redis) -> Engine:
    return an_engine(_newer_menu(), redis)


ways = pytest.mark.parametrize("whole", [True, False], ids=["whole text", "last input"])


@ways
@pytest.mark.parametrize(
    ("before", "key", "page"),
    [
        (("2", "2"), "1", HOME),
        (("2", "2", "3"), "7", HOME),
        (("2", "2", "2"), "0", HOME),
        (("2", "2"), "4", HOME),
        (("2", "2"), "2", "Twelve"),
        (("2", "2", "2"), "3", "You took 3."),
    ],
    ids=["an option", "what is typed", "back", "an act", "a known option", "past it"],
)
async def test_who_goes_where_a_process_has_nothing_is_at_the_start_again(
    older: Engine, newer: Engine, redis: Redis, whole: bool, before: tuple[str, ...], key: str, page: str
) -> None:
    phone = CallToBoth(whole)
    await phone.to(newer)
    await phone.to(newer, *before)
    with capture_logs() as logs:
        reply = await phone.to(older, key)
        assert reply.text.startswith(page)
        assert await phone.again(newer) == reply
        if page == HOME:
            await redis.flushall()  # what was typed means another way in each menu, so the start is kept
        assert await phone.again(older) == reply
    assert len([line for line in logs if line["event"] == "screen_of_another_release"]) == (page == HOME)
    if page == HOME:
        assert (await phone.to(newer, "1")).text.startswith("Twelve")
        assert (await phone.to(older, "3")).text.startswith("You took 3.")
    assert await calls_asked() == 0


@ways
async def test_what_the_other_release_did_is_told_and_not_done_again(
    older: Engine, newer: Engine, redis: Redis, whole: bool
) -> None:
    phone, place = CallToBoth(whole), f"jigi:{{{AWA}}}:call"
    await phone.to(newer)
    await phone.to(newer, "2", "2")
    before = await redis.get(place)
    assert before is not None
    told = await phone.to(newer, "4")
    await redis.set(place, before)
    assert await phone.again(older) == told == Reply("Fresh done.", ends=True)
    assert await calls_asked() == 1


@ways
async def test_a_cut_call_is_offered_as_far_as_this_release_knows_it(older: Engine, newer: Engine, whole: bool) -> None:
    cut = CallToBoth(whole)
    await cut.to(newer)
    await cut.to(newer, "2", "2")
    assert (await CallToBoth(whole, session="2").to(older)).text.startswith(HOME)
