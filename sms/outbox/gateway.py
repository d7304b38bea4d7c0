"""What is asked of an SMS gateway, whose file gives a class of this form, and what its answers mean for what follows.

A `GatewayTrouble` speaks of a whole request, a `Result` of one number; both carry their policy:

    Trouble                 policy
    ├── NotReached          keep       nothing left the house: wait, at no cost
    ├── Busy                keep       429 and 5xx: wait as long as it asks, at no cost
    ├── Refused             stop       account, balance, sender: the campaign pauses until somebody has looked
    └── Unanswered          uncertain  it may have been taken: never sent again by itself
"""

from collections.abc import Sequence, Set
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Protocol

from core.platform.errors import JigiError
from core.platform.gateways import Trial
from core.platform.masking import masked
from core.platform.settings import Settings
from core.platform.webhooks import Posting
from core.text.words import Code, Word
from sms.outbox.delivery import DeliveryReport


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


class GatewayTrouble(JigiError):
    """A request that came to no answer by recipient; `reason` is a few plain words, `wait` the seconds asked for."""

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


class Gateway(Protocol):
    """A way out of the house."""

    async def send(self, body: str, msisdns: Sequence[str]) -> Sequence[Result]:
        """Send one text to many numbers (E.164, each once).

        Gives one result for each of them, in their order. Raises GatewayTrouble.
        """
        ...

    async def close(self) -> None:
        """Let go of the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message as the gateway gives it: its own id, who sent it and the words."""

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
