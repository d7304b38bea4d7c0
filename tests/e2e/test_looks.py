"""Every page of the desk as it is looked at: no table is cut on a wide screen, nothing is too small for a thumb."""

from typing import Final

import pytest
from playwright.sync_api import Browser

from tests.e2e.test_accessible import BESIDE_THE_MENU, links, signed_in

CUT: Final = """() => [...document.querySelectorAll("main .table-responsive")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => `cut, ${each.scrollWidth} in ${each.clientWidth}: ${each.innerText.slice(0, 60)}`)"""
SMALL: Final = """() => [...document.querySelectorAll(
    "a.btn, button, select, summary, textarea, .navbar-brand, .form-check, td > .form-check-input, "
    + "input:not([type=hidden]):not(.form-check-input)")]
  .filter((each) => each.offsetParent && !each.closest(".visually-hidden, .checkbox-cell, .invalid-feedback"))
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .map((each) => `${each.getBoundingClientRect().height} px: ${each.outerHTML.slice(0, 120)}`)"""


@pytest.mark.parametrize("login", ["awa", "kadi", "admin"])
def test_no_table_is_cut_and_nothing_is_too_small(chromium: Browser, address: str, login: str) -> None:
    page = signed_in(chromium, address, login)
    wrong: dict[str, list[str]] = {}
    for path in dict.fromkeys([*links(page, "header"), *BESIDE_THE_MENU.get(login, ())]):
        for width, look in ((1366, CUT), (390, SMALL)):
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(path)
            seen: list[str] = page.evaluate(look)
            if seen:
                wrong[f"{path} at {width}"] = seen[:3]
    page.context.close()
    assert wrong == {}
