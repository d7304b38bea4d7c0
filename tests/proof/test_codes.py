"""Codes dialled behind the number are walked too, as every caller; one that leads elsewhere is found."""

from pathlib import Path

import pytest

from menus.tasks import Task
from proof.chart import ways
from proof.findings import Fault
from tests.proof.planted import BM, FR, Looked, a_menu, day, findings_in, named, places, screen, walked
from tests.proof.planted import catalogues as catalogues
from ussd.call import Call
from ussd.menu import Menu, Screen, Shortcut
from ussd.values import Value, choose, go, option

PLANTED = (Fault.CODE_LOST, Fault.CODE_IS_A_KEY)
"""The kinds of findings that have their faults planted here."""

pytestmark = pytest.mark.usefixtures("world", "catalogues")


async def day_code(call: Call) -> Value:
    return go("day", day="jumadon")


async def village_code(call: Call) -> Value:
    return go("village", letters=call.word("which")) if call.word("which") else go("letters")


def with_codes(*planted: Screen, at: str = "markets") -> Menu:
    """The sound menu with one code to a day, and one that takes letters."""
    menu = a_menu(screen(day_code, "day"), screen(village_code, "village", "letters"), *planted)
    menu.add_shortcut(Shortcut("81", "day_code", frozenset({at}), frozenset(), ""))
    menu.add_shortcut(Shortcut("82", "village_code", frozenset({"markets"}), frozenset(), "which"))
    return menu


async def test_a_menu_with_codes_has_no_finding(catalogues: Path) -> None:
    assert await findings_in(with_codes(), catalogues) == []


async def test_each_code_is_dialled_by_itself_and_with_what_may_stand_behind_it() -> None:
    walk = await walked(with_codes())
    dialled = {visit.code: visit.screen for visit in walk.visits if visit.keys == (visit.code,)}
    assert dialled == {"81": "day", "82": "letters"}


async def test_a_code_that_leads_nobody_to_its_screen_is_found(catalogues: Path) -> None:
    findings = await findings_in(with_codes(named("island", day), at="island"), catalogues)
    assert {each.fault for each in findings} == {Fault.CODE_LOST, Fault.NOT_REACHED}
    lost = [place for place in places(findings) if place[0] is Fault.CODE_LOST]
    assert [(screen_, language, keys) for _, screen_, language, keys, _ in lost] == [
        ("markets", BM.value, "81"),
        ("markets", FR.value, "81"),
    ]


async def _asks_first(call: Call) -> Value:
    call.speak(FR)
    return go("letters")


async def _many(call: Call) -> Value:
    text = "\n".join([call.t("Markets"), f"81 {call.t('Day of the market')}"])
    return choose(text, option(call.t("Write its name"), "letters"))


@pytest.mark.parametrize(
    "planted", [named("start", _asks_first, "letters", "markets"), named("markets", _many, "day", "letters", "called")]
)
async def test_a_first_page_that_may_take_a_code_for_an_answer_is_found(planted: Screen, catalogues: Path) -> None:
    findings = await findings_in(with_codes(planted), catalogues)
    assert Fault.CODE_IS_A_KEY in {each.fault for each in findings}


async def test_a_task_is_as_near_as_its_keys_and_not_as_its_code(catalogues: Path) -> None:
    task = Task("the day", "day", 0, "Le jour")
    (finding, _) = await findings_in(with_codes(), catalogues, Looked(tasks=(task,)))
    assert (finding.fault, finding.keys) == (Fault.TOO_FAR, "1")
    (way,) = ways((await walked(with_codes())).visits, [task])
    assert way.keys == ("1",)
