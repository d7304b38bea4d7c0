"""What is asked of an SMS gateway, whose file gives a class of this form, and what its answers mean for what follows.

A `GatewayTrouble` speaks of a whole request, a `Result` of one number; both carry their policy:

    Trouble                 policy
    ├── NotReached          keep       nothing left the house: wait or go over, at no cost
    ├── Busy                keep       503 that says when to come again: wait so long or go over, at no cost
    │   └── Throttled       keep       429: too fast; wait as long as it asks, and go over to nobody
    ├── GatewayRefused      stop       account, balance, sender: go over; with no other, the campaign pauses
    └── Unanswered          uncertain  any other 5xx, a cut, silence: it may have been taken, and goes by itself no more
"""

from collections.abc import Sequence, Set
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final, Protocol

from core.numbers.msisdn import operator
from core.platform.errors import JigiError
from core.platform.gateways import Trial
from core.platform.masking import masked
from core.platform.settings import Settings
from core.platform.webhooks import Posting
from core.text.words import Code, Word
from sms.outbox.delivery import DeliveryReport
from sms.outbox.routes import route_by

NOTICE_REQUESTS: Final = 2
"""Requests that single notices have for themselves, beside the JIGI_SMS_IN_FLIGHT of all: no campaign takes them."""


class Policy(Code):
    """What is done next."""

    ACCEPTED = "accepted"
    AGAIN = "again"
    """Again later; it costs an attempt."""
    KEEP = "keep"
    """Wait and keep the place; it costs nothing."""
    FINAL = "final"
    """This number gets no more of this message."""
    STOP = "stop"
    """Nobody gets any more until somebody has looked; the place is kept."""
    UNCERTAIN = "uncertain"
    """It may have left: never again by itself."""


PLACE_KEPT: Final = frozenset({Policy.AGAIN, Policy.KEEP, Policy.STOP})
"""Nothing was taken, and the message still goes."""


class GatewayTrouble(JigiError):
    """A request that came to no answer by recipient.

    `reason` is a code and words of ours, never the gateway's, which may name a person; `wait` is after how many seconds
    it is asked again, None where it does not say.
    """

    policy: ClassVar[Policy]

    def __init__(self, reason: str, *, wait: float | None = None) -> None:
        self.reason = masked(reason)  # a gateway's words may repeat a number that was asked for
        super().__init__(self.reason)
        self.wait = wait


class NotReached(GatewayTrouble):
    """No connection: nothing left."""

    policy = Policy.KEEP


class Busy(GatewayTrouble):
    """The gateway said that it did not take it now."""

    policy = Policy.KEEP


class Throttled(Busy):
    """The gateway takes so many a second, and no more."""


class GatewayRefused(GatewayTrouble):
    """The gateway takes nothing from us."""

    policy = Policy.STOP


class Unanswered(GatewayTrouble):
    """The request may have left, and no answer tells what became of it."""

    policy = Policy.UNCERTAIN


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one recipient; `provider_id` is the name its delivery reports will bear (None: none was given).

    `reason` is one of the house (`core.outbox.messages.Reason`) or the gateway's own, `name:word`: a word whose French
    stands in the gateway's file (`sms.outbox.reasons`).
    """

    msisdn: str
    policy: Policy
    reason: str = ""
    provider_id: str | None = None
    cost: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left at a gateway, in its own words (`shown`).

    `messages` is their number where it counts SMS, None where it counts money; `until` is when they expire, if they do.
    """

    shown: str
    messages: int | None = None
    until: datetime | None = None


class Gateway(Protocol):
    """A way out of the house."""

    batch_size: ClassVar[int | None] = None
    """Most numbers in one `send`; None: as many as JIGI_SMS_BATCH_SIZE says. What is left uncertain is as much."""

    @property
    def rate(self) -> float:
        """Most SMS a second that were agreed with it, all workers together; 0: no rate of its own."""
        return 0.0

    def weight(self, body: str) -> int:
        """For how many SMS one of this text counts within a rate: by most gateways for one, however long it is."""
        return 1

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to many numbers (E.164, each once).

        Gives one result for each of them, in their order. Raises GatewayTrouble.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...

    def spellings(self, provider_id: str) -> Sequence[str]:
        """The other ways in which a report may write an id that it gave, and the other way round; most have none."""
        return ()

    def missing(self) -> Sequence[str]:
        """The settings without which it can send nothing, e.g. `JIGI_SMS_API_KEY`."""
        return ()

    async def balance(self) -> Balance | None:
        """What is left to send with, None where it does not tell; raises GatewayTrouble."""
        return None

    async def knock(self) -> Balance | None:
        """Ask whether it would take SMS from us now, unseen by anybody; gives what is left, raises GatewayTrouble."""
        return await self.balance()


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as a gateway, by its name, gives it: its own id, who sent it and the words."""

    gateway: str
    gateway_id: str
    sender: str
    words: str


class SmsInbox(Protocol):
    """Who takes what a gateway tells of by itself; each ends when it stands in the database."""

    async def reported(self, report: DeliveryReport) -> None:
        """Take a delivery report."""
        ...

    async def written(self, incoming: Incoming) -> None:
        """Do and answer what somebody wrote."""
        ...

    async def opted_out(self, msisdn: str) -> None:
        """Send no more to a number."""
        ...


class Callback(Code):
    """What a gateway over HTTP may post to us, by the last part of its path."""

    DELIVERY = "delivery"
    INBOUND = "inbound"
    OPTOUT = "optout"


class SmsGateway(Gateway, Protocol):
    """A gateway, by its class; `name` stands in its paths and in the routes.

    One over HTTP reads postings for the callbacks it names; one on a link of its own (not HTTP) holds it in the worker
    and tells the inbox itself.
    """

    name: ClassVar[str]
    callback_names: ClassVar[Set[Callback]] = frozenset()
    reasons: ClassVar[type[Word] | None] = None
    """Its own words for why a message came to nothing, with their French; each is `name:word`."""

    _settings: Settings

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; nothing is opened yet."""
        self._settings = settings

    def sender_id(self, msisdns: Sequence[str]) -> str:
        """Who these numbers, all of one operator, get their SMS from; '' for the gateway's own name."""
        return route_by(self._settings, operator(msisdns[0]) if msisdns else None, self.name).sender_id

    def delivery(self, posting: Posting, now: datetime) -> DeliveryReport | None:
        """The report that was posted, None for one that says nothing we know; raises WebhookRefused."""
        return None

    def inbound(self, posting: Posting) -> Incoming | None:
        """The message that was posted; raises WebhookRefused."""
        return None

    def optout(self, posting: Posting) -> str | None:
        """The number, in E.164, that opted out at the gateway; raises WebhookRefused."""
        return None

    def running(self, inbox: SmsInbox) -> AbstractAsyncContextManager[None]:
        """Hold a link of its own as long as the worker works."""
        return nullcontext()

    async def trials(self) -> Sequence[Trial]:
        """Try what can be tried without anybody noticing; never names a key."""
        return ()
