"""A hop: one request of a gateway and its answer, and what names the call it belongs to."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LastInput:
    """What was typed at the last page alone, as gateways send it that do not say what was typed before.

    With `begins` the call begins here, and `text` is what was dialled behind the code. `sequence` is the gateway's own
    number of the hop, None where it gives none. `ussd.standing` has the rule by which a repeat is told.
    """

    text: str
    sequence: int | None = None
    begins: bool = False


@dataclass(frozen=True, slots=True)
class Hop:
    """One request of a gateway.

    `typed` is all that was typed since the call began, joined by `*`, or the last input where that is all that comes.
    `accepted` is when it came (`time.monotonic`), from which its deadline counts; None for now. `call` is what names
    the call, as `call_of` makes it.
    """

    gateway: str
    session_id: str
    msisdn: str
    typed: str | LastInput
    accepted: float | None = field(default=None, compare=False)
    call: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Name the call once, which is asked for again and again."""
        object.__setattr__(self, "call", call_of(self.gateway, self.msisdn, self.session_id))


@dataclass(frozen=True, slots=True)
class Reply:
    """One page for the gateway; `ends` closes the call."""

    text: str
    ends: bool


def call_of(gateway: str, msisdn: str, session_id: str) -> str:
    """The name of a call: gateway, phone and the gateway's session id, of which no number can be read.

    Ids come again, for another phone or through another gateway: only the three together are one call.
    """
    whole = f"{gateway}\0{msisdn}\0{session_id}"
    return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()


def behind(dialled: str, service_code: str) -> str:
    """What stood behind the code in what was dialled; of another code, nothing; without a code, all of it."""
    typed, code = dialled.strip().strip("*#"), service_code.strip("*#")
    if not code:
        return typed
    return typed.removeprefix(code).lstrip("*") if typed == code or typed.startswith(f"{code}*") else ""


def on_day(call: str, began: datetime) -> str:
    """The name under which a call is kept: ids come again on another day too."""
    return f"{call}:{began:%Y%m%d}"


def is_of(kept: str, call: str) -> bool:
    """Whether what is kept under a name is of this call, whatever the day it began on."""
    return kept.rpartition(":")[0] == call
