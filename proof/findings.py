"""What is wrong with a menu, judged from a walk through it: each finding names screen, language and keys.

No finding depends on the clock: how slow a hop was is printed beside them, and the machine may have been busy.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from string import Formatter
from typing import Final

from core.text.alphabet import Alphabet
from core.text.folding import NoRule, fold
from core.text.languages import Language
from core.text.words import COMMAND, Word, called
from menus.tasks import Task
from proof.walk import Visit, Walk
from ussd.menu import Menu, UndeclaredStep, UnknownScreen
from ussd.pages import BACK, HOME, MORE, OPTIONS_A_PAGE, DoesNotFit


class Fault(Word):
    """The kinds of findings."""

    OVER_BUDGET = "over budget"
    OUTSIDE_ALPHABET = "outside the alphabet"
    NOT_TRANSLATED = "not translated"
    SAME_AS_ENGLISH = "same as the English"
    OTHER_FIELDS = "other fields"
    DEAD_END = "dead end"
    NO_TARGET = "no such target"
    NOT_REACHED = "never reached"
    KEY_TWICE = "one key twice"
    TOO_MANY_OPTIONS = "too many options"
    TOO_FAR = "too many keys"
    NO_WAY_BACK = "no way back"
    ENDLESS = "without end"
    CODE_IS_A_KEY = "a code is a key"
    CODE_LOST = "a code leads elsewhere"
    EXCEPTION = "exception"


called(Fault, COMMAND, {fault: fault.value for fault in Fault})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, where it was first met, and how often."""

    fault: Fault
    screen: str
    language: str
    keys: str
    caller: str
    detail: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What a menu is held to; `same` are the texts that may stand in a language as they do in English."""

    alphabet: Alphabet
    tasks: Sequence[Task] = ()
    same: frozenset[str] = frozenset()
    translated: Mapping[Language, frozenset[str]] | None = None
    """The msgids that each language has, not fuzzy and filled; None: not looked at."""


OPTION: Final = re.compile(r"^(\d{1,2}) ", re.MULTILINE)
FAULT_OF: Final = {
    UnknownScreen.__name__: Fault.NO_TARGET,
    UndeclaredStep.__name__: Fault.NO_TARGET,
    DoesNotFit.__name__: Fault.OVER_BUDGET,
}
"""What the engine's failures mean; any other is an exception of the screen."""


def findings(walk: Walk, menu: Menu, rules: Rules) -> list[Finding]:
    """Everything that is wrong, the same thing of one screen and language told once."""
    by_mark: dict[tuple[Fault, str, str, str], Finding] = {}
    for finding in _all(walk, menu, rules):
        mark = (finding.fault, finding.screen, finding.language, _differs_by(finding))
        earlier = by_mark.get(mark)
        by_mark[mark] = finding if earlier is None else _again(earlier)
    return sorted(by_mark.values(), key=lambda each: (each.fault, each.screen, each.language, each.keys))


def _differs_by(finding: Finding) -> str:
    """What tells two findings of one kind on one screen apart."""
    return finding.detail if finding.fault is not Fault.OVER_BUDGET else ""


def _again(earlier: Finding) -> Finding:
    return Finding(
        earlier.fault, earlier.screen, earlier.language, earlier.keys, earlier.caller, earlier.detail, earlier.times + 1
    )


def _all(walk: Walk, menu: Menu, rules: Rules) -> Iterator[Finding]:
    first = {visit.screen for visit in walk.visits if menu.start in visit.ran}
    for visit in walk.visits:
        yield from _page(visit, rules)
        yield from _texts(visit, rules)
        if _is_trapped(visit, first):
            yield _of(visit, Fault.NO_WAY_BACK, "no 0 on the page")
        if visit.endless:
            yield _of(visit, Fault.ENDLESS, "ever more pages, not all of them seen")
    yield from _menu(walk, menu, rules.tasks)
    yield from _tasks(walk.visits, rules.tasks)
    yield from _codes(walk.visits, menu)


def _page(visit: Visit, rules: Rules) -> Iterator[Finding]:
    if visit.error:
        fault = FAULT_OF.get(visit.error.partition(":")[0], Fault.EXCEPTION)
        yield _of(visit, fault, visit.error.split("\n", 1)[0])
        return
    yield from _length(visit, rules)
    keys = OPTION.findall(visit.text)
    for key in sorted({key for key in keys if keys.count(key) > 1}):
        yield _of(visit, Fault.KEY_TWICE, f"key {key}")
    options = [key for key in keys if key not in (BACK, HOME, MORE)]
    if len(options) > OPTIONS_A_PAGE or len(visit.choices) > OPTIONS_A_PAGE:
        yield _of(visit, Fault.TOO_MANY_OPTIONS, f"{max(len(options), len(visit.choices))} options")
    if not visit.ends and visit.kind == "choose" and not visit.choices and not {BACK, MORE} & set(keys):
        yield _of(visit, Fault.DEAD_END, "a page that waits for a key and has none")


