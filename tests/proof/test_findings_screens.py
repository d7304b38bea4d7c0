"""Each fault, planted in the screens of a menu that has none, is found where it is; the sound menu has no finding."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text as sql

from core.call_requests.requests import ask_call
from core.platform.database import reading
from core.text.alphabet import GSM7
from menus.tasks import Task
from proof.findings import Fault, Rules, findings
from tests.proof.planted import (
    BM,
    PLAINLY,
    SPOKEN,
    Looked,
    Place,
    a_menu,
    both,
    day,
    findings_in,
    named,
    places,
    screen,
    walked,
)
from tests.proof.planted import catalogues as catalogues
from tests.support.patience import LONGEST_SECONDS
from ussd.call import Call
from ussd.menu import Screen
from ussd.values import Value, ask, choose, go, option, retry, say

LONG = "Sere Moussa Ani Samo de Siekorole " * 6


async def test_the_sound_menu_has_no_finding(world: None, catalogues: Path) -> None:
    assert await findings_in(a_menu(), catalogues) == []


async def _question_with_a_long_value(call: Call) -> Value:
    return ask(f"{call.t('Write the first letters of the village.')} {LONG}", "village", "letters")


async def _long_value(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day=LONG[:100]))


async def _long_label(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"), option(LONG, "called"))


async def _value_in_another_script(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="ߖߎߡߊߘߏ߲"))


async def _label_in_another_script(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"), option("سوق", "called"))


async def _error_in_another_script(call: Call) -> Value:
    if call.word("letters") != "safo":
        return retry("❌")
    return choose(call.t("Found: {name}", name="safo"), option(call.t("Call me back"), "called"))


async def _leads_nowhere(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"), option(call.t("Call me back"), "nowhere"))


async def _goes_nowhere(call: Call) -> Value:
    return go("nowhere")


async def _row_that_looks_like_an_option(call: Call) -> Value:
    sentence = call.t("The market is on {day}.", day="jumadon")
    return choose(f"{sentence}\n1 kg: 500 F CFA", option(call.t("Call me back"), "called"))


async def _six_options(call: Call) -> Value:
    rows = "\n".join(f"{key} {name}" for key, name in enumerate(("Safo", "Kati", "Diago", "Kalabancoro", "Sikasso"), 2))
    return choose(f"{call.t('Markets')}\n{rows}", option(call.t("Call me back"), "called"))


async def _breaks(call: Call) -> Value:
    raise ZeroDivisionError("no households")


async def _slow(call: Call) -> Value:
    await asyncio.sleep(0.3)
    return choose(call.t("The market is on {day}.", day="jumadon"))


async def _hangs(call: Call) -> Value:
    await asyncio.sleep(LONGEST_SECONDS)
    return choose(call.t("The market is on {day}.", day="jumadon"))


async def _hangs_in_the_database(call: Call) -> Value:
    async with reading() as connection:
        await connection.execute(sql(f"SELECT pg_sleep({LONGEST_SECONDS})"))
    return choose(call.t("The market is on {day}.", day="jumadon"))


async def _counts_up(call: Call) -> Value:
    times = call.number("times") or 0
    return choose(f"{call.t('Markets')} {times}", option(call.t("Call me back"), "day", times=times + 1))


async def _to_a_page_without_keys(call: Call) -> Value:
    call.speak(SPOKEN[call.msisdn])
    return go("alone")


async def _alone(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"))


async def _goes_round(call: Call) -> Value:
    return go("day")


async def _act_that_shows_a_menu(call: Call) -> Value:
    return choose(call.t("You will be called."), option(call.t("Call me back"), "day"))


async def _act_that_writes_and_breaks(call: Call) -> Value:
    await ask_call(call.key, call.msisdn, call.language or BM, None, call.now)
    raise ZeroDivisionError("after it was written")


async def _act_that_breaks_in_the_database(call: Call) -> Value:
    async with reading() as connection:
        await connection.execute(sql("SELECT 1 / 0"))
    return say(call.t("You will be called."))


PLANTED: Sequence[tuple[str, Sequence[Screen], Looked, list[Place], str]] = [
    (
        "a question too long with its value",
        [named("letters", _question_with_a_long_value, "village")],
        PLAINLY,
        both(Fault.OVER_BUDGET, "letters", "2"),
        "DoesNotFit: a question must fit one page",
    ),
    (
        "an option longer than a page",
        [named("day", _long_label, "called")],
        PLAINLY,
        both(Fault.OVER_BUDGET, "day", "1"),
        "DoesNotFit: an option is longer than a page",
    ),
    (
        "a page longer than the network carries, for its value",
        [named("day", _long_value)],
        Looked(judged_by=replace(GSM7, page_budget=100)),
        both(Fault.OVER_BUDGET, "day", "1"),
        " of 100",
    ),
    (
        "a value in another script",
        [named("day", _value_in_another_script)],
        PLAINLY,
        both(Fault.OUTSIDE_ALPHABET, "day", "1"),
        "no rule to write in GSM-7: U+07D6 NKO LETTER JA, ",
    ),
    (
        "a label in another script",
        [named("day", _label_in_another_script, "called")],
        PLAINLY,
        both(Fault.OUTSIDE_ALPHABET, "day", "1"),
        "ARABIC LETTER SEEN",
    ),
    (
        "an error in another script",
        [named("village", _error_in_another_script, "called")],
        PLAINLY,
        both(Fault.OUTSIDE_ALPHABET, "letters", "2*zzzz"),
        "U+274C CROSS MARK",
    ),
    (
        "a step to a screen that is not there",
        [named("day", _leads_nowhere, "nowhere")],
        PLAINLY,
        [(Fault.NO_TARGET, "day", "", "", ""), *both(Fault.NO_TARGET, "day", "1*1")],
        "nowhere",
    ),
    (
        "a screen that goes on to one that is not there",
        [named("day", _goes_nowhere, "nowhere")],
        PLAINLY,
        [(Fault.NO_TARGET, "day", "", "", ""), *both(Fault.NO_TARGET, "day", "1")],
        "nowhere",
    ),
    (
        "a step that is not declared",
        [named("day", _leads_nowhere)],
        PLAINLY,
        both(Fault.NO_TARGET, "day", "1"),
        "UndeclaredStep: day leads to nowhere without saying so",
    ),
    (
        "a screen that nothing leads to",
        [named("alone", _alone)],
        PLAINLY,
        [(Fault.NOT_REACHED, "alone", "", "", "")],
        "no caller of the walk gets there",
    ),
    (
        "a screen that is led to and that no caller gets to",
        [screen(day, "alone"), named("alone", _alone)],
        PLAINLY,
        [(Fault.NOT_REACHED, "alone", "", "", "")],
        "no caller of the walk gets there",
    ),
    (
        "a row of the text that begins as an option does",
        [named("day", _row_that_looks_like_an_option, "called")],
        PLAINLY,
        both(Fault.KEY_TWICE, "day", "1"),
        "key 1",
    ),
    (
        "six options",
        [named("day", _six_options, "called")],
        PLAINLY,
        both(Fault.TOO_MANY_OPTIONS, "day", "1"),
        "6 options",
    ),
    (
        "a task that takes a key too many",
        [],
        Looked(tasks=[Task("find a village", "village", 1, ""), Task("the day", "day", 1, "")]),
        both(Fault.TOO_FAR, "village", "2*safo"),
        "find a village: 2 keys, at most 1",
    ),
    (
        "a task whose screen is not there",
        [],
        Looked(tasks=[Task("the price of millet", "price", 1, "")]),
        [(Fault.NO_TARGET, "price", "", "", "")],
        "the price of millet: no such screen",
    ),
    ("an exception", [named("day", _breaks)], PLAINLY, both(Fault.EXCEPTION, "day", "1"), "ZeroDivisionError: no hous"),
    (
        "a screen that goes on to itself",
        [named("day", _goes_round, "day")],
        PLAINLY,
        both(Fault.EXCEPTION, "day", "1"),
        "MenuError: day goes round",
    ),
    (
        "an act that shows a menu",
        [named("called", _act_that_shows_a_menu, "day", acts=True)],
        PLAINLY,
        both(Fault.EXCEPTION, "called", "3"),
        "MenuError: called is an act",
    ),
    (
        "an act that fails after it wrote",
        [named("called", _act_that_writes_and_breaks, acts=True)],
        PLAINLY,
        both(Fault.EXCEPTION, "called", "3"),
        "ZeroDivisionError: after it was written",
    ),
    (
        "an act that fails in the database",
        [named("called", _act_that_breaks_in_the_database, acts=True)],
        PLAINLY,
        both(Fault.EXCEPTION, "called", "3"),
        "division by zero",
    ),
    (
        "a screen that hangs",
        [named("day", _hangs)],
        Looked(step_seconds=2),
        both(Fault.EXCEPTION, "day", "1"),
        "deadline",
    ),
    (
        "a query that hangs",
        [named("day", _hangs_in_the_database)],
        Looked(step_seconds=2),
        both(Fault.EXCEPTION, "day", "1"),
        "deadline",
    ),
    (
        "a screen that counts up for ever",
        [named("day", _counts_up, "day")],
        Looked(most_pages=5),
        both(Fault.ENDLESS, "day", "1*1*1*1*1*1"),
        "ever more pages",
    ),
    (
        "a first page with no key at all",
        [named("start", _to_a_page_without_keys, "alone"), named("alone", _alone)],
        PLAINLY,
        both(Fault.DEAD_END, "alone", "(first dial)"),
        "a page that waits for a key and has none",
    ),
    (
        "a page after an act from which there is no way back",
        [named("called", _to_a_page_without_keys, "alone", acts=True), named("alone", _alone)],
        PLAINLY,
        both(Fault.NO_WAY_BACK, "alone", "3"),
        "no 0 on the page",
    ),
]
"""A name, the screens planted, how the menu is walked, what of that kind is found, and part of what is said of it."""


@pytest.mark.parametrize(
    ("planted", "looked", "expected", "detail"), [case[1:] for case in PLANTED], ids=[case[0] for case in PLANTED]
)
async def test_what_is_planted_is_found(
    world: None,
    catalogues: Path,
    planted: Sequence[Screen],
    looked: Looked,
    expected: list[Place],
    detail: str,
) -> None:
    findings = await findings_in(a_menu(*planted), catalogues, looked)
    of_its_kind = [each for each in findings if each.fault is expected[0][0]]
    assert places(of_its_kind) == expected
    assert all(detail in each.detail for each in of_its_kind), of_its_kind


async def test_a_finding_tells_how_often_it_was_met(world: None, catalogues: Path) -> None:
    broken = named("letters", _breaks)
    from_one_page = await findings_in(a_menu(broken), catalogues)
    from_two = await findings_in(a_menu(broken, named("day", _leads_to_letters, "letters")), catalogues)
    assert [each.times for each in from_one_page if each.fault is Fault.EXCEPTION] == [1, 1]
    assert [each.times for each in from_two if each.fault is Fault.EXCEPTION] == [2, 2]


async def _leads_to_letters(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"), option(call.t("Write its name"), "letters"))


async def test_how_slow_a_screen_was_is_told_and_not_judged(world: None, catalogues: Path) -> None:
    menu = a_menu(named("day", _slow))
    walk = await walked(menu)
    slowest = walk.slowest()
    assert slowest is not None
    assert slowest.screen == "day"
    assert slowest.seconds >= 0.3
    assert findings(walk, menu, Rules(GSM7)) == []
