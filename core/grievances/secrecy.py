"""The words of a sensitive grievance: encrypted in every column they stand in, and decrypted for who reads them."""

import structlog

from core.platform.encryption import Undecryptable, decrypted, encrypted
from core.text.words import DESK, Word, called, label


class Unread(Word):
    """What stands where words cannot be read."""

    NO_KEY = "no_key"


called(Unread, DESK, {Unread.NO_KEY: "(Illisible : ce guichet n'a pas la clé de ces mots.)"})
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