def _is_trapped(visit: Visit, first: Set[str]) -> bool:
    """Whether a page has no way back though it is none that a call begins with."""
    if visit.error or visit.ends or visit.kind == "say" or BACK in OPTION.findall(visit.text):
        return False
    return not visit.first or visit.screen not in first


def _length(visit: Visit, rules: Rules) -> Iterator[Finding]:
    carried = rules.alphabet
    try:
        size = carried.measure(visit.text)
    except ValueError as error:
        yield _of(visit, Fault.OUTSIDE_ALPHABET, str(error))
        return
    if size > carried.page_budget:
        yield _of(visit, Fault.OVER_BUDGET, f"{size} of {carried.page_budget}")
    if carried.name == "gsm7":
        yield from _unwritable(visit)


def _unwritable(visit: Visit) -> Iterator[Finding]:
    """Values that the alphabet has no rule for and that would be left out, but for what the caller typed."""
    earlier = "".join([*visit.keys, *(utterance.text for utterance in visit.utterances)])
    try:
        fold(visit.written)
    except NoRule as error:
        lost = "".join(each for each in error.characters if each not in earlier)
        if lost:
            yield _of(visit, Fault.OUTSIDE_ALPHABET, str(NoRule(lost)))


def _texts(visit: Visit, rules: Rules) -> Iterator[Finding]:
    for utterance in visit.utterances:
        language = visit.caller.language
        if rules.translated is not None and utterance.msgid not in rules.translated[language]:
            yield _of(visit, Fault.NOT_TRANSLATED, repr(utterance.msgid))
            continue
        if utterance.text == utterance.msgid and utterance.msgid not in rules.same and _has_words(utterance.msgid):
            yield _of(visit, Fault.SAME_AS_ENGLISH, repr(utterance.msgid))
        if _fields(utterance.text) != _fields(utterance.msgid):
            yield _of(visit, Fault.OTHER_FIELDS, repr(utterance.text))
        if rules.alphabet.name == "gsm7":
            try:
                fold(utterance.text)
            except NoRule as error:
                yield _of(visit, Fault.OUTSIDE_ALPHABET, f"{error} in {utterance.text!r}")


def _menu(walk: Walk, menu: Menu, tasks: Sequence[Task]) -> Iterator[Finding]:
    reached = walk.screens()
    for task in tasks:
        if task.screen not in menu:
            yield Finding(Fault.NO_TARGET, task.screen, "", "", "", f"{task.name}: no such screen")
    for name, screen in menu.items():
        for target in sorted(screen.leads_to - set(menu)):
            yield Finding(Fault.NO_TARGET, name, "", "", "", target)
        if name not in reached:
            yield Finding(Fault.NOT_REACHED, name, "", "", "", "no caller of the walk gets there")


def _tasks(visits: Iterable[Visit], tasks: Sequence[Task]) -> Iterator[Finding]:
    nearest: dict[tuple[str, Language], Visit] = {}
    for visit in visits:
        if visit.error or visit.code:
            continue
        mark = (visit.screen, visit.caller.language)
        earlier = nearest.get(mark)
        if earlier is None or len(visit.keys) < len(earlier.keys):
            nearest[mark] = visit
    for task in tasks:
        for (screen, _), visit in nearest.items():
            if screen == task.screen and len(visit.keys) > task.most_keys:
                yield _of(visit, Fault.TOO_FAR, f"{task.name}: {len(visit.keys)} keys, at most {task.most_keys}")


def _codes(visits: Sequence[Visit], menu: Menu) -> Iterator[Finding]:
    """A code that some page of the beginning takes for an answer, and one by which a caller came to nothing."""
    for visit in visits:
        if not visit.keys and (visit.kind == "ask" or menu.shortcuts.keys() & OPTION.findall(visit.text)):
            yield _of(visit, Fault.CODE_IS_A_KEY, "a call begins with a page that may take a code for an answer")
    led = {(visit.caller.msisdn, visit.code) for visit in visits if _is_led(visit, menu)}
    for visit in visits:
        if visit.code and visit.keys == (visit.code,) and (visit.caller.msisdn, visit.code) not in led:
            yield _of(visit, Fault.CODE_LOST, f"{visit.code} was dialled, and its screen never asked")


def _is_led(visit: Visit, menu: Menu) -> bool:
    """Whether a call came to the screen of the code that it was dialled by."""
    shortcut = menu.shortcuts.get(visit.code.partition("*")[0])
    return shortcut is not None and shortcut.screen in visit.ran


def _of(visit: Visit, fault: Fault, detail: str) -> Finding:
    keys = "*".join(visit.keys) or "(first dial)"
    return Finding(fault, visit.screen, visit.caller.language.value, keys, visit.caller.actor, detail)


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"unreadable"}


def _has_words(msgid: str) -> bool:
    return re.search(r"[A-Za-z]{2,}", re.sub(r"\{\w+\}", "", msgid)) is not None
