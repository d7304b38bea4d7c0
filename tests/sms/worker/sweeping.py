"""What several tests of the sweeps need."""

from datetime import datetime, timedelta

from core.outbox.messages import MessageState
from sms.outbox import claims, delivery, departing
from sms.outbox.claims import Claim
from sms.outbox.delivery import DeliveryReport
from sms.outbox.gateway import Policy, Result, Unanswered
from sms.outbox.ledger import Departure
from sms.outbox.routes import every_route
from sms.outbox.window import Window
from sms.worker import sweeps
from sms.worker.sweeps import Swept
from tests.core.seed import NOW
from tests.sms.campaign_world import (
    AWA,
    SETTINGS,
    Watch,
    sender,
)
from tests.sms.scripted_gateway import ScriptedGateway

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOW = Window(*SETTINGS.sms_window)
ROUTES = every_route(SETTINGS)
GRACE = timedelta(seconds=SETTINGS.sms_answer_seconds + SETTINGS.sms_connect_seconds + SETTINGS.sms_worker_seconds)
"""Older than this, a report with an id that nobody knows is looked at."""


async def swept(now: datetime = NOW, **settings: int) -> dict[str, int]:
    """What a sweep found, without what it did not find."""
    sweep = await sweeps.sweep(now, SETTINGS.model_copy(update=settings))
    return {name: getattr(sweep, name) for name in Swept.__slots__ if getattr(sweep, name)}


async def claimed(worker: str = "first") -> Claim:
    claim = await claims.claim(worker, NOW, ROUTES)
    assert claim
    return claim


async def left(worker: str = "first") -> Departure:
    """A request that left with a worker and whose answer was not written down."""
    departure = await departing.depart(await claimed(worker), NOW, window=WINDOW, most_a_day=3)
    assert departure
    return departure


async def unanswered(now: datetime = NOW) -> None:
    """Let what is ready leave and stay without an answer."""
    gateway = ScriptedGateway(*[Unanswered("ReadTimeout")] * 9)
    await sender(gateway, Watch(now)).drain()


async def taken_without_id(now: datetime = NOW) -> None:
    """Let what is ready be taken by a gateway that gives no ids."""
    gateway = ScriptedGateway(lambda _, msisdns: [Result(msisdn, Policy.ACCEPTED, "Sent") for msisdn in msisdns])
    await sender(gateway, Watch(now)).drain()


async def reported(
    name: str, msisdn: str = AWA, state: MessageState = MessageState.DELIVERED, at: datetime = NOW + MINUTE
) -> None:
    await delivery.apply([DeliveryReport("africastalking", name, msisdn, state, "", at)])
