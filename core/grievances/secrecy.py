"""The words of a sensitive grievance: encrypted in every column they stand in, and decrypted for who reads them."""

from typing import Final

import structlog

from core.numbers.identifiers import is_short
from core.platform.encryption import Undecryptable, decrypted, encrypted
from core.text.words import DESK, Word, called, label


class Unread(Word):
    """What stands where words cannot be read."""

    NO_KEY = "no_key"


called(Unread, DESK, {Unread.NO_KEY: "(Illisible : ce guichet n'a pas la clé de ces mots.)"})
CORRECTED_AT_DESK: Final = "plainte"
"""The reason of a correction that was made in a grievance whose number is nobody's to read."""

log = structlog.get_logger(__name__)


def kept(words: str | None, reference: str, *, sensitive: bool) -> str | None:
    """Words about the grievance of a reference, as its row or its timeline keeps them."""
    return encrypted(words, reference) if words and sensitive else words


def shown(words: str | None, reference: str) -> str | None:
    """Words that were kept, as the desk shows them; that they cannot be read is said, and logged."""
    try:
        return decrypted(words, reference) if words else words
    except Undecryptable:
        log.error("words_undecryptable")
        return label(Unread.NO_KEY, DESK)


def correction_reason(reference: str) -> str:
    """The reason of a correction that was made in a grievance."""
    return f"{CORRECTED_AT_DESK} {reference}"


def in_the_trail(reference: str, grievance_id: int, *, sensitive: bool) -> str:
    """How the audit trail and the list of accesses name a grievance.

    One that was confided bears the number of its row there: its reference was everybody's, and would tell them.
    """
    return f"grievance {known_as(reference, grievance_id, sensitive=sensitive)}"


def known_as(reference: str, grievance_id: int, *, sensitive: bool) -> str:
    """The reference, or the number of the row of one that was confided: `c12`."""
    return f"c{grievance_id}" if sensitive and is_short(reference) else reference
