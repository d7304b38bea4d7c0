"""A small menu with one of each kind of screen, which counts how often its screens and acts ran."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from core.platform import sql
from core.registry.callers import language_of, remember_language
from core.text.languages import Language
from ussd.call import Call
from ussd.menu import Menu
from ussd.values import Value, ask, choose, go, option, retry, say

ASKED = """
INSERT INTO callback_request (key, msisdn, language, asked_at, state)
VALUES (%(key)s, %(msisdn)s, 'bm', %(at)s, 'asked')
ON CONFLICT (key) DO NOTHING
"""
"""What the act does once for each key, whoever asked before."""


@dataclass
class SmallMenu:
    """The menu, and what ran."""

    menu: Menu
    ran: Counter[str] = field(default_factory=Counter)


def small_menu() -> SmallMenu:  # noqa: C901 - one of each kind
    """Language, home, a list of twelve, a checked question, free words, an act, a private screen, long texts, codes."""
    menu = Menu(start="start")
    small = SmallMenu(menu)

    @menu.screen("language", "home")
    async def start(call: Call) -> Value:
        spoken = await language_of(call.msisdn)
        if spoken is None:
            return go("language")
        call.speak(spoken)
        return go("home")

    @menu.screen("spoken")
    async def language(call: Call) -> Value:
        return choose(
            "Kan? Langue?", option("Bamanankan", "spoken", language="bm"), option("Francais", "spoken", language="fr")
        )

    @menu.act("start")
    async def spoken(call: Call) -> Value:
        small.ran["spoken"] += 1
        await remember_language(call.msisdn, Language(call.word("language")))
        return go("start")

    @menu.screen("twelve", "number", "words", "hidden", "long")
    async def home(call: Call) -> Value:
        small.ran["home"] += 1
        return choose(
            "Home",
            option("Twelve", "twelve"),
            option("Number", "number"),
            option("Words", "words"),
            option("Hidden", "hidden"),
            option("Long", "long"),
        )

    @menu.screen("picked")
    async def twelve(call: Call) -> Value:
        small.ran["twelve"] += 1
        await asyncio.sleep(0.02)  # long enough for a copy of the hop to come meanwhile
        return choose("Twelve", *(option(f"Number {place}", "picked", place=place) for place in range(1, 13)))

    @menu.screen("home")
    async def picked(call: Call) -> Value:
        return choose(f"You took {call.number('place')}.", option("Home", "home"))

    @menu.screen("checked")
    async def number(call: Call) -> Value:
        return ask("An even number?", "checked", "number", most=6)

    @menu.screen("done")
    async def checked(call: Call) -> Value:
        typed = call.word("number")
        if not typed.isdigit() or int(typed) % 2:
            return retry("Not even.")
        return choose(f"{typed} is even.", option("Do it", "done"))

    @menu.screen("said")
    async def words(call: Call) -> Value:
        return ask("Some words?", "said", "words", most=60, words=True)

    @menu.screen("done", "said")
    async def said(call: Call) -> Value:
        return choose(f"({call.word('words')})", option("Do it", "done"), option("Again", "said"))

    @menu.act()
    async def done(call: Call) -> Value:
        small.ran["done"] += 1
        await sql.execute(ASKED, {"key": call.key, "msisdn": call.msisdn, "at": call.now})
        return say(f"Done {call.key.rpartition(':')[2]}.")

    @menu.screen("done", private=True)
    async def hidden(call: Call) -> Value:
        return choose("Hidden things.", option("Do it", "done"))

    @menu.screen()
    async def long(call: Call) -> Value:
        return say(" ".join(f"word{place}" for place in range(60)))

    @menu.shortcut("81", "twelve", at=("home",))
    async def twelve_code(call: Call) -> Value:
        return go("twelve")

    @menu.shortcut("82", "words", "owner", at=("home",), through=("owner",))
    async def owner_code(call: Call) -> Value:
        return go("words") if call.word("owner") else go("owner")

    @menu.screen("owned")
    async def owner(call: Call) -> Value:
        return ask("Whose?", "owned", "owner")

    @menu.act("home")
    async def owned(call: Call) -> Value:
        if call.word("owner") == "nobody":
            return retry("Nobody is nobody.")
        return go("home", owner=call.word("owner"))

    @menu.shortcut("83", "picked", "twelve", at=("home",), argument="which")
    async def picked_code(call: Call) -> Value:
        return go("picked", place=int(call.word("which"))) if call.word("which") else go("twelve")

    return small
