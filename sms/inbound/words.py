"""What people write to the short code, read as one of the few things it answers.

People who hardly write spell by ear, in French and Bambara at once: a word is known by its sound (`loose`)
or, from five letters on, with one letter wrong, missing, surplus or swapped. In doubt nothing is stopped or started.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from core.numbers.identifiers import digits, is_household_no, is_reference
from core.numbers.msisdn import BadNumber, calling, can_get_sms, is_fixed_line
from core.outbox.messages import Intent
from core.places.communes import loose
from core.text.folding import NoRule, fold, fold_away
from core.text.languages import Language
from sms.inbound.refusing import THEFT, Refusal, refused


@dataclass(frozen=True, slots=True)
class Words:
    """A message as it was read.

    Only a STATUS has numbers: the `reference` of a grievance (7 or 10 digits, the check digit right), or else a
    `mistyped` one, its digits as they were typed, or neither. `language` is that of the keywords, None where they do
    not tell.
    """

    intent: Intent
    reference: str = ""
    mistyped: str = ""
    language: Language | None = None


def read(text: str) -> Words:
    """Read a message by its first 300 characters. Never raises."""
    plain = _plain(text)
    if _by_a_machine(plain):
        return Words(Intent.MACHINE)
    heard = _heard(plain)
    reference, mistyped = _number(plain, heard)
    number = reference or mistyped
    refusal = None if number or _is_asked(Intent.STOP, heard) or _about_more(heard) else refused(_all_sounds(heard))
    if refusal:
        return Words(_REFUSALS[refusal.refusal], language=refusal.language)
    intent = _intent(heard, number)
    language = _language(heard)
    if intent is Intent.STATUS:
        return Words(intent, reference, mistyped, language)
    return Words(intent, language=language)


def is_machine(sender: str, text: str) -> bool:
    """Say whether not to answer: no telephone that can get an SMS sent the message, or no person wrote it."""
    try:
        telephone = calling(sender)
    except BadNumber:
        return True
    return len(telephone) < SHORTEST or is_fixed_line(telephone) or _by_a_machine(_plain(text))


SHORTEST: Final = len("+22376123")
"""A number of fewer digits is a short code, which no person writes from."""

_LOOKED_AT: Final = 300
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_ZERO_FOR_O: Final = re.compile("(?<=[a-z])0(?=[a-z])")


def _plain(text: str) -> str:
    """The text in the letters a to z, digits and signs of GSM-7, single spaces; what has no folding parts words."""
    composed = unicodedata.normalize("NFC", text[:_LOOKED_AT])
    try:
        folded = fold(composed)
    except NoRule as strange:
        folded = fold_away(composed.translate(dict.fromkeys(map(ord, strange.characters), " ")))
    letters = _ACCENTS.sub("", unicodedata.normalize("NFD", folded.casefold()))
    return _ZERO_FOR_O.sub("o", " ".join(letters.split()))


@dataclass(frozen=True, slots=True)
class _Keyword:
    intent: Intent
    language: Language | None
    plain: str


_EVERYWHERE: Final = {
    Intent.HELP: "help info infos",
    Intent.STOP: "stop stopsms stopall unsubscribe",
    Intent.START: "start",
}
"""Keywords that do not tell a language; those that do stand in `locales/<code>/language.toml`."""

_LANGUAGES: Final = sorted(Language, key=lambda language: language != Language.staff())


def _words(meaning: str) -> str:
    """The words of a meaning in every language."""
    return " ".join(word for language in _LANGUAGES for word in language.traits.keywords.get(meaning, ()))


def _keywords() -> Iterator[_Keyword]:
    for intent in (Intent.PAYMENT, Intent.STATUS, Intent.HELP, Intent.STOP, Intent.START):
        for word in _EVERYWHERE.get(intent, "").split():
            yield _Keyword(intent, None, _plain(word))
        for language in _LANGUAGES:
            for word in language.traits.keywords.get(intent.value, ()):
                yield _Keyword(intent, language, _plain(word))


_KEYWORDS: Final = tuple(_keywords())


def _sounds(words: str) -> frozenset[str]:
    return frozenset(loose(word) for word in words.split())


_BY_SOUND: Final = {loose(keyword.plain): keyword for keyword in _KEYWORDS}
_COMPLAINT: Final = _sounds(_words("complaint"))
_TO_GET: Final = _sounds(_words("to_get"))
_SENT: Final = _sounds("sms info infos " + _words("sent"))
_DOUBT_BEFORE: Final = _sounds(_words("doubt_before"))
_DOUBT_AFTER: Final = _sounds(_words("doubt_after"))
_BESIDE_A_NUMBER: Final = _sounds(_words("beside_a_number"))


@dataclass(frozen=True, slots=True)
class _Word:
    sound: str
    keyword: _Keyword | None

    def means(self, intent: Intent) -> bool:
        return self.keyword is not None and self.keyword.intent is intent


_POLITE: Final = re.compile(
    r"\b(?:bonjour|bonsoir|salut|allo|merci|svp|stp|s ?'? ?il (?:vous|te) plait|veuillez|haketo"
    r"|(?:i|aw) ni (?:ce|tie|tye|che|tche|sogoma)|jigis[a-z]*)\b"
)
_NOT: Final = re.compile(r"\b([nt])'(?=[a-z])")
_ELISION: Final = re.compile(r"\b(?:[bcdjklmsy]|qu)'(?=[a-z])")
_LETTERS: Final = re.compile("[a-z]+")


def _heard(plain: str) -> tuple[_Word, ...]:
    """The words that carry the message; a keyword written in pieces, `s t o p` or `da bila`, is one word."""
    written = _LETTERS.findall(_ELISION.sub(" ", _NOT.sub(r"\1e ", _POLITE.sub(" ", plain))))
    pieces = [word for word in written if loose(word) not in _SENT]
    whole = "".join(pieces)
    if len(pieces) > 1 and loose(whole) in _BY_SOUND:
        written = [whole, *(word for word in written if loose(word) in _SENT)]
    sounds = [loose(word) for word in written]
    return tuple(
        _Word(sound, _keyword(word, sound, before))
        for word, sound, before in zip(written, sounds, ["", *sounds], strict=False)
    )


_SLIP_LETTERS: Final = 5
_NO_SLIP: Final = frozenset({"start", "montant", "payer", "dates", "aider", "aides", "aidez"})
"""Keywords too near to other words to be guessed from a slip: smart, passer, dames, idées."""

_OWN_WORDS: Final = _sounds(
    "agent agents urgent ardent plante plantes plaine plaines cuivre préférence repose repousse enseignement"
    " enseignements commenter commercer abonder adonner domine damné steppe steppes Damien Dalila"
)
"""Words and names one letter away from a keyword that are no slip."""

_MEANT: Final = tuple(
    keyword for keyword in _KEYWORDS if len(keyword.plain) >= _SLIP_LETTERS and keyword.plain not in _NO_SLIP
)


def _keyword(word: str, sound: str, before: str) -> _Keyword | None:
    """The keyword a word is or was meant to be; sɔrɔ, which is to get anything, only after SMS."""
    if sound in _BY_SOUND:
        return _BY_SOUND[sound] if sound != "soro" or before == "sms" else None
    if len(word) < _SLIP_LETTERS or sound in _OWN_WORDS:
        return None
    near = [keyword for keyword in _MEANT if _one_slip(word, keyword.plain)]
    if len({keyword.intent for keyword in near}) != 1:
        return None
    meant = near[0]
    if meant.intent in (Intent.STOP, Intent.START) and word[0] != meant.plain[0]:
        return None  # Nabila is a name, and j'arrête is not always written with its apostrophe
    return meant


def _one_slip(typed: str, meant: str) -> bool:
    """Whether one letter is wrong, missing or surplus, or two neighbours are swapped."""
    if abs(len(typed) - len(meant)) > 1:
        return False
    at = 0
    while at < min(len(typed), len(meant)) and typed[at] == meant[at]:
        at += 1
    one, other = typed[at:], meant[at:]
    swapped = one[:2] == other[1::-1] and one[2:] == other[2:]
    return swapped or one[1:] == other[1:] or one[1:] == other or one == other[1:]


_NUMBER: Final = re.compile(r"[0-9]+(?:[ .-]+[0-9]+)*")
_CHUNK: Final = re.compile("[0-9]+")


def _number(plain: str, heard: Sequence[_Word]) -> tuple[str, str]:
    """The reference in the text, or the digits that must have been meant for one."""
    numbers: list[str] = []
    for written in _NUMBER.findall(plain):
        numbers += [digits(written), *_CHUNK.findall(written)]
    for number in numbers:
        if is_reference(number):
            return number, ""
    if any(word.means(Intent.STATUS) for word in heard):
        return "", next((number for number in numbers if _is_meant_for_a_reference(number)), "")
    if all(word.sound in _BESIDE_A_NUMBER for word in heard):
        return "", next((number for number in numbers if len(number) == 7), "")
    return "", ""


def _is_meant_for_a_reference(number: str) -> bool:
    """Whether a number beside a status word has 7 or 10 digits, one more or one less; no telephone and no household."""
    if len(number) == 8:
        return not is_household_no(number) and not can_get_sms(f"+223{number}")
    return len(number) in (6, 7, 9, 10)


_FEW_WORDS: Final = 3


def _intent(heard: Sequence[_Word], number: str) -> Intent:
    intents = {word.keyword.intent for word in heard if word.keyword} | ({Intent.STATUS} if number else set())
    sounds = {word.sound for word in heard}
    other = intents - {Intent.STOP, Intent.START} if _SENT.isdisjoint(sounds) else set()
    if _is_asked(Intent.STOP, heard):
        starts = {word.sound for word in heard if word.means(Intent.START)} - _TO_GET
        return Intent.UNKNOWN if other or starts else Intent.STOP
    if _is_asked(Intent.START, heard) and not other and Intent.STOP not in intents:
        return Intent.START
    complains = any(word.keyword and loose(word.keyword.plain) in _COMPLAINT for word in heard)
    follows = bool(number) and any(word.means(Intent.STATUS) for word in heard)
    if complains or follows:
        return Intent.STATUS
    return next(
        (intent for intent in (Intent.PAYMENT, Intent.STATUS, Intent.HELP) if intent in intents), Intent.UNKNOWN
    )


_REFUSALS: Final = {Refusal.SURE: Intent.STOP, Refusal.PERHAPS: Intent.MAY_STOP}


def _all_sounds(heard: Sequence[_Word]) -> list[str]:
    return [word.sound for word in heard]


def _about_more(heard: Sequence[_Word]) -> bool:
    """Whether it speaks of something else than SMS, or has the word to stop in a sentence that means another thing."""
    return any(word.keyword and word.keyword.intent is not Intent.START and word.sound not in _SENT for word in heard)


def _is_asked(intent: Intent, heard: Sequence[_Word]) -> bool:
    """Whether the message asks to stop or start, and does not only speak of it."""
    at = next((at for at, word in enumerate(heard) if word.means(intent)), None)
    if at is None or (at > 0 and len(heard) > _FEW_WORDS):
        return False
    if intent is Intent.STOP and any(word.sound in THEFT for word in heard):
        return False
    before = any(word.sound in _DOUBT_BEFORE for word in heard[:at])
    return not before and not any(word.sound in _DOUBT_AFTER for word in heard[at + 1 : at + 2])


def _language(heard: Sequence[_Word]) -> Language | None:
    languages = {word.keyword.language for word in heard if word.keyword and word.keyword.language}
    return languages.pop() if len(languages) == 1 else None


_OUR_OWN: Final = re.compile(r"\W*(?:(?:re|fwd?|tr) ?:\W*)?jigis[a-z]*[^\w:]*:(?:\W*\w+\b){4}")
"""The programme's name, a colon and some words: a person may well write to it by its name."""

_REPORT: Final = re.compile(
    r"\b(?:(?:reponse|message|sms) automatique|auto(?:matic|mated)? ?(?:reply|response|message)|out of office"
    r"|(?:absence|absente?) du bureau|message non (?:delivre|remis|envoye|distribue)"
    r"|message n a (?:pas (?:ete|pu etre)|pu etre) (?:delivre|remis|envoye|distribue|transmis)"
    r"|votre message a (?:bien )?ete (?:delivre|remis|envoye|distribue|recu)"
    r"|(?:do not|please do not|ne pas) (?:reply|repondre) (?:to this|a ce)|no ?reply"
    r"|(?:delivery|delivered) (?:to|report|status|receipt|failure|failed)|undeliver(?:ed|able)|dlvrd|delivrd)\b"
)


def _by_a_machine(plain: str) -> bool:
    return _OUR_OWN.match(plain) is not None or _REPORT.search(" ".join(_LETTERS.findall(plain))) is not None
