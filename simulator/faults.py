"""The faults that the stand-in gateway has on order."""

from random import Random
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Kind = Literal[
    "429",
    "500",
    "502",
    "503",
    "504",
    "cut_before",
    "cut_after",
    "slow",
    "html",
    "empty",
    "balance",
    "codes",
    "no_ids",
    "short",
    "401",
    "busy",
    "proxy",
    "could_not_send",
    "500_after",
    "502_after",
    "503_after",
    "504_after",
    "proxy_after",
    "garbage_after",
    "half_after",
    "same_id",
    "text_codes",
]
"""What goes wrong with a request.

Nothing is taken: `429` and `busy` (503), both with ``Retry-After``; `500`, `502`, `503`, `504`, which say no more;
`401`: the key or token is refused; `cut_before`: the connection breaks; `html`: a page where JSON is due; `proxy`: a
proxy's page, with 502; `empty`: no recipient in the answer, and ``message`` says why; `could_not_send`: it says only
that; `balance`: every recipient is 405.

Taken, and not plainly said so: `cut_after`: the connection breaks; `500_after` to `504_after`, `proxy_after`: a broken
server's answer all the same; `garbage_after`: half of an answer; `slow`: answered after ``slow_ms``; `no_ids`: no id is
given; `same_id`: all get one id; `text_codes`: codes as text; `short`: the answer tells of the first half of the
recipients only.

`half_after`: the first half is taken, and the answer is a 502. `codes`: each recipient has its status code of
``codes``, `*` for the others.
"""

Status = Literal["Sent", "Submitted", "Buffered", "Rejected", "Success", "Failed", "AbsentSubscriber", "Expired"]
"""What a delivery report says of a message."""

Share = Annotated[float, Field(ge=0, le=1)]
Milliseconds = Annotated[float, Field(ge=0)]


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Manner(_Order):
    """How a fault is done; which of it matters, the kind says."""

    retry_after: Annotated[float, Field(ge=0)] = 1
    slow_ms: Milliseconds = 2000
    status: Annotated[int, Field(ge=200, le=299)] = 200
    message: str = "InvalidSenderId"
    codes: dict[str, int] = {}


class GatewayFault(_Manner):
    """One request's fault."""

    kind: Kind


class ReportOrder(_Order):
    """How delivery reports come.

    They begin after ``after_ms``, spread over ``spread_ms``, in order or with ``shuffle`` in none. Of all reports the
    share ``lost`` never comes and ``twice`` comes again; of all messages, ``early`` is reported before it is answered
    and ``unknown`` brings a report for an id never given. ``steps`` are Sent, then Submitted or Buffered, then the last
    status, drawn by the weights of ``statuses``.
    """

    on: bool = True
    after_ms: Milliseconds = 800
    spread_ms: Milliseconds = 0
    shuffle: bool = False
    steps: bool = False
    twice: Share = 0
    early: Share = 0
    lost: Share = 0
    unknown: Share = 0
    statuses: dict[Status, Annotated[float, Field(gt=0)]] = Field(default={"Success": 1}, min_length=1)


class FaultOrder(_Manner):
    """All that can be ordered.

    ``next`` is used up, one fault for each request; when it is, ``rates`` gives each kind its share of the requests.
    What a fault does not say of its manner is as it stands here. ``delay_ms`` is before every answer, ``balance`` how
    many messages are left before every recipient is 405 (None: no end). ``off``: switched off, every request is `busy`.
    ``poisoned``: a request for one of these numbers takes nothing and is answered 500, always.
    """

    next: list[GatewayFault] = []
    rates: dict[Kind, Share] = {}
    seed: int = 0
    delay_ms: Milliseconds = 0
    balance: Annotated[int, Field(ge=0)] | None = None
    off: bool = False
    poisoned: list[str] = []
    reports: ReportOrder = ReportOrder()

    @model_validator(mode="after")
    def _at_most_all(self) -> Self:
        if sum(self.rates.values()) > 1 + 1e-9:
            raise ValueError("the rates are more than 1 together")
        return self


class Faults:
    """What is on order now. The same seed and the same requests have the same faults and reports."""

    def __init__(self, healthy: FaultOrder) -> None:
        self._healthy = healthy
        self.heal()

    def heal(self) -> None:
        """No fault any more."""
        self._start(self._healthy)

    def change(self, asked: object) -> None:
        """Order what is named, and leave the rest as it is; the draws begin again from the seed.

        Raises pydantic's ValidationError, a ValueError.
        """
        named = FaultOrder.model_validate(asked).model_dump(exclude_unset=True)
        standing = self.order.model_dump(exclude_unset=True)
        reports = {**standing.get("reports", {}), **named.get("reports", {})}
        self._start(FaultOrder.model_validate({**standing, **named, "reports": reports}))

    def _start(self, order: FaultOrder) -> None:
        self.order = order
        self.report_chance = Random(order.seed)  # noqa: S311 - no secret, and must come again
        self._chance = Random(order.seed)  # noqa: S311

    def draw(self) -> GatewayFault | None:
        """The fault of the next request."""
        if self.order.next:
            return self._in_full(self.order.next.pop(0).model_dump(exclude_unset=True))
        if not self.order.rates:
            return None
        drawn = self._chance.random()
        for kind, share in self.order.rates.items():
            drawn -= share
            if drawn < 0:
                return self._in_full({"kind": kind})
        return None

    def _in_full(self, fields: dict[str, Any]) -> GatewayFault:
        return GatewayFault(**{**self.order.model_dump(include=set(_Manner.model_fields)), **fields})

    def spend(self, messages: int) -> int:
        """Pay for these messages; how many of them the balance was enough for."""
        if self.order.balance is None:
            return messages
        paid = min(messages, self.order.balance)
        self.order.balance -= paid
        return paid
