"""A walk goes wherever keys lead, comes to an end, and leaves the database as it was."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from core.calls.journal import Journal
from core.platform.database import reading, undone
from core.registry.callers import remember_language, stop_sms
from core.text.alphabet import GSM7
from core.text.languages import Language
from proof.findings import Fault, Rules, findings
from proof.walk import TrialCaller, Visit, Walk, Walker
from tests.support.patience import LONGEST_SECONDS
from tests.ussd.small_menu import small_menu
from ussd.call import Call
from ussd.menu import Menu
from ussd.values import Value, ask, choose, go, option

KNOWN = TrialCaller("+22370000001", "parle français", Language("fr"))
NEW = TrialCaller("+22370000002", "n'a jamais appelé", Language("bm"))
INPUTS = {"number": ("4", "5"), "words": ("Le commerçant a pris *500 F*",)}


async def walked(menu: Menu, *callers: TrialCaller, **options: Any) -> Walk:
    walker = Walker(menu, Journal(), GSM7, undone=undone, inputs=INPUTS, **options)
    return await walker.walk(callers)


async def the_small_menu_walked() -> tuple[Walk, dict[str, int]]:
    await remember_language(KNOWN.msisdn, KNOWN.language)
    small = small_menu()
    return await walked(small.menu, KNOWN, NEW), dict(small.ran)


def texts(walk: Walk, caller: TrialCaller) -> list[str]:
    return [visit.text for visit in walk.visits if visit.caller.msisdn == caller.msisdn]


def at(walk: Walk, caller: TrialCaller, *keys: str) -> Visit:
    """What this caller saw after these keys."""
    (visit,) = [each for each in walk.visits if each.caller.msisdn == caller.msisdn and each.keys == keys]
    return visit


async def database_digest() -> dict[str, str]:
    """Every row of every table, as one number for each table."""
    async with reading() as connection:
        tables = await connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        rows = {
            name: (await connection.execute(text(f'SELECT t::text FROM "{name}" t ORDER BY 1'))).all()  # noqa: S608
            for (name,) in tables.all()
        }
    return {name: hashlib.sha256(repr(each).encode()).hexdigest() for name, each in rows.items()}


async def test_what_acts_change_is_undone_and_nothing_is_filed(world: None) -> None:
    await remember_language(KNOWN.msisdn, KNOWN.language)
    await stop_sms("+22370000003")
    before = await database_digest()
    _, ran = await the_small_menu_walked()
    assert ran["done"] > 2
    assert ran["spoken"] > 1
    assert await database_digest() == before


async def test_an_act_that_fails_and_one_that_is_too_late_leave_nothing_either(world: None) -> None:
    menu = Menu("start")

    @menu.screen("fails", "sleeps")
    async def start(call: Call) -> Value:
        return choose("Start", option("Fail", "fails"), option("Sleep", "sleeps"))

    @menu.act()
    async def fails(call: Call) -> Value:
        await remember_language(call.msisdn, Language("fr"))
        raise ZeroDivisionError

    @menu.act()
    async def sleeps(call: Call) -> Value:
        await remember_language(call.msisdn, Language("fr"))
        async with reading() as connection:
            await connection.execute(text(f"SELECT pg_sleep({LONGEST_SECONDS})"))
        raise AssertionError("the deadline comes first")

    before = await database_digest()
    walk = await walked(menu, NEW, step_seconds=2)
    assert [visit.error for visit in walk.visits if visit.error] == ["ZeroDivisionError: ", "deadline"]
    assert await database_digest() == before


async def test_every_screen_act_and_page_is_seen_by_both_callers(world: None) -> None:
    walk, _ = await the_small_menu_walked()
    assert walk.screens() == set(small_menu().menu)
    assert walk.callers == 2
    assert walk.hops == len(walk.visits)
    for caller in (KNOWN, NEW):
        seen = "\n".join(texts(walk, caller))
        assert all(f"You took {place}." in seen for place in range(1, 13))
        assert all(f"word{place}" in seen for place in range(60))
        assert "(Le commer" in seen


async def test_second_pages_are_reached_with_nine_and_left_with_nought(world: None) -> None:
    walk, _ = await the_small_menu_walked()
    assert "Number 1\n" in at(walk, KNOWN, "1").text
    assert "1 Number 6\n" in at(walk, KNOWN, "1", "9").text
    assert "1 Number 11\n" in at(walk, KNOWN, "1", "9", "9").text
    assert at(walk, KNOWN, "1", "9", "0").text == at(walk, KNOWN, "1").text


async def test_wrong_keys_and_wrong_answers_are_tried_and_what_is_said_of_them_is_seen(world: None) -> None:
    walk, _ = await the_small_menu_walked()
    assert at(walk, KNOWN, "8").text.startswith("Choix non valable.\nHome")
    assert at(walk, KNOWN, "2", "5").text.startswith("Not even.")
    assert at(walk, KNOWN, "2", "x").text.startswith("Not even.")
    assert at(walk, KNOWN, "2", "#").text.startswith("Choix non valable.")
    assert at(walk, KNOWN, "2", "yyyyyyy").text.startswith("Trop long.")
    assert at(walk, KNOWN, "2", "4").text.startswith("4 is even.")


async def test_the_language_is_chosen_both_ways_and_pages_are_told_in_it(world: None) -> None:
    walk, _ = await the_small_menu_walked()
    assert at(walk, NEW).screen == "language"
    assert {at(walk, NEW, key).caller.language for key in "12"} == set(Language)
    assert "0 Retour" in at(walk, NEW, "2", "1", "1").text
    assert "0 Retour" not in at(walk, NEW, "1", "1", "1").text


async def test_steps_name_the_first_key_from_a_screen_to_a_screen(world: None) -> None:
    walk, _ = await the_small_menu_walked()
    assert walk.steps["home", "twelve"] == "1"
    assert walk.steps["twelve", "picked"] == "1"
    assert walk.steps["number", "checked"] == "4"
    assert walk.steps["checked", "done"] == "1"


async def test_screens_that_lead_to_each_other_are_walked_once(world: None) -> None:
    menu = Menu("here")

    @menu.screen("there", "here")
    async def here(call: Call) -> Value:
        return choose("Here", option("There", "there"), option("Here", "here"))

    @menu.screen("here", "there")
    async def there(call: Call) -> Value:
        return choose("There", option("Here", "here"), option("There", "there"))

    walk = await walked(menu, NEW)
    assert walk.screens() == {"here", "there"}
    assert walk.hops < 30


async def _counting(call: Call) -> Value:
    times = call.number("times") or 0
    return choose(f"For the {times}th time", option("Again", "counting", times=times + 1), option("Aside", "aside"))


async def test_a_text_that_never_stays_the_same_does_not_hold_a_walk_for_ever(world: None) -> None:
    menu = Menu("start")

    @menu.screen("counting")
    async def start(call: Call) -> Value:
        return choose("Start", option("Count", "counting"))

    @menu.screen("counting", "aside")
    async def counting(call: Call) -> Value:
        return await _counting(call)

    @menu.screen("aside")
    async def aside(call: Call) -> Value:
        return choose(f"Aside {call.number('times')}", option("Aside", "aside"))

    walk = await walked(menu, KNOWN, NEW, most_pages=20)
    assert walk.hops < 600
    assert walk.screens() == {"start", "counting", "aside"}
    endless = [each for each in findings(walk, menu, Rules(GSM7)) if each.fault is Fault.ENDLESS]
    assert {each.screen for each in endless} == {"counting"}
    assert endless[0].keys == "*".join("1" * 21)


async def test_answers_that_are_told_back_ever_longer_come_to_an_end(world: None) -> None:
    menu = Menu("letters")

    @menu.screen("echo")
    async def letters(call: Call) -> Value:
        return ask("Letters?", "echo", "letters")

    @menu.screen("echo")
    async def echo(call: Call) -> Value:
        return choose(call.word("letters"), option("More", "echo", letters=call.word("letters") + "x"))

    walk = await walked(menu, NEW, most_pages=20)
    assert any(visit.endless for visit in walk.visits)
    assert walk.hops < 200


async def test_a_menu_that_is_wrong_in_itself_is_walked_all_the_same(world: None) -> None:
    """The engine would refuse to start with it; a walk tells what is wrong."""
    menu = Menu("start")

    @menu.screen("gone")
    async def start(call: Call) -> Value:
        return go("gone")

    walk = await walked(menu, NEW)
    (visit,) = walk.visits
    assert (visit.screen, visit.error) == ("start", "UnknownScreen: no screen is named gone")

    (visit,) = (await walked(Menu("nowhere"), NEW)).visits
    assert visit.error == "UnknownScreen: no screen is named nowhere"


async def test_two_walks_of_one_menu_see_the_same(world: None) -> None:
    def seen(walk: Walk) -> Sequence[Visit]:
        return [replace(visit, seconds=0.0) for visit in walk.visits]

    assert seen((await the_small_menu_walked())[0]) == seen((await the_small_menu_walked())[0])
