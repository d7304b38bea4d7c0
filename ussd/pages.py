"""A text and its options, cut into pages that fit the screen.

A page never measures more than the alphabet's budget; a sentence that fits a page is on one page, and so are a short
line and an option with its key; of a longer sentence, a word. `0` goes back, `9` goes on. A blank line parts a text
into blocks, and is not shown: a block that fits a page stands on one. A heading stands on each page.
Room is left on each page for the line that says a key was wrong, so that it never moves what the person was reading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.platform.errors import JigiError
from core.text.alphabet import Alphabet

MORE = "9"
BACK = "0"
HOME = "00"
OPTIONS_A_PAGE = 5
REMEMBERED = 2_000
"""Screens whose pages are kept in memory: menus, and what many are told alike."""

ROW = 64
"""Units of a line that is kept whole, whatever sentences it has, such as a row of a list."""

BLOCK = "\n\n"
"""What parts the blocks of a text."""

HEADING = "\x1f\n"
"""What parts the heading of a text, of one line, from its blocks: nobody can type it."""

_WORD = re.compile(r"\s?\S+")
_SENTENCE_END = re.compile(r"(?<=[^\s.]{3}[.?!])\s+")
"""Not behind `St.` or an initial, which are parts of names."""


class DoesNotFit(JigiError, ValueError):
    """An option, or a question with what is said about its answer, is longer than a page."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The lines that the engine adds, in one language: what `0`, `00` and `9` do, and that a key was wrong."""

    back: str
    home: str
    more: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its text without `CON`/`END`, and the indexes in the list of options of the keys 1, 2, 3…"""

    text: str
    options: tuple[int, ...]
    last: bool


@dataclass(frozen=True, slots=True)
class Room:
    """What the pages of one screen must hold besides the text: the way back and home, and room for an error."""

    back: bool = True
    home: bool = False
    ends: bool = False
    typed: bool = False


def plain(text: str) -> str:
    """A text in one piece, without what parts it into a heading and blocks."""
    return text.replace(HEADING, "\n").replace(BLOCK, "\n")


def lay_out(alphabet: Alphabet, signs: Signs, text: str, labels: Sequence[str], room: Room) -> Sequence[Page]:
    """The pages of a screen: one if it fits the budget, else as few as may be, at the aim if that costs none more.

    Raises DoesNotFit for a label that no page can hold, and for a question (`room.typed`) of more than one page.
    """
    return _laid_out(alphabet, signs, text, tuple(labels), room)


@lru_cache(maxsize=REMEMBERED)
def _laid_out(alphabet: Alphabet, signs: Signs, text: str, given: tuple[str, ...], room: Room) -> Sequence[Page]:
    heading, text = (alphabet.prepare(part).strip() for part in _parted(text))
    labels = [" ".join(alphabet.prepare(label).split()) for label in given]
    cutter = _Cutter(alphabet, signs, room, heading)
    whole = cutter.single(text, labels, home=room.home, limit=alphabet.page_aim)
    whole = whole or cutter.single(text, labels, home=False, limit=alphabet.page_budget)
    if whole:
        return [whole]
    if room.typed:
        raise DoesNotFit("a question must fit one page")
    fewest = cutter.cut(text, labels, alphabet.page_budget)
    try:
        aimed = cutter.cut(text, labels, alphabet.page_aim)
    except DoesNotFit:
        return fewest
    return aimed if len(aimed) <= len(fewest) else fewest


def _parted(text: str) -> tuple[str, str]:
    """The heading of a text, '' for none, and the rest."""
    heading, mark, rest = text.partition(HEADING)
    return (heading, rest) if mark else ("", text)


def with_error(alphabet: Alphabet, error: str, page: str) -> str:
    """A page with a line before it that says what was wrong; raises DoesNotFit when both are more than a page."""
    text = f"{alphabet.prepare(error).strip()}\n{page}"
    if alphabet.measure(text) > alphabet.page_budget:
        raise DoesNotFit("the error and the page together")
    return text


class _Cutter:
    """Fills pages of one screen, one after the other."""

    def __init__(self, alphabet: Alphabet, signs: Signs, room: Room, heading: str) -> None:
        self.measure = alphabet.measure
        self.heading = [heading] if heading else []
        self.ends = room.ends
        self.back = [] if room.ends or not room.back else [f"{BACK} {signs.back}"]
        self.home = [f"{HOME} {signs.home}"]
        self.more = f"{MORE} {signs.more}"
        self.reserve = 0 if room.ends else self.measure(signs.wrong) + 1

    def single(self, text: str, labels: Sequence[str], *, home: bool, limit: int) -> Page | None:
        """Everything on one page, or None when it is too much for `limit`."""
        if len(labels) > OPTIONS_A_PAGE:
            return None
        lines = [*self.heading, plain(text), *_numbered(labels), *self.back, *(self.home if home and self.back else [])]
        whole = "\n".join(line for line in lines if line)
        if self.measure(whole) + self.reserve > limit:
            return None
        return Page(whole, tuple(range(len(labels))), last=True)

    def cut(self, text: str, labels: Sequence[str], limit: int) -> list[Page]:
        """As many pages as it takes, each within `limit` with the error line counted."""
        pages: list[Page] = []
        limit -= self.reserve + sum(self.measure(line) + 1 for line in self.heading)
        words, first = self._words(text, limit - self._foot([self.more])), 0
        while True:
            body, rest = self._take_words(words, limit - self._foot([self.more]))
            options = [] if rest else self._take_options(body, labels, first, limit)
            if not body and not options and (rest or first < len(labels)):
                raise DoesNotFit("an option is longer than a page")
            first += len(options)
            last = not rest and first == len(labels)
            foot = [*([] if last else [self.more]), *self.back]
            shown = [labels[index] for index in options]
            lines = [*self.heading, body, *_numbered(shown), *foot]
            pages.append(Page("\n".join(line for line in lines if line), tuple(options), last))
            if last:
                return pages
            words = rest

    def _foot(self, lines: Sequence[str]) -> int:
        return sum(self.measure(line) + 1 for line in [*lines, *self.back])

    def _words(self, text: str, limit: int) -> list[str]:
        """What no page parts, each with the space or the new line before it.

        It is one of several blocks that fits `limit`; else a short line, a sentence that fits, or a word.
        """
        words: list[str] = []
        blocks = text.split(BLOCK)
        for block in blocks:
            if len(blocks) > 1 and self.measure(block) <= limit:
                words.append(f"\n{block}")
            else:
                words += [word for line in block.split("\n") for word in self._words_of_line(line.strip(), limit)]
        return words

    def _words_of_line(self, line: str, limit: int) -> list[str]:
        words: list[str] = []
        for sentence in [line] if self.measure(line) < min(ROW, limit) else _SENTENCE_END.split(line):
            whole = f" {sentence}" if words else f"\n{sentence}"
            words += [whole] if sentence and self.measure(sentence) <= limit else _WORD.findall(whole)
        return words

    def _take_words(self, words: list[str], limit: int) -> tuple[str, list[str]]:
        """As many words as fit `limit`, and the rest; a word longer than a page is cut, for want of better."""
        taken = ""
        for index, word in enumerate(words):
            longer = taken + word if taken else word.lstrip()
            if self.measure(longer) > limit:
                if taken:
                    return taken, words[index:]
                head = self._head(longer, limit)
                return longer[:head], [longer[head:], *words[index + 1 :]]
            taken = longer
        return taken, []

    def _head(self, word: str, limit: int) -> int:
        """How many characters of a word fit `limit`: at least one."""
        count = len(word)
        while count > 1 and self.measure(word[:count]) > limit:
            count -= 1
        return count

    def _take_options(self, body: str, labels: Sequence[str], first: int, limit: int) -> list[int]:
        """The indexes of the labels that fit under `body`; what `9` takes counts unless these are the last."""
        size = self.measure(body)
        taken: list[int] = []
        for index in range(first, min(len(labels), first + OPTIONS_A_PAGE)):
            size += self.measure(f"{len(taken) + 1} {labels[index]}") + (1 if size else 0)
            foot = self._foot([] if index == len(labels) - 1 else [self.more])
            if size + foot > limit:
                break
            taken.append(index)
        return taken


def _numbered(labels: Sequence[str]) -> list[str]:
    return [f"{key} {label}" for key, label in enumerate(labels, start=1)]
