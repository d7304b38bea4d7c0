"""Codes on posters: `*code*81#` means one thing whoever dials it, and nothing inside a call."""

import re
from collections.abc import Callable, Sequence

import pytest
from redis.asyncio import Redis

from core.registry.callers import remember_language
from core.text.languages import Language
from tests.support.database import query
from tests.ussd.conftest import Line
from tests.ussd.last_input import LastInputCall
from tests.ussd.small_menu import small_menu
from tests.ussd.test_last_input import Behind
from ussd.call import Call
from ussd.menu import Menu, MenuError
from ussd.values import Value, go, say

TWELVE = "Twelve\n1 Number 1"
KAN = "Kan? Langue?"


async def regular(line: Line) -> str:
    """The number of somebody who chose French before."""
    msisdn = line.phone().msisdn
    await remember_language(msisdn, Language("fr"))
    return msisdn


async def test_a_code_leads_straight_to_its_screen_and_back_to_home(line: Line) -> None:
    call = line.phone(await regular(line))
    assert (await call.dial("81")).text.startswith(TWELVE)
    assert (await call.reply("3")).text.startswith("You took 3.")
    assert (await call.reply("0")).text.startswith(TWELVE)
    assert (await call.reply("0")).text.startswith("Home")
    assert (await call.reply("1")).text.startswith(TWELVE)


async def test_who_never_called_is_asked_the_language_first_and_then_led_on(line: Line) -> None:
    call = line.phone()
    assert (await call.dial("81")).text.startswith(KAN)
    assert (await call.reply("7")).text.startswith("Nim")
    assert (await call.reply("2")).text.startswith(TWELVE)
    assert (await line.phone(call.msisdn).dial("81")).text.startswith(TWELVE)


async def test_what_stands_behind_a_code_is_its_argument_and_no_key(line: Line) -> None:
    assert (await line.phone(await regular(line)).dial("83*12")).text.startswith("You took 12.")
    first = line.phone()
    assert (await first.dial("83*12")).text.startswith(KAN)
    assert (await first.reply("2")).text.startswith("You took 12.")


async def test_keys_dialled_behind_it_are_played_there(line: Line) -> None:
    msisdn = await regular(line)
    assert (await line.phone(msisdn).dial("81*4")).text.startswith("You took 4.")
    assert (await line.phone(msisdn).dial("83*12*1")).text.startswith("Home")


async def test_what_the_screen_needs_first_is_asked_and_then_the_code_leads_on(line: Line) -> None:
    call = line.phone()
    assert (await call.dial("82")).text.startswith(KAN)
    assert (await call.reply("2")).text.startswith("Whose?")
    assert (await call.reply("nobody")).text.startswith("Nobody is nobody.\nWhose?")
    assert (await call.reply("Awa")).text.startswith("Some words?")
    assert (await call.reply("0")).text.startswith("Home")


async def test_who_goes_back_from_what_it_asks_is_not_led_there_again(line: Line) -> None:
    call = line.phone(await regular(line))
    assert (await call.dial("82")).text.startswith("Whose?")
    assert (await call.reply("0")).text.startswith("Home")
    assert (await call.reply("3")).text.startswith("Some words?")
    assert (await call.reply("00")).text.startswith("Home")


@pytest.mark.parametrize("typed", ["81", "82", "83", "81#"])
async def test_inside_a_call_a_code_is_a_wrong_key(line: Line, typed: str) -> None:
    call = line.phone(await regular(line))
    await call.dial()
    assert (await call.reply(typed)).text.startswith("Choix non valable.\nHome")
    assert (await call.reply("1")).text.startswith(TWELVE)
    assert (await call.reply(typed)).text.startswith(f"Choix non valable.\n{TWELVE}")


@pytest.mark.parametrize("dialled", ["81#", " 81", "٨١"])
async def test_a_code_is_read_as_keys_are(line: Line, dialled: str) -> None:
    assert (await line.phone(await regular(line)).dial(dialled)).text.startswith(TWELVE)


@pytest.mark.parametrize("dialled", ["8", "8*1", "811", "1*81"])
async def test_what_is_no_code_is_keys(line: Line, dialled: str) -> None:
    assert (await line.phone(await regular(line)).dial(dialled)).text.startswith("Choix non valable.")


