"""From the first dial, every option and page for every demo caller, in both languages: all fit, none is a dead end."""

import pytest

from core.demo_callers import DEMO_CALLERS
from core.gsm7 import septets
from core.languages import Language
from simulator.gateway import Screen, UssdCall
from tests.menus.conftest import Town

DEPTH = 5
APOLOGIES = ("Service indisponible", "A tè baara kè sisan")
FIRST = {Language.BM: "1", Language.FR: "2"}


def _keys(screen: Screen) -> list[str]:
    return [line[0] for line in screen.text.split("\n") if line[:1].isdigit() and line[1:2] == " " and line[0] != "0"]


@pytest.mark.parametrize("language", list(Language))
async def test_every_screen_fits_and_leads_on(town: Town, language: Language) -> None:
    """Screens behind an act are looked at but not walked on from, so that each path is walked in a fresh call."""
    seen: set[str] = set()
    for each in DEMO_CALLERS:
        ahead: list[tuple[str, ...]] = [()]
        first = True
        while ahead:
            path = ahead.pop(0)
            call = UssdCall(town.client, town.phone(each.msisdn).callback, each.msisdn)
            deep = (FIRST[language], *path) if first else path
            screen = await call.dial("*".join(deep)) if deep else await call.dial("00")
            first = False
            assert septets(screen.text) <= 182, (path, screen.text)
            assert not screen.text.startswith(APOLOGIES), (each, path)
            keys = _keys(screen)
            assert len([key for key in keys if key != "9"]) <= 5, screen.text
            if screen.text in seen or screen.ends:
                continue
            seen.add(screen.text)
            if path and not screen.text.startswith("Jigisèmèjiri\n1 "):
                assert "\n0 " in screen.text, screen.text
            if len(path) < DEPTH:
                ahead += [(*path, key) for key in keys]
    assert len(seen) > 100
