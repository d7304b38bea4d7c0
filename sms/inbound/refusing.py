"""Messages that ask politely to be sent no more: `je ne veux plus de sms`, `ne m'envoyez plus`, `kana ci tugun`.

Sure only where it is denied and is about SMS; whoever may mean it, or may mean more of them, is asked back. A message
that says that nothing comes, asks why, or tells of a theft, refuses nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import takewhile
from typing import Final

from core.places.communes import loose
from core.text.languages import Language


class Refusal(Enum):
    """How sure it is that somebody wants no more SMS."""

    SURE = "sure"
    PERHAPS = "perhaps"


@dataclass(frozen=True, slots=True)
class Declined:
    """That somebody wants no more, as it seems, and in which language they say so."""

    refusal: Refusal
    language: Language


def _sounds(language: Language, meaning: str) -> frozenset[str]:
    return frozenset(loose(word) for word in language.traits.keywords.get(meaning, ()))


@dataclass(frozen=True, slots=True)
class _Refusing:
    """The sounds of a language that refuse."""

    language: Language
    deny: frozenset[str]
    """Deny what stands beside them, before or behind."""
    no_more: frozenset[str]
    """Deny too where something else does, and mean more of it where nothing does."""
    want: frozenset[str]
    send: frozenset[str]
    get: frozenset[str]
    they: frozenset[str]
    """Whoever writes tells what these do, and asks nothing of them."""
    too_much: frozenset[str]


_REFUSING: Final = tuple(
    _Refusing(
        language,
        *(_sounds(language, meaning) for meaning in ("deny", "no_more", "want", "send", "get", "they", "too_much")),
    )
    for language in Language
)
_SMS: Final = frozenset({loose("sms")}).union(*(_sounds(language, "sms") for language in Language))
_DOUBT: Final = frozenset[str]().union(*(_sounds(language, "why") for language in Language))
THEFT: Final = frozenset[str]().union(*(_sounds(language, "theft") for language in Language))
"""Sounds of messages that tell of a theft, which stop nothing either."""

_BESIDE: Final = 3
_FEW: Final = 6


def refused(sounds: Sequence[str]) -> Declined | None:
    """Whether the words of a message, by their sounds, refuse more SMS; None where they do not."""
    if _DOUBT.intersection(sounds) or THEFT.intersection(sounds):
        return None
    is_about_sms = not _SMS.isdisjoint(sounds)
    for words in _REFUSING:
        refusal = _refusal(words, sounds, is_about_sms=is_about_sms)
        if refusal:
            return Declined(refusal, words.language)
    return None


def _refusal(words: _Refusing, sounds: Sequence[str], *, is_about_sms: bool) -> Refusal | None:
    at = next((at for at, sound in enumerate(sounds) if sound in words.want | words.send), None)
    if at is None:
        if is_about_sms and _gets_no_more(words, sounds):
            return Refusal.SURE
        return Refusal.PERHAPS if is_about_sms and words.too_much.intersection(sounds) else None
    before, behind = sounds[max(0, at - _BESIDE) : at], sounds[at + 1 : at + 1 + _BESIDE]
    if sounds[at] in words.send and words.they.intersection(before):
        return None
    is_meant = is_about_sms or (sounds[at] in words.send and len(sounds) <= _FEW)
    if words.deny.intersection(before) or words.deny.intersection(takewhile(lambda sound: sound not in _SMS, behind)):
        return Refusal.SURE if is_meant else None
    return Refusal.PERHAPS if is_about_sms and words.no_more.intersection((*before, *behind)) else None


def _gets_no_more(words: _Refusing, sounds: Sequence[str]) -> bool:
    """`Ne plus recevoir`: nothing between, since who cannot get any more complains."""
    return any(
        first in words.deny and second in words.no_more and third in words.get
        for first, second, third in zip(sounds, sounds[1:], sounds[2:], strict=False)
    )
