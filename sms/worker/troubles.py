"""What a gateway's trouble holds up: its own routes, for a while; a campaign only where no gateway is left at all."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from core.platform.settings import Settings
from sms.campaigns import steps
from sms.outbox import ledger, rate_limit
from sms.outbox.claims import Claim
from sms.outbox.gateway import GatewayTrouble, Throttled
from sms.outbox.routes import Route, pace_of

log = structlog.get_logger(__name__)

STOPPED_SECONDS: Final = 600
"""How long a gateway that takes nothing is left alone where SMS do not wait for somebody to look."""

SILENCES: Final = 3
"""After so many requests without an answer, one after the other, it is doubted that a gateway takes anything."""

DOUBTED_SECONDS: Final = (5.0, 10.0, 20.0, 40.0)
"""How long a gateway that is doubted is let alone before one number is tried; at the last it stays."""


class Troubles:
    """The troubles of the gateways that a worker sends by.

    A request that may have been taken harms nobody but its own recipients: the others go on. Only where one after the
    other came to no answer is the gateway doubted. It is then tried with one number at a time, so that few are left
    uncertain where it is down; what comes goes over meanwhile, where there is another way.
    """

    def __init__(self, settings: Settings, routes: Sequence[Route]) -> None:
        self._retry_seconds = settings.sms_retry_seconds
        self._routes = routes
        self._silences: Counter[str] = Counter()
        self._trials: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def answered(self, gateway: str) -> None:
        """A gateway answered: it is not down."""
        self._silences[gateway] = 0

    def doubted(self, gateway: str) -> bool:
        """Whether a gateway is tried with one number at a time."""
        return self._silences[gateway] >= SILENCES

    def trial(self, gateway: str) -> asyncio.Lock:
        """What a request holds that tries a gateway in doubt: one of this worker's at a time."""
        return self._trials[gateway]

    async def silent(self, claim: Claim, reason: str, now: datetime) -> None:
        """A request may have been taken: it stays uncertain, and where it is not the first, the gateway is doubted."""
        self._silences[claim.gateway] += 1
        if self.doubted(claim.gateway):
            step = min(self._silences[claim.gateway] - SILENCES, len(DOUBTED_SECONDS) - 1)
            await self._hold(claim, DOUBTED_SECONDS[step], reason, now)

    async def kept(self, claim: Claim, trouble: GatewayTrouble, now: datetime) -> None:
        """Nothing was taken: a gateway that only asks for patience is waited for, one that is down gone over."""
        wait = self._retry_seconds if trouble.wait is None else trouble.wait
        if isinstance(trouble, Throttled):
            await ledger.release(claim, now)
            await rate_limit.slow_down(now + timedelta(seconds=wait), pace_of(claim.gateway))
            return
        waits = not self._others(claim)
        await ledger.release(claim, now, now + timedelta(seconds=wait) if waits else now)
        await self._hold(claim, wait, trouble.reason, now)

    async def stopped(self, claim: Claim, reason: str, now: datetime) -> None:
        """The gateway takes nothing from us: its routes wait or go over; where all do, the campaign pauses."""
        log.error("gateway_takes_nothing", gateway=claim.gateway, campaign=claim.campaign_id, reason=reason)
        if claim.campaign_id is None or await self._any_other_takes(claim.gateway, now):
            await self._hold(claim, STOPPED_SECONDS, reason, now)
        else:
            await steps.stop_for_gateway(claim.campaign_id, reason, now)

    async def _hold(self, claim: Claim, seconds: float, reason: str, now: datetime) -> None:
        await rate_limit.hold(now + timedelta(seconds=seconds), reason, now, pace_of(claim.gateway))

    async def _any_other_takes(self, gateway: str, now: datetime) -> bool:
        """Whether any other gateway of the routes is not held."""
        others = {route.gateway for route in self._routes} - {gateway}
        held = await rate_limit.held(now)
        return any(pace_of(other) not in held for other in others)

    def _others(self, claim: Claim) -> bool:
        """Whether the way of a request has another gateway."""
        return any(route.operator == claim.operator and route.gateway != claim.gateway for route in self._routes)
