"""How events are signed, by the scheme of Standard Webhooks 1.0: with a secret that both have, or with a key pair.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.text.words import COMMAND, DESK, Word, called

SECRET: Final = "whsec_"  # noqa: S105 - what every secret begins with
PRIVATE_KEY: Final = "whsk_"
PUBLIC_KEY: Final = "whpk_"
KEY_BYTES: Final = 32


class SigningScheme(Word):
    """What an event is signed with, as its signature says."""

    HMAC = "v1"
    ED25519 = "v1a"


called(
    SigningScheme,
    DESK,
    {SigningScheme.HMAC: "secret partagé (HMAC-SHA256)", SigningScheme.ED25519: "paire de clés (Ed25519)"},
)
called(
    SigningScheme,
    COMMAND,
    {SigningScheme.HMAC: "a secret of both (HMAC-SHA256)", SigningScheme.ED25519: "a key pair (Ed25519)"},
)


def new_key(scheme: SigningScheme) -> str:
    """What events are signed with from now on: 256 random bits."""
    prefix = SECRET if scheme is SigningScheme.HMAC else PRIVATE_KEY
    return prefix + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def told_key(key: str) -> str:
    """What a receiver verifies by: the secret itself, or the public key (`whpk_…`)."""
    if not key.startswith(PRIVATE_KEY):
        return key
    return PUBLIC_KEY + base64.b64encode(_pair(key).public_key().public_bytes_raw()).decode()


def signature(key: str, event_id: str, moment: int, body: bytes) -> str:
    """The signature of an event by one key, with the word of its scheme before it."""
    signed = f"{event_id}.{moment}.".encode() + body
    if key.startswith(PRIVATE_KEY):
        scheme, octets = SigningScheme.ED25519, _pair(key).sign(signed)
    else:
        shared = base64.b64decode(key.removeprefix(SECRET))
        scheme, octets = SigningScheme.HMAC, hmac.new(shared, signed, hashlib.sha256).digest()
    return f"{scheme.value},{base64.b64encode(octets).decode()}"


def _pair(key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode(key.removeprefix(PRIVATE_KEY)))
