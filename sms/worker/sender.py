"""Sends what is ready: claim, wait for its turn, depart, ask the gateway, record. No transaction is open meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from core.outbox.messages import MessageState
from core.outbox.notice_kinds import NoticeKind
from core.platform import sql
from core.platform.settings import Settings
from core.text.alphabet import alphabet
from core.text.languages import Language
from core.text.translator import translator
from sms.outbox import claims, delivery, departing, ledger, metrics, rate_limit
from sms.outbox.claims import Claim
from sms.outbox.composing import as_it_is
from sms.outbox.departing import WrittenNotice
from sms.outbox.first_messages import WRITTEN_TO
from sms.outbox.gateway import NOTICE_REQUESTS, Gateway, GatewayTrouble, Policy, Result
from sms.outbox.high_water import HighWater
from sms.outbox.ledger import Departure, Retrying
from sms.outbox.notice_texts import Occasion, notice_text
from sms.outbox.routes import every_route, pace_of
from sms.outbox.texts import written
from sms.worker.restored import BehindHighWater, found_restored
from sms.worker.troubles import Troubles

log = structlog.get_logger(__name__)

IDLE_SECONDS: Final = 1.0
"""How often a worker with nothing to do looks whether there is something."""

STALE_SECONDS: Final = 5.0
"""A request that left so long ago and was not made yet is given back: this process was frozen meanwhile."""

RECORDING_SECONDS: Final = (0.1, 0.3, 1, 2, 4, 8, 15, 30, 60, 120)
"""Waits between tries to record an answer while the database does not take it."""

GIVEN_BACK_SECONDS: Final = 10
"""How long a request waits that could not depart, so that others go meanwhile."""

DATABASE_DOWN_SECONDS: Final = 2.0


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """The time, and how it is waited for."""

    now: Callable[[], datetime] = _now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


NOTICE: Final = f"""
SELECT message.kind, message.msisdn, message.filling, coalesce(phone.language, message.language) AS language,
    NOT {WRITTEN_TO} AS is_first
FROM message LEFT JOIN phone USING (msisdn)
WHERE message.batch_id = %(batch)s AND message.state = '{MessageState.PLANNED}'
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class _Unwritten:
    """A notice that waits to be written, and the language of its person; its `kind` may be one that we do not know."""

    kind: str
    msisdn: str
    filling: dict[str, Any] | None
    language: Language
    is_first: bool


