"""How short the line is: pages of few lines, the longest page, and the keys that lead to a screen."""

from core.text.alphabet import GSM7
from core.text.languages import Language
from menus.line import line
from proof.figures import NEAREST, figures
from proof.walk import TrialCaller, Visit

WOMAN = TrialCaller("+22370000001", "une femme de Safo", Language("fr"))


def visit(screen: str, text: str, *keys: str, error: str = "") -> Visit:
    return Visit(WOMAN, screen, "choose", keys, text, False, False, (), (screen,), (), "", 0.0, error)


def test_pages_of_more_than_six_lines_are_counted_by_screen() -> None:
    six, seven = "\n".join("abcdef"), "\n".join("abcdefg")
    size = figures([visit("home", six), visit("days", seven, "1"), visit("days", seven + "h", "1", "9")], GSM7)
    assert (size.pages, size.short, size.tall) == (3, 1, {"days": 2})
    assert round(size.share, 2) == 0.33


def test_a_page_that_was_seen_twice_counts_once_and_by_its_nearest_way() -> None:
    size = figures([visit("days", "lundi", "1", "1"), visit("days", "lundi", "2")], GSM7)
    assert (size.pages, size.keys) == (1, {"days": 1})


def test_the_longest_page_is_measured_as_it_is_sent() -> None:
    assert figures([visit("home", "é€"), visit("home", "ab")], GSM7).longest == 3


def test_a_page_that_failed_is_no_page() -> None:
    size = figures([visit("home", "", error="KeyError: 'day'")], GSM7)
    assert (size.pages, size.keys, size.share, size.longest) == (0, {}, 1.0, 0)


def test_a_screen_that_is_further_than_it_was_is_named() -> None:
    near, far = visit("payment", "lundi", "1"), visit("payment", "lundi", "1", "1")
    assert figures([near], GSM7).fit
    assert figures([far], GSM7).further == {"payment": 1}
    assert not figures([far], GSM7).fit
    assert figures([visit("a new screen", "lundi", *"12345")], GSM7).fit


def test_too_many_tall_pages_are_no_fit() -> None:
    tall = [visit("home", "\n".join("abcdefg"[:7]) + str(number)) for number in range(2)]
    short = [visit("home", str(number)) for number in range(18)]
    assert figures([*tall, *short], GSM7).fit
    assert not figures([*tall, *short[1:]], GSM7).fit


def test_every_screen_that_is_measured_is_one_of_the_line() -> None:
    assert {screen for screens in NEAREST.values() for screen in screens.split()} <= {*line}
