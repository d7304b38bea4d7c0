"""What is asked of an SMS gateway, and what its answers mean for what is done next.

A `GatewayTrouble` speaks of a whole request, a `Result` of one number; both carry their policy:

    Trouble                 policy
    ├── NotReached          keep       nothing left the house: wait, at no cost
    ├── Busy                keep       429 and 5xx: wait as long as it asks, at no cost
    ├── Refused             stop       account, balance, sender: the campaign pauses until somebody has looked
    └── Unanswered          uncertain  it may have been taken: never sent again by itself
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Protocol

from core.platform.errors import JigiError
from core.text.words import Code


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
        super().__init__(reason)
        self.reason = reason
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
    """What became of one recipient; `provider_id` is the name its delivery reports will bear (None: none was given)."""

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