class Sender:
    """Sends for one worker, up to so many requests at once."""

    def __init__(
        self,
        gateways: Mapping[str, Gateway],
        settings: Settings,
        *,
        worker: str,
        clock: Clock | None = None,
        high_water: HighWater | None = None,
    ) -> None:
        self.high_water = high_water
        self._gateways = gateways
        self._settings = settings
        self._worker = worker
        self._clock = clock or Clock()
        self._routes = every_route(settings)
        self._windows = {(route.operator, route.gateway): route.window for route in self._routes}
        self._troubles = Troubles(settings, self._routes)
        self._alphabet = alphabet(settings.alphabet)
        own = {pace_of(name): gateway.rate for name, gateway in gateways.items() if gateway.rate}
        self._rate_limit = rate_limit.RateLimit(
            settings.sms_rate, settings.sms_operator_rates, own | settings.sms_route_rates
        )
        self._retrying = Retrying(settings.sms_attempts, settings.sms_retry_seconds)
        self._woken = {False: asyncio.Event(), True: asyncio.Event()}
        self._stopped = asyncio.Event()

    def wake(self) -> None:
        """Look for something to send now."""
        for woken in self._woken.values():
            woken.set()

    def stop(self) -> None:
        """Claim nothing more; what is under way is finished, and what waits for its turn given back."""
        self._stopped.set()
        self.wake()

    async def run(self) -> None:
        """Send until stopped; single notices have requests of their own, which no campaign takes."""
        await asyncio.gather(
            self._lane(self._settings.sms_in_flight, notices_only=False), self._lane(NOTICE_REQUESTS, notices_only=True)
        )

    async def _lane(self, requests: int, *, notices_only: bool) -> None:
        """Send up to so many requests at once until stopped."""
        slots = asyncio.Semaphore(requests)
        woken = self._woken[notices_only]
        under_way: set[asyncio.Task[None]] = set()
        while not self._stopped.is_set():
            await slots.acquire()
            woken.clear()
            claim = None if self._stopped.is_set() else await self._claimed(notices_only)
            if claim is None:
                slots.release()
                await self._rest(woken)
                continue
            task = asyncio.create_task(self.send(claim))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
            task.add_done_callback(lambda _: slots.release())
        await asyncio.gather(*under_way, return_exceptions=True)

    async def drain(self) -> int:
        """Send one request after the other until nothing may go now; give how many."""
        count = 0
        while (claim := await claims.claim(self._worker, self._clock.now(), self._routes)) is not None:
            await self.send(claim)
            count += 1
        return count

    async def send(self, claim: Claim) -> None:
        """Send one request; nothing is raised, whatever happens. To a gateway in doubt one goes at a time."""
        if not self._troubles.doubted(claim.gateway):
            await self._sent(claim)
            return
        async with self._troubles.trial(claim.gateway):
            await self._sent(claim)

    async def _sent(self, claim: Claim) -> None:
        try:
            departed = await self._departed(claim)
        except BehindHighWater as behind:
            mark, level = behind.high_water, behind.level
            await self._kept(lambda: found_restored(mark, level, self._clock.now(), is_behind=True))
            return
        except Exception as error:
            log.warning("request_not_departed", batch=claim.id, error=type(error).__name__)
            now = self._clock.now()
            soon = now + timedelta(seconds=GIVEN_BACK_SECONDS)
            await self._kept(lambda: ledger.release(claim, now, soon))  # whatever the database says, nothing left
            return
        if departed is not None:
            await self._carry(*departed)

    async def _claimed(self, notices_only: bool) -> Claim | None:
        try:
            return await claims.claim(self._worker, self._clock.now(), self._routes, notices_only=notices_only)
        except (SQLAlchemyError, OSError) as error:
            log.warning("nothing_claimed", error=type(error).__name__)
            await self._clock.sleep(DATABASE_DOWN_SECONDS)
            return None

    async def _rest(self, woken: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await woken.wait()
        except TimeoutError:
            return

    async def _departed(self, claim: Claim) -> tuple[Departure, float] | None:
        """The request on its way, at its turn, and since when at most; None when it is not to go now."""
        most = self._gateways[claim.gateway].batch_size
        if most is not None and claim.size > most:
            claim = await claims.split(claim, most)
        if claim.size > 1 and self._troubles.doubted(claim.gateway):
            claim = await claims.alone(claim)
        notice = None
        if claim.body is None:
            notice = await self._written(claim)
            if notice is None:
                return None
        body = notice.written.body if notice is not None else claim.body
        size = claim.size * self._gateways[claim.gateway].weight(body or "")
        now, is_notice = self._clock.now(), claim.campaign_id is None
        wait = await self._rate_limit.reserve(claim.operator, size, now, claim.gateway, is_notice=is_notice)
        if wait and not await self._waited(wait):
            await ledger.release(claim, self._clock.now())
            return None
        now = self._clock.now()
        window = self._windows[claim.operator, claim.gateway]
        if not claim.prompt and not window.is_open(now):
            await ledger.release(claim, now)
            return None
        since = time.monotonic()
        level = self.high_water.level if self.high_water is not None else 0
        departure = await departing.depart(
            claim, now, window=window, most_a_day=self._settings.sms_most_a_day, written=notice
        )
        if departure is None:
            await ledger.release(claim, now)
            return None
        if self.high_water is not None:
            if departure.number <= level:
                raise BehindHighWater(self.high_water, max(level, departure.number) + 1)
            self.high_water.reach(departure.number)
        return departure, since

    async def _waited(self, seconds: float) -> bool:
        """Wait for a turn; False where we are stopped before it."""
        turn = asyncio.ensure_future(self._clock.sleep(seconds))
        stopped = asyncio.ensure_future(self._stopped.wait())
        try:
            await asyncio.wait({turn, stopped}, return_when=asyncio.FIRST_COMPLETED)
            return turn.done()
        finally:
            turn.cancel()
            stopped.cancel()

    async def _written(self, claim: Claim) -> WrittenNotice | None:
        """A notice in the language of its person; one that cannot be written is dropped, and the log says so."""
        notice = await sql.row(_Unwritten, NOTICE, {"batch": claim.id})
        now = self._clock.now()
        if notice is None:
            await ledger.drop_unwritable(claim, now)
            return None
        spoken = translator(notice.language)
        try:
            kind = NoticeKind(notice.kind)
            text = await notice_text(kind, Occasion(notice.msisdn, notice.filling or {}, now), spoken)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            log.error("notice_cannot_be_written", kind=notice.kind, batch=claim.id, error=type(error).__name__)
            await ledger.drop_unwritable(claim, now)
            return None
        reserve = self._settings.sms_optout_reserve if notice.is_first else 0
        if kind is NoticeKind.TEST:
            body = as_it_is(text, self._alphabet)
        else:
            body = written(text, spoken, self._alphabet, reserve=reserve)
        return WrittenNotice(kind, spoken.language, body)

    async def _carry(self, departure: Departure, left_at: float) -> None:
        """Ask the gateway, and record what it says, however long that takes."""
        if time.monotonic() - left_at > STALE_SECONDS:
            await self._kept(lambda: ledger.release(departure.claim, self._clock.now()))
            return
        began = time.perf_counter()
        try:
            gateway = self._gateways[departure.claim.gateway]
            results = await gateway.send(departure.body, [each.msisdn for each in departure.recipients])
        except GatewayTrouble as trouble:
            metrics.REQUESTS.labels(departure.claim.gateway, trouble.policy.value).inc()
            await self._troubled(departure.claim, trouble)
            return
        except Exception as error:
            log.error("gateway_failed", batch=departure.claim.id, error=type(error).__name__)
            metrics.REQUESTS.labels(departure.claim.gateway, Policy.UNCERTAIN.value).inc()
            reason = type(error).__name__
            await self._kept(lambda: ledger.unanswered(departure.claim, reason, self._clock.now()))
            await self._kept(lambda: self._troubles.silent(departure.claim, reason, self._clock.now()))
            return
        self._troubles.answered(departure.claim.gateway)
        if [result.msisdn for result in results] != [each.msisdn for each in departure.recipients]:
            await self._kept(lambda: ledger.unanswered(departure.claim, "not what was asked", self._clock.now()))
            return
        metrics.REQUESTS.labels(departure.claim.gateway, "answered").inc()
        metrics.REQUEST_SECONDS.labels(departure.claim.gateway).observe(time.perf_counter() - began)
        await self._kept(lambda: self._recorded(departure, results))

    async def _recorded(self, departure: Departure, results: Sequence[Result]) -> None:
        reasons = await ledger.record(departure, results, self._clock.now(), self._retrying)
        for result in results:
            metrics.RECIPIENTS.labels(departure.claim.gateway, result.policy.value).inc()
        gateway = departure.claim.gateway
        ids = [result.provider_id for result in results if result.provider_id]
        ways = self._gateways[gateway].spellings
        await delivery.adopt(same for each in ids for same in delivery.same_ids(gateway, each, ways(each)))
        if reasons:
            await self._troubles.stopped(departure.claim, ", ".join(reasons), self._clock.now())

    async def _troubled(self, claim: Claim, trouble: GatewayTrouble) -> None:
        log.warning(
            "gateway_trouble",
            gateway=claim.gateway,
            batch=claim.id,
            policy=trouble.policy.value,
            reason=trouble.reason,
        )
        now = self._clock.now()
        match trouble.policy:
            case Policy.UNCERTAIN:
                await self._kept(lambda: ledger.unanswered(claim, trouble.reason, self._clock.now()))
                await self._kept(lambda: self._troubles.silent(claim, trouble.reason, now))
            case Policy.STOP:
                await self._kept(lambda: ledger.release(claim, now))
                await self._kept(lambda: self._troubles.stopped(claim, trouble.reason, now))
            case _:
                await self._kept(lambda: self._troubles.kept(claim, trouble, now))

    async def _kept(self, write: Callable[[], Awaitable[None]]) -> None:
        """Write down what became of it, again while the database does not take it; in the end the sweep takes over."""
        for wait in (*RECORDING_SECONDS, None):
            try:
                await write()
            except (SQLAlchemyError, OSError) as error:
                log.warning("not_recorded_yet", error=type(error).__name__)
                if wait is None:
                    return
                await self._clock.sleep(wait)
            else:
                return
