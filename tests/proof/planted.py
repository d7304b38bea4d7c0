"""A small menu without a fault, its texts, and how it is walked and judged with a fault planted in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

import core.text.translator
from core.call_requests.requests import ask_call
from core.calls.journal import Journal
from core.platform.database import undone
from core.text.alphabet import GSM7, Alphabet
from core.text.catalogue import load
from core.text.languages import Language
from menus.tasks import Task
from proof.findings import Fault, Finding, Rules, findings
from proof.walk import TrialCaller, Walk, Walker
from ussd.call import Call
from ussd.menu import Function, Menu, Screen
from ussd.values import Value, ask, choose, go, option, retry, say

BM, FR = Language("bm"), Language("fr")
WOMAN = TrialCaller("+22370000001", "une femme de Safo", FR)
OLD_MAN = TrialCaller("+22370000002", "un vieux de Bougoula", BM)
SPOKEN = {each.msisdn: each.language for each in (WOMAN, OLD_MAN)}
INPUTS = {"letters": ("safo", "zzzz")}

TEXTS: Mapping[str, tuple[str, str]] = {
    "Markets": ("Sugu", "Marchés"),
    "Day of the market": ("Sugudon", "Jour du marché"),
    "Write its name": ("A tɔgɔ sɛbɛn", "Écrire son nom"),
    "Call me back": ("Ne wele", "Être rappelé"),
    "The market is on {day}.": ("Sugu ye {day} ye.", "Le marché est le {day}."),
    "Write the first letters of the village.": ("Dugu tɔgɔ daminɛ sɛbɛn.", "Écrivez le début du nom du village."),
    "Not found.": ("A ma ye.", "Pas trouvé."),
    "Found: {name}": ("A yera: {name}", "Trouvé : {name}"),
    "You will be called.": ("An b'aw wele.", "Nous vous appellerons."),
    "Back": ("Segin", "Retour"),
    "Start": ("Daminɛ", "Accueil"),
    "More": ("Tɔ", "Suite"),
    "This number is not here.": ("Nimɔrɔ in tɛ yan.", "Choix non valable."),
    "The call was cut.": ("Telefɔni tigɛra.", "L'appel a été coupé."),
    "Continue": ("Ka taa ɲɛ", "Continuer"),
    "Start again": ("Ka daminɛ kura ye", "Recommencer"),
    "Too long. Make it shorter.": ("A ka jan. A surunya.", "Trop long. Faites plus court."),
    "It does not work now. Try later.": ("A tɛ baara kɛ sisan.", "Service indisponible."),
    "The call was too long. Dial again.": ("Welekan janyara. Wele tugun.", "Appel trop long. Rappelez."),
}
"""What the menu and the engine say: the msgid, Bambara, French."""


async def start(call: Call) -> Value:
    call.speak(SPOKEN[call.msisdn])
    return go("markets")


async def markets(call: Call) -> Value:
    return choose(
        call.t("Markets"),
        option(call.t("Day of the market"), "day", day="jumadon"),
        option(call.t("Write its name"), "letters"),
        option(call.t("Call me back"), "called"),
    )


async def day(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day=call.word("day")))


async def letters(call: Call) -> Value:
    return ask(call.t("Write the first letters of the village."), "village", "letters")


async def village(call: Call) -> Value:
    if call.word("letters") != "safo":
        return retry(call.t("Not found."))
    return choose(call.t("Found: {name}", name=call.word("letters")), option(call.t("Call me back"), "called"))


async def called(call: Call) -> Value:
    await ask_call(call.key, call.msisdn, call.language or BM, None, call.now)
    return say(call.t("You will be called."))


def screen(function: Function, *leads_to: str, acts: bool = False) -> Screen:
    """A function as the screen (or act) of its name."""
    return Screen(function.__name__, function, frozenset(leads_to), acts=acts, private=False)


SOUND = (
    screen(start, "markets"),
    screen(markets, "day", "letters", "called"),
    screen(day),
    screen(letters, "village"),
    screen(village, "called"),
    screen(called, acts=True),
)


def a_menu(*planted: Screen) -> Menu:
    """The sound menu with these screens instead of those of their names, or besides them."""
    menu = Menu("start")
    for each in (*SOUND, *planted):
        menu.add(each)
    return menu


@pytest.fixture
def catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Catalogues of the texts of this small menu, used instead of the line's."""
    monkeypatch.setattr(core.text.translator, "load", partial(load, locales=tmp_path))
    for language in Language:
        write_catalogue(tmp_path, language)
    core.text.translator.translator.cache_clear()
    yield tmp_path
    core.text.translator.translator.cache_clear()


def write_catalogue(locales: Path, language: Language, entries: Mapping[str, str | None] = {}, fuzzy: str = "") -> None:
    """The sound texts in a language, but for these: another text, or (None) no entry."""
    path = locales / language.value / "LC_MESSAGES" / "jigi.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    plurals = "nplurals=1; plural=0;" if language is BM else "nplurals=2; plural=(n > 1);"
    blocks = [f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: {plurals}\\n"\n']
    sound = {msgid: translation[0 if language is BM else 1] for msgid, translation in TEXTS.items()}
    for msgid, translation in (sound | dict(entries)).items():
        flag = "#, fuzzy\n" if msgid == fuzzy else ""
        blocks += [] if translation is None else [f'{flag}msgid "{msgid}"\nmsgstr "{translation}"\n']
    path.write_text("\n".join(blocks), "utf-8")


@dataclass(frozen=True)
class Looked:
    """How a menu is walked and judged."""

    alphabet: Alphabet = GSM7
    judged_by: Alphabet = GSM7
    step_seconds: float = 10.0
    most_pages: int = 40
    tasks: Sequence[Task] = ()


PLAINLY = Looked()


async def walked(menu: Menu, looked: Looked = PLAINLY) -> Walk:
    walker = Walker(
        menu,
        Journal(),
        looked.alphabet,
        undone=undone,
        inputs=INPUTS,
        step_seconds=looked.step_seconds,
        most_pages=looked.most_pages,
    )
    return await walker.walk([WOMAN, OLD_MAN])


async def findings_in(menu: Menu, locales: Path, looked: Looked = PLAINLY) -> list[Finding]:
    walk = await walked(menu, looked)
    translated = {language: frozenset(load(language, locales).texts) for language in Language}
    rules = Rules(looked.judged_by, looked.tasks, translated=translated)
    return findings(walk, menu, rules)


Place = tuple[Fault, str, str, str, str]


def places(findings_of_walk: Sequence[Finding]) -> list[Place]:
    """What each finding is and where: fault, screen, language, keys, caller."""
    return [(each.fault, each.screen, each.language, each.keys, each.caller) for each in findings_of_walk]


def both(fault: Fault, at: str, keys: str) -> list[Place]:
    """The same finding by both callers."""
    return [(fault, at, each.language.value, keys, each.actor) for each in (OLD_MAN, WOMAN)]


def named(name: str, function: Function, *leads_to: str, acts: bool = False) -> Screen:
    return replace(screen(function, *leads_to, acts=acts), name=name)
