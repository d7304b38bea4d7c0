"""A text as whoever reads it hears it: bare words, however they are disguised, and where each stands in the text."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.text.folding import fold_away

OWN: Final = "zown"
"""What stands for a proven piece, which says nothing that a scam says."""

PAUSE: Final = ","
"""What stands between clauses of a sentence."""

_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_LOOKALIKES: Final = str.maketrans("асеіїјоррѕухАВСЕНІКМОРТХ", "aceiijoppsyxABCEHIKMOPTX")
"""Cyrillic letters that look like ours."""

_LEET: Final = str.maketrans("013457@$", "oieastas")
_MARKS: Final = re.compile("[\u0300-\u036f]")
_PIECE: Final = re.compile(r"\{\w+\}|(?:[^\W_]|[@$])+")
_SENTENCE_ENDS: Final = re.compile(r"[.!?;\n](?!\S\b)|[.!?;](?=[^\W\d_]{2})")
_LETTERS_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word as it is heard, and from where to where it stands in the text."""

    plain: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its words with one space between, and the pauses; `asks` where it ends as a question does."""

    plain: str
    asks: bool
    _starts: Sequence[int]
    _words: Sequence[HeardWord]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """From where to where in the text that stands which is from `start` to `end` in `plain`."""
        inside = [
            word
            for at, word in zip(self._starts, self._words, strict=True)
            if at < end and at + len(word.plain) > start
        ]
        return inside[0].start, inside[-1].end


def seen(text: str) -> str:
    """A text as it is seen: composed, without invisible characters, and no letter that only looks like one of ours."""
    return unicodedata.normalize("NFKC", text.translate(_UNSEEN)).translate(_LOOKALIKES)


def sentences(text: str, proven: Sequence[tuple[int, int]] = ()) -> Iterator[Sentence]:
    """The sentences of a text that was `seen`; what stands at `proven` is one word, `OWN`."""
    words = _joined(text, list(_words(text, proven)))
    group: list[HeardWord] = []
    for at, word in enumerate(words):
        group.append(word)
        between = text[word.end : words[at + 1].start] if at + 1 < len(words) else text[word.end :] or "."
        end = _SENTENCE_ENDS.search(between)
        if end or at + 1 == len(words):
            yield _sentence(text, group, asks="?" in between)
            group = []


def _words(text: str, proven: Sequence[tuple[int, int]]) -> Iterator[HeardWord]:
    for start, end in proven:
        yield HeardWord(OWN, start, end)
    for piece in _PIECE.finditer(text):
        if any(start < piece.end() and piece.start() < end for start, end in proven):
            continue
        plain = OWN if piece[0].startswith("{") else _plain(piece[0])
        if plain:
            yield HeardWord(plain, piece.start(), piece.end())


def _plain(word: str) -> str:
    letters = _MARKS.sub("", unicodedata.normalize("NFD", fold_away(word).casefold()))
    return letters.translate(_LEET) if any(map(str.isalpha, letters)) and not letters[0].isdigit() else letters


def _joined(text: str, words: list[HeardWord]) -> list[HeardWord]:
    """Words in their order; letters that stand alone, three or more in a row, are one: `c o d e`, `P.I.N.`."""
    ordered = sorted(words, key=lambda word: word.start)
    joined: list[HeardWord] = []
    run: list[HeardWord] = []
    for word in [*ordered, None]:
        if word is not None and _goes_on(text, run, word):
            run.append(word)
            continue
        joined += _one(run)
        run = [] if word is None else [word]
    return joined


def _goes_on(text: str, run: Sequence[HeardWord], word: HeardWord) -> bool:
    if not run:
        return True
    alone = len(word.plain) == 1 and len(run[-1].plain) == 1 and word.plain.isalpha() and run[-1].plain.isalpha()
    return alone and re.fullmatch(r"[ .·_*-]{1,2}", text[run[-1].end : word.start]) is not None


def _one(run: Sequence[HeardWord]) -> list[HeardWord]:
    if len(run) < _LETTERS_IN_A_ROW:
        return list(run)
    return [HeardWord("".join(word.plain for word in run), run[0].start, run[-1].end)]


def _sentence(text: str, words: Sequence[HeardWord], *, asks: bool) -> Sentence:
    plain, starts = "", []
    for before, word in zip([None, *words], words, strict=False):
        if before is not None:
            plain += f" {PAUSE} " if PAUSE in text[before.end : word.start] else " "
        starts.append(len(plain))
        plain += word.plain
    return Sentence(plain, asks, starts, words)
