"""Which pages of a walk a person has to see: each kind of page of each screen once, at its longest."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.text.alphabet import Alphabet
from core.text.languages import Language
from core.text.translator import translator
from proof.walk import WRONG_KEY, Visit
from ussd import texts
from ussd.pages import BACK, HOME, MORE, Room, lay_out

FIGURES: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Exemplar:
    """One page in every language that has it, whom it is for and the keys that led there."""

    screen: str
    actor: str
    keys: tuple[str, ...]
    texts: Mapping[Language, str]

    def longest(self, alphabet: Alphabet) -> int:
        """The units of its longest language."""
        return max(alphabet.measure(text) for text in self.texts.values())


Pair = Mapping[Language, Visit]


def exemplars(visits: Iterable[Visit], order: Sequence[str], alphabet: Alphabet) -> list[Exemplar]:
    """The pages to be seen, in the order of screens given and of their keys.

    A page is of a kind with another when it is of the same screen, the same page of it, leads to the same screens and
    says the same was wrong. Of each kind there is the longest; and more, until every text was seen that a screen says.
    A wrong key is told alike everywhere, and shown once.
    """
    pairs: dict[str, list[Pair]] = {}
    for pair in _pairs(visits):
        pairs.setdefault(next(iter(pair.values())).screen, []).append(pair)
    chosen: list[Exemplar] = []
    wrong_key_seen = False
    seen: set[str] = set()
    for screen in [*order, *sorted(set(pairs) - set(order))]:
        for pair in _of_screen(pairs.get(screen, ()), seen, alphabet):
            visit = next(iter(pair.values()))
            if visit.keys[-1:] == (WRONG_KEY,):
                if wrong_key_seen:
                    continue
                wrong_key_seen = True
            shown = {language: pair[language].text for language in Language if language in pair}
            chosen.append(Exemplar(screen, visit.caller.actor, visit.keys, shown))
    return chosen


def _pairs(visits: Iterable[Visit]) -> Iterator[Pair]:
    """The visits by caller and keys, in every language where the same keys led to the same screen."""
    by_keys: dict[tuple[str, tuple[str, ...]], dict[Language, Visit]] = {}
    for visit in visits:
        if not visit.error and visit.keys[-1:] not in ((BACK,), (HOME,)):
            by_keys.setdefault((visit.caller.msisdn, visit.keys), {}).setdefault(visit.caller.language, visit)
    for pair in by_keys.values():
        if len({visit.screen for visit in pair.values()}) == 1:
            yield pair
        else:
            yield from ({language: visit} for language, visit in pair.items())


def _of_screen(pairs: Sequence[Pair], seen: set[str], alphabet: Alphabet) -> list[Pair]:
    """The pages of one screen, fewest keys first; `seen` are the texts that were shown, and are now."""

    def worth(pair: Pair) -> tuple[int, int, bool, int]:
        visit = next(iter(pair.values()))
        longest = max(alphabet.measure(each.text) for each in pair.values())
        return (len(pair), longest, not visit.code, -len(visit.keys))

    best: dict[object, Pair] = {}
    for pair in pairs:
        kind = _kind(pair)
        if kind not in best or worth(pair) > worth(best[kind]):
            best[kind] = pair
    chosen = _without_halves(list(best.values()))
    seen |= {msgid for pair in chosen for msgid in _msgids(pair)}
    for pair in sorted(pairs, key=worth, reverse=True):
        if len(pair) == len(Language) and not _msgids(pair) <= seen:
            chosen.append(pair)
            seen |= _msgids(pair)
    return sorted(chosen, key=lambda pair: next(iter((len(visit.keys), visit.keys) for visit in pair.values())))


def _without_halves(pairs: Sequence[Pair]) -> list[Pair]:
    """A page that only one language has is shown where no pair shows that page of that language."""
    whole = [pair for pair in pairs if len(pair) == len(Language)]
    shown = {(language, _shape(visit)) for pair in whole for language, visit in pair.items()}
    halves = [pair for pair in pairs if len(pair) < len(Language)]
    return whole + [
        pair for pair in halves if not all((language, _shape(visit)) in shown for language, visit in pair.items())
    ]


def _kind(pair: Pair) -> object:
    return tuple(sorted((language.value, _shape(visit)) for language, visit in pair.items()))


def _shape(visit: Visit) -> tuple[int, str, tuple[str, ...], bool]:
    page = 0
    while page < len(visit.keys) and visit.keys[-1 - page] == MORE:
        page += 1
    leads = tuple(dict.fromkeys(choice.to for choice in visit.choices))
    error = visit.written.split("\n", 1)[0] if visit.keys else ""
    wrong_key = WRONG_KEY if visit.keys[-1:] == (WRONG_KEY,) else ""
    return (page, wrong_key or FIGURES.sub("0", error), leads, visit.ends)


def _msgids(pair: Pair) -> set[str]:
    return {utterance.msgid for visit in pair.values() for utterance in visit.utterances}


def own_pages(alphabet: Alphabet) -> list[Exemplar]:
    """What the engine says of itself, which no screen says."""
    resumed, unavailable, too_many = {}, {}, {}
    for language in Language:
        spoken = translator(language)
        question, *labels = texts.interrupted(spoken)
        (page,) = lay_out(alphabet, texts.signs(spoken, alphabet), question, labels, Room(back=False))
        resumed[language] = page.text
        unavailable[language] = alphabet.prepare(texts.unavailable(language))
        too_many[language] = alphabet.prepare(texts.too_many(language))
    return [
        Exemplar("", "rappelle après une coupure", (), resumed),
        Exemplar("", "appelle pendant une panne", (), unavailable),
        Exemplar("", "a trop écrit en un appel", (), too_many),
    ]
