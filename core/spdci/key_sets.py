"""The public keys of partners, read from where each keeps them (JWKS), kept a while and read anew when one turns."""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.spdci import signature
from core.spdci.envelope import Envelope
from core.spdci.partners import Partner
from core.spdci.signature import NotSigned, SignatureFault

log = structlog.get_logger(__name__)

KEPT: Final = timedelta(hours=1)
AGAIN: Final = timedelta(minutes=1)
"""An unknown key is looked for no more often: whoever sends nonsense costs a partner nothing."""

SECONDS: Final = 5.0
MOST_OCTETS: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, Ed25519PublicKey]
    read_at: datetime


class KeySets:
    """The keys of every partner, as far as they were asked for."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def check(self, http: httpx.AsyncClient, partner: Partner, envelope: Envelope, now: datetime) -> None:
        """Raises NotSigned where a message is not from this partner."""
        form = signature.form_of(envelope, partner.sender_id, now)
        key = await self._key(http, partner, form.key_id, now)
        if key is None:
            raise NotSigned(SignatureFault.UNKNOWN_KEY)
        signature.check(form, envelope, key)

    async def _key(
        self, http: httpx.AsyncClient, partner: Partner, key_id: str, now: datetime
    ) -> Ed25519PublicKey | None:
        async with self._locks[partner.name]:
            kept = self._kept.get(partner.name)
            is_fit = kept is not None and now - kept.read_at < (KEPT if key_id in kept.keys else AGAIN)
            if not is_fit:
                kept = await self._read(http, partner, now)
        return kept.keys.get(key_id) if kept else None

    async def _read(self, http: httpx.AsyncClient, partner: Partner, now: datetime) -> _Kept | None:
        """The keys of a partner now; where they cannot be had, those that were had before."""
        try:
            keys = keys_in(await _content(http, partner.jwks))
        except (OSError, ValueError, httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            log.warning("spdci_keys_not_read", partner=partner.name, error=type(error).__name__)
            before = self._kept.get(partner.name)
            keys = dict(before.keys) if before else {}
        self._kept[partner.name] = _Kept(keys, now)
        return self._kept[partner.name]


async def _content(http: httpx.AsyncClient, where: str) -> bytes:
    if not where.startswith(("https://", "http://")):
        return await asyncio.to_thread(Path(where).read_bytes)
    async with asyncio.timeout(SECONDS):
        response = await http.get(where)
    response.raise_for_status()
    if len(response.content) > MOST_OCTETS:
        raise ValueError("so large a set of keys is none")
    return response.content


def keys_in(content: bytes) -> dict[str, Ed25519PublicKey]:
    """The keys of Ed25519 in a JWKS, by their ids; raises ValueError for what is none."""
    read = json.loads(content)
    listed = read.get("keys") if isinstance(read, dict) else None
    if not isinstance(listed, list):
        raise ValueError("no set of keys")
    return {str(each["kid"]): key for each in listed if (key := _key_in(each)) is not None and each.get("kid")}


def _key_in(jwk: Any) -> Ed25519PublicKey | None:
    if not isinstance(jwk, dict) or jwk.get("kty") != "OKP" or jwk.get("crv") != "Ed25519":
        return None
    if jwk.get("use", "sig") != "sig":
        return None
    written = str(jwk.get("x", ""))
    try:
        return Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except ValueError:
        return None
