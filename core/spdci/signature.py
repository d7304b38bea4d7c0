"""Signs messages and knows who signed: Ed25519 over the moments and a digest of header and message.

The specification shows the form (`Signature: namespace="spdci", kidId="{sender_id}|{unique_key_id}|{algorithm}", …,
headers="(created) (expires) digest"`) and leaves open how a message is written before it is digested. Ours is JSON
without spaces, names in order, in UTF-8 (as RFC 8785 has it for what is in our messages). Of others we take that too,
and the message as it was sent.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from core.platform.errors import JigiError
from core.platform.settings import WrongSetting
from core.spdci.envelope import Envelope
from core.text.words import Code

ALGORITHM: Final = "ed25519"
SECONDS: Final = 300
"""So long a signature holds."""

SKEW_SECONDS: Final = 60
LONGEST: Final = 2_000
FORM: Final = re.compile(r'(?:^|[\s,])([A-Za-z]+)\s*=\s*(?:"([^"]*)"|(\d+))')
URL_SAFE: Final = str.maketrans("-_", "+/")
DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "SHA-256": lambda body: hashlib.sha256(body).digest(),
    "SHA-512": lambda body: hashlib.sha512(body).digest(),
    "BLAKE-512": lambda body: hashlib.blake2b(body).digest(),
}
"""What a digest may be; ours is the first."""


class SignatureFault(Code):
    """Why a signature does not hold."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EXPIRED = "expired"
    OTHER_SENDER = "other sender"
    UNKNOWN_KEY = "unknown key"
    WRONG = "wrong"


@dataclass(eq=False)
class NotSigned(JigiError):
    """A message is not from whom it says it is."""

    fault: SignatureFault

    def __str__(self) -> str:
        return self.fault.value


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Our private key, and what it is called: its thumbprint (RFC 7638)."""

    private: Ed25519PrivateKey
    key_id: str

    def jwk(self) -> dict[str, str]:
        """Its public half, as a set of keys has it (RFC 8037)."""
        return {**_jwk(self.private.public_key()), "kid": self.key_id, "use": "sig", "alg": "EdDSA"}


@dataclass(frozen=True, slots=True)
class SignatureForm:
    """A signature taken apart."""

    sender_id: str
    key_id: str
    created: int
    expires: int
    octets: bytes


def read_key(file: Path) -> SigningKey:
    """Our key, of its file; raises WrongSetting for what is none."""
    try:
        private = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise WrongSetting(
            f"JIGI_SPDCI_KEY_FILE: no private key can be read from {file.name}.",
            f"JIGI_SPDCI_KEY_FILE : aucune clé privée ne se lit dans {file.name}.",
        ) from None
    if not isinstance(private, Ed25519PrivateKey):
        raise WrongSetting(
            "JIGI_SPDCI_KEY_FILE: the key is not one of Ed25519.",
            "JIGI_SPDCI_KEY_FILE : la clé n'est pas une clé Ed25519.",
        )
    return key_of(private)


def key_of(private: Ed25519PrivateKey) -> SigningKey:
    """A private key with its name."""
    members = json.dumps(_jwk(private.public_key()), separators=(",", ":"), sort_keys=True)
    return SigningKey(private, _url64(hashlib.sha256(members.encode()).digest()))


def sign(key: SigningKey, sender_id: str, header: Mapping[str, Any], message: Mapping[str, Any], now: datetime) -> str:
    """What a message of ours is signed with."""
    created = int(now.timestamp())
    expires = created + SECONDS
    digest = hashlib.sha256(canonical(header, message)).digest()
    octets = key.private.sign(_signed(created, expires, "SHA-256", digest))
    return (
        f'Signature: namespace="spdci", kidId="{sender_id}|{key.key_id}|{ALGORITHM}", algorithm="{ALGORITHM}", '
        f'created="{created}", expires="{expires}", headers="(created) (expires) digest", '
        f'signature="{base64.b64encode(octets).decode()}"'
    )


def form_of(envelope: Envelope, sender_id: str, now: datetime) -> SignatureForm:
    """The signature of a message that should be from a sender; raises NotSigned for what none can hold by."""
    if not envelope.signature.strip():
        raise NotSigned(SignatureFault.MISSING)
    if len(envelope.signature) > LONGEST:
        raise NotSigned(SignatureFault.UNREADABLE)
    values = {name.lower(): quoted or bare for name, quoted, bare in FORM.findall(envelope.signature)}
    try:
        sender, key_id, _, *_ = f"{values.get('kidid') or values['keyid']}||".split("|")
        created, expires = int(values["created"]), int(values["expires"])
        octets = base64.b64decode(values["signature"].translate(URL_SAFE), validate=True)
    except (KeyError, ValueError, binascii.Error):
        raise NotSigned(SignatureFault.UNREADABLE) from None
    if values.get("algorithm", ALGORITHM).lower() not in {ALGORITHM, "eddsa"}:
        raise NotSigned(SignatureFault.UNREADABLE)
    if sender != sender_id or (envelope.sender_id or sender_id) != sender_id:
        raise NotSigned(SignatureFault.OTHER_SENDER)
    moment = now.timestamp()
    if created > moment + SKEW_SECONDS or expires < moment - SKEW_SECONDS or expires < created:
        raise NotSigned(SignatureFault.EXPIRED)
    return SignatureForm(sender, key_id, created, expires, octets)


def check(form: SignatureForm, envelope: Envelope, public: Ed25519PublicKey) -> None:
    """Raises NotSigned where this key did not sign this message."""
    for body in _as_written(envelope):
        for name, digest in DIGESTS.items():
            try:
                public.verify(form.octets, _signed(form.created, form.expires, name, digest(body)))
            except InvalidSignature:
                continue
            return
    raise NotSigned(SignatureFault.WRONG)


def canonical(header: Mapping[str, Any], message: Mapping[str, Any]) -> bytes:
    """Header and message as they are digested."""
    return _json({"header": header, "message": message}, sort_keys=True)


def _as_written(envelope: Envelope) -> Iterator[bytes]:
    """What a sender may have digested: all of it says the same."""
    whole = {"header": envelope.header, "message": envelope.message}
    yield canonical(envelope.header, envelope.message)
    yield _json(whole)
    yield _json(whole, ensure_ascii=True)
    yield json.dumps(whole, ensure_ascii=False).encode()
    yield json.dumps(whole).encode()
    yield _json(envelope.header) + _json(envelope.message)


def _json(value: object, *, sort_keys: bool = False, ensure_ascii: bool = False) -> bytes:
    text = json.dumps(value, ensure_ascii=ensure_ascii, separators=(",", ":"), sort_keys=sort_keys)
    return text.encode()


def _signed(created: int, expires: int, name: str, digest: bytes) -> bytes:
    encoded = base64.b64encode(digest).decode()
    return f"(created): {created}\n(expires): {expires}\ndigest: {name}={encoded}".encode()


def _jwk(public: Ed25519PublicKey) -> dict[str, str]:
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _url64(raw)}


def _url64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")