async def test_a_code_is_what_was_asked_for_and_not_the_call_that_was_cut(line: Line) -> None:
    call = line.phone(await regular(line))
    await line.keyed(call, "1", "3")
    again = line.phone(call.msisdn)
    assert (await again.dial("82")).text.startswith("Whose?")
    third = line.phone(call.msisdn)
    assert "1 Continuer" in (await third.dial()).text
    assert (await third.reply("1")).text.startswith("Whose?")
    assert (await third.reply("Awa")).text.startswith("Some words?")


DIALOGUES: Sequence[tuple[str, ...]] = (
    ("81", "2", "3", "0", "0", "1"),
    ("82", "2", "nobody", "Awa", "a*b", "1"),
    ("82", "2", "0", "1", "9", "1"),
    ("83", "2", "1", "1"),
    ("83*12", "2", "1", "1", "9"),
    ("83*12*2", "1"),
    ("81", "7", "2", "81", "1"),
)


@pytest.mark.parametrize("keys", DIALOGUES, ids="-".join)
async def test_a_lost_session_of_a_code_is_played_again_to_the_same_page(
    line: Line, redis: Redis, keys: Sequence[str]
) -> None:
    pages = []
    for lost in (False, True):
        call = line.phone()
        shown = [await call.dial(keys[0])]
        for key in keys[1:]:
            if lost:
                await redis.flushall()
            shown.append(await call.reply(key))
        pages.append(shown)
    assert pages[0] == pages[1]


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("keys", DIALOGUES, ids="-".join)
async def test_a_gateway_that_sends_the_last_input_alone_leads_the_same_way(
    line: Line, redis: Redis, keys: Sequence[str], numbered: bool
) -> None:
    behind = Behind(redis)
    whole, last = line.phone(), behind.phone(numbered=numbered)
    pages = [(await whole.dial(keys[0]), await last.dial(keys[0]))]
    for key in keys[1:]:
        behind.clock.wait(5)
        pages.append((await whole.reply(key), await last.reply(key)))
    for page, other in pages:
        assert _numberless(page.text) == _numberless(other.text)


def _numberless(page: str) -> str:
    """The small menu's act names its position, which is another where a session number begins anew."""
    return re.sub(r"Done \d+", "Done", page)


async def test_a_begin_that_is_repeated_is_answered_as_the_first_was(line: Line) -> None:
    call = LastInputCall(line.engine, await regular(line), twice=True)
    assert (await call.dial("83")).text.startswith(TWELVE)
    assert (await call.reply("2")).text.startswith("You took 2.")


async def test_an_act_reached_by_a_code_is_done_once(line: Line, redis: Redis) -> None:
    call = line.phone(await regular(line))
    await call.dial("82")
    await call.reply("Awa")
    await call.reply("help")
    end = await call.reply("1")
    await redis.flushall()
    assert await call.repeat() == end
    assert await query("SELECT count(*) FROM callback_request") == [(1,)]


def a_code(code: str, *leads_to: str, at: Sequence[str] = ("home",), through: Sequence[str] = ()) -> Menu:
    """The small menu with one code more."""
    menu = small_menu().menu

    async def some_code(call: Call) -> Value:
        return go("twelve")

    menu.shortcut(code, *leads_to, at=at, through=through)(some_code)
    return menu


@pytest.mark.parametrize(
    ("menu", "why"),
    [
        (lambda: a_code("8", "twelve"), "8 is no code"),
        (lambda: a_code("00", "twelve"), "00 is no code"),
        (lambda: a_code("84", "nowhere"), "nowhere"),
        (lambda: a_code("84", "twelve", at=("nowhere",)), "nowhere"),
        (lambda: a_code("84", "twelve", at=("done",)), "an act"),
        (lambda: a_code("84", "home"), "leads back"),
        (lambda: a_code("84", "twelve", through=("owner",)), "without leading to it"),
    ],
)
def test_a_code_that_cannot_be_is_named(menu: Callable[[], Menu], why: str) -> None:
    with pytest.raises(MenuError, match=why):
        menu().check()


def test_a_code_is_there_once() -> None:
    with pytest.raises(MenuError, match="81 is there twice"):
        a_code("81", "twelve")


def test_what_a_code_leads_to_counts_as_reached() -> None:
    menu = Menu(start="start")

    @menu.screen()
    async def start(call: Call) -> Value:
        return say("Nothing.")

    @menu.shortcut("81", at=("start",))
    async def by_code(call: Call) -> Value:
        return say("Found.")

    menu.check()
