"""The steps of the ledger as one worker takes them: claim, depart, record."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from core.outbox.notice_kinds import NoticeKind
from core.platform.settings import Settings
from sms.outbox import claims, departing, ledger
from sms.outbox.claims import Claim
from sms.outbox.composing import Written
from sms.outbox.departing import WrittenNotice
from sms.outbox.gateway import Policy, Result
from sms.outbox.ledger import Departure, Retrying
from sms.outbox.routes import every_route
from sms.outbox.window import Window
from tests.core.seed import NOW, TODAY
from tests.sms.campaign_world import FR
from tests.sms.scripted_gateway import REASONS

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
WINDOW = Window(time(8), time(19))
ROUTES = every_route(Settings())
TOMORROW = datetime.combine(TODAY + DAY, time(8), UTC)
NIGHT = datetime.combine(TODAY, time(23), UTC)
ONE_EACH = Settings(sms_rate=0, sms_batch_size=1)
RETRYING = Retrying(attempts=3, seconds=120)


async def claimed(now: datetime = NOW, worker: str = "first") -> Claim:
    claim = await claims.claim(worker, now, ROUTES)
    assert claim, "nothing to claim"
    return claim


async def depart(claim: Claim, now: datetime = NOW, most_a_day: int = 3) -> Departure | None:
    hello = WrittenNotice(NoticeKind.HELP, FR, Written("Bonjour.", 1, 8)) if claim.body is None else None
    return await departing.depart(claim, now, window=WINDOW, most_a_day=most_a_day, written=hello)


async def departed(now: datetime = NOW) -> Departure:
    departure = await depart(await claimed(now), now)
    assert departure, "nothing left"
    return departure


def results(departure: Departure, *policies: Policy) -> Sequence[Result]:
    """A result for each recipient of a request."""
    return [
        Result(each.msisdn, policy, REASONS.get(policy, "Sent"), f"at{each.id}" if policy is Policy.ACCEPTED else None)
        for each, policy in zip(departure.recipients, policies, strict=True)
    ]


async def record(departure: Departure, *policies: Policy, now: datetime = NOW) -> list[str]:
    return await ledger.record(departure, results(departure, *policies), now, RETRYING)
