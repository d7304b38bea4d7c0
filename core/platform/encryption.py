"""What only some may read, encrypted at rest with age (https://age-encryption.org/v1) for keys that no database has.

Every process encrypts, for the recipients of JIGI_ENCRYPTION_RECIPIENTS; only the desk decrypts, with the identities of
JIGI_DESK_IDENTITIES. A text is bound to its place, e.g. the reference of a grievance: moved into another row, it is not
read any more.
"""

import base64
import binascii
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import pyrage
from pyrage.x25519 import Identity, Recipient

from core.platform.errors import JigiError
from core.platform.settings import Settings, WrongSetting, settings
from core.platform.settings.types import USUAL, Part

MARK: Final = "age-encryption.org/v1:"
"""What stands before an encrypted text in its column."""

AGE_FILE: Final = b"age-encryption.org/v1\n"
"""What a file of age begins with."""

RECIPIENTS: Final = "JIGI_ENCRYPTION_RECIPIENTS"
IDENTITIES: Final = "JIGI_DESK_IDENTITIES"
NEW_KEYS: Final = "`jigi db new-key` makes a pair"
NOUVELLES_CLES: Final = "`jigi db new-key` en fait une paire"


class Undecryptable(JigiError):
    """An encrypted text that no identity of this process decrypts, or that stands in another place than its own."""


def encrypted(text: str, place: str) -> str:
    """A text as it is kept in this place; as it is where there are no recipients. Raises WrongSetting for bad ones."""
    recipients = recipients_of(RECIPIENTS, settings().encryption_recipients)
    if not recipients:
        return text
    # A lone surrogate is no text that PostgreSQL would keep either.
    content = pyrage.encrypt(f"{place}\n{text}".encode(errors="replace"), recipients)
    return MARK + base64.b64encode(content).decode()


def decrypted(kept: str, place: str) -> str:
    """The text that was kept in this place, encrypted or not; raises Undecryptable."""
    content = _content(kept)
    if content is None:
        return kept
    try:
        text: str = pyrage.decrypt(content, identities_of(settings())).decode()
    except (pyrage.DecryptError, UnicodeDecodeError) as error:
        raise Undecryptable(f"{place}: {error}") from error
    of, _, text = text.partition("\n")
    if of != place:
        raise Undecryptable(f"{place}: it is another's")
    return text


def sealed(content: bytes, place: str) -> bytes:
    """Octets as they are kept in this place; as they are where there are no recipients. Raises WrongSetting."""
    recipients = recipients_of(RECIPIENTS, settings().encryption_recipients)
    if not recipients:
        return content
    kept: bytes = pyrage.encrypt(place.encode() + b"\n" + content, recipients)
    return kept


def unsealed(kept: bytes, place: str) -> bytes:
    """The octets that were kept in this place, sealed or not; raises Undecryptable."""
    if not kept.startswith(AGE_FILE):
        return kept
    try:
        opened: bytes = pyrage.decrypt(kept, identities_of(settings()))
    except pyrage.DecryptError as error:
        raise Undecryptable(f"{place}: {error}") from error
    of, _, content = opened.partition(b"\n")
    if of != place.encode():
        raise Undecryptable(f"{place}: it is another's")
    return content


def is_encrypted(kept: str) -> bool:
    """Whether a text was encrypted before it was kept."""
    return _content(kept) is not None


def recipients_of(setting: str, words: Iterable[str]) -> list[Recipient]:
    """Who may read, by their public keys (`age1…`); raises WrongSetting, which names the setting."""
    return list(_recipients(setting, tuple(words)))


def identities_of(chosen: Settings) -> list[Identity]:
    """What decrypts, by JIGI_DESK_IDENTITIES; raises WrongSetting."""
    return list(_identities(chosen.desk_identities.get_secret_value()))


def new_identity() -> tuple[str, str]:
    """A new pair: what decrypts (`AGE-SECRET-KEY-1…`), and for whom to encrypt (`age1…`)."""
    identity = Identity.generate()
    return str(identity), str(identity.to_public())


def check_keys(chosen: Settings) -> None:
    """Raise WrongSetting for keys that are none, and where a programme's own desk or line has none."""
    recipients_of(RECIPIENTS, chosen.encryption_recipients)
    recipients_of("JIGI_DUMP_RECIPIENTS", chosen.dump_recipients)
    identities = identities_of(chosen)
    if chosen.simulator:
        return
    if not chosen.encryption_recipients:
        raise WrongSetting(
            f"{RECIPIENTS} is not set: what survivors tell would stand open in the database. {NEW_KEYS}.",
            f"{RECIPIENTS} n'est pas réglé : ce que disent les survivantes serait en clair dans la base. "
            f"{NOUVELLES_CLES}.",
        )
    if Part.DESK in (chosen.only or USUAL) and not identities:
        raise WrongSetting(
            f"{IDENTITIES} is not set: the desk could not read what survivors tell. {NEW_KEYS}.",
            f"{IDENTITIES} n'est pas réglé : le guichet ne lirait pas ce que disent les survivantes. {NOUVELLES_CLES}.",
        )
    own = {str(identity.to_public()) for identity in identities}
    if identities and not own & set(chosen.encryption_recipients):
        raise WrongSetting(
            f"No key of {IDENTITIES} reads what is encrypted for {RECIPIENTS}.",
            f"Aucune clé de {IDENTITIES} ne lit ce qui est chiffré pour {RECIPIENTS}.",
        )


def _content(kept: str) -> bytes | None:
    """What age made, None for a plain text, and for one that only begins as if it were not."""
    if not kept.startswith(MARK):
        return None
    try:
        return base64.b64decode(kept.removeprefix(MARK), validate=True)
    except binascii.Error:
        return None


@lru_cache(maxsize=8)
def _recipients(setting: str, words: tuple[str, ...]) -> tuple[Recipient, ...]:
    try:
        return tuple(Recipient.from_str(word) for word in words)
    except pyrage.RecipientError as error:
        raise WrongSetting(
            f"{setting} has what is no public key of age (age1…): {error}.",
            f"{setting} contient ce qui n'est pas une clé publique d'age (age1…) : {error}.",
        ) from error


@lru_cache(maxsize=8)
def _identities(words: str) -> tuple[Identity, ...]:
    try:
        return tuple(Identity.from_str(word.strip()) for word in words.split(",") if word.strip())
    except pyrage.IdentityError as error:
        raise WrongSetting(
            f"{IDENTITIES} has what is no key of age (AGE-SECRET-KEY-1…).",
            f"{IDENTITIES} contient ce qui n'est pas une clé d'age (AGE-SECRET-KEY-1…).",
        ) from error
