"""How the letters of a text file were written down: UTF-8, or one of what Windows, old Macs and DOS wrote in French.

Only UTF-8 proves itself. The others all read any file, so what tells them apart is whether the words that come out are
words: accents where French and the languages of Mali have them, no capital inside a small word, no sign inside a word.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from core.files.cells import UnreadableFile

OLD: Final = {"cp1252": "de Windows", "mac_roman": "d'un ancien Mac", "cp850": "de DOS"}
"""What may have written a file that is not UTF-8, the likeliest first."""

WINDOWS: Final = "cp1252"
LONGEST_WORD: Final = 200
ENOUGH: Final = 0.9
"""Share of the words with accents that must be words."""

SAMPLE: Final = 5_000
"""Words with accents that are looked at."""

_WORD: Final = re.compile(rb"[A-Za-z'\x80-\xff-]*[\x80-\xff][A-Za-z'\x80-\xff-]*")
_SIGNS: Final = frozenset("’‘“”«»°–—…€·•№ºª²³\u00a0\u202f")
_FRENCH: Final = frozenset("àâçéèêëîïôùûœ")
_LETTERS: Final = _FRENCH | frozenset("äöüÿæ")
_SECOND: Final = "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
"""What Windows reads where UTF-8 goes on with a letter."""

_TWICE: Final = re.compile(f"(?:[ÂÃÅÉÊË][{_SECOND}]|â€[{_SECOND}])+")
"""What UTF-8 of an accent looks like when it was read as Windows' and written as UTF-8 again."""

_TWICE_OCTETS: Final = (b"\xc3\x83\xc2", b"\xc3\x89\xe2\x80", b"\xc3\xa2\xe2\x82\xac")
_ODD: Final = re.compile(r"\S*(?:[ŽžÃƒˆ‚„\ufffd]|(?<=[^\W\d_])[§£¥¤•…†‡‰™](?=[^\W\d_]))\S*")


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding, and where it is not the expected one how the file is read, in French, with a word of it."""

    name: str
    remark: str = ""


def old_encoding(blocks: Iterable[bytes]) -> Encoding:
    """The encoding of a file that is not UTF-8: the one in which its words with accents are words.

    Raises UnreadableFile naming a word that is none in any of them.
    """
    words = list(islice(_words(blocks), SAMPLE))
    name = max(OLD, key=lambda each: sum(_worth(_decoded(word, each)) for word in words))
    good = sum(_is_word(_decoded(word, name)) for word in words)
    if good < ENOUGH * len(words):
        wrong = next(word for word in words if not _is_word(_decoded(word, name)))
        shown = _decoded(wrong, WINDOWS) or wrong.decode("ascii", "replace")
        raise UnreadableFile(f"Les accents ne se lisent pas : « {shown} ». Enregistrez le fichier en « CSV UTF-8 ».")
    if name == WINDOWS:
        return Encoding(name)
    example = next(word for word in words if _is_word(_decoded(word, name)))
    return Encoding(name, f"accents lus comme ceux {OLD[name]} : « {_decoded(example, name)} »")


def _words(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Each word with octets above ASCII, once."""
    words: dict[bytes, None] = {}
    rest = b""
    for block in blocks:
        text = rest + block
        cut = max(text.rfind(mark) for mark in (b"\n", b";", b",", b"\t", b" ")) + 1
        for word in _WORD.findall(text, 0, cut):
            if word not in words:
                words[word] = None
                yield word
        rest = text[cut:][-LONGEST_WORD:]
    yield from (word for word in _WORD.findall(rest) if word not in words)


def _worth(text: str) -> float:
    """How much a word speaks for its encoding: signs (`aa…`) and rare letters (`aaä`) less than those of French."""
    if not _is_word(text):
        return 0.0
    return 1.0 if all(letter.isascii() or letter.lower() in _FRENCH for letter in text) else 0.5


def _decoded(word: bytes, encoding: str) -> str:
    """The word, or nothing where the encoding has no such letter."""
    try:
        return word.decode(encoding)
    except UnicodeDecodeError:
        return ""


def _is_word(text: str) -> bool:
    """Whether every piece of a word has letters that the country writes, and capitals where a word has them."""
    return bool(text) and all(map(_is_piece, re.split("['’‘–-]", text)))


def _is_piece(piece: str) -> bool:
    piece = piece.strip("".join(_SIGNS))
    if not piece.isascii() and not all(letter.isascii() or letter.lower() in _LETTERS for letter in piece):
        return False
    return piece.isascii() or piece.islower() or piece.isupper() or piece.istitle()


def written_twice(octets: bytes) -> bool:
    """Whether some letters of UTF-8 were taken for Windows' and written as UTF-8 a second time."""
    return any(mark in octets for mark in _TWICE_OCTETS)


def mended(text: str) -> str:
    """A text of which some letters were written as UTF-8 twice, as it was before the second time."""
    return text if text.isascii() else _TWICE.sub(_once, text)


def odd_word(text: str) -> str:
    """The first word whose letters look like those of another machine; empty where none does."""
    match = None if text.isascii() else _ODD.search(text)
    return match[0] if match else ""


def _once(letters: re.Match[str]) -> str:
    try:
        return b"".join(_octets(letters[0])).decode("utf-8")
    except UnicodeError:
        return letters[0]


def _octets(letters: str) -> Iterator[bytes]:
    """Windows leaves five octets without a letter, which programs pass on as they are."""
    for letter in letters:
        try:
            yield letter.encode("cp1252")
        except UnicodeEncodeError:
            yield letter.encode("latin-1")
