"""Every page of the desk, wide and on a phone: nothing serious that axe finds, nothing cut, too wide or too small."""

import re
from importlib.resources import files
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from demo.desk import PASSWORD

AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
"""axe-core 4.11, as the wheel of the tests holds it."""

GRAVE: Final = frozenset({"serious", "critical"})
WIDTHS: Final = (1366, 390)
CUT: Final = """() => [...document.querySelectorAll("main .table-responsive")]
  .filter((each) => each.scrollWidth > each.clientWidth + 1)
  .map((each) => `cut, ${each.scrollWidth} in ${each.clientWidth}: ${each.innerText.slice(0, 60)}`)"""
SMALL: Final = """() => [...document.querySelectorAll(
    "a.btn, button, select, summary, textarea, .navbar-brand, .form-check, td > .form-check-input, "
    + "input:not([type=hidden]):not(.form-check-input)")]
  .filter((each) => each.offsetParent && !each.closest(".visually-hidden, .checkbox-cell, .invalid-feedback"))
  .filter((each) => each.getBoundingClientRect().height < 43.5)
  .map((each) => `${each.getBoundingClientRect().height} px: ${each.outerHTML.slice(0, 120)}`)"""
LONG: Final = """() => {
  document.querySelectorAll("main .badge").forEach((each) => (each.textContent = "quelques mots ".repeat(9)));
  const wide = document.documentElement.scrollWidth - innerWidth;
  return wide > 0 ? [`${wide} pixels too wide with many words in a badge`] : [];
}"""
LOOKS: Final = {WIDTHS[0]: CUT, WIDTHS[1]: SMALL}
"""What is looked for at a width: tables that are cut on a wide screen, and what is too small for a thumb."""

LOGINS: Final = ("awa", "kadi", "mariam", "admin")
AXE_AT: Final = frozenset({("awa", WIDTHS[0]), *((login, WIDTHS[1]) for login in LOGINS)})
"""Who has axe look at which width: what it finds hardly hangs on the width, and it takes most of the time here."""

BESIDE_THE_MENU: Final = {
    "awa": ("/desk/campaigns/rules", "/desk/campaigns/templates", "/desk/campaigns/new", "/desk/campaigns/personal"),
}
"""Pages that no menu names."""

ONE: Final = re.compile(r"/desk/(cases/of|households/of|campaigns|people|corrections)/\d+$")
"""The page of a row, of which one of each kind is looked at."""


def signed_in(chromium: Browser, address: str, login: str) -> Page:
    """A page of somebody of the demonstration, into which axe may be brought."""
    context = chromium.new_context(base_url=address, bypass_csp=True, locale="fr-FR")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/desk")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("button:text-is('Entrer')")
    page.wait_for_selector("header nav", state="attached")
    return page


def links(page: Page, within: str) -> list[str]:
    """Where the links of a part of the page lead at the desk."""
    hrefs: list[str] = page.eval_on_selector_all(f"{within} a[href]", "all => all.map(a => a.getAttribute('href'))")
    return [href for href in hrefs if href.startswith("/desk/") and href != "/desk/"]


def wide(page: Page) -> list[str]:
    """Whether the page is wider than its window."""
    pixels: int = page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return [f"{pixels} pixels too wide"] if pixels > 0 else []


def grave(page: Page) -> list[str]:
    """What axe finds that is serious."""
    page.evaluate(AXE)
    results: dict[str, Any] = page.evaluate("() => axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {node['html'][:160]}"
        for each in results["violations"]
        if each["impact"] in GRAVE
        for node in each["nodes"][:3]
    ]


@pytest.mark.parametrize("login", LOGINS)
def test_nothing_serious_on_any_page(chromium: Browser, address: str, login: str) -> None:
    page = signed_in(chromium, address, login)
    paths = [*dict.fromkeys(links(page, "header")), *BESIDE_THE_MENU.get(login, ())]
    assert len(paths) > 8
    kinds: set[str] = set()
    wrong: dict[str, list[str]] = {}
    for path in paths:
        page.set_viewport_size({"width": WIDTHS[0], "height": 768})
        page.goto(path)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 768})
            seen = [*wide(page), *page.evaluate(LOOKS[width])[:3]]
            if (login, width) in AXE_AT:
                seen += grave(page)
            if width == WIDTHS[1]:
                seen += page.evaluate(LONG)
            if seen:
                wrong[f"{path} at {width}"] = seen
        for href in links(page, "main"):
            one = ONE.match(href)
            if one and one[1] not in kinds:
                kinds.add(one[1])
                paths.append(href)
    page.context.close()
    assert wrong == {}
