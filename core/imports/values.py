"""What may stand in a cell: each reader takes its text, already trimmed and never empty, and gives the value.

Every reader raises BadValue with a reason in plain French for the person who made the file.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, time
from functools import lru_cache
from typing import Final

from core.files.encodings import odd_word
from core.files.headers import plain
from core.numbers import identifiers, msisdn
from core.platform.errors import JigiError
from core.scams.guard import NotASafeText, refuse_scams
from core.text.folding import NoRule, fold

LONGEST_NAME: Final = 60
LARGEST_AMOUNT: Final = 10_000_000
"""In F CFA: a payment above it is a slip of the keyboard."""

Reader = Callable[[str], object]

_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?: 00:00(?::00)?)?", re.ASCII)
_FRENCH_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: 00:00(?::00)?)?", re.ASCII)
_MONTHS = 12
_HOUR = re.compile(r"(\d{1,2}) ?(?:h|H|:) ?(\d{2})?(?::00)?", re.ASCII)
_AMOUNT = re.compile(r"(\d{1,3}(?: \d{3})+|\d+)(?:[.,]0{1,2})? ?(?:F|FCFA|F CFA|XOF|CFA)?", re.IGNORECASE | re.ASCII)
_NO_NAME = re.compile(r"[\d*#@:/{]|\b(?:codes?|pin|otp|mots?|argent|wari|francs?|f?cfa)\b", re.IGNORECASE)
_PCODE = re.compile(r"[A-Z0-9]{2,20}")


class BadValue(JigiError, ValueError):
    """The cell cannot be taken; the message is the reason, in French."""


class MonthFirst(BadValue):
    """The day stands where its month should be."""


def words(longest: int) -> Reader:
    """Text that a basic phone can show, of at most `longest` characters."""

    def read(text: str) -> str:
        if len(text) > longest:
            raise BadValue(f"trop long : {len(text)} caractères, {longest} au plus")
        _shown_on_a_phone(text)
        return text

    return read


@lru_cache(maxsize=1 << 14)
def _shown_on_a_phone(text: str) -> None:
    if odd := odd_word(text):
        raise BadValue(f"accents abîmés dans le mot « {odd} » : enregistrez le fichier en « CSV UTF-8 »")
    try:
        fold(text)
    except NoRule as error:
        named = ", ".join(f"« {letter} » (U+{ord(letter):04X})" for letter in error.characters)
        raise BadValue(f"caractère qu'un téléphone simple ne peut pas afficher : {named}") from error


name = words(LONGEST_NAME)


def public_words(longest: int) -> Reader:
    """Words of at most `longest` characters that are told to people as they stand, so that they must be no scam's."""
    shown = words(longest)

    def read(text: str) -> object:
        value = shown(text)
        _no_scam(text)
        return value

    return read


@lru_cache(maxsize=1 << 14)
def _no_scam(text: str) -> None:
    try:
        refuse_scams(text)
    except NotASafeText as error:
        raise BadValue(error.in_french) from error


place = public_words(LONGEST_NAME)
"""A place, an agency: what somebody is sent to."""


def person_name(text: str) -> object:
    """The name of a person: it is looked at closely only where it has what no name has, for there are very many."""
    return place(text) if _NO_NAME.search(text) else name(text)


def one_of(choices: Collection[str]) -> Reader:
    """One word among `choices`, in any case."""

    folded = {word.casefold(): str(word) for word in choices}

    def read(text: str) -> str:
        word = folded.get(text.casefold())
        if word is None:
            raise BadValue(f"attendu : {', '.join(choices)}")
        return word

    return read


def word_of(words: Mapping[str, str]) -> Reader:
    """One of some codes, or what clerks call it; `words` gives for each code its French."""
    by_name = {plain(name): code for code, word in words.items() for name in (code, word)}

    def read(text: str) -> str:
        code = by_name.get(plain(text))
        if code is None:
            raise BadValue(f"attendu : {', '.join(f'{word} ({code})' for code, word in words.items())}")
        return code

    return read


