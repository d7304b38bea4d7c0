"""Each fault, planted in a small menu that has none, is found where it is; the menu as it was has no finding."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text as sql

import core.text.translator
from core.call_requests.requests import ask_call
from core.calls.journal import Journal
from core.platform.database import reading, undone
from core.text.alphabet import GSM7, UCS2, Alphabet
from core.text.catalogue import load
from core.text.languages import Language
from menus.tasks import Task
from proof.findings import Fault, Finding, Rules, findings
from proof.walk import Caller, Walk, Walker
from ussd.call import Call
from ussd.menu import Function, Menu, Screen
from ussd.values import Value, ask, choose, go, option, retry, say

BM, FR = Language("bm"), Language("fr")
WOMAN = Caller("+22370000001", "une femme de Safo", FR)
OLD_MAN = Caller("+22370000002", "un vieux de Bougoula", BM)
SPOKEN = {each.msisdn: each.language for each in (WOMAN, OLD_MAN)}
LONG = "Sere Moussa Ani Samo de Siekorole " * 6
ANSWERS = {"letters": ("safo", "zzzz")}

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
    sound = {msgid: said[0 if language is BM else 1] for msgid, said in TEXTS.items()}
    for msgid, said in (sound | dict(entries)).items():
        flag = "#, fuzzy\n" if msgid == fuzzy else ""
        blocks += [] if said is None else [f'{flag}msgid "{msgid}"\nmsgstr "{said}"\n']
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
        answers=ANSWERS,
        step_seconds=looked.step_seconds,
        most_pages=looked.most_pages,
    )
    return await walker.walk([WOMAN, OLD_MAN])


async def found_in(menu: Menu, locales: Path, looked: Looked = PLAINLY) -> list[Finding]:
    walk = await walked(menu, looked)
    translated = {language: frozenset(load(language, locales).texts) for language in Language}
    rules = Rules(looked.judged_by, looked.tasks, translated=translated)
    return findings(walk, menu, rules)


Place = tuple[Fault, str, str, str, str]


def places(found: Sequence[Finding]) -> list[Place]:
    """What each finding is and where: fault, screen, language, keys, caller."""
    return [(each.fault, each.screen, each.language, each.keys, each.caller) for each in found]


def both(fault: Fault, at: str, keys: str) -> list[Place]:
    """The same finding by both callers."""
    return [(fault, at, each.language.value, keys, each.actor) for each in (OLD_MAN, WOMAN)]


async def test_the_sound_menu_has_no_finding(world: None, catalogues: Path) -> None:
    assert await found_in(a_menu(), catalogues) == []


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
    said = call.t("The market is on {day}.", day="jumadon")
    return choose(f"{said}\n1 kg: 500 F CFA", option(call.t("Call me back"), "called"))


async def _six_options(call: Call) -> Value:
    rows = "\n".join(f"{key} {name}" for key, name in enumerate(("Safo", "Kati", "Diago", "Kalabancoro", "Sikasso"), 2))
    return choose(f"{call.t('Markets')}\n{rows}", option(call.t("Call me back"), "called"))


async def _breaks(call: Call) -> Value:
    raise ZeroDivisionError("no households")


async def _slow(call: Call) -> Value:
    await asyncio.sleep(0.9)
    return choose(call.t("The market is on {day}.", day="jumadon"))


async def _slow_in_the_database(call: Call) -> Value:
    async with reading() as connection:
        await connection.execute(sql("SELECT pg_sleep(5)"))
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


def named(name: str, function: Function, *leads_to: str, acts: bool = False) -> Screen:
    return replace(screen(function, *leads_to, acts=acts), name=name)


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
        [named("day", _slow)],
        Looked(step_seconds=0.6),
        both(Fault.EXCEPTION, "day", "1"),
        "deadline",
    ),
    (
        "a query that hangs",
        [named("day", _slow_in_the_database)],
        Looked(step_seconds=0.6),
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
    found = await found_in(a_menu(*planted), catalogues, looked)
    of_its_kind = [each for each in found if each.fault is expected[0][0]]
    assert places(of_its_kind) == expected
    assert all(detail in each.detail for each in of_its_kind), of_its_kind


async def test_letters_that_were_not_folded_are_found(world: None, catalogues: Path) -> None:
    """A walk in an alphabet that keeps `Ê`, judged as if the network had only GSM-7."""
    found = await found_in(a_menu(), catalogues, Looked(alphabet=replace(UCS2, page_budget=160, page_aim=160)))
    assert (Fault.OUTSIDE_ALPHABET, "markets", "fr", "(first dial)", WOMAN.actor) in places(found)
    assert "'Ê' (U+00CA)" in next(each.detail for each in found if each.language == "fr")
    assert {each.fault for each in found} == {Fault.OUTSIDE_ALPHABET}


async def test_what_the_caller_typed_may_be_left_out(world: None, catalogues: Path) -> None:
    async def village(call: Call) -> Value:
        return choose(call.t("Found: {name}", name=call.word("letters")), option(call.t("Call me back"), "called"))

    walk = await walked(a_menu(screen(village, "called")))
    assert any(visit.keys == ("2", "😀") and "Trouv" in visit.text for visit in walk.visits)
    assert await found_in(a_menu(screen(village, "called")), catalogues) == []


CATALOGUE: Sequence[tuple[str, str, str | None, list[Place], str]] = [
    (
        "a text that French lacks",
        "The market is on {day}.",
        None,
        [(Fault.NOT_TRANSLATED, "day", "fr", "1", WOMAN.actor)],
        "'The market is on {day}.'",
    ),
    (
        "a text that is empty",
        "Found: {name}",
        "",
        [(Fault.NOT_TRANSLATED, "village", "fr", "2*safo", WOMAN.actor)],
        "'Found: {name}'",
    ),
    (
        "a text that is fuzzy",
        "You will be called.",
        "fuzzy",
        [(Fault.NOT_TRANSLATED, "called", "fr", "3", WOMAN.actor)],
        "'You will be called.'",
    ),
    (
        "what was said of a wrong answer",
        "Not found.",
        None,
        [(Fault.NOT_TRANSLATED, "letters", "fr", "2*zzzz", WOMAN.actor)],
        "'Not found.'",
    ),
    (
        "a text that is still in English",
        "You will be called.",
        "You will be called.",
        [(Fault.SAME_AS_ENGLISH, "called", "fr", "3", WOMAN.actor)],
        "'You will be called.'",
    ),
    (
        "a text without its value",
        "The market is on {day}.",
        "Le marché a lieu.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor)],
        "'Le marché a lieu.'",
    ),
    (
        "a text with another value",
        "The market is on {day}.",
        "Le marché est le {jour}.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor), (Fault.EXCEPTION, "day", "fr", "1", WOMAN.actor)],
        "jour",
    ),
    (
        "a text with an open bracket",
        "The market is on {day}.",
        "Le marché est le {day.",
        [(Fault.OTHER_FIELDS, "day", "fr", "1", WOMAN.actor), (Fault.EXCEPTION, "day", "fr", "1", WOMAN.actor)],
        "",
    ),
    (
        "a character without a rule",
        "You will be called.",
        "Nous vous appellerons ☎",
        [(Fault.OUTSIDE_ALPHABET, "called", "fr", "3", WOMAN.actor)],
        "U+260E BLACK TELEPHONE",
    ),
    *(
        (
            f"the engine's {own!r}",
            own,
            None,
            [(Fault.NOT_TRANSLATED, "markets", "fr", "(first dial)", WOMAN.actor)],
            repr(own),
        )
        for own in list(TEXTS)[-10:]
    ),
]
"""A name, a text, its French (None: no entry), what is found there, and part of what is said of it."""


@pytest.mark.parametrize(
    ("msgid", "said", "expected", "detail"), [case[1:] for case in CATALOGUE], ids=[case[0] for case in CATALOGUE]
)
async def test_what_is_wrong_with_a_text_is_found(
    world: None, catalogues: Path, msgid: str, said: str | None, expected: list[Place], detail: str
) -> None:
    """In French only; the Bambara beside it has no finding."""
    write_catalogue(catalogues, FR, {msgid: said}, fuzzy=msgid if said == "fuzzy" else "")
    core.text.translator.translator.cache_clear()
    found = await found_in(a_menu(), catalogues)
    told = [each for each in found if (each.screen, each.keys) == (expected[0][1], expected[0][3])]
    assert sorted(places(told)) == sorted(expected)
    assert all(detail in each.detail for each in told)
    assert all(each.language != "bm" for each in found)


async def test_a_finding_tells_how_often_it_was_met(world: None, catalogues: Path) -> None:
    broken = named("letters", _breaks)
    from_one_page = await found_in(a_menu(broken), catalogues)
    from_two = await found_in(a_menu(broken, named("day", _leads_to_letters, "letters")), catalogues)
    assert [each.times for each in from_one_page if each.fault is Fault.EXCEPTION] == [1, 1]
    assert [each.times for each in from_two if each.fault is Fault.EXCEPTION] == [2, 2]


async def _leads_to_letters(call: Call) -> Value:
    return choose(call.t("The market is on {day}.", day="jumadon"), option(call.t("Write its name"), "letters"))


async def test_a_text_may_be_the_same_in_a_language_where_the_rules_say_so(world: None, catalogues: Path) -> None:
    write_catalogue(catalogues, FR, {"Markets": "Markets"})
    core.text.translator.translator.cache_clear()
    walk = await walked(a_menu())
    assert [each.fault for each in findings(walk, a_menu(), Rules(GSM7))] == [Fault.SAME_AS_ENGLISH]
    assert findings(walk, a_menu(), Rules(GSM7, same=frozenset({"Markets"}))) == []


async def test_how_slow_a_screen_was_is_told_and_not_judged(world: None, catalogues: Path) -> None:
    menu = a_menu(named("day", _slow))
    walk = await walked(menu)
    slowest = walk.slowest()
    assert slowest is not None
    assert slowest.screen == "day"
    assert slowest.seconds >= 0.9
    assert findings(walk, menu, Rules(GSM7)) == []


def test_every_kind_of_finding_is_planted_here() -> None:
    planted = {place[0] for case in PLANTED for place in case[3]} | {
        place[0] for case in CATALOGUE for place in case[3]
    }
    assert planted == set(Fault)
