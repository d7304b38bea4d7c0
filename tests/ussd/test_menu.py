"""A menu knows its screens by name and where each leads."""

import pytest

from tests.ussd.small_menu import small_menu
from ussd.call import Call
from ussd.menu import Menu, MenuError, UnknownScreen
from ussd.values import Value, say


async def nothing(call: Call) -> Value:
    return say("Nothing.")


def test_a_program_can_walk_from_screen_to_screen() -> None:
    menu = small_menu().menu
    menu.check()
    assert menu["home"].leads_to == {"twelve", "number", "words", "hidden", "long"}
    assert menu["done"].acts
    assert menu["hidden"].private


def test_a_step_to_nowhere_and_a_screen_that_nothing_leads_to_are_named() -> None:
    menu = Menu(start="nothing")
    menu.screen("nowhere")(nothing)
    with pytest.raises(UnknownScreen, match="nowhere"):
        menu.check()
    lost = Menu(start="nothing")
    lost.screen()(nothing)

    @lost.screen()
    async def forgotten(call: Call) -> Value:
        return say("Forgotten.")

    with pytest.raises(MenuError, match="forgotten"):
        lost.check()


def test_a_name_is_there_once() -> None:
    menu = Menu(start="nothing")
    menu.screen()(nothing)
    with pytest.raises(MenuError, match="twice"):
        menu.act()(nothing)