def codes(choices: Collection[str]) -> Reader:
    """A list of codes separated by `;`, `,`, `|` or spaces, in any case and order; the value is joined by `;`, sorted.

    `choices` are in capitals.
    """

    @lru_cache(maxsize=1 << 12)
    def read(text: str) -> str:
        given = {part.upper() for part in re.split(r"[;,|\s]+", text) if part}
        unknown = sorted(given - set(choices))
        if unknown:
            raise BadValue(f"composante inconnue : {', '.join(unknown)} ; attendu : {', '.join(choices)}")
        return ";".join(sorted(given))

    return read


def household_no(text: str) -> str:
    """The number of a household, the programme's own or ours, in the form in which its spellings meet."""
    if len(text) > identifiers.LONGEST_PROGRAMME_NO:
        raise BadValue(f"trop long : {len(text)} caractères, {identifiers.LONGEST_PROGRAMME_NO} au plus")
    if not text.isascii() or not text.isprintable():
        _readable(text)
    return identifiers.number_key(text)


def _readable(text: str) -> None:
    """A number is shown on no phone: it may have any letter that somebody can read."""
    if odd := odd_word(text):
        raise BadValue(f"accents abîmés dans « {odd} » : enregistrez le fichier en « CSV UTF-8 »")
    if not text.isprintable():
        raise BadValue("caractère illisible dans le numéro")


def spelling(text: str) -> str | None:
    """The number of a household as it is written, where that is not the form in which its spellings meet."""
    return text if identifiers.number_key(text) != text else None


def phone(text: str) -> str:
    """A Malian telephone number, as E.164."""
    try:
        return msisdn.parse(text)
    except msisdn.BadNumber as error:
        raise BadValue("numéro de téléphone inutilisable : attendu +223 et 8 chiffres, ou 8 chiffres") from error


def pcode(text: str) -> str:
    """The code of a region, cercle or commune: capital letters and digits."""
    code = text.upper()
    if _PCODE.fullmatch(code) is None:
        raise BadValue("code de lieu attendu, comme ML010101")
    return code


def amount(text: str) -> int:
    """A sum of money in whole F CFA, from 1 to LARGEST_AMOUNT: `30000`, `30 000`, `30 000 F CFA`."""
    return _amount(text)


@lru_cache(maxsize=1 << 12)
def _amount(text: str) -> int:
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise BadValue("montant attendu en francs entiers, comme 30000 ou 30 000 F")
    value = int(match[1].replace(" ", ""))
    if not 1 <= value <= LARGEST_AMOUNT:
        raise BadValue("montant hors de toute mesure : de 1 à 10 000 000 F CFA")
    return value


def year(earliest: int, latest: int) -> Reader:
    """A year of four digits from `earliest` to `latest`, both included."""

    def read(text: str) -> int:
        if len(text) == 4 and text.isascii() and text.isdigit() and earliest <= int(text) <= latest:
            return int(text)
        raise BadValue(f"année attendue, de {earliest} à {latest}")

    return read


def day(earliest: date, latest: date) -> Reader:
    """A day written `2026-12-31` or `31/12/2026`, from `earliest` to `latest`, both included."""

    @lru_cache(maxsize=1 << 12)
    def read(text: str) -> date:
        value = day_of(text)
        if not earliest <= value <= latest:
            raise BadValue(f"date hors limites : du {earliest:%d/%m/%Y} au {latest:%d/%m/%Y}")
        return value

    return read


def day_of(text: str) -> date:
    """A day written `2026-12-31` or `31/12/2026`."""
    try:
        if match := _ISO_DAY.fullmatch(text):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if match := _FRENCH_DAY.fullmatch(text):
            return date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError as error:
        if match and int(match[1]) <= _MONTHS < int(match[2]):
            raise MonthFirst("le mois est écrit d'abord : date attendue comme 31/12/2026") from error
        raise BadValue("ce jour n'existe pas") from error
    raise BadValue("date attendue comme 31/12/2026 ou 2026-12-31")


@lru_cache(maxsize=1 << 10)
def hour(text: str) -> time:
    """An hour of the day, to the minute: `08:30`, `8h30`, `8 h`."""
    match = _HOUR.fullmatch(text)
    if match is None:
        raise BadValue("heure attendue comme 8h30 ou 08:30")
    try:
        return time(int(match[1]), int(match[2] or 0))
    except ValueError as error:
        raise BadValue("cette heure n'existe pas") from error
