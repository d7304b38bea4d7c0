"""Tokens of registries (OAuth 2, client credentials; RFC 6749, 4.4): kept until they expire, anew where refused."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import httpx

from core.spdci.faults import RegistryFailed
from core.spdci.partners import Partner
from core.spdci.vocabulary import RegistryFault

EARLY: Final = timedelta(seconds=30)
USUAL_SECONDS: Final = 300.0
"""Of a token that does not say how long it holds."""


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str
    until: datetime


class PartnerTokens:
    """The tokens of this process, one for each partner that gives any."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token(self, http: httpx.AsyncClient, partner: Partner, refused: str = "") -> str:
        """A token that is none of those `refused`; '' where the partner wants none. Raises RegistryFailed."""
        if not partner.token_url:
            return ""
        async with self._locks[partner.name]:
            kept = self._kept.get(partner.name)
            if kept is None or kept.token == refused or kept.until <= self._clock():
                kept = self._kept[partner.name] = await self._new(http, partner)
        return kept.token

    async def _new(self, http: httpx.AsyncClient, partner: Partner) -> _Kept:
        response = await http.post(
            partner.token_url,
            data={"grant_type": "client_credentials"},
            auth=httpx.BasicAuth(partner.client_id, partner.client_secret),
        )
        if response.status_code in (400, 401, 403):
            raise RegistryFailed(RegistryFault.REFUSED, f"token {response.status_code}")
        if not response.is_success:
            raise RegistryFailed(RegistryFault.AWAY, f"token {response.status_code}")
        try:
            given = response.json()
            token, seconds = str(given["access_token"]), float(given.get("expires_in") or USUAL_SECONDS)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RegistryFailed(RegistryFault.UNREADABLE, "token") from None
        lasting = max(timedelta(seconds=min(seconds, 86_400.0)) - EARLY, timedelta(seconds=1))
        return _Kept(token, self._clock() + lasting)
